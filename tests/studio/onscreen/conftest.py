"""The real application and its window, measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion import panorama
from depthfusion.panorama import Panorama
from depthfusion.studio import app
from depthfusion.studio.viewport import Viewport
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import Measured, closing, open_world, timed

Viewport.paintGL = timed(Viewport.paintGL)  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    app.prepare()
    return Measured


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panorama of smooth colours with fine texture, and hills of depth."""
    height, width = 512, 1024
    y, x = np.mgrid[0:height, 0:width]
    around = x / width * 2 * np.pi
    rgb = np.stack(
        [
            128 + 90 * np.sin(3 * around) * np.sin(np.pi * y / height),
            128 + 60 * np.cos(5 * around) + 40 * np.sin(y / 9),
            np.broadcast_to(255 - 200 * y / height, y.shape),
        ],
        axis=-1,
    )
    depth = 0.5 + 0.25 * np.sin(4 * around) * np.sin(np.pi * y / height) ** 2
    path = tmp_path_factory.mktemp("world") / "world.png"
    made = Panorama(rgb.clip(0, 255).astype(np.uint8), (depth * 65535).astype(np.uint16), depth_source="test")
    panorama.save(made, path)
    return path


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return (kind) -> folder of a tiny checkpoint (LDM3D's kinds, or dpt), to be read only.

    It is written by another process: torch has no business in that of the window.
    """
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(kind: str = "ldm3d") -> Path:
        path = root / kind
        if not path.exists():
            module, write = ("tiny_depth", "write_estimator") if kind == "dpt" else ("tiny", "write_checkpoint")
            code = f"import pathlib, sys, tests.ldm3d.{module} as m; m.{write}(pathlib.Path(sys.argv[1]), {kind!r})"
            subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=Path(__file__).parents[3])
        return path

    return folder


@pytest.fixture(autouse=True)
def no_torch() -> Iterator[None]:
    """Nothing that the window does may bring torch into its process."""
    yield
    assert not {"torch", "diffusers", "transformers"} & set(sys.modules)


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    made = app.make_window(qapp, tmp_path / "session.json")
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    with closing(made):
        yield made


@pytest.fixture
def shown(window: Window, world: Path, qtbot: QtBot) -> Window:
    """The window with the world in it."""
    open_world(window, qtbot, world)
    return window
