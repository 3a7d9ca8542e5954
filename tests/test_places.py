"""Names and folders of results."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion import places
from depthfusion.errors import InputError


def test_a_stem_tells_the_prompt() -> None:
    assert places.stem("A tranquil forest, at dawn!") == "a-tranquil-forest-at-dawn"
    assert places.stem("Über den Dächern") == "uber-den-dachern"
    assert places.stem("夜の森") == "panorama"


@given(st.text())
def test_a_stem_is_a_plain_file_name(prompt: str) -> None:
    stem = places.stem(prompt)
    assert 0 < len(stem) <= 60
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_existing_name_is_never_taken_again(tmp_path: Path) -> None:
    suffixes = (".png", ".depth.png")
    assert places.unused(tmp_path, "a", suffixes) == tmp_path / "a"
    (tmp_path / "a.depth.png").touch()
    assert places.unused(tmp_path, "a", suffixes) == tmp_path / "a-2"
    (tmp_path / "a-2.png").touch()
    assert places.unused(tmp_path, "a", suffixes) == tmp_path / "a-3"


def test_one_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path))
    for place in (places.results(), places.state(), places.log()):
        assert place.is_relative_to(tmp_path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="a file has that name"):
        places.make(tmp_path / "out")
