"""The words of times, weathers, seasons, amounts and things, in English, German and Spanish.

Inflections that follow a rule (German "verschneiter", Spanish "nevadas") are found by `lexicon`, so that one form
stands for all. The words of places stand in their own files.
"""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The phrases of a comma-separated list."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


def singles(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


TIME_WORDS = {
    "dawn": words("""
        dawn, daybreak, sunrise, sunrises, first light, early morning, break of day, crack of dawn, sun rise, rising
        sun, at first light, early dawn, morgengrauen, morgendämmerung, sonnenaufgang, tagesanbruch, frühmorgens,
        amanecer, alba, madrugada, salida del sol, aurora temprana
    """),
    "morning": words("""
        morning, mornings, forenoon, late morning, morning light, morgen, am morgen, vormittag, morgens, mañana, por
        la mañana, mañanas
    """),
    "noon": words("""
        in the middle of the day, noon, midday, high noon, noontime, noonday, lunchtime, middle of the day, daytime,
        daylight, broad daylight, midday sun, noon sun, mittag, mittags, mittagssonne, tagsüber, mediodía, al
        mediodía, de día, pleno día
    """),
    "afternoon": words("""
        afternoon, afternoons, late afternoon, early afternoon, mid afternoon, nachmittag, nachmittags,
        spätnachmittag, tarde, por la tarde
    """),
    "sunset": words("""
        sunset, sunsets, evening, evenings, sundown, setting sun, golden hour, golden light, evening sun, evening
        light, low sun, magic hour, sun setting, sun set, sonnenuntergang, abend, abends, abendsonne, abendrot,
        goldene stunde, atardecer, puesta de sol, hora dorada, ocaso, puesta del sol
    """),
    "dusk": words("""
        dusk, dusky, twilight, nightfall, blue hour, gloaming, crepuscular, eventide, after sunset, abenddämmerung,
        dämmerung, blaue stunde, anochecer, crepúsculo, hora azul
    """),
    "night": words("""
        night, nights, midnight, nighttime, night time, nightscape, moonlight, moonlit, starry, starlight, starlit, in
        the middle of the night, nocturnal, at dark, after dark, in the dark, starry night, starry sky, night sky,
        dead of night, middle of the         night, by moonlight, under the stars, nacht, nachts, nächtlich,
        mitternacht, mondlicht, mondschein, sternenhimmel, sternennacht, mondnacht, nachthimmel, noche, de noche,
        noches, medianoche, luz de luna, noche         estrellada, estrellado, nocturno
    """),
}  # fmt: skip
# Words that suggest a time, where none is named.
TIME_HINTS = {
    "night": words("""
        blood moon, neon pink, neon blue, neon green, moon, stars, full moon, moons, crescent moon, milky way,
        fireflies, campfire, bonfire, fireworks, shooting         stars, shooting star, meteor shower, lit windows,
        lantern lit, torchlight, torches, halloween, mond, vollmond, sterne, milchstraße, glühwürmchen, luna, luna
        llena, estrellas, vía láctea, bioluminescent, neon, neon lights, neon signs, city lights, candlelit, new years
        eve
    """),
    "noon": words("blazing sun, scorching, heat haze, sol de justicia"),
}  # fmt: skip

WEATHER_WORDS = {
    "clear": words("""
        clear, cloudless, sunny, sunlit, sunshine, blue sky, blue skies, clear sky, clear skies, fine weather, bright
        sunlight, sun drenched, sun kissed, sunlight, sunbathed, sun bathed, bright sun, good weather, deep blue sky,
        clear blue sky, sun dappled, sonnig, klar, wolkenlos, sonnenschein, klarer himmel, blauer himmel, strahlender
        sonnenschein, heiter, soleado, despejado, cielo despejado, cielo azul, sin nubes
    """),
    "cloudy": words("""
        cloudy, clouds, cloud, clouded, cumulus, fluffy clouds, white clouds, partly cloudy, scattered clouds, puffy
        clouds, cirrus, dramatic clouds, cloudscape, wolken, wolkig, bewölkt, nubes, nublado, nuboso
    """),
    "overcast": words("""
        overcast, gray sky, grey sky, gray skies, grey skies, leaden sky, leaden, heavy clouds, dark clouds, cloud
        covered, thick clouds, dull weather, sunless, gray day, grey day, bedeckt, trüb, grauer himmel, verhangen,
        encapotado, cielo gris, cubierto
    """),
    "foggy": words("""
        dust storm, sandstorm, sand storm, sandsturm, tormenta de arena, foggy, fog, mist, misty, mists, haze, hazy,
        brume, fogbound, smoky, smog, foggy weather, shrouded in mist, shrouded in fog, fogs, low clouds, nebel,
        neblig, dunst, dunstig, diesig, nebelschwaden, niebla, neblina, bruma, brumoso, neblinoso
    """),
    "rain": words("""
        gentle rain, soft rain, rain, rains, rainy, raining, rainfall, drizzle, drizzling, downpour, shower, showers,
        rain shower, monsoon, pouring, light rain, heavy rain, rain soaked, rainswept, pouring rain, wet streets,
        raindrops, regen, regnerisch, regnet, nieselregen, regenschauer, lluvia, lluvioso, lloviendo, llovizna, llueve
    """),
    "snow": words("""
        gentle snowfall, soft snowfall, snow, snowing, snowfall, falling snow, snow falling, snow falls, snowstorm,
        snow storm, blizzard, blizzards, snowflakes, flurries, heavy snow, light snow, snowy day, snowy night, snowy
        evening, snowy morning, snowy         weather, snowy afternoon, snow flurries, whiteout, gentle snow, schnee,
        schneefall, schneesturm, schneit, schneeflocken, schneetreiben, nieve, nevando, ventisca, copos de nieve, cae
        la nieve
    """),
    "storm": words("""
        storm, storms, stormy, thunderstorm, thunderstorms, lightning, lightning bolt, lightning bolts, lightning
        strike, thunder, tempest, hurricane, typhoon, squall, gale, storm clouds, stormy sky, stormy skies,
        thunderclouds, thundercloud, tornado, cyclone, gewitter, sturm, stürmisch, blitz, blitze, unwetter, orkan,
        gewitterwolken, tormenta, tormentas, tormentoso, tempestad, relámpago, relámpagos, rayos, temporal,
        tempestuoso
    """),
    "aurora": words("""
        aurora, auroras, aurora borealis, aurora australis, northern lights, southern lights, polar lights, nordlicht,
        nordlichter, polarlicht, polarlichter, aurora boreal, auroras boreales, luces del norte
    """),
    "rainbow": words("rainbow, rainbows, double rainbow, regenbogen, regenbögen, arcoíris, arco iris, arcoiris"),
}  # fmt: skip
# Of several weathers the one that says most counts, of two equals the first.
WEATHER_RANK = {
    "clear": 0,
    "cloudy": 1,
    "overcast": 2,
    "foggy": 3,
    "rain": 3,
    "snow": 3,
    "storm": 3,
    "aurora": 4,
    "rainbow": 4,
}
# Weather that only belongs to one time, unless another is named.
WEATHER_TIME = {"aurora": "night"}

SEASON_WORDS = {
    "spring": words("""
        spring, springtime, vernal, cherry blossom, cherry blossoms, sakura, blossoming, in bloom, in full bloom,
        blooming, apple blossom, april, may day, easter, frühling, frühjahr, kirschblüte, kirschblüten, blühend,
        primavera, en flor, cerezos en flor, florecido
    """),
    "summer": words("""
        summer, summers, summertime, midsummer, summery, july, august, sommer, hochsommer, sommerlich, verano,
        veraniego
    """),
    "autumn": words("""
        autumn, autumnal, fall, fall colors, fall colours, fall foliage, fall leaves, autumn leaves, autumn colors,
        autumn colours, falling leaves, fallen leaves, october, november, harvest, indian summer, golden autumn,
        herbst, herbstlich, herbstlaub, goldener herbst, otoño, otoñal, hojas de otoño, hojas caídas
    """),
    "winter": words("""
        with snow, mit schnee, con nieve, winter, winters, wintry, wintertime, midwinter, winter's, snowy, snowed in,
        snow covered, snow capped, snowcapped, snow clad, snow laden, snowbound, covered in snow, covered with snow,
        blanketed in snow, snow         blanketed, in the snow, deep snow, fresh snow, snow on the ground, blanket of
        snow, under snow, under the         snow, snow topped, powder snow, frosty, frost, frosted, frozen, frozen
        over, icy, hoarfrost, christmas, christmas eve, january, december, winterlich, verschneit, schneebedeckt, im
        schnee, tiefschnee, vereist, gefroren, zugefroren, frostig, weihnachten, eisig, invierno, invernal, nevado,
        cubierto de nieve, en la nieve, bajo la nieve, helado, congelado, navidad
    """),
}  # fmt: skip

# How many things: a factor on their number.
DENSITIES = {"empty": 0.3, "sparse": 0.5, "dense": 1.7, "crowded": 2.2}
DENSITY_WORDS = {
    "empty": words("""
        empty, deserted, uninhabited, bare, barren, vacant, unspoiled emptiness, leer, menschenleer, kahl, vacío,
        desolado
    """),
    "sparse": words("""
        sparse, sparsely, scattered, a few, few, scarce, light forest, open, thin, spärlich, licht, vereinzelt,
        wenige, escaso, disperso, pocos
    """),
    "dense": words("""
        dense, densely, thick, lush, overgrown, impenetrable, full of, filled with, abundant, many, lots of, rich in,
        verdant, luxuriant, dicht, üppig, überwuchert, viele, voller, denso, frondoso, espeso, exuberante, muchos,
        lleno de, tupido
    """),
    "crowded": words("""
        crowded, packed, bustling, busy, teeming, teeming with, countless, myriad, hundreds of, thousands of,
        swarming, cluttered, überfüllt, belebt, geschäftig, abarrotado, concurrido, bullicioso
    """),
}  # fmt: skip
# How tall: a factor on heights.
SCALES = {"tiny": 0.5, "small": 0.7, "tall": 1.4, "towering": 1.8, "colossal": 2.3}
SCALE_WORDS = {
    "tiny": words("tiny, miniature, little tiny, minuscule, dwarf, winzig, diminuto, minúsculo"),
    "small": words("small, little, low, modest, shallow, short, klein, kleine, niedrig, pequeño, pequeña, bajito"),
    "tall": words("""
        tall, high, big, large, great, grand, huge, hoch, hohe, hohen, hoher, groß, große, großen, alto, altos, alta,
        altas, grande, grandes
    """),
    "towering": words("""
        towering, soaring, lofty, majestic, massive, steep, imposing, monumental, sky high, riesig, mächtig, gewaltig,
        turmhoch, imponente, majestuoso, enorme, inmenso
    """),
    "colossal": words("""
        colossal, gigantic, giant, enormous, immense, gargantuan, titanic, mega, monstrous, kolossal, gigantisch,
        gigantesco, colosal
    """),
}  # fmt: skip
# How rough water is.
WAVES = {"calm water": 0.25, "choppy water": 1.6, "rough water": 2.4}
WAVE_WORDS = {
    "calm water": words("""
        calm, still, glassy, mirror like, mirrorlike, glass like, mirror smooth, placid, unruffled, still water, still
        waters, calm water, calm waters, perfectly still, reflecting, spiegelglatt, ruhig, stilles wasser, tranquilo,
        aguas tranquilas, en calma
    """),
    "choppy water": words("choppy, wavy, restless, windswept, rippling, windy, wellig, windig, picado, ventoso"),
    "rough water": words("""
        rough, raging, huge waves, giant waves, big waves, crashing waves, wild waves, turbulent, towering waves, wild
        sea, tosend, aufgewühlt, hohe wellen, embravecido, agitado, olas gigantes, bravo
    """),
}  # fmt: skip

LONE_WORDS = words("""
        lone, lonely, single, solitary, only one, sole, just one, isolated, einsam, einsame, einsamer, einzeln,
        einzelne, einzelner, solitario, solitaria, único, única
    """)
# More moons than one.
MOON_WORDS = {
    "2": words("two moons, twin moons, double moons, pair of moons, zwei monde, zwei monden, dos lunas"),
    "3": words("three moons, triple moons, drei monde, drei monden, tres lunas"),
}
# What can be wished away or stand alone; these words are also what an amount or a size may belong to.
THING_WORDS = {
    "trees": words("""
        tree, trees, oak, oaks, pine, pines, pine tree, pine trees, palm, palms, palm tree, palm trees, birch tree,
        birches, maple, maples, cedar, willow, willows, oak tree, cherry tree, cherry trees, vegetation, plants, baum,
        bäume, árbol, árboles, acacia, cactus, cacti, mushroom, mushrooms
    """),
    "grass": words("grass, grasses, gras, hierba, weeds, undergrowth, bushes, bush, shrubs"),
    "flowers": words("""
        flower, flowers, wildflower, wildflowers, blossoms, blossom, petals, poppies, tulips, roses, daisies,
        sunflowers, blumen, blume, flores, flor, lavender
    """),
    "rocks": words("rock, rocks, stone, stones, boulder, boulders, pebbles, felsen, steine, rocas, piedras"),
    "buildings": words("""
        building, buildings, house, houses, hut, cottage, cabin, barn, church, farmhouse, tower blocks, windmill,
        gebäude, haus, häuser, hütte, kirche, edificio, edificios, casa, casas, cabaña
    """),
    "towers": words("""
        tower, towers, lighthouse, spire, skyscraper, turm, türme, leuchtturm, torre, torres, faro, monolith, obelisk
    """),
    "boats": words("""
        boat, boats, sailboat, sailboats, rowboat, canoe, fishing boat, fishing boats, yacht, yachts, boot, boote,
        barca, barcas, barco, barcos, ship, ships, schiff, schiffe, sailing ship
    """),
    "bridges": words("bridge, bridges, brücke, brücken, puente, puentes"),
    "lamps": words("""
        lamp, lamps, lantern, lanterns, street lamp, street lamps, street lights, streetlights, lights, torches,
        candles, laternen, lichter, farolas, luces
    """),
    "people": words("""
        people, person, persons, humans, human, crowd, crowds, man, woman, figure, figures, characters, tourists, men,
        women, child, children, girl, boy, menschen, leute, personas, gente, nobody, anyone, humanity
    """),
    "animals": words("""
        animal, animals, birds, bird, wildlife, fish, fishes, horses, cows, sheep, tiere, vögel, animales, pájaros,
        creatures
    """),
    "cars": words("car, cars, traffic, vehicle, vehicles, autos, autoverkehr, coches, tráfico"),
    "clouds": words("clouds, cloud, wolken, nubes"),
    "stars": words("star, stars, sterne, estrellas"),
    "moon": words("moon, moons, mond, luna"),
    "sun": words("sun, sonne, sol"),
    "snow": words("snow, schnee, nieve"),
    "planets": words("planet, planets, planeten, planetas"),
    "ships": words("spaceship, spaceships, spacecraft, starship, raumschiff, raumschiffe, nave, naves"),
}  # fmt: skip
