"""Data and runs for training at tiny sizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ldm3d.data import shards

SIZE = (128, 64)
COUNT = 12


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Compute on one thread here, too, as `program` does: sums in another order have other last bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a prepared folder of 12 panoramas of 128×64: a sky, a ground and a ball, in colours that captions name."""
    folder = tmp_path_factory.mktemp("prepared")
    entries = []
    for number in range(COUNT):
        rgb, depth, caption = _panorama(number)
        entries.append((f"{number:09d}", shards.encode(rgb, depth, {"caption": caption, "name": str(number)})))
    shard = shards.write(folder, shards.shard_name(0), entries)
    index = {"version": 1, "size": SIZE, "samples": COUNT, "broken": 0}
    index["shards"] = [{"name": shard.name, "samples": COUNT, "bytes": shard.bytes, "sha256": shard.sha256}]
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def _panorama(number: int) -> tuple[np.ndarray, np.ndarray, str]:
    width, height = SIZE
    name, colour = [("red", (200, 40, 40)), ("green", (40, 160, 60)), ("blue", (60, 80, 220))][number % 3]
    y, x = np.mgrid[:height, :width]
    rgb = np.where((y < height // 2)[..., None], (150, 190, 230), (90, 80, 70)).astype(np.uint8)
    depth = np.where(y < height // 2, 0, 65535 * (y - height // 2) // height).astype(np.uint16)
    centre = width * number // COUNT
    around = (x - centre + width // 2) % width - width // 2
    ball = np.hypot(around, y - 0.6 * height) < 10 + number % 4
    rgb[ball] = colour
    depth[ball] = 50_000
    return rgb, depth, f"a {name} ball on a plain"


@pytest.fixture(scope="session")
def program() -> Callable[..., subprocess.Popen[str]]:
    """Return (*arguments, processes=1) -> the command `ldm3d` in processes of its own, with pipes for its words."""

    def start(*arguments: object, processes: int = 1) -> subprocess.Popen[str]:
        launch = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
        words = [*(launch if processes > 1 else ()), "-m", "ldm3d", *map(str, arguments)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    return start


@pytest.fixture
def ldm3d_command(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return (*arguments) -> exit code, output and errors of the command `ldm3d`, run within the test's process."""
    from ldm3d.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(one) for one in arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run
