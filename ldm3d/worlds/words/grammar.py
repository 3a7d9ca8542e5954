"""The words that hold a sentence together: relations, negations, and words without content of their own."""

from __future__ import annotations

from ldm3d.worlds.words.tables import singles, words

# Between two places: how the second stands to the first.
RELATION_WORDS = {
    "behind": words("""
        below, beneath, under, underneath, at the foot of, foot of, at the base of, against, in front of, before,
        beyond, overlooking, overlooks, facing, with a view of, view of, with views of, views of, looking out over,
        looking out on, looking at, with distant, with faraway, under the shadow of, in the shadow of, backdrop of,
        against a backdrop of, framed by, leading to, toward, towards, unterhalb, unter, vor, mit blick auf, blick
        auf, am fuße, bajo, frente a, con vistas a, delante de, al pie de, ante
    """),
    "beside": words("""
        junto al, al lado del, a orillas del, cerca del, by, beside, besides, at, near, nearby, along, next to, on,
        onto, alongside, bordering, close to, at the edge         of, on the edge of, on the shore of, on the shores
        of, on the banks of, on the bank of, at the shore of, edge         of, on top of, atop, off, am, neben, nahe,
        auf, an der, am ufer, bei, entlang, junto a, al lado de, a orillas         de, cerca de, en la orilla de,
        beside a
    """),
    "around": words("""
        in, inside, within, amid, amidst, among, amongst, between, surrounded by, in the middle of, in the midst of,
        middle of, deep in, deep inside, deep within, through, hidden in, nestled in, nestled among, set in, enclosed
        by, surrounded with, of, im, mitten, mitten im, mitten in, inmitten, umgeben von, zwischen, durch, en, en
        medio de, dentro de, entre, rodeado de, rodeado por, de, del, a través de
    """),
    "with": words("""
        in the foreground, im vordergrund, en primer plano, with, and, plus, featuring, containing, has, und, mit, y,
        con
    """),
}  # fmt: skip
# "X over Y", "X reflected in Y": one stands at Y and sees X.
BEHIND_NEXT = words("""
        sobre, von einer, von einem, above, over, behind, towering over, towering above, towering behind, rising
        behind, rising above, looming         over, looming above, rising over, reflected in, mirrored in, reflecting
        in, reflected on, across, seen across, visible from, seen from, viewed from, view from, from, as seen from,
        seen through, soaring above, hinter, über, oberhalb, spiegeln sich in, visto desde, vista desde, desde, detrás
        de, encima de, por encima de, tras
    """)  # fmt: skip
# "X surrounding Y": one stands at Y, with X all around.
AROUND_NEXT = words("""
        surrounding, encircling, around, enclosing, all around, umgibt, rund um, alrededor de, rodeando
    """)
# "X in the background", "distant X".
FAR_AFTER = words("""
        in the background, in the distance, in the far distance, on the horizon, far away, in the back, behind it, far
        off, as a backdrop, im hintergrund, in der ferne, am horizont, al fondo, a lo lejos, en el fondo, en el
        horizonte, en la distancia
    """)  # fmt: skip
FAR_BEFORE = words("distant, faraway, far off, ferne, fernen, lejano, lejana, lejanas, lejanos")

NEGATIONS = words("""
        no, not, without, without any, non, devoid of, free of, lacking, minus, never, nor, neither, zero, absence of,
        ohne, kein, keine, keinen, keiner, nicht, sin, ningún, ninguna, nada de, no hay, isn't, aren't, there are no,
        there is no, void of
    """)  # fmt: skip

# Phrases whose parts would mislead: they mean nothing here, and are ignored as a whole.
BLIND = words("""
        low tide, high tide, ice cream, field of view, hot springs, hot spring, orange juice, night vision, snow white
        and the seven         dwarfs, snow globe, dessert plate, chocolate, park bench, shopping mall, spring water,
        light years, moon         landing, swimming pool, apple pie, gold rush, fall asleep, beach ball, desert eagle,
        river dance, star wars, star trek, rain coat, rain jacket, cloud computing, snow leopard, mountain bike,
        golden retriever, white         house, black cat, crystal clear, clear water, clear waters, dream catcher,
        summer dress, winter coat
    """)  # fmt: skip
# "A sea of flowers" is no sea: what comes after counts.
FIGURES = words("""
        streets of, street of, heart of, calles de, sea of, ocean of, river of, mountain of, wall of, forest of, mar
        de, meer aus, blanket of, carpet of
    """)

# Words without content of their own: neither understood nor worth reporting as ignored.
STOP_WORDS = singles(
    """
    a an the of at in on by with and or to from into over under near for is are was were be being been it its this
    that these those there here my our your his her their them they he she we you i some any very all as while during
    through across between behind above below up down out off around along view views scene scenes image picture time
    weather day days daily light lights lit lighting hour sky skies air background foreground distance like but so
    then than which who where when what how just also each every other another both such own same more most much into
    onto upon only show showing shows make create generate draw give want me please imagine landscape landscapes
    scenery place places world worlds environment setting area somewhere season seasons looking can could would will
    have has had do does if horizon sun middle edge side top bottom front back left right far water waters degree
    degrees nature natural s t der die das den dem des ein eine einen einem einer eines und oder im am an auf bei mit
    zu zum zur von vom aus in ist sind sehr unter über vor hinter neben landschaft blick bild himmel licht wasser el
    la los las un una unos unas y o u en a al de del por con para es son está están muy que se su sus vista imagen
    paisaje cielo luz agua lo
    """
)
# Without one of these in the prompt, the words after it are read as English.
GERMAN_SIGNS = singles(
    "der das dem den ein eine einen einem einer und oder im am bei mit zum zur von auf ohne über unter hinter nachts"
)
GERMAN_ONLY = singles("see seen strom tal alm dom bach hain bergen kai blitz strand weiler licht boot hell")
