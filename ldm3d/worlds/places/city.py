"""A city: a crossing of streets between houses and towers, with pavements, lamps, trees and parked cars."""

from __future__ import annotations

import numpy as np

from ldm3d.worlds.arrays import Array, Colour, Ints
from ldm3d.worlds.facade import BRICK, CONCRETE, GLASS, PLAIN, STONE, shade_boxes
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden
from ldm3d.worlds.scene import Boxes, Lamps, Scene, Stones, joined, picked
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.streets import EYE, PITCH_X, PITCH_Z, ROAD, WALK, Plan, furniture, parked_cars

WALLS: dict[int, tuple[Colour, ...]] = {
    BRICK: ((0.33, 0.135, 0.085), (0.27, 0.115, 0.080), (0.36, 0.20, 0.125), (0.24, 0.150, 0.115)),
    STONE: ((0.50, 0.43, 0.33), (0.44, 0.40, 0.35), (0.54, 0.48, 0.38), (0.38, 0.33, 0.29)),
    GLASS: ((0.12, 0.14, 0.16), (0.16, 0.17, 0.17), (0.10, 0.13, 0.14)),
    CONCRETE: ((0.36, 0.34, 0.31), (0.42, 0.41, 0.39), (0.30, 0.29, 0.28)),
}


def _buildings(rng: np.random.Generator, plan: Plan, wish: Wish) -> Boxes:
    """The houses along the blocks' edges with setbacks, cornices and what stands on roofs."""
    rows: list[tuple[float, float, float, float, float, float, int, Colour]] = []

    def box(
        a: float, b: float, low: float, high: float, half_a: float, half_b: float, style: int, tone: Colour
    ) -> None:
        rows.append((a, b, low, high, half_a, half_b, style, tone))

    def shaded(tone: Colour, factor: float) -> Colour:
        return (tone[0] * factor, tone[1] * factor, tone[2] * factor)

    def house(a: float, b: float, half_a: float, half_b: float, far: float) -> None:
        style = int(rng.choice([BRICK, STONE, GLASS, CONCRETE], p=[0.36, 0.32, 0.16, 0.16]))
        tone = WALLS[style][rng.integers(len(WALLS[style]))]
        tone = shaded(wish.tint("buildings") or tone, float(rng.uniform(0.85, 1.15)))
        high = float(rng.uniform(13, 30)) if style < GLASS else float(rng.uniform(24, 52))
        if rng.uniform() < np.clip(far / 260.0, 0.05, 0.5):
            high *= float(rng.uniform(1.6, 3.2))
        high *= wish.scale
        box(a, b, -1.0, high, half_a, half_b, style, tone)
        crown = high
        if style < GLASS:
            box(a, b, high - 0.1, high + 0.65, half_a + 0.32, half_b + 0.32, PLAIN, shaded(tone, 1.15))
            box(a, b, 4.15, 4.55, half_a + 0.16, half_b + 0.16, PLAIN, shaded(tone, 1.2))
            crown = high + 0.65
        elif rng.uniform() < 0.6:
            upper = high * float(rng.uniform(1.15, 1.6))
            box(a, b, high, upper, half_a * 0.72, half_b * 0.72, style, tone)
            crown = upper
        if far < 190.0:
            for _ in range(int(rng.integers(1, 4))):
                size = rng.uniform(0.9, 2.3, 2)
                at = rng.uniform(-0.45, 0.45, 2) * np.array([half_a, half_b])
                box(
                    a + at[0],
                    b + at[1],
                    crown,
                    crown + float(rng.uniform(1.0, 3.4)),
                    size[0],
                    size[1],
                    PLAIN,
                    (0.24, 0.23, 0.22),
                )

    for i in range(-5, 5):
        for k in range(-6, 6):
            a0, a1 = i * PITCH_X + WALK, (i + 1) * PITCH_X - WALK
            b0, b1 = k * PITCH_Z + WALK, (k + 1) * PITCH_Z - WALK
            far = float(np.hypot((a0 + a1) / 2, (b0 + b1) / 2))
            if far > 330.0:
                continue
            deep = float(rng.uniform(12.0, 15.0))
            for b, inward in ((b0, 1), (b1, -1)):
                at = a0
                while at < a1 - 1.0:
                    wide = min(float(rng.uniform(11, 24)), a1 - at)
                    if a1 - at - wide < 8.0:
                        wide = a1 - at
                    house(at + wide / 2, b + inward * deep / 2, wide / 2 - 0.01, deep / 2, far)
                    at += wide
            for a, inward in ((a0, 1), (a1, -1)):
                at = b0 + deep
                while at < b1 - deep - 1.0:
                    wide = min(float(rng.uniform(9, 20)), b1 - deep - at)
                    if b1 - deep - at - wide < 7.0:
                        wide = b1 - deep - at
                    house(a + inward * deep / 2, at + wide / 2, deep / 2, wide / 2 - 0.01, far)
                    at += wide
    at_a, at_b, low, high, half_a, half_b = (np.array([row[k] for row in rows]) for k in range(6))
    x, z = plan.to_world(at_a, at_b)
    return Boxes(
        centre=np.stack([x, (low + high) / 2 - EYE, z], axis=1),
        half=np.stack([half_a, (high - low) / 2, half_b], axis=1),
        turn=np.full(len(rows), plan.turn),
        style=np.array([row[6] for row in rows], np.int32),
        colour=np.array([row[7] for row in rows]),
    )


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a city."""
    plan = Plan(rng)
    houses = _buildings(rng, plan, wish)
    cars, wheels = parked_cars(rng, plan)
    if "cars" in wish.without:
        cars, wheels = picked(cars, np.zeros(0, int)), picked(wheels, np.zeros(0, int))
    garden = Garden(rng)
    corner = ROAD + 0.8
    poles: list[tuple[float, float]] = [
        (i * PITCH_X + sa * corner, k * PITCH_Z + sb * corner)
        for i in (-1, 0, 1)
        for k in (-1, 0, 1)
        for sa in (-1, 1)
        for sb in (-1, 1)
        if np.hypot(i * PITCH_X + sa * corner - plan.eye[0], k * PITCH_Z + sb * corner - plan.eye[1]) > 1.6
    ]
    for along in (0, 1):
        pitch = PITCH_Z if along == 0 else PITCH_X
        for side in (-1, 1):
            for at in np.arange(-150.0, 150.0, 8.5):
                if abs((at + pitch / 2) % pitch - pitch / 2) < WALK + 1:
                    continue
                a, b = (side * (ROAD + 0.75), at) if along == 0 else (at, side * (ROAD + 0.75))
                x, z = plan.to_world(a, b)
                away = float(np.hypot(x, z))
                if away < 3.0:
                    continue
                if round((at + 150.0) / 8.5) % 3 == 0:
                    poles.append((a, b))
                elif rng.uniform() < 0.75 * wish.density and away < 130 and "trees" not in wish.without:
                    foot = np.array([float(x), 0.14 - EYE, float(z)])
                    garden.broadleaf(
                        foot,
                        rng.uniform(5.5, 8.0),
                        rng.uniform(1.7, 2.5),
                        (0.080, 0.135, 0.030),
                        detail=float(np.clip(1.1 - np.log2(max(away, 4.0) / 6) * 0.25, 0.05, 1.0)),
                        bark=(0.13, 0.10, 0.075),
                        crown_from=0.38,
                        trunk=0.016,
                        shade=0.8,
                    )
    boxes = joined([houses, cars, furniture(rng, plan, garden)])
    a, b = np.array(poles, np.float64).T
    x, z = plan.to_world(a, b)
    n = len(poles)
    foot = np.stack([x, np.full(n, 0.14 - EYE), z], axis=1)
    # Arms reach over the road.
    off_a = a - np.round(a / PITCH_X) * PITCH_X
    off_b = b - np.round(b / PITCH_Z) * PITCH_Z
    to_a = np.where(np.abs(off_a) < ROAD + 1.5, -np.sign(off_a), 0.0)
    to_b = np.where(np.abs(off_a) < ROAD + 1.5, 0.0, -np.sign(off_b))
    ex, ez = plan.to_world(a + to_a * 1.7, b + to_b * 1.7)
    head = np.stack([ex, np.full(n, 6.3 - EYE), ez], axis=1)
    mast = foot + np.array([0.0, 6.1, 0.0])
    iron = np.tile([[0.045, 0.048, 0.05]], (n, 1))
    for start, end, thick in (
        (foot, foot + np.array([0.0, 0.9, 0.0]), (0.10, 0.085)),
        (foot + np.array([0.0, 0.9, 0.0]), mast, (0.062, 0.045)),
        (mast, head, (0.04, 0.032)),
    ):
        garden.limb(start, end, np.tile([thick], (n, 1)), iron, np.full((n, 2), 0.8), 0.1)
    lamps = Stones(
        centre=head,
        axes=np.tile([[0.26, 0.09, 0.26]], (n, 1)),
        turn=np.zeros(n),
        colour=np.tile([[0.55, 0.50, 0.42]], (n, 1)),
        uneven=np.zeros(n),
        moss=np.zeros(n),
        glow=np.full(n, 14.0),
    )
    stones = joined([wheels, lamps])
    limbs = garden.all_limbs()

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        return shade_boxes(boxes, -EYE, hit, ids, shader)

    return Scene(
        height=plan.height,
        shade_ground=plan.shade,
        cards=garden.all_cards(),
        limbs=limbs,
        stones=stones,
        boxes=boxes,
        shade_boxes=shade,
        shadow_reach=110.0,
        lamps=Lamps.at(head),
        fog=1.6,
        exposure=1.25,
        stars=0.3,
    )


PLACE = Place(
    name="city",
    words=(
        "cities", "town", "towns", "downtown", "street", "streets", "urban", "metropolis", "megacity", "cityscape",
        "skyscraper", "skyscrapers", "skyline", "avenue", "boulevard", "intersection", "city street",
        "city streets", "city center", "city centre", "new york", "nyc", "new york city", "manhattan", "brooklyn",
        "tokyo", "hong kong", "chicago", "london", "paris", "berlin", "shanghai", "singapore", "dubai",
        "los angeles", "san francisco", "seoul", "times square", "rooftop", "rooftops", "gotham", "gotham city",
        "financial district", "high rise", "high rises", "crosswalk", "concrete jungle", "urban jungle", "shibuya",
        "coruscant", "suburb", "suburbs", "stadt", "städte", "großstadt", "innenstadt", "hochhaus", "hochhäuser",
        "wolkenkratzer", "metropole", "straße", "straßen", "strasse", "frankfurt", "ciudad", "ciudades", "calle",
        "calles", "metrópolis", "rascacielos", "avenida", "centro de la ciudad", "nueva york", "madrid",
    ),
    build=build,
    hints=(
        "streets of", "street of", "highway", "building", "buildings", "cars", "car", "traffic", "taxi", "taxis",
        "cyberpunk", "blade runner", "neon signs", "gebäude", "edificios", "robots", "flying cars", "subway",
        "office buildings", "train",
    ),
    nouns=(
        "a city", "a city street", "a metropolis", "downtown", "an avenue",
    ),
    shows=(
        "building", "buildings", "cars", "car", "towers", "windows", "street lamps", "sidewalk", "houses", "trees",
        "parked cars",
    ),
    stuff="buildings",
    roles=("ground", "backdrop"),
)  # fmt: skip
