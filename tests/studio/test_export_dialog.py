"""A dialog is as high as what it shows, and scrolls where the screen ends: its buttons are always at hand."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from depthfusion.studio.export_dialog import ExportDialog
from depthfusion.studio.session import Session


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    made = ExportDialog(None, Session(), "Export something")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def filled(dialog: ExportDialog, count: int) -> list[QLabel]:
    labels = [QLabel(f"line {number}") for number in range(count)]
    for label in labels:
        label.setFixedHeight(40)
        dialog.body.addWidget(label)
    return labels


def test_it_grows_and_shrinks_with_what_it_shows(dialog: ExportDialog, qtbot: QtBot) -> None:
    bar = dialog._scrolled.verticalScrollBar()
    labels = filled(dialog, 6)
    qtbot.waitUntil(lambda: dialog._scrolled.height() >= 6 * 40)
    high = dialog.height()
    assert not bar.isVisible()
    for label in labels[2:]:
        label.hide()
    qtbot.waitUntil(lambda: dialog.height() <= high - 4 * 40)
    assert not bar.isVisible()


def test_where_the_screen_ends_it_scrolls_to_what_is_sought(dialog: ExportDialog, qtbot: QtBot) -> None:
    screen = dialog.screen().availableGeometry()
    labels = filled(dialog, screen.height() // 20)
    qtbot.waitUntil(lambda: dialog._scrolled.verticalScrollBar().isVisible())
    assert dialog.height() <= screen.height()
    assert screen.contains(dialog.geometry())
    assert dialog.rect().contains(dialog.go.geometry())
    dialog.reveal(labels[-1])
    qtbot.waitUntil(lambda: not labels[-1].visibleRegion().isEmpty())
