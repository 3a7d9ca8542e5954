"""What a decoded picture is worth: as colour in sRGB, and as depth in 16 bits."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from depthfusion import metadata
from depthfusion.errors import InputError
from depthfusion.picture import STRIP, Picture
from ldm3d import sphere

DepthUnit = Literal["relative", "metres"]

FARTHEST = 1000.0  # times near: beyond this a distance in metres counts as the sky
_GREY_TOLERANCE = 16 / 255  # how far a lossy codec drives the channels of grey apart


class DepthMap(NamedTuple):
    """Depth uint16 [h, w], and the distances in metres that 65535 and 0 stand for where they are known."""

    values: NDArray[np.uint16]
    near: float | None = None
    far: float | None = None


def colour(picture: Picture) -> NDArray[np.uint8]:
    """Return the picture as sRGB uint8 [H, W, 3]: profile applied, linear light encoded, 16 bits rounded."""
    pixels = picture.pixels
    to_srgb = _profile(picture)
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and to_srgb is None:
        return np.ascontiguousarray(pixels)
    rgb = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), STRIP):
        strip = _eight_bits(pixels[top : top + STRIP])
        if to_srgb is not None:
            strip = to_srgb(strip)
        elif strip.ndim == 3 and strip.shape[2] == 4:
            strip = np.asarray(Image.fromarray(strip, "CMYK").convert("RGB"))
        rgb[top : top + STRIP] = strip if strip.ndim == 3 else strip[..., None]
    return rgb


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 = 257·255
    if pixels.dtype == np.float32:
        light = np.clip(np.nan_to_num(pixels, nan=0.0), 0.0, 1.0)  # a renderer's stray NaN is a black dot
        return (sphere.to_srgb(light) * 255.0 + 0.5).astype(np.uint8)
    return np.asarray(pixels, np.uint8)


def _profile(picture: Picture) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None:
    """Return what brings 8-bit pixels from the embedded profile to sRGB, or None where there is nothing to do.

    A profile that is broken, or made for other channels than the picture has, is passed over, as browsers do.
    """
    if picture.icc is None or picture.pixels.dtype == np.float32:
        return None
    mode = "L" if picture.pixels.ndim == 2 else {3: "RGB", 4: "CMYK"}[picture.pixels.shape[2]]
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(picture.icc))
        space = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}.get(source.profile.xcolor_space.strip())
        description = (source.profile.profile_description or "").strip()
        # Grey pixels with an RGB profile are RGB pixels whose channels are equal.
        if description.startswith("sRGB") or (space != mode and (mode, space) != ("L", "RGB")):
            return None
        transform = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), str(space), "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError):
        return None

    def to_srgb(strip: NDArray[np.uint8]) -> NDArray[np.uint8]:
        image = Image.fromarray(strip, mode)
        return np.asarray(transform.apply(image if mode == space else image.convert(space)))

    return to_srgb


def depth(picture: Picture, path: Path, unit: DepthUnit | None = None, *, inverted: bool = False) -> DepthMap:
    """Return the picture as depth, 1 (65535) near and 0 far.

    8 bits become v·257 and 16 stay as they are; floating-point values need their `unit`: "relative" is d in [0, 1]
    already, "metres" is a distance (see `from_metres`). `inverted` is a source in which the far is white.

    Raises:
        InputError: colour where grey is due, values that are no numbers or lie outside their unit's range, a unit that
            does not go with the values. `path` is named in it.
    """
    pixels = picture.pixels
    if pixels.ndim == 3:
        pixels = _grey(pixels, path)
    if unit == "metres" and inverted:
        raise InputError(f"{path} cannot be inverted because metres have only one sense; leave out --invert-depth")
    if pixels.dtype != np.float32:
        if unit == "metres":
            raise InputError(
                f"{path} holds {pixels.dtype} values, which cannot be metres; give a floating-point EXR, TIFF or NPY"
            )
        wide = pixels.astype(np.uint16) * np.uint16(257) if pixels.dtype == np.uint8 else np.ascontiguousarray(pixels)
        return DepthMap(np.uint16(65535) - wide if inverted else wide)
    if unit is None:
        raise InputError(f"{path} holds floating-point depth; give --depth-unit relative (0 to 1) or metres")
    missing = int(np.isnan(pixels).sum())
    if missing:
        raise InputError(f"{path} has {missing} values that are not numbers (NaN); fill them in first")
    low, high = float(pixels.min()), float(pixels.max())
    if unit == "metres":
        if low <= 0:
            raise InputError(f"{path} has distances down to {low:g}; metres must be above 0, and infinite for the sky")
        if not np.isfinite(low):
            raise InputError(f"{path} is infinitely far everywhere; give distances in metres")
        mapped = from_metres(pixels)
        assert mapped.near is not None
        if not metadata.is_distance(mapped.near):
            raise InputError(f"{path} is {mapped.near:g} m away where it is nearest; give distances in metres")
        return mapped
    if low < -1e-6 or high > 1 + 1e-6:
        raise InputError(
            f"{path} has values from {low:g} to {high:g}, but relative depth lies in 0 to 1; scale it, or give "
            "--depth-unit metres if they are distances"
        )
    return DepthMap(_sixteen_bits(1 - pixels if inverted else pixels))


def from_metres(distance: NDArray[np.float32]) -> DepthMap:
    """Return distances in metres (above 0; infinite is the sky) as normalised inverse distance.

    d = (1/r − 1/far)/(1/near − 1/far), clamped. near is the nearest distance, but not less than a tenth of the distance
    that one texel in a hundred comes closer than, so that a stray texel does not take the resolution from all others;
    far is the farthest finite one, at most `FARTHEST`·near. Only what lies at far or beyond is exactly 0.
    """
    finite = distance[np.isfinite(distance)]
    near = max(float(finite.min()), float(np.percentile(finite, 1)) / 10)
    far = min(float(finite.max()), FARTHEST * near)
    if far <= near * (1 + 1e-6):
        far = 2 * near  # a sphere around the camera: any far will do
    with np.errstate(over="ignore"):  # next to zero is near
        inverse = (np.float32(1) / distance - np.float32(1 / far)) / np.float32(1 / near - 1 / far)
    values = _sixteen_bits(inverse)
    values[(distance < far) & (values == 0)] = 1
    return DepthMap(values, near, far)


def _sixteen_bits(d: NDArray[np.floating[Any]]) -> NDArray[np.uint16]:
    values: NDArray[np.uint16] = (np.clip(d, 0, 1).astype(np.float64) * 65535 + 0.5).astype(np.uint16)
    return values


def _grey(pixels: NDArray[Any], path: Path) -> NDArray[Any]:
    """Return the one channel of a depth map that was saved in colour; colours that say something are an input error."""
    colourful = InputError(
        f"{path} is in colour, not a depth map in shades of grey; give a grey picture in which white is near"
    )
    if pixels.shape[2] == 4:
        raise colourful
    first = pixels[..., 0]
    if (pixels[..., 1] == first).all() and (pixels[..., 2] == first).all():
        return np.ascontiguousarray(first)
    kind = pixels.dtype
    if kind == np.float32:
        raise colourful
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    if np.mean(spread > _GREY_TOLERANCE * np.iinfo(kind).max) > 0.001:
        raise colourful
    mean = (pixels.sum(axis=2, dtype=np.uint32) * 2 + 3) // 6
    return np.asarray(mean, kind)
