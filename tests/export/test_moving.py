"""Worlds that move: a still shows one of their times, a video every frame at its own, round and round."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion import panorama
from depthfusion.errors import InputError
from depthfusion.export.jobs import MeshJob, StillJob, VideoJob
from depthfusion.jobs.progress import Cancelled, Progress, Report
from depthfusion.panorama import Panorama
from tests.children import ffmpegs

from .conftest import FFMPEG, Video, psnr

COUNT, RATE = 6, 10
SIZE = [64, 32]
PLAIN = {"edges": "stretched"}


def picture(i: int) -> np.ndarray:
    """Colour over depth uint8 [128, 128, 3]: a wave that runs around, each frame unlike the others."""
    u, v = np.meshgrid((np.arange(128) + 0.5) / 128, (np.arange(64) + 0.5) / 64)
    turn = i / COUNT
    waves = [np.sin(2 * np.pi * (a * u + turn + c)) * np.sin(np.pi * v) for a, c in ((1, 0), (2, 0.3), (1, 0.6))]
    rgb = np.stack([128 + 80 * wave for wave in waves], axis=-1)
    depth = 128 + 60 * np.sin(2 * np.pi * (2 * u - turn)) * np.sin(np.pi * v) ** 2
    return np.concatenate([rgb, np.repeat(depth[..., None], 3, axis=-1)]).round().astype(np.uint8)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("moving") / "waves.mkv"
    raw = np.stack([picture(i) for i in range(COUNT)]).tobytes()
    given = ["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "128x128", "-framerate", str(RATE), "-i", "-"]
    command = [FFMPEG, "-v", "error", *given, "-c:v", "libx264rgb", "-qp", "0", str(path)]
    subprocess.run(command, input=raw, check=True)
    return path


@pytest.fixture(autouse=True)
def nothing_runs_on(scene: Path) -> Any:
    yield
    assert not ffmpegs()


def still(scene: Path, output: Path, **fields: Any) -> np.ndarray:
    fields = {"look": PLAIN, **fields}
    fields["export"] = {"size": SIZE, **fields.get("export", {})}
    StillJob(str(scene), str(output), **fields).run(Progress())
    return np.asarray(Image.open(output))


def test_a_still_is_that_of_the_frame_as_a_panorama(scene: Path, tmp_path: Path) -> None:
    view = {"position": [0.4, 0.1, 0.2], "yaw": 40}
    for i, at in ((0, 0.0), (3, 0.3), (3, 0.36), (5, 0.59)):
        whole = picture(i)
        frame = Panorama(whole[:64], whole[64:, :, 0].astype(np.uint16) * 257)
        saved, _ = panorama.save(frame, tmp_path / f"{i}.png")
        for look in (PLAIN, {}):
            expected = still(saved, tmp_path / "expected.png", view=view, look=look)
            found = still(scene, tmp_path / "found.png", view=view, look=look, export={"at": at})
            assert np.array_equal(found, expected)


def test_each_frame_of_a_video_shows_the_scene_at_its_own_time(scene: Path, tmp_path: Path) -> None:
    """Slower than the scene, begun within it, and longer than it: every frame twice, and from the first one again."""
    view = {"position": [0.3, 0, 0]}
    export = {"size": SIZE, "fps": 2 * RATE, "seconds": 0.8, "path": "sway", "at": 0.2}
    job = VideoJob(str(scene), str(tmp_path / "a.mp4"), view=view, export={**export, "quality": 100})
    assert job.run(Progress())["frames"] == 16
    frames = Video(tmp_path / "a.mp4").frames
    VideoJob(str(scene), str(tmp_path / "s.png"), view=view, export=export).run(Progress())
    for i, frame in enumerate(frames):
        drawn = np.asarray(Image.open(tmp_path / f"s_{i:05}.png"))
        assert psnr(frame, drawn) > 34
    # the same poses of a world that stands still at each frame's time
    shown = [2, 2, 3, 3, 4, 4, 5, 5, 0, 0, 1, 1, 2, 2, 3, 3]
    for n in sorted(set(shown)):
        whole = picture(n)
        frame = Panorama(whole[:64], whole[64:, :, 0].astype(np.uint16) * 257)
        saved, _ = panorama.save(frame, tmp_path / f"{n}.png")
        plain = {**export, "at": 0.0}
        VideoJob(str(saved), str(tmp_path / f"p{n}.png"), view=view, look=PLAIN, export=plain).run(Progress())
    for i, n in enumerate(shown):
        expected, found = (np.asarray(Image.open(tmp_path / f"{name}_{i:05}.png")) for name in (f"p{n}", "s"))
        assert np.array_equal(found, expected), i


FULL = [pytest.param(name, marks=pytest.mark.full) for name in ("vr180", "cubemap", "little-planet")]


@pytest.mark.parametrize("projection", ["equirect", *FULL])
def test_every_lens_shows_it(scene: Path, tmp_path: Path, projection: str) -> None:
    view = {"projection": projection}
    export = {"size": [96, 64], "fps": RATE, "path": "sway", "quality": 100}
    VideoJob(str(scene), str(tmp_path / "a.mp4"), view=view, export=export).run(Progress())
    frames = Video(tmp_path / "a.mp4").frames
    assert len(frames) == COUNT
    stills = [still(scene, tmp_path / "a.png", view=view, export={**export, "at": i / RATE}) for i in range(COUNT)]
    assert psnr(frames[0], stills[0]) > 30  # sway passes the pose itself at its beginning
    nearest = [max(range(COUNT), key=lambda i, frame=frame: psnr(frame, stills[i])) for frame in frames]
    assert nearest == list(range(COUNT))


def test_a_video_is_as_long_as_its_scene(scene: Path, tmp_path: Path) -> None:
    job = VideoJob(str(scene), str(tmp_path / "a.mp4"), export={"size": SIZE, "fps": 10})
    assert job.run(Progress())["frames"] == COUNT


def test_the_scene_may_be_two_files_of_the_opposite_sense(scene: Path, tmp_path: Path) -> None:
    for half, name, more in (("0", "a", ""), ("ih/2", "a.depth", ",negate")):
        crop = ["-vf", f"crop=iw:ih/2:0:{half}{more}", "-c:v", "libx264rgb", "-qp", "0"]
        command = [FFMPEG, "-v", "error", "-i", str(scene), *crop, str(tmp_path / f"{name}.mkv")]
        subprocess.run(command, check=True)
    at = {"at": 0.2}
    expected = still(scene, tmp_path / "x.png", export=at, view={"position": [0.4, 0, 0]})
    found = still(tmp_path / "a.mkv", tmp_path / "y.png", export=at, view={"position": [0.4, 0, 0]}, invert_depth=True)
    assert psnr(found, expected) > 50


def test_geometry_is_that_of_the_first_frame(scene: Path, tmp_path: Path) -> None:
    whole = picture(0)
    frame = Panorama(whole[:64], whole[64:, :, 0].astype(np.uint16) * 257)
    saved, _ = panorama.save(frame, tmp_path / "a.png")
    for source, name in ((saved, "expected.exr"), (scene, "found.exr")):
        MeshJob(str(source), str(tmp_path / name)).run(Progress())
    assert (tmp_path / "found.exr").read_bytes() == (tmp_path / "expected.exr").read_bytes()


WRONG: list[tuple[str, dict[str, Any]]] = [
    (r"has nothing at 0\.6 s: choose a time from 0 to 0\.5 s", {"export": {"at": 0.6}}),
    (r"at 0\.1 s cannot be used with .*hills\.png, which stands still", {"scene": "WORLD", "export": {"at": 0.1}}),
    (r"depth unit metres cannot be used with .*waves\.mkv", {"depth_unit": "metres"}),
    (r"gone\.mp4 does not exist", {"scene": "gone.mp4"}),
    (r"gone\.mkv does not exist", {"scene": "WIDE", "depth": "gone.mkv"}),
    (r"a\.mp4 cannot be written because it is read as well", {"scene": "a.mp4"}),
    (r"a\.mp4 cannot be written because it is read as well", {"depth": "a.mp4"}),
]


@pytest.mark.parametrize("kind", [StillJob, VideoJob])
@pytest.mark.parametrize(("words", "fields"), WRONG)
def test_mistakes_are_one_sentence(
    scene: Path, world: Path, tmp_path: Path, kind: type[StillJob | VideoJob], words: str, fields: dict[str, Any]
) -> None:
    output = str(tmp_path / ("a.mp4" if kind is VideoJob else "a.png"))
    named = {"WORLD": str(world), "a.mp4": output, "WIDE": str(tmp_path / "wide.mkv")}
    if fields.get("scene") == "WIDE":
        crop = ["-vf", "crop=iw:ih/2:0:0", "-c:v", "ffv1"]
        subprocess.run([FFMPEG, "-v", "error", "-i", str(scene), *crop, named["WIDE"]], check=True)
    fields = {key: named.get(word, word) if isinstance(word, str) else word for key, word in fields.items()}
    with pytest.raises(InputError, match=words.replace(r"a\.mp4", re.escape(Path(output).name))) as caught:
        kind(**{"scene": str(scene), "output": output, **fields}).run(Progress())
    assert "\n" not in str(caught.value)
    assert not Path(output).exists()


def test_cancelling_ends_the_decoders_too(scene: Path, tmp_path: Path) -> None:
    said: list[Report] = []
    progress = Progress(
        said.append, lambda: any(report.text == "drawing frames" and report.done == 4 for report in said)
    )
    with pytest.raises(Cancelled):
        VideoJob(str(scene), str(tmp_path / "a.mp4"), export={"size": SIZE, "seconds": 60}).run(progress)
    assert not list(tmp_path.iterdir())
