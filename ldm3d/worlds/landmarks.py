"""What a prompt puts into a place that has none of its own: a lone house or lighthouse, and further moons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.heavens import Body, Heavens
from ldm3d.worlds.houses import Look, house
from ldm3d.worlds.light import Light
from ldm3d.worlds.scene import Lamps, Meshes, Scene, joined, picked
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.ships import lighthouse
from ldm3d.worlds.spec import Wish

# Where nobody builds unless it is asked for.
WILD = frozenset(("meadow", "desert", "mountains", "canyon", "birches", "conifers", "forest", "jungle"))
# How far ahead each stands, metres, and how much ground it clears.
_WHERE = {"towers": (38.0, 9.0), "buildings": (17.0, 8.5)}


def with_landmark(scene: Scene, place: str, wish: Wish, rng: np.random.Generator) -> Scene:
    """A scene with the lone house or tower that was asked for, where the place has none itself."""
    if place not in WILD or wish.lone not in _WHERE:
        return scene
    away, clear = _WHERE[wish.lone]
    # Of some spots ahead the one that is seen best.
    turns, far = rng.uniform(-0.6, 0.6, 12), away * rng.uniform(0.9, 1.3, 12)
    x, z = np.sin(turns) * far, -np.cos(turns) * far
    y = scene.height(x.astype(np.float32), z.astype(np.float32), np.full(12, 0.5, np.float32))
    best = int(np.argmax(y / far))
    at = (float(x[best]), float(y[best]), float(z[best]))
    mason = Mason()
    shine = None
    if wish.lone == "towers":
        shine = lighthouse(mason, at, 17.0 * wish.scale)
    else:
        wall = wish.tint("buildings") or (0.56, 0.50, 0.41)
        look = Look((materials.PLASTER, wall), (materials.PLANKS, (0.20, 0.13, 0.08)),
                    (materials.TILES, (0.27, 0.085, 0.05)), (0.10, 0.16, 0.13))  # fmt: skip
        house(mason, rng, at, float(-turns[best]) + float(rng.normal(0, 0.25)), 8.0, 6.5, 1, look, along=True)
    meshes, lamps = mason.meshes(), scene.lamps
    assert meshes is not None
    if shine is not None:
        own = Lamps.at(shine, reach=60.0)
        lamps = own if lamps is None else joined([lamps, own])
    return replace(_cleared(scene, at, clear), meshes=_beside(scene.meshes, meshes), lamps=lamps)


def _beside(there: Meshes | None, more: Meshes) -> Meshes:
    return more if there is None else joined([there, more])


def _cleared(scene: Scene, at: tuple[float, float, float], radius: float) -> Scene:
    """The scene without the plants and stones that stand where something is built."""
    cards, limbs, stones = scene.cards, scene.limbs, scene.stones
    if cards is not None:
        cards = picked(cards, np.hypot(cards.centre[:, 0] - at[0], cards.centre[:, 2] - at[2]) > radius)
    if limbs is not None:
        limbs = picked(limbs, np.hypot(limbs.start[:, 0] - at[0], limbs.start[:, 2] - at[2]) > radius)
    if stones is not None:
        stones = picked(stones, np.hypot(stones.centre[:, 0] - at[0], stones.centre[:, 2] - at[2]) > radius)
    return replace(scene, cards=cards, limbs=limbs, stones=stones)


def with_moons(heavens: Heavens | None, wish: Wish, light: Light) -> Heavens | None:
    """What hangs in the sky with as many moons as were asked for; at night the hour's own moon is one of them."""
    count = wish.moons - (1 if light.night and light.stars >= 1.0 else 0)
    if wish.moons < 2 or "moon" in wish.without:
        return heavens
    there = heavens or Heavens()
    moons = tuple(
        Body(light.azimuth + turn, high, radius, tone, second=second, tilt=12.0 * k)
        for k, (turn, high, radius, tone, second) in enumerate((
            (24.0, 27.0, 3.4, (0.62, 0.60, 0.56), (0.36, 0.34, 0.32)),
            (-30.0, 41.0, 1.9, (0.60, 0.47, 0.38), (0.38, 0.26, 0.20)),
            (52.0, 52.0, 1.3, (0.50, 0.56, 0.62), (0.30, 0.34, 0.40)),
        )[:count])
    )  # fmt: skip
    return replace(there, bodies=(*there.bodies, *moons))
