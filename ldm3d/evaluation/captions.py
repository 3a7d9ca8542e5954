"""Captions to paint, with the pictures that they were written for where a file names them.

Read: COCO's captions_*.json; JSON lines or a JSON list of objects; CSV with a header; plain text, one caption a line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ldm3d.errors import InputError
from ldm3d.evaluation import blocks

_TEXTS = ("caption", "text", "prompt")
_IMAGES = ("image", "file_name", "path", "image_path", "file")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


class Captioned(NamedTuple):
    """A caption, and the name of the picture that it was written for (empty: unknown)."""

    caption: str
    image: str = ""


class Prompts(NamedTuple):
    """What is painted: captions, the names of their pictures ("": unknown), and a mark of what they are chosen of."""

    captions: list[str]
    images: list[str]
    mark: str


def read(path: Path) -> list[Captioned]:
    """Return all captions of a file in its order.

    Raises:
        InputError: it is missing, of no known kind, or has no captions.
    """
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                found = list(_of_objects(list(csv.DictReader(file)), path))
        else:
            found = _of_text(path.read_text("utf-8-sig"), path)
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist; name a file of captions, such as COCO's captions_val2014.json"
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({error}); name a file of captions in UTF-8") from None
    if not found:
        raise InputError(f"{path} has no captions; name another file")
    return found


def choose(captions: list[Captioned], count: int, seed: int, who: Path) -> Prompts:
    """Return `count` of the captions in an order that depends on `seed` alone: fewer are the first of more.

    Raises:
        InputError: there are not so many.
    """
    if count > len(captions):
        raise InputError(f"{who} has {len(captions)} captions, fewer than {count}; give --count {len(captions)}")
    order = [captions[int(at)] for at in np.random.default_rng(seed).permutation(len(captions))]
    mark = blocks.mark(one.caption for one in order)
    return Prompts([one.caption for one in order[:count]], [one.image for one in order[:count]], mark)


def real_pictures(prompts: Prompts, folder: Path) -> list[Path]:
    """Return the pictures in `folder` that captions name, each once; where they name none, all pictures there.

    Raises:
        InputError: the folder, or one that is named, is missing; or there are fewer than two.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; name that of the pictures which the captions were written for")
    named = list(dict.fromkeys(name for name in prompts.images if name))
    found = [folder / name for name in named] or sorted(
        path for path in folder.iterdir() if path.suffix.lower() in _PICTURES and not path.name.endswith(".depth.png")
    )
    if missing := [path for path in found if not path.is_file()]:
        raise InputError(
            f"{missing[0]} is missing, as are {len(missing) - 1} more; name the folder of the captions' pictures"
        )
    if len(found) < 2:
        raise InputError(f"{folder} has {len(found)} pictures; FID compares with at least two")
    return found


def _of_text(text: str, path: Path) -> list[Captioned]:
    kind = path.suffix.lower()
    if kind in {".jsonl", ".ndjson"}:
        return list(_of_objects([_parsed(line, path) for line in text.splitlines() if line.strip()], path))
    if kind != ".json":
        return [Captioned(line.strip()) for line in text.splitlines() if line.strip()]
    content = _parsed(text, path)
    if isinstance(content, dict):
        return list(_of_coco(content, path))
    return list(_of_objects(content, path))


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"{path} is no JSON ({error}); name another file") from None


def _of_coco(content: dict[str, Any], path: Path) -> Iterator[Captioned]:
    try:
        names = {image["id"]: str(image["file_name"]) for image in content["images"]}
        for annotation in content["annotations"]:
            yield Captioned(" ".join(annotation["caption"].split()), names[annotation["image_id"]])
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            f"{path} has not COCO's images and annotations with captions; give captions_val2014.json, or JSON lines "
            "with a caption each"
        ) from None


def _of_objects(objects: Any, path: Path) -> Iterator[Captioned]:
    for one in objects if isinstance(objects, list) else [None]:
        if isinstance(one, str):
            yield Captioned(one)
            continue
        entry = one if isinstance(one, dict) else {}
        text = next((key for key in _TEXTS if isinstance(entry.get(key), str)), None)
        if text is None:
            raise InputError(f"{path} has an entry without a {' or '.join(_TEXTS)}: {str(one)[:80]}; give it one")
        image = next((key for key in _IMAGES if isinstance(entry.get(key), str)), None)
        yield Captioned(" ".join(entry[text].split()), entry[image] if image else "")
