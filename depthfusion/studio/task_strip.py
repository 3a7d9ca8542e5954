"""The panel below the prompt: what runs, how far it is, and what was made."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from depthfusion.jobs.progress import Report
from depthfusion.studio import theme
from depthfusion.studio.panel import Panel
from depthfusion.studio.progress_words import progress_words
from depthfusion.studio.tasks import Task

_STEPS = 1000
_PERIOD = 0.05  # seconds between two drawings of one bar
_KEPT = 3  # finished tasks that stay in sight


class _Elided(QLabel):
    """A line of plain text that ends in … where it is too long; the pointer shows the rest."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        QPainter(self).drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
        if text != self.text() and self.toolTip() != self.text():
            self.setToolTip(self.text())


class _Row(QWidget):
    """One task: its title, what it is doing, a bar, and a button that cancels it or removes it from sight."""

    closed = Signal()

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task: Task | None = task
        self.made: Path | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(4)
        self.title = _Elided(task.title)
        self.doing = _Elided("waiting")
        self.doing.setObjectName("note")
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        words.addWidget(self.title)
        words.addWidget(self.bar)
        words.addWidget(self.doing)
        row.addLayout(words, 1)
        self.folder = self._button("Show in folder")
        self.folder.clicked.connect(self._show_folder)
        self.folder.hide()
        self.stop = self._button("Cancel")
        self.stop.clicked.connect(self.closed)
        row.addWidget(self.folder)
        row.addWidget(self.stop)
        self._shown_at = 0.0
        self._shown_text = ""
        task.progressed.connect(self._progressed)
        self.dress()

    def finish(self, words: str, made: Path | None = None) -> None:
        """Say how it ended."""
        self.task = None
        self.made = made
        self.doing.setText(words)
        self.bar.hide()
        self.folder.setVisible(made is not None)
        self.stop.setToolTip("Remove from this list")
        self.stop.setAccessibleName("Remove from this list")

    def dress(self) -> None:
        """Draw the icons in the colours of the present scheme."""
        self.folder.setIcon(theme.icon("folder"))
        self.stop.setIcon(theme.icon("close"))

    def _button(self, explained: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("flat")
        button.setIconSize(QSize(16, 16))
        button.setToolTip(explained)
        button.setAccessibleName(explained)
        return button

    def _progressed(self, report: Report) -> None:
        now = time.monotonic()
        if report.text == self._shown_text and now - self._shown_at < _PERIOD and report.fraction < 1:
            return
        self._shown_at, self._shown_text = now, report.text
        self.doing.setText(progress_words(report))
        self.bar.setValue(round(report.fraction * _STEPS))

    def _show_folder(self) -> None:
        if self.made is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.made.parent)))


class TaskStrip(Panel):
    """All tasks, the newest last; hidden while there are none. `cancel(task)` is what is asked."""

    cancel = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(0)
        self.rows: list[_Row] = []
        self.hide()

    def add(self, task: Task) -> None:
        """Follow a task."""
        finished = [row for row in self.rows if row.task is None]
        for row in finished[: max(0, len(finished) + 1 - _KEPT)]:
            self._remove(row)
        row = _Row(task)
        self.rows.append(row)
        self._column.addWidget(row)
        row.closed.connect(lambda: self._close(row))
        # A finished world stands in the strip below the canvas.
        task.done.connect(
            lambda result: self._remove(row) if "panorama" in result else row.finish("done", _made(result))
        )
        task.failed.connect(lambda failure: row.finish("failed"))
        task.cancelled.connect(lambda: self._remove(row))
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            for row in getattr(self, "rows", ()):
                row.dress()
        super().changeEvent(event)

    def _close(self, row: _Row) -> None:
        if row.task is None:
            self._remove(row)
            return
        row.doing.setText("stopping")
        row.stop.setEnabled(False)
        self.cancel.emit(row.task)

    def _remove(self, row: _Row) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.deleteLater()
        self.setVisible(bool(self.rows))


def _made(result: dict[str, str]) -> Path | None:
    path = result.get("output")
    return Path(path) if path else None
