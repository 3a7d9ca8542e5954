"""Asking what is exported: uses of videos, stills, geometry; lenses above the canvas."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from depthfusion.studio.mesh_dialog import MeshDialog
from depthfusion.studio.still_dialog import StillDialog
from depthfusion.studio.video_dialog import VideoDialog
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, asked, press


def done(window: Window, qtbot: QtBot) -> Path:
    """Wait for the last task and return what it made."""
    row = window.strip.rows[-1]
    qtbot.waitUntil(lambda: row.task is None, timeout=LONG)
    assert row.doing.text() == "done", window.banner.text.text()
    assert row.made is not None
    return row.made


def test_a_lens_is_put_on_with_a_click_and_comes_back_as_it_was(shown: Window) -> None:
    view, bar = shown.session.view, shown.bar
    QTest.mouseClick(bar.layouts["anaglyph"], LEFT)
    view.fov = 70.0
    QTest.mouseClick(bar.lenses["cubemap"], LEFT)
    assert (view.projection, view.layout, view.fov) == ("cubemap", "mono", None)
    assert not bar.layouts["sbs"].isEnabled()
    QTest.mouseClick(bar.lenses["vr180"], LEFT)
    assert view.layout == "sbs"
    QTest.mouseClick(bar.lenses["perspective"], LEFT)
    assert (view.layout, view.fov) == ("anaglyph", 70.0)
    shown.session.history.undo()
    assert (view.projection, view.layout, view.fov) == ("vr180", "sbs", None)


def test_a_use_sets_everything_is_seen_at_once_and_no_takes_it_back(shown: Window, qtbot: QtBot) -> None:
    before = shown.session.snapshot()
    QTest.mouseClick(shown.inspector.video_button, LEFT)
    dialog = asked(shown, qtbot)
    assert isinstance(dialog, VideoDialog)
    QTest.mouseClick(dialog.uses.cards["quest-360"], LEFT)
    assert (shown.session.view.projection, shown.session.view.layout) == ("equirect", "tb")
    assert shown.bar.lenses["equirect"].isChecked()
    assert dialog.name.text() == "world_360_TB.mp4"
    assert "5760 × 5760" in dialog.told.text()
    assert not dialog.warned.isVisible()
    shown.session.export.codec = "h264"
    assert "Quest 3 decodes H.264 up to level 5.2" in dialog.warned.text.text()
    QTest.mouseClick(dialog.uses.cards["tv-3d"], LEFT)
    assert not dialog.warned.isVisible()
    assert dialog.name.text() == "world_HSBS.mp4"
    QTest.mouseClick(dialog.later, LEFT)
    assert shown.session.snapshot() == before


def test_a_video_along_a_chosen_path(shown: Window, qtbot: QtBot) -> None:
    press(shown, qtbot, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    dialog = asked(shown, qtbot)
    assert isinstance(dialog, VideoDialog)
    QTest.mouseClick(dialog.uses.cards["none"], LEFT)
    QTest.mouseClick(dialog.paths.buttons["orbit"], LEFT)
    shown.session.export.update({"size": [160, 96], "seconds": 0.2})
    assert shown.session.export.path == "orbit"
    qtbot.waitUntil(lambda: "libx264" in dialog.told.text() or "hardware" in dialog.told.text(), timeout=LONG)
    dialog.name.setText("")
    QTest.keyClicks(dialog.name, "mine.mp4")
    assert dialog.output.name == "mine.mp4"
    QTest.mouseClick(dialog.uses.cards["archive-png"], LEFT)
    assert dialog.output.name == "mine.png"
    QTest.mouseClick(dialog.go, LEFT)
    made = done(shown, qtbot)
    assert made.parent.name == "mine"
    assert len(list(made.parent.glob("*.png"))) == 6


def test_a_still_in_another_lens_size_and_format(shown: Window, qtbot: QtBot) -> None:
    QTest.mouseClick(shown.inspector.still_button, LEFT)
    dialog = asked(shown, qtbot)
    assert isinstance(dialog, StillDialog)
    QTest.mouseClick(dialog.lenses.buttons["cubemap"], LEFT)
    QTest.mouseClick(dialog.formats.buttons["jpg"], LEFT)
    shown.session.export.size = (301, 200)
    assert "cannot hold the 3x2 square faces" in dialog.warned.text.text()
    assert not dialog.go.isEnabled()
    shown.session.export.size = (300, 200)
    assert dialog.name.text() == "world_cubemap.jpg"
    QTest.mouseClick(dialog.go, LEFT)
    with Image.open(done(shown, qtbot)) as picture:
        assert (picture.size, picture.format) == ((300, 200), "JPEG")


def test_geometry_of_a_chosen_fineness(shown: Window, qtbot: QtBot) -> None:
    shown.session.look.edges = "stretched"
    QTest.mouseClick(shown.inspector.mesh_button, LEFT)
    dialog = asked(shown, qtbot)
    assert isinstance(dialog, MeshDialog)
    QTest.mouseClick(dialog.formats.cards["ply"], LEFT)
    QTest.mouseClick(dialog.budgets.buttons["light"], LEFT)
    assert shown.session.mesh.triangles == 100_000
    shown.session.mesh.triangles = 4000
    QTest.mouseClick(dialog.go, LEFT)
    head = done(shown, qtbot).read_bytes()[:400]
    count = int(head.split(b"element face ")[1].split()[0])
    assert 1000 < count <= 4000
