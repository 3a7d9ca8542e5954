"""How long a picture will take here: by what was measured here before, else by a cautious guess; torch is not loaded.

The time of a picture is that of its passes through the U-Net (two a step where guidance is on) and of the rest:
reading the prompt, encoding and decoding, and loading. They are kept for each checkpoint, device and precision.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from depthfusion import places
from depthfusion.errors import InputError, MachineError
from depthfusion.generate.request import GenerationRequest
from ldm3d.files import whole_file

PIXELS = 1024 * 512  # what times are kept for
# Seconds of one pass over 1024×512, rounded up: 18 core seconds on a processor of today in float32 (measured: 9 s on
# two cores); the slowest NVIDIA card of each generation with at least 6 GB, computing in float16.
_CORE_SECONDS = 18.0
_NVIDIA_SECONDS = ((8, 0.2), (7, 0.45), (6, 0.75), (5, 1.5))
_NVIDIA_MEMORY = 5500  # MiB: what nvidia-smi says of a card of 6 GB and more
_GUESSED_REST, _GUESSED_LOADING = 4.0, 6.0
_LEAST_SHARE = 0.25  # smaller pictures take hardly less time


@dataclass(frozen=True)
class Timing:
    """Seconds of one pass of the U-Net over 1024×512 pixels, of all the rest of such a picture, and of loading."""

    pass_seconds: float
    rest_seconds: float
    load_seconds: float

    @classmethod
    def measured(cls, painting: float, rest: float, loading: float, passes: int, pixels: int) -> Timing:
        """Return what the seconds of a picture say."""
        share = max(pixels / PIXELS, _LEAST_SHARE)
        return cls(painting / passes / share, rest / share, loading)

    def of(self, passes: int, pixels: int) -> float:
        """Return the seconds of a picture. Attention makes large ones somewhat slower than this."""
        share = max(pixels / PIXELS, _LEAST_SHARE)
        return (self.pass_seconds * passes + self.rest_seconds) * share + self.load_seconds


@dataclass(frozen=True)
class Machine:
    """What can be known of the machine without torch.

    Attributes:
        build: what torch was built for: cuda, rocm, xpu, mps or cpu.
        cores: of the processor.
        nvidia: the compute capability's first digit and the memory in MiB of the first NVIDIA GPU.
    """

    build: str
    cores: int
    nvidia: tuple[int, int] | None = None

    @property
    def device(self) -> str:
        """The device that torch will most likely choose, in its words."""
        if self.build == "cuda":
            return "cuda" if self.nvidia else "cpu"
        return "cuda" if self.build == "rocm" else self.build


def passes(steps: int, guidance: float, denoise: float | None) -> int:
    """Return how often the U-Net sees a picture."""
    done = steps if denoise is None else max(int(steps * denoise), 1)
    return done * (2 if guidance > 1 else 1)


def guess(machine: Machine, device: str) -> Timing | None:
    """Return a cautious guess where nothing was measured; None where there is no ground for one."""
    if device == "cpu":
        return Timing(_CORE_SECONDS / max(machine.cores, 1), _GUESSED_REST, _GUESSED_LOADING)
    if device == "cuda" and machine.nvidia is not None:
        generation, memory = machine.nvidia
        if memory < _NVIDIA_MEMORY:
            return None
        seconds = next((seconds for least, seconds in _NVIDIA_SECONDS if generation >= least), None)
        return Timing(seconds, _GUESSED_REST, _GUESSED_LOADING) if seconds is not None else None
    return None


def of(checkpoint: str, request: GenerationRequest) -> float | None:
    """Return the seconds that a completed `request` is expected to take with `checkpoint` here; None: not known."""
    machine = here()
    device = machine.device if request.device == "auto" else request.device
    timing = _measured(checkpoint, device, request.precision) or guess(machine, device)
    assert request.steps is not None
    assert request.guidance is not None
    assert request.size is not None
    width, height = request.size
    counted = passes(request.steps, request.guidance, request.denoise if request.source else None)
    return timing.of(counted, width * height) if timing else None


def remember(checkpoint: str, device: str, precision: str, timing: Timing) -> None:
    """Keep what was measured. A folder that may not be written costs the memory alone."""
    kept = {**_kept(), _key(checkpoint, device, precision): asdict(timing)}
    with contextlib.suppress(InputError, MachineError):
        places.make(_file().parent)
        with whole_file(_file()) as partial:
            partial.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def _measured(checkpoint: str, device: str, precision: str) -> Timing | None:
    """Return what was measured; for any precision, the quickest."""
    start = _key(checkpoint, device, "" if precision == "auto" else precision)
    found = []
    for key, value in _kept().items():
        if key.startswith(start) and isinstance(value, dict):
            with contextlib.suppress(TypeError, ValueError):
                found.append(Timing(**{name: float(seconds) for name, seconds in value.items()}))
    return min(found, key=lambda timing: timing.pass_seconds, default=None)


def _kept() -> dict[str, Any]:
    """Return what is kept; nothing where the file is missing or broken, as it only spares a guess."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _file() -> Path:
    return places.state() / "timings.json"


def _key(checkpoint: str, device: str, precision: str) -> str:
    return f"{platform.node()} {checkpoint} {device} {precision}"


@functools.cache
def here() -> Machine:
    """Return what this machine has."""
    build = _build()
    return Machine(build, os.cpu_count() or 1, _nvidia() if build == "cuda" else None)


def _build() -> str:
    """Read what torch was built for from its own `version.py`, without loading it."""
    if sys.platform == "darwin":
        return "mps" if platform.machine() == "arm64" else "cpu"
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return "cpu"
    said = {}
    for line in ast.parse(Path(found.origin).with_name("version.py").read_text(encoding="utf-8")).body:
        if (
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and isinstance(line.value, ast.Constant)
        ):
            said[line.target.id] = line.value.value
    builds = {"hip": "rocm", "cuda": "cuda", "xpu": "xpu"}
    return next((build for name, build in builds.items() if said.get(name)), "cpu")


def _nvidia() -> tuple[int, int] | None:
    query = ["nvidia-smi", "--query-gpu=compute_cap,memory.total", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        capability, memory = said.splitlines()[0].split(",")
        return int(capability.partition(".")[0]), int(memory)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
