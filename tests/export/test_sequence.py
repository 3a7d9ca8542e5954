"""Sequences of pictures: whole frames, in order, that go on where they stopped and never mix with others."""

# ruff: noqa: PT012 — what must raise is the whole block that writes a sequence

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from depthfusion.errors import InputError, MachineError
from depthfusion.export.sequence import Sequence, linear

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (16, 32, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (16, 32, 3), dtype=np.uint16)
METRES = RNG.uniform(1, 50, (16, 32)).astype(np.float32)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_png_keeps_colour_and_exact_metres(tmp_path: Path) -> None:
    with Sequence(tmp_path / "a.png", 1, {}) as pictures:
        pictures.write(0, COLOUR, METRES)
    assert names(tmp_path) == ["a_00000.depth.exr", "a_00000.png"]
    assert (np.asarray(Image.open(tmp_path / "a_00000.png")) == COLOUR).all()
    channels = OpenEXR.File(str(tmp_path / "a_00000.depth.exr")).channels()
    assert list(channels) == ["Z"]
    assert channels["Z"].pixels.dtype == np.float32
    assert (channels["Z"].pixels == METRES).all()


def test_exr_keeps_linear_light_and_exact_metres_in_one_file(tmp_path: Path) -> None:
    with Sequence(tmp_path / "a.exr", 1, {}) as pictures:
        pictures.write(0, DEEP, METRES)
    assert names(tmp_path) == ["a_00000.exr"]
    channels = OpenEXR.File(str(tmp_path / "a_00000.exr")).channels()
    assert (channels["Z"].pixels == METRES).all()
    rgb = channels["RGB"].pixels
    assert rgb.dtype == np.float16
    assert rgb == pytest.approx(linear(DEEP), rel=2**-11, abs=1e-7)


def test_linear_light_is_srgbs() -> None:
    # IEC 61966-2-1: 0.5 is 0.21404, and 0.04045 the end of the straight part, 0.0031308
    levels = np.array([0, 0.04045 * 65535, 0.5 * 65535, 65535]).round().astype(np.uint16)
    assert linear(levels) == pytest.approx([0, 0.0031308, 0.21404, 1], abs=1e-5)


def test_an_interrupted_sequence_goes_on_where_it_stopped(tmp_path: Path) -> None:
    made_by = {"look": {"strength": 0.5}, "output": "a.png"}
    with pytest.raises(KeyboardInterrupt), Sequence(tmp_path / "a.png", 5, made_by) as pictures:
        for number in pictures.missing():
            if number == 3:
                raise KeyboardInterrupt
            pictures.write(number, COLOUR, METRES)
    assert "a.unfinished.json" in names(tmp_path)
    (tmp_path / "a_00001.depth.exr").unlink()  # a frame without its depth is no frame
    first = (tmp_path / "a_00000.png").stat().st_mtime_ns
    with Sequence(tmp_path / "a.png", 5, made_by) as pictures:
        assert list(pictures.missing()) == [1, 3, 4]
        for number in (1, 3, 4):
            pictures.write(number, COLOUR, METRES)
    assert len(names(tmp_path)) == 10
    assert (tmp_path / "a_00000.png").stat().st_mtime_ns == first


def test_a_sequence_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Sequence(tmp_path / "a.png", 5, {}):
        raise KeyboardInterrupt
    assert not names(tmp_path)


def test_other_settings_never_mix_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Sequence(tmp_path / "a.png", 5, {"fov": 90}) as pictures:
        pictures.write(0, COLOUR, METRES)
        raise KeyboardInterrupt
    before = names(tmp_path)
    for count, made_by in ((5, {"fov": 91}), (6, {"fov": 90})):
        with pytest.raises(InputError, match=r"a\.unfinished\.json belongs to a sequence with other settings"):
            Sequence(tmp_path / "a.png", count, made_by).__enter__()
    assert names(tmp_path) == before


def test_pictures_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a_00003.png").write_bytes(b"mine")
    with pytest.raises(InputError, match=r"a_00003\.png is there already: choose another name"):
        Sequence(tmp_path / "a.png", 5, {}).__enter__()
    assert names(tmp_path) == ["a_00003.png"]
    with Sequence(tmp_path / "a.png", 3, {}) as pictures:  # 3 frames end before it
        assert list(pictures.missing()) == [0, 1, 2]


def test_a_scene_that_changed_is_another_sequence(tmp_path: Path) -> None:
    scene, gone = tmp_path / "scene.png", tmp_path / "scene.back.png"
    scene.write_bytes(b"one")
    with pytest.raises(KeyboardInterrupt), Sequence(tmp_path / "a.png", 5, {}, [scene, gone]) as pictures:
        pictures.write(0, COLOUR, METRES)
        raise KeyboardInterrupt
    Sequence(tmp_path / "a.png", 5, {}, [scene, gone]).__enter__()
    scene.write_bytes(b"another")
    with pytest.raises(InputError, match="other settings"):
        Sequence(tmp_path / "a.png", 5, {}, [scene, gone]).__enter__()


def test_a_broken_note_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.unfinished.json").write_text("{")
    with pytest.raises(InputError, match=r"a\.unfinished\.json cannot be read as the note of an unfinished sequence"):
        Sequence(tmp_path / "a.png", 5, {}).__enter__()


def test_numbers_have_five_digits_or_as_many_as_are_needed(tmp_path: Path) -> None:
    assert Sequence(tmp_path / "a.exr", 100_000, {}).name(7).name == "a_00007.exr"
    assert Sequence(tmp_path / "a.exr", 100_001, {}).name(7).name == "a_000007.exr"


def test_the_note_says_what_it_is_for(tmp_path: Path) -> None:
    with Sequence(tmp_path / "a.png", 2, {"b": 1}) as pictures:
        note = json.loads((tmp_path / "a.unfinished.json").read_text())
        assert (note["version"], note["frames"]) == (1, 2)
        pictures.write(0, COLOUR, METRES)
        pictures.write(1, COLOUR, METRES)
    assert "a.unfinished.json" not in names(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("suffix", [".png", ".exr"])
def test_a_full_disk_is_one_sentence_and_keeps_whole_frames(tmp_path: Path, suffix: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    colour = RNG.integers(0, 256, (64, 128, 3), dtype=np.uint8)
    metres = RNG.uniform(1, 50, (64, 128)).astype(np.float32)
    try:
        with (
            pytest.raises(MachineError, match=r"could not be written because the disk is full"),
            Sequence(disk / f"a{suffix}", 99, {}) as pictures,
        ):
            for number in pictures.missing():
                pictures.write(number, colour if suffix == ".png" else colour.astype(np.uint16) * 257, metres)
        left = names(disk)
        assert "a.unfinished.json" in left
        assert f"a_00000{suffix}" in left
        assert not [name for name in left if name.startswith(".partial")]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
