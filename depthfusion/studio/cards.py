"""Cards to choose from: each with a picture, a name, and a line that says what it is for."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from depthfusion.studio import theme
from depthfusion.studio.words import Words

_HIGH = 58
_ICON = 24


class Card(QAbstractButton):
    """One thing to choose. It paints itself: a style sheet for so much would take its time."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(_HIGH)
        self.setMinimumWidth(150)
        self.setText(words.name)
        self.say(words)

    def say(self, words: Words) -> None:
        """Show other words."""
        self.words = words
        self.setAccessibleName(words.name)
        self.setAccessibleDescription(words.line)
        self.setToolTip(words.line)
        self.update()

    def choose(self, chosen: bool) -> None:
        """Mark it, or mark none of its like."""
        self.setAutoExclusive(chosen)
        self.setChecked(chosen)
        self.setAutoExclusive(True)

    def sizeHint(self) -> QSize:
        return QSize(290, _HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, under = self.isChecked(), self.underMouse() and self.isEnabled()
        edge = c.accent if chosen or self.hasFocus() else c.line
        painter.setPen(QPen(QColor(edge), 1.6 if chosen else 1.0))
        painter.setBrush(QColor(c.field_hover if chosen or under else c.field))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 7, 7)
        icon = theme.icon(self.words.icon, c.accent if chosen else c.muted, _ICON)
        icon.paint(painter, QRect(QPoint(14, (_HIGH - _ICON) // 2), QSize(_ICON, _ICON)))
        left = 14 + _ICON + 12
        wide = self.width() - left - 10
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        high = self.fontMetrics().height()
        painter.setPen(QColor(c.text if self.isEnabled() else c.faint))
        painter.setFont(font)
        for row, (text, colour) in enumerate(((self.words.name, c.text), (self.words.line, c.muted))):
            painter.setFont(font if row == 0 else self.font())
            painter.setPen(QColor(colour if self.isEnabled() else c.faint))
            place = QRect(left, (_HIGH - 2 * high - 2) // 2 + row * (high + 2), wide, high)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.ignore()  # that is the dialog's own button
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


class Cards(QWidget):
    """Cards in columns; `chosen(value)` tells which one was clicked."""

    chosen = Signal(str)

    def __init__(self, choices: Iterable[tuple[str, Words]], columns: int = 2) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        self.cards: dict[str, Card] = {}
        for index, (value, words) in enumerate(choices):
            card = Card(words)
            card.clicked.connect(lambda _, value=value: self.chosen.emit(value))
            grid.addWidget(card, index // columns, index % columns)
            self.cards[value] = card

    def show_value(self, value: str) -> None:
        """Mark what is chosen; nothing where it is not among the cards."""
        if value in self.cards:
            self.cards[value].setChecked(True)
