"""The program's parts for LDM3D: PyTorch, diffusers and transformers, which are installed when they are first needed.

In a clone that `start.py` set up, `InstallPartsJob` installs them; elsewhere `require` says how it is done.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from depthfusion.errors import InputError, MachineError
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Progress

PARTS = ("torch", "diffusers", "transformers", "accelerate", "huggingface_hub", "safetensors")
LOCK = "ldm3d"
_ROOT = Path(__file__).resolve().parent.parent.parent


def installed() -> bool:
    """Say whether the parts are here and whole; nothing is imported."""
    return not lacking()


def lacking() -> list[str]:
    """Return the parts that are missing; all where installing them was cut short."""
    return [name for name in PARTS if _cut_short() or importlib.util.find_spec(name) is None]


def _cut_short() -> bool:
    """Say whether an installation of the parts into this environment was interrupted, as `start.py`'s stamp has it."""
    try:
        stamp = json.loads(Path(sys.prefix, "depthfusion-setup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("busy") == LOCK


def can_install() -> bool:
    """Say whether this program runs in the environment that its clone's `start.py` made, which can be added to."""
    here = (_ROOT / "installer" / "environment.py").is_file()
    return here and (_ROOT / ".venv").resolve() == Path(sys.prefix).resolve()


def require() -> None:
    """Raise `MachineError` where a part is missing, with the way to install it."""
    if installed():
        return
    if can_install():
        how = "`python3 start.py` with the same arguments installs them"
    elif (_ROOT / "start.py").is_file():
        how = "`python3 start.py` installs them, or `pip install -r locks/ldm3d.txt` in this environment"
    else:
        how = (
            'install them with `pip install "depthfusion[ldm3d]"` (for an NVIDIA card on Windows with '
            "`--extra-index-url https://download.pytorch.org/whl/cu130`)"
        )
    raise MachineError(f"the parts of LDM3D (PyTorch, diffusers, transformers) are not installed here: {how}")


def bytes_needed() -> int:
    """Return about how many bytes installing the parts takes on this machine, downloads included; where `can_install`.

    It asks the graphics driver, which may take a second.

    Raises:
        MachineError: where there is no PyTorch for this machine.
    """
    environment, decisions = _installer()
    try:
        return int(environment.NEEDED.get(environment.chosen_build(), environment.LARGE))
    except decisions.Stop as stop:
        raise _sentence(stop) from None


@dataclass(frozen=True)
class InstallPartsJob(Job):
    """Install the parts of LDM3D into the environment that this program runs in.

    Processes that run already do not see new modules reliably: start a fresh worker afterwards.
    """

    kind: ClassVar[str] = "install-parts"

    @property
    def folder(self) -> Path:
        """The clone's folder."""
        return _ROOT

    def run(self, progress: Progress) -> Json:
        """Return nothing. Progress is in bytes while something large comes, else in packages.

        Cancelled, it leaves the rest of the program whole; the next time goes on with what pip has kept.
        """
        if installed():
            return {}
        if not can_install():
            require()
        environment, decisions = _installer()
        if not environment.read_stamp().plan:
            raise MachineError(f"{_ROOT / '.venv'} was moved or changed: start `python3 start.py` once, which mends it")

        def waiting() -> None:
            progress.step("waiting for another start that sets this folder up", 0)

        try:
            wanted = decisions.Wanted((LOCK,), ())
            environment.set_up(wanted, screen=lambda title: _Screen(title, progress), waiting=waiting)
        except decisions.Stop as stop:
            raise _sentence(stop) from None
        importlib.invalidate_caches()
        return {}


class _Screen:
    """Shows a step of the installer as a job's progress."""

    def __init__(self, title: str, progress: Progress) -> None:
        self._title, self._progress = title[0].lower() + title[1:], progress
        self.show("", None)

    def show(self, detail: str, amount: Any) -> None:
        """Report the amount; raises `Cancelled` where the job is to stop."""
        if amount is None or not amount.unit:
            what = f"{self._title}: {amount.what}" if amount is not None else self._title
            self._progress.step(what, 0)
        elif amount.unit == "bytes":
            self._progress.step(f"{self._title}: downloading {amount.what}", amount.done, amount.total, "bytes")
        else:
            self._progress.step(self._title, amount.done, amount.total)

    def end(self, word: str) -> None:
        """Nothing: what comes next tells."""


def _installer() -> tuple[ModuleType, ModuleType]:
    """Return the modules of `installer`, which only a clone has."""
    from installer import decisions, environment

    return environment, decisions


def _sentence(stop: Any) -> InputError | MachineError:
    return InputError(str(stop)) if stop.code == InputError.exit_code else MachineError(str(stop))
