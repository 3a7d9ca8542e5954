"""The hand that moves through the world on the canvas: pointer, wheel and keys."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget

from depthfusion.errors import InputError
from depthfusion.look import Displacement
from depthfusion.studio import navigation
from depthfusion.studio.session import Session

_TICK = 16  # milliseconds between two steps of a held key
_LONGEST_STEP = 0.1  # seconds: after a hitch nobody wants to be thrown across the world
_SPEED = 0.25  # of the neutral radius, a second
_FAST = 3.0  # times faster with Shift
_TURN = 0.7  # of the field of view, a second
_NOTCH = 120.0  # Qt's units of a wheel's notch

_MOVES = {getattr(Qt.Key, f"Key_{letter}"): letter for letter in navigation.DIRECTIONS}
_TURNS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


class Hand(QOpenGLWidget):
    """A canvas whose session's view follows the hand; who draws on it says where the picture is.

    `left` tells that Escape was pressed, `space` that Space was.
    """

    left = Signal()
    space = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._grip: QPointF | None = None
        self._moves: dict[int, str] = {}
        self._turns: dict[int, tuple[float, float]] = {}
        self._fast = False
        self._stepped = 0.0
        self._walk = QTimer(self)
        self._walk.setTimerType(Qt.TimerType.PreciseTimer)
        self._walk.setInterval(_TICK)
        self._walk.timeout.connect(self._step)

    def picture(self) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the picture in the canvas' pixels."""
        raise NotImplementedError

    def rule(self) -> Displacement:
        """Return how depth becomes distance; raises `InputError` where the look contradicts itself."""
        raise NotImplementedError

    def home(self) -> None:
        """Return to the middle of the world and look ahead."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._grip is None:
            self._grip = event.position()
            self._session.history.begin()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        view, grip = self._session.view, self._grip
        left, top, width, height = (length / self.devicePixelRatio() for length in self.picture())
        corner = QPointF(left, top)
        eye, middle = navigation.eye_at(view.layout, width, height, grip.x() - left, grip.y() - top)
        start, end = grip - corner - QPointF(*middle), event.position() - corner - QPointF(*middle)
        self._grip = event.position()
        tilts = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        yaw, pitch = navigation.turned(view, eye, (start.x(), start.y()), (end.x(), end.y()), tilts)
        view.update({"yaw": yaw, "pitch": pitch})

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._grip is not None:
            self._grip = None
            self._session.history.end()
            self.unsetCursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        view = self._session.view
        if view.projection in view.fov_of:
            notches = event.angleDelta().y() / _NOTCH
            view.fov = navigation.zoomed(view.field_of_view, notches, view.projection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if plain and (key in _MOVES or key in _TURNS):
            if not event.isAutoRepeat():
                self._hold(key)
        elif key == Qt.Key.Key_Shift:
            self._fast = True
        elif key == Qt.Key.Key_Space and plain:
            if not event.isAutoRepeat():
                self.space.emit()
        elif key == Qt.Key.Key_Home and plain:
            self.home()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift:
            self._fast = False
        elif not event.isAutoRepeat():
            self._let_go(event.key())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        for key in (*self._moves, *self._turns):
            self._let_go(key)
        self._fast = False
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._walk.stop()
        super().hideEvent(event)

    def _hold(self, key: int) -> None:
        if not self._moves and not self._turns:
            self._session.history.begin()
            self._stepped = time.perf_counter() - _TICK / 1000
            self._walk.start()
        if key in _MOVES:
            self._moves[key] = _MOVES[key]
        else:
            self._turns[key] = _TURNS[key]
        self._step()

    def _let_go(self, key: int) -> None:
        held = self._moves.pop(key, None) or self._turns.pop(key, None)
        if held and not self._moves and not self._turns:
            self._walk.stop()
            self._session.history.end()

    def _step(self) -> None:
        """Go on as far as the time since the last step asks for."""
        now = time.perf_counter()
        seconds = min(now - self._stepped, _LONGEST_STEP)
        self._stepped = now
        seconds *= _FAST if self._fast else 1.0
        view = self._session.view
        changes: dict[str, Any] = {}
        if self._moves:
            try:
                rule = self.rule()
            except InputError:  # the banner says so; there is no world to move in until it is settled
                return
            place = navigation.moved(view.position, view.yaw, self._moves.values(), seconds * _SPEED * rule.neutral)
            changes["position"] = navigation.inside(place, rule.farthest)
        if self._turns:
            degrees = seconds * _TURN * navigation.turning(view)
            right = sum(turn[0] for turn in self._turns.values())
            up = sum(turn[1] for turn in self._turns.values())
            changes["yaw"] = navigation.wrapped(view.yaw + right * degrees)
            changes["pitch"] = min(max(view.pitch + up * degrees, -90.0), 90.0)
        view.update(changes)
