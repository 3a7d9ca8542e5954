"""Fills are taken back and done again, each beside its own panorama."""

from __future__ import annotations

from pathlib import Path

from depthfusion.studio.fills import Fills


def write(scene: Path, text: str) -> None:
    scene.with_name(f"{scene.stem}.back.png").write_text(text)
    scene.with_name(f"{scene.stem}.back.depth.png").write_text(f"depth of {text}")


def there(scene: Path) -> str:
    back, depth = scene.with_name(f"{scene.stem}.back.png"), scene.with_name(f"{scene.stem}.back.depth.png")
    assert back.exists() == depth.exists()
    return back.read_text() if back.exists() else ""


def test_what_was_there_before_comes_back_and_goes_again(tmp_path: Path) -> None:
    fills, a, b = Fills(), tmp_path / "a.png", tmp_path / "b.png"
    write(b, "found")
    count = 0
    for scene, text in ((a, "first"), (b, "second"), (a, "third")):
        fills.begin(scene)
        write(scene, text)
        count = fills.made(scene, count)
    assert fills.go_to(2) == [a]
    assert (there(a), there(b)) == ("first", "second")
    assert fills.go_to(0) == [a, b]
    assert (there(a), there(b)) == ("", "found")
    assert fills.go_to(3) == [a, b]
    assert (there(a), there(b)) == ("third", "second")
    fills.close()
    assert there(a) == "third"


def test_another_fill_after_undoing_takes_the_place_of_the_undone(tmp_path: Path) -> None:
    fills, a = Fills(), tmp_path / "a.png"
    fills.begin(a)
    write(a, "one")
    fills.made(a, 0)
    fills.go_to(0)
    fills.begin(a)
    write(a, "two")
    assert fills.made(a, 0) == 1
    fills.go_to(0)
    assert there(a) == ""
    fills.go_to(1)
    assert there(a) == "two"
    fills.close()


def test_undo_leaves_alone_what_is_being_filled_until_that_is_over(tmp_path: Path) -> None:
    fills, a, b = Fills(), tmp_path / "a.png", tmp_path / "b.png"
    for count, (scene, text) in enumerate([(a, "one"), (b, "two")]):
        fills.begin(scene)
        write(scene, text)
        assert fills.made(scene, count) == count + 1
    fills.begin(a)
    assert fills.go_to(0, but=[a]) == [b]  # while a is filled once more
    assert (there(a), there(b)) == ("one", "")
    fills.settle(a)  # that came to nothing
    assert there(a) == ""
    fills.go_to(2)
    fills.begin(a)
    fills.go_to(0, but=[a])
    write(a, "three")
    assert fills.made(a, 0) == 1
    assert (there(a), there(b)) == ("three", "")
    fills.go_to(0)
    assert there(a) == ""
    fills.go_to(1)
    assert there(a) == "three"
    fills.close()
