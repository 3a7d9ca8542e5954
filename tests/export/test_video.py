"""Videos: the frames are the stills along the path, in number and time, and nothing half-written is ever left."""

from __future__ import annotations

import json
import os
import signal
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion.camera.path import CameraPath, Keyframe, frame_times
from depthfusion.camera.pose import Pose
from depthfusion.camera.presets import PRESETS, preset
from depthfusion.errors import InputError, MachineError
from depthfusion.export import video as videos
from depthfusion.export.clip import moments
from depthfusion.export.jobs import JOBS, StillJob, VideoJob
from depthfusion.jobs.progress import Cancelled, Progress, Report
from depthfusion.jobs.queue import JobQueue, Ticket
from depthfusion.look import Displacement
from depthfusion.render import renderer
from tests.children import ffmpegs

from .conftest import Video, psnr

SIZE = [128, 64]


def job(world: Path, output: Path, **fields: Any) -> VideoJob:
    export = {"size": SIZE, "seconds": 0.4, **fields.pop("export", {})}
    return VideoJob(str(world), str(output), export=export, **fields)


def made(world: Path, output: Path, **fields: Any) -> Video:
    result = job(world, output, **fields).run(Progress())
    assert result["output"] == str(output)
    return Video(output)


def flight(*, loop: bool = False) -> CameraPath:
    """Four seconds of moving, turning, leaning and zooming."""
    far = Keyframe(2, (0.3, 0.1, -0.4), 60, 10, 8, 70)
    return CameraPath((Keyframe(0), far, Keyframe(4, yaw=360 if loop else 90)), loop)


EVERY_KIND = [
    ("perspective", "mono", "h264", 50),
    ("perspective", "sbs", "hevc", 2048),
    ("perspective", "half-sbs", "h264", 2048),
    ("perspective", "tb", "hevc10", 2048),
    ("perspective", "anaglyph", "h264", 50),
    ("equirect", "tb", "av1", 2048),
    ("equirect", "tb", "h264", 50),
    ("vr180", "sbs", "hevc10", 2048),
    ("cubemap", "mono", "h264", 2048),
    ("little-planet", "mono", "hevc", 2048),
]


@pytest.mark.parametrize(("projection", "layout", "codec", "largest_tile"), EVERY_KIND)
def test_every_frame_is_the_still_of_its_pose(
    world: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    projection: str,
    layout: str,
    codec: str,
    largest_tile: int,
) -> None:
    monkeypatch.setattr(renderer, "LARGEST_TILE", largest_tile)
    width = {"sbs": 512}.get(layout, 192 if projection == "cubemap" else 256)
    size = [width, 256 if layout == "tb" else 128]
    view = {"projection": projection, "layout": layout}
    path = flight()
    export = {"fps": 10, "size": size, "quality": 90, "codec": codec, "encoder": "software"}
    video = made(world, tmp_path / "a.mp4", view=view, camera_path=path.to_json(), export=export)
    frames = video.frames
    assert len(frames) == 4
    stills = []
    for i, (pose, fov) in enumerate(path.along(np.arange(4))):  # 4 s of path in 0.4 s of video
        of_pose = {"position": list(pose.position), "yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}
        of_lens = {"fov": fov} if projection in {"perspective", "little-planet"} else {}
        output = tmp_path / f"{i}.png"
        StillJob(str(world), str(output), view={**view, **of_pose, **of_lens}, export={"size": size}).run(Progress())
        stills.append(np.asarray(Image.open(output)))
    # where eyes or faces meet side by side, colour that is stored for 2×2 pixels belongs to both
    seams = [width / 3, 2 * width / 3] if projection == "cubemap" else [width / 2] * ("sbs" in layout)
    across = [x for x in range(width) if all(abs(x + 0.5 - seam) > 2 for seam in seams)]
    down = [y for y in range(size[1]) if projection != "cubemap" or abs(y + 0.5 - size[1] / 2) > 2]
    of_both = np.ix_(down, across)
    assert min(psnr(a[of_both], b[of_both]) for a, b in zip(frames, stills, strict=True)) > 38
    for i in range(4):
        assert all(psnr(frames[j], stills[i]) < psnr(frames[i], stills[i]) - 3 for j in range(4) if j != i)


@pytest.mark.parametrize(
    ("seconds", "fps", "count"), [(1, 24, 24), (0.5, 29.97, 15), (0.2, 59.94, 12), (0.1, 120, 12), (1, 1, 1)]
)
def test_count_and_rate_are_exact(world: Path, tmp_path: Path, seconds: float, fps: float, count: int) -> None:
    video = made(world, tmp_path / "a.mp4", export={"seconds": seconds, "fps": fps, "size": [32, 16]})
    rate = Fraction(fps) if fps == int(fps) else Fraction(round(fps) * 1000, 1001)
    assert video.times == pytest.approx([float(i / rate) for i in range(count)], abs=2e-6)
    assert len(video.frames) == count
    assert video.size == (32, 16)


@pytest.mark.full
@pytest.mark.parametrize("size", [[4096, 4096], [8192, 4096]])
def test_pictures_larger_than_a_tile_are_whole(world: Path, tmp_path: Path, size: list[int]) -> None:
    view, export = {"yaw": 30.0}, {"path": "turntable", "size": size}
    frames = made(world, tmp_path / "a.mp4", view=view, export={**export, "seconds": 1, "fps": 1}).frames
    StillJob(str(world), str(tmp_path / "a.png"), view=view, export={"size": size}).run(Progress())
    still = np.asarray(Image.open(tmp_path / "a.png"))
    assert frames.shape == (1, *still.shape)
    for y in range(0, size[1], 1024):
        for x in range(0, size[0], 1024):
            assert psnr(frames[0, y : y + 1024, x : x + 1024], still[y : y + 1024, x : x + 1024]) > 40


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_goes_on_at_its_seam_as_everywhere(world: Path, tmp_path: Path, name: str) -> None:
    frames = made(world, tmp_path / "a.mp4", export={"path": name, "seconds": 1, "fps": 24}).frames.astype(float)
    steps = np.sqrt([np.mean((frames[(i + 1) % 24] - frames[i]) ** 2) for i in range(24)])
    assert steps.min() > 0
    assert 0.4 * np.median(steps) < steps[-1] < 2 * np.median(steps)


def test_a_preset_moves_around_the_pose_of_the_view(world: Path, tmp_path: Path) -> None:
    view = {"yaw": 120, "pitch": 10, "fov": 60, "position": [0.2, 0.1, 0]}
    frames = made(world, tmp_path / "a.mp4", view=view, export={"seconds": 0.5, "fps": 16}).frames
    StillJob(str(world), str(tmp_path / "a.png"), view=view, export={"size": SIZE}).run(Progress())
    assert psnr(frames[0], np.asarray(Image.open(tmp_path / "a.png"))) > 36  # sway passes the pose itself at 0


def test_a_path_file_brings_its_own_length_and_seconds_changes_it(world: Path, tmp_path: Path) -> None:
    file = tmp_path / "path.json"
    file.write_text(json.dumps(flight().rescaled(0.5).to_json()))
    export = {"path": str(file), "fps": 10, "size": [32, 16]}
    own = VideoJob(str(world), str(tmp_path / "a.mp4"), export=export)
    assert own.run(Progress())["frames"] == 5
    assert job(world, tmp_path / "b.mp4", export={**export, "seconds": 1.2}).run(Progress())["frames"] == 12


def test_eight_seconds_are_the_default(world: Path, tmp_path: Path) -> None:
    short = VideoJob(str(world), str(tmp_path / "a.mp4"), export={"fps": 1, "size": [32, 16], "encoder": "software"})
    assert short.run(Progress()) == {
        "output": str(tmp_path / "a.mp4"),
        "frames": 8,
        "fps": 1.0,
        "size": [32, 16],
        "codec": "h264",
        "encoder": "libx264",
        "said": "H.264 by libx264, in software as asked",
    }


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("end its name in .mp4", {"output": "a.avi"}),
    ("folder does not exist", {"output": "none/a.mp4"}),
    ("size 127x64 .* 128x64", {"export": {"size": [127, 64]}}),
    ("size 128x63 .* 128x64", {"export": {"size": [128, 63]}}),
    ("size 8x8", {"export": {"size": [8, 8]}}),
    ("path swey .* sway", {"export": {"path": "swey"}}),
    ("no such file", {"export": {"path": "gone.json"}}),
    ("not JSON", {"export": {"path": "broken.json"}}),
    ("fps", {"export": {"fps": 121}}),
    ("fps", {"export": {"fps": 0}}),
    ("codec", {"export": {"codec": "vp9"}}),
    ("quality", {"export": {"quality": 101}}),
    ("seconds", {"export": {"seconds": 0}}),
    ("no frame", {"export": {"seconds": 0.1, "fps": 1}}),
    ("position .* outside", {"view": {"position": [0, 5, 0]}}),
    ("leaves the world after 0.[0-9]+ s: position", {"camera_path": "OUTSIDE"}),
    ("keyframes", {"camera_path": {"version": 1, "loop": False, "keyframes": []}}),
    ("nowhere", {"scene": "nowhere.png"}),
]


@pytest.mark.parametrize(("word", "fields"), WRONG)
def test_mistakes_are_found_before_drawing(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, fields: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(videos.VideoJob, "stage", lambda *_: pytest.fail("drawing began"))
    (tmp_path / "broken.json").write_text("{")
    if fields.get("camera_path") == "OUTSIDE":
        # both keyframes are inside the world; the way between them is not
        away = CameraPath((Keyframe(0, (0, 0, 4)), Keyframe(2, (0, 0, 5)), Keyframe(4)))
        fields = {"camera_path": away.to_json()}
    given = {"scene": str(world), "output": "a.mp4", **fields, "export": {"size": SIZE, **fields.get("export", {})}}
    with pytest.raises(InputError, match=word) as caught:
        VideoJob(**given).run(Progress())
    assert "\n" not in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["broken.json"]


def test_progress_counts_frames_and_tells_the_time_left(world: Path, tmp_path: Path) -> None:
    said: list[Report] = []
    clock = iter(np.arange(0, 1000, 0.5).tolist())
    job(world, tmp_path / "a.mp4", export={"fps": 25}).run(Progress(said.append, clock=lambda: next(clock)))
    drawn = [report for report in said if report.text == "drawing frames"]
    assert [report.done for report in drawn] == list(range(10))
    assert {report.total for report in drawn} == {10}
    assert drawn[-1].seconds_left == pytest.approx(0.5)


def test_cancelling_stops_within_a_frame_and_leaves_nothing(world: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.mp4"
    output.write_bytes(b"before")
    drawn: list[Report] = []

    def cancelled() -> bool:
        return len(drawn) >= 5

    progress = Progress(lambda report: drawn.append(report) if report.text == "drawing frames" else None, cancelled)
    with pytest.raises(Cancelled):
        job(world, output, export={"seconds": 60}).run(progress)
    assert len(drawn) == 5
    assert output.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]
    assert not ffmpegs()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_ffmpeg_ends_the_video_with_a_sentence(world: Path, tmp_path: Path) -> None:
    def kill(report: Report) -> None:
        if report.text == "drawing frames" and report.done == 3:
            for child in ffmpegs():
                child.kill()

    with pytest.raises(MachineError, match="ffmpeg was ended by signal 9"):
        job(world, tmp_path / "a.mp4", export={"seconds": 60}).run(Progress(kill))
    assert not list(tmp_path.iterdir())


def test_interrupting_leaves_nothing(world: Path, tmp_path: Path) -> None:
    def interrupt(report: Report) -> None:
        if report.text == "drawing frames" and report.done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        job(world, tmp_path / "a.mp4", export={"seconds": 60}).run(Progress(interrupt))
    assert not list(tmp_path.iterdir())


def test_a_worker_makes_a_video_and_stops_when_told(world: Path, tmp_path: Path) -> None:
    queue = JobQueue("export")
    answers: list[Any] = []
    ended = threading.Event()
    drawing = threading.Event()
    try:
        queue.enqueue(
            Ticket(job(world, tmp_path / "a.mp4", export={"fps": 10}), on_done=answers.append, on_failed=answers.append)
        )
        endless = queue.enqueue(
            Ticket(
                job(world, tmp_path / "b.mp4", export={"seconds": 3600}),
                on_progress=lambda report: drawing.set() if report.text == "drawing frames" else None,
                on_cancelled=ended.set,
                on_failed=answers.append,
            )
        )
        assert drawing.wait(60), answers
        queue.cancel(endless)
        assert ended.wait(20)
    finally:
        queue.close()
    assert [answer["frames"] for answer in answers] == [4]
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]
    assert len(Video(tmp_path / "a.mp4").frames) == 4


def test_the_worker_finds_both_jobs() -> None:
    assert {"still", "video"} <= {kind for kind, found in JOBS.items() if found.kind == kind}


def test_the_poses_of_a_clip_are_those_of_its_path() -> None:
    path = preset("orbit", Pose(), 90, Displacement(), 3)
    times = frame_times(3, 1000)
    assert list(moments(path, times)) == path.along(times)
