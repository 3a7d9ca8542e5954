"""What is kept is not computed again, and is the same for any number of processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ldm3d.errors import InputError
from ldm3d.evaluation import blocks
from ldm3d.evaluation.blocks import Rows
from ldm3d.evaluation.crew import Crew

ALONE = Crew()


def squares(block: range) -> Rows:
    return {"squares": np.array([number**2 for number in block])}


def test_blocks_cover_every_picture_once() -> None:
    assert blocks.cut(7, 3) == [range(3), range(3, 6), range(6, 7)]
    assert blocks.cut(6, 3) == [range(3), range(3, 6)]


def test_rows_come_back_in_order_and_whole_blocks_are_kept(tmp_path: Path) -> None:
    asked: list[range] = []

    def until_killed(block: range) -> Rows:
        asked.append(block)
        if block.start == 6:
            raise KeyboardInterrupt
        return squares(block)

    cut = blocks.cut(10, 3)
    with pytest.raises(KeyboardInterrupt):
        blocks.compute(tmp_path, cut, until_killed, ALONE, "squaring", quiet=True)
    assert asked == cut[:3]
    asked.clear()
    blocks.compute(tmp_path, cut, lambda block: asked.append(block) or squares(block), ALONE, "squaring", quiet=True)
    assert asked == cut[2:], "the first two were whole"
    assert blocks.gather(tmp_path, cut)["squares"].tolist() == [number**2 for number in range(10)]
    assert not list(tmp_path.glob(".partial*"))


def test_more_pictures_go_on_from_fewer(tmp_path: Path) -> None:
    blocks.compute(tmp_path, blocks.cut(7, 3), squares, ALONE, "squaring", quiet=True)
    asked: list[range] = []
    cut = blocks.cut(12, 3)
    blocks.compute(tmp_path, cut, lambda block: asked.append(block) or squares(block), ALONE, "squaring", quiet=True)
    assert asked == [range(6, 9), range(9, 12)]
    assert len(blocks.gather(tmp_path, cut)["squares"]) == 12


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_processes_share_all_blocks_and_none_twice(tmp_path: Path, size: int) -> None:
    cut = blocks.cut(20, 3)
    shares = [Crew(rank, size).share(cut) for rank in range(size)]
    assert sorted(block.start for share in shares for block in share) == [block.start for block in cut]
    for rank in range(size):
        blocks.compute(tmp_path, cut, squares, Crew(rank, size), "squaring", quiet=True)
    assert blocks.gather(tmp_path, cut)["squares"].tolist() == [number**2 for number in range(20)]


def test_damaged_results_are_one_sentence(tmp_path: Path) -> None:
    cut = blocks.cut(3, 3)
    blocks.compute(tmp_path, cut, squares, ALONE, "squaring", quiet=True)
    path = blocks.file_of(tmp_path, cut[0])
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="delete it and run the same command again"):
        blocks.gather(tmp_path, cut)


def test_a_folder_is_for_one_set_of_settings(tmp_path: Path) -> None:
    blocks.claim(tmp_path / "a", {"steps": 50, "size": (8, 8)}, ALONE)
    blocks.claim(tmp_path / "a", {"steps": 50, "size": (8, 8)}, ALONE)
    with pytest.raises(InputError, match=r"another steps \(50, now 25\)"):
        blocks.claim(tmp_path / "a", {"steps": 25, "size": (8, 8)}, ALONE)
    (tmp_path / "a" / "settings.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        blocks.claim(tmp_path / "a", {"steps": 50}, ALONE)
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError, match="is a file"):
        blocks.make_folder(tmp_path / "file")


def test_a_fingerprint_is_of_the_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "weights.bin").write_bytes(bytes(300_000))
    assert blocks.fingerprint(first) == blocks.fingerprint(second)
    changed = bytearray(300_000)
    changed[150_000] = 1
    (second / "weights.bin").write_bytes(changed)
    assert blocks.fingerprint(first) != blocks.fingerprint(second)
    assert blocks.mark(["ab", "c"]) != blocks.mark(["a", "bc"])
