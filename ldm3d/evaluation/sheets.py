"""Sheets of pictures with words, in the manner of the paper's figures 3 and 8."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ldm3d.files import whole_file

_PAPER, _INK, _FAINT = (250, 250, 248), (34, 34, 34), (110, 110, 110)
_GAP, _MARGIN = 10, 24
# Viridis and its like would do; what is near is bright and warm here, as figure 8 has it.
_STOPS = np.array([(13, 8, 56), (71, 23, 110), (147, 38, 103), (213, 72, 66), (248, 149, 41), (252, 244, 163)], float)

Colour = NDArray[np.uint8]


def in_colours(depth: NDArray[Any], low: float, high: float) -> Colour:
    """Return values [h, w] as colours uint8 [h, w, 3], from dark at `low` to bright at `high`."""
    at = np.clip((depth.astype(np.float64) - low) / max(high - low, 1e-9), 0, 1) * (len(_STOPS) - 1)
    red, green, blue = (np.interp(at, np.arange(len(_STOPS)), _STOPS[:, k]) for k in range(3))
    return np.stack([red, green, blue], axis=-1).round().astype(np.uint8)


def grey(depth: NDArray[np.uint16]) -> Colour:
    """Return a depth uint16 [h, w] as grey uint8 [h, w, 3], near is white."""
    return np.repeat((depth >> 8).astype(np.uint8)[..., None], 3, axis=-1)


def relief(depth: NDArray[np.uint16]) -> Colour:
    """Return a depth uint16 [h, w] in colours, by its fourth root, so that far things are seen as well as near ones."""
    return in_colours((depth / 65535.0) ** 0.25, 0.1, 1.0)


def grid(
    rows: Sequence[Sequence[Colour]], columns: Sequence[str], captions: Sequence[str], title: str, path: Path
) -> None:
    """Write pictures as a grid: `columns` name them above, `captions` stand below each row.

    Args:
        rows: pictures uint8 [h, w, 3], all of one size.
        columns: a name for each picture of a row.
        captions: one for each row.
        title: above all.
        path: of the PNG.
    """
    height, width = _size_of(rows[0][0])
    words, small = _font(15), _font(13)
    line = height + _GAP + 24
    sheet = Image.new("RGB", (2 * _MARGIN + len(columns) * (width + _GAP) - _GAP, 96 + len(rows) * line), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, 20), title, _INK, font=_font(20))
    for k, name in enumerate(columns):
        draw.text((_MARGIN + k * (width + _GAP), 60), _within(draw, name, words, width), _FAINT, font=words)
    for at, (pictures, caption) in enumerate(zip(rows, captions, strict=True)):
        top = 86 + at * line
        for k, picture in enumerate(pictures):
            sheet.paste(_of_size(picture, width, height), (_MARGIN + k * (width + _GAP), top))
        text = _within(draw, caption, small, sheet.width - 2 * _MARGIN)
        draw.text((_MARGIN, top + height + 5), text, _FAINT, font=small)
    _save(sheet, path)


def contact(pictures: Sequence[tuple[Colour, Colour]], captions: Sequence[str], title: str, path: Path) -> None:
    """Write a contact sheet: each cell a picture, below it its depth, below that its caption; as square as can be.

    Args:
        pictures: colour and depth uint8 [h, w, 3], all of one size.
        captions: one for each.
        title: above all.
        path: of the PNG.
    """
    height, width = _size_of(pictures[0][0])
    across = max(round(np.sqrt(len(pictures))), 1)
    down = -(-len(pictures) // across)
    small = _font(11)
    cell_width, cell_height = width + _GAP, 2 * height + 2 + 20 + _GAP
    sheet = Image.new("RGB", (2 * _MARGIN + across * cell_width - _GAP, 76 + down * cell_height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, 22), title, _INK, font=_font(24))
    for at, ((colour, depth), caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = _MARGIN + at % across * cell_width, 66 + at // across * cell_height
        sheet.paste(_of_size(colour, width, height), (left, top))
        sheet.paste(_of_size(depth, width, height), (left, top + height + 2))
        draw.text((left, top + 2 * height + 5), _within(draw, caption, small, width), _FAINT, font=small)
    _save(sheet, path)


def _size_of(picture: Colour) -> tuple[int, int]:
    """Height and width that pictures are shown at: their own, but between 128 and 256 high."""
    height, width = picture.shape[:2]
    shown = min(max(height, 128), 256)
    return shown, round(width * shown / height)


def _of_size(picture: Colour, width: int, height: int) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(picture))
    way = Image.Resampling.LANCZOS if image.height > height else Image.Resampling.BICUBIC
    return image if image.size == (width, height) else image.resize((width, height), way)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _within(draw: ImageDraw.ImageDraw, text: str, font: Any, width: float) -> str:
    """The text, cut with an ellipsis to what fits."""
    if draw.textlength(text, font=font) <= width:
        return text
    while text and draw.textlength(f"{text}…", font=font) > width:
        text = text[:-1]
    return f"{text.rstrip(' ,')}…"


def _save(sheet: Image.Image, path: Path) -> None:
    with whole_file(path) as partial:
        sheet.save(partial, "PNG")
