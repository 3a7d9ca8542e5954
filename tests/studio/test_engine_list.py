"""Every engine says in words what it needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from depthfusion.generate import parts
from depthfusion.generate.engines import Offer, options_of
from depthfusion.studio import engine_list
from depthfusion.studio.engine_list import survey


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def test_without_anything_sketch_is_ready_and_the_rest_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "installed", lambda: False)
    monkeypatch.setattr(parts, "can_install", lambda: True)
    monkeypatch.setattr(parts, "bytes_needed", lambda: 2_000_000_000)
    engines = survey()
    words = {entry.name: entry.words for entry in engines.listed}
    assert words["auto"] == "sketch, as no LDM3D engine is ready here"
    assert words["sketch"].startswith("ready — ")
    assert words["ldm3d"].startswith("needs the LDM3D parts (about 2.0 GB) and a 5.5 GB download — ")
    assert engines.entry("auto").options == frozenset()
    pano = engines.entry("Intel/ldm3d-pano")
    assert (pano.parts, pano.checkpoint, pano.ready) == (False, "Intel/ldm3d-pano", False)


def test_a_hub_name_that_is_not_listed_needs_a_download_and_a_folder_none(
    checkpoint: Callable[..., Path],
) -> None:
    engines = survey()
    other = engines.entry("someone/their-ldm3d")
    assert (other.words, other.checkpoint) == ("needs a download", "someone/their-ldm3d")
    folder = engines.entry(str(checkpoint("pano")))
    assert folder.ready
    assert folder.options == options_of("ldm3d")


def test_auto_has_the_options_of_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = survey().entry("auto")
    assert entry.options == options_of("sketch")
    monkeypatch.setattr(engine_list, "offers", lambda: [Offer("ldm3d", "x", options_of("ldm3d"))])
    assert survey().entry("auto").words.startswith("sketch: ")
