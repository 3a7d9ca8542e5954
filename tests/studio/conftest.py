"""Widgets are tested without a display; what needs OpenGL runs in a child under Xvfb (see test_onscreen.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from depthfusion.studio import app


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """Prepare Qt as the program does before pytest-qt makes the application."""
    app.prepare()
    return QApplication


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    """Write numbers alike on every machine."""
    from PySide6.QtCore import QLocale

    before = QLocale()
    QLocale.setDefault(QLocale.c())
    yield
    QLocale.setDefault(before)
