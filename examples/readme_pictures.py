"""Makes the README's and the studio's pictures.

`xvfb-run -s "-screen 0 1600x1000x24" python examples/readme_pictures.py`

The window is the real one on a world of the sketch engine, and so is its dialog for videos; the strip shows that
world's panorama, its depth, and the two eyes' pictures of a side-by-side still.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from depthfusion import panorama
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.progress import Progress
from depthfusion.studio import app
from depthfusion.studio.video_dialog import VideoDialog

WINDOW = (1440, 900)
STRIP_HEIGHT = 300
DIALOG_USE = "quest-vr180"
GAP = 12


def world(folder: Path, prompt: str, seed: int, width: int) -> Path:
    """Make the world and return its path."""
    path = folder / "world.png"
    GenerateJob({"prompt": prompt, "seed": seed, "size": [width, width // 2]}, str(path)).run(Progress())
    return path


def window_of(scene: Path, folder: Path) -> tuple[Image.Image, Image.Image]:
    """Open the studio on `scene`, wait until its picture stands still, and return the window and its video dialog."""
    application = app.make_application()
    window = app.make_window(application, folder / "session.json", scene=scene)
    window.resize(*WINDOW)
    window.show()
    before, same = b"", 0
    deadline = QDeadlineTimer(60_000)
    while same < 20 and not deadline.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        seen = bytes(window.viewport.grabFramebuffer().constBits()) if window.viewport else b""
        same = same + 1 if seen == before and len(set(seen[::4096])) > 8 else 0
        before = seen
    grabbed = folder / "window.png"
    window.grab().save(str(grabbed))
    asked = folder / "dialog.png"
    window.exports.ask("video")
    settled = 0
    deadline = QDeadlineTimer(20_000)
    while settled < 5 and not deadline.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        dialog = window.exports.dialog
        if isinstance(dialog, VideoDialog) and "Encoded" in dialog.told.text():
            settled = settled + 1 if window.session.export.preset == DIALOG_USE else 0
            window.session.use(DIALOG_USE)
    dialog.grab().save(str(asked))
    window.close()
    return Image.open(grabbed).convert("RGB"), Image.open(asked).convert("RGB")


def strip_of(scene: Path, folder: Path) -> Image.Image:
    """Return panorama, depth and both eyes in a row."""
    read = panorama.load(scene)
    pair = folder / "pair.png"
    # In a process of its own: one has one OpenGL context, and here that is the window's.
    view = ("--layout", "sbs", "--eye-separation", "0.2", "--size", "1200x600")
    subprocess.run([sys.executable, "-m", "depthfusion", "still", str(scene), "-o", str(pair), *view], check=True)
    depth = Image.fromarray((read.depth >> 8).astype(np.uint8)).convert("RGB")
    pictures = [Image.fromarray(read.rgb), depth, Image.open(pair)]
    sized = [picture.resize((2 * STRIP_HEIGHT, STRIP_HEIGHT), Image.Resampling.LANCZOS) for picture in pictures]
    strip = Image.new("RGB", (len(sized) * (2 * STRIP_HEIGHT + GAP) - GAP, STRIP_HEIGHT), "white")
    for i, picture in enumerate(sized):
        strip.paste(picture, (i * (2 * STRIP_HEIGHT + GAP), 0))
    return strip


def main() -> None:
    """Write docs/pictures/studio.jpg, studio-export.jpg and world.jpg."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompt", default="a tranquil forest at dawn")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--width", type=int, default=4096, help="of the panorama in pixels (4096)")
    parser.add_argument("--into", type=Path, default=Path("docs/pictures"), help="the folder (docs/pictures)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scene = world(Path(folder), arguments.prompt, arguments.seed, arguments.width)
        strip_of(scene, Path(folder)).save(arguments.into / "world.jpg", quality=88)
        window, dialog = window_of(scene, Path(folder))
        window.save(arguments.into / "studio.jpg", quality=88)
        dialog.save(arguments.into / "studio-export.jpg", quality=88)


if __name__ == "__main__":
    main()
