"""Space: the outer deck of a station, its modules, panels and a great wheel, rocks that drift by, a planet below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.heavens import Body, Heavens
from ldm3d.worlds.light import Light, mix, times
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Lamps, Scene, Stones
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish

EYE = 1.7
HULL: Colour = (0.36, 0.365, 0.38)
DECK: Colour = (0.105, 0.108, 0.118)
DARK: Colour = (0.13, 0.135, 0.15)
CELLS: Colour = (0.020, 0.035, 0.115)
GOLD: Colour = (0.55, 0.36, 0.10)
LIT: Colour = (0.95, 0.74, 0.42)
NEBULAE: tuple[tuple[Colour, Colour], ...] = (
    ((0.10, 0.03, 0.12), (0.02, 0.07, 0.12)),
    ((0.14, 0.04, 0.03), (0.09, 0.06, 0.02)),
    ((0.02, 0.09, 0.08), (0.07, 0.02, 0.11)),
)


def _nothing(x: Array, z: Array, footprint: Array) -> Array:
    """Height of a ground that is not there."""
    return np.full_like(x, -1e7)


def _unseen(hit: Hit, shader: Shader) -> Array:
    return np.zeros_like(hit.p)


def _circle(radius: float, count: int) -> Array:
    """Points [count, 2] of a circle."""
    t = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    return np.stack([np.sin(t), np.cos(t)], axis=1) * radius


def _deck(mason: Mason, rng: np.random.Generator) -> None:
    """What one stands on: a round platform with a railing, hatches, a mast and boxes of instruments."""
    mason.at(0.0, -EYE, 0.0, float(rng.uniform(0, 2 * np.pi)))
    mason.lathe([(0.0, 0.0), (2.75, 0.0), (2.9, -0.1), (2.9, -0.4), (2.2, -1.2), (2.0, -6.0), (1.4, -8.0), (0.0, -8.4)],
                materials.PANELS, DECK, sides=48)  # fmt: skip
    mason.lathe([(1.1, 0.012), (1.2, 0.012)], materials.PAINT, GOLD, sides=40)
    mason.lathe([(2.45, 0.012), (2.55, 0.012)], materials.PAINT, GOLD, sides=56)
    posts = _circle(2.65, 10)
    for x, z in posts:
        mason.tube([(x, 0.0, z), (x, 1.05, z)], 0.035, materials.METAL, HULL, sides=7)
    for high in (0.55, 1.05):
        ring = np.concatenate([_circle(2.65, 48), _circle(2.65, 48)[:1]])
        mason.tube(np.column_stack([ring[:, 0], np.full(49, high), ring[:, 1]]), 0.03, materials.METAL, HULL, sides=6)
    for k, turn in enumerate(rng.uniform(0, 2 * np.pi, 3)):
        x, z, tall = 2.15 * np.sin(turn), 2.15 * np.cos(turn), (0.35, 0.6, 0.8)[k]
        mason.box((x - 0.22, 0.0, z - 0.18), (x + 0.22, tall, z + 0.18), materials.PANELS, DARK if k % 2 else HULL)
        mason.box((x - 0.14, tall, z - 0.1), (x + 0.14, tall + 0.03, z + 0.1), materials.PLAIN, LIT, glow=0.9)
    mason.tube([(-2.5, -0.5, -2.5), (-2.5, 5.2, -2.5)], [0.10, 0.05], materials.METAL, HULL, sides=8)
    dish = [(0.0, 0.0), (0.5, 0.06), (1.0, 0.26), (1.35, 0.55)]
    mason.lathe([(r, 5.2 + h) for r, h in dish], materials.PANELS, HULL, sides=26, middle=(-2.5, 0.0, -2.5))


def _wing(mason: Mason, start: tuple[float, float, float], turn: float, panels: int, tall: float) -> None:
    """A truss with solar panels along it, `start` being its middle."""
    mason.at(*start, turn)
    long = panels * 5.2 + 1.2
    low_end, high_end = -long / 2, long / 2
    for y, z in ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)):
        mason.tube([(low_end, y, z), (high_end, y, z)], 0.07, materials.METAL, HULL, sides=6)
    knots = np.arange(low_end, high_end, 1.3)
    zigzag = [(x, 0.5 * (-1) ** k, 0.5) for k, x in enumerate(knots)]
    mason.tube(zigzag, 0.045, materials.METAL, HULL, sides=5)
    mason.tube([(x, -y, -z) for x, y, z in zigzag], 0.045, materials.METAL, HULL, sides=5)
    for k in range(panels):
        x = low_end + 1.0 + k * 5.2
        for low, high in ((0.9, tall), (-tall, -0.9)):
            mason.box((x, low, -0.04), (x + 4.4, high, 0.04), materials.PANELS, CELLS)
            mason.tube([(x + 2.2, low, 0.0), (x + 2.2, low - np.sign(low) * 0.9, 0.0)], 0.06, materials.METAL, HULL,
                       sides=6)  # fmt: skip


def _module(
    mason: Mason, at: tuple[float, float, float], turn: float, long: float, radius: float, tone: Colour
) -> None:
    """A cylinder that lies on its side, with ribs, ports and lit windows."""
    mason.at(*at, turn)
    ends = [(0.0, 0.0), (radius * 0.55, 0.0), (radius * 0.95, 0.6), (radius, 1.0), (radius, long - 1.0),
            (radius * 0.95, long - 0.6), (radius * 0.55, long), (0.0, long)]  # fmt: skip
    turned = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)
    grid = np.array([[(x, r * np.sin(t), r * np.cos(t)) for t in turned] for r, x in ends])
    mason.sheet(grid, materials.PANELS, tone, closed=(False, True))
    for x in np.arange(2.0, long - 1.0, 2.4):
        ring = np.array(
            [(x, 1.03 * radius * np.sin(t), 1.03 * radius * np.cos(t)) for t in np.append(turned, turned[0])]
        )
        mason.tube(ring, 0.06, materials.METAL, HULL, sides=5)
        for side in (-1.0, 1.0):
            if x + 1.2 < long - 1.2:
                mason.box((x + 0.7, -0.35, side * radius * 1.005 - 0.06), (x + 1.7, 0.35, side * radius * 1.005 + 0.06),
                          materials.PLAIN, LIT, glow=1.0)  # fmt: skip


def _wheel(mason: Mason, at: tuple[float, float, float], turn: float, lean: float, radius: float) -> None:
    """A turning wheel with spokes, a hub and rows of windows."""
    mason.at(*at, turn)
    t = np.linspace(0.0, 2 * np.pi, 73)
    tilt = np.array([[1, 0, 0], [0, np.cos(lean), -np.sin(lean)], [0, np.sin(lean), np.cos(lean)]])

    def ring(r: float, z: float) -> Array:
        value: Array = np.stack([r * np.cos(t), r * np.sin(t), np.full_like(t, z)], axis=1) @ tilt
        return value

    mason.tube(ring(radius, 0.0), radius * 0.085, materials.PANELS, HULL, sides=14)
    mason.tube(ring(radius * 0.66, 0.0), radius * 0.03, materials.PANELS, HULL, sides=8)
    for z in (-0.03, 0.03):
        mason.tube(ring(radius * 1.078, z * radius), radius * 0.008, materials.PLAIN, LIT, glow=1.0, sides=5)
    for k in range(6):
        out = np.array([np.cos(k * np.pi / 3), np.sin(k * np.pi / 3), 0.0])
        mason.tube(np.array([out * radius * 0.1, out * radius]) @ tilt, radius * 0.028, materials.METAL, HULL, sides=7)
    hub = np.array([[0, 0, -0.45], [0, 0, -0.2], [0, 0, 0.2], [0, 0, 0.45]]) * radius @ tilt
    mason.tube(hub, np.array([0.05, 0.16, 0.16, 0.05]) * radius, materials.PANELS, HULL, sides=14)


def _shuttle(mason: Mason, at: tuple[float, float, float], turn: float) -> None:
    """A small ship: a blunt nose, swept wings, a tail, glowing engines."""
    mason.at(*at, turn)
    body = [
        (-5.0, 1.0, 0.85),
        (-3.5, 1.15, 1.0),
        (1.5, 1.15, 1.0),
        (3.4, 0.95, 0.8),
        (4.6, 0.55, 0.45),
        (5.2, 0.05, 0.05),
    ]
    turned = np.linspace(0.0, 2 * np.pi, 18, endpoint=False)
    grid = np.array([[(x, h * np.sin(t), w * np.cos(t)) for t in turned] for x, w, h in body])
    mason.sheet(grid, materials.PANELS, (0.62, 0.62, 0.63), closed=(False, True))
    for side in (-1.0, 1.0):
        wing = [(1.6, -0.3, side * 0.9), (-2.6, -0.35, side * 4.2), (-4.4, -0.35, side * 4.2), (-4.8, -0.3, side * 0.8)]
        mason.polygon(wing, materials.PANELS, (0.42, 0.43, 0.46))
        mason.lathe(
            [(0.0, 0.0), (0.42, 0.02)], materials.PLAIN, (0.35, 0.65, 1.0), glow=1.0, middle=(-5.05, 0.0, side * 0.5)
        )
    mason.polygon([(-2.6, 0.8, 0.0), (-4.9, 2.9, 0.0), (-5.3, 2.9, 0.0), (-4.9, 0.7, 0.0)], materials.PANELS, DARK)
    mason.polygon([(3.3, 0.83, -0.45), (4.5, 0.46, -0.3), (4.5, 0.46, 0.3), (3.3, 0.83, 0.45)], materials.GLASS, DARK)


def _rocks(rng: np.random.Generator, garden: Garden, count: int) -> Stones:
    """Asteroids in a belt around the station, from near ones to specks."""
    r = 30.0 * (850.0 / 30.0) ** rng.uniform(0, 1, count)
    turn, lift = rng.uniform(0, 2 * np.pi, count), rng.normal(0.05, 0.22, count)
    centre = np.stack([np.sin(turn) * np.cos(lift), np.sin(lift), -np.cos(turn) * np.cos(lift)], axis=1) * r[:, None]
    size = r * rng.uniform(0.004, 0.022, count) * np.where(rng.uniform(0, 1, count) < 0.1, 2.2, 1.0)
    return Stones(
        centre=centre,
        axes=size[:, None] * rng.uniform(0.6, 1.25, (count, 3)),
        turn=rng.uniform(0, 2 * np.pi, count),
        colour=garden.tints(count, (0.165, 0.145, 0.125), 0.2),
        uneven=np.full(count, 0.32),
        moss=np.zeros(count),
        glow=np.zeros(count),
    )


def _airless(light: Light) -> Light:
    """The hour's light without air: a hard sun, black shadows, no haze; the planet shines from below.

    The station's day is an orbit: at its ends the sun is seen through the rim of the planet's air, and reddened.
    """
    r, g, b = times(light.sun, 3.5 / max(light.sun))
    rim = 0.75 * (1.0 - min(light.elevation / 40.0, 1.0)) if not light.night else 0.4
    day = 1.0 if light.disc[0] > 5.0 else 0.35 if light.night and light.disc[0] > 0.0 else 0.22
    shine = 0.35 + 0.9 * min(light.elevation / 60.0, 1.0) * day
    return replace(
        light,
        sun=times(mix((3.5, 3.4, 3.25), (r, g, b), rim), day),
        disc=(24.0, 23.0, 21.0),
        zenith=(0.002, 0.0022, 0.004),
        horizon=(0.004, 0.0045, 0.007),
        anti=(0.003, 0.0035, 0.005),
        glow=(0.03, 0.03, 0.03),
        ground=times((0.045, 0.06, 0.085), shine),
        ambient=1.0,
        exposure=0.78 if light.disc[0] > 5.0 else 1.3,
        lamps=1.0,
        stars=max(light.stars, 0.8),
        cover=0.0,
        fog=0.0,
        snow=0.0,
        wet=0.0,
        falling=0.0,
        veil=0.0,
        bow=0.0,
        aurora=0.0,
        bolts=0,
        shadow=1.0,
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a place in space."""
    mason, garden = Mason(), Garden(rng)
    _deck(mason, rng)
    first = float(rng.uniform(0, 2 * np.pi))
    down = -EYE - 3.2
    for k, (spin, panels) in enumerate(((0.4, 4), (2.5, 3), (4.4, 2))):
        turn = first + spin + float(rng.normal(0, 0.1))
        far = 15.0 + 7.0 * k
        at = (far * float(np.sin(turn)), down + 1.2 * k, -far * float(np.cos(turn)))
        _wing(mason, at, -turn + float(rng.normal(0, 0.25)), panels, float(rng.uniform(4.5, 6.5)))
    for k in range(4):
        turn = first + 0.8 + k * 1.55 + float(rng.normal(0, 0.15))
        far, lift = float(rng.uniform(6.5, 12.0)), float(rng.uniform(-8.5, -3.0))
        at = (far * float(np.sin(turn)), lift, -far * float(np.cos(turn)))
        _module(
            mason,
            at,
            turn - np.pi / 2 + float(rng.normal(0, 0.4)),
            float(rng.uniform(9, 15)),
            float(rng.uniform(1.5, 2.1)),
            HULL if k % 2 else (0.36, 0.37, 0.40),
        )
    turn = first + 1.9
    _wheel(mason, (float(np.sin(turn)) * 210.0, 42.0, float(-np.cos(turn)) * 210.0), float(rng.uniform(0, 3)),
           float(rng.uniform(0.3, 0.9)), 64.0 * wish.scale)  # fmt: skip
    turn = first - 1.0
    _shuttle(
        mason,
        (float(np.sin(turn)) * 21.0, float(rng.uniform(1.5, 5.0)), float(-np.cos(turn)) * 21.0),
        float(rng.uniform(0, 6.28)),
    )
    _shuttle(mason, (float(np.sin(first + 3.4)) * 70.0, 16.0, float(-np.cos(first + 3.4)) * 70.0), first)
    planet = float(np.degrees(first)) + 170.0
    bodies = (
        Body(planet, -26.0, 44.0, (0.035, 0.10, 0.22), kind="ocean", second=(0.16, 0.17, 0.07), tilt=24.0),
        Body(planet + 105.0, 34.0, 4.6, (0.30, 0.29, 0.27), kind="rock"),
        Body(planet - 120.0, 24.0, 7.5, (0.42, 0.31, 0.20), kind="gas", second=(0.25, 0.15, 0.09), ring=(1.4, 2.3)),
    )
    lamps = Lamps.at(np.array([[2.2 * np.sin(t), -EYE + 0.9, 2.2 * np.cos(t)] for t in first + np.arange(3) * 2.1]),
                     (0.9, 0.7, 0.45), 7.0)  # fmt: skip
    return Scene(
        height=_nothing,
        shade_ground=_unseen,
        meshes=mason.meshes(),
        stones=_rocks(rng, garden, round(130 * wish.density)),
        lamps=lamps,
        light=_airless,
        heavens=Heavens(space=True, bodies=bodies, nebula=NEBULAE[int(rng.integers(len(NEBULAE)))]),
        shadow_reach=40.0,
        rain=False,
        snow=0.0,
    )


PLACE = Place(
    name="space",
    words=(
        "outer space", "deep space", "space station", "space stations", "spacestation", "orbit", "orbital",
        "in orbit", "cosmos", "universe", "galaxy", "galaxies", "nebula", "nebulae", "nebulas", "asteroid",
        "asteroids", "asteroid belt", "asteroid field", "interstellar", "solar system", "cosmic", "spacewalk",
        "saturn", "jupiter", "death star", "zero gravity", "iss", "star field", "starfield", "earth from above",
        "planets", "weltall", "weltraum", "im all", "raumstation", "kosmos", "galaxie", "universum", "umlaufbahn",
        "asteroidengürtel", "sternennebel", "espacio", "espacio exterior", "estación espacial", "universo",
        "galaxia", "nebulosa", "órbita", "cosmos infinito", "sistema solar",
    ),
    build=build,
    sky=False,
    hour=False,
    hints=(
        "astronaut", "astronauts", "spaceship", "spaceships", "spacecraft", "starship", "satellite", "planet",
        "comet", "black hole", "milky way galaxy", "raumschiff", "nave espacial", "astronauta",
    ),
    nouns=(
        "outer space", "a space station", "deep space", "a nebula", "an asteroid field",
    ),
    shows=(
        "planet", "planets", "stars", "asteroids",
    ),
    stuff="sky",
    whole=True,
    roles=(),
)  # fmt: skip
