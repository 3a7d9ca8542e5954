"""What stands above the canvas: the lens, the layout of the eyes, home and full screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from depthfusion.studio import lenses, theme
from depthfusion.studio.segments import Segments
from depthfusion.studio.session import Session

_NAMED = 740  # pixels of width from which the lenses have room for their names
_POSED = 540  # from which there is room for the pose beside pictures alone
_WIDE = 900  # from which there is room for both


class ViewBar(QFrame):
    """A button for each lens and each layout, bound to the view."""

    home = Signal()
    full_screen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._view = session.view
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(2)
        self._lenses = Segments(lenses.LENSES.items(), named=False)
        self._lenses.chosen.connect(session.put_on)
        self._layouts = Segments(lenses.LAYOUTS.items(), narrow=True)
        self._layouts.chosen.connect(session.lay_out)
        self.lenses, self.layouts = self._lenses.buttons, self._layouts.buttons
        row.addWidget(self._lenses)
        row.addSpacing(8)
        row.addWidget(self._layouts)
        row.addStretch(1)
        self.pose = QLabel()
        self.pose.setObjectName("note")
        row.addWidget(self.pose)
        row.addSpacing(8)
        self._home = self._button("Return to the middle (Home)", self.home)
        self._full = self._button("Full screen (F11)", self.full_screen)
        row.addWidget(self._home)
        row.addWidget(self._full)
        disconnect = self._view.changed.connect(self._show)
        self.destroyed.connect(disconnect)
        self._show("layout")
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_full"):
            self._dress()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        named = self.width() >= _NAMED
        self._lenses.set_named(named)
        self.pose.setVisible(self.width() >= (_WIDE if named else _POSED))

    def minimumSizeHint(self) -> QSize:
        # That with pictures alone: names come where there is room.
        return QSize(0, super().minimumSizeHint().height())

    def _button(self, explained: str, asked: Signal) -> QToolButton:
        button = QToolButton()
        button.setObjectName("flat")
        button.setIconSize(QSize(18, 18))
        button.setToolTip(explained)
        button.setAccessibleName(explained)
        button.clicked.connect(asked)
        return button

    def _show(self, name: str) -> None:
        view = self._view
        self._lenses.show_value(view.projection)
        self._layouts.show_value(view.layout)
        if name in {"projection", "layout"}:
            self._layouts.allow(lenses.layouts_of(view.projection))
        wide = f"   {view.field_of_view:.0f}° wide" if view.projection in view.fov_of else ""
        self.pose.setText(f"{view.yaw:.0f}°  {view.pitch:+.0f}°{wide}")

    def _dress(self) -> None:
        c = theme.colours()
        self._home.setIcon(theme.icon("home", c.muted))
        self._full.setIcon(theme.icon("fullscreen", c.muted))
