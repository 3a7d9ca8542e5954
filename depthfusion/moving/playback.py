"""Playing a moving panorama: a thread decodes and prepares ahead of the clock.

Where it is too slow frames are made more coarsely, then some are dropped, and where that does not help the scene goes
slower: it never stands still.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from depthfusion.moving.haste import Haste
from depthfusion.moving.scene import MovingPanorama

T = TypeVar("T")

# Frames that are ready before their time: enough to pass over a slow one, and memory does not grow.
_AHEAD = 3
# Frames in a row that are decoded but not made while playing is late, and how late, in seconds, it must be for the
# scene to go slower instead of hurrying after: where decoding alone is too slow, dropping helps no more.
_DROPPED = 2
_SLIP = 0.2
_LOOK = 0.02


class Playback(Generic[T]):
    """Plays `scene`, whose only user it is from now on, from `start` seconds, round and round.

    `make` turns a frame's rgb and depth, as `MovingPanorama.frame` returns them, into what is shown; it runs in the
    thread that decodes. It is also given a haste from 0 to `hurries`: the greater, the quicker it has to be.
    """

    def __init__(
        self,
        scene: MovingPanorama,
        make: Callable[[NDArray[np.uint8], NDArray[np.uint16], int], T],
        start: float = 0.0,
        hurries: int = 0,
    ) -> None:
        self._scene = scene
        self._make = make
        self._start = start
        self._clock = 0.0
        self._haste = Haste(hurries)
        self._ready: deque[tuple[float, float, T]] = deque()
        self._at = start
        self._error: BaseException | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="moving panorama", daemon=True)
        self._thread.start()

    def take(self, seconds: float) -> T | None:
        """Return the newest frame whose time has come after `seconds` of playing, or None while there is no newer one.

        Never waits. What went wrong in the thread (`InputError`, `MachineError`) is raised here.
        """
        newest = None
        with self._changed:
            self._clock = max(self._clock, seconds)
            while self._ready and self._ready[0][0] <= seconds:
                if newest is not None:  # one that was made is not shown: who shows them is late
                    self._haste.late()
                _, self._at, newest = self._ready.popleft()
            self._changed.notify_all()
            if newest is None and self._error is not None and not self._ready:
                raise self._error
        return newest

    @property
    def at(self) -> float:
        """The scene's time in seconds of the newest frame that was taken; the clock may be ahead of it."""
        return self._at

    @property
    def haste(self) -> int:
        """How much frames are hurried now, 0 where there is time."""
        return self._haste.now

    def wait(self, timeout: float) -> bool:
        """Wait until a frame is ready, or something went wrong, for at most `timeout` seconds; return whether so."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._ready) or self._error is not None, timeout)

    def close(self) -> None:
        """End the thread and the decoders; a frame on its way is not waited for."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        while self._thread.is_alive():
            self._scene.interrupt()
            self._thread.join(_LOOK)
        self._scene.close()

    def _run(self) -> None:
        try:
            self._play()
        except BaseException as error:  # noqa: BLE001 — it is raised in the thread that takes the frames
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _play(self) -> None:
        count = len(self._scene.times)
        position = self._scene.index_at(self._start)  # counts on over the rounds
        origin = self._time(position)
        dropped = 0
        while True:
            due, following = self._time(position) - origin, self._time(position + 1) - origin
            with self._changed:
                self._changed.wait_for(lambda: self._closing or len(self._ready) < _AHEAD)
                if self._closing:
                    return
                late = self._clock - following
                hurried = late > 0 and self._haste.late()
                if late <= 0:
                    self._haste.in_time(following - due)
            frame = self._scene.frame(position % count)
            if late > 0 and not hurried and dropped < _DROPPED:
                dropped += 1
            else:
                dropped = 0
                made = self._make(*frame, self._haste.now)
                with self._changed:
                    self._ready.append((due, float(self._scene.times[position % count]), made))
                    self._changed.notify_all()
            if late > _SLIP:
                origin -= late
            position += 1

    def _time(self, position: int) -> float:
        """Return the time of a frame that is counted over the rounds."""
        rounds, index = divmod(position, len(self._scene.times))
        return rounds * self._scene.duration + float(self._scene.times[index])
