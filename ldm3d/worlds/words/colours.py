"""Colours: their names and values, the nouns that they belong to, and phrases that bring a colour with them."""

from __future__ import annotations

from ldm3d.worlds.words.tables import words

# sRGB as written in the web's #rrggbb; the names include German and Spanish ones.
COLOURS: dict[str, tuple[str, tuple[str, ...]]] = {
    "red": ("c8201c", words("red, reddish, rot, rote, roten, roter, rotes, rötlich, rojo, rojizo")),
    "blood red": ("8e0b10", words("blood red, bloody red, blutrot, rojo sangre")),
    "crimson": ("a8102c", words("crimson, carmine, karmesin, purpurrot, carmesí")),
    "scarlet": ("d8261c", words("scarlet, vermilion, scharlachrot, escarlata, bermellón")),
    "ruby": ("9b1136", words("ruby, garnet, burgundy, maroon, wine red, weinrot, rubinrot, granate")),
    "rust": ("9a4a22", words("""
        rust, rusty, rust red, rust colored, copper, coppery, rostrot, kupfern, cobrizo, oxidado
    """)),
    "orange": ("ee7a1c", words("orange, orangen, tangerine, naranja, anaranjado")),
    "amber": ("f0a020", words("amber, honey, bernsteinfarben, ámbar")),
    "peach": ("f6b690", words("""
        peach, apricot, salmon, coral pink, pfirsichfarben, lachsfarben, melocotón, salmón
    """)),
    "golden": ("e8b030", words("golden, gold, gilded, gülden, golden yellow, goldgelb, goldfarben, dorado")),
    "yellow": ("f2d22a", words("yellow, yellowish, lemon, gelb, gelbe, gelben, gelber, gelbes, amarillo")),
    "ochre": ("c08a3a", words("ochre, ocher, mustard, ocker, ocre")),
    "lime": ("a4d428", words("lime, lime green, neon green, acid green, chartreuse, giftgrün, verde lima")),
    "green": ("3a9a34", words("green, greenish, grün, grüne, grünen, grüner, grünes, verde, verdoso")),
    "emerald": ("0f9a5a", words("emerald, emerald green, smaragdgrün, esmeralda")),
    "jade": ("3fa27c", words("jade, sea green, mint, mint green, jadegrün, mintgrün, verde menta")),
    "olive": ("74762e", words("olive, olive green, khaki, olivgrün, verde oliva")),
    "dark green": ("1c5230", words("dark green, deep green, forest green, dunkelgrün, verde oscuro")),
    "teal": ("14808a", words("teal, petrol, blue green, blaugrün, verde azulado")),
    "turquoise": ("2cc4c0", words("""
        turquoise, aquamarine, aqua, türkis, türkisfarben, türkisblau, turquesa, aguamarina
    """)),
    "cyan": ("24c8e8", words("cyan, electric blue, neon blue, ice blue, eisblau, cian, celeste")),
    "blue": ("2464c8", words("blue, bluish, blau, blaue, blauen, blauer, blaues, bläulich, azul, azulado")),
    "azure": ("2a8ae6", words("""
        azure, sky blue, light blue, cerulean, himmelblau, hellblau, azurblau, azul claro, azul cielo
    """)),
    "sapphire": ("1440a8", words("""
        sapphire, cobalt, royal blue, deep blue, ultramarine, kobaltblau, königsblau, tiefblau, zafiro, azul cobalto
    """)),
    "navy": ("12245c", words("navy, navy blue, dark blue, midnight blue, dunkelblau, azul marino, azul oscuro")),
    "indigo": ("3a2a98", words("indigo, índigo")),
    "violet": ("7a3cc8", words("violet, violett, lila, violeta")),
    "purple": ("7c2ca8", words("purple, purplish, purpur, purpurn, púrpura, morado")),
    "lavender": ("a48cdc", words("lavender, lilac, mauve, lavendel, fliederfarben, lavanda")),
    "magenta": ("d020a0", words("magenta, fuchsia, hot pink, neon pink, fucsia")),
    "pink": ("f088b4", words("pink, pinkish, rosy, rosa, rosafarben, rosado")),
    "rose": ("e05a80", words("rose, rose colored, rosenrot, rosa intenso")),
    "brown": ("6e4426", words("""
        brown, brownish, chocolate brown, braun, braune, braunen, brauner, marrón, pardo, castaño
    """)),
    "beige": ("d8c4a0", words("beige, cream, sandy beige, ivory, tan, sandfarben, crema, marfil")),
    "white": ("f2f0ec", words("""
        white, snow white, pearly, whitewashed, milky, weiß, weiße, weißen, weißer, weißes, schneeweiß, blanco,
        blanquecino
    """)),
    "silver": ("b8c0c8", words("silver, silvery, silbern, plateado, plata")),
    "grey": ("808488", words("grey, gray, greyish, slate, ashen, grau, graue, grauen, grauer, gris, grisáceo")),
    "black": ("141416", words("""
        black, jet black, obsidian, ebony, inky, onyx, schwarz, schwarze, schwarzen, schwarzer, negro, ébano
    """)),
}  # fmt: skip

TARGET_WORDS = {
    "sky": words("""
        sky, skies, heavens, heaven, horizon, clouds, cloud, firmament, atmosphere, air, haze, fog, mist, nebula,
        himmel, wolken, cielo, cielos, nubes, horizonte, aurora, northern lights, light, glow
    """),
    "sun": words("sun, suns, moon, moons, sonne, mond, sol, luna"),
    "lamps": words("""
        lights, lamps, lamp, lantern, lanterns, windows, neon, neon lights, neon signs, neon sign, candles,
        candlelight, torches, street lamps, streetlights, lichter, laternen, luces, farolas, faroles, illumination,
        fireflies, crystals, crystal
    """),
    "water": words("water, waters, waves, wave, sea water, wasser, wellen, agua, aguas, olas"),
    "ground": words("""
        sand, sands, ground, soil, earth, grass, dirt, path, floor, dust, mud, carpet, clay, turf, gras, boden, erde,
        arena, suelo, tierra, hierba, terrain, dunes, grasses, wheat, hills
    """),
    "rock": words("""
        rock, rocks, cliff, cliffs, stone, stones, boulders, sandstone, lava, marble, felsen, klippen, stein, roca,
        rocas, piedra, piedras, acantilados, basalt, granite, slopes
    """),
    "snow": words("snow, ice, icebergs, schnee, eis, nieve, hielo"),
    "foliage": words("""
        leaves, leaf, foliage, trees, tree, canopy, needles, plants, vegetation, palms, vines, moss, ferns, bushes,
        blätter, laub, bäume, baum, hojas, follaje, árboles, árbol, vegetación, maples, maple, maple trees, mushrooms,
        oaks
    """),
    "flowers": words("""
        flower, flowers, wildflowers, blossom, blossoms, petals, tulips, tulip, roses, poppies, orchids, lilies,
        daisies, lotus, water lilies, blüten, blumen, rosen, tulpen, flores, rosas, tulipanes, amapolas, corals,
        coral, heather
    """),
    "buildings": words("""
        house, houses, building, buildings, walls, wall, roof, roofs, rooftops, brick, bricks, brick buildings, brick
        houses, tower, towers, facades, pillars, columns, domes, dome, windmill, church, cottages, cottage, cabin,
        lighthouse, temple, marble columns, häuser, haus, mauern, dächer, türme, ziegel, casas, casa, edificios,
        muros, tejados, torres, paredes, ladrillo, hut, huts, barn, barns, spires
    """),
}  # fmt: skip

# Phrases that bring a colour: phrase -> (target, colour).
IMPLIED: dict[str, tuple[str, str]] = {
    phrase: (target, colour)
    for target, colour, phrases in (
        ("flowers", "lavender", "lavender field, lavender fields, lavendelfeld, lavendelfelder, heather"),
        ("flowers", "lavender", "campo de lavanda, campos de lavanda"),
        ("flowers", "yellow", "sunflower field, sunflower fields, sunflowers, dandelions, daffodils, rapeseed field"),
        ("flowers", "yellow", "sonnenblumen, sonnenblumenfeld, girasoles, campo de girasoles"),
        ("flowers", "red", "poppy field, poppy fields, poppies, mohnfeld, mohnblumen, amapolas"),
        ("flowers", "blue", "bluebells, cornflowers, forget me nots"),
        ("foliage", "pink", "cherry blossom, cherry blossoms, sakura, kirschblüte, kirschblüten, cerezos en flor"),
        ("ground", "golden", "wheat field, wheat fields, golden wheat, kornfeld, weizenfeld, campo de trigo"),
        ("sun", "blood red", "blood moon, blutmond, luna de sangre"),
        ("sky", "ochre", "sandstorm, sand storm, dust storm, sandsturm, tormenta de arena"),
        ("lamps", "magenta", "neon, neon lights, neon signs, neon lit, neonlichter, luces de neón, cyberpunk"),
        ("lamps", "magenta", "vaporwave, synthwave"),
        ("foliage", "magenta", "bioluminescent plants"),
        ("buildings", "rust", "brick buildings, brick houses, brick walls"),
        ("buildings", "red", "red brick, red bricks"),
        ("rock", "red", "red rocks, red rock"),
        ("sky", "orange", "fiery sky, fiery sunset, burning sky, sky on fire, feuriger himmel"),
        ("sun", "blue", "blue moon"),
    )
    for phrase in words(phrases)
}  # fmt: skip


def linear(hexadecimal: str) -> tuple[float, float, float]:
    """Linear RGB of an sRGB colour "rrggbb", by the standard's transfer function (IEC 61966-2-1)."""
    r, g, b = (_linear(int(hexadecimal[at : at + 2], 16) / 255.0) for at in (0, 2, 4))
    return (r, g, b)


def _linear(value: float) -> float:
    return round(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4, 4)


def mixed(names: list[str]) -> tuple[str, tuple[float, float, float]]:
    """The name and the linear mean of several colours, as in "red and golden leaves"."""
    values = [linear(COLOURS[name][0]) for name in names]
    r, g, b = (round(sum(value[at] for value in values) / len(values), 4) for at in range(3))
    return " and ".join(names), (r, g, b)
