"""Two processes of `accelerate launch` make the table that one makes, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ldm3d.evaluation.test_tables import few, pictures


@pytest.mark.full
@pytest.mark.timeout(600)
def test_two_processes_make_the_table_of_one(
    evaluate: Callable[..., list[Path]],
    checkpoint: Callable[..., Path],
    coco: tuple[Path, Path],
    inception: Path,
    clip: Path,
    tmp_path: Path,
) -> None:
    words = few(coco, "--images", str(coco[1]), "--inception", str(inception), "--clip", str(clip), "--steps", "2")
    words += ["--count", "6", "--batch", "2"]
    alone = evaluate("text-to-image", checkpoint(), "-o", tmp_path / "one", *words)
    launch = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--cpu",
        "--num_processes",
        "2",
        "--num_machines",
        "1",
    ]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0", "-m", "ldm3d"]
    done = subprocess.run(
        [*launch, "evaluate", "text-to-image", str(checkpoint()), "-o", str(tmp_path / "two"), *words],
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(tmp_path / "two" / path.name) for path in alone], "told once"
    for path in alone:
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()
    assert pictures(tmp_path / "two") == pictures(tmp_path / "one")
