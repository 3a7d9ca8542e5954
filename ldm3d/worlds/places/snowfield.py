"""A snowfield: wind-shaped drifts, a marked track to a cabin with light, an igloo, a frozen lake, firs, low ranges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ldm3d.worlds import materials, noise
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.filters import hashed
from ldm3d.worlds.light import Light
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.rubble import boulders
from ldm3d.worlds.scene import Lamps, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.shapes import Mason
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, dot, smoothstep

EYE = 1.7
LAKE = -EYE - 1.1
SNOW: Colour = (0.80, 0.84, 0.90)
LOG: Colour = (0.21, 0.130, 0.080)
GLOW: Colour = (1.0, 0.66, 0.30)
ORANGE: Colour = (0.75, 0.16, 0.03)


class _Plain:
    """The plain, its drifts, a lake's basin and the ranges; a track passes the eye and leads to the cabin."""

    def __init__(self, rng: np.random.Generator, wish: Wish) -> None:
        self.at = rng.uniform(0, 1, 8).astype(np.float32)
        self.wind = rng.uniform(0, 2 * np.pi)
        self.turn = rng.uniform(-0.7, 0.7)
        self.phase = rng.uniform(0, 2 * np.pi)
        self.side = float(rng.choice([-1.0, 1.0]))
        self.tall = wish.scale
        # The lake lies on the other side of the track.
        way = self.turn - self.side * rng.uniform(0.9, 1.5)
        self.radius = rng.uniform(30.0, 42.0)
        self.lake = np.array([np.sin(way), -np.cos(way)]) * (self.radius + rng.uniform(7.0, 12.0))

    def along(self, x: Array, z: Array) -> tuple[Array, Array]:
        """Metres to the right of the track's middle, and along it."""
        c, s = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        u, v = x * c + z * s, x * s - z * c
        bend = np.sin(v * np.float32(1 / 47) + np.float32(self.phase)) - np.float32(np.sin(self.phase))
        return u - np.float32(7.0) * bend * smoothstep(0.0, 40.0, np.abs(v)) - np.float32(1.9 * self.side), v

    def spot(self, right: float, v: float) -> Array:
        """The point [2] so many metres to the right of the track and along it."""
        x, z = np.sin(self.turn) * v, -np.cos(self.turn) * v
        off, _ = self.along(np.array([x], np.float32), np.array([z], np.float32))
        move = right - float(off[0])
        return np.array([x + np.cos(self.turn) * move, z + np.sin(self.turn) * move])

    def dents(self, x: Array, z: Array, f: Array) -> Array:
        """Depth of a sledge's runners and of footprints, 0 to 1."""
        w, v = self.along(x, z)
        wide = np.maximum(f * np.float32(0.6), np.float32(0.075))
        runners = np.exp(-(((np.abs(w) - 0.36) / wide) ** 2)) * (0.075 / wide)
        cell = v * np.float32(1 / 0.74)
        k = np.floor(cell)
        off = w - np.float32(1.05 * self.side) - np.where(k % 2 == 0, np.float32(0.14), np.float32(-0.14))
        step = np.exp(-((((cell - k - 0.5) * 0.74) / 0.16) ** 2) - (off / 0.075) ** 2)
        value: Array = np.maximum(runners, step * np.clip(1.6 - f * np.float32(9.0), 0.0, 1.0))
        return value

    def shore(self, x: Array, z: Array, f: Array) -> Array:
        """About the distance to the lake's shore in metres, negative on the ice."""
        bays = noise.hills()(x * np.float32(1 / 75) + self.at[4], z * np.float32(1 / 75) + self.at[5], f / 75)
        value: Array = (
            np.hypot(x - np.float32(self.lake[0]), z - np.float32(self.lake[1]))
            - np.float32(self.radius)
            + np.clip(bays, -1.4, 1.4) * np.float32(4.5)
        )
        return value

    def height(self, x: Array, z: Array, footprint: Array) -> Array:
        at, f = self.at, footprint
        rho = np.hypot(x, z)
        c, s = np.float32(np.cos(self.wind)), np.float32(np.sin(self.wind))
        a, b = x * c + z * s, z * c - x * s
        swell = noise.hills()(x * np.float32(1 / 480) + at[0], z * np.float32(1 / 480) + at[1], f / 480)
        big = noise.ridges()(a * np.float32(1 / 130) + at[2], b * np.float32(1 / 46) + at[3], f / 70)
        small = noise.ridges()(a * np.float32(1 / 26) + at[6], b * np.float32(1 / 8) + at[7], f / 12)
        crust = noise.rough()(a * np.float32(1 / 9) + at[5], b * np.float32(1 / 2.6), f / 4)
        off, _ = self.along(x, z)
        # Where sledges run and where one stands the drifts are trodden flat.
        worn = smoothstep(0.5, 3.2, np.abs(off - np.float32(0.4 * self.side))) * smoothstep(0.6, 4.0, rho)
        drifts = (1.35 * (big - 0.35) + 0.30 * (small - 0.35)) * (0.12 + 0.88 * worn) + 0.035 * crust * (0.3 + worn)
        far = smoothstep(20.0, 240.0, rho)
        land = (swell * 3.6 + 1.2) * far + drifts + smoothstep(300.0, 1500.0, rho) * (5.0 + 9.0 * swell)
        ranges = noise.ridges()(x * np.float32(1 / 5600) + at[4], z * np.float32(1 / 5600) + at[0], f / 5600)
        broad = noise.hills()(x * np.float32(1 / 9000) + at[1], z * np.float32(1 / 9000) + at[6], f / 9000)
        rise = smoothstep(1400.0, 4300.0, rho) * (0.55 + 0.35 * np.clip(broad, -1.2, 1.6))
        land += rise * (190.0 + 980.0 * ranges) * np.float32(self.tall)
        basin = smoothstep(-1.0, 9.0, self.shore(x, z, f))
        ice = np.float32(LAKE + EYE) + 0.05 * np.maximum(crust, 0.0)
        ground = ice + (land - ice) * basin - 0.085 * self.dents(x, z, f) * (rho < 40)
        value: Array = ground - np.float32(EYE)
        return value

    def shade(self, hit: Hit, shader: Shader) -> Array:
        p, f = hit.p, hit.footprint
        x, y, z = p
        rho = np.hypot(x, z)
        c, s = np.float32(np.cos(self.wind)), np.float32(np.sin(self.wind))
        a, b = x * c + z * s, z * c - x * s
        ripple = noise.rough()(a * np.float32(1 / 3.4), b * np.float32(1 / 0.9), f / 1.4)
        crust = noise.rough()(a * np.float32(1 / 26), b * np.float32(1 / 7), f / 12)
        fine = noise.grain()(x * np.float32(1 / 0.7), z * np.float32(1 / 0.7), f / 0.7)
        dents = self.dents(x, z, f) * (rho < 160)
        snow = colour(shader.light.snow_colour) * (1.0 + 0.03 * crust + 0.02 * fine - 0.16 * dents)
        normal = hit.normal.copy()
        bend = 0.14 * ripple * np.clip(1.3 - f * 2.0, 0.0, 1.0) + 0.08 * crust
        normal[0] -= bend * c - 0.10 * fine * np.clip(0.5 - f, 0.0, 0.5)
        normal[2] -= bend * s
        # Black ice with white cracks, blown free of snow here and there.
        shore = self.shore(x, z, f)
        bare = 1.0 - smoothstep(-2.5, 0.2, shore + 0.6 * crust)
        bare = bare * smoothstep(-1.3, 0.1, 0.7 - crust)
        cracks = noise.ridges()(x * np.float32(1 / 21), z * np.float32(1 / 21), f / 21)
        web = noise.ridges()(z * np.float32(1 / 6), x * np.float32(1 / 6), f / 6)
        white = np.clip(smoothstep(0.62, 0.80, cracks) + 0.5 * smoothstep(0.66, 0.86, web), 0.0, 1.0)
        ice = colour((0.10, 0.235, 0.30)) + (colour((0.62, 0.74, 0.80)) - colour((0.10, 0.235, 0.30))) * white
        albedo = snow + (ice - snow) * bare
        # Far ranges show some rock.
        steep = 1.0 - hit.normal[1]
        crags = noise.ridges()(x * np.float32(1 / 420), (z + y) * np.float32(1 / 420), f / 420)
        rock = smoothstep(0.10, 0.24, steep + 0.16 * (crags - 0.4)) * smoothstep(900.0, 1900.0, rho)
        albedo = albedo + (colour((0.17, 0.17, 0.185)) - albedo) * (rock * 0.9)
        normal[1] += bare * 2.0
        normal /= np.sqrt(dot(normal, normal))
        free = 0.45 + 0.55 * shader.shadows.open_sky(x, z)
        sun = shader.sunlight(p)
        facing = np.maximum((dot(normal, shader.toward) + 0.08) / 1.08, 0.0)
        rgb = albedo * (
            shader.sun_colour * (facing * sun) + shader.ambient(normal[1], free) + shader.lamplight(p, normal)
        )
        gloss = bare * (0.05 + 0.75 * (1.0 - np.clip(-dot(hit.d, normal), 0.02, 1.0)) ** 4) * (1.0 - 0.5 * white)
        rgb = rgb * (1.0 - gloss) + shader.mirrored(hit, normal) * gloss
        # Crystals flash where their facets happen to turn the sun to the eye.
        i, k = np.floor(x / 0.013).astype(np.int64), np.floor(z / 0.013).astype(np.int64)
        facet = hashed(i, k, np.zeros(x.shape, np.int32))
        flash = (facet > 0.9965) * (f < 0.035) * (1.0 - bare)
        value: Array = rgb + shader.sun_colour * (flash * sun * 0.4)
        return value


def _cabin(mason: Mason) -> Array:
    """A log cabin, its door at +z, snow on its roof; returns where its light falls out."""
    mason.box((-2.8, -0.6, -2.2), (2.8, 2.25, 2.2), materials.LOGS, LOG)
    roof = ((-2.8, 2.25, -2.2), (2.8, 2.2), 1.75)
    mason.gable(*roof, (materials.PLANKS, LOG), (materials.PLANKS, LOG), over=0.45)
    mason.gable((-2.9, 2.44, -2.18), (2.9, 2.18), 1.80, (materials.PLAIN, SNOW), (materials.PLAIN, SNOW), over=0.5)
    mason.box((-0.45, -0.2, 2.18), (0.45, 1.85, 2.26), materials.PLANKS, (0.15, 0.085, 0.05))
    for x in (-1.75, 1.75):
        mason.box((x - 0.55, 0.72, 2.17), (x + 0.55, 1.68, 2.23), materials.PLANKS, (0.45, 0.40, 0.34))
        mason.box((x - 0.45, 0.80, 2.2), (x + 0.45, 1.60, 2.26), materials.WINDOW, GLOW)
        mason.box((x - 0.6, 0.66, 2.2), (x + 0.6, 0.74, 2.42), materials.PLAIN, SNOW)
    for x in (-2.84, 2.8):
        mason.box((x, 0.80, -0.6), (x + 0.04, 1.60, 0.6), materials.WINDOW, GLOW)
    mason.box((1.2, 2.8, -1.3), (1.9, 5.0, -0.6), materials.RUBBLE, (0.26, 0.245, 0.24))
    mason.box((1.12, 5.0, -1.38), (1.98, 5.2, -0.52), materials.PLAIN, SNOW)
    for k in range(12):
        x, y = 3.25 + 0.24 * (k % 4), 0.10 + 0.22 * (k // 4)
        mason.tube([(x, y, -1.4), (x, y, 0.2)], 0.115, materials.LOGS, (0.26, 0.18, 0.11), sides=7)
    mason.box((3.0, 0.72, -1.5), (4.25, 0.88, 0.3), materials.PLAIN, SNOW)
    for x, lean in ((-3.2, 0.10), (-3.45, 0.16)):
        mason.tube([(x, -0.3, 1.6), (x + lean, 2.0, 1.5)], 0.035, materials.PAINT, ORANGE, sides=4)
    mason.box((0.62, 1.95, 2.3), (0.80, 2.2, 2.48), materials.PLAIN, (1.0, 0.8, 0.5), glow=2.2)
    return mason.to_world([(0.7, 1.9, 3.1), (-1.75, 1.3, 3.4), (1.75, 1.3, 3.4)])


def _igloo(mason: Mason) -> Array:
    """An igloo with its tunnel toward +z; returns where its light falls out."""
    t = np.radians(np.linspace(-14, 90, 9))
    mason.lathe([(2.1 * float(np.cos(a)), 2.0 * float(np.sin(a))) for a in t], materials.ASHLAR, SNOW, sides=26)
    arch = np.radians(np.linspace(-20, 200, 13))
    for r in (0.95, 0.70):
        rows = [np.stack([r * np.cos(arch), r * 1.1 * np.sin(arch), np.full(13, z)], axis=1) for z in (1.5, 2.4, 3.3)]
        mason.sheet(np.array(rows), materials.ASHLAR, SNOW)
    lip = [np.stack([r * np.cos(arch), r * 1.1 * np.sin(arch), np.full(13, 3.3)], axis=1) for r in (0.70, 0.95)]
    mason.sheet(np.array(lip), materials.PLAIN, SNOW)
    mason.polygon([(-0.62, -0.2, 2.0), (0.62, -0.2, 2.0), (0.5, 0.62, 2.0), (-0.5, 0.62, 2.0)], materials.PLAIN,
                  (0.9, 0.5, 0.2), glow=1.6)  # fmt: skip
    return mason.to_world([(0.0, 0.5, 3.9)])


def _polar(light: Light) -> Light:
    """Snow lies at every hour, and the eye is used to it."""
    bright = 0.2126 * light.sun[0] + 0.7152 * light.sun[1] + 0.0722 * light.sun[2]
    narrow = (0.74 if light.snow < 0.5 else 0.92) / (1.0 + 0.19 * bright * float(light.direction[1]))
    return replace(light, snow=max(light.snow, 0.85), exposure=light.exposure * narrow)


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a snowfield."""
    plain, mason, garden = _Plain(rng, wish), Mason(), Garden(rng)

    def ground(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        y = plain.height(x, z, np.maximum(np.hypot(x, z) * np.float32(0.006), 0.05))
        return np.stack([x, y, z], axis=1).astype(np.float64)

    def dry(points: Array) -> Array:
        x, z = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        off, _ = plain.along(x, z)
        return points[(plain.shore(x, z, np.full_like(x, 0.5)) > 4.0) & (np.abs(off) > 3.0)]

    where = [plain.spot(plain.side * rng.uniform(6.5, 9.0), rng.uniform(19.0, 27.0))]
    where.append(plain.spot(plain.side * rng.uniform(9.0, 14.0), -rng.uniform(6.0, 12.0)))
    lights = []
    for at, make in zip(ground(np.array(where)), (_cabin, _igloo), strict=True):
        # Doors look at the eye, a little past it; the walls stand in the snow, not on a slope's edge.
        ring = ground(np.array([[at[0] + 2.2 * i, at[2] + 2.2 * k] for i in (-1, 0, 1) for k in (-1, 0, 1)]))
        facing = float(np.arctan2(-at[0], -at[2])) + float(rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.6))
        mason.at(float(at[0]), float(ring[:, 1].mean()), float(at[2]), facing)
        if "buildings" not in wish.without:
            lights.append(make(mason))
    for v in np.arange(-112.0, 330.0, 10.0):
        foot = ground(plain.spot(-1.7 * plain.side + float(rng.normal(0, 0.12)), float(v) + 5.0)[None])[0]
        lean = rng.normal(0, 0.06, 2)
        mason.at(float(foot[0]), float(foot[1]), float(foot[2]))
        for low, high, tone in ((-0.4, 1.35, LOG), (1.35, 1.75, ORANGE), (1.75, 1.9, SNOW)):
            path = [(lean[0] * y, y, lean[1] * y) for y in (low, high)]
            mason.tube(path, 0.05, materials.PAINT, tone, sides=6)
    feet = dry(np.concatenate([scatter(rng, 9.0, 90.0, round(95 * wish.density), 0.8),
                               spread(rng, 90.0, 620.0, round(1500 * wish.density), 7.0)]))  # fmt: skip
    x, z = feet[:, 0].astype(np.float32), feet[:, 1].astype(np.float32)
    group = noise.rough()(x / 230 + plain.at[3], z / 230 + plain.at[2])
    near = np.hypot(x, z) < 90
    feet = feet[(near & (group > -0.9)) | (group > 0.55)]
    clear = np.linalg.norm(feet[:, None] - np.array(where)[None], axis=2).min(axis=1, initial=99.0) > 5.5
    # Nor does a tree hide the cabin.
    to_cabin = np.arctan2(where[0][0], -where[0][1])
    beside = np.abs((np.arctan2(feet[:, 0], -feet[:, 1]) - to_cabin + np.pi) % (2 * np.pi) - np.pi) > 0.22
    feet = feet[clear & (beside | (np.hypot(feet[:, 0], feet[:, 1]) > 40.0))]
    if wish.lone == "trees":
        feet = feet[:1]
    for foot in ground(feet) if "trees" not in wish.without else ():
        away = float(np.hypot(foot[0], foot[2]))
        tall = float(rng.uniform(3.5, 9.5)) * wish.scale
        garden.conifer(foot, tall, tall * rng.uniform(0.17, 0.24), (0.040, 0.068, 0.048), bark=(0.11, 0.08, 0.06),
                       bare=0.04, detail=float(np.clip(1.15 - np.log2(away / 8.0) * 0.27, 0.0, 1.0)))  # fmt: skip
    rocks = ground(dry(np.concatenate([scatter(rng, 3.2, 140.0, 50, 1.0), scatter(rng, 2.4, 14.0, 12, 0.4)])))
    n = len(rocks) if "rocks" not in wish.without else 0
    rocks = rocks[:n]
    width = np.minimum(rng.uniform(0.15, 1.1, n) ** 1.5, 0.13 * np.hypot(rocks[:, 0], rocks[:, 2]))
    stones = boulders(
        garden,
        rocks,
        width,
        (0.21, 0.205, 0.21),
        spread=0.14,
        raised=0.1,
        flat=(0.6, 0.95),
        broad=(0.7, 1.25),
        uneven=0.36,
        moss=0.4,
    )
    return Scene(
        height=plain.height,
        shade_ground=plain.shade,
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        stones=stones,
        meshes=mason.meshes(),
        lamps=Lamps.at(np.concatenate(lights), (8.0, 5.0, 2.3), 20.0) if lights else None,
        light=_polar,
        moss=SNOW,
        shadow_reach=70.0,
        relief=True,
        smooth=0.12,
        fog=0.8,
    )


PLACE = Place(
    name="snowfield",
    words=(
        "snow field", "snow fields", "snowfields", "snowscape", "snowy field", "snowy fields", "snowy plain",
        "snowy plains", "snowy landscape", "snow desert", "tundra", "antarctica", "antarctic", "arctic tundra",
        "winter landscape", "winter wonderland", "winter scene", "frozen wasteland", "icy wasteland", "siberia",
        "frozen plain", "hoth", "polar landscape", "ski slope", "ski slopes", "snow landscape", "white wasteland",
        "schneefeld", "schneefelder", "schneelandschaft", "winterlandschaft", "eiswüste", "schneewüste",
        "antarktis", "campo nevado", "paisaje nevado", "paisaje invernal", "tundra ártica", "antártida",
        "llanura nevada",
    ),
    build=build,
    hints=(
        "penguins", "penguin", "polar bear", "polar bears", "husky", "huskies", "sled", "igloo", "igloos", "skiing",
        "skiers", "mammoth",
    ),
    nouns=(
        "a snow field", "the tundra", "a snowscape", "a snowy plain",
    ),
    shows=(
        "snow", "drifts", "cabin", "igloo", "firs", "fir trees",
    ),
    stuff="snow",
    roles=('ground', 'backdrop'),
)  # fmt: skip
