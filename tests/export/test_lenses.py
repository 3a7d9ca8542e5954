"""Stills and videos through every lens: the size that both eyes have, and the same pictures in both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion import panorama
from depthfusion.camera.options import PROJECTIONS
from depthfusion.errors import InputError
from depthfusion.export.jobs import StillJob, VideoJob
from depthfusion.jobs.progress import Progress
from tests.reference import scenes

SIZES = {"equirect": (256, 128), "vr180": (256, 128), "cubemap": (192, 128), "little-planet": (128, 128)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small panorama with hills."""
    made = panorama.Panorama(scenes.photograph(256, 128), scenes.rolling(128, 64))
    path = tmp_path_factory.mktemp("world") / "world.png"
    panorama.save(made, path)
    return path


@pytest.mark.parametrize("projection", sorted(set(PROJECTIONS) - {"perspective"}))
def test_a_still_of_every_projection(world: Path, tmp_path: Path, projection: str) -> None:
    output, size = tmp_path / "a.png", SIZES[projection]
    StillJob(str(world), str(output), view={"projection": projection}, export={"size": list(size)}).run(Progress())
    with Image.open(output) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape == (size[1], size[0], 3)
    assert pixels.std() > 20
    if projection == "vr180":
        # two eyes without being asked
        assert 0 < np.abs(pixels[:, :128] - pixels[:, 128:]).mean() < 20


@pytest.mark.parametrize(
    ("fov", "word"), [(40, "fov 40 .* little-planet: choose 60 to 330"), (340, "'fov' of keyframe 0")]
)
def test_a_path_s_field_of_view_is_checked_before_anything_is_read(tmp_path: Path, fov: float, word: str) -> None:
    key: dict[str, Any] = {"position": [0, 0, 0], "yaw": 0, "pitch": 0, "roll": 0, "fov": fov}
    path = {"version": 1, "loop": False, "keyframes": [{"t": 0, **key}, {"t": 1, **key}]}
    job = VideoJob("nowhere.png", str(tmp_path / "a.mp4"), view={"projection": "little-planet"}, camera_path=path)
    with pytest.raises(InputError, match=word):
        job.run(Progress())
