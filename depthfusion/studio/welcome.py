"""What the canvas says while there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

EXAMPLES = (
    "a tranquil forest at dawn",
    "mountains on a clear night",
    "a foggy city at sunset",
)


class Welcome(QWidget):
    """An invitation: examples to try (`chosen(prompt)`), files to open (`open`)."""

    chosen = Signal(str)
    open = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(14)
        column.addStretch(3)
        head = QLabel("Where would you like to be?")
        head.setObjectName("welcome")
        head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head.setWordWrap(True)
        column.addWidget(head)
        words = QLabel("Describe a world on the left and press Generate, or begin with one of these.")
        words.setObjectName("invitation")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setWordWrap(True)
        column.addWidget(words)
        column.addSpacing(6)
        for prompt in EXAMPLES:
            button = QPushButton(prompt)
            button.setObjectName("example")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _, prompt=prompt: self.chosen.emit(prompt))
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        column.addSpacing(18)
        self.hint = QLabel(
            'Or drop a 360° picture here, alone or with its depth, or <a href="open">open</a> a panorama or a project.'
        )
        self.hint.setObjectName("invitation")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.linkActivated.connect(lambda _: self.open.emit())
        column.addWidget(self.hint)
        column.addStretch(4)


class NoCanvas(QWidget):
    """Stands where the canvas cannot be, and says what to do about it."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 32, 48, 32)
        column.addStretch(1)
        head = QLabel("The world cannot be shown on this machine")
        head.setObjectName("welcome")
        head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head.setWordWrap(True)
        self.text = QLabel(sentence)
        self.text.setObjectName("invitation")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(head)
        column.addWidget(self.text)
        column.addStretch(1)
