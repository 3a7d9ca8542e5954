"""Asking what is written and where: what the dialogs for videos, stills and geometry have in common."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from depthfusion.studio import theme
from depthfusion.studio.session import Session

_WIDE = 676
_AROUND = 60  # pixels of a screen's height that a dialog leaves to its frame and to what lies around


def heading(text: str) -> QLabel:
    """Return a line that stands over a group."""
    label = QLabel(text)
    label.setObjectName("note")
    return label


class Warned(QFrame):
    """What should be known before writing; hidden while there is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("kind", "warning")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        sign = QLabel()
        sign.setPixmap(theme.icon("warning").pixmap(QSize(18, 18)))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.text, 1)
        self.hide()

    def say(self, sentences: Iterable[str]) -> None:
        """Show these, each on a line of its own."""
        text = "\n".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in sentences)
        self.text.setText(text)
        self.setVisible(bool(text))


class _Scrolled(QScrollArea):
    """Wants to be as high as what is in it, and scrolls where there is no room; `grown` tells of other needs."""

    grown = Signal()

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        inside.installEventFilter(self)
        for behind in (self.viewport(), inside):
            behind.setAutoFillBackground(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self.grown.emit()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def minimumSizeHint(self) -> QSize:
        wide = self.widget().minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(wide, min(self.widget().sizeHint().height(), 160))


class ExportDialog(QDialog):
    """Title, what is chosen (`body`), where it goes, what is to be known, and two buttons.

    `agreed(Path)` tells of the answer: where to write. A name follows what is chosen until a person writes one.

    Args:
        parent: the window.
        session: what is changed; it goes back to what it was where the answer is no.
        title: what the dialog is about.
        button: what the button that agrees is called.
    """

    agreed = Signal(object)

    def __init__(self, parent: QWidget, session: Session, title: str, button: str = "Export") -> None:
        super().__init__(parent)
        self._session = session
        self._before = session.snapshot()
        self.setWindowTitle(title)
        self.setStyleSheet(theme.sheet())
        self._folder = Path()
        self._own_name = False
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(theme.GAP)
        head = QLabel(title)
        head.setObjectName("title")
        head.setMinimumWidth(_WIDE)  # the dialog's own least size is left to its layout
        column.addWidget(head)
        inside = QWidget()
        around = QVBoxLayout(inside)
        around.setContentsMargins(0, 0, 0, 0)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP)
        around.addLayout(self.body)
        around.addStretch(1)
        self._scrolled = _Scrolled(inside)
        self._scrolled.grown.connect(self.fit_soon)
        self._sought: QWidget | None = None
        column.addWidget(self._scrolled, 1)
        column.addLayout(self._make_output())
        self.told = QLabel()
        self.told.setObjectName("note")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.told)
        self.warned = Warned()
        column.addWidget(self.warned)
        row = QHBoxLayout()
        row.addStretch(1)
        self.later = QPushButton("Cancel")
        self.later.clicked.connect(self.reject)
        self.go = QPushButton(button)
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self._agree)
        row.addWidget(self.later)
        row.addWidget(self.go)
        column.addLayout(row)

    def _make_output(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel("Goes to")
        self.name = QLineEdit()
        self.name.setAccessibleName("File name")
        self.name.textEdited.connect(self._named)
        label.setBuddy(self.name)
        self.where = QToolButton()
        self.where.setAccessibleName("Choose the folder")
        self.where.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.where.setIcon(theme.icon("folder"))
        self.where.clicked.connect(self._ask_folder)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        row.addWidget(self.where)
        return row

    @property
    def output(self) -> Path:
        """Where it goes."""
        return self._folder / self.name.text().strip()

    def propose(self, path: Path) -> None:
        """Propose a file: its folder at first, its name until a person wrote one, its suffix always."""
        if self._folder == Path():
            self._go_to(path.parent)
        name = f"{Path(self.name.text()).stem}{path.suffix}" if self._own_name else path.name
        if name != self.name.text():
            self.name.setText(name)

    def check(self) -> None:
        """Say what is to be known; `warnings` has what the dialog knows."""
        warnings = list(self.warnings())
        name = self.name.text().strip()
        if name and os.path.lexists(self.output):
            warnings.append(f"{name} is there already and will be replaced")
        self.warned.say(warnings)
        self.go.setEnabled(bool(name))
        self.fit_soon()

    def fit_soon(self) -> None:
        """Be as high as what is shown needs, when the layouts know."""
        QTimer.singleShot(0, self, self._fit)

    def reveal(self, part: QWidget) -> None:
        """Scroll to a part of the body that has just become larger, if there is no room for all of it."""
        self._sought = part
        self.fit_soon()

    def _fit(self) -> None:
        layout, screen = self.layout(), self.screen().availableGeometry()
        layout.activate()
        wide = max(self.width(), layout.totalMinimumSize().width())
        wanted = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        high = max(wanted, layout.totalMinimumSize().height())
        high = min(high, screen.height() - _AROUND)
        if high != self.height():
            self.resize(wide, high)
        below = self.frameGeometry().bottom() - screen.bottom()
        if self.isVisible() and below > 0:
            self.move(self.x(), max(self.y() - below, screen.top()))
        if self._sought is not None:
            layout.activate()
            self._scrolled.ensureWidgetVisible(self._sought, 0, 0)
            self._sought = None

    def reject(self) -> None:
        """Leave everything as it was before."""
        self._session.go_back(self._before)
        super().reject()

    def warnings(self) -> Iterable[str]:
        """Return sentences without their full stops."""
        return ()

    def _named(self) -> None:
        self._own_name = True
        self.check()

    def _go_to(self, folder: Path) -> None:
        self._folder = folder
        self.where.setText(folder.name or str(folder))
        self.where.setToolTip(f"{folder}\nChoose another folder")

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", str(self._folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: (self._go_to(Path(name)), self.check()))
        dialog.open()

    def _agree(self) -> None:
        output = self.output
        self.accept()
        self.agreed.emit(output)
