"""Captions with their pictures, tiny networks, and the command line in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ldm3d.cli import parse
from tests.ldm3d.evaluation import tiny_eyes

WORDS = ("a dog on a bench", "two red buses", "a slice of pizza", "a man riding a horse", "an empty kitchen", "a kite")


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever launched the tests, an evaluation in them is one process."""
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def coco(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Six captions of four pictures as COCO has them: the file, and the folder of pictures."""
    folder = tmp_path_factory.mktemp("coco")
    images = folder / "val2014"
    images.mkdir()
    rng = np.random.default_rng(0)
    for number, size in enumerate([(96, 64), (64, 96), (80, 80), (120, 70)]):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8))
        coarse.resize(size, Image.Resampling.BICUBIC).save(images / f"COCO_val2014_{number:012d}.jpg")
    content = {
        "images": [{"id": 10 + n, "file_name": f"COCO_val2014_{n:012d}.jpg"} for n in range(4)],
        "annotations": [{"id": n, "image_id": 10 + n % 4, "caption": f"{word}.\n"} for n, word in enumerate(WORDS)],
    }
    captions = folder / "captions_val2014.json"
    captions.write_text(json.dumps(content), "utf-8")
    return captions, images


@pytest.fixture(scope="session")
def inception(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny inception-2015-12-05.pt."""
    folder = tmp_path_factory.mktemp("inception")
    tiny_eyes.write_inception(folder / "inception-2015-12-05.pt")
    return folder


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny CLIP."""
    return tiny_eyes.write_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[Path]]:
    """Return (words of the command line after `ldm3d evaluate`) -> the paths that it printed."""

    def run(*words: str | os.PathLike[str]) -> list[Path]:
        namespace = parse(["evaluate", *map(os.fspath, words), "--device", "cpu", "--quiet"])
        capsys.readouterr()
        namespace.run(namespace)
        return [Path(line) for line in capsys.readouterr().out.splitlines()]

    return run
