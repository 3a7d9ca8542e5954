"""A part of a panel that folds away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from depthfusion.studio import theme
from depthfusion.studio.fields import Form


class Section(QWidget):
    """A heading that folds what is below it away, with a button that resets it.

    While it is folded the heading says how many of its values are not the defaults.
    """

    def __init__(self, title: str, form: Form, reset: bool = True, folded: bool = False) -> None:
        super().__init__()
        self._title = title
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(0)
        self.head = QToolButton()
        self.head.setObjectName("section")
        self.head.setText(title)
        self.head.setCheckable(True)
        self.head.setChecked(True)
        self.head.setAccessibleName(title)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.setIconSize(QSize(16, 16))
        self.head.toggled.connect(self._fold)
        head.addWidget(self.head, 1)
        self._reset = QToolButton()
        self._reset.setObjectName("flat")
        self._reset.setIconSize(QSize(15, 15))
        self._reset.setToolTip(f"Reset {title.lower()}")
        self._reset.setAccessibleName(f"Reset {title.lower()}")
        self._reset.clicked.connect(form.reset_asked)
        self._reset.setVisible(reset)
        head.addWidget(self._reset)
        column.addLayout(head)
        self.form = form
        column.addWidget(form)
        self.column = column
        disconnect = form.state.changed.connect(lambda name: self._count())
        self.destroyed.connect(disconnect)
        self.head.setChecked(not folded)
        self._dress()

    def add(self, widget: QWidget, at: int | None = None) -> None:
        """Put a widget below the heading: at the end, or before the one that is there now."""
        self.column.insertWidget(self.column.count() if at is None else at, widget)
        widget.setVisible(self.head.isChecked())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_reset"):
            self._dress()
        super().changeEvent(event)

    def _fold(self, open_: bool) -> None:
        for index in range(1, self.column.count()):
            widget = self.column.itemAt(index).widget()
            if widget is not None:
                widget.setVisible(open_)
        self._dress()

    def _count(self) -> None:
        changed = 0 if self.head.isChecked() else self.form.changed
        self.head.setText(f"{self._title} · {changed} set" if changed else self._title)

    def _dress(self) -> None:
        c = theme.colours()
        self._count()
        self.head.setIcon(theme.icon("down" if self.head.isChecked() else "right", c.muted, 16))
        self._reset.setIcon(theme.icon("reset", c.muted, 16))
