"""The light of a time of day and a weather: where it comes from, and the colours that it gives the air.

All colours are linear RGB. The tables are chosen by eye, as a painter would; what follows from them is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ldm3d.worlds.arrays import Array, Colour


@dataclass(frozen=True)
class Depths:
    """Water around the eye.

    Attributes:
        surface: height of the water's surface above the eye, metres.
        colour: of the light that comes from far water.
        fade: extinction per metre of red, green and blue.
        caustics: strength of the light's net on the ground, 0 to 1.
    """

    surface: float
    colour: Colour = (0.02, 0.17, 0.26)
    fade: Colour = (0.16, 0.055, 0.042)
    caustics: float = 0.7


@dataclass(frozen=True)
class Light:
    """One sun or moon, and the colours of sky and air.

    Attributes:
        azimuth: of the sun or moon in degrees, 0 is −Z (the picture's centre), positive to the right.
        elevation: degrees above the horizon.
        sun: radiance that falls on a surface facing the light.
        disc: colour of the disc itself.
        zenith: the sky overhead.
        horizon: the sky low on the side of the light.
        anti: the sky low on the other side.
        glow: the light around the disc.
        cloud: colour of clouds away from the light.
        ground: light that comes back from the ground.
        ambient: how much the sky lights surfaces, a factor on its colours.
        exposure: factor before the tone curve.
        stars: brightness of stars, 0 by day.
        lamps: how brightly lamps and windows are lit, 0 by day.
        cover: share of the sky under clouds, 0 to 1.
        fog: extinction per metre at eye height.
        fog_height: metres in which fog thins by e.
        shadow: strength of cast shadows, 0 to 1.
        lamp: colour of lamps as a factor.
        sky_share: share of the sky's light that comes in; 1 in the open.
        fill: light that comes from all sides anyway, such as indoors.
        overcast: colour of an even layer of cloud at this hour.
        through: the light that comes through it where the sun or moon stands.
        veil: share of the sky behind an even layer of cloud, 0 to 1.
        veil_colour: of that layer.
        veil_glow: of the patch that the sun makes in it.
        snow: share of level surfaces under snow, 0 to 1.
        snow_colour: its albedo.
        wet: how wet they are, 0 to 1.
        falling: rain below 0, snow above 0; its absolute value says how much.
        bow: strength of a rainbow.
        aurora: strength of northern lights.
        bolts: how many flashes of lightning are seen.
        green: what the season makes of green surfaces: a factor, and a share of it, 0 to 1.
        depths: the water that one is in, or None.
        saturation: factor on how far colours are from grey.
        warmth: shift of the white point, −1 (blue) to 1 (orange).
        contrast: factor on the distance from middle grey.
    """

    azimuth: float
    elevation: float
    sun: Colour
    disc: Colour
    zenith: Colour
    horizon: Colour
    anti: Colour
    glow: Colour
    cloud: Colour
    ground: Colour
    ambient: float
    exposure: float
    overcast: Colour
    through: Colour
    stars: float = 0.0
    lamps: float = 0.0
    cover: float = 0.32
    fog: float = 0.0006
    fog_height: float = 220.0
    shadow: float = 1.0
    lamp: Colour = (1.0, 1.0, 1.0)
    sky_share: float = 1.0
    fill: Colour = (0.0, 0.0, 0.0)
    veil: float = 0.0
    veil_colour: Colour = (0.0, 0.0, 0.0)
    veil_glow: Colour = (0.0, 0.0, 0.0)
    snow: float = 0.0
    snow_colour: Colour = (0.80, 0.84, 0.90)
    wet: float = 0.0
    falling: float = 0.0
    bow: float = 0.0
    aurora: float = 0.0
    bolts: int = 0
    green: tuple[Colour, float] = ((1.0, 1.0, 1.0), 0.0)
    depths: Depths | None = None
    saturation: float = 1.0
    warmth: float = 0.0
    contrast: float = 1.0

    @property
    def outside(self) -> Array:
        """What shines through a window [3, 1]: some of the sky, and of the sun's."""
        value: Array = np.array([self.horizon, self.anti, self.zenith, self.sun], np.float32).T @ np.array(
            [[0.25], [0.25], [0.2], [0.12]], np.float32
        )
        return value

    @property
    def night(self) -> bool:
        """Whether it is the moon that shines."""
        return self.stars > 0.0

    @property
    def direction(self) -> Array:
        """Unit vector [3] toward the sun or moon."""
        a, e = np.radians(self.azimuth), np.radians(self.elevation)
        return np.array([np.cos(e) * np.sin(a), np.sin(e), -np.cos(e) * np.cos(a)], np.float32)


TIMES: dict[str, Light] = {
    "dawn": Light(
        azimuth=-32, elevation=7, sun=(3.1, 1.62, 0.82), disc=(9.0, 5.5, 2.8), zenith=(0.13, 0.21, 0.44),
        horizon=(1.00, 0.60, 0.38), anti=(0.40, 0.40, 0.58), glow=(1.25, 0.66, 0.30), cloud=(0.52, 0.42, 0.52),
        ground=(0.16, 0.12, 0.09), ambient=0.56, exposure=1.15, lamps=0.3, cover=0.36, fog=0.0016, fog_height=70.0,
        overcast=(0.222, 0.222, 0.290), through=(0.62, 0.36, 0.30),
    ),
    "morning": Light(
        azimuth=-55, elevation=22, sun=(2.75, 2.42, 1.92), disc=(16, 14, 10), zenith=(0.13, 0.32, 0.64),
        horizon=(0.70, 0.82, 0.90), anti=(0.46, 0.66, 0.86), glow=(0.88, 0.84, 0.64), cloud=(0.62, 0.72, 0.84),
        ground=(0.19, 0.18, 0.13), ambient=0.85, exposure=0.82,
        fog=0.0013, fog_height=60.0, overcast=(0.470, 0.530, 0.610), through=(0.46, 0.46, 0.36),
    ),
    "noon": Light(
        azimuth=24, elevation=62, sun=(3.6, 3.35, 2.95), disc=(20, 19, 17), zenith=(0.06, 0.20, 0.58),
        horizon=(0.50, 0.68, 0.90), anti=(0.46, 0.66, 0.92), glow=(0.7, 0.66, 0.55), cloud=(0.66, 0.72, 0.80),
        ground=(0.25, 0.23, 0.17), ambient=0.80, exposure=0.66, cover=0.30, fog=0.0004,
        overcast=(0.830, 0.845, 0.855), through=(0.62, 0.60, 0.55),
    ),
    "afternoon": Light(
        azimuth=48, elevation=34, sun=(3.65, 2.58, 1.36), disc=(18, 14.5, 9), zenith=(0.08, 0.20, 0.50),
        horizon=(0.92, 0.77, 0.56), anti=(0.47, 0.61, 0.80), glow=(1.15, 0.84, 0.44), cloud=(0.70, 0.67, 0.68),
        ground=(0.24, 0.19, 0.11), ambient=0.82, exposure=0.80, cover=0.36,
        overcast=(0.625, 0.560, 0.475), through=(0.70, 0.50, 0.24),
    ),
    "sunset": Light(
        azimuth=27, elevation=5.0, sun=(3.6, 1.42, 0.46), disc=(11, 5.0, 1.7), zenith=(0.060, 0.105, 0.30),
        horizon=(1.25, 0.46, 0.14), anti=(0.34, 0.24, 0.38), glow=(1.6, 0.62, 0.16), cloud=(0.34, 0.19, 0.25),
        ground=(0.125, 0.085, 0.075), ambient=0.56, exposure=1.1, lamps=0.6, cover=0.42, fog=0.0010, fog_height=110.0,
        overcast=(0.235, 0.178, 0.190), through=(0.90, 0.34, 0.10),
    ),
    "dusk": Light(
        azimuth=22, elevation=3.0, sun=(0.42, 0.34, 0.46), disc=(0.0, 0.0, 0.0), zenith=(0.022, 0.045, 0.150),
        horizon=(0.50, 0.27, 0.24), anti=(0.10, 0.12, 0.27), glow=(0.55, 0.22, 0.10), cloud=(0.10, 0.09, 0.17),
        ground=(0.035, 0.036, 0.055), ambient=0.80, exposure=1.18, stars=0.25, lamps=1.0, cover=0.34, fog=0.0010,
        fog_height=110.0, shadow=0.3, overcast=(0.036, 0.052, 0.105), through=(0.120, 0.070, 0.090),
    ),
    "night": Light(
        azimuth=-24, elevation=31, sun=(0.26, 0.34, 0.52), disc=(3.0, 3.1, 3.0), zenith=(0.010, 0.018, 0.048),
        horizon=(0.045, 0.075, 0.150), anti=(0.030, 0.050, 0.105), glow=(0.10, 0.14, 0.22), cloud=(0.035, 0.048, 0.085),
        ground=(0.012, 0.016, 0.026), ambient=0.95, exposure=1.45, stars=1.0, lamps=1.0, cover=0.28, fog=0.0006,
        overcast=(0.0095, 0.0140, 0.0260), through=(0.016, 0.020, 0.028),
    ),
}  # fmt: skip


def times(colour: Colour, factor: float) -> Colour:
    """A colour, brighter or darker."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def mix(a: Colour, b: Colour, amount: float) -> Colour:
    """From a (0) to b (1)."""
    return (a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount)


def by_night(exposure: float) -> Callable[[Light], Light]:
    """A place where the eye gets used to the dark, for `Scene.light`: a factor on the night's exposure."""

    def changed(light: Light) -> Light:
        dark = luma(light.overcast) < 0.02
        return replace(light, exposure=light.exposure * (exposure if dark else 1.0))

    return changed


def luma(colour: Colour) -> float:
    """Luminance of linear RGB (Rec. 709)."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def daylight_of(light: Light) -> Colour:
    """The hour's light as an eye sees it that is used to it: about 1 at noon, less and coloured at other hours."""
    r, g, b = (float(value) for value in light.outside.ravel())
    return times((r, g, b), light.exposure / 0.52)


def inside(daylight: float, fill: Colour, exposure: float = 1.0, lamps: float = 1.0,
           follow: float = 0.0) -> Callable[[Light], Light]:  # fmt: skip
    """What a room or a cave makes of the hour's light, for `Scene.light`; walls keep the sun out even when it is soft.

    Args:
        daylight: share of the sky's light that comes in on average.
        fill: light from all sides.
        exposure: what the eye is used to, instead of the hour's.
        lamps: how brightly lamps burn at any hour, at least.
        follow: how far the light from all sides takes the hour's colour and strength, lamps pale by day, and the eye
            leaves the dark dark, 0 to 1.
    """

    def changed(light: Light) -> Light:
        day = daylight_of(light)
        at = times(day, follow * luma(fill))
        kept = times(fill, 1.0 - follow)
        bright = min(luma(day), 1.0)
        burning = lamps * (1.0 - 0.75 * follow * bright)
        return replace(
            light, sky_share=daylight, fill=(kept[0] + at[0], kept[1] + at[1], kept[2] + at[2]),
            exposure=exposure * (1.0 - 0.35 * follow * (1.0 - bright)), lamps=burning,
            fog=0.0004, snow=0.0, wet=0.0, falling=0.0, shadow=1.0,
        )  # fmt: skip

    return changed


def under_water(surface: float, colour: Colour = (0.02, 0.17, 0.26), fade: Colour = (0.16, 0.055, 0.042),
                caustics: float = 0.7) -> Callable[[Light], Light]:  # fmt: skip
    """What water makes of the hour's light, for `Scene.light`; see `Depths` for the arguments."""

    def changed(light: Light) -> Light:
        day = luma(light.sun)
        # Far water shows the hour's colour, as far as water lets it through.
        r, g, b = times(daylight_of(light), 1.0 / max(luma(daylight_of(light)), 1e-3))
        share = min(1.0, 0.06 + day / 2.6)
        seen = (colour[0] * (0.4 + 0.6 * r) * share, colour[1] * (0.4 + 0.6 * g) * share,
                colour[2] * (0.4 + 0.6 * b) * share)  # fmt: skip
        water = Depths(surface, seen, fade, caustics)
        return replace(
            light, depths=water, falling=0.0, snow=0.0, wet=0.0, exposure=light.exposure * (1.5 if day > 1 else 1.0)
        )

    return changed
