"""A cathedral: a nave between two rows of pillars under ribbed vaults, aisles, pews, and an apse of coloured glass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ldm3d.worlds import materials, noise
from ldm3d.worlds.arrays import Array, Colour, Ints
from ldm3d.worlds.filters import stripes
from ldm3d.worlds.gothic import chandelier, lancet, pierced, pillar, tracery, vault
from ldm3d.worlds.light import daylight_of, inside, luma
from ldm3d.worlds.places import Place
from ldm3d.worlds.scene import Lamps, Meshes, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason, arc
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.7
STONES: tuple[Colour, ...] = ((0.52, 0.455, 0.355), (0.47, 0.44, 0.40), (0.50, 0.36, 0.28), (0.56, 0.52, 0.44))
GLASS: tuple[Colour, ...] = ((0.05, 0.13, 0.95), (0.95, 0.09, 0.06), (0.95, 0.48, 0.06), (0.06, 0.50, 0.34))
OAK: Colour = (0.135, 0.080, 0.045)
IRON: Colour = (0.035, 0.033, 0.032)
GOLD: Colour = (0.62, 0.42, 0.12)
FLAME: Colour = (1.0, 0.62, 0.24)


class _Church:
    """The plan: a nave along z with aisles; the eye stands in its middle aisle.

    Args:
        rng: the layout's generator.
        wish: what the words ask for.
    """

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.mason = Mason()
        self.turn = float(rng.uniform(-0.55, 0.55))
        self.eye = (float(rng.uniform(-0.35, 0.35)), float(rng.uniform(-0.6, 0.6)))
        self.bay = float(rng.uniform(4.7, 5.4))
        self.half = float(rng.uniform(4.8, 5.4))
        self.outer = self.half + float(rng.uniform(4.4, 5.2))
        tall = wish.scale**0.7
        self.low, self.spring, self.rise = 4.1 * tall, 9.6 * tall, float(rng.uniform(6.4, 7.4)) * tall
        self.lift = 0.84 * self.low
        self.before, self.behind = int(rng.integers(7, 10)), 3
        self.end, self.back = -self.bay * (self.before - 0.5), self.bay * (self.behind - 0.5)
        # Drawn even where a colour is asked for, so that the layout stays.
        own: Colour = STONES[int(rng.integers(len(STONES)))]
        self.stone: Colour = wish.tint("buildings", "rock") or own
        order = rng.permutation(len(GLASS))
        self.glass = [GLASS[k] for k in order]
        c = self.stone
        self.shade: Colour = (c[0] * 0.72, c[1] * 0.68, c[2] * 0.62)
        self.pale: Colour = (min(c[0] * 1.18, 0.8), min(c[1] * 1.2, 0.8), min(c[2] * 1.25, 0.8))

    def at(self, x: float, z: float, turn: float = 0.0, y: float = 0.0) -> Mason:
        """The mason at a point of the plan."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        x, z = x - self.eye[0], z - self.eye[1]
        return self.mason.at(float(x * c + z * s), y - EYE, float(z * c - x * s), self.turn + turn)

    def plan(self, p: Array) -> Array:
        """Points or directions [3, n] in the plan's axes, still relative to the eye."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        return np.stack([p[0] * c - p[2] * s, p[1], p[0] * s + p[2] * c])

    def knots(self) -> Array:
        """Z of the pillars."""
        return self.bay * (np.arange(-self.before, self.behind) + 0.5)

    def arch(self, share: Array) -> Array:
        """Height of the nave's vault above its springing, `share` −1 to 1 across."""
        r = (1.0 + (self.rise / self.half) ** 2) / 2.0
        value: Array = self.half * np.sqrt(np.maximum(r * r - (np.abs(share) - 1.0 + r) ** 2, 0.0))
        return value

    def shine(self, p: Array, shader: Shader) -> Array:
        """Coloured sunlight [3, n] that falls through the side windows on points."""
        if shader.light.stars > 0.5 or shader.light.cover > 0.75:
            return np.zeros_like(p)
        at, sun = self.plan(p), self.plan(shader.toward[:, None])[:, 0]
        at = at + np.array([[self.eye[0]], [EYE], [self.eye[1]]], np.float32)
        side = np.sign(sun[0])
        total = np.zeros_like(p)
        for wall, low, high, wide, inner in (
            (self.half, self.spring - 0.8, self.spring + 0.66 * self.rise, 1.05, self.half),
            (self.outer, 2.3, 5.0, 0.85, self.outer),
        ):
            t = (side * np.float32(wall) - at[0]) / np.float32(sun[0] if abs(sun[0]) > 0.05 else 0.05 * side)
            y, z = at[1] + t * sun[1], at[2] + t * sun[2]
            bay = z / np.float32(self.bay) + np.float32(0.5)
            k = np.floor(bay)
            off = np.abs(bay - k - 0.5) * np.float32(self.bay)
            soft = 0.05 + 0.008 * t
            inside_ = smoothstep(-1.0, 1.0, (np.float32(wide) - off) / soft) * smoothstep(-1, 1, (y - low) / soft)
            inside_ = inside_ * smoothstep(-1.0, 1.0, (np.float32(high) - off - y) / soft)
            inside_ = inside_ * ((t > 0.3) & (np.abs(at[0]) < inner - 0.3) & (z > self.end) & (z < self.back))
            if wall > self.half:
                # From the aisles' windows little of it gets past the pillars.
                inside_ = inside_ * (at[0] * side > self.half - 1.0)
            hue = np.array(self.glass, np.float32)[(k.astype(np.int64) % len(self.glass))].T
            pane = materials.pattern(materials.STAINED, z, y, 0.12 + 0.01 * np.abs(t), 0.35 + 0.65 * hue)
            total += pane * inside_
        value: Array = total * shader.sun_colour * np.float32(0.55)
        return value

    def ceiling(self, x: Array, z: Array, footprint: Array) -> Array:
        """The dark above the vaults and behind the walls."""
        at = self.plan(np.stack([x, np.zeros_like(x), z]))
        out, along = np.abs(at[0] + np.float32(self.eye[0])), at[2] + np.float32(self.eye[1])
        apse = np.hypot(out, np.minimum(along - np.float32(self.end), 0.0)) < self.half * 1.04 + 0.6
        nave = (out < self.half + 0.45) & apse & (along < self.back + 0.5)
        aisle = (out < self.outer + 0.5) & (along > self.end - 0.5) & (along < self.back + 0.5)
        roof = np.where(nave, self.spring + self.rise + 0.4, np.where(aisle, self.low + self.lift + 0.7, -20.0))
        return (roof - EYE).astype(np.float32)

    def shade_ground(self, hit: Hit, shader: Shader) -> Array:
        """Marble in two colours in the nave, flags in the aisles, a runner to the altar; all of it polished."""
        x, _, z = self.plan(hit.p) + np.array([[self.eye[0]], [EYE], [self.eye[1]]], np.float32)
        f = hit.footprint
        wide = np.float32(0.85)
        a, b = (x + z) / wide, (x - z) / wide
        near = np.clip(1.4 - f / 0.6, 0.0, 1.0)
        odd = ((np.floor(a) + np.floor(b)) % 2 - 0.5) * near + 0.5
        dark, pale = colour((0.115, 0.105, 0.10)), colour(self.pale)
        checks = dark + (pale * 0.72 - dark) * odd
        joint = np.maximum(stripes(a, 0.0, 0.02, f / wide), stripes(b, 0.0, 0.02, f / wide))
        checks = checks * (1.0 - 0.45 * joint) * (1.0 + 0.10 * noise.rough()(x / 3, z / 3, f / 3))
        flags = materials.pattern(materials.ASHLAR, x, z, f, colour(self.stone) * 0.62)
        albedo = np.where(np.abs(x) < self.half - 0.75, checks, flags)
        carpet = (np.abs(x) < 0.62) & (z > self.end - 3.0) & (z < self.back - 2.0)
        hem = np.abs(np.abs(x) - 0.52) < 0.035
        cloth = np.where(hem, colour(GOLD) * 0.6, colour((0.19, 0.016, 0.020)))
        cloth = cloth * (1.0 + 0.10 * noise.grain()(x / 0.5, z / 0.5, f / 0.5))
        albedo = np.where(carpet, cloth, albedo).astype(np.float32)
        rgb = shader.lit(albedo, hit.normal, hit.p, free=0.6)
        rgb = rgb + albedo * self.shine(hit.p, shader)
        # Polished stone mirrors the windows: the light above the opposite walls, in streaks.
        facing = np.maximum(-hit.d[1], 0.02)
        share = (0.03 + 0.75 * (1.0 - facing) ** 5) * np.where(carpet, 0.0, 1.0 - 0.3 * joint)
        value: Array = rgb + (shader.light.outside * 0.16 + colour(shader.light.fill) - rgb * 0.3) * share
        return value


def _bays(church: _Church) -> None:
    """Vaults, arcades, upper walls with their windows, and the aisles' walls."""
    mason, bay, half, outer = church.mason, church.bay, church.half, church.outer
    share = np.sin(np.linspace(0.0, 0.5, 8) * np.pi)
    crown = np.stack([share * bay / 2, church.arch(share) + church.spring], axis=1)
    middle, wide = (half + outer) / 2 + 0.25, (outer - half) / 2 - 0.25
    lift = church.lift
    glass = church.glass
    for k, z in enumerate(church.knots()[:-1] + bay / 2):
        church.at(0.0, float(z))
        arch = church.arch(np.sin(np.linspace(-0.5, 0.5, 13) * np.pi))
        vault(mason, arch, half, bay / 2, church.spring, 0.10, church.pale, church.shade)
        for side in (-1.0, 1.0):
            church.at(side * middle, float(z))
            low = church.arch(np.sin(np.linspace(-0.5, 0.5, 9) * np.pi)) * lift / church.rise
            vault(mason, low, wide + 0.2, bay / 2, church.low + 0.15, 0.075, church.pale, church.shade)
            tone = glass[int(np.floor(z / bay + 0.5)) % len(glass)]
            church.at(side * half, float(z), np.pi / 2)
            arcade = lancet(bay / 2 - 0.55, church.low, church.low, lift * 0.90)
            upper = (1.05, church.spring - 0.8, church.spring + 0.36 * church.rise, 0.30 * church.rise)
            pierced(mason, bay, church.low, crown, [arcade, lancet(*upper)], 0.7, church.stone)
            tracery(mason, *upper, tone, church.pale)
            edge = np.concatenate([arcade[1:], (arcade * np.array([-1.0, 1.0]))[::-1][:-1]])
            for out in (-0.36, 0.36):
                mason.tube(
                    np.column_stack([edge, np.full(len(edge), out)]), 0.10, materials.PLAIN, church.pale, sides=6
                )
            mason.tube([(-bay / 2, church.spring - 1.2, -side * 0.38), (bay / 2, church.spring - 1.2, -side * 0.38)],
                       0.12, materials.PLAIN, church.pale, sides=6)  # fmt: skip
            church.at(side * outer, float(z), np.pi / 2)
            top = np.array([[0.0, church.low + lift + 0.6], [bay / 2, church.low + lift + 0.6]])
            lower = (0.95, 2.0, church.low + 0.1, lift * 0.60)
            pierced(mason, bay, 0.0, top, [lancet(*lower)], 0.7, church.stone)
            tracery(mason, *lower, glass[(k + 1) % len(glass)], church.pale)
            mason.box((-bay / 2, 0.0, -0.6), (bay / 2, 0.45, 0.6), materials.ASHLAR, church.stone)
    for z in church.knots():
        for side in (-1.0, 1.0):
            church.at(side * half, float(z))
            pillar(mason, church.low, church.spring, -side, church.stone)
            church.at(side * (outer - 0.38), float(z))
            mason.lathe([(0.30, 0.0), (0.30, 0.5), (0.20, 0.6), (0.19, church.low - 0.2), (0.32, church.low + 0.15)],
                        materials.PLAIN, church.stone, sides=8)  # fmt: skip


def _ends(church: _Church) -> None:
    """The apse with its tall windows, and the wall with the rose over the door."""
    mason, half, outer, sides = church.mason, church.half, church.outer, 5
    top, aisle = church.spring + church.rise + 0.6, church.low + church.lift + 0.8
    ring = half * 1.04
    flat = 2 * ring * np.sin(np.pi / sides / 2)
    for k in range(sides):
        turn = np.pi * (k + 0.5) / sides - np.pi / 2
        far = ring * np.cos(np.pi / sides / 2)
        church.at(float(far * np.sin(turn)), church.end - float(far * np.cos(turn)), -turn)
        edge = np.array([[0.0, church.spring + 0.3], [flat / 2 + 0.1, church.spring + 0.3]])
        tall = (flat * 0.30, 2.9, church.spring - 2.0, 1.5)
        pierced(mason, flat, 0.0, edge, [lancet(*tall)], 0.5, church.stone)
        tracery(mason, *tall, church.glass[k % 2], church.pale)
        mason.tube(
            [(flat / 2, 0.0, 0.30), (flat / 2, church.spring, 0.30)], 0.16, materials.PLAIN, church.pale, sides=7
        )
    share = np.sin(np.linspace(0.5, 0.0, 10) * np.pi)
    dome = [(float(s) * ring, float(y) + church.spring) for s, y in zip(share, church.arch(share), strict=True)]
    church.at(0.0, church.end)
    mason.lathe(dome, materials.PLASTER, church.pale, sides=15, turn=(90.0, 270.0))
    for k in range(sides + 1):
        t = np.pi * k / sides - np.pi / 2
        rib = [(0.985 * r * np.sin(t), y, -0.985 * r * np.cos(t)) for r, y in dome]
        mason.tube(rib, 0.11, materials.PLAIN, church.stone, sides=6)
    for side in (-1.0, 1.0):
        for z in (church.end, church.back):
            church.at(side * (half + outer) / 2, z)
            edge = np.array([[0.0, aisle], [(outer - half) / 2 + 0.4, aisle]])
            small = (0.8, 2.0, church.low, 1.5)
            pierced(mason, outer - half + 0.8, 0.0, edge, [lancet(*small)], 0.6, church.stone)
            tracery(mason, *small, church.glass[2], church.pale)
    church.at(0.0, church.back)
    high = church.spring + 0.15 * church.rise
    middle = np.array([0.0, high])
    size = half * 0.56
    rose = arc(size, -90, 90, 17) + middle
    edge = np.array([[0.0, top], [half + 0.4, top]])
    pierced(mason, 2 * half + 0.8, 0.0, edge, [lancet(1.25, 0.0, 2.7, 1.5), rose], 0.7, church.stone)
    round_ = arc(size, 0, 360, 33)[:-1] + middle
    mason.polygon(np.column_stack([round_, np.zeros(32)]), materials.STAINED, church.glass[0])
    for r in (0.30, 0.68, 1.0):
        circle = arc(size * r, 0, 360, 33) + middle
        mason.tube(np.column_stack([circle, np.full(33, -0.1)]), 0.09, materials.PLAIN, church.pale, sides=6)
    for k in range(12):
        way = np.array([np.cos(k * np.pi / 6), np.sin(k * np.pi / 6)])
        rod = np.stack([way * size * 0.3, way * size]) + middle
        mason.tube(np.column_stack([rod, [-0.1, -0.1]]), 0.06, materials.PLAIN, church.pale, sides=5)
    mason.box((-1.3, 0.0, 0.1), (1.3, 4.3, 0.3), materials.PLANKS, OAK)


def _furniture(church: _Church, wish: Wish) -> Array:
    """Pews, the altar on its steps, and chandeliers; returns where lamps shine [n, 3]."""
    mason = church.mason
    inner, wide = 1.62, church.half - 1.0
    rows = np.arange(church.end + 5.5, church.back - 3.0, 1.15 / min(max(wish.density, 0.4), 1.3))
    for z in rows:
        for side in (-1.0, 1.0):
            church.at(0.0, float(z))
            a, b = sorted((side * inner, side * wide))
            mason.box((a, 0.42, -0.22), (b, 0.47, 0.20), materials.PLANKS, OAK)
            mason.box((a, 0.42, 0.20), (b, 0.92, 0.25), materials.PLANKS, OAK)
            for x in (side * inner, side * wide):
                mason.box((x - 0.05, 0.0, -0.28), (x + 0.05, 1.02, 0.30), materials.PLANKS, OAK)
    church.at(0.0, church.end)
    for k in range(3):
        mason.box((-3.4 + 0.35 * k, 0.16 * k, -3.2), (3.4 - 0.35 * k, 0.16 * (k + 1), 1.2 - 0.4 * k), materials.MARBLE,
                  church.pale)  # fmt: skip
    mason.box((-1.5, 0.48, -1.5), (1.5, 1.5, -0.6), materials.MARBLE, church.pale)
    mason.box((-1.7, 1.48, -1.6), (1.7, 1.60, -0.5), materials.CLOTH, (0.70, 0.66, 0.58))
    mason.box((-0.07, 1.6, -1.2), (0.07, 3.2, -1.08), materials.METAL, GOLD)
    mason.box((-0.42, 2.55, -1.19), (0.42, 2.69, -1.09), materials.METAL, GOLD)
    shine = [mason.to_world([(0.0, 2.3, 0.6)])]
    for x in (-1.35, -0.95, 0.95, 1.35):
        mason.lathe([(0.03, 1.6), (0.03, 1.95)], materials.PLAIN, (0.7, 0.66, 0.55), sides=6, middle=(x, 0.0, -1.0))
        mason.lathe([(0.0, 1.96), (0.028, 2.0), (0.0, 2.12)], materials.PLAIN, FLAME, glow=9.0, sides=6,
                    middle=(x, 0.0, -1.0))  # fmt: skip
    if "lamps" in wish.without:
        return np.concatenate(shine)
    for z in church.knots()[1:-1] + church.bay / 2:
        if abs(float(z) - church.eye[1]) < 1.5:
            continue
        church.at(0.0, float(z))
        shine.append(chandelier(mason, 4.3, church.spring + church.rise - 0.3, IRON, FLAME))
    return np.concatenate(shine)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a cathedral."""
    church = _Church(rng, wish)
    _bays(church)
    _ends(church)
    lamps = _furniture(church, wish)
    meshes = church.mason.meshes()
    assert meshes is not None

    return Scene(
        ceiling=church.ceiling,
        shade_ceiling=lambda hit, shader: np.full_like(hit.p, 0.01),
        height=lambda x, z, footprint: np.full_like(x, -EYE),
        shade_ground=church.shade_ground,
        meshes=meshes,
        shade_meshes=_coloured(church, meshes),
        lamps=Lamps.at(lamps, (12.0, 7.9, 3.9), 20.0),
        light=inside(daylight=0.22, fill=(0.062, 0.056, 0.052), exposure=1.35, follow=0.95),
        shadow_reach=75.0,
        rain=False,
        snow=0.0,
    )


def _coloured(church: _Church, meshes: Meshes) -> Callable[[Hit, Ints, Shader], Array]:
    """Materials under the light of the windows."""

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        base = meshes.colour[ids].T
        rgb = materials.shade(hit, meshes.style[ids], base, shader)
        facing = np.maximum(dot(hit.normal, shader.toward), 0.0)
        n = church.plan(hit.normal)
        # The windows' light: from both sides, and most of it from the apse.
        day = 0.04 + 0.17 * np.abs(n[0]) + 0.20 * np.maximum(-n[2], 0.0)
        glass = meshes.style[ids] == materials.STAINED
        day *= ~glass
        # At night no light comes through the windows.
        rgb[:, glass] *= np.float32(0.25 + 0.75 * min(luma(daylight_of(shader.light)), 1.0))
        glow = meshes.glow[ids] * np.float32(shader.light.lamps)
        value: Array = rgb + base * (church.shine(hit.p, shader) * facing + shader.light.outside * day + glow)
        return value

    return shade


PLACE = Place(
    name="cathedral",
    words=(
        "cathedrals", "church", "churches", "chapel", "nave", "basilica", "abbey", "minster", "monastery",
        "cloister", "hall", "halls", "great hall", "throne room", "palace", "palaces", "palace hall",
        "church interior", "cathedral interior", "notre dame", "sagrada familia", "mosque", "vault", "vaults",
        "vaulted hall", "hogwarts", "ballroom", "hagia sophia", "gothic cathedral", "grand hall", "kathedrale",
        "kathedralen", "kirche", "kirchen", "dom", "kapelle", "kloster", "halle", "thronsaal", "palast",
        "kirchenschiff", "münster", "catedral", "catedrales", "iglesia", "iglesias", "capilla", "monasterio",
        "basílica", "salón", "palacio", "mezquita", "gran salón", "claustro",
    ),
    build=build,
    sky=False,
    hints=(
        "stained glass", "altar", "pews", "candles", "choir", "gothic", "king", "queen", "chandeliers", "organ",
    ),
    nouns=(
        "a cathedral", "a church", "a vaulted hall", "an abbey",
    ),
    shows=(
        "interior", "stained glass", "columns", "pillars", "arches", "vaults", "windows", "pews",
    ),
    stuff="buildings",
    roles=(),
)  # fmt: skip
