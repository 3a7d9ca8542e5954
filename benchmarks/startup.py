"""How long the program takes to speak: `python -m benchmarks.startup`.

`--help` against a bare interpreter, and the studio's window against the smallest window that the same Qt can show. The
window cases need a display (`xvfb-run python -m benchmarks.startup`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks import measure

BARE_WINDOW = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow
from PySide6.QtCore import QTimer
application = QApplication([])
window = QMainWindow()
window.show()
QTimer.singleShot(0, application.quit)
application.exec()
"""


STUDIO = """
import tempfile
from pathlib import Path
from PySide6.QtCore import QTimer
from depthfusion.studio import app
application = app.make_application()
with tempfile.TemporaryDirectory() as folder:
    window = app.make_window(application, Path(folder) / "session.json")
    window.show()
    QTimer.singleShot(0, window.close)
    application.exec()
"""


def seconds_of(command: list[str]) -> Callable[[], float]:
    """Return what runs `command` to its end and returns its wall time in milliseconds."""

    def run() -> float:
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=measure.ROOT)
        return 1000 * (time.perf_counter() - began)

    return run


def main() -> None:
    """Measure and write results/startup.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    cases = {
        "bare interpreter": seconds_of([sys.executable, "-c", "pass"]),
        "depthfusion --help": seconds_of([sys.executable, "-m", "depthfusion", "--help"]),
        "smallest Qt window": seconds_of([sys.executable, "-c", BARE_WINDOW]),
        "the studio's window": seconds_of([sys.executable, "-c", STUDIO]),
    }
    measured = measure.interleaved(cases, runs)
    peers = {"depthfusion --help": "bare interpreter", "the studio's window": "smallest Qt window"}
    measure.record(
        "startup",
        "ms",
        [
            {
                "name": name,
                "runs": times,
                **({"peer": peers[name], "ratio": measure.ratio(measured, name, peers[name])} if name in peers else {}),
            }
            for name, times in measured.items()
        ],
    )


if __name__ == "__main__":
    main()
