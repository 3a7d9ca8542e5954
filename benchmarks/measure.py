"""What every benchmark shares: the machine, the commit, fair repetition, and a JSON file with every run."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"


def machine() -> dict[str, Any]:
    """Return what the figures depend on, without the machine's name."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """Return the commit that was measured, with a + where the tree, these results aside, differed from it."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    source = ("git", "status", "--porcelain", "--", ".", ":!benchmarks/results", ":!docs/benchmarks.md")
    changed = subprocess.run(source, cwd=ROOT, capture_output=True, text=True, check=True)
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def interleaved(cases: Mapping[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """Run all `cases` in turn, `runs` times after one warm-up: a machine that slows down slows all of them."""
    for case in cases.values():
        case()
    measured: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            measured[name].append(case())
    return measured


def ratio(measured: Mapping[str, list[float]], ours: str, peer: str) -> float:
    """Return the median of the ratios ours/peer, taken pair by pair within a round."""
    return statistics.median(a / b for a, b in zip(measured[ours], measured[peer], strict=True))


def record(name: str, unit: str, cases: list[dict[str, Any]], **more: Any) -> None:
    """Write `results/NAME.json`. A case has `name`, `runs` (in `unit`) and whatever describes it."""
    RESULTS.mkdir(exist_ok=True)
    command = "python -m benchmarks." + Path(sys.argv[0]).stem + "".join(f" {word}" for word in sys.argv[1:])
    content = {"command": command, "commit": commit(), "machine": machine(), "unit": unit, **more, "cases": cases}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for case in cases:
        print(f"{case['name']:<60} {statistics.median(case['runs']):9.2f} {unit}")
