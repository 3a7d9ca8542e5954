"""What is sent to be made, under which names, and which worlds are remembered."""

from __future__ import annotations

from pathlib import Path

from depthfusion.generate.engines import options_of
from depthfusion.generate.request import GenerationRequest
from depthfusion.generate.rules import check
from depthfusion.studio.generation import asked, free_names
from depthfusion.studio.results import LONGEST, Results


def test_names_are_free_and_each_is_given_once(tmp_path: Path) -> None:
    (tmp_path / "harbour.depth.png").touch()
    (tmp_path / "harbour-3.png").touch()
    taken = {tmp_path / "harbour-4.png"}
    found = free_names(tmp_path, "harbour", 3, taken)
    assert [path.name for path in found] == ["harbour-2.png", "harbour-5.png", "harbour-6.png"]


def test_what_nobody_sees_is_not_sent() -> None:
    """Whatever the fields hold, what is sent never has an option that its engine lacks or that stands alone."""
    full = GenerationRequest(
        prompt="a harbour", engine="sketch", steps=9, negative="people", denoise=0.3, mask="m.png", lora_scale=0.5
    )
    for engine in ("sketch", "ldm3d"):
        full.engine = engine
        sent = asked(full, options_of(engine))
        check(sent)
        assert sent.prompt == "a harbour"
        assert sent.steps == (9 if engine == "ldm3d" else None)
    assert (full.denoise, full.mask) == (0.3, "m.png")


def test_a_source_brings_its_strength_and_mask(tmp_path: Path) -> None:
    for name in ("s.png", "m.png"):
        (tmp_path / name).touch()
    source, mask = str(tmp_path / "s.png"), str(tmp_path / "m.png")
    request = GenerationRequest(prompt="x", engine="ldm3d", source=source, denoise=0.3, mask=mask)
    sent = asked(request, options_of("ldm3d"))
    check(sent)
    assert (sent.source, sent.denoise, sent.mask) == (source, 0.3, mask)


def worlds(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{i}.png" for i in range(count)]
    for path in paths:
        path.touch()
    return paths


def test_worlds_of_late_are_kept_once_each_and_not_for_ever(tmp_path: Path) -> None:
    results = Results()
    paths = worlds(tmp_path, LONGEST + 5)
    results.show((paths[0],))
    for path in paths[1:]:
        results.add((path,), unseen=True)
        results.add((path,), unseen=True)
    assert len(results.worlds) == LONGEST
    assert results.worlds[0] == (paths[0],)  # the one that is shown stays
    assert results.worlds[-1] == (paths[-1],)
    assert results.unseen(paths[-1])
    results.show((paths[-1],))
    assert not results.unseen(paths[-1])


def test_worlds_of_late_survive_a_restart_without_those_that_are_gone(tmp_path: Path) -> None:
    results = Results()
    first, second, third = worlds(tmp_path, 3)
    for files in ((first,), (second, tmp_path / "d.png"), (third,)):
        results.show(files)
    third.unlink()
    again = Results()
    again.restore([*results.as_json(), "nonsense", [], [1], None])
    assert again.worlds == [(first,)]
    again.restore("nonsense")
    assert again.worlds == [(first,)]
