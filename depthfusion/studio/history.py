"""Undo and redo over whole states."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from depthfusion.settings import Signal, State

Snapshot = dict[str, dict[str, Any]]


class History:
    """Remembers what several states were, in steps that a person would call one change.

    Changes of the same value belong together while they follow each other within `PAUSE` seconds (typing, a wheel) or
    come within one gesture (a drag). Undoing is not remembered as a change.

    Attributes:
        restoring: whether the states change because of an undo or redo right now.

    Args:
        states: the states by name.
        clock: seconds from any origin.
    """

    PAUSE = 1.0
    LONGEST = 200

    def __init__(self, states: Mapping[str, State], clock: Callable[[], float] = time.monotonic) -> None:
        self.changed = Signal()
        self._states = dict(states)
        self._clock = clock
        self._past: list[Snapshot] = []
        self._future: list[Snapshot] = []
        self._now = self._snapshot()
        self._last: tuple[str, str] | None = None
        self._last_at = 0.0
        self._gestures = 0
        self._gesture_noted = False
        self.restoring = False
        for room, state in self._states.items():
            state.changed.connect(lambda name, room=room: self._note(room, name))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return bool(self._future)

    def begin(self) -> None:
        """Start a gesture: all changes until its `end` are one step."""
        if self._gestures == 0:
            self._gesture_noted = False
        self._gestures += 1

    def end(self) -> None:
        """End the gesture that began last."""
        self._gestures -= 1
        self._last = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one step of what happens inside."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def undo(self) -> None:
        """Go one step back, if there is one."""
        if self._past:
            self._future.append(self._now)
            self._restore(self._past.pop())

    def redo(self) -> None:
        """Go one step forward, if there is one."""
        if self._future:
            self._past.append(self._now)
            self._restore(self._future.pop())

    def forget(self) -> None:
        """Begin anew from what the states are now."""
        self._past.clear()
        self._future.clear()
        self._now = self._snapshot()
        self._last = None
        self.changed.emit("history")

    def _note(self, room: str, name: str) -> None:
        if self.restoring or (now_shown := self._snapshot()) == self._now:
            return  # the second is what a receiver before this one did, and is remembered already
        now = self._clock()
        if self._gestures:
            merges = self._gesture_noted
            self._gesture_noted = True
        else:
            merges = self._last == (room, name) and now - self._last_at < self.PAUSE
        self._last, self._last_at = (room, name), now
        if not merges:
            self._past.append(self._now)
            del self._past[: -self.LONGEST]
            self._future.clear()
        self._now = now_shown
        self.changed.emit(name)

    def _snapshot(self) -> Snapshot:
        return {room: state.as_dict() for room, state in self._states.items()}

    def _restore(self, snapshot: Snapshot) -> None:
        self.restoring = True
        try:
            for room, state in self._states.items():
                state.update(snapshot[room])
        finally:
            self.restoring = False
        self._now = snapshot
        self._last = None
        self.changed.emit("history")
