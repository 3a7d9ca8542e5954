"""The page on worlds keeps its word: the place that it adds can be drawn."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ldm3d.worlds.light import TIMES
from ldm3d.worlds.places import registry
from ldm3d.worlds.raster import Grid
from ldm3d.worlds.render import Renderer
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky
from ldm3d.worlds.spec import SEASONS, WEATHERS, Wish

PAGE = Path(__file__).parents[3] / "docs" / "worlds.md"


def test_the_place_that_the_page_adds_is_complete() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    (example,) = (block for block in blocks if "PLACE =" in block)
    module: dict[str, object] = {"__name__": "saltflat"}
    exec(compile(example, str(PAGE), "exec"), module)
    place = module["PLACE"]
    scene = place.build(np.random.default_rng(0), Wish())  # type: ignore[attr-defined]
    grid, light = Grid.of(128, 64), TIMES["afternoon"]
    shader = Shader(Sky(light, (0.0, 0.0), grid.texel), Shadows(scene, light.direction), 1.0)
    rgb, depth = Renderer(scene, shader, grid).band((0, 64), lambda: None)
    assert np.all(depth[:10] == 0)
    assert np.all(depth[-20:] > 3000)
    assert len(np.unique(depth[34:44])) > 15
    assert rgb[-20:].mean() > 100


def test_the_page_names_all_that_there_is() -> None:
    text = PAGE.read_text("utf-8")
    (section,) = re.findall(r"## What there is\n(.*?)\n## ", text, re.S)
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == sorted(registry())
    after = section.rpartition("| `village`")[2]
    for names in (TIMES, WEATHERS, SEASONS):
        assert all(f"`{name}`" in after for name in names)
    # Its pictures are there.
    for picture in re.findall(r"\]\((pictures/[^)]+)\)", text):
        assert (PAGE.parent / picture).exists(), picture
