"""`start.py test`: the linters, then the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from installer.decisions import Stop
from installer.environment import PYTHON, ROOT
from installer.steps import step, wait_for

_CONTRACTS = "import sys; from importlinter.cli import lint_imports_command as run; sys.argv = ['lint-imports']; run()"
LINTERS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import contracts": ["-c", _CONTRACTS],
}


def processes(cores: int) -> int:
    """Return how many processes share the short run: one for each core, four at most, as some need a gigabyte."""
    return min(max(cores, 1), 4)


def run(args: Sequence[str]) -> int:
    """Run the linters and, where they are content, the tests; pytest's summary is the last thing said.

    The tests do not see the desktop, so that no window shows and none gets in their way; those that need a display
    start one of their own.

    Args:
        args: `--all` for the full counts too, all in one process; everything else goes to pytest.

    Returns:
        pytest's exit code.

    Raises:
        Stop: where a linter found something.
    """
    os.chdir(ROOT)
    failed = []
    for name, command in LINTERS.items():
        try:
            step(name, [str(PYTHON), *command], last_words=60)
        except Stop:
            failed.append(name)
    if failed:
        raise Stop(f"{', '.join(failed)} found something, so the tests were not run; mend what stands above", 1)
    if "--all" in args:
        chosen = [arg for arg in args if arg != "--all"]
    else:
        # tests/conftest.py says which tests stay together. Each process computes on one core.
        chosen = ["-n", str(processes(os.cpu_count() or 1)), "--dist", "loadgroup", "-m", "not full", *args]
    desktop = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "QT_QPA_PLATFORM")
    environ = {name: text for name, text in os.environ.items() if name not in desktop}
    environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with subprocess.Popen([str(PYTHON), "-m", "pytest", *chosen], env=environ) as pytest:
        return wait_for(pytest)
