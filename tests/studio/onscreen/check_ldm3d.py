"""LDM3D in the window, with tiny checkpoints in a real worker: previews, cancelling, pictures, masks, several seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from depthfusion import panorama
from depthfusion.studio.window import Window
from tests.studio.onscreen.helpers import LEFT, LONG, canvas, hold_handlers, press

SIZE = (128, 64)


@pytest.fixture
def ldm3d(window: Window, checkpoint: Callable[..., Path], qtbot: QtBot) -> Window:
    """The window with a tiny checkpoint chosen and a prompt written."""
    qtbot.waitUntil(lambda: bool(window.prompt.engines.listed), timeout=LONG)
    window.session.request.update(
        {"prompt": "a harbour", "engine": str(checkpoint("ldm3d")), "size": SIZE, "steps": 4, "precision": "float32"}
    )
    return window


def made(window: Window, qtbot: QtBot) -> Path:
    """Generate by a click, wait until the world is seen, and return its file."""
    with qtbot.waitSignal(canvas(window).arrived, timeout=LONG):
        QTest.mouseClick(window.prompt.button, LEFT)
    return window.session.files[0]


def test_a_world_is_made_and_seen_while_it_is_made(ldm3d: Window, qtbot: QtBot) -> None:
    seen: list[tuple[bool, int, str]] = []
    ldm3d.making.generations.running.connect(
        lambda running: [
            task.previewed.connect(
                lambda preview: seen.append((ldm3d.card.isVisible(), preview.rgb.shape[1], ldm3d.card.words.text()))
            )
            for task in ldm3d.tasks.running("generate")
        ]
    )
    path = made(ldm3d, qtbot)
    assert seen  # not each: only the latest waits to be shown, and steps of a tiny network are quick
    assert all(visible for visible, _, _ in seen)
    assert not ldm3d.card.isVisible()
    assert not ldm3d.card.depth.picture.isNull()
    read = panorama.load(path)
    assert read.rgb.shape == (*SIZE[::-1], 3)
    assert read.request is not None
    assert (read.request["steps"], read.request["engine"]) == (4, ldm3d.session.request.engine)


def test_cancelling_frees_the_window_at_once_and_the_next_world_comes(ldm3d: Window, qtbot: QtBot) -> None:
    request = ldm3d.session.request
    request.steps = 900
    QTest.mouseClick(ldm3d.prompt.button, LEFT)
    qtbot.waitUntil(ldm3d.card.isVisible, timeout=LONG)
    worker = ldm3d.tasks.queues["generate"].process_id
    QTest.mouseClick(ldm3d.prompt.button, LEFT)
    assert ldm3d.prompt.button.text() == "Generate"
    assert not ldm3d.card.isVisible()
    request.steps = 2
    made(ldm3d, qtbot)
    assert ldm3d.tasks.queues["generate"].process_id == worker


@pytest.mark.full
def test_the_preview_can_be_hidden_for_a_world(ldm3d: Window, qtbot: QtBot) -> None:
    ldm3d.session.request.steps = 300
    QTest.mouseClick(ldm3d.prompt.button, LEFT)
    qtbot.waitUntil(ldm3d.card.isVisible, timeout=LONG)
    QTest.mouseClick(ldm3d.card.hider, LEFT)
    [task] = ldm3d.tasks.running("generate")
    with qtbot.waitSignal(task.previewed, timeout=LONG):
        assert not ldm3d.card.isVisible()
    assert not ldm3d.card.isVisible()
    QTest.mouseClick(ldm3d.prompt.button, LEFT)


def test_only_what_the_engine_has_is_shown(ldm3d: Window) -> None:
    prompt, request = ldm3d.prompt, ldm3d.session.request
    QTest.mouseClick(prompt.source.head, LEFT)
    assert prompt.more.isVisible()
    assert prompt.source.source.isVisible()
    assert not prompt.source.strength.isVisible()
    request.engine = "sketch"
    assert not prompt.more.isVisible()
    assert not prompt.source.source.isVisible()
    assert "sketch makes worlds of words alone" in prompt.source.words.text()


@pytest.mark.full
def test_a_world_becomes_another_by_its_prompt(ldm3d: Window, qtbot: QtBot) -> None:
    first = made(ldm3d, qtbot)
    ldm3d.gallery.transform.emit(first)
    source = ldm3d.prompt.source
    qtbot.waitUntil(lambda: source.start.isVisible() and not source.start.picture.isNull(), timeout=LONG)
    assert ldm3d.session.request.source == str(first)
    slider = source.strength.slider
    QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert ldm3d.session.request.denoise == pytest.approx(0.5, abs=0.06)
    assert "shapes and places stay" in source.words.text()
    second = made(ldm3d, qtbot)
    assert second != first
    assert panorama.load(second).request["source"] == str(first)
    assert list(ldm3d.gallery.tiles) == [first, second]
    with qtbot.waitSignal(canvas(ldm3d).arrived, timeout=LONG):
        QTest.mouseClick(ldm3d.gallery.tiles[first], LEFT)
    assert ldm3d.session.files == (first,)
    assert ldm3d.gallery.tiles[first].isChecked()
    assert not ldm3d.gallery.tiles[second].isChecked()
    ldm3d.undo()
    assert ldm3d.session.request.denoise is None
    ldm3d.undo()
    assert ldm3d.session.request.source == ""


def test_a_mask_is_painted_and_only_that_is_made_anew(ldm3d: Window, qtbot: QtBot) -> None:
    first = made(ldm3d, qtbot)
    ldm3d.making.begin_from()
    ldm3d.prompt.source.mask.asked.emit("paint")
    page = ldm3d.making.mask_page
    assert page is not None
    qtbot.waitUntil(lambda: page.canvas.isEnabled() and page.isVisible(), timeout=LONG)
    area = page.canvas.area()
    left = area.topLeft().toPoint() + QPoint(3, int(area.height() / 2))
    QTest.mousePress(page.canvas, LEFT, pos=left)
    for x in range(0, 60, 10):
        QTest.mouseMove(page.canvas, left + QPoint(x, 0))
    QTest.mouseRelease(page.canvas, LEFT, pos=left + QPoint(60, 0))
    one = page.canvas.mask.marked.copy()
    assert one[256, 1023]  # the brush goes on behind the seam
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Up)
    QTest.keyClick(page.canvas, Qt.Key.Key_Space)
    assert (page.canvas.mask.marked != one).any()
    press(ldm3d, qtbot, Qt.Key.Key_Z)
    assert (page.canvas.mask.marked == one).all()
    assert ldm3d.actions_.redo.isEnabled()
    assert ldm3d.session.request.source == str(first)
    QTest.mouseClick(page.done, LEFT)
    qtbot.waitUntil(lambda: not page.isVisible(), timeout=LONG)
    mask = Path(ldm3d.session.request.mask)
    with Image.open(mask) as picture:
        assert (np.asarray(picture) == one * 255).all()
    qtbot.waitUntil(lambda: not ldm3d.prompt.source.start.picture.isNull(), timeout=LONG)
    second = made(ldm3d, qtbot)
    before, after = (panorama.load(path).rgb.astype(int) for path in (first, second))
    changed = np.abs(after - before).max(axis=-1)
    marked = one.reshape(64, 8, 128, 8).max(axis=(1, 3)).astype(bool)
    assert changed[marked].mean() > 20 * max(changed[~marked].mean(), 0.01)


def test_a_mask_that_is_left_changes_nothing(ldm3d: Window, world: Path, qtbot: QtBot) -> None:
    ldm3d.session.request.source = str(world)
    ldm3d.making.paint()
    page = ldm3d.making.mask_page
    assert page is not None
    qtbot.waitUntil(page.canvas.isEnabled, timeout=LONG)
    QTest.mouseClick(page.canvas, LEFT)
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert ldm3d.session.request.mask == ""


@pytest.mark.full
def test_several_seeds_come_one_after_another_and_stand_in_the_strip(ldm3d: Window, qtbot: QtBot) -> None:
    ldm3d.session.request.seed = 7
    ldm3d.prompt.count.spin.setValue(3)
    QTest.mouseClick(ldm3d.prompt.button, LEFT)
    qtbot.waitUntil(lambda: len(ldm3d.gallery.tiles) == 3, timeout=LONG)
    qtbot.waitUntil(lambda: not ldm3d.making.generations.busy, timeout=LONG)
    qtbot.waitUntil(lambda: all(not tile.picture.isNull() for tile in ldm3d.gallery.tiles.values()), timeout=LONG)
    paths = list(ldm3d.gallery.tiles)
    assert [path.name for path in paths] == ["a-harbour.png", "a-harbour-2.png", "a-harbour-3.png"]
    assert [panorama.load(path).request["seed"] for path in paths] == [7, 8, 9]
    assert ldm3d.session.files == (paths[0],)
    assert [ldm3d.gallery.tiles[path].unseen for path in paths] == [False, True, True]


@pytest.mark.full
def test_a_dropped_picture_restores_how_it_was_made(ldm3d: Window, qtbot: QtBot) -> None:
    request = ldm3d.session.request
    request.update({"negative": "people", "guidance": 3.5, "sampler": "euler", "seed": 11})
    engine = request.engine
    path = made(ldm3d, qtbot)
    request.reset()
    request.engine = "sketch"
    with qtbot.waitSignal(canvas(ldm3d).arrived, timeout=LONG):
        ldm3d.open(path)
    assert (request.prompt, request.negative, request.guidance, request.sampler) == (
        "a harbour",
        "people",
        3.5,
        "euler",
    )
    assert (request.seed, request.steps, request.size) == (11, 4, SIZE)
    assert request.engine == "sketch"
    assert ldm3d.banner.action.text() == f"Use {engine}"
    QTest.mouseClick(ldm3d.banner.action, LEFT)
    assert request.engine == engine


@pytest.mark.full
def test_no_handler_takes_more_than_16_ms_while_a_world_is_made(ldm3d: Window, qtbot: QtBot) -> None:
    made(ldm3d, qtbot)
    ldm3d.session.request.steps = 40
    for folded in (ldm3d.prompt.source.head, ldm3d.prompt.more.head):
        QTest.mouseClick(folded, LEFT)
    hold_handlers(lambda number: make_and_paint(ldm3d, qtbot))


def make_and_paint(ldm3d: Window, qtbot: QtBot) -> None:
    """Make a world and see it come, begin the next from it, drag how much is made anew, and paint a mask."""
    prompt = ldm3d.prompt
    QTest.mouseClick(prompt.button, LEFT)
    qtbot.waitUntil(ldm3d.card.isVisible, timeout=LONG)
    qtbot.waitUntil(lambda: not ldm3d.making.generations.busy, timeout=LONG)
    ldm3d.making.begin_from()
    qtbot.waitUntil(lambda: not prompt.source.start.picture.isNull(), timeout=LONG)
    slider = prompt.source.strength.slider
    QTest.mousePress(slider, LEFT, pos=QPoint(10, 5))
    for x in range(10, slider.width() - 5, 6):
        QTest.mouseMove(slider, QPoint(x, 5))
        QTest.qWait(5)
    QTest.mouseRelease(slider, LEFT, pos=QPoint(30, 5))
    ldm3d.making.paint()
    page = ldm3d.making.mask_page
    assert page is not None
    qtbot.waitUntil(page.canvas.isEnabled, timeout=LONG)
    for radius in (3, 25):
        page.canvas.radius = radius
        QTest.mousePress(page.canvas, LEFT, pos=QPoint(50, 200))
        for x in range(50, 500, 45):
            QTest.mouseMove(page.canvas, QPoint(x, 200 - x // 5))
            QTest.qWait(10)
        QTest.mouseRelease(page.canvas, LEFT, pos=QPoint(500, 100))
    ldm3d.undo()
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    QTest.qWait(200)
    ldm3d.session.request.source = ""
