"""Stills of the sphere say so in XMP: read back by Pillow, and from the bytes as each format lays them."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion.camera.options import ViewOptions
from depthfusion.export.jobs import StillJob
from depthfusion.export.still import panorama_mark, write
from depthfusion.jobs.progress import Progress

PIXELS = np.arange(64 * 128 * 3, dtype=np.uint8).reshape(64, 128, 3)


def in_png(data: bytes) -> bytes:
    """The text of the iTXt chunk of that keyword (PNG, third edition, 11.3.3.4)."""
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        content = data[at + 8 : at + 8 + size]
        if kind == b"iTXt" and content.startswith(b"XML:com.adobe.xmp\0"):
            assert content[18:20] == b"\0\0"  # not compressed
            return content[20:].split(b"\0", 2)[2]
        at += 12 + size
    return b""


def in_jpeg(data: bytes) -> bytes:
    """The packet of the APP1 segment (XMP specification, part 3)."""
    at = 2
    while data[at : at + 2] != b"\xff\xda":
        marker, size = struct.unpack(">HH", data[at : at + 4])
        content = data[at + 4 : at + 2 + size]
        if marker == 0xFFE1 and content.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            return content[29:]
        at += 2 + size
    return b""


def in_webp(data: bytes) -> bytes:
    """The RIFF chunk `XMP `."""
    at = 12
    while at < len(data):
        kind, size = struct.unpack("<4sI", data[at : at + 8])
        if kind == b"XMP ":
            return data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return b""


def in_tiff(data: bytes) -> bytes:
    """Tag 700 of the first directory."""
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    for i in range(count):
        tag, kind, size, place = struct.unpack("<HHII", data[at + 2 + 12 * i : at + 14 + 12 * i])
        if tag == 700:
            assert kind in {1, 7}  # bytes
            return data[place : place + size]
    return b""


FORMATS: dict[str, Callable[[bytes], bytes]] = {".png": in_png, ".jpg": in_jpeg, ".webp": in_webp, ".tif": in_tiff}


def gpano(packet: bytes) -> dict[str, str]:
    space = "{http://ns.google.com/photos/1.0/panorama/}"
    description = ET.fromstring(packet.decode()).find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description is not None
    return {name.removeprefix(space): word for name, word in description.attrib.items() if name.startswith(space)}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("projection", "layout", "full", "left"),
    [("equirect", "mono", 128, 0), ("equirect", "anaglyph", 128, 0), ("vr180", "mono", 256, 64)],
)
def test_a_still_of_the_sphere_says_so(
    tmp_path: Path, suffix: str, projection: str, layout: str, full: int, left: int
) -> None:
    path = tmp_path / f"a{suffix}"
    write(PIXELS, path, panorama_mark(ViewOptions(projection=projection, layout=layout), (128, 64)))
    packet = FORMATS[suffix](path.read_bytes())
    assert gpano(packet) == {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "FullPanoWidthPixels": str(full),
        "FullPanoHeightPixels": "64",
        "CroppedAreaImageWidthPixels": "128",
        "CroppedAreaImageHeightPixels": "64",
        "CroppedAreaLeftPixels": str(left),
        "CroppedAreaTopPixels": "0",
        "StitchingSoftware": "DepthFusion",
    }
    with Image.open(path) as image:
        found = image.info.get("XML:com.adobe.xmp" if suffix == ".png" else "xmp")
        assert (found if isinstance(found, bytes) else str(found).encode()) == packet


def test_a_still_that_is_exported_says_so(world: Path, tmp_path: Path) -> None:
    for projection, left in (("equirect", "0"), ("vr180", "32")):
        path = tmp_path / f"{projection}.jpg"
        view = {"projection": projection, "layout": "mono"}
        StillJob(str(world), str(path), view=view, export={"size": [64, 64]}).run(Progress())
        assert gpano(in_jpeg(path.read_bytes()))["CroppedAreaLeftPixels"] == left


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_mark_changes_no_pixel(tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in ("marked", "plain")]
    write(PIXELS, paths[0], panorama_mark(ViewOptions(projection="equirect"), (128, 64)))
    write(PIXELS, paths[1])
    marked, plain = (np.asarray(Image.open(path)) for path in paths)
    assert np.array_equal(marked, plain)
    assert FORMATS[suffix](paths[1].read_bytes()) == b""


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"projection": "equirect", "layout": "tb"},
        {"projection": "equirect", "layout": "half-sbs"},
        {"projection": "vr180", "layout": "sbs"},
        {"projection": "cubemap"},
        {"projection": "little-planet"},
        {"layout": "anaglyph"},
    ],
)
def test_what_a_viewer_would_wrap_wrongly_says_nothing(view: dict[str, str]) -> None:
    assert panorama_mark(ViewOptions(**view), (128, 64)) is None
