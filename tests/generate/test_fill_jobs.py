"""Filling what is hidden: at once, and with LDM3D's real networks at tiny sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion import cli, panorama
from depthfusion.errors import InputError
from depthfusion.generate.fill_jobs import FillJob, composited
from depthfusion.generate.jobs import JOBS, unload
from depthfusion.jobs.progress import Cancelled, Progress
from depthfusion.layers import files, split
from depthfusion.panorama import Panorama
from ldm3d import rgbd


@pytest.fixture(autouse=True)
def given_back() -> Iterator[None]:
    yield
    unload()


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A near block before a far wall, its colour larger than its depth; generated with a prompt."""
    chance = np.random.default_rng(0)
    rgb = np.kron(chance.integers(60, 200, (32, 64, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    depth = np.full((64, 128), 9000, np.uint16)
    depth[20:50, 40:90] = 52000
    made = Panorama(rgb, depth, request={"prompt": "a block before a wall"})
    panorama.save(made, tmp_path / "w.png")
    return tmp_path / "w.png"


def test_the_fast_fill_is_kept_beside_the_panorama_with_a_mask(scene: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mask = scene.with_name("mask.png")
    assert cli.main(["fill", str(scene), "--mask-out", str(mask)]) == 0
    out, said = capfd.readouterr()
    assert out.split() == [str(scene.with_name(name)) for name in ("w.back.png", "w.back.depth.png", "mask.png")]
    assert "% of the sphere is hidden" in said
    world = panorama.load(scene)
    layers = split(world.rgb, world.depth)
    kept = rgbd.read_pair(scene.with_name("w.back.png"))
    np.testing.assert_array_equal(kept.rgb, layers.back_rgb)
    np.testing.assert_array_equal(kept.depth, layers.back)
    np.testing.assert_array_equal(np.asarray(Image.open(mask)) == 255, layers.hidden)


@pytest.mark.parametrize("kind", ["pano", "ldm3d"])
def test_ldm3d_repaints_colour_and_depth_where_it_is_hidden_and_nothing_else(
    kind: str, scene: Path, checkpoint: Callable[..., Path]
) -> None:
    folder = str(checkpoint(kind))
    done = FillJob(str(scene), folder, {"steps": 2, "seed": 3}).run(Progress())
    assert done["hidden"] > 0.01
    world = panorama.load(scene)
    fast, better = split(world.rgb, world.depth), files.load(scene, world.rgb, world.depth)
    assert better is not None
    hidden = np.kron(fast.hidden, np.ones((2, 2), bool))
    around = np.ones_like(hidden)
    around[2:-2, 2:-2] = ~np.lib.stride_tricks.sliding_window_view(~hidden, (5, 5)).all(axis=(2, 3))
    np.testing.assert_array_equal(better.back_rgb[~around], world.rgb[~around])
    np.testing.assert_array_equal(better.back[~fast.hidden], fast.back[~fast.hidden])
    assert (better.back <= better.front).all()
    assert (better.back_rgb != fast.back_rgb)[hidden].mean() > 0.1
    assert (better.back != fast.back)[fast.hidden].mean() > 0.1
    said = rgbd.read_pair(files.back_path(scene)).texts[files.KEY]
    assert '"seed": 3' in said
    assert '"prompt": "a block before a wall"' in said
    again = FillJob(str(scene), folder, {"steps": 2, "seed": 3})
    again.run(Progress())
    np.testing.assert_array_equal(rgbd.read_pair(files.back_path(scene)).rgb, better.back_rgb)


def test_a_cancelled_repainting_leaves_what_was_there(scene: Path, checkpoint: Callable[..., Path]) -> None:
    FillJob(str(scene)).run(Progress())
    before = files.back_path(scene).read_bytes()
    job = FillJob(str(scene), str(checkpoint("pano")), {"steps": 3})
    told: list[str] = []
    progress = Progress(lambda report: told.append(report.text), lambda: "painting" in told)
    with pytest.raises(Cancelled):
        job.run(progress)
    assert files.back_path(scene).read_bytes() == before
    assert sorted(path.name for path in scene.parent.glob("w*")) == [
        "w.back.depth.png",
        "w.back.png",
        "w.depth.png",
        "w.png",
    ]


def test_what_is_repainted_counts_only_where_it_is_hidden(scene: Path) -> None:
    world = panorama.load(scene)
    layers = split(world.rgb, world.depth)
    made = composited(layers, np.full((32, 64, 3), 255, np.uint8), np.zeros((32, 64), np.uint16))
    np.testing.assert_array_equal(made.back[~layers.hidden], layers.back[~layers.hidden])
    assert (made.back <= made.front).all()
    whole = (made.back_rgb == 255).all(axis=2)
    assert whole.mean() > 0.01
    assert np.kron(layers.hidden, np.ones((2, 2), bool))[whole].all()


def test_a_smooth_panorama_has_nothing_to_fill_and_says_so(tmp_path: Path) -> None:
    panorama.save(Panorama(np.zeros((16, 32, 3), np.uint8), np.full((16, 32), 700, np.uint16)), tmp_path / "smooth.png")
    done = FillJob(str(tmp_path / "smooth.png")).run(Progress())
    assert done["hidden"] == 0
    assert "nothing is hidden" in done["said"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "sketch"], "engine sketch cannot repaint what is hidden: choose fast"),
        (["--engine", "nothing here"], "engine 'nothing here' is not known"),
        (["--steps", "20"], "--steps cannot be used with engine fast, which has no options"),
        (["--prompt", "a wall"], "--prompt cannot be used with engine fast"),
        (["--mask-out", "mask.jpg"], "mask.jpg cannot hold a mask because it does not end in .png"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    arguments: list[str], said: str, scene: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["fill", str(scene), *arguments]) == 2
    assert said in capfd.readouterr().err
    assert not files.back_path(scene).exists()


def test_the_mask_is_never_written_over_the_panorama(scene: Path) -> None:
    before = scene.read_bytes()
    with pytest.raises(InputError, match="belongs to the panorama"):
        FillJob(str(scene), mask=str(scene)).run(Progress())
    assert scene.read_bytes() == before


def test_a_panorama_without_a_prompt_needs_one_to_be_repainted(
    tmp_path: Path, scene: Path, checkpoint: Callable[..., Path]
) -> None:
    world = panorama.load(scene)
    panorama.save(Panorama(world.rgb, world.depth), tmp_path / "silent.png")
    with pytest.raises(InputError, match="say with --prompt"):
        FillJob(str(tmp_path / "silent.png"), str(checkpoint("pano"))).run(Progress())


def test_the_job_is_one_of_its_room() -> None:
    assert JOBS["fill"] is FillJob
