"""The encoder: what goes in comes out, in BT.709, and nothing of it survives a failure."""

# ruff: noqa: PT012 — what must raise is the whole block that writes a video

from __future__ import annotations

import os
import queue
import signal
import struct
import subprocess
import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import psutil
import pytest

from depthfusion.errors import MachineError
from depthfusion.export import ffmpeg
from depthfusion.export.codecs import CODECS
from depthfusion.export.encoding import Encoding
from depthfusion.export.ffmpeg import Encoder, last_words
from depthfusion.jobs.progress import Cancelled
from ldm3d.files import whole_file

from .conftest import Video, planes_of, psnr

SIZE = (128, 64)


def scene(count: int, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    """A smooth picture that moves, each frame unlike the others."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    waves = [128 + 100 * np.sin(x / 9 + i / 3 + c) * np.cos(y / 7 - c) for i in range(count) for c in range(3)]
    return list(np.asarray(waves).reshape(count, 3, size[1], size[0]).transpose(0, 2, 3, 1).round().astype(np.uint8))


def contents(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def encode(path: Path, frames: list[np.ndarray], **settings: object) -> Video:
    height, width = frames[0].shape[:2]
    encoding = Encoding((width, height), settings.pop("rate", Fraction(30)), threads=2, **settings)  # type: ignore[arg-type]
    with Encoder(path, encoding) as encoder:
        for frame in frames:
            encoder.write(planes_of(frame, encoding.of.bits))
        encoder.finish()
    return Video(path)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("count", [1, 2, 47])
def test_every_frame_comes_out_once_and_in_order(tmp_path: Path, codec: str, count: int) -> None:
    frames = scene(count)
    decoded = encode(tmp_path / "a.mp4", frames, codec=codec).frames
    assert len(decoded) == count
    assert min(psnr(a, b) for a, b in zip(decoded, frames, strict=True)) > 33
    for i in range(1, count):
        assert psnr(decoded[i], frames[i]) > psnr(decoded[i], frames[i - 1]) + 3


@pytest.mark.parametrize(
    "rate", [Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(120), Fraction(1)]
)
def test_the_rate_is_exact(tmp_path: Path, rate: Fraction) -> None:
    video = encode(tmp_path / "a.mp4", scene(12), rate=rate)
    assert video.times == pytest.approx([float(i / rate) for i in range(12)], abs=2e-6)
    scale, duration = struct.unpack(">II", video.box("mdhd")[12:20])
    assert Fraction(duration, scale) == 12 / rate
    assert f"{float(rate):.4g} fps" in video.words


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (90, 160, 30)])
def test_colour_is_bt709_in_limited_range(tmp_path: Path, codec: str, colour: tuple[int, int, int]) -> None:
    # Rec. ITU-R BT.709-6, section 3, 8 bits.
    r, g, b = np.array(colour) / 255
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    expected = (16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748)
    planes = encode(tmp_path / "a.mp4", [np.full((64, 128, 3), colour, np.uint8)], codec=codec).planes
    for plane, value in zip(planes, expected, strict=True):
        assert abs(plane.astype(float) - value).max() <= 1.1


@pytest.mark.parametrize(
    ("codec", "entry", "words"),
    [
        ("h264", "avc1", "h264 (High)"),
        ("hevc", "hvc1", "hevc (Main)"),
        ("hevc10", "hvc1", "hevc (Main 10)"),
        ("av1", "av01", "av1"),
    ],
)
def test_colour_is_tagged_and_the_index_comes_first(tmp_path: Path, codec: str, entry: str, words: str) -> None:
    video = encode(tmp_path / "a.mp4", scene(3), codec=codec, title="Dawn")
    assert video.box(entry)
    # ISO/IEC 14496-12 colr: primaries, transfer, matrix all 1 (BT.709), limited range.
    assert video.box("colr")[:11] == b"nclx" + struct.pack(">HHHB", 1, 1, 1, 0)
    names = [name for name, _ in video.boxes]
    assert names.index("moov") < names.index("mdat")
    assert words in video.words
    assert f"{'yuv420p10le' if codec == 'hevc10' else 'yuv420p'}(tv, bt709" in video.words
    assert "Dawn" in video.words


@pytest.mark.parametrize("codec", CODECS)
def test_a_player_can_begin_at_least_once_a_second(tmp_path: Path, codec: str) -> None:
    starts = np.flatnonzero(encode(tmp_path / "a.mp4", scene(80), codec=codec, rate=Fraction(24)).keyframes)
    assert starts[0] == 0
    assert np.diff(starts).max() <= 24


@pytest.mark.parametrize("codec", CODECS)
def test_quality_buys_fidelity_with_bytes(tmp_path: Path, codec: str) -> None:
    frames = [np.random.default_rng(i).integers(0, 256, (64, 128, 3), dtype=np.uint8) for i in range(4)]
    videos = [encode(tmp_path / f"{quality}.mp4", frames, codec=codec, quality=quality) for quality in (0, 50, 75, 100)]
    assert sorted(video.path.stat().st_size for video in videos) == [video.path.stat().st_size for video in videos]
    fidelity = [psnr(video.frames[1], frames[1]) for video in videos]
    assert sorted(fidelity) == fidelity


def _run(path: Path, frames: int, encoder_ready: queue.Queue[Encoder], stop: threading.Event) -> None:
    """Write frames until told to stop."""

    def check() -> None:
        if stop.is_set():
            raise Cancelled

    with whole_file(path) as partial, Encoder(partial, Encoding((640, 360), Fraction(30)), check) as encoder:
        encoder_ready.put(encoder)
        noise = np.random.default_rng(0).integers(0, 256, 640 * 360 * 3 // 2, dtype=np.uint8)
        for _ in range(frames):
            encoder.write(noise)
        encoder.finish()


def test_a_cancelled_video_leaves_neither_file_nor_process(tmp_path: Path) -> None:
    ready: queue.Queue[Encoder] = queue.Queue()
    stop, path = threading.Event(), tmp_path / "a.mp4"
    path.write_bytes(b"what was there before")
    raised: list[BaseException] = []

    def work() -> None:
        try:
            _run(path, 100_000, ready, stop)
        except Cancelled as answer:
            raised.append(answer)

    thread = threading.Thread(target=work)
    thread.start()
    process = psutil.Process(ready.get(timeout=20).process_id)
    time.sleep(0.3)
    stop.set()
    thread.join(10)
    assert [type(answer) for answer in raised] == [Cancelled]
    assert not process.is_running()
    assert path.read_bytes() == b"what was there before"
    assert contents(tmp_path) == ["a.mp4"]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_an_ffmpeg_that_hangs_can_be_cancelled(tmp_path: Path) -> None:
    started = 0.0

    def check() -> None:
        if started and time.monotonic() - started > 0.5:
            raise Cancelled

    noise = np.zeros(640 * 360 * 3 // 2, np.uint8)
    with pytest.raises(Cancelled), Encoder(tmp_path / "a.mp4", Encoding((640, 360), Fraction(30)), check) as encoder:
        os.kill(encoder.process_id, signal.SIGSTOP)
        started = time.monotonic()
        for _ in range(1000):
            encoder.write(noise)
    (tmp_path / "a.mp4").unlink(missing_ok=True)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_ffmpeg_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")
    frame = np.zeros(640 * 360 * 3 // 2, np.uint8)
    with (
        pytest.raises(MachineError, match=r"ffmpeg was ended by signal 9"),
        whole_file(path) as partial,
        Encoder(partial, Encoding((640, 360), Fraction(30))) as encoder,
    ):
        for i in range(100_000):
            encoder.write(frame)
            if i == 5:
                os.kill(encoder.process_id, signal.SIGKILL)
    assert path.read_bytes() == b"before"
    assert contents(tmp_path) == ["a.mp4"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_an_ffmpeg_killed_at_the_very_end_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with (
        pytest.raises(MachineError, match="signal 9"),
        whole_file(path) as partial,
        Encoder(partial, Encoding((640, 360), Fraction(30))) as encoder,
    ):
        encoder.write(np.zeros(640 * 360 * 3 // 2, np.uint8))
        os.kill(encoder.process_id, signal.SIGKILL)
        encoder.finish()
    assert not path.exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_whatever_ends_the_drawing_ends_ffmpeg(tmp_path: Path, error: type[BaseException]) -> None:
    with (
        pytest.raises(error),
        whole_file(tmp_path / "a.mp4") as partial,
        Encoder(partial, Encoding((640, 360), Fraction(30))) as encoder,
    ):
        process = psutil.Process(encoder.process_id)
        encoder.write(np.zeros(640 * 360 * 3 // 2, np.uint8))
        raise error
    assert not process.is_running()
    assert not contents(tmp_path)


def test_ffmpegs_own_words_are_told(tmp_path: Path) -> None:
    class Wrong(Encoding):
        def _codec_arguments(self) -> list[str]:
            return ["-c:v", "no_such_encoder"]

    with (
        pytest.raises(MachineError, match=r"Unknown encoder 'no_such_encoder'") as caught,
        whole_file(tmp_path / "a.mp4") as partial,
        Encoder(partial, Wrong((640, 360), Fraction(30))) as encoder,
    ):
        for _ in range(1000):
            encoder.write(np.zeros(640 * 360 * 3 // 2, np.uint8))
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "", "#!/nowhere/sh\n"])
def test_an_ffmpeg_that_cannot_start_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    program = tmp_path / "ffmpeg"
    if content is not None:
        program.write_text(content)
        program.chmod(0o700 if content else 0o600)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with (
        pytest.raises(MachineError, match=r"could not be started"),
        Encoder(tmp_path / "a.mp4", Encoding(SIZE, Fraction(30))),
    ):
        pass


def test_a_missing_ffmpeg_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import imageio_ffmpeg

    def nothing() -> str:
        raise RuntimeError("No ffmpeg exe could be found. Install ffmpeg on your system")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nothing)
    with pytest.raises(MachineError, match="ffmpeg was not found"):
        ffmpeg.program()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        path = disk / "a.mp4"
        path.write_bytes(b"before")
        noise = np.random.default_rng(0).integers(0, 256, 640 * 360 * 3 // 2, dtype=np.uint8)
        with (
            pytest.raises(MachineError, match=r"a\.mp4 could not be written because the disk is full"),
            whole_file(path) as partial,
            Encoder(partial, Encoding((640, 360), Fraction(30))) as encoder,
        ):
            for _ in range(500):
                encoder.write(noise)
            encoder.finish()
        assert path.read_bytes() == b"before"
        assert contents(disk) == ["a.mp4"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    waiting: list[int] = []
    with Encoder(tmp_path / "a.mp4", Encoding(SIZE, Fraction(30))) as encoder:
        for frame in scene(200):
            encoder.write(planes_of(frame))
            waiting.append(encoder._frames.qsize())
        encoder.finish()
    assert max(waiting) <= 2


def test_last_words_are_one_short_line() -> None:
    said = "[libx264 @ 0x55d0] no\n\n[libx264 @ 0x55d0] no\n[out#0/mp4 @ 0x1f] Error\n"
    assert last_words(said) == "libx264: no; out#0/mp4: Error"
    assert len(last_words("x" * 5000 + " end")) == 400
    assert last_words("x" * 5000 + " end").endswith(" end")
