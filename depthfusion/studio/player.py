"""Playing a world that moves: the bar below the canvas, and frames that are decoded elsewhere and shown in time."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from depthfusion.camera.presets import DEFAULT_SECONDS
from depthfusion.errors import InputError, MachineError
from depthfusion.studio import theme
from depthfusion.studio.background import Latest, Trouble
from depthfusion.studio.inputs import SLIDER_STEPS, Slider
from depthfusion.studio.scenes import Motion, Scene, moment, moving_of

if TYPE_CHECKING:
    from depthfusion.moving import Playback
    from depthfusion.render.prepare import Prepared
    from depthfusion.studio.window import Window

_TICK = 8  # milliseconds between two looks for a frame whose time has come
_TOLD = 0.1  # seconds between two drawings of the bar


def time_words(seconds: float) -> str:
    """Return a time as players write it: 1:05.3."""
    minutes, rest = divmod(round(seconds * 10), 600)
    return f"{minutes}:{rest // 10:02d}.{rest % 10}"


class PlayBar(QFrame):
    """Play and pause, where in the video one is, and how long it is. It only shows and asks."""

    toggled = Signal()
    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 6, 0)
        row.setSpacing(10)
        self.button = QToolButton()
        self.button.setObjectName("flat")
        self.button.setIconSize(QSize(18, 18))
        self.button.clicked.connect(self.toggled)
        self.slider = Slider()
        self.slider.setAccessibleName("Time")
        self.slider.setToolTip("The time that is shown; Space plays and pauses")
        self.slider.valueChanged.connect(lambda value: self.sought.emit(value / SLIDER_STEPS))
        self.times = QLabel()
        self.times.setObjectName("note")
        row.addWidget(self.button)
        row.addWidget(self.slider, 1)
        row.addWidget(self.times)
        self._playing = False
        self._dress()
        self.hide()

    def show_state(self, playing: bool, at: float, duration: float) -> None:
        """Show where one is, in seconds."""
        self.times.setText(f"{time_words(at)} / {time_words(duration)}")
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(at / duration * SLIDER_STEPS))
        if playing != self._playing:
            self._playing = playing
            self._dress()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_playing"):
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        self.button.setIcon(theme.icon("pause" if self._playing else "play"))
        words = "Pause (Space)" if self._playing else "Play (Space)"
        self.button.setToolTip(words)
        self.button.setAccessibleName(words)


class Player(PlayBar):
    """The bar, and what it does to the canvas of a window.

    While a world plays, frames are decoded and prepared by a thread and handed to the canvas when their time has come.
    While it rests the canvas shows the frame at the export's time `at`, as files hold it. Where that is drawn, or
    decoding ends, nothing waits: the window goes on.
    """

    def __init__(self, window: Window) -> None:
        super().__init__()
        self._window = window
        self._session = window.session
        self._motion: Motion | None = None
        self._scene: Scene | None = None
        self._playback: Playback[Prepared] | None = None
        self._begun: list[Playback[Prepared]] = []  # all that were begun and not ended, the latest asked for or not
        self._from = self._began = 0.0
        self._told = 0.0
        self._ending: list[threading.Thread] = []
        self._loader = Latest("moving", self)
        self._loader.done.connect(self._loaded)
        self._loader.failed.connect(self._failed)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)
        self.toggled.connect(self.toggle)
        self.sought.connect(lambda share: self.seek(share * self._duration))
        self.destroyed.connect(self._session.export.changed.connect(self._export_changed))

    @property
    def playing(self) -> bool:
        """Whether the world moves now."""
        return self._playback is not None

    @property
    def _duration(self) -> float:
        return self._motion.duration if self._motion is not None else 0.0

    @property
    def at(self) -> float:
        """The time that is shown, in seconds."""
        if self._playback is None or not self._duration:
            return self._session.export.at
        return (self._from + time.monotonic() - self._began) % self._duration

    def take_over(self, scene: Scene) -> None:
        """Be there for a world that moves, and not for another. One that moves is played."""
        self._end()
        self._scene, self._motion = scene, scene.motion
        self.setVisible(scene.motion is not None)
        self._session.duration = scene.motion.duration if scene.motion else None
        self._session.export.at = scene.motion.at if scene.motion else 0.0
        self._window.inspector.suggest_length(self._duration or DEFAULT_SECONDS)
        if scene.motion is not None:
            self._show()

    def toggle(self) -> None:
        """Play, or pause where one is."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play on from the time that is shown."""
        if self._scene is None or self._motion is None or self.playing:
            return
        self._loader.start(partial(_begin, self._scene, self._session.export.at, self._begun))

    def pause(self) -> None:
        """Rest at the time that is shown, and have it drawn as files are."""
        if self.playing:
            at = self._snapped(self.at)
            self._end()
            self._rest_at(at)

    def seek(self, seconds: float) -> None:
        """Go to a time, and play on from there if it plays."""
        if self._scene is None or self._motion is None:
            return
        seconds = self._snapped(seconds)
        if self.playing:
            self._end()
            self._loader.start(partial(_begin, self._scene, seconds, self._begun))
        else:
            self._rest_at(seconds)

    def close_threads(self) -> None:
        """End what decodes."""
        self._loader.close()
        self._end()
        for thread in self._ending:
            thread.join()

    def _snapped(self, seconds: float) -> float:
        """Return the middle of the frame at a time, so that rounding never shows another."""
        assert self._motion is not None
        frame = min(int(seconds * self._motion.rate), int(self._duration * self._motion.rate - 0.5))
        return round((frame + 0.5) / self._motion.rate, 4)

    def _rest_at(self, seconds: float) -> None:
        if self._session.export.at == seconds:
            self._still()
        else:
            self._session.export.at = seconds

    def _export_changed(self, name: str) -> None:
        if name == "at" and self._motion is not None and not self.playing:
            self._still()

    def _still(self) -> None:
        assert self._scene is not None
        self._loader.start(partial(_still, self._scene, self._session.export.at))
        self._show()

    def _loaded(self, made: Scene | tuple[Scene, float, Playback[Prepared]]) -> None:
        if isinstance(made, Scene):
            if self._is_shown(made):
                self._window.openings.show_moment(made)
            return
        scene, start, playback = made
        if not self._is_shown(scene):
            self._end()
            return
        self._end(but=playback)
        self._playback, self._from, self._began = playback, start, time.monotonic()
        self._timer.start()
        self._show()

    def _is_shown(self, scene: Scene) -> bool:
        return self._scene is not None and self._motion is not None and scene.files == self._scene.files

    def _tick(self) -> None:
        viewport = self._window.viewport
        if self._playback is None or self._motion is None or viewport is None:
            return
        if viewport.busy:
            viewport.bring_frame()
            return
        viewport.play(self._motion.rate, self._playback.haste)
        try:
            frame = self._playback.take(time.monotonic() - self._began)
        except (InputError, MachineError) as error:
            self._end()
            self._window.banner.tell("error", str(error))
            self._show()
            return
        if frame is not None:
            viewport.show_frame(frame)
            # Together with the canvas: each change of the window is composed as a whole.
            if time.monotonic() - self._told > _TOLD:
                self._show()

    def _show(self) -> None:
        self._told = time.monotonic()
        if self._motion is not None:
            self.show_state(self.playing, self.at, self._duration)

    def _failed(self, trouble: Trouble) -> None:
        self._window.show_trouble(trouble)
        self._show()

    def _end(self, but: Playback[Prepared] | None = None) -> None:
        """End what plays, and whatever else was begun."""
        self._timer.stop()
        self._playback = None
        for playback in [one for one in self._begun if one is not but]:
            self._begun.remove(playback)
            self._close(playback)
        if self._window.viewport is not None:
            self._window.viewport.play(None)

    def _close(self, playback: Playback[Prepared]) -> None:
        """End the decoders in a thread: a frame that is on its way is waited for."""
        self._ending = [thread for thread in self._ending if thread.is_alive()]
        thread = threading.Thread(target=playback.close, name="studio: ending a video")
        thread.start()
        self._ending.append(thread)


def _begin(scene: Scene, start: float, begun: list[Playback[Prepared]]) -> tuple[Scene, float, Playback[Prepared]]:
    """Begin to play; wait for the first frame, so that the clock does not run ahead of it.

    What is begun is noted in `begun`: who asked may want something else by now, and is not told then.
    """
    from depthfusion.moving import Playback
    from depthfusion.render.playing import FINENESS, prepare_quickly

    video = moving_of(scene.project, quick=True)
    playback = Playback(video, prepare_quickly, start, len(FINENESS) - 1)
    begun.append(playback)
    playback.wait(10.0)
    return scene, start, playback


def _still(scene: Scene, at: float) -> Scene:
    with moving_of(scene.project) as video:
        return moment(scene.files, scene.project, video, at)
