"""What stands above the canvas: the stereo preview, home and full screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton

from depthfusion.camera.options import ViewOptions
from depthfusion.studio import theme
from depthfusion.studio.session import Session

_NAMES = {"sbs": "Side by side", "half-sbs": "Half SBS", "tb": "Top–bottom"}


class ViewBar(QFrame):
    """A button for each layout that the view declares, bound to it."""

    home = Signal()
    full_screen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._view = session.view
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(2)
        self.layouts: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for layout in ViewOptions.layout.choices:
            button = QToolButton()
            button.setObjectName("segment")
            button.setText(_NAMES.get(layout, layout.capitalize()))
            button.setCheckable(True)
            button.setToolTip(f"Preview as {layout}")
            button.clicked.connect(lambda _, layout=layout: setattr(self._view, "layout", layout))
            group.addButton(button)
            row.addWidget(button)
            self.layouts[layout] = button
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
        self.layouts[view.layout].setChecked(True)
        self.pose.setText(f"{view.yaw:.0f}°  {view.pitch:+.0f}°   {view.field_of_view:.0f}° wide")

    def _dress(self) -> None:
        c = theme.colours()
        self._home.setIcon(theme.icon("home", c.muted))
        self._full.setIcon(theme.icon("fullscreen", c.muted))
