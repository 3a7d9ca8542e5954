"""The course of runs as a picture: losses, norms and learning rate over steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldm3d.errors import InputError
from ldm3d.files import whole_file
from ldm3d.training import diary

_FORMATS = (".png", ".svg", ".pdf")
_SKIPPED = ("step", "epoch", "seconds")
_SMOOTH = 50  # windows of the running mean over a whole run
_COLUMNS = 3

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def plot(runs: Sequence[Path], output: Path) -> Path:
    """Draw every figure that the runs wrote down, one small diagram each, a colour for each run; return `output`.

    Raises:
        InputError: a folder is no run, or has no step yet; the picture cannot be written or is of no known kind.
        MachineError: the disk is full.
    """
    if output.suffix.lower() not in _FORMATS:
        raise InputError(f"{output} has none of the endings {', '.join(_FORMATS)}; name it {output.stem}.png")
    found = {str(run): curves(run) for run in runs}
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figures = list(dict.fromkeys(name for one in found.values() for name in one))
    columns = min(_COLUMNS, len(figures))
    rows = -(-len(figures) // columns)
    with pyplot.rc_context(
        {"axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.3}
    ):
        drawing, axes = pyplot.subplots(
            rows, columns, figsize=(4.6 * columns, 3.1 * rows), squeeze=False, layout="constrained"
        )
        for axis, figure in zip(axes.flat, figures, strict=False):
            for number, (run, one) in enumerate(found.items()):
                if figure in one:
                    steps, values = one[figure]
                    colour = f"C{number}"
                    window = 1 if figure == "rate" else max(1, len(values) // _SMOOTH)
                    smoothed = running_mean(values, window)
                    if not np.array_equal(smoothed, values):
                        axis.plot(steps, values, color=colour, alpha=0.25, linewidth=0.7)
                    axis.plot(steps, smoothed, color=colour, linewidth=1.6, label=run)
            axis.set_title(figure, loc="left", fontsize=10)
            axis.set_xlabel("step")
            if figure == "rate" or _spans_decades([one[figure][1] for one in found.values() if figure in one]):
                axis.set_yscale("log")
        for axis in list(axes.flat)[len(figures) :]:
            axis.remove()
        if len(found) > 1:
            drawing.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper right", ncols=4)
        with whole_file(output) as partial:
            drawing.savefig(partial, dpi=120)
        pyplot.close(drawing)
    return output


def curves(run: Path) -> dict[str, Curve]:
    """Return steps and values of each figure of a run.

    Raises:
        InputError: the folder is no run, or has no step yet.
    """
    path = run / diary.METRICS
    if not path.is_file():
        raise InputError(f"{run} has no {diary.METRICS}; name a folder that `ldm3d train` wrote (of one stage)")
    lines = diary.read(path)
    if not lines:
        raise InputError(f"{path} has no step yet; train first")
    names = dict.fromkeys(name for line in lines for name in line if name not in _SKIPPED)
    found = {}
    for name in names:
        seen = [(line["step"], line[name]) for line in lines if line.get(name) is not None]
        if seen:
            steps, values = np.array(seen, np.float64).T
            found[name] = (steps, values)
    return found


def running_mean(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the mean of each value and those around it, `window` in all and fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    centre = np.arange(len(values))
    first = np.maximum(centre - window // 2, 0)
    last = np.minimum(centre + (window - 1) // 2 + 1, len(values))
    means: NDArray[np.float64] = (sums[last] - sums[first]) / (last - first)
    return means


def _spans_decades(series: Sequence[NDArray[np.float64]]) -> bool:
    """Say whether values are all positive and differ by more than a factor of 30, which a linear axis hides."""
    together = np.concatenate(series)
    return bool(together.min() > 0 and together.max() > 30 * together.min())
