"""What files mean that a person drops on the window or opens. No Qt."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from depthfusion.errors import InputError
from depthfusion.project import SUFFIX as PROJECT

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".exr")
DEPTHS = (*PICTURES, ".npy")

_GREY_MODES = {"1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F"}
_TOLERANCE = 6  # of 255: JPEG's colours of a grey picture waver so much


@dataclass(frozen=True)
class Opening:
    """What to open: a panorama with its depth (None: the one beside it) or a project."""

    scene: Path
    depth: Path | None = None


def videos() -> tuple[str, ...]:
    """Return the suffixes of videos. What reads them is not loaded before it is asked for."""
    from depthfusion.moving.scene import SUFFIXES

    return SUFFIXES


def moves(path: Path) -> bool:
    """Whether a file's name is a video's."""
    return path.suffix.lower() in videos()


def welcome(path: Path) -> bool:
    """Whether a file of this name may be dropped."""
    return path.suffix.lower() in {*DEPTHS, *videos(), PROJECT}


def named_depth(path: Path) -> bool:
    """Whether a file's name says that it is a depth map: NAME.depth.png, NAME_depthmap.png, depth.exr."""
    return (
        re.search(r"(^|[._ -])depth([._ -]?map)?$", path.stem.casefold()) is not None or path.suffix.lower() == ".npy"
    )


def understand(paths: Sequence[Path]) -> Opening:
    """Return what one or two files mean together. Files are read only where their names do not tell.

    Raises:
        InputError: nothing that can be opened, more than two files, or no way to tell which of two is the depth.
    """
    known = [path for path in paths if welcome(path)]
    if not known:
        names = ", ".join(path.name for path in paths)
        raise InputError(
            f"{names} cannot be opened here: drop a 360° picture or video, alone or with its depth, or a project"
        )
    if len(known) > 2:
        raise InputError(f"{len(known)} files are too many: drop one picture, or a picture and its depth")
    projects = [path for path in known if path.suffix.lower() == PROJECT]
    if projects:
        return Opening(projects[0])
    if len(known) == 1:
        return Opening(_colour_of(known[0]))
    moving = sum(moves(path) for path in known)
    if moving == 1:
        both = " and ".join(path.name for path in known)
        raise InputError(f"of {both} one moves and one does not: drop a video with a video of its depth")
    depths = [path for path in known if named_depth(path)]
    if len(depths) != 1 and not moving:
        depths = [path for path in known if is_grey(path)]
    if len(depths) != 1:
        both = " and ".join(path.name for path in known)
        which = "both look" if depths else "neither looks"
        name = f"NAME.depth{known[0].suffix if moving else '.png'}"
        raise InputError(f"of {both} {which} like a depth map: name the depth {name} and drop them again")
    colour = next(path for path in known if path != depths[0])
    return Opening(colour, depths[0])


def _colour_of(path: Path) -> Path:
    """Return the picture or video that a depth dropped alone belongs to, else the path itself."""
    if not named_depth(path):
        return path
    stem = re.sub(r"[._ -]?depth([._ -]?map)?$", "", path.stem, flags=re.IGNORECASE)
    kinds = videos() if moves(path) else PICTURES
    beside = (path.with_name(stem + suffix) for suffix in kinds)
    return next((colour for colour in beside if stem and colour.is_file()), path)


def ordinary(path: Path) -> bool:
    """Whether a path is a file that can be read to its end: a pipe would let its reader wait for ever."""
    return os.path.isfile(path)  # noqa: PTH113 — which says no of a name that cannot be looked up


def is_grey(path: Path) -> bool:
    """Whether a picture has no colour. A file that cannot be read has none to show; opening it tells why."""
    if path.suffix.lower() in {".exr", ".npy"}:
        return path.suffix.lower() == ".npy"
    if not ordinary(path):
        return False
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.mode in _GREY_MODES:
                return True
            image.draft("RGB", (256, 128))
            pixels = np.asarray(image.convert("RGB").resize((256, 128)), np.int16)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return False
    return int(np.ptp(pixels, axis=-1).max()) <= _TOLERANCE
