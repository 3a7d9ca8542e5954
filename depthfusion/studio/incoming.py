"""What is on its way to the GPU: a world, the layer behind its depth edges, another moment of one that moves. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from depthfusion.render.prepare import Behind, Prepared
    from depthfusion.studio.stage import Stage

WORLD, MOMENT, LAYER = "world", "moment", "layer"


class Incoming:
    """Brings one thing after another, in steps; what is seen stays until the next is there.

    Attributes:
        more: whether something is left to bring.
    """

    def __init__(self) -> None:
        self._world: Prepared | None = None  # what is seen, or will be
        self._behind: Behind | None = None
        self._waiting = ""  # the kind of what `_world` is while it is not on its way yet
        self._layer_waits = False
        self._coming = ""  # the kind of what is on its way

    @property
    def more(self) -> bool:
        """Whether something is left to bring."""
        return bool(self._waiting or self._coming or self._layer_waits)

    @property
    def busy(self) -> bool:
        """Whether a moment would have to wait for one before it."""
        return bool(self._waiting) or self._coming in {WORLD, MOMENT}

    @property
    def flat(self) -> bool:
        """Whether there is no layer behind depth edges, so that they are stretched."""
        return self._behind is None

    def world(self, prepared: Prepared) -> None:
        """Bring another world."""
        self._world, self._behind, self._waiting, self._layer_waits = prepared, None, WORLD, False

    def moment(self, prepared: Prepared) -> None:
        """Bring the same world as it is at another time; its edges are stretched until their layer comes."""
        kind = WORLD if WORLD in {self._waiting, self._coming} else MOMENT
        self._world, self._behind, self._waiting, self._layer_waits = prepared, None, kind, False

    def layer(self, behind: Behind) -> None:
        """Bring the layer behind the world's depth edges."""
        self._behind, self._layer_waits = behind, True

    def anew(self) -> None:
        """Bring everything again: it went with its OpenGL context."""
        self._coming = ""
        self._waiting = WORLD if self._world is not None else ""
        self._layer_waits = self._behind is not None

    def bring(self, stage: Stage, seconds: float) -> str:
        """Go on for about `seconds`; return the kind of what is there now and was not before, or nothing.

        Raises `MachineError` for a world that the GPU cannot hold, which is given up.
        """
        if self._waiting and self._world is not None:
            kind, self._waiting = self._waiting, ""
            stage.put(self._world)
            self._coming = kind
        if stage.upload(seconds):
            return ""
        came, self._coming = self._coming, ""
        if self._layer_waits and self._behind is not None and not stage.empty:
            self._layer_waits = False
            stage.put_behind(self._behind)
            self._coming = LAYER
        return came
