"""How quickly, and so how coarsely, the frames of a scene that plays are made."""

from __future__ import annotations


class Haste:
    """Goes up to `most` while playing is late, before a frame is dropped, and down again where there is time.

    Attributes:
        now: from 0, as fine as there is, to `most`.
    """

    CALM = 2.0  # seconds without being late after which it tries to be finer
    LONGEST = 60.0

    def __init__(self, most: int) -> None:
        self.now = 0
        self._most = most
        self._calm = 0.0  # seconds of playing since it was late or became finer
        self._needed = self.CALM
        self._tries = False  # whether it became finer and was not late since

    def late(self) -> bool:
        """Hurry more; return False where that is not possible. What was too fine is tried again after twice as long."""
        if self._tries and self._calm < self.CALM:
            self._needed = min(2 * self._needed, self.LONGEST)
        self._calm, self._tries = 0.0, False
        self.now, before = min(self.now + 1, self._most), self.now
        return self.now > before

    def in_time(self, seconds: float) -> None:
        """Take note of a frame, shown for `seconds`, that was made in time."""
        self._calm += seconds
        if self.now and self._calm >= self._needed:
            self.now -= 1
            self._calm, self._tries = 0.0, True
