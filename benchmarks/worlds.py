"""What sketching a world costs: `python -m benchmarks.worlds`.

Every place at 2048×1024 with one seed, each time in a fresh process, so that layout, textures and everything else of
the first use are counted; starting Python and importing the package are not. Wall time is what the table is about;
processor time, of all threads, says how much of it a second core takes over. The peak of resident memory is that of the
whole process. Places are measured in turn, in rounds. Needs a system with `resource` (not Windows).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks import measure
from ldm3d import worlds
from ldm3d.worlds.places import registry

SEED, SIZE = 7, (2048, 1024)


def drawn(place: str) -> dict[str, float]:
    """Draw a place; return wall and processor time in seconds and the process's peak of memory in MB."""
    wall, processor = time.perf_counter(), time.process_time()
    worlds.generate(place, SEED, SIZE)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"wall": wall, "processor": processor, "peak": peak / 1e6}


def _child(place: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.worlds", "--child", place]
    done = subprocess.run(command, cwd=measure.ROOT, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    """Measure and write results/worlds.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--places", nargs="+", default=sorted(registry()), metavar="PLACE")
    parser.add_argument("--note", help="what the page of results should say of the machine")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(drawn(arguments.child)))
        return
    measured: dict[str, list[dict[str, float]]] = {place: [] for place in arguments.places}
    for _ in range(arguments.runs):
        for place, runs in measured.items():
            runs.append(_child(place))
    cases: list[dict[str, Any]] = [
        {
            "name": place,
            "processor, s": round(statistics.median(run["processor"] for run in runs), 2),
            "peak, MB": round(max(run["peak"] for run in runs)),
            "runs": [run["wall"] for run in runs],
        }
        for place, runs in measured.items()
    ]
    about = {"note": arguments.note} if arguments.note else {}
    measure.record("worlds", "s", cases, panorama=f"{SIZE[0]}×{SIZE[1]}", **about)


if __name__ == "__main__":
    main()
