"""Sequences of pictures that a job writes: the stills of the path's poses, with metres, resumed where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from depthfusion import panorama
from depthfusion.camera.pose import Pose
from depthfusion.camera.presets import preset
from depthfusion.export.jobs import StillJob, VideoJob
from depthfusion.export.sequence import linear
from depthfusion.jobs.progress import Cancelled, Progress, Report
from depthfusion.look import Displacement

SIZE = [128, 64]


def job(world: Path, output: Path, **fields: Any) -> VideoJob:
    export = {"size": SIZE, "seconds": 0.5, "fps": 10, **fields.pop("export", {})}
    return VideoJob(str(world), str(output), export=export, **fields)


def channels(file: Path) -> dict[str, np.ndarray]:
    return {name: channel.pixels for name, channel in OpenEXR.File(str(file)).channels().items()}


@pytest.mark.parametrize("view", [{}, {"layout": "tb"}, {"projection": "equirect"}, {"projection": "vr180"}])
def test_pictures_are_the_stills_of_the_path(world: Path, tmp_path: Path, view: dict[str, Any]) -> None:
    result = job(world, tmp_path / "a.png", view=view).run(Progress())
    assert result == {"output": str(tmp_path / "a_00000.png"), "frames": 5, "fps": 10.0, "size": SIZE}
    job(world, tmp_path / "b.exr", view=view).run(Progress())
    path = preset("sway", Pose(), 90, Displacement(), 0.5)
    for i in range(5):
        pose, _ = path.at(i / 10)
        of_pose = {"position": list(pose.position), "yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}
        still = tmp_path / f"still{i}.png"
        StillJob(str(world), str(still), view={**view, **of_pose}, export={"size": SIZE}).run(Progress())
        colour = np.asarray(Image.open(tmp_path / f"a_{i:05d}.png"))
        assert (
            abs(colour.astype(int) - np.asarray(Image.open(still))).max() <= 1
        )  # the path's floats are not the still's
        deep, metres = channels(tmp_path / f"b_{i:05d}.exr"), channels(tmp_path / f"a_{i:05d}.depth.exr")
        assert (deep["Z"] == metres["Z"]).all()
        light = linear(colour.astype(np.uint16) * 257)
        half_a_step = linear((colour.astype(float) * 257 + 130).clip(0, 65535).astype(np.uint16)) - light
        assert (abs(deep["RGB"] - light) <= half_a_step + 2**-11).all()
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("projection", ["perspective", "equirect", "vr180", "little-planet", "cubemap"])
def test_depth_is_in_metres_along_the_ray(tmp_path: Path, projection: str) -> None:
    # a world as far everywhere, seen from its middle: linear, r = 3·(1 + 0.5·(1 − 2·0.25)) = 3.75 m
    world = tmp_path / "ball.png"
    rgb, depth = np.full((64, 128, 3), 90, np.uint8), np.full((64, 128), round(0.25 * 65535), np.uint16)
    panorama.save(panorama.Panorama(rgb, depth), world)
    export = {"path": "turntable", "size": [96, 64] if projection == "cubemap" else [96, 48], "seconds": 0.2}
    view = {"projection": projection, "layout": "mono"}
    job(world, tmp_path / "a.exr", view=view, export=export).run(Progress())
    metres = channels(tmp_path / "a_00001.exr")["Z"]
    assert metres == pytest.approx(3.75, rel=1e-3)  # half floats


def test_an_interrupted_sequence_is_resumed_by_the_same_command(world: Path, tmp_path: Path) -> None:
    drawn: list[float] = []

    def report(said: Report) -> None:
        if said.text == "drawing frames":
            drawn.append(said.done)

    with pytest.raises(Cancelled):
        job(world, tmp_path / "a.png").run(Progress(report, lambda: len(drawn) >= 4))
    kept = {file.name: file.stat().st_mtime_ns for file in tmp_path.glob("a_*.png")}
    assert sorted(kept) == [f"a_0000{i}.png" for i in range(4)]
    drawn.clear()
    result = job(world, tmp_path / "a.png").run(Progress(report))
    assert (result["frames"], drawn) == (5, [4])
    assert all((tmp_path / name).stat().st_mtime_ns == time for name, time in kept.items())
    whole = tmp_path / "whole"
    whole.mkdir()
    job(world, whole / "a.png").run(Progress())
    for file in sorted(whole.iterdir()):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()
