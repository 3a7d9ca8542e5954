"""Drawing a moving panorama: its surface at any time, the next one decoded and prepared while this one is drawn."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from depthfusion.moving import MovingPanorama
from depthfusion.render.prepare import Prepared, prepare
from depthfusion.render.surface import Surface

if TYPE_CHECKING:
    import moderngl


class Showing:
    """The surfaces of `scene`, its user from now on; one of them is on the card at a time.

    Depth edges are drawn stretched: cutting them takes seconds a frame, and each frame would be cut for itself.
    Leaving it as a context gives everything back and closes the scene.
    """

    def __init__(self, context: moderngl.Context, scene: MovingPanorama) -> None:
        self._context = context
        self._scene = scene
        self._thread = ThreadPoolExecutor(1, "moving panorama")
        self._index = -1
        self._surface: Surface | None = None
        self._ahead: tuple[int, Future[Prepared]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()
        self._scene.close()
        if self._surface is not None:
            self._surface.release()

    def at(self, seconds: float) -> Surface:
        """Return the surface at a time of the scene, which may be gone after the next call.

        Raises `InputError` for a frame that cannot be decoded.
        """
        index = self._scene.index_at(seconds)
        if self._surface is None or index != self._index:
            prepared = self._prepared(index)
            if self._surface is not None:
                self._surface.release()
            self._surface = Surface(self._context, prepared)
            for _ in self._surface.upload():
                pass
            self._look_ahead(index)
        return self._surface

    def _prepared(self, index: int) -> Prepared:
        ahead = self._ahead
        if ahead is not None and ahead[0] == index:
            return ahead[1].result()
        return self._thread.submit(self._load, index).result()

    def _look_ahead(self, index: int) -> None:
        """Begin to load what comes next if time goes on as it did."""
        step = index - self._index if self._index >= 0 else 1
        following = (index + step) % len(self._scene.times)
        self._index = index
        self._ahead = (following, self._thread.submit(self._load, following))

    def _load(self, index: int) -> Prepared:
        return prepare(*self._scene.frame(index))
