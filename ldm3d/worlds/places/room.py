"""A living room: a wall of windows onto a garden, a fireplace, a sofa, shelves of books, lamps, and a rug between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ldm3d.worlds import furniture, materials, noise, sprites
from ldm3d.worlds.arrays import Array, Colour, Ints
from ldm3d.worlds.interior import Indoors, Room
from ldm3d.worlds.light import Light, times
from ldm3d.worlds.places import Place
from ldm3d.worlds.plants import Garden, scatter, spread
from ldm3d.worlds.scene import Boxes, Lamps, Meshes, Scene
from ldm3d.worlds.shade import Hit, Shader
from ldm3d.worlds.spec import Wish
from ldm3d.worlds.vectors import colour, smoothstep

THICK = 0.32


def _walls(room: Room, wish: Wish) -> None:
    """Walls with their openings, the ceiling with its beams, skirting, and the garden's door frames."""
    half, front, back, tall = room.half, room.front, room.back, room.tall
    t, wall = THICK, room.wall
    white: Colour = (0.70, 0.68, 0.63)
    plaster = materials.PLASTER
    room.block((-half - t, tall, front - t), (half + t, tall + t, back + t), materials.PLAIN, white)
    room.block((-half - t, -0.5, back), (half + t, tall + 0.1, back + t), plaster, wall)
    room.block((room.side * half, -0.5, front), (room.side * (half + t), tall + 0.1, back), plaster, wall)
    # The side of the sofa has a window of its own.
    a, b = -room.side * half, -room.side * (half + t)
    z0, z1, sill, top = -2.2, -0.6, 0.85, tall - 0.55
    room.block((a, -0.5, front), (b, tall + 0.1, z0), plaster, wall)
    room.block((a, -0.5, z1), (b, tall + 0.1, back), plaster, wall)
    room.block((a, -0.5, z0), (b, sill, z1), plaster, wall)
    room.block((a, top, z0), (b, tall + 0.1, z1), plaster, wall)
    room.at(-room.side * (half + 0.1), (z0 + z1) / 2, -room.side * np.pi / 2)
    furniture.casement(room.mason, (z1 - z0) / 2, sill, top, white)
    # The front: three openings between posts, the middle one down to the floor.
    high, wide, post = tall - 0.38, 0.58 * half, 0.13
    room.block((-half - t, high, front), (half + t, tall + 0.1, front - t), plaster, wall)
    edges = [-half - t, -wide * 1.55, -wide * 0.52, wide * 0.52, wide * 1.55, half + t]
    for left, right in ((edges[0], edges[1]), (edges[4], edges[5])):
        room.block((left, -0.5, front), (right, tall, front - t), plaster, wall)
    for k, (left, right) in enumerate(pairwise(edges[1:5])):
        low = 0.05 if k == 1 else 0.42
        if k:
            room.block((left - post, -0.5, front), (left + post, tall, front - t), plaster, wall)
        room.block((left, -0.5, front), (right, low, front - t), plaster, wall)
        room.at((left + right) / 2, front - 0.16)
        furniture.casement(room.mason, (right - left) / 2 - (post if k == 1 else post / 2), low, high, white)
        if k != 1:
            room.block((left, low - 0.05, front + 0.30), (right, low, front - 0.1), materials.PLANKS, white)
    for x in (edges[1], edges[4]):
        room.at(float(x - np.sign(x) * 0.12), front + 0.14)
        furniture.curtain(room.mason, 0.36, tall - 0.14, (0.66, 0.60, 0.50))
    room.at(0.0, front + 0.14)
    room.mason.tube([(-half + 0.1, tall - 0.12, 0.0), (half - 0.1, tall - 0.12, 0.0)], 0.018, materials.METAL,
                    (0.10, 0.08, 0.06), sides=6)  # fmt: skip
    for z in np.arange(front + 0.9, back, 1.35):
        room.block((-half, tall - 0.17, z - 0.08), (half, tall, z + 0.08), materials.PLANKS, times(room.wood, 0.75))
    for side in (-1.0, 1.0):
        room.block((side * half, 0.0, front), (side * (half - 0.02), 0.12, back), materials.PLANKS, white)
    room.block((-half, 0.0, back), (half, 0.12, back - 0.02), materials.PLANKS, white)


def _furnish(room: Room, rng: np.random.Generator, wish: Wish) -> tuple[Array, Array]:
    """Everything that stands in the room; where lamps shine, and where the fire does [n, 3]."""
    mason, half, front, back, tall, side = room.mason, room.half, room.front, room.back, room.tall, room.side
    room.at(side * half, -0.7, -side * np.pi / 2)
    fire = furniture.fireplace(mason, rng, tall, room.wall if rng.uniform() < 0.5 else None)
    for z, wide in ((-2.45, 1.3), (1.05, 1.3)):
        room.at(side * half, z, -side * np.pi / 2)
        furniture.shelf(mason, rng, wide, tall - 0.35, room.wood, 0.9 * wish.density)
    room.at(-side * (half - 1.3), -0.75, side * np.pi / 2)
    furniture.sofa(mason, rng, 2.3, room.seat)
    room.at(side * 0.35, front + 1.15, -side * 0.45 + rng.uniform(-0.15, 0.15))
    furniture.armchair(mason, rng, (0.24, 0.20, 0.15) if room.rug[0][0] > 0.1 else (0.26, 0.085, 0.05))
    room.at(side * 1.85, 1.65, np.pi - side * 0.55)
    furniture.armchair(mason, rng, room.seat)
    room.at(side * 1.35, 2.25)
    furniture.side_table(mason, rng, room.wood)
    room.at(side * (half - 0.75), 0.30)
    furniture.basket(mason)
    room.at(-side * 0.25, -1.35)
    furniture.coffee_table(mason, rng, room.wood)
    room.at(-side * (half - 0.55), 0.95)
    lit = "lamps" not in wish.without
    shine = [furniture.floor_lamp(mason)] if lit else []
    for x in (-half * 0.62, 0.0):
        room.at(-side * x, back, np.pi)
        furniture.shelf(mason, rng, half * 0.58, tall - 0.30, room.wood, wish.density)
    room.at(-side * half * 0.68, back, np.pi)
    furniture.door(mason, room.wood)
    room.at(-side * (half - 0.42), 2.15, side * np.pi / 2)
    furniture.desk(mason, rng, room.wood)
    if lit:
        shine.append(furniture.desk_lamp(mason))
    room.at(-side * half, 0.35, side * np.pi / 2)
    furniture.picture(mason, rng, 1.62, 1.0, 0.75)
    room.at(-side * half, 1.5, side * np.pi / 2)
    furniture.picture(mason, rng, 1.70, 0.5, 0.62)
    for x in (side * (half - 0.55), -side * (half - 0.5)):
        room.at(x, front + 0.75)
        furniture.plant(mason, rng, rng.uniform(1.1, 1.7))
    room.at(-side * 0.25, -1.35)
    if lit:
        shine.append(furniture.pendant(mason, tall))
    return np.concatenate([np.zeros((0, 3)), *shine]), fire


def _garden(room: Room, rng: np.random.Generator, wish: Wish) -> Garden:
    """Trees, bushes and flowers outside."""
    garden = Garden(rng)
    near = room.feet(scatter(rng, 9.5, 60.0, round(46 * wish.density), 1.1))
    far = room.feet(spread(rng, 60.0, 260.0, round(420 * wish.density), 8.0))
    for foot in np.concatenate([near, far]) if "trees" not in wish.without else near[:0]:
        away = float(np.hypot(foot[0], foot[2]))
        detail = float(np.clip(1.1 - np.log2(away / 8.0) * 0.27, 0.0, 0.9))
        if rng.uniform() < 0.72:
            garden.broadleaf(foot, rng.uniform(5, 11), rng.uniform(2.0, 3.6), (0.080, 0.140, 0.030), detail=detail,
                             bark=(0.14, 0.11, 0.085), crown_from=0.25, trunk=0.018)  # fmt: skip
        else:
            garden.conifer(foot, rng.uniform(7, 14), rng.uniform(1.8, 2.8), (0.028, 0.062, 0.032), detail=detail,
                           bark=(0.12, 0.08, 0.055))  # fmt: skip
    for foot in room.feet(scatter(rng, 7.2, 30.0, 60, 0.5)):
        garden.bush(foot, rng.uniform(0.4, 0.9), (0.066, 0.125, 0.030), detail=0.5)
    beds = room.feet(scatter(rng, 6.5, 26.0, 900, 0.05))
    size = rng.uniform(0.14, 0.34, len(beds))
    garden.tufts(beds, size, size, garden.tints(len(beds), (0.10, 0.165, 0.04), 0.2), sprites.GRASS)
    if "flowers" not in wish.without:
        heads = beds[rng.uniform(0, 1, len(beds)) < 0.45] + np.array([0.0, 0.36, 0.0])
        tone = ((0.75, 0.25, 0.40), (0.75, 0.58, 0.12), (0.45, 0.30, 0.68))[int(rng.integers(3))]
        n = len(heads)
        tint, up = garden.tints(n, wish.tint("flowers") or tone, 0.15), np.tile([[0.0, 1.0, 0.0]], (n, 1))
        garden.clumps(heads, rng.uniform(0.06, 0.11, n), tint, up, np.ones(n), sprites.FLOWER, 0.7)
    return garden


def _floor(room: Room) -> Callable[[Hit, Shader], Array]:
    """Polished boards and a rug inside; flags and a lawn outside."""
    dark, pale = colour(room.rug[0]), colour(room.rug[1])
    boards, flags = colour(room.wood), colour((0.33, 0.30, 0.26))

    def indoors(hit: Hit, shader: Indoors) -> Array:
        x, _, z = room.plan(hit.p)
        f = hit.footprint
        albedo = materials.pattern(materials.PLANKS, x, z, f, boards * np.float32(1.25))
        a, b = np.abs(x + np.float32(0.25 * room.side)), np.abs(z + np.float32(1.2))
        edge = np.minimum(1.55 - a, 1.95 - b)
        rug = smoothstep(-0.5, 0.5, edge / np.maximum(f, 0.004))
        # Two lattices of flowers, a medallion, and bands along the hem.
        soft = np.maximum(f * np.float32(9.0), 0.06)
        u, v = np.cos(a * np.float32(2 * np.pi / 0.42)), np.cos(b * np.float32(2 * np.pi / 0.42))
        fine = np.cos(a * np.float32(2 * np.pi / 0.14)) * np.cos(b * np.float32(2 * np.pi / 0.14))
        ring = np.hypot(a / np.float32(0.80), b / np.float32(1.15)) + 0.035 * np.cos(np.arctan2(b, a) * 16.0)
        flower = smoothstep(-soft, soft, u * v - 0.55 + 0.25 * fine)
        stem = 1.0 - smoothstep(0.10, 0.10 + soft, np.abs(u + v + 0.3 * fine))
        dots = smoothstep(-soft, soft, fine - 0.25) * (edge < 0.36)
        hem = np.maximum(np.abs(np.abs(edge - 0.24) - 0.13) < 0.018, dots)
        field = np.where(ring < 0.78, np.maximum(1.0 - flower, stem), np.maximum(flower, 0.7 * stem))
        share = np.where(edge < 0.40, hem * (edge > 0.10), np.maximum(field, np.abs(ring - 0.8) < 0.03)) * 0.8
        share = 0.3 + (share - 0.3) * np.clip(1.6 - f / 0.09, 0.0, 1.0)
        worn = noise.rough()(x / 3.0, z / 3.0, f / 3.0)
        wool = dark + (pale - dark) * share
        wool = wool * (1.0 + 0.11 * noise.grain()(x / 0.4, z / 0.4, f / 0.4) + 0.10 * worn)
        albedo = albedo + (wool - albedo) * rug
        rgb = shader.lit(albedo, hit.normal, hit.p, free=0.35 + 0.65 * shader.shadows.open_sky(hit.p[0], hit.p[2]))
        # Boards mirror the windows.
        d = room.way(hit.d)
        t = (np.float32(room.front) - z) / np.minimum(d[2], -1e-3)
        at, up = x + d[0] * t, -d[1] * t
        wide, high = np.float32(0.9 * room.half), np.float32(room.tall - 0.38)
        pane = smoothstep(-0.25, 0.25, wide - np.abs(at)) * smoothstep(-0.2, 0.2, high - up) * smoothstep(0.1, 0.5, up)
        facing = np.maximum(-hit.d[1], 0.02)
        gloss = (0.035 + 0.5 * (1.0 - facing) ** 4) * (1.0 - rug) * (d[2] < -0.02)
        value: Array = rgb + shader.light.outside * (0.75 * pane * gloss)
        return value

    def outdoors(hit: Hit, shader: Shader) -> Array:
        x, z, f = hit.p[0], hit.p[2], hit.footprint
        at = room.plan(hit.p)
        blots = noise.rough()(x / 7, z / 7, f / 7)
        fine = noise.grain()(x / 1.1, z / 1.1, f / 1.1)
        crowns = noise.billows()(x / 80, z / 80, f / 80) - 0.5
        far = smoothstep(80.0, 200.0, np.hypot(x, z))
        grass = colour((0.078, 0.118, 0.036)) * np.clip(1.0 + 0.25 * fine + 0.12 * blots + 1.8 * crowns * far, 0.3, 1.8)
        terrace = (at[2] > room.front - 3.0) & (np.abs(at[0]) < room.half + 1.2)
        stone = materials.pattern(materials.ASHLAR, at[0], at[2], f, flags)
        albedo = np.where(terrace, stone, grass).astype(np.float32)
        return shader.lit(albedo, hit.normal, hit.p, free=0.4 + 0.6 * shader.shadows.open_sky(x, z))

    def shade(hit: Hit, shader: Shader) -> Array:
        within = room.inside(hit.p)
        rgb = np.empty_like(hit.p)
        own, rest = np.flatnonzero(within), np.flatnonzero(~within)
        rgb[:, own] = indoors(hit.part(own), Indoors.of(shader, room))
        rgb[:, rest] = outdoors(hit.part(rest), shader)
        return rgb

    return shade


def _coloured(room: Room, things: Boxes | Meshes) -> Callable[[Hit, Ints, Shader], Array]:
    """Materials in the room's light, or outside in the day's."""

    def shade(hit: Hit, ids: Ints, shader: Shader) -> Array:
        base, style = things.colour[ids].T, things.style[ids]
        rgb = materials.shade(hit, style, base, Indoors.of(shader, room))
        out = np.flatnonzero(~room.inside(hit.p))
        if out.size:
            rgb[:, out] = materials.shade(hit.part(out), style[out], base[:, out], shader)
        if isinstance(things, Meshes):
            rgb = rgb + base * (things.glow[ids] * np.float32(shader.light.lamps))
        return rgb

    return shade


def _eye(light: Light) -> Light:
    """By day the windows fill the room and the fire is pale; at night there is lamplight, and the corners are dark."""
    day = 1.0 - min(light.lamps, 1.0)
    return replace(light, exposure=light.exposure * (0.72 + 0.43 * day), lamps=max(light.lamps, 0.30))


def build(rng: np.random.Generator, wish: Wish) -> Scene:
    """Lay out a room."""
    room = Room(rng, wish)
    _walls(room, wish)
    lamps, fire = _furnish(room, rng, wish)
    garden = _garden(room, rng, wish)
    meshes, boxes = room.mason.meshes(), room.boxes()
    assert meshes is not None
    n = len(lamps)
    return Scene(
        height=room.height,
        shade_ground=_floor(room),
        cards=garden.all_cards(),
        limbs=garden.all_limbs(),
        boxes=boxes,
        shade_boxes=_coloured(room, boxes),
        meshes=meshes,
        shade_meshes=_coloured(room, meshes),
        lamps=Lamps(
            centre=np.concatenate([lamps, fire]),
            colour=np.array([(1.9, 1.22, 0.62)] * n + [(2.3, 0.95, 0.27)] * len(fire)),
            reach=np.full(n + len(fire), 8.0),
        ),
        light=_eye,
        shadow_reach=16.0,
        rain=False,
    )


PLACE = Place(
    name="room",
    words=(
        "rooms", "living room", "livingroom", "bedroom", "bed room", "kitchen", "library", "study room", "office",
        "apartment", "loft", "attic", "studio apartment", "inside a house", "dining room", "hotel room",
        "house interior", "lounge", "museum", "gallery", "classroom", "bathroom", "parlour", "parlor", "workshop",
        "cozy room", "penthouse", "coffee shop", "cafe", "tavern", "pub", "hallway", "zimmer", "raum", "wohnzimmer",
        "schlafzimmer", "küche", "bibliothek", "büro", "wohnung", "stube", "innenraum", "dachboden", "kinderzimmer",
        "habitación", "cuarto", "sala", "salón de estar", "sala de estar", "dormitorio", "cocina", "biblioteca",
        "oficina", "apartamento", "comedor",
    ),
    build=build,
    sky=False,
    hints=(
        "interior", "interiors", "indoors", "fireplace", "sofa", "bed", "desk", "bookshelves", "books", "armchair",
        "couch", "furniture", "lamp", "table", "kamin", "chimenea", "cat", "kitten",
    ),
    nouns=(
        "a room", "a living room", "a library", "an attic room",
    ),
    shows=(
        "sofa", "bookshelves", "table", "lamp", "window", "windows", "furniture",
    ),
    stuff="buildings",
    roles=(),
)  # fmt: skip
