"""What the canvas shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from depthfusion import panorama
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LONG, Handlers, canvas, decibels, open_world, pixels, settle


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"layout": "sbs", "yaw": 40, "pitch": -20, "roll": 8, "fov": 70, "position": [0.4, 0.1, -0.3]},
        {"layout": "anaglyph", "yaw": 180, "convergence": 2.0},
        {"projection": "equirect", "layout": "tb", "yaw": 40, "pitch": 10, "position": [0.2, 0.1, -0.3]},
        pytest.param({"projection": "vr180", "layout": "sbs", "yaw": 100}, marks=pytest.mark.full),
        pytest.param({"projection": "cubemap", "roll": 20}, marks=pytest.mark.full),
        pytest.param({"projection": "little-planet", "fov": 300, "pitch": 30}, marks=pytest.mark.full),
        pytest.param({"layout": "tb", "pitch": 85}, marks=pytest.mark.full),
        pytest.param({"layout": "half-sbs", "swap": True, "eye_separation": 0.2}, marks=pytest.mark.full),
    ],
    ids=lambda view: "-".join(str(view.get(name, "")) for name in ("projection", "layout")),
)
def test_the_canvas_shows_what_the_command_line_writes(
    shown: Window, world: Path, qtbot: QtBot, tmp_path: Path, view: dict[str, object]
) -> None:
    shown.session.look.strength = 0.7
    shown.session.view.update(view)
    settle(shown, qtbot)
    seen = canvas(shown).grabFramebuffer()
    size = canvas(shown).frame()[0].size
    options = [f"--size={size[0]}x{size[1]}", "--strength=0.7"]
    for name, value in shown.session.view.as_dict().items():
        if value is True:
            options.append(f"--{name}")
        elif value not in (None, False):
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            options.append(f"--{name.replace('_', '-')}={text}")
    output = tmp_path / "still.png"
    command = [sys.executable, "-m", "depthfusion", "still", str(world), "-o", str(output), *options]
    subprocess.run(command, check=True, capture_output=True)
    with Image.open(output) as picture:
        written = np.asarray(picture.convert("RGB"), float)
    left, top, *lengths = canvas(shown).picture()
    assert tuple(lengths) == size
    grabbed = pixels(seen)[top : top + size[1], left : left + size[0]]
    assert decibels(grabbed, written) >= 60


def test_the_canvas_cuts_depth_edges_as_the_command_line_does(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    depth = np.full((128, 256), 12000, np.uint16)
    depth[40:90, 100:140] = 50000
    y, x = np.mgrid[0:256, 0:512]
    rgb = np.stack([x // 2, y, (x ^ y) % 256], axis=-1).astype(np.uint8)
    path = tmp_path / "edges.png"
    panorama.save(panorama.Panorama(rgb, depth, depth_source="test"), path)
    open_world(window, qtbot, path)
    window.session.view.position = (0.4, 0.0, -0.2)
    pictures = {}
    for edges in ("layered", "stretched"):
        window.session.look.edges = edges
        settle(window, qtbot)
        left, top, width, height = canvas(window).picture()
        shown = pixels(canvas(window).grabFramebuffer())[top : top + height, left : left + width]
        output = tmp_path / f"{edges}.png"
        options = ["--position", "0.4,0,-0.2", f"--size={width}x{height}"]
        options += ["--edges", edges] if pictures else []
        command = [sys.executable, "-m", "depthfusion", "still", str(path), "-o", str(output), *options]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(output) as picture:
            assert decibels(shown, np.asarray(picture.convert("RGB"), float)) >= 60
        pictures[edges] = shown
    assert decibels(*pictures.values()) < 45


def test_nothing_is_drawn_while_nothing_changes(shown: Window, qtbot: QtBot) -> None:
    settle(shown, qtbot)
    QTest.qWait(200)
    before = Handlers.paints
    QTest.qWait(700)
    assert Handlers.paints == before


def test_the_last_picture_stays_until_the_finer_one_is_complete(shown: Window, qtbot: QtBot) -> None:
    viewport = canvas(shown)
    pictures = viewport._pictures
    assert pictures is not None
    settle(shown, qtbot)
    viewport.pace.budget = 1e-6  # a paint has time for one step, and steps for few pixels
    viewport.redraw()
    qtbot.waitUntil(lambda: pictures.unfinished, timeout=LONG)
    seen = {pixels(viewport.grabFramebuffer()).tobytes() for _ in range(6)}
    assert len(seen) == 1
    assert pictures.unfinished
    viewport.redraw()
    viewport.grabFramebuffer()
    assert not pictures.unfinished
    viewport.pace.budget = 0.033
    viewport.pace.forget()
    settle(shown, qtbot)
    assert pixels(viewport.grabFramebuffer()).tobytes() not in seen


def test_a_lost_context_is_made_anew(shown: Window, qtbot: QtBot) -> None:
    viewport = canvas(shown)
    settle(shown, qtbot)
    before = pixels(viewport.grabFramebuffer())
    stage = viewport._stage
    viewport._release()
    assert viewport._stage is None
    with qtbot.waitSignal(viewport.frameSwapped, timeout=LONG):
        viewport.redraw()
    assert viewport._stage is not stage
    settle(shown, qtbot)
    qtbot.waitUntil(lambda: viewport._stage is not None and not viewport._stage.empty, timeout=LONG)
    assert decibels(pixels(viewport.grabFramebuffer()), before) > 60


def test_contradicting_settings_are_told_and_settled(shown: Window, qtbot: QtBot) -> None:
    shown.session.look.levels = (0.8, 0.2)
    qtbot.waitUntil(shown.banner.isVisible)
    assert "Levels 0.8,0.2 cannot be used" in shown.banner.text.text()
    shown.session.look.levels = (0.2, 0.8)
    qtbot.waitUntil(lambda: not shown.banner.isVisible())


def test_qt_came_to_opengl_on_the_platform_that_was_asked_for(window: Window) -> None:
    assert QGuiApplication.platformName() == "xcb"
    loaded = Path("/proc/self/maps").read_text()
    wanted = os.environ.get("QT_XCB_GL_INTEGRATION", "xcb_glx").removeprefix("xcb_")
    assert f"libqxcb-{wanted}-integration" in loaded
