"""The canvas: the world as the renderer draws it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent

from depthfusion.camera.frame import Frame, compose, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError, MachineError
from depthfusion.look import Displacement
from depthfusion.studio import lenses, navigation, opengl, theme
from depthfusion.studio.hand import Hand
from depthfusion.studio.incoming import LAYER, WORLD, Incoming
from depthfusion.studio.pace import BUDGET, Pace
from depthfusion.studio.pictures import Pictures
from depthfusion.studio.scenes import Scene
from depthfusion.studio.session import Session
from depthfusion.studio.stage import Stage

if TYPE_CHECKING:
    from depthfusion.render.prepare import Behind, Prepared

_UPLOAD = 0.012  # seconds of a paint that may go into bringing a new world
_PLAYING = 0.4  # of the time of a frame: what drawing may take while a world plays
_REST = 150  # milliseconds without a change after which the picture is drawn as files are
POSE = ("yaw", "pitch", "roll", "position", "fov")


class Viewport(Hand):
    """Draws the session's view of a scene; nothing is drawn while nothing changes.

    A picture that changes is drawn in one paint, as finely as that allows. One that rests is drawn once more, over
    several paints, as files are; until it is complete the canvas shows the last one.

    `failed` tells why OpenGL will not do, `refused` why it cannot hold a world, `problem` why the present settings
    cannot be drawn ("" when they can again), `arrived` that a new world is seen.
    """

    failed = Signal(str)
    refused = Signal(str)
    problem = Signal(str)
    arrived = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.setObjectName("canvas")
        self.setFormat(opengl.surface_format())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        self.setAccessibleName("World")
        self.pace = Pace()
        self._turn_pace(session.view)
        self._stage: Stage | None = None
        self._pictures: Pictures | None = None
        self._drawn: tuple[int, int] | None = None  # the canvas' pixels, None where another picture is to be drawn
        self._shown_at = (0, 0, 0, 0)  # the picture's place in them
        self._scene: Scene | None = None
        self._incoming = Incoming()
        self.plays = False  # whether frames of a world that moves come one after the other
        self.layering = False  # whether the layer behind is still being made
        self._problem = ""
        self._failed = False
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
        self._incoming.world(scene.prepared)
        self.pace.forget()
        self.redraw()

    def show_moment(self, scene: Scene) -> None:
        """Show the same world at another of its times."""
        self._scene = scene
        self.show_frame(scene.prepared)

    def show_frame(self, prepared: Prepared) -> None:
        """Show the next frame of a world that moves, its edges stretched."""
        self._incoming.moment(prepared)
        self.bring_frame()

    def bring_frame(self) -> None:
        """Go on bringing a frame to the GPU while the canvas stays as it is: to paint it costs more than that."""
        if self._stage is None:
            self.update()
            return
        self.makeCurrent()
        self._bring(self._stage)
        self.doneCurrent()
        if self._drawn is None or not self.plays:
            self.update()

    def play(self, rate: float | None, haste: int = 0) -> None:
        """Expect `rate` frames a second of a world that moves, or none any more.

        Drawing leaves them most of their time, and the more the more they are hurried (`Playback.haste`).
        """
        self.plays = rate is not None
        share = _PLAYING / (1 + haste) / rate if rate is not None else math.inf
        self.pace.budget = min(BUDGET, share)
        if rate is None and self._incoming.more:
            self.update()  # what is left to bring comes with paints again

    @property
    def busy(self) -> bool:
        """Whether a frame is on its way, so that another would have to wait."""
        return self._incoming.busy

    @property
    def flat(self) -> bool:
        """Whether the world has no layer behind its depth edges, so that they are stretched."""
        return self._incoming.flat

    def show_behind(self, behind: Behind) -> None:
        """Bring the layer behind the world's depth edges to the GPU as well; its edges are stretched until then."""
        self._incoming.layer(behind)
        self.update()

    def redraw(self) -> None:
        """Draw soon, as quickly as a moving picture needs."""
        self._drawn = None
        self.update()

    @property
    def complete(self) -> bool:
        """Whether the canvas shows what a file would hold."""
        if self.layering or self._incoming.more:
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
            self._turn_pace(self._session.view)
        self.redraw()

    def _turn_pace(self, view: ViewOptions) -> None:
        self.pace.turn_to((view.projection, view.layout), dear=view.projection != "perspective")

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
        self._bring(stage)
        if self._incoming.more and not self.plays:
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

    def _bring(self, stage: Stage) -> None:
        try:
            came = self._incoming.bring(stage, _UPLOAD)
        except MachineError as error:
            self.refused.emit(str(error))
            return
        if came:
            self._drawn = None
        if came == LAYER:
            self.pace.forget()
        elif came == WORLD:
            self.arrived.emit()

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
        if self._pictures is not None and self._drawn is not None and not self.complete and not self.plays:
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
        self._incoming.anew()
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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        self._rest.stop()
        super().hideEvent(event)
