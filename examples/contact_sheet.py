"""Draw the contact sheets of the sketch engine's worlds in docs/pictures.

python examples/contact_sheet.py places -o docs/pictures/worlds.jpg
python examples/contact_sheet.py weather -o docs/pictures/worlds-weather.jpg
python examples/contact_sheet.py seeds -o docs/pictures/worlds-seeds.jpg
python examples/contact_sheet.py sizes -o docs/pictures/worlds-sizes.jpg
python examples/contact_sheet.py stereo -o docs/pictures/worlds-stereo.jpg
python examples/contact_sheet.py places -o sheet.png --places city ocean --seed 3 --width 512

With --cells FOLDER each picture is kept there, and a sheet that was stopped goes on where it was; empty the folder
when the engine has changed.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ldm3d.errors import InputError
from ldm3d.files import whole_file
from ldm3d.worlds import generate
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import TIMES, WEATHERS

GAP, LABEL, FONT = 4, 18, 13
GROUND, INK = (24, 24, 26), (198, 198, 202)
LARGEST = 480 * 1024
# The prompt of the sheets that show one world again and again.
PROMPT = "a village by a lake below snowy mountains in the morning"
SIZES = (256, 512, 1024, 4096)
# What is looked at from inside: prompt, seed, position (right, up, back, metres), yaw, pitch.
VIEWS = (
    ("a forest in the morning", 7, "0.25,0.05,0.1", 20, -4),
    ("a village in the afternoon", 7, "-0.25,0.1,0.15", 10, 0),
    ("a coral reef", 7, "0.2,-0.1,-0.2", 40, -8),
    ("a bazaar at noon", 7, "-0.2,0.1,-0.2", 0, 0),
    ("birches in autumn, afternoon", 7, "0.2,0,0.2", 90, 0),
    ("a canyon at sunset", 7, "0.3,0.1,0", -60, 0),
)
Cells = Callable[[str, Callable[[], Image.Image]], Image.Image]


def kept_in(folder: Path | None) -> Cells:
    """How cells are made: with a folder, one that lies there already is not drawn again."""

    def cell(name: str, draw: Callable[[], Image.Image]) -> Image.Image:
        path = folder and folder / (re.sub(r"\W+", "-", name) + ".png")
        if path and path.exists():
            return Image.open(path).convert("RGB")
        print(name, file=sys.stderr)
        image = draw()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as fresh:
                image.save(fresh, "PNG")
        return image

    return cell


def averaged(rgb: NDArray[np.uint8], width: int) -> Image.Image:
    """A panorama [H, W, 3] made smaller by a whole factor, averaged in linear light."""
    by = rgb.shape[1] // width
    light = (rgb.astype(np.float32) / 255.0) ** 2.2
    small = light.reshape(width // 2, by, width, by, 3).mean(axis=(1, 3)) ** (1 / 2.2)
    return Image.fromarray(np.rint(small * 255.0).astype(np.uint8))


def table(rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Pictures of one size in rows and columns with their names above each column and, turned, beside each row."""
    w, h = cells[0][0].size
    size = (LABEL + len(columns) * (w + GAP) + GAP, LABEL + len(rows) * (h + GAP) + GAP)
    image = Image.new("RGB", size, GROUND)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(FONT)
    for at, name in enumerate(columns):
        draw.text((LABEL + GAP + at * (w + GAP) + w / 2, LABEL / 2 + 1), name, fill=INK, font=font, anchor="mm")
    for at, name in enumerate(rows):
        beside = Image.new("RGB", (h, LABEL), GROUND)
        ImageDraw.Draw(beside).text((h / 2, LABEL / 2), name, fill=INK, font=font, anchor="mm")
        image.paste(beside.rotate(90, expand=True), (1, LABEL + GAP + at * (h + GAP)))
        for k, picture in enumerate(cells[at]):
            image.paste(picture, (LABEL + GAP + k * (w + GAP), LABEL + GAP + at * (h + GAP)))
    return image


def drawn(prompt: str, seed: int, width: int) -> Image.Image:
    """A world drawn at twice the size and averaged."""
    return averaged(generate(prompt, seed, (2 * width, width)).rgb, width)


def places(args: argparse.Namespace, cell: Cells) -> Image.Image:
    """Every place at every time of day."""
    rows = []
    for place in args.places:
        prompts = [f"{place}, {time}, clear" for time in TIMES]
        rows.append([cell(f"{p} {args.seed} {args.width}", partial(drawn, p, args.seed, args.width)) for p in prompts])
    return table(args.places, TIMES, rows)


def weather(args: argparse.Namespace, cell: Cells) -> Image.Image:
    """Some places in every weather, in the afternoon; northern lights need the night."""
    some = [place for place in ("village", "mountains", "forest", "city", "harbour", "desert") if place in args.places]
    rows = []
    for place in some:
        prompts = [f"{place}, {'night' if kind == 'aurora' else 'afternoon'}, {kind}" for kind in WEATHERS]
        rows.append([cell(f"{p} {args.seed} {args.width}", partial(drawn, p, args.seed, args.width)) for p in prompts])
    return table(some, WEATHERS, rows)


def with_depth(prompt: str, seed: int, width: int) -> Image.Image:
    """A world and its depth, side by side; near is bright (the square root of d shows the distance too)."""
    world = generate(prompt, seed, (2 * width, width))
    depth = np.rint(np.sqrt(world.depth / 65535.0) * 255.0).astype(np.uint8)
    both = Image.new("RGB", (2 * width + GAP, width // 2), GROUND)
    both.paste(averaged(world.rgb, width), (0, 0))
    both.paste(Image.fromarray(depth).resize((width, width // 2), Image.Resampling.NEAREST), (width + GAP, 0))
    return both


def seeds(args: argparse.Namespace, cell: Cells) -> Image.Image:
    """Five seeds of one prompt, each with its depth."""
    wide = 2 * args.width
    five = range(args.seed, args.seed + 5)
    rows = [[cell(f"{PROMPT} depth {seed} {wide}", partial(with_depth, PROMPT, seed, wide))] for seed in five]
    return table([f"seed {seed}" for seed in five], [f"“{PROMPT}” and its depth"], rows)


def with_detail(prompt: str, seed: int, size: int, width: int) -> Image.Image:
    """The whole panorama `width` wide, and the same 40° ahead of it, texel by texel."""
    whole = Image.fromarray(generate(prompt, seed, (size, size // 2)).rgb)
    half = size // 18
    ahead = whole.crop((size // 2 - half, size // 4 - half // 2, size // 2 + half, size // 4 + half // 2))
    both = Image.new("RGB", (2 * width + GAP, width // 2), GROUND)
    smooth = Image.Resampling.LANCZOS
    both.paste(whole.resize((width, width // 2), smooth if size > width else Image.Resampling.NEAREST), (0, 0))
    rough = smooth if ahead.width > width else Image.Resampling.NEAREST
    both.paste(ahead.resize((width, width // 2), rough), (width + GAP, 0))
    return both


def sizes(args: argparse.Namespace, cell: Cells) -> Image.Image:
    """One prompt at four sizes, each with its texels straight ahead."""
    wide = 2 * args.width
    rows = [
        [cell(f"{PROMPT} detail {args.seed} {size} {wide}", partial(with_detail, PROMPT, args.seed, size, wide))]
        for size in SIZES
    ]
    return table([f"{size}x{size // 2}" for size in SIZES], [f"“{PROMPT}” and 40° of it"], rows)


def pair(prompt: str, seed: int, position: str, turn: tuple[int, int], width: int) -> Image.Image:
    """Both eyes' pictures from inside the sphere, off its centre, by the renderer that films are made with."""
    with tempfile.TemporaryDirectory() as folder:
        scene, out = Path(folder) / "world.png", Path(folder) / "pair.png"
        run = [sys.executable, "-m", "depthfusion"]
        make = ["generate", prompt, "--engine", "sketch", "--seed", str(seed), "--size", "2048x1024", "-o", str(scene)]
        subprocess.run([*run, *make], check=True, stdout=subprocess.DEVNULL)
        view = [f"--position={position}", f"--yaw={turn[0]}", f"--pitch={turn[1]}", "--layout", "sbs", "--fov", "80"]
        still = ["still", str(scene), "-o", str(out), *view, "--size", f"{4 * width}x{5 * width // 4}"]
        subprocess.run([*run, *still], check=True, stdout=subprocess.DEVNULL)
        return Image.open(out).convert("RGB").resize((2 * width, 5 * width // 8), Image.Resampling.LANCZOS)


def stereo(args: argparse.Namespace, cell: Cells) -> Image.Image:
    """Stereo pairs from inside the sphere, two to a row: look through them, left eye left."""
    wide = 2 * args.width
    cells = [
        cell(f"{prompt} stereo {seed} {at} {yaw} {pitch} {wide}", partial(pair, prompt, seed, at, (yaw, pitch), wide))
        for prompt, seed, at, yaw, pitch in VIEWS
    ]
    return table(
        [prompt.split(",")[0] for prompt, *_ in VIEWS],
        ["left eye and right eye, off the centre"],
        [[one] for one in cells],
    )


SHEETS = {sheet.__name__: sheet for sheet in (places, weather, seeds, sizes, stereo)}


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", choices=list(SHEETS), help="what to show")
    parser.add_argument("-o", "--output", type=Path, required=True, help="picture to write (.jpg or .png)")
    parser.add_argument("--places", nargs="+", default=list(registry()), choices=list(registry()))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--width", type=int, default=240, help="width of one small panorama on the sheet, even")
    parser.add_argument("--cells", type=Path, help="folder in which finished pictures are kept")
    args = parser.parse_args()
    try:
        image = SHEETS[args.sheet](args, kept_in(args.cells))
        with whole_file(args.output) as path:
            path.write_bytes(encoded(image, args.output.suffix))
    except InputError as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return wrong.exit_code
    print(args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
