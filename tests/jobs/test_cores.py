"""Workers leave a core to the window."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from depthfusion.jobs import cores

PROGRAM = "from depthfusion.jobs import cores; print(cores.usable()); cores.leave_one(); print(cores.usable())"


def test_the_command_line_uses_every_core() -> None:
    assert cores.usable() == len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def test_a_worker_uses_one_less_and_never_none() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout
    before, after = map(int, said.split())
    assert after == max(before - 1, 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its cores")
def test_what_a_worker_starts_keeps_off_it_too() -> None:
    started = "import os, subprocess, sys; from depthfusion.jobs import cores; cores.leave_one(); print(subprocess.run("
    started += "[sys.executable, '-c', 'import os; print(len(os.sched_getaffinity(0)))'], capture_output=True).stdout)"
    said = subprocess.run([sys.executable, "-c", started], check=True, capture_output=True, text=True).stdout
    assert int(said.strip()[2:-3]) == max(len(os.sched_getaffinity(0)) - 1, 1)
