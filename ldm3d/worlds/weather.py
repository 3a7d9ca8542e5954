"""What weather, season, asked-for colours and mood make of the light of an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ldm3d.worlds import sprites
from ldm3d.worlds.arrays import Array, Colour
from ldm3d.worlds.falling import falling
from ldm3d.worlds.landmarks import with_moons
from ldm3d.worlds.light import TIMES, Light, luma, mix, times
from ldm3d.worlds.scene import Cards, Scene, picked
from ldm3d.worlds.spec import Mood, SceneSpec, Wish

# What a rainbow needs: its centre lies opposite the sun, so a high sun would sink it below the horizon.
BOW_SUN = 11.0
# Share of the hour's clouds that a clear sky keeps.
CLEAR = 0.25


def _grey(colour: Colour) -> Colour:
    light = luma(colour)
    return (light * 0.98, light, light * 1.04)


def _cloudy(light: Light) -> Light:
    return replace(
        light,
        sun=times(mix(light.sun, _grey(light.sun), 0.2), 0.46),
        disc=times(light.disc, 0.12),
        zenith=mix(light.zenith, times(_grey(light.horizon), 0.62), 0.45),
        horizon=mix(light.horizon, _grey(light.horizon), 0.35),
        anti=mix(light.anti, _grey(light.anti), 0.45),
        glow=times(light.glow, 0.45),
        cloud=times(mix(light.cloud, _grey(light.cloud), 0.4), 0.92),
        ambient=light.ambient * 1.12,
        cover=0.86,
        stars=light.stars * 0.6,
        fog=light.fog * 1.6,
        shadow=0.75,
    )


def _clear(light: Light) -> Light:
    """A few clouds at most."""
    return replace(light, cover=light.cover * CLEAR)


def _foggy(light: Light) -> Light:
    low = mix(light.horizon, light.anti, 0.5)
    # By noon fog is as bright as an overcast sky.
    pale = max(1.0, luma(light.overcast) / luma(low))
    return replace(
        light,
        sun=times(light.sun, 0.42),
        disc=times(light.disc, 0.25),
        zenith=mix(light.zenith, times(mix(low, _grey(low), 0.5), pale), 0.85),
        horizon=times(mix(light.horizon, _grey(light.horizon), 0.45), pale),
        anti=times(mix(light.anti, _grey(light.anti), 0.45), pale),
        glow=times(light.glow, 0.75),
        ambient=light.ambient * 1.1,
        cover=0.0,
        stars=light.stars * 0.15,
        fog=0.028,
        fog_height=26.0,
        shadow=0.6,
    )


def _veiled(light: Light, dark: float, veil: float, through: float = 1.0) -> Light:
    """Under an even layer of cloud: no sun, but the hour's own grey, and light where the sun stands behind it."""
    grey = times(light.overcast, dark)
    low = times(grey, 1.12)
    glow = times(light.through, dark * through)
    return replace(
        light,
        sun=times(mix(light.sun, _grey(light.sun), 0.45), 0.10 * dark),
        disc=(0.0, 0.0, 0.0),
        zenith=grey,
        horizon=mix(low, glow, 0.22),
        anti=times(grey, 0.96),
        glow=times(glow, 0.35),
        cloud=times(grey, 0.62),
        ground=times(mix(light.ground, times(grey, 0.3), 0.6), 0.75),
        ambient=light.ambient * 1.12,
        veil=veil,
        veil_colour=grey,
        veil_glow=glow,
        cover=0.0,
        stars=0.0 if light.stars < 1.0 else 0.02,
        fog=light.fog * 2.0,
        shadow=0.25,
    )


def _overcast(light: Light) -> Light:
    return _veiled(light, 1.0, 0.95)


def _hued(light: Light, hue: Colour, low: float = 1.0) -> Light:
    """The sky's colours times a hue; low over the ground they are brighter by the factor `low`."""

    def changed(tone: Colour, factor: float = 1.0) -> Colour:
        return (tone[0] * hue[0] * factor, tone[1] * hue[1] * factor, tone[2] * hue[2] * factor)

    return replace(
        light,
        zenith=changed(light.zenith),
        horizon=changed(light.horizon, low),
        anti=changed(light.anti, low),
        cloud=changed(light.cloud),
        veil_colour=changed(light.veil_colour),
    )


def _rain(light: Light) -> Light:
    light = _hued(_veiled(light, 0.66, 0.98, 0.5), (0.90, 1.0, 1.08))
    return replace(
        light, wet=1.0, falling=-1.5, fog=max(light.fog, 0.0125), fog_height=400.0, exposure=light.exposure * 1.15
    )


def _snow(light: Light) -> Light:
    # A white-out: the horizon is lost in a bright veil.
    light = _hued(_veiled(light, 0.88, 0.98, 0.6), (1.0, 1.0, 1.0), 1.05)
    return replace(
        light,
        snow=0.92,
        falling=1.8,
        fog=max(light.fog, 0.019),
        fog_height=400.0,
        ground=times(light.veil_colour, 0.5),
    )


def _storm(light: Light) -> Light:
    # Under the dark base of the clouds a paler, sallow strip of sky is left.
    light = _hued(_veiled(light, 0.34, 0.70, 1.3), (0.97, 1.0, 0.90), 1.8)
    return replace(
        light, wet=1.0, falling=-0.7, fog=max(light.fog, 0.0022), fog_height=400.0, bolts=2, cover=0.93,
        cloud=times(light.veil_colour, 0.55), exposure=light.exposure * 1.3, lamps=max(light.lamps, 0.5),
    )  # fmt: skip


def _aurora(light: Light) -> Light:
    """Northern lights: only where the sky is dark; by day nobody sees them."""
    if light.stars <= 0.0:
        return _clear(light)
    strength = 0.7 + 0.3 * min(light.stars, 1.0)
    return replace(
        light, aurora=strength, cover=0.0, fill=times((0.008, 0.064, 0.040), strength), stars=max(light.stars, 0.6),
        zenith=times(light.zenith, 0.7), horizon=mix(light.horizon, (0.02, 0.16, 0.11), 0.35),
        anti=mix(light.anti, (0.02, 0.16, 0.11), 0.35),
    )  # fmt: skip


def _rainbow(light: Light) -> Light:
    """The sun stands behind, so that the bow is ahead where one looks first, before a darker sky."""
    # The moon's bow is faint, but an eye that is used to the dark sees it.
    strength = 1.6 if light.stars == 0.0 else 2.6
    # A sun that has to stand low lights the land less.
    wider = 1.0 + 0.4 * (1.0 - min(BOW_SUN / light.elevation, 1.0))
    return replace(
        light, bow=strength, wet=0.9, falling=-0.4, cover=0.56, elevation=min(light.elevation, BOW_SUN),
        fog=light.fog * 1.3, azimuth=light.azimuth % 360.0 - 180.0, zenith=mix(light.zenith, _grey(light.zenith), 0.45),
        anti=mix(light.anti, times(_grey(light.anti), 0.36), 0.85),
        cloud=times(mix(light.cloud, _grey(light.cloud), 0.6), 0.72), exposure=light.exposure * wider,
    )  # fmt: skip


_WEATHER: dict[str, Callable[[Light], Light]] = {
    "clear": _clear, "cloudy": _cloudy, "overcast": _overcast, "foggy": _foggy, "rain": _rain,
    "snow": _snow, "storm": _storm, "aurora": _aurora, "rainbow": _rainbow,
}  # fmt: skip
# What the season makes of green surfaces: a factor and how far it goes.
_GREEN: dict[str, tuple[Colour, float]] = {
    "spring": ((1.05, 1.12, 0.80), 0.5),
    "autumn": ((2.7, 1.05, 0.55), 0.75),
    "winter": ((1.75, 1.05, 1.2), 0.8),
}


def _tinted(colour: Colour, tint: Colour, share: float) -> Colour:
    """A colour with another hue but its own luminance, as far as the hue can be that bright."""
    factor = luma(colour) / max(luma(tint), 0.12)
    return mix(colour, times(tint, min(factor, 4.0)), share)


def _colours(light: Light, wish: Wish) -> Light:
    """The colours that were asked for sky, sun and lamps."""
    sky, sun, lamps = wish.tint("sky"), wish.tint("sun"), wish.tint("lamps")
    if sky is not None:
        light = replace(
            light,
            zenith=_tinted(light.zenith, sky, 0.90),
            horizon=_tinted(light.horizon, sky, 0.80),
            anti=_tinted(light.anti, sky, 0.88),
            cloud=_tinted(light.cloud, sky, 0.55),
            glow=_tinted(light.glow, sky, 0.6),
            veil_colour=_tinted(light.veil_colour, sky, 0.6),
            veil_glow=_tinted(light.veil_glow, sky, 0.6),
            sun=_tinted(light.sun, sky, 0.25),
        )
    if sun is not None:
        light = replace(
            light,
            sun=_tinted(light.sun, sun, 0.55),
            disc=_tinted(light.disc, sun, 0.85),
            glow=_tinted(light.glow, sun, 0.7),
        )
    if lamps is not None:
        light = replace(light, lamp=_tinted((1.0, 1.0, 1.0), lamps, 0.55))
    snow = wish.tint("snow")
    return light if snow is None else replace(light, snow_colour=snow)


def _moody(light: Light, mood: Mood) -> Light:
    return replace(
        light,
        saturation=mood.saturation,
        warmth=mood.warmth,
        contrast=mood.contrast,
        exposure=light.exposure * mood.exposure,
        fog=light.fog * mood.haze,
        glow=times(light.glow, mood.glow),
    )


def in_season(light: Light, season: str | None) -> Light:
    """The light with what a season makes of green surfaces, and winter's snow."""
    if season in _GREEN:
        light = replace(light, green=_GREEN[season])
    return replace(light, snow=max(light.snow, 0.72)) if season == "winter" else light


def light_of(spec: SceneSpec, place: Callable[[Light], Light] | None = None, snow: float = 1.0) -> Light:
    """The light of a scene: the hour's, changed by weather and season, then by the place, by colours and mood.

    Args:
        spec: what is to be seen.
        place: what the place makes of it, `Scene.light`.
        snow: share of the snow that lies there, `Scene.snow`.
    """
    light = in_season(_WEATHER[spec.weather](TIMES[spec.time]), spec.season)
    light = replace(light, snow=light.snow * snow)
    # The eye narrows before a white world.
    light = replace(light, exposure=light.exposure * (1.0 - 0.22 * light.snow))
    if "clouds" in spec.wish.without:
        light = replace(light, cover=0.0)
    if "stars" in spec.wish.without:
        light = replace(light, stars=min(light.stars, 1e-3))
    if {"sun", "moon"} & set(spec.wish.without):
        light = replace(light, disc=(0.0, 0.0, 0.0))
    if place is not None:
        light = place(light)
    return _moody(_colours(light, spec.wish), spec.mood)


def foliage(cards: Cards, wish: Wish) -> Cards:
    """Cards in the season's and the wish's colours; broadleaved crowns are bare in winter.

    A tree has one colour: it is drawn from where it stands, not from the layout's generator.
    """
    broad = np.isin(cards.sprite, sprites.LEAVES)
    colours: Array = cards.colour.astype(np.float64)
    x, z = cards.centre[:, 0], cards.centre[:, 2]
    draw: Array = np.modf(np.abs(np.sin(np.round(x / 5.0) * 12.9898 + np.round(z / 5.0) * 78.233) * 43758.5453))[0]
    each = np.modf(np.abs(np.sin(x * 91.7 + z * 57.3 + cards.centre[:, 1] * 31.1) * 9871.3))[0]
    light = (colours @ np.array([0.2126, 0.7152, 0.0722]))[:, None]
    if wish.season == "autumn":
        palette = np.array([[3.1, 1.15, 0.14], [2.9, 1.75, 0.20], [2.5, 0.62, 0.16], [1.7, 1.2, 0.25]])
        hue = palette[(draw * 3.999).astype(int)] * (0.8 + 0.5 * each[:, None])
        colours = np.where(broad[:, None], light * hue, colours)
    elif wish.season == "spring":
        blossom = broad & (draw < 0.38) & (each < 0.8)
        pink = np.array([[0.72, 0.42, 0.50]]) * (0.85 + 0.3 * each[:, None])
        colours = np.where(blossom[:, None], pink, colours)
    tint = wish.tint("foliage")
    if tint is not None:
        leaf = np.isin(cards.sprite, (*sprites.LEAVES, *sprites.NEEDLES, *sprites.BUSH))
        asked = np.array(tint) * (light / max(luma(tint), 0.05)) * 1.4
        colours = np.where(leaf[:, None], np.clip(asked, 0.0, 0.85) * 0.9 + colours * 0.1, colours)
    tint = wish.tint("flowers")
    if tint is not None:
        flower = np.isin(cards.sprite, sprites.FLOWER)
        colours = np.where(flower[:, None], np.array([tint]) * (0.8 + 0.4 * each[:, None]), colours)
    kept = ~_gone(cards, wish, each)
    sprite = cards.sprite
    if _bare(wish):
        # Bare twigs, and the few leaves that hang on are brown.
        bare = broad & (each > 0.03)
        colours = np.where(broad[:, None], light * np.array([[1.9, 1.1, 0.5]]), colours)
        colours = np.where(bare[:, None], np.array([[0.085, 0.066, 0.052]]), colours)
        sprite = np.where(bare, np.int32(sprites.TWIGS[0]), sprite)
    return picked(replace(cards, colour=colours, sprite=sprite), kept)


def _gone(cards: Cards, wish: Wish, each: Array) -> NDArray[np.bool_]:
    """What of the cards is not there in this season, or was wished away."""
    share = {"winter": 1.0, "autumn": 0.7}.get(wish.season or "", 0.0)
    gone = np.isin(cards.sprite, sprites.FLOWER) & ((each < share) | ("flowers" in wish.without))
    gone |= np.isin(cards.sprite, sprites.GRASS) & ("grass" in wish.without)
    # Of bare crowns a part is enough: twigs are seen through each other.
    gone |= np.isin(cards.sprite, sprites.LEAVES) & (each > 0.6) & _bare(wish)
    return gone


def _bare(wish: Wish) -> bool:
    """Whether crowns have lost their leaves; who asks for pink leaves in winter gets them."""
    return wish.season == "winter" and wish.tint("foliage") is None


def dressed(scene: Scene, spec: SceneSpec, light: Light, texel: float = 0.0) -> Scene:
    """A scene with the season's leaves, the colours that were asked for, and what falls from the sky.

    `texel` is the angle of a texel in radians; see `falling`.
    """
    wish, cards, water = spec.wish, scene.cards, scene.water
    if cards is not None and (wish.season or wish.tints or wish.without):
        cards = foliage(cards, wish)
    asked = wish.tint("water")
    if water is not None:
        water = replace(water, chop=water.chop * wish.waves**0.5, swell=water.swell * wish.waves)
        if asked is not None:
            water = replace(water, deep=times(asked, 0.30), shallow=times(asked, 0.62))
        elif light.veil > 0.0:
            # Without sun water is the colour of lead, in a storm most of all.
            dull = 0.65 if light.bolts else 0.35
            water = replace(
                water,
                deep=mix(water.deep, _grey(water.deep), dull),
                shallow=mix(water.shallow, _grey(water.shallow), dull),
            )
    heavens = with_moons(scene.heavens, wish, light)
    drops = falling(light, texel) if scene.rain else None
    return replace(scene, cards=cards, water=water, heavens=heavens, falling=drops)
