"""Which engine makes a request, and what `auto` takes."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.errors import InputError
from depthfusion.generate import expected, parts, rules
from depthfusion.generate.engines.base import Engine
from depthfusion.generate.engines.ldm3d import LDM3D, name_of
from depthfusion.generate.engines.sketch import Sketch
from depthfusion.generate.request import GenerationRequest, random_seed
from ldm3d import checkpoints

PATIENCE = 60.0  # seconds that `auto` lets a panorama take


@dataclass(frozen=True)
class Candidate:
    """A checkpoint that `auto` may take.

    Attributes:
        name: as engine.
        seconds: that the request is expected to take with it; None where it is not known.
        refused: why it cannot make the request, in a sentence; empty: it can.
    """

    name: str
    seconds: float | None
    refused: str = ""


def resolve(request: GenerationRequest) -> tuple[Engine, GenerationRequest, str]:
    """Return the engine, the request with nothing left to chance, and for `auto` why this engine, in a sentence.

    Nothing is downloaded, installed or loaded. Device, precision and memory stay as they were asked for, so that the
    request can be made again elsewhere.

    Raises:
        InputError: an empty prompt, an engine that is none, and what the engine refuses.
        MachineError: the checkpoint has not been downloaded.
    """
    rules.check(request)
    name, why = request.engine, ""
    if name == rules.AUTO:
        name, why = pick(parts.installed(), _candidates(request))
    rules.check_options(request, name, why)
    engine: Engine = Sketch() if name == rules.SKETCH else LDM3D.named(name)
    completed = engine.completed(request)
    if completed.seed is None:
        completed.seed = random_seed()
    return engine, completed, why


def pick(installed: bool, candidates: list[Candidate]) -> tuple[str, str]:
    """Return what `auto` takes and why.

    Args:
        installed: whether the parts of LDM3D are.
        candidates: the checkpoints that are complete on this disk, the best first.
    """
    if not installed:
        why = "the parts of LDM3D are not installed; --engine ldm3d installs them"
    elif not candidates:
        why = "no LDM3D checkpoint is on this disk; `model get ldm3d` downloads the best"
    else:
        for one in candidates:
            if not one.refused and one.seconds is not None and one.seconds <= PATIENCE:
                return one.name, f"{one.name} is used: it is on this disk and takes about {_told(one.seconds)} here"
        best = candidates[0]
        if best.refused:
            why = f"{best.name} cannot make this, as {best.refused}"
        elif best.seconds is None:
            why = f"nobody knows before its first run how long {best.name} takes here; try --engine {best.name}"
        else:
            why = f"{best.name} would take about {_told(best.seconds)} here; choose it with --engine {best.name}"
    return rules.SKETCH, f"sketch is used: {why}"


def _candidates(request: GenerationRequest) -> list[Candidate]:
    """Return the known checkpoints that are complete here, in the order in which they are known."""
    if not parts.installed():
        return []
    there = {one.name: one for one in checkpoints.installed() if one.complete}
    return [
        _candidate(LDM3D(there[known.name]), request)
        for known in checkpoints.known()
        if known.kind == "ldm3d" and known.name in there
    ]


def _candidate(engine: LDM3D, request: GenerationRequest) -> Candidate:
    try:
        completed = engine.completed(request)
    except InputError as error:
        return Candidate(engine.name, None, str(error))
    return Candidate(name_of(engine.checkpoint), expected.of(engine.checkpoint.name, completed))


def _told(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.0f} hours"
