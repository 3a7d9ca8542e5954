"""Draw a contact sheet of the sketch engine's worlds: every place at every time of day, and in every weather.

python examples/contact_sheet.py -o docs/pictures/worlds.jpg
python examples/contact_sheet.py -o sheet.png --places city ocean --seeds 1 2 3 --width 512
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ldm3d.errors import InputError
from ldm3d.files import whole_file
from ldm3d.worlds import generate
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES

GAP, LABEL = 6, 16
LARGEST = 480 * 1024


def columns() -> list[str]:
    """What is asked for in each column: the times in clear weather, then the other weathers."""
    return [f"{time}, clear" for time in TIMES] + ["noon, cloudy", "sunset, cloudy", "morning, foggy", "night, foggy"]


def sheet(places: list[str], seeds: list[int], width: int, per_row: int) -> Image.Image:
    """Draw the sheet; each place starts a new row of at most `per_row` pictures.

    Args:
        places: registered names.
        seeds: one or more; with several, each is a further block of rows.
        width: of one panorama, drawn at twice the size and averaged.
        per_row: pictures in a row.
    """
    wanted = [(place, seed) for place in places for seed in seeds]
    lines = -(-len(columns()) // per_row)
    cell_w, cell_h = width + GAP, width // 2 + GAP + LABEL
    image = Image.new("RGB", (per_row * cell_w + GAP, len(wanted) * lines * cell_h + GAP), (24, 24, 26))
    draw = ImageDraw.Draw(image)
    for block, (place, seed) in enumerate(wanted):
        for at, words in enumerate(columns()):
            prompt = f"{place}, {words}"
            world = generate(prompt, seed, (2 * width, width))
            light = (world.rgb.astype(np.float32) / 255.0) ** 2.2
            small = light.reshape(width // 2, 2, width, 2, 3).mean(axis=(1, 3)) ** (1 / 2.2)
            x, y = GAP + at % per_row * cell_w, GAP + (block * lines + at // per_row) * cell_h
            image.paste(Image.fromarray(np.rint(small * 255.0).astype(np.uint8)), (x, y))
            draw.text((x + 2, y + width // 2 + 2), f"{prompt} (seed {seed})", fill=(190, 190, 194))
            print(f"{prompt}, seed {seed}", file=sys.stderr)
    return image


def encoded(image: Image.Image, suffix: str) -> bytes:
    """The picture's file; JPEG as good as fits into `LARGEST` bytes."""
    if suffix.lower() not in {".jpg", ".jpeg"}:
        data = io.BytesIO()
        image.save(data, suffix.lstrip(".").upper())
        return data.getvalue()
    for quality in range(90, 20, -4):
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= LARGEST:
            break
    return data.getvalue()


def main() -> int:
    """Read the arguments, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="picture to write (.jpg or .png)")
    parser.add_argument("--places", nargs="+", default=list(registry()), choices=list(registry()))
    parser.add_argument("--seeds", nargs="+", type=int, default=[7])
    parser.add_argument("--width", type=int, default=320, help="width of one panorama on the sheet, even")
    parser.add_argument("--per-row", type=int, default=5)
    args = parser.parse_args()
    try:
        image = sheet(args.places, args.seeds, args.width, args.per_row)
        with whole_file(args.output) as path:
            path.write_bytes(encoded(image, args.output.suffix))
    except InputError as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return wrong.exit_code
    print(args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
