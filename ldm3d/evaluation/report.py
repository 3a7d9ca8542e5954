"""Tables as Markdown for people and CSV for programs."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ldm3d.evaluation.metrics import Spread
from ldm3d.files import whole_file

Cell = str | int | float | Spread | None


@dataclass(frozen=True)
class Column:
    """A column: its name, how many digits stand after the point, and (for CSV) whether a deviation goes with it."""

    name: str
    digits: int = 2
    deviates: bool = False


@dataclass(frozen=True)
class Table:
    """A table under its title, with what must be known to read it.

    Attributes:
        title: for people.
        columns: the first is usually the method, the last the source.
        rows: as wide as the columns; None is no value.
        notes: sentences below.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """The table for people, numbers rounded."""
        head = [column.name for column in self.columns]
        body = [[_shown(cell, column) for cell, column in zip(row, self.columns, strict=True)] for row in self.rows]
        widths = [max(len(line[k]) for line in (head, *body)) for k in range(len(head))]
        rule = ["-" * width for width in widths]
        lines = [
            "| " + " | ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) + " |"
            for line in (head, rule, *body)
        ]
        notes = "".join(f"\n- {note}" for note in self.notes)
        return f"# {self.title}\n\n" + "\n".join(lines) + "\n" + (f"{notes}\n" if notes else "")

    def write(self, folder: Path, name: str = "table") -> list[Path]:
        """Write NAME.md and NAME.csv (numbers in full) into `folder` and return their paths."""
        markdown, plain = folder / f"{name}.md", folder / f"{name}.csv"
        with whole_file(markdown) as partial:
            partial.write_text(self.markdown(), "utf-8")
        with whole_file(plain) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                name
                for column in self.columns
                for name in ([column.name, f"{column.name} ±"] if column.deviates else [column.name])
            )
            for row in self.rows:
                writer.writerow(
                    value for cell, column in zip(row, self.columns, strict=True) for value in _plain(cell, column)
                )
        return [markdown, plain]


def _shown(cell: Cell, column: Column) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "–"
    if isinstance(cell, Spread):
        return f"{cell.mean:.{column.digits}f} ± {cell.deviation:.{column.digits}f}"
    if isinstance(cell, float):
        return f"{cell:.{column.digits}f}"
    return str(cell)


def _plain(cell: Cell, column: Column) -> list[str]:
    if isinstance(cell, Spread):
        return [repr(cell.mean), repr(cell.deviation)]
    nothing = cell is None or (isinstance(cell, float) and math.isnan(cell))
    value = "" if nothing else str(cell)
    return [value, ""] if column.deviates else [value]
