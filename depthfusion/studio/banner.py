"""A sentence over the canvas that does not stop the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from depthfusion.studio import theme

_WIDEST = 760


class Banner(QFrame):
    """Shows the latest message: `info`, `warning` or `error`, with an action or a traceback where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setSizePolicy(self.sizePolicy().horizontalPolicy(), self.sizePolicy().verticalPolicy().Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = QPushButton()
        self.action.clicked.connect(self._act)
        self._close = QToolButton()
        self._close.setObjectName("flat")
        self._close.setIconSize(QSize(16, 16))
        self._close.setToolTip("Close")
        self._close.setAccessibleName("Close this message")
        self._close.clicked.connect(self.clear)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self._close)
        self.kind = ""
        self.topic = ""
        self._does: Callable[[], None] = lambda: None
        self.hide()

    def lie_over(self, widget: QWidget) -> None:
        """Stay at the upper edge of `widget`."""
        self.setParent(widget)
        widget.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        below = self.parentWidget()
        width = min(below.width() - 2 * theme.GAP, _WIDEST)
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        self.setGeometry((below.width() - width) // 2, theme.GAP, width, height)

    def tell(
        self,
        kind: str,
        sentence: str,
        *,
        topic: str = "",
        details: str = "",
        action: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Show a message in place of the last one.

        Args:
            kind: info, warning or error.
            sentence: what to read; it gets its capital letter and full stop.
            topic: what it is about, for `settle`.
            details: a traceback to look at.
            action: a button's words and what it does.
        """
        self.kind, self.topic = kind, topic
        self.setProperty("kind", kind)
        for widget in (self, self.action):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._close.setIcon(theme.icon("close"))
        self.text.setText(_sentence(sentence))
        if details:
            action = ("Details", lambda: self._show_details(details))
        self.action.setVisible(action is not None)
        if action is not None:
            words, self._does = action
            self.action.setText(words)
        self._place()
        self.show()
        self.raise_()

    def settle(self, topic: str) -> None:
        """Take back the message if it is about `topic`."""
        if self.topic == topic:
            self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.kind = self.topic = ""
        self._does = lambda: None
        self.hide()

    def _act(self) -> None:
        does = self._does
        if self.action.text() != "Details":
            self.clear()
        does()

    def _show_details(self, details: str) -> None:
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Details")
        dialog.setStyleSheet(theme.sheet())
        dialog.resize(760, 420)
        text = QPlainTextEdit(details)
        text.setReadOnly(True)
        column = QVBoxLayout(dialog)
        column.addWidget(text)
        dialog.open()


def _sentence(text: str) -> str:
    first = text.split(" ", 1)[0]
    if first.isalpha():  # a file's name stays as it is
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
