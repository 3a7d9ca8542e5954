"""`generate`: from a prompt and a seed to a panorama of colour and depth."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Event
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ldm3d.errors import InputError
from ldm3d.worlds import noise
from ldm3d.worlds.combine import Part, combine, role_of
from ldm3d.worlds.landmarks import with_landmark
from ldm3d.worlds.places import registry
from ldm3d.worlds.raster import Grid
from ldm3d.worlds.relief import Relief
from ldm3d.worlds.render import FAR, NEAR, Renderer
from ldm3d.worlds.scene import Scene
from ldm3d.worlds.shade import Shader
from ldm3d.worlds.shadow import Shadows
from ldm3d.worlds.sky import Sky
from ldm3d.worlds.solid import Solid
from ldm3d.worlds.spec import Other, SceneSpec, Understanding, Wish
from ldm3d.worlds.sprites import atlas
from ldm3d.worlds.weather import dressed, light_of
from ldm3d.worlds.words import understand

THREADS = 2
POLL = 0.1
PLAIN = Wish()
Clouds = tuple[float, float]
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class World:
    """A generated panorama.

    Attributes:
        rgb: uint8 [H, W, 3], sRGB.
        depth: uint16 [H, W], d·65535 with d = (1/r − 1/far)/(1/near − 1/far) and r the distance along the ray in
            metres; the sky is 0, anything else at least 1.
        near: metres of d = 1; nothing is closer.
        far: metres of d = 0.
        understood: what the prompt was understood as.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    understood: Understanding
    near: float = NEAR
    far: float = FAR


class _StoppedError(Exception):
    """Ends a worker thread after the caller gave up."""


def _check(seed: int, size: tuple[int, int]) -> None:
    width, height = size
    if width < 64 or width % 2 or height * 2 != width:
        raise InputError(
            f"the size {width}x{height} is not a panorama's; choose one twice as wide as high, such as 2048x1024, "
            "and at least 64 wide"
        )
    if not 0 <= seed < 2**64:
        raise InputError(f"the seed {seed} is out of range; choose a whole number from 0 to {2**64 - 1}")


@lru_cache(maxsize=2)
def lay_out(place: str, seed: int, wish: Wish = PLAIN, others: tuple[Other, ...] = ()) -> tuple[Scene, Clouds]:
    """The scene of a place, a seed and a wish with further places, and where in the cloud texture its sky lies.

    The layout knows nothing of time and weather, so that the same place can be asked for at night.
    The last ones are kept: asking for the same place at another time comes next.
    """
    places = registry()
    rng = np.random.default_rng([seed, crc32(place.encode())])
    clouds = rng.uniform(0.0, 1.0, 2)
    scene = places[place].build(rng, wish)
    parts = []
    for k, other in enumerate(others):
        found = places[other.place]
        theirs = np.random.default_rng([seed, crc32(other.place.encode()), k + 1])
        built = found.build(theirs, other.wish)
        season = other.wish.season if other.wish.season != wish.season else None
        parts.append(Part(built, role_of(found.roles, other.relation), other.relation, season))
    scene = combine(scene, parts, np.random.default_rng([seed, len(parts)]))
    scene = with_landmark(scene, place, wish, np.random.default_rng([seed, crc32(b"landmark")]))
    return scene, (float(clouds[0]), float(clouds[1]))


def _both(pool: Executor, first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """What two tasks return; the second runs in the pool where a thread of it is idle."""
    other = pool.submit(second)
    one = first()
    return one, second() if other.cancel() else other.result()


def _textures() -> None:
    """Make what nearly every place is painted with."""
    for make in (atlas, noise.rough, noise.grain, noise.billows):
        make()


def _prepare(spec: SceneSpec, seed: int, size: tuple[int, int], check: Callable[[], None], pool: Executor) -> Renderer:
    """Build the scene of a specification and what is computed once, but for the mirror; idle threads of `pool` help."""
    pool.submit(_textures)
    scene, clouds = lay_out(spec.place, seed, spec.wish, spec.others)
    check()
    light = light_of(spec, scene.light, scene.snow)
    light = replace(
        light, fog=light.fog * scene.fog, exposure=light.exposure * scene.exposure, stars=light.stars * scene.stars
    )
    grid = Grid.of(*size)
    scene = dressed(scene, spec, light, grid.texel)

    def shader() -> Shader:
        shadows = Shadows(scene, light.direction, grid.width)
        check()
        relief = Relief(scene.height, light.direction, grid.width) if scene.relief else None
        sky = Sky(light, clouds, grid.texel, scene.heavens)
        return Shader(sky, shadows, scene.open_sky, relief, scene.lamps)

    shading, solid = _both(pool, shader, lambda: Solid(scene, grid))
    check()
    return Renderer(scene, shading, grid, solid)


def generate(
    prompt: str,
    seed: int,
    size: tuple[int, int] = (2048, 1024),
    progress: Callable[[float], None] | None = None,
) -> World:
    """Make the world that a prompt describes.

    Args:
        prompt: any text; what is understood stands in the result.
        seed: 0 to 2⁶⁴ − 1. The same prompt, seed and size give the same pixels.
        size: width and height, 2:1, the width even and at least 64.
        progress: called about ten times a second with the share that is done, 0 to 1; whatever it raises stops the
            work and is passed on.

    Raises:
        InputError: prompt, seed or size cannot be used.
    """
    return draw(understand(prompt), seed, size, progress)


def draw(
    understood: Understanding,
    seed: int,
    size: tuple[int, int] = (2048, 1024),
    progress: Callable[[float], None] | None = None,
) -> World:
    """Make the world that a prompt was understood as; see `generate`."""
    _check(seed, size)
    tell = progress or (lambda _: None)
    width, height = size
    rgb = np.empty((height, width, 3), np.uint8)
    depth = np.empty((height, width), np.uint16)
    stop = Event()

    def check() -> None:
        if stop.is_set():
            raise _StoppedError

    def band(renderer: Renderer, rows: tuple[int, int]) -> int:
        rgb[slice(*rows)], depth[slice(*rows)] = renderer.band(rows, check)
        return rows[1] - rows[0]

    def mirror(renderer: Renderer) -> int:
        renderer.mirror()
        return 0

    with ThreadPoolExecutor(THREADS, thread_name_prefix="world") as pool:
        try:
            tell(0.0)
            preparing = pool.submit(_prepare, understood.spec, seed, size, check, pool)
            while not wait([preparing], POLL).done:
                tell(0.02)
            renderer = preparing.result()
            # What lies above the horizon does not need the mirror: one thread makes it while another one begins there.
            waiting: set[Future[int]] = {pool.submit(mirror, renderer)}
            waiting |= {pool.submit(band, renderer, rows) for rows in renderer.bands()}
            finished = 0
            while waiting:
                done, waiting = wait(waiting, POLL, FIRST_COMPLETED)
                finished += sum(future.result() for future in done)
                tell(0.1 + 0.9 * finished / height)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return World(rgb=rgb, depth=depth, understood=understood)
