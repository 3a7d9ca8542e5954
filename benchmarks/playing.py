"""How many frames a second a world that moves shows in the window: `xvfb-run -a python -m benchmarks.playing VIDEO`.

The window as it starts, on whatever display and OpenGL there is, plays the video (colour over depth, or colour with
its depth beside it) for a while; then every second's frames are counted, against the video's own rate. `haste` is how
much its frames were hurried at the end, and `pixels` the share of the canvas' pixels a side that were drawn: 0 and 1
are the finest.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from benchmarks import measure
from depthfusion.studio import app
from depthfusion.studio.viewport import Viewport

BEFORE = 5.0  # seconds in which it finds out how finely it can keep up


def main() -> None:
    """Measure and write results/playing.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    shown: list[float] = []
    show = Viewport.show_frame

    def counted(viewport: Viewport, prepared: Any) -> None:
        shown.append(time.monotonic())
        show(viewport, prepared)

    Viewport.show_frame = counted  # type: ignore[method-assign,assignment]
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = app.make_window(application, Path(folder) / "session.json", scene=arguments.video)
        window.show()
        at_end: dict[str, Any] = {}

        def begin() -> None:
            if window.player.playing:
                QTimer.singleShot(round(1000 * (BEFORE + arguments.seconds)), end)
            else:
                QTimer.singleShot(20, begin)

        def end() -> None:
            playback, motion, viewport = window.player._playback, window.player._motion, window.viewport
            assert playback is not None
            assert motion is not None
            assert viewport is not None
            canvas = "{}×{}".format(*viewport._pixels())
            at_end.update(rate=motion.rate, canvas=canvas, haste=playback.haste, pixels=viewport.pace.now.scale)
            window.close()

        begin()
        application.exec()
    last = shown[-1]
    seconds = Counter(int(last - moment) for moment in shown)
    rate = at_end.pop("rate")
    measured = {
        "the video's own": [rate] * arguments.seconds,
        "shown": [float(seconds[i]) for i in range(arguments.seconds)],
    }
    ratio = measure.ratio(measured, "shown", "the video's own")
    measure.record(
        "playing",
        "frames/s",
        [
            {"name": "the video's own", "runs": measured["the video's own"]},
            {"name": "shown", "runs": measured["shown"], "peer": "the video's own", "ratio": ratio, **at_end},
        ],
    )


if __name__ == "__main__":
    main()
