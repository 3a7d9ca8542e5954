"""Curves in the manner of the paper's figures 4 to 7, by matplotlib without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldm3d.files import whole_file

_COLOURS = ("#2f6b9a", "#c25b2b", "#4d8b57", "#7a5195")
_INK, _FAINT = "#222222", "#8a8a8a"


@dataclass(frozen=True)
class Curve:
    """A measure over the swept values.

    Attributes:
        name: of the measure, such as "FID ↓".
        values: one for each x.
        deviations: of each value, or () for none.
    """

    name: str
    values: Sequence[float]
    deviations: Sequence[float] = ()


def draw_curves(
    x: Sequence[float], curves: Sequence[Curve], across: str, title: str, said: str, marked: float | None, path: Path
) -> None:
    """Write one panel above the other, a curve in each, over the same x.

    Args:
        x: swept values, ascending.
        curves: one panel each.
        across: what x is.
        title: above all.
        said: what the paper says of it; below.
        marked: an x that the paper names; a thin line stands there. None: none.
        path: of the PNG.
    """
    figure = new_figure(6.4, 1.3 + 2.3 * len(curves), 0.2)
    panels = figure.subplots(len(curves), 1, sharex=True, squeeze=False)[:, 0]
    for panel, curve, colour in zip(panels, curves, _COLOURS, strict=False):
        panel.plot(x, curve.values, "o-", color=colour, linewidth=1.8, markersize=5)
        if curve.deviations:
            low = [value - each for value, each in zip(curve.values, curve.deviations, strict=True)]
            high = [value + each for value, each in zip(curve.values, curve.deviations, strict=True)]
            panel.fill_between(x, low, high, color=colour, alpha=0.14, linewidth=0)
        if marked is not None:
            panel.axvline(marked, color=_FAINT, linewidth=1, linestyle=(0, (4, 3)))
        panel.set_ylabel(curve.name, color=_INK)
        panel.margins(x=0.04, y=0.18)
        tidy(panel)
    panels[-1].set_xlabel(across, color=_INK)
    panels[-1].set_xticks(list(x) if len(x) <= 12 else panels[-1].get_xticks())
    figure.suptitle(title, fontsize=12, color=_INK, x=0.02, ha="left")
    figure.text(0.02, 0.008, said, fontsize=8, color=_FAINT)
    save(figure, path)


def draw_bars(
    groups: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], title: str, goal: float | None, path: Path
) -> None:
    """Write shares (0 to 1) as horizontal bars: a group of one bar for each series, best first as given.

    Args:
        groups: names down the side.
        series: a name and one share for each group; NaN is none.
        title: above all.
        goal: a share that is asked for; a thin line stands there. None: none.
        path: of the PNG.
    """
    figure = new_figure(7.2, 1.3 + 0.2 * len(groups) * (0.6 + 0.4 * len(series)))
    panel = figure.subplots()
    thick = 0.8 / len(series)
    for k, ((name, shares), colour) in enumerate(zip(series, _COLOURS, strict=False)):
        at = [row + (k - (len(series) - 1) / 2) * thick for row in range(len(groups))]
        panel.barh(at, [100 * share for share in shares], height=0.9 * thick, color=colour, label=name)
    if goal is not None:
        panel.axvline(100 * goal, color=_FAINT, linewidth=1, linestyle=(0, (4, 3)))
    panel.set_yticks(range(len(groups)), groups)
    panel.invert_yaxis()
    panel.set_xlim(0, 100)
    panel.set_ylim(len(groups) - 0.4, -0.6)
    panel.set_xlabel("%", color=_INK)
    tidy(panel)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.1}
    panel.legend(**above, ncols=len(series), frameon=False, fontsize=9)
    figure.suptitle(title, fontsize=12, color=_INK, x=0.02, ha="left")
    save(figure, path)


def new_figure(width: float, height: float, below: float = 0.0) -> Any:
    """Return an empty figure of so many inches, `below` of them for words; neither screen nor globals are touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(width, height), dpi=150, layout="constrained")
    figure.get_layout_engine().set(rect=(0, below / height, 1, 1 - below / height))
    FigureCanvasAgg(figure)
    return figure


def tidy(panel: Any) -> None:
    """Leave of a panel's frame what is needed to read it."""
    panel.grid(visible=True, color="#e4e4e0", linewidth=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(_FAINT)
    panel.tick_params(colors=_INK, labelsize=9)


def save(figure: Any, path: Path) -> None:
    """Write a figure as PNG."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", facecolor="white")
