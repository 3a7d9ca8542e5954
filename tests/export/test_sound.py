"""Sound beside the pictures: neither shifted nor longer, whatever the file."""

from __future__ import annotations

import subprocess
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from depthfusion.errors import InputError
from depthfusion.export import sound
from depthfusion.export.jobs import VideoJob
from depthfusion.jobs.progress import Progress

from .conftest import FFMPEG, Video

RATE = 48_000


def clicks(path: Path, seconds: float, times: list[float]) -> Path:
    """Write silence with a short burst of noise at each of `times`."""
    samples = np.zeros(round(seconds * RATE))
    for time in times:
        at = round(time * RATE)
        samples[at : at + 480] = np.random.default_rng(0).uniform(-0.9, 0.9, 480)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def converted(source: Path, target: Path, *arguments: str) -> Path:
    subprocess.run([FFMPEG, "-v", "error", "-i", str(source), *arguments, str(target)], check=True)
    return target


def heard(path: Path) -> tuple[list[float], float]:
    """When the bursts of a video's sound begin, by its own timeline, and how long the sound is, in seconds."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:a:0", "-af", "aresample=async=1:first_pts=0"]
    raw = subprocess.run([*command, "-ac", "1", "-f", "f32le", "-"], check=True, capture_output=True).stdout
    samples = np.frombuffer(raw, "<f4")
    loud = np.flatnonzero(abs(samples) > 0.25)
    begins = loud[np.diff(loud, prepend=-RATE) > RATE // 10]
    return [round(at / RATE, 4) for at in begins], len(samples) / RATE


def video(world: Path, output: Path, **export: Any) -> Path:
    settings = {"size": [64, 32], "seconds": 2, "fps": 10, "encoder": "software", **export}
    VideoJob(str(world), str(output), export=settings).run(Progress())
    return output


def test_sound_is_trimmed_to_the_pictures_and_not_shifted(world: Path, tmp_path: Path) -> None:
    made = video(world, tmp_path / "a.mp4", audio=str(clicks(tmp_path / "a.wav", 5, [0.25, 1.5, 3])))
    times, length = heard(made)
    assert times == pytest.approx([0.25, 1.5], abs=0.004)
    assert length == pytest.approx(2, abs=0.025)
    assert len(Video(made).frames) == 20
    assert Video(made).times == pytest.approx([i / 10 for i in range(20)], abs=1e-4)
    assert "Audio: aac" in Video(made).words


def test_shorter_sound_is_followed_by_silence_or_begins_again(world: Path, tmp_path: Path) -> None:
    short = str(clicks(tmp_path / "a.wav", 0.75, [0.25]))
    once, length = heard(video(world, tmp_path / "once.mp4", audio=short))
    assert once == pytest.approx([0.25], abs=0.004)
    assert length == pytest.approx(0.75, abs=0.025)
    again, length = heard(video(world, tmp_path / "again.mp4", audio=short, audio_loop=True))
    assert again == pytest.approx([0.25, 1.0, 1.75], abs=0.004)
    assert length == pytest.approx(2, abs=0.025)
    assert len(Video(tmp_path / "again.mp4").frames) == 20


@pytest.mark.parametrize("suffix", [".m4a", ".mp3", ".flac", ".ogg"])
def test_every_kind_of_file_is_heard_at_its_time(world: Path, tmp_path: Path, suffix: str) -> None:
    file = converted(clicks(tmp_path / "a.wav", 3, [0.25, 1.5]), tmp_path / f"a{suffix}")
    times, length = heard(video(world, tmp_path / "a.mp4", audio=str(file)))
    assert times == pytest.approx([0.25, 1.5], abs=0.004)
    assert length == pytest.approx(2, abs=0.05)


def test_the_sound_of_a_video_is_taken_as_it_is(world: Path, tmp_path: Path) -> None:
    source = video(world, tmp_path / "a.mp4", audio=str(clicks(tmp_path / "a.wav", 3, [0.25, 1.5])), seconds=3)
    read = sound.read(str(source), Fraction(2), loop=False)
    assert read.copied
    assert not sound.read(str(source), Fraction(2), loop=True).copied
    assert heard(video(world, tmp_path / "b.mp4", audio=str(source)))[0] == pytest.approx([0.25, 1.5], abs=0.004)


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_sound_waits_for_encoders_that_look_far_ahead(world: Path, tmp_path: Path, codec: str) -> None:
    file = str(clicks(tmp_path / "a.wav", 12, [0.25, 9.5]))
    made = video(world, tmp_path / "a.mp4", audio=file, codec=codec, seconds=10, fps=24)
    assert heard(made)[0] == pytest.approx([0.25, 9.5], abs=0.004)
    assert len(Video(made).times) == 240


def test_files_without_sound_are_one_sentence(world: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no sound")
    silent = video(world, tmp_path / "silent.mp4")
    empty = clicks(tmp_path / "empty.wav", 0, [])
    for name, word in (
        (tmp_path / "gone.wav", "No such file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "notes.txt", "there is no sound in it"),
        (silent, "there is no sound in it"),
        (empty, "there is no sound in it"),
        ("a\0b", "null byte"),
    ):
        with pytest.raises(InputError, match=f"audio .*{word}") as caught:
            video(world, tmp_path / "a.mp4", audio=str(name))
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "a.mp4").exists()


def test_pictures_have_no_sound(world: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"audio .* cannot be used for a sequence of pictures: end .* in \.mp4"):
        video(world, tmp_path / "a.png", audio=str(clicks(tmp_path / "a.wav", 1, [0])))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Duration: 00:01:02.50, x\n  Stream #0:0: Audio: pcm_s16le ([1]), 48000 Hz", sound.Heard("pcm_s16le", 62.5)),
        ("Duration: N/A\n Stream #0:1[0x2](und): Audio: aac (LC) (mp4a), 2", sound.Heard("aac", None)),
        ("Duration: 00:00:02.00\n  Stream #0:0: Video: h264", None),
        ("Invalid data found when processing input", None),
    ],
)
def test_ffmpegs_words_are_understood(words: str, found: sound.Heard | None) -> None:
    assert sound.understand(words) == found
