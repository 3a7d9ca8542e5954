"""A panorama: colour and depth of a whole sphere, loaded from what people have and saved as a pair of PNG files.

Read: PNG, JPEG, WebP, TIFF and EXR; depth from these and NPY; one square picture with colour above and depth below.
The formats and their metadata are described in docs/panorama.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion import conversion, metadata, picture
from depthfusion.conversion import DepthUnit
from depthfusion.errors import InputError
from ldm3d import rgbd
from ldm3d.rgbd import check_pair_writable as check_destination
from ldm3d.rgbd import depth_path

__all__ = [
    "MissingDepthError",
    "Panorama",
    "check_destination",
    "depth_beside",
    "depth_path",
    "load",
    "load_colour",
    "save",
]

SMALLEST = (8, 4)  # width and height
_DEPTH_SUFFIXES = (".png", ".exr", ".tif", ".tiff", ".npy", ".webp", ".jpg", ".jpeg")


class MissingDepthError(InputError):
    """A picture has no depth."""


@dataclass(frozen=True, eq=False)
class Panorama:
    """An equirectangular picture of the whole sphere and its depth; the two may differ in size.

    rgb: uint8 [H, W, 3], sRGB, W = 2·H.
    depth: uint16 [h, w], w = 2·h; 65535 near, 0 far.
    near, far: the distances in metres of depth 65535 and 0, both or neither known; by them depth is normalised inverse
        distance.
    depth_source: what the depth came from, in words: an engine, an estimator, a file.
    request: the complete request (JSON values) of a generated panorama.
    parameters: generation settings that another tool left in the picture, in its words.
    made: what a generated panorama was made with (JSON values) that is no setting: checkpoint, revision, device, …
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16]
    near: float | None = None
    far: float | None = None
    depth_source: str = "unknown"
    request: Mapping[str, Any] | None = None
    parameters: str | None = None
    made: Mapping[str, Any] | None = None


def depth_beside(path: Path) -> Path | None:
    """Return the depth that stands beside the picture NAME.xxx: NAME.depth.png, else another kind that is read."""
    if not path.name:
        return None
    beside = depth_path(path)
    try:
        return next((found for suffix in _DEPTH_SUFFIXES if (found := beside.with_suffix(suffix)).exists()), None)
    except OSError:  # too long a name, a folder that may not be searched: the picture itself says so when it is read
        return None


def load(
    path: str | Path,
    depth: str | Path | None = None,
    *,
    invert_depth: bool = False,
    depth_unit: DepthUnit | None = None,
) -> Panorama:
    """Load a picture of the whole sphere with its depth.

    The depth is `depth`, else the lower half of a square picture, else the file beside the picture. `invert_depth`: in
    the source the far is white. `depth_unit`: what floating-point depth is given in.

    Raises:
        InputError: a file cannot be read, is not what it should be, or the two do not belong together.
        MachineError: the disk or the memory did not do.
    """
    path = Path(path)
    decoded = picture.read(path, "colour")
    record = _record(decoded, path, strict=depth is None)
    height, width = decoded.pixels.shape[:2]
    stacked = depth is None and width == height and height % 2 == 0
    if stacked:
        decoded, below = _halves(decoded)
        beside, source = path, f"file {path.name}, lower half"
    else:
        _check_shape(decoded, path, "a panorama", "crop or resize it" if width != height else "leave out --depth")
        beside = Path(depth) if depth is not None else _required_beside(path, record)
        source = f"file {beside.name}"
        below = picture.read(beside, "depth")
    _check_shape(below, beside, "its depth", "resize it to the shape of the panorama")
    mapped = conversion.depth(below, beside, depth_unit, inverted=invert_depth)
    result = Panorama(
        rgb=conversion.colour(decoded),
        depth=mapped.values,
        near=mapped.near,
        far=mapped.far,
        depth_source=f"{source}{', inverted' if invert_depth else ''}",
        request=record.request if record else None,
        parameters=decoded.texts.get(metadata.PARAMETERS),
        made=record.made if record else None,
    )
    if record is None or stacked:
        return result
    stored = np.uint16(65535) - mapped.values if invert_depth else mapped.values
    if metadata.depth_hash(stored) == record.sha256:
        return replace(result, near=record.near, far=record.far, depth_source=record.source)
    if depth is None:
        raise InputError(
            f"{path} and {beside} do not belong together, as the depth is not the one that the picture was saved "
            "with; give the depth that you mean with --depth"
        )
    return result


def load_colour(path: str | Path) -> Panorama:
    """Load the colour of a picture of the whole sphere, with a depth of ½ everywhere that is still to be estimated.

    Raises:
        InputError: the file cannot be read, or is not 2:1.
        MachineError: the disk or the memory did not do.
    """
    path = Path(path)
    decoded = picture.read(path, "colour")
    _check_shape(decoded, path, "a panorama", "crop or resize it")
    record = _record(decoded, path, strict=False)
    height, width = decoded.pixels.shape[:2]
    return Panorama(
        rgb=conversion.colour(decoded),
        depth=np.full((height, width), 32768, np.uint16),
        request=record.request if record else None,
        parameters=decoded.texts.get(metadata.PARAMETERS),
        made=record.made if record else None,
    )


def save(panorama: Panorama, path: str | Path) -> tuple[Path, Path]:
    """Save NAME.png and NAME.depth.png with all that is known of the panorama; return the two paths.

    Both appear whole or not at all.

    Raises:
        InputError: `path` does not end in .png, or may not be written.
        MachineError: the disk is full or failed.
    """
    path = Path(path)
    record = metadata.Record(
        sha256=metadata.depth_hash(panorama.depth),
        near=panorama.near,
        far=panorama.far,
        source=panorama.depth_source,
        request=panorama.request,
        made=panorama.made,
    )
    height, width = panorama.rgb.shape[:2]
    texts = metadata.texts(record, (width, height), panorama.parameters)
    rgbd.write_pair(path, panorama.rgb, panorama.depth, texts)
    return path, depth_path(path)


def _record(decoded: picture.Picture, path: Path, *, strict: bool) -> metadata.Record | None:
    """Return what the picture says of itself; where its depth is named by hand, broken settings count as none."""
    if strict:
        return metadata.read(decoded.texts, path)
    with contextlib.suppress(InputError):
        return metadata.read(decoded.texts, path)
    return None


def _required_beside(path: Path, record: metadata.Record | None) -> Path:
    beside = depth_beside(path)
    if beside is None:
        lost = "has lost its depth" if record else "has no depth"
        raise MissingDepthError(
            f"{path} {lost}, as there is no {depth_path(path).name} beside it; give one with --depth FILE"
        )
    return beside


def _halves(decoded: picture.Picture) -> tuple[picture.Picture, picture.Picture]:
    """Split a square picture into the colour above and the depth below."""
    middle = len(decoded.pixels) // 2
    return replace(decoded, pixels=decoded.pixels[:middle]), replace(decoded, pixels=decoded.pixels[middle:], icc=None)


def _check_shape(decoded: picture.Picture, path: Path, what: str, remedy: str) -> None:
    height, width = decoded.pixels.shape[:2]
    if width != 2 * height:
        raise InputError(f"{path} is {width}×{height}, but {what} is twice as wide as high (2:1); {remedy}")
    if width < SMALLEST[0]:
        raise InputError(f"{path} is {width}×{height}, too small for {what}; the least is {SMALLEST[0]}×{SMALLEST[1]}")
