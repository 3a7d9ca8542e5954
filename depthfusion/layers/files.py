"""The layer behind kept beside its panorama: NAME.back.png and NAME.back.depth.png, and the mask of what was filled.

The colour carries under `depthfusion-back` what it belongs to (the SHA-256 of the panorama's colour and depth) and how
it was made. Both are plain pictures of the panorama's sizes, so that any tool may repaint them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.errors import InputError
from depthfusion.layers.split import Layers, split, with_back
from depthfusion.metadata import depth_hash
from ldm3d import rgbd
from ldm3d.files import check_writable, whole_file

KEY = "depthfusion-back"
_VERSION = 1


class BrokenBackError(InputError):
    """The layer behind that is kept beside the panorama `scene` cannot be read; `reason` names the file and why."""

    def __init__(self, scene: Path, reason: str) -> None:
        super().__init__(
            f"{reason}, and is the layer behind the edges of {scene.name}: fill it anew with 'depthfusion fill "
            f"{scene}' (in the window World, Fill behind its edges), or delete it"
        )


def back_path(path: Path) -> Path:
    """Return where the layer behind of the picture NAME.xxx stands: NAME.back.png."""
    return path.with_name(f"{path.stem}.back.png")


def check_destination(path: Path, mask: Path | None = None) -> None:
    """Raise now, before any long work, what `save` and `save_mask` would raise of names and folders."""
    rgbd.check_pair_writable(back_path(path))
    if mask is not None:
        _check_mask_name(mask)
        check_writable(mask)


def save(
    layers: Layers,
    path: Path,
    rgb: NDArray[np.uint8],
    depth: NDArray[np.uint16],
    made: Mapping[str, Any] | None = None,
) -> tuple[Path, Path]:
    """Keep the layer behind of the panorama `path` of `rgb` and `depth`; return the paths of its colour and depth.

    `made` (JSON values) says what it was made with. Both files appear whole or not at all.

    Raises:
        InputError: they may not be written.
        MachineError: the disk is full or failed.
    """
    texts = {KEY: json.dumps({"version": _VERSION, "of": _of(rgb, depth), "made": dict(made or {})}, allow_nan=False)}
    colour = back_path(path)
    rgbd.write_pair(colour, layers.back_rgb, layers.back, texts)
    return colour, rgbd.depth_path(colour)


def load(path: Path, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Layers | None:
    """Return the layers of the panorama `path` with the layer behind that is kept beside it.

    None: there is none, or it belongs to another colour or depth (the panorama was changed since).

    Raises:
        BrokenBackError: it is there and broken.
    """
    kept = back_path(path)
    if not kept.is_file():
        return None
    try:
        colour, back, texts = rgbd.read_pair(kept)
    except InputError as error:
        # Without that sentence's own remedy, which is another.
        raise BrokenBackError(path, str(error).rpartition("; ")[0]) from None
    if _belongs_to(texts) != _of(rgb, depth) or colour.shape != rgb.shape or back.shape != depth.shape:
        return None
    return with_back(rgb, depth, back, colour)


def layers_of(path: Path | str, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Layers:
    """Return the layers of the panorama `path`: those kept beside it, else those that `split` makes.

    Raises:
        BrokenBackError: what is kept is broken.
    """
    kept = load(Path(path), rgb, depth)
    return kept if kept is not None else split(rgb, depth)


def save_mask(layers: Layers, path: Path) -> None:
    """Write which texels of the depth map were filled as an 8-bit grey PNG: white where they were.

    Raises:
        InputError: `path` does not end in .png, or may not be written.
        MachineError: the disk is full or failed.
    """
    _check_mask_name(path)
    with whole_file(path) as partial:
        Image.fromarray(layers.hidden.astype(np.uint8) * np.uint8(255)).save(partial, "PNG")


def _check_mask_name(path: Path) -> None:
    if path.suffix.lower() != ".png":
        raise InputError(f"{path} cannot hold a mask because it does not end in .png; name it {path.stem}.png")


def _of(rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> dict[str, str]:
    return {"rgb": hashlib.sha256(np.ascontiguousarray(rgb).data).hexdigest(), "depth": depth_hash(depth)}


def _belongs_to(texts: Mapping[str, str]) -> object:
    """Return what a kept layer says it belongs to; None where it does not say so as this version does."""
    try:
        said = json.loads(texts.get(KEY, ""))
    except (ValueError, RecursionError):
        return None
    return said.get("of") if isinstance(said, dict) and said.get("version") == _VERSION else None
