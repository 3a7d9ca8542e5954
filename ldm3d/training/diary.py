"""What a run writes down as it goes: metrics.jsonl, TensorBoard's events, sample grids."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ldm3d.files import cannot_write, whole_file

METRICS, SAMPLES, EVENTS = "metrics.jsonl", "samples", "events"
_FLUSHED = 2.0  # seconds that a line may wait


class Diary:
    """Figures and pictures of a run, in its folder; a context manager.

    Lines of steps that a resumed run does again are taken out first, so that each step stands there once.

    Args:
        folder: the run's.
        step: how many steps are done; later ones are forgotten.
    """

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._folder = folder
        self._metrics = folder / METRICS
        (folder / SAMPLES).mkdir(exist_ok=True)
        _forget(self._metrics, step)
        self._file: TextIO = self._metrics.open("a", encoding="utf-8")
        self._events: Any = SummaryWriter(str(folder / EVENTS), purge_step=step if step else None)
        self._flushed = time.monotonic()

    def __enter__(self) -> Diary:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._file.close()
        finally:
            self._events.close()

    def note(self, step: int, epoch: float, figures: dict[str, float]) -> None:
        """Write down the figures of a step (the first is 1); what is not finite stands there as null."""
        line: dict[str, float | None] = {"step": step, "epoch": round(epoch, 6)}
        line |= {name: value if np.isfinite(value) else None for name, value in figures.items()}
        try:
            self._file.write(json.dumps(line) + "\n")
            now = time.monotonic()
            if now - self._flushed > _FLUSHED:
                self._flushed = now
                self._file.flush()
        except OSError as error:
            raise cannot_write(self._metrics, error) from None
        for name, value in figures.items():
            self._events.add_scalar(name, value, step)

    def show(self, step: int, epoch: float, picture: NDArray[np.uint8]) -> Path:
        """Keep a sample grid [H, W, 3] as samples/epoch-N.png and on TensorBoard's page; return its path."""
        path = self._folder / SAMPLES / f"epoch-{epoch:g}.png"
        with whole_file(path) as partial:
            Image.fromarray(picture).save(partial)
        self._events.add_image("samples", picture, step, dataformats="HWC")
        self._events.flush()
        return path

    def flush(self) -> None:
        """Bring all that was noted to the disk."""
        try:
            self._file.flush()
        except OSError as error:
            raise cannot_write(self._metrics, error) from None
        self._events.flush()


def read(path: Path) -> list[dict[str, float]]:
    """Return the lines of a metrics.jsonl; one that was cut short, as by a kill, is left out."""
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return [line for line in lines if isinstance(line, dict) and "step" in line]


def _forget(metrics: Path, step: int) -> None:
    if not metrics.exists():
        return
    kept = [line for line in read(metrics) if line["step"] <= step]
    with whole_file(metrics) as partial:
        partial.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
