"""The page about LDM3D from Python runs as it stands, on tiny checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "ldm3d.md"


def test_every_example_runs(
    checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = re.findall(r"^```python\n(.+?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(examples) >= 8
    program = "\n".join(examples)
    for name, there in {
        '"Intel/ldm3d-pano"': repr(str(checkpoint("pano"))),
        '"Intel/ldm3d-sr"': repr(str(checkpoint("sr"))),
        '"checkpoints/ldm3d-4c"': repr(str(checkpoint("4c"))),
        "height=1024, width=2048": "height=64, width=128, num_inference_steps=3",  # the tiny checkpoint's sizes
        "dtype=torch.bfloat16": "dtype=torch.float32",  # quicker where there is no arithmetic for it
    }.items():
        assert name in program
        program = program.replace(name, there)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(program, str(PAGE), "exec"), names)
    assert (tmp_path / "forest.png").exists()
    assert (tmp_path / "forest.depth.png").exists()
    assert "ddim" in capsys.readouterr().out
