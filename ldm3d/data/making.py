"""One sample of one item: what worker processes do. What cannot be read becomes a reason."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing import parent_process
from typing import Any, NamedTuple

import numpy as np
from PIL import UnidentifiedImageError

from ldm3d.data import drawn, pictures
from ldm3d.data.items import Item, World, read_bytes, read_caption
from ldm3d.data.shards import Entry, encode, encode_png, encode_record


@dataclass(frozen=True)
class Wanted:
    """What every sample is to be like.

    Attributes:
        size: width and height of the colour.
        side: of the square pictures that the estimator is shown; 0 where there is no estimator.
        uncaptioned: whether a picture without a caption is taken, with an empty one.
        estimator: what estimates the depth, for the record.
    """

    size: tuple[int, int]
    side: int = 0
    uncaptioned: bool = False
    estimator: str = ""

    @property
    def panoramas(self) -> bool:
        """Whether what is wanted are panoramas."""
        return self.size[0] == 2 * self.size[1]


class Unestimated(NamedTuple):
    """A sample whose depth is still to be told.

    colour: of `Entry`.
    record: what is said of it.
    seen: uint8 [side, side, 3], or a panorama, for the estimator.
    """

    colour: bytes
    record: dict[str, Any]
    seen: pictures.RGB


class Failed(NamedTuple):
    """An item of which no sample can be made, and why."""

    name: str
    reason: str


def make(item: Item | World, wanted: Wanted) -> Entry | Unestimated | Failed:
    """Return the sample of an item."""
    if isinstance(item, World):
        return _drawn(item, wanted)
    try:
        caption = read_caption(item.caption)
    except (OSError, ValueError) as error:
        return Failed(item.name, f"its caption cannot be read: {_said(error)}")
    if not caption and not wanted.uncaptioned:
        return Failed(item.name, "it has no caption")
    try:
        # Views of a panorama are a quarter of it wide.
        need = (4 if wanted.panoramas else 1) * wanted.side
        rgb = pictures.decode(read_bytes(item.picture), (max(wanted.size[0], need), max(wanted.size[1], need)))
        depth = pictures.decode_depth(read_bytes(item.depth)) if item.depth else None
    except pictures.BROKEN as error:
        return Failed(item.name, _said(error))
    return _fitted(item.name, rgb, depth, caption, wanted)


def _drawn(world: World, wanted: Wanted) -> Entry:
    sample = drawn.DrawnWorlds(world.index + 1, world.seed, wanted.size)[world.index]
    name = f"{drawn.NAME}:{world.seed}:{world.index}"
    record = {"caption": sample.caption, "name": name, "depth": "world", "spec": sample.spec}
    return encode(sample.rgb, sample.depth, record)


def _fitted(
    name: str, rgb: pictures.RGB, depth: pictures.Depth | None, caption: str, wanted: Wanted
) -> Entry | Unestimated | Failed:
    height, width = rgb.shape[:2]
    wide, high = wanted.size
    if wanted.panoramas and width != 2 * height:
        return Failed(name, f"{width}x{height} is no panorama, which is twice as wide as high")
    box = pictures.crop_box((width, height), wanted.size)
    if 2 * (box[2] - box[0]) < wide:
        return Failed(name, f"{width}x{height} is too small for {wide}x{high}: less than half of it would be there")
    colour = encode_png(pictures.resize(rgb, wanted.size, box, wrap=wanted.panoramas))
    record = {"caption": caption, "name": name, "depth": "given" if depth is not None else wanted.estimator}
    if depth is not None:
        return Entry(colour, encode_png(_cropped(depth, wanted)), encode_record(record))
    if wanted.panoramas:
        return Unestimated(colour, record, _shrunk(rgb, wanted))
    return Unestimated(colour, record, pictures.resize(rgb, (wanted.side, wanted.side), box))


def _shrunk(panorama: pictures.RGB, wanted: Wanted) -> pictures.RGB:
    from ldm3d.depth_estimation.views import shrunk

    return shrunk(panorama, wanted.side)


def _cropped(depth: pictures.Depth, wanted: Wanted) -> pictures.Depth:
    """Return the middle of a given depth as the colour's is taken, at its own size but no larger than the colour."""
    height, width = depth.shape
    box = pictures.crop_box((width, height), wanted.size)
    size = min(wanted.size[0], round(box[2] - box[0])), min(wanted.size[1], round(box[3] - box[1]))
    return np.asarray(pictures.resize(depth, size, box, wrap=wanted.panoramas))


def _said(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is no picture of a known kind"  # Pillow's own words name an address in memory
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def begin_worker() -> None:
    """Prepare a worker process: Ctrl-C is for its parent, and it never outlives that one, however that one ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
