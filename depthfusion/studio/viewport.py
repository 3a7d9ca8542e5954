"""The canvas: the world as the renderer draws it, and the hand that moves through it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget

from depthfusion.camera.frame import Frame, compose, pose_of
from depthfusion.errors import InputError, MachineError
from depthfusion.look import Displacement
from depthfusion.studio import lenses, navigation, opengl, theme
from depthfusion.studio.pace import Pace
from depthfusion.studio.pictures import Pictures
from depthfusion.studio.scenes import Scene
from depthfusion.studio.session import Session
from depthfusion.studio.stage import Stage

if TYPE_CHECKING:
    from depthfusion.render.prepare import Behind

_UPLOAD = 0.012  # seconds of a paint that may go into bringing a new world
_REST = 150  # milliseconds without a change after which the picture is drawn as files are
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
POSE = ("yaw", "pitch", "roll", "position", "fov")


class Viewport(QOpenGLWidget):
    """Draws the session's view of a scene; nothing is drawn while nothing changes.

    A picture that changes is drawn in one paint, as finely as that allows. One that rests is drawn once more, over
    several paints, as files are; until it is complete the canvas shows the last one.

    `failed` tells why OpenGL will not do, `refused` why it cannot hold a world, `problem` why the present settings
    cannot be drawn ("" when they can again), `arrived` that a new world is seen, `left` that Escape was pressed.
    """

    failed = Signal(str)
    refused = Signal(str)
    problem = Signal(str)
    arrived = Signal()
    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("canvas")
        # The renderer smooths edges by itself where there is time; samples here would slow down every frame.
        plain = opengl.surface_format()
        plain.setSamples(0)
        self.setFormat(plain)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        self.setAccessibleName("World")
        self.pace = Pace()
        self._session = session
        self._stage: Stage | None = None
        self._pictures: Pictures | None = None
        self._drawn: tuple[int, int] | None = None  # the canvas' pixels, None where another picture is to be drawn
        self._shown_at = (0, 0, 0, 0)  # the picture's place in them
        self._scene: Scene | None = None
        self._behind: Behind | None = None
        self._waiting = False
        self._behind_waiting = False
        self._coming = False
        self._adding = False
        self.layering = False  # whether the layer behind is still being made
        self._problem = ""
        self._failed = False
        self._grip: QPointF | None = None
        self._moves: dict[int, str] = {}
        self._turns: dict[int, tuple[float, float]] = {}
        self._fast = False
        self._stepped = 0.0
        self._walk = QTimer(self)
        self._walk.setTimerType(Qt.TimerType.PreciseTimer)
        self._walk.setInterval(_TICK)
        self._walk.timeout.connect(self._step)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._complete)
        session.look.changed.connect(lambda name: self.redraw())
        session.view.changed.connect(self._view_changed)

    # --- what is shown -------------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene | None:
        """The world that is shown or on its way."""
        return self._scene

    def show_scene(self, scene: Scene) -> None:
        """Show another world as soon as it is on the GPU; until then the last one stays."""
        self._scene = scene
        self._waiting = True
        self._behind, self._behind_waiting = None, False
        self.pace.forget()
        self.redraw()

    @property
    def flat(self) -> bool:
        """Whether the world has no layer behind its depth edges, so that they are stretched."""
        return self._behind is None

    def show_behind(self, behind: Behind) -> None:
        """Bring the layer behind the world's depth edges to the GPU as well; its edges are stretched until then."""
        self._behind, self._behind_waiting = behind, True
        self.update()

    def redraw(self) -> None:
        """Draw soon, as quickly as a moving picture needs."""
        self._drawn = None
        self.update()

    @property
    def complete(self) -> bool:
        """Whether the canvas shows what a file would hold."""
        if self.layering or self._behind_waiting or self._adding:
            return False
        return self._drawn == self._pixels() and self._pictures is not None and self._pictures.complete

    def rule(self) -> Displacement:
        """Return how depth becomes distance; raises `InputError` where the look contradicts itself."""
        near, far = (self._scene.panorama.near, self._scene.panorama.far) if self._scene else (None, None)
        return self._session.look.displacement(near, far)

    def frame(self, scale: float = 1.0) -> tuple[Frame, Displacement]:
        """Return what is to be drawn, as the command line composes it for the canvas' size in pixels times `scale`.

        Raises `InputError` where the settings contradict each other.
        """
        view, rule = self._session.view, self.rule()
        pose = pose_of(view)
        pose = type(pose)(navigation.inside(pose.position, rule.farthest), pose.yaw, pose.pitch, pose.roll)
        width, height = (round(length * scale) for length in self._pixels())
        size = lenses.fitted(view, width, height)[2:]
        return compose(view, pose, view.field_of_view, size, rule), rule

    def picture(self) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the picture in the canvas' pixels."""
        return lenses.fitted(self._session.view, *self._pixels())

    def _view_changed(self, name: str) -> None:
        if name in {"projection", "layout"}:
            self.pace.forget()
        self.redraw()

    def home(self) -> None:
        """Return to the middle of the world and look ahead."""
        view = type(self._session.view)
        with self._session.history.together():
            self._session.view.update({name: getattr(view, name).default for name in POSE})

    def _pixels(self) -> tuple[int, int]:
        ratio = self.devicePixelRatio()
        return round(self.width() * ratio), round(self.height() * ratio)

    # --- drawing -------------------------------------------------------------------------------------------------

    def initializeGL(self) -> None:
        # A lost context comes back as another one: what was made in the old one goes with it, and is made anew when it
        # is first needed, in paintGL.
        self.context().aboutToBeDestroyed.connect(self._release, Qt.ConnectionType.DirectConnection)

    def paintGL(self) -> None:
        began = time.perf_counter()
        if self._failed:
            return
        if self._stage is None and not self._build():
            return
        stage, pictures = self._stage, self._pictures
        assert stage is not None
        assert pictures is not None
        if self._waiting and self._scene is not None:
            self._waiting = self._adding = False
            try:
                stage.put(self._scene.prepared)
                self._coming = True
            except MachineError as error:
                self.refused.emit(str(error))
        if stage.upload(_UPLOAD):
            self.update()
        elif self._coming:
            self._coming = False
            self._drawn = None
            self.arrived.emit()
        elif self._adding:
            self._adding = False
            self._drawn = None
            self.pace.forget()
        if self._behind_waiting and self._behind is not None and not self._coming and not stage.empty:
            self._behind_waiting = False
            self._adding = True
            stage.put_behind(self._behind)
            self.update()
        if not stage.empty and self._drawn != self._pixels():
            self._draw(pictures, began)
        elif pictures.unfinished:
            pictures.go_on(began)
            if pictures.unfinished:
                self.update()
        canvas = QColor(theme.colours().canvas)
        stage.clear(self.defaultFramebufferObject(), (canvas.redF(), canvas.greenF(), canvas.blueF()))
        left, top, width, height = self._shown_at
        pictures.show(left, self._pixels()[1] - top - height, width, height)

    def _draw(self, pictures: Pictures, began: float) -> None:
        try:
            frame, rule = self.frame(self.pace.now.scale)
        except InputError as error:
            pictures.clear()
            self._say(str(error))
            return
        self._say("")
        pictures.draw(frame, rule)
        self._drawn, self._shown_at = self._pixels(), self.picture()
        self.pace.drew(time.perf_counter() - began)
        self._rest.start()

    def _complete(self) -> None:
        """Have the picture that rests drawn as files are."""
        if self._pictures is not None and self._drawn is not None and not self.complete:
            self._pictures.begin(*self.frame())
            self.update()

    def resizeGL(self, width: int, height: int) -> None:
        self.pace.forget()

    def _build(self) -> bool:
        try:
            self._stage = Stage()
        except MachineError as error:
            self._failed = True
            self.failed.emit(str(error))
            return False
        self._pictures = Pictures(self._stage, self.pace)
        self._drawn = None
        self._waiting = self._scene is not None
        self._behind_waiting = self._behind is not None
        return True

    def _release(self) -> None:
        if self._stage is not None and self._pictures is not None:
            self.makeCurrent()
            self._pictures.clear()
            self._stage.release()
            self._stage = self._pictures = None
            self.doneCurrent()

    def _say(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            self.problem.emit(problem)

    # --- the hand ------------------------------------------------------------------------------------------------

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        self._rest.stop()
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
