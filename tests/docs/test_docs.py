"""What the documentation says is there, is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import tables
from depthfusion import cli, options
from ldm3d import cli as training

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_docs_are_understood(page: Path) -> None:
    parser, commands = cli._parser()
    for line in re.findall(r"^(?:python3 start\.py|depthfusion) (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        words = shlex.split(line, comments=True)
        if words and words[0] in commands and "…" not in line and "..." not in line:
            parser.parse_args(options.join_negatives(words))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_training_in_the_docs_are_understood(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in re.findall(r"^(?:python3 start\.py )?ldm3d (.+)$", text, re.MULTILINE):
        if not any(mark in line for mark in ("…", "...", "--help")):
            training.parse(shlex.split(line, comments=True))


def test_every_page_can_be_found_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f"docs/{page.name}" in readme, f"{page.name} is linked from nowhere"


def test_the_tables_of_measurements_are_those_of_the_stored_results() -> None:
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page()


def test_the_pictures_of_the_conventions_are_those_of_the_code(tmp_path: Path) -> None:
    script = ROOT / "examples" / "draw_conventions.py"
    subprocess.run(
        [sys.executable, str(script), "--into", str(tmp_path)], cwd=ROOT, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    for drawn in tmp_path.iterdir():
        assert drawn.read_text() == (ROOT / "docs" / "pictures" / drawn.name).read_text(), (
            f"{drawn.name} is out of date"
        )
