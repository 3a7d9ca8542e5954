"""The checkpoints that the program knows by name: what each is for and how it is used best.

Neither revisions nor hashes stand here: they are recorded when a checkpoint is first downloaded (`record`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ldm3d", "sr", "estimator"]
"""Text to colour and depth, their enlarging, and depth from a picture."""

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class Known:
    """A checkpoint of the hub.

    Attributes:
        name: ORGANISATION/NAME on the hub.
        aliases: shorter names for it.
        kind: what it is for.
        says: the same in words.
        about: how many bytes its download has, estimated from the number of its parameters at four bytes each. The
            true number is the hub's and known when it is asked (`offer`).
        steps: of denoising.
        guidance: the scale of classifier-free guidance.
        prompt_prefix: what it was trained to find before a prompt.
    """

    name: str
    aliases: tuple[str, ...]
    kind: Kind
    says: str
    about: int
    steps: int = 0
    guidance: float = 0.0
    prompt_prefix: str = ""


# Parameters: U-Net 859.5 M, text encoder 123 M, safety checker 304 M, autoencoder 83.7 M. Steps and guidance: the
# paper's section 5 and the checkpoints' cards.
_LDM3D = 5_480_000_000

KNOWN: tuple[Known, ...] = (
    Known(
        "Intel/ldm3d-pano",
        ("ldm3d", "ldm3d-pano"),
        "ldm3d",
        "panoramas of colour and depth",
        _LDM3D,
        50,
        7.0,
        "360 view of ",
    ),
    Known(
        "Intel/ldm3d-4c",
        ("ldm3d-4c",),
        "ldm3d",
        "colour and depth, with depth in one channel",
        _LDM3D,
        50,
        5.0,
    ),
    Known("Intel/ldm3d", (), "ldm3d", "colour and depth, as the paper describes it", _LDM3D, 50, 5.0),
    Known("Intel/ldm3d-sr", ("ldm3d-sr",), "sr", "enlarges colour and depth", 4_270_000_000, 50, 5.0),
    Known("Intel/dpt-large", ("dpt-large",), "estimator", "depth from a picture, the paper's", 1_370_000_000),
    Known(
        "depth-anything/Depth-Anything-V2-Small-hf",
        ("depth-anything", "depth-anything-v2-small"),
        "estimator",
        "depth from a picture, small and quick",
        99_000_000,
    ),
    Known(
        "depth-anything/Depth-Anything-V2-Base-hf",
        ("depth-anything-v2-base",),
        "estimator",
        "depth from a picture (not for commercial use)",
        390_000_000,
    ),
    Known(
        "depth-anything/Depth-Anything-V2-Large-hf",
        ("depth-anything-v2-large",),
        "estimator",
        "depth from a picture (not for commercial use)",
        1_340_000_000,
    ),
    Known(
        "Intel/zoedepth-nyu-kitti",
        ("zoedepth", "zoedepth-nyu-kitti"),
        "estimator",
        "depth from a picture, in metres",
        1_390_000_000,
    ),
    Known(
        "Intel/zoedepth-nyu",
        ("zoedepth-nyu", "zoedepth-n"),
        "estimator",
        "depth from a picture, in metres, for rooms",
        1_380_000_000,
    ),
)


def known_by(name: str) -> Known | None:
    """Return the known checkpoint that a name of the hub or an alias means; None for others. Case does not matter."""
    folded = name.casefold()
    return next((one for one in KNOWN if folded in {one.name.casefold(), *one.aliases}), None)


def names() -> str:
    """Return the known names as a list for people."""
    return ", ".join(one.aliases[0] if one.aliases else one.name for one in KNOWN)
