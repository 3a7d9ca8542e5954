"""Tables for people and for programs say the same."""

from __future__ import annotations

import csv
from pathlib import Path

from ldm3d.evaluation.metrics import Spread
from ldm3d.evaluation.report import Column, Table

TABLE = Table(
    "A table",
    [Column("method"), Column("IS ↑", 2, deviates=True), Column("AbsRel ↓", 4), Column("pictures")],
    [["mine", Spread(28.123456, 0.4949), 0.09114, 30_000], ["the paper's, better", None, float("nan"), 6]],
    ["A note."],
)


def test_people_read_rounded_numbers() -> None:
    assert TABLE.markdown() == (
        "# A table\n\n"
        "| method              | IS ↑         | AbsRel ↓ | pictures |\n"
        "| ------------------- | ------------ | -------- | -------- |\n"
        "| mine                | 28.12 ± 0.49 | 0.0911   | 30000    |\n"
        "| the paper's, better | –            | –        | 6        |\n"
        "\n- A note.\n"
    )


def test_programs_read_all_digits(tmp_path: Path) -> None:
    markdown, plain = TABLE.write(tmp_path, "a")
    assert markdown.read_text("utf-8") == TABLE.markdown()
    with plain.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["method", "IS ↑", "IS ↑ ±", "AbsRel ↓", "pictures"],
            ["mine", "28.123456", "0.4949", "0.09114", "30000"],
            ["the paper's, better", "", "", "", "6"],
        ]
