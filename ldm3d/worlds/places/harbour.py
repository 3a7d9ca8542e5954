"""A harbour: a quay with old houses along a basin full of masts, warehouses and cranes across, a lighthouse outside."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds import materials, noise, quayside, ships
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.boats import jetty, lantern, rowing_boat
from ldm3d.worlds.filters import stripes
from ldm3d.worlds.houses import Look, house
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, spread
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason, Point
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep
from ldm3d.worlds.water import Water

EYE = 1.7
LEVEL = -EYE - 1.35
STONE: Colour = (0.165, 0.150, 0.130)
FRONTS: tuple[Colour, ...] = (
    (0.56, 0.20, 0.12), (0.62, 0.44, 0.16), (0.60, 0.57, 0.50), (0.20, 0.32, 0.40), (0.52, 0.36, 0.28),
    (0.34, 0.40, 0.28), (0.60, 0.34, 0.24), (0.44, 0.17, 0.13),
)  # fmt: skip
ROOFS: tuple[Colour, ...] = ((0.26, 0.115, 0.070), (0.30, 0.14, 0.085), (0.10, 0.10, 0.11), (0.22, 0.10, 0.065))
PAINTS: tuple[Colour, ...] = ((0.05, 0.14, 0.30), (0.36, 0.05, 0.035), (0.05, 0.20, 0.13), (0.03, 0.06, 0.12))
SPAN = 82.0


class _Port:
    """The plan: u metres over the water from the near quay's edge, v metres ahead along it.

    Args:
        rng: the layout's generator.
        wish: what the words ask for.
    """

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 6).astype(np.float32)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.turn = -self.side * float(rng.uniform(0.22, 0.48))
        self.edge = float(rng.uniform(2.6, 3.2))
        self.wide, self.back = float(rng.uniform(64.0, 80.0)), float(rng.uniform(38.0, 50.0))
        self.light = float(rng.uniform(0.22, 0.32)) * self.wide
        self.hills = wish.scale

    def frame(self, x: Array, z: Array) -> tuple[Array, Array]:
        """U and v of points."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return (x * c + z * s) * np.float32(self.side) - np.float32(self.edge), x * s - z * c

    def spot(self, u: float, v: float, y: float = 0.0) -> Point:
        """A point `y` metres above the quay, relative to the eye."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        right = self.side * (u + self.edge)
        return float(right * c + v * s), y - EYE, float(right * s - v * c)

    def toward(self, u: float, v: float) -> float:
        """Turn of a frame whose z points along a direction of the plan."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        return float(np.arctan2(self.side * u * c + v * s, self.side * u * s - v * c))

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        u, v = self.frame(x, z)
        soft = noise.hills()(u / 210 + at[0], v / 210 + at[1], f / 210)
        broad = noise.hills()(x / 1300 + at[2], z / 1300 + at[3], f / 1300)
        ridge = noise.ridges()(x / 2300 + at[4], z / 2300 + at[5], f / 2300)
        rough = noise.rough()(u / 19 + at[1], v / 19 + at[2], f / 19)
        # Metres from the open sea, which begins beyond the moles and lies to the water's side.
        coast = np.float32(SPAN + 18.0) - v + 20.0 * soft - 0.55 * np.maximum(u - np.float32(self.wide + 60.0), 0.0)
        coast = coast - 0.25 * np.minimum(u + 40.0, 0.0)
        shore = np.clip(coast * 0.16 + 0.5 * rough - 1.4, -6.0, 0.0)
        inland = np.maximum(np.maximum(-u - 24.0, u - np.float32(self.wide + 60.0)), -v - np.float32(self.back + 30.0))
        rise = smoothstep(0.0, 330.0, inland) * (34.0 + 16.0 * soft + 34.0 * np.maximum(broad, -0.6))
        rise = rise + smoothstep(300.0, 1500.0, inland) * 110.0 * ridge
        land = shore + rise * np.float32(self.hills) * smoothstep(0.0, 130.0, coast)
        basin = (u > -0.2) & (u < np.float32(self.wide + 0.2)) & (v > np.float32(-self.back - 0.2)) & (v < SPAN + 60)
        ground = np.where(basin, np.float32(-6.0), land)
        # The moles: mounds of stones, with a gap for ships.
        mound = 1.0 + 0.25 * rough - 0.75 * np.maximum(np.abs(v - np.float32(SPAN)) - 2.8, 0.0)
        for low, high in ((-6.0, self.light), (self.light + 17.0, self.wide + 6.0)):
            end = np.maximum(np.maximum(np.float32(low) - u, u - np.float32(high)), 0.0)
            ground = np.maximum(ground, np.maximum(mound - 0.75 * end, -6.0))
        return np.asarray(ground - np.float32(EYE), np.float32)

    def foot(self, u: float, v: float) -> Point:
        """A point of the ground."""
        x, _, z = self.spot(u, v)
        return x, float(self.height(np.array([x], np.float32), np.array([z], np.float32), np.ones(1, np.float32))[0]), z

    def shade(self, hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        u, v = self.frame(x, z)
        blots = noise.rough()(x / 9, z / 9, f / 9)
        fine = noise.grain()(x / 1.2, z / 1.2, f / 1.2)
        broad = noise.rough()(z / 150, x / 150, f / 150)
        paving = materials.pattern(materials.COBBLES, u, v, f, colour((0.108, 0.098, 0.087)) * (1.0 + 0.10 * blots))
        slabs = materials.pattern(materials.ASHLAR, v * 0.6, u * 0.55, f, colour(STONE))
        near = (u > -1.9) | ((u < -6.6) & (u > -8.4))
        paving = np.where(near, slabs, paving)
        # Rails of a harbour railway.
        rails = np.maximum(stripes(u + 4.1, 0.0, 0.05, f + 20.0 * (np.abs(u + 4.1) > 0.4)),
                           stripes(u + 5.5, 0.0, 0.05, f + 20.0 * (np.abs(u + 5.5) > 0.4)))  # fmt: skip
        paving = paving + (colour((0.17, 0.155, 0.145)) - paving) * rails * 0.9
        grass = colour((0.085, 0.125, 0.040)) * np.clip(1.0 + 0.22 * fine + 0.15 * blots, 0.4, 1.7)
        crowns = noise.billows()(x / 75, z / 75, f / 75) - 0.5
        wood = colour((0.045, 0.080, 0.026)) * np.clip(1.0 + 2.2 * crowns, 0.3, 1.9)
        green = grass + (wood - grass) * smoothstep(-0.3, 0.5, broad + 0.4 * blots)
        above = hit.p[1] + np.float32(EYE)
        rock = colour((0.20, 0.185, 0.165)) * np.clip(0.75 + 0.3 * blots + 0.25 * fine, 0.3, 1.6)
        built = (u > -30.0) & (u < self.wide + 62.0) & (v < SPAN - 8.0) & (v > -self.back - 34.0)
        steep = smoothstep(0.10, 0.28, 1.0 - hit.normal[1])
        wild = green + (rock - green) * np.maximum(steep, 1.0 - smoothstep(-0.3, 1.4, above + 0.5 * blots))
        albedo = np.where(built, paving, wild)
        mole = (np.abs(v - SPAN) < 9.0) & (u > -1.0) & (u < self.wide + 1.0)
        albedo = np.where(mole, rock, albedo).astype(np.float32)
        wet = 1.0 - smoothstep(0.0, 0.6, hit.p[1] - np.float32(LEVEL) + 0.15 * blots)
        albedo = albedo * (1.0 - 0.55 * wet)
        normal = hit.normal.copy()
        bend = np.clip(0.22 - f, 0.0, 0.16)
        normal[0] += fine * bend + crowns * np.where(built, 0.0, 0.8)
        normal[2] += blots * bend
        normal /= np.sqrt(dot(normal, normal))
        free = 0.42 + 0.58 * shader.shadows.open_sky(x, z)
        return shader.lit(np.maximum(albedo, 0.006), normal, hit.p, free=free)


def _quays(port: _Port, mason: Mason) -> None:
    """Walls of the basin with their coping, steps and bollards."""
    ahead = -port.turn
    for v in np.arange(-port.back, SPAN - 4.0, 6.0):
        for u, out in ((0.0, -1.0), (port.wide, 1.0)):
            mason.at(*port.spot(u, float(v)), ahead)
            a, b = sorted((port.side * out * 0.55, -port.side * out * 0.02))
            mason.box((a, -3.0, -6.0), (b, 0.05, 0.0), materials.ASHLAR, STONE)
    for u in np.arange(-0.5, port.wide, 6.0):
        mason.at(*port.spot(float(u), -port.back), ahead)
        a, b = sorted((0.0, port.side * 6.0))
        mason.box((a, -3.0, -0.02), (b, 0.05, 0.55), materials.ASHLAR, STONE)
    for v in np.arange(-31.0, 76.0, 8.5):
        mason.at(*port.spot(-0.75, float(v)), ahead)
        quayside.bollard(mason)
    for v in (15.0, -14.0):
        mason.at(*port.spot(0.07, v), ahead)
        quayside.ladder(mason)


def _stuff(port: _Port, mason: Mason, rng: np.random.Generator) -> None:
    """Goods on the quay, benches, and tables under sunshades before the houses."""
    for v in (3.7, 7.6, 21.0, 24.0, 37.0, -3.4, -8.0, -18.0, -20.0, 50.0, 62.0):
        u = -float(rng.uniform(1.5, 2.6)) if abs(v) > 5.0 else -1.3
        spot = port.spot(u, v + float(rng.uniform(-0.6, 0.6)))
        mason.at(*spot, -port.turn + float(rng.uniform(-0.5, 0.5)))
        (quayside.crates, quayside.barrels, quayside.pots)[int(rng.integers(3))](mason, rng)
    for v in (-2.6, 14.0):
        mason.at(*port.spot(-6.9, v), port.toward(1.0, 0.0))
        quayside.bench(mason)
    tone = PAINTS[int(rng.integers(len(PAINTS)))]
    first = float(rng.choice([-8.0, 3.5]))
    for k in range(4):
        mason.at(*port.spot(-8.6 + 0.4 * (k % 2), first + 3.1 * k), -port.turn + float(rng.uniform(-0.4, 0.4)))
        quayside.table(mason, tone if k % 2 else (0.60, 0.56, 0.47))


def _fleet(port: _Port, mason: Mason, rng: np.random.Generator, wish: Wish) -> Array:
    """Boats at the quay, yachts at two pontoons, a tall ship across; returns where lamps shine [n, 3]."""
    ahead, down = -port.turn, LEVEL + EYE
    shine = []
    paint = [PAINTS[k] for k in rng.permutation(len(PAINTS))]
    moored = ((12.0, 11.0), (-12.5, 10.0), (64.0, 13.0))
    alone = wish.lone in {"boats", "ships"}
    for k, (v, length) in enumerate(moored[:1] if alone else moored):
        u = length * 0.17 + 0.55
        spot = port.spot(u, v + float(rng.uniform(-1, 1)), down)
        shine.append(ships.trawler(mason, spot, ahead + float(rng.normal(0, 0.02)), length, paint[k], ships.WHITE))
        for end, bollard in ((-0.42, v + 4.0), (0.42, v - 4.5)):
            low = mason.to_world([(-port.side * 0.8, 1.25, end * length)])[0]
            high = np.array(port.spot(-0.75, bollard, 0.38))
            mason.at(0.0, 0.0, 0.0)
            ships.rope(mason, (low[0], low[1], low[2]), (high[0], high[1], high[2]))
            mason.at(*spot, ahead)
    if alone:
        return np.concatenate(shine)
    ships.yacht(mason, port.spot(2.3, float(rng.uniform(-1.0, 0.6)), down), ahead, 9.0, ships.WHITE, paint[0], 12.5)
    for u, v, tone in ((1.2, 5.6, paint[3]), (5.0, 4.6, (0.55, 0.52, 0.45)), (5.4, -4.2, paint[1])):
        rowing_boat(mason, port.spot(u, v, down), ahead + float(rng.normal(0, 0.08)), tone, length=3.6)
    across = port.toward(1.0, 0.0)
    for v, reach in ((24.0 + float(rng.uniform(-1, 1)), 34.0), (-26.0, 30.0), (47.0 + float(rng.uniform(-3, 3)), 44.0)):
        mason.at(*port.spot(0.0, v, down), across)
        jetty(mason, rng, 0.3, reach, 0.9, 0.45, 1.6)
        for k, u in enumerate(np.arange(5.0, reach - 2.0, 4.4 / min(max(wish.density, 0.45), 1.25))):
            for way in (-1.0, 1.0):
                if rng.uniform() < 0.16:
                    continue
                length = float(rng.uniform(7.5, 11.5))
                spot = port.spot(float(u) + float(rng.uniform(-0.4, 0.4)), v + way * (length / 2 + 1.5), down)
                tone = ships.WHITE if rng.uniform() < 0.7 else PAINTS[int(rng.integers(4))]
                cover = PAINTS[int(rng.integers(4))] if k % 3 else (0.50, 0.46, 0.38)
                mast = length * float(rng.uniform(1.15, 1.4)) * wish.scale**0.5
                ships.yacht(mason, spot, ahead + (np.pi if way < 0 else 0.0) + float(rng.normal(0, 0.03)), length, tone,
                            cover, mast, fine=float(np.hypot(spot[0], spot[2])) < 30.0)  # fmt: skip
    ships.tall_ship(
        mason, port.spot(port.wide - 5.6, float(rng.uniform(4.0, 16.0)), down), ahead, 36.0, (0.09, 0.075, 0.06)
    )
    ships.trawler(mason, port.spot(port.wide - 3.4, -24.0, down), ahead, 15.0, paint[0], ships.ORANGE)
    ships.yacht(mason, port.spot(port.light + 50.0, SPAN + 70.0, down), port.toward(-1.0, 0.4), 11.0, ships.WHITE,
                ships.WHITE, 14.0)  # fmt: skip
    return np.concatenate(shine)


def _town(port: _Port, mason: Mason, rng: np.random.Generator, wish: Wish) -> None:
    """Old houses along the quay and at its end, warehouses across, roofs up the slope."""
    tint = wish.tint("buildings")
    count = len(FRONTS)

    def look(k: int) -> Look:
        tone = tint or FRONTS[k % count]
        roof = materials.TILES, ROOFS[int(rng.integers(len(ROOFS)))]
        return Look((materials.PLASTER, tone), (materials.PLASTER, tone), roof, PAINTS[int(rng.integers(4))])

    k, v, front = int(rng.integers(count)), -port.back - 6.0, port.toward(1.0, 0.0)
    while v < SPAN - 10.0:
        wide, floors = float(rng.uniform(5.2, 8.2)), int(rng.integers(2, 5 if abs(v) > 14.0 else 4))
        if abs(v + wide / 2 - 34.0) > 4.0:
            spot = port.spot(-11.2 - float(rng.uniform(0.0, 0.7)), v + wide / 2)
            house(mason, rng, spot, front, wide - 0.08, float(rng.uniform(8, 11)), floors, look(k),
                  steep=float(rng.uniform(0.9, 1.3)), along=bool(rng.uniform() < 0.22), fine=abs(v) < 24.0)  # fmt: skip
        k, v = k + 3, v + wide
    u = 2.0
    while u < port.wide - 2.0:
        wide = float(rng.uniform(6.0, 9.0))
        house(mason, rng, port.spot(u + wide / 2, -port.back - 10.5), port.toward(0.0, 1.0), wide - 0.1, 10.0,
              int(rng.integers(2, 5)), look(k), fine=False)  # fmt: skip
        k, u = k + 3, u + wide
    brick: Colour = tint or (0.29, 0.125, 0.085)
    store = Look(
        (materials.BRICK, brick), (materials.BRICK, brick), (materials.TILES, (0.12, 0.11, 0.11)), (0.10, 0.16, 0.13)
    )
    for v in np.arange(-port.back + 4.0, SPAN - 22.0, 19.0):
        house(mason, rng, port.spot(port.wide + 24.0, float(v)), port.toward(-1.0, 0.0), 17.0, 26.0,
              int(rng.integers(3, 5)), store, steep=0.7, fine=False, storey=3.6)  # fmt: skip
    for _ in range(round(46 * wish.density)):
        u, v = -float(rng.uniform(32, 130)), float(rng.uniform(-120, 90))
        x, y, z = port.foot(u, v)
        house(mason, rng, (x, y + 0.3, z), front + float(rng.normal(0, 0.3)), float(rng.uniform(6, 9)), 8.0,
              int(rng.integers(1, 4)), look(int(rng.integers(count))), fine=False)  # fmt: skip


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a harbour."""
    port = _Port(rng, wish)
    mason, garden = Mason(), Garden(rng)
    _quays(port, mason)
    _stuff(port, mason, rng)
    shine = [_fleet(port, mason, rng, wish)] if not {"boats", "ships"} & set(wish.without) else []
    if "buildings" not in wish.without:
        _town(port, mason, rng, wish)
    for v in (-2.0, 38.0):
        spot = port.spot(port.wide + 9.0, v + float(rng.uniform(-4, 4)))
        ships.gantry(mason, spot, port.toward(-1.0, 0.35), 27.0 * wish.scale**0.5, (0.10, 0.24, 0.30))
    ships.gantry(mason, port.spot(-4.8, 31.0), port.toward(1.0, 0.25), 15.0, (0.42, 0.20, 0.05))
    if "towers" not in wish.without:
        shine.append(ships.lighthouse(mason, port.spot(port.light, SPAN), 25.0 * wish.scale**0.5))
    if "lamps" not in wish.without:
        for v in (-27.0, -9.0, 5.5, 19.0, 37.0, 58.0):
            mason.at(*port.spot(-6.2, v), port.toward(0.0, -1.0))
            shine.append(lantern(mason, 0.0, 0.0, 0.0, 3.4))
    if "trees" not in wish.without:
        points = spread(rng, 30.0, 420.0, round(900 * wish.density), 5.0)
        across, along = port.frame(points[:, 0], points[:, 1])
        free = (across < -38.0) | (along < -port.back - 34.0) | (across > port.wide + 66.0)
        x, z = points[free, 0].astype(np.float32), points[free, 1].astype(np.float32)
        feet = np.stack([x, port.height(x, z, np.full_like(x, 0.5)), z], axis=1).astype(np.float64)
        for foot in feet[feet[:, 1] > 0.5 - EYE]:
            garden.broadleaf(foot, rng.uniform(5, 10), rng.uniform(2.2, 4.0), (0.060, 0.105, 0.030), detail=0.05,
                             bark=(0.14, 0.11, 0.085), crown_from=0.2, trunk=0.018)  # fmt: skip
    for _ in range(14):
        t, r = rng.uniform(0, 2 * np.pi), rng.uniform(9, 55)
        mason.at(float(r * np.sin(t)), float(rng.uniform(3, 16)), float(-r * np.cos(t)), float(rng.uniform(0, 6.28)))
        quayside.gull(mason, float(rng.uniform(0.05, 0.25)))
    lamps = np.concatenate(shine) if shine else None
    return Scene(
        height=port.height,
        shade_ground=port.shade,
        water=Water(level=LEVEL, swell=0.0, chop=0.034, deep=(0.006, 0.034, 0.040), shallow=(0.030, 0.085, 0.070)),
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        meshes=mason.meshes(),
        lamps=Lamps.at(lamps, reach=22.0) if lamps is not None and "lamps" not in wish.without else None,
        shadow_reach=60.0,
        relief=True,
        smooth=0.3,
    )


PLACE = Place(
    name="harbour",
    words=(
        "harbours", "harbor", "harbors", "port", "ports", "seaport", "harbour town", "harbor town", "port town",
        "port city", "harbour city", "harbor city", "fishing port", "fishing harbour", "fishing harbor",
        "fishing village", "marina", "marinas", "dock", "docks", "dockyard", "pier", "piers", "jetty", "wharf",
        "quay", "quayside", "waterfront", "venice", "nyhavn", "boardwalk", "shipyard", "harbourfront", "hafen",
        "häfen", "fischerhafen", "fischerdorf", "yachthafen", "bootshafen", "kai", "steg", "venedig", "seebrücke",
        "puerto", "puertos", "puerto pesquero", "muelle", "muelles", "embarcadero", "pueblo pesquero",
        "pueblo de pescadores", "venecia",
    ),
    build=build,
    hints=(
        "boats", "boat", "fishing boats", "sailboats", "lighthouse", "cranes", "gondolas", "boote", "barcos",
        "yachts", "leuchtturm", "faro",
    ),
    nouns=(
        "a harbour", "a harbor", "a port", "a marina", "a quay",
    ),
    shows=(
        "boats", "boat", "ships", "fishing boats", "sailboats", "cranes", "water", "houses",
    ),
    stuff="buildings",
    roles=('ground', 'water'),
)  # fmt: skip
