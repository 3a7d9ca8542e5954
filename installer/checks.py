"""`start.py test`: the linters, then the tests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

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


@contextlib.contextmanager
def display() -> Iterator[dict[str, str]]:
    """Yield an environment with a display of the tests' own (Linux): no window shows, and none gets in the way."""
    if sys.platform != "linux":
        yield dict(os.environ)
        return
    reads, writes = os.pipe()
    command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=[writes]) as server:
        os.close(writes)
        try:
            with os.fdopen(reads) as answer:
                number = answer.readline().strip()
            if not number:
                raise Stop("Xvfb did not start; run `Xvfb :99` to see why")
            desktop = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XAUTHORITY")
            kept = {name: text for name, text in os.environ.items() if name not in desktop}
            yield {**kept, "DISPLAY": f":{number}"}
        finally:
            server.terminate()


def run(args: Sequence[str]) -> int:
    """Run the linters and, where they are content, the tests; pytest's summary is the last thing said.

    Args:
        args: `--all` for the full counts too; everything else goes to pytest.

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
    chosen = ["-m", "not full", *args] if "--all" not in args else [arg for arg in args if arg != "--all"]
    with display() as environ, subprocess.Popen([str(PYTHON), "-m", "pytest", *chosen], env=environ) as pytest:
        return wait_for(pytest)
