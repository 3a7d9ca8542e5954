"""What tells players that an MP4 is a sphere, or two eyes: the boxes of Google's Spherical Video, V1 and V2.

V1 is a `uuid` box with XML in the track; V2 is `st3d` (which eye is where) and `sv3d` (how a frame lies on the sphere)
in the description of its samples. Players read one or the other, so both are written, and they say the same. See
https://github.com/google/spatial-media (docs/spherical-video-rfc.md, docs/spherical-video-v2-rfc.md) and docs/video.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from depthfusion.camera.options import ViewOptions
from depthfusion.export.boxes import SAMPLE_ENTRIES, Box, rewrite

Stereo = Literal["mono", "top-bottom", "left-right", "right-left", "other"]

MAKER = "DepthFusion"
_V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
_STEREO: dict[Stereo, int] = {"mono": 0, "top-bottom": 1, "left-right": 2, "other": 3, "right-left": 4}
_IN_V1 = ("mono", "top-bottom", "left-right")
# A quarter of the sphere's width as a 0.32 fraction: what VR180 lacks on either side.
_QUARTER = 1 << 30
_CONFIGURATIONS = (b"avcC", b"hvcC", b"av1C")


@dataclass(frozen=True)
class Marks:
    """What a video is.

    spherical: the frame, or each eye's part of it, lies on the sphere.
    half: only the middle half of the sphere's width is there (VR180).
    stereo: where the eyes are; "other" is what has two eyes and no name, the right one above the left.
    """

    spherical: bool
    half: bool = False
    stereo: Stereo = "mono"


def marks_of(view: ViewOptions) -> Marks | None:
    """Return what players should know of a video of `view`, or None for a flat picture, which needs no mark.

    A cubemap has none: V2's only layout of six faces has the upper and the lower one turned by 180° against ours, which
    unfold around the front one. A little planet is a flat picture to every player. So is a red-cyan one, unless it is
    wrapped around.
    """
    spherical = view.projection in {"equirect", "vr180"}
    stereo: Stereo = "mono"
    if view.layout == "tb":
        stereo = "other" if view.swap else "top-bottom"
    elif view.layout in {"sbs", "half-sbs"}:
        stereo = "right-left" if view.swap else "left-right"
    if not spherical and stereo == "mono":
        return None
    return Marks(spherical, view.projection == "vr180", stereo)


def mark(path: Path, view: ViewOptions) -> None:
    """Mark the finished MP4 file at `path`, in place, as a video of `view`; marks that it had are replaced.

    The pictures, their number, times and colour tags stay as they are, and `moov` stays in front where it was.

    Raises:
        ValueError: it is not an MP4 file.
        OSError: the disk is full, or failed.
    """
    marks = marks_of(view)
    if marks is not None:
        rewrite(path, lambda moov: marked(moov, marks))


def marked(moov: Box, marks: Marks) -> Box:
    """Return `moov` with `marks` in its video tracks."""
    return moov.mapped(lambda trak: _marked_track(trak, marks) if _is_video(trak) else trak, b"trak")


def _is_video(trak: Box) -> bool:
    """Say whether a track shows pictures: the handler's type stands after version, flags and four bytes of zero."""
    return trak.first(b"mdia", b"hdlr").own[8:12] == b"vide"


def _marked_track(trak: Box, marks: Marks) -> Box:
    size = (0, 0)

    def described(stsd: Box) -> Box:
        nonlocal size
        size = struct.unpack_from(">HH", stsd.inside[0].own, 24)
        return replace(stsd, inside=tuple(_marked_entry(entry, marks) for entry in stsd.inside))

    trak = trak.mapped(described, b"mdia", b"minf", b"stbl", b"stsd")
    rest = tuple(box for box in trak.inside if not (box.kind == b"uuid" and box.own.startswith(_V1)))
    # V1 has no words for eyes the other way round: a player that reads it alone would show each the other's picture.
    own = (first_version(marks, size),) if marks.spherical and marks.stereo in _IN_V1 else ()
    return replace(trak, inside=(*rest, *own))


def _marked_entry(entry: Box, marks: Marks) -> Box:
    """Return a sample entry with V2's boxes, which stand after the decoder's configuration and before all else."""
    if entry.kind not in SAMPLE_ENTRIES:
        return entry
    rest = [box for box in entry.inside if box.kind not in {b"st3d", b"sv3d"}]
    after = 1 + next(i for i, box in enumerate(rest) if box.kind in _CONFIGURATIONS)
    return replace(entry, inside=(*rest[:after], *second_version(marks), *rest[after:]))


def first_version(marks: Marks, size: tuple[int, int]) -> Box:
    """Return the `uuid` box of a sphere for frames of `size` (width, height) in pixels."""
    words = {
        "Spherical": "true",
        "Stitched": "true",
        "StitchingSoftware": MAKER,
        "ProjectionType": "equirectangular",
    }
    if marks.stereo != "mono":
        words["StereoMode"] = marks.stereo
    if marks.half:
        width = size[0] // (2 if marks.stereo == "left-right" else 1)
        height = size[1] // (2 if marks.stereo == "top-bottom" else 1)
        words |= {
            "CroppedAreaImageWidthPixels": str(width),
            "CroppedAreaImageHeightPixels": str(height),
            "FullPanoWidthPixels": str(2 * width),
            "FullPanoHeightPixels": str(height),
            "CroppedAreaLeftPixels": str(width // 2),
            "CroppedAreaTopPixels": "0",
        }
    # Some readers look for the elements as text: no space may stand between a tag and its word.
    elements = "".join(f"<GSpherical:{name}>{word}</GSpherical:{name}>" for name, word in words.items())
    xml = (
        '<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">{elements}</rdf:SphericalVideo>'
    )
    return Box(b"uuid", _V1 + xml.encode())


def second_version(marks: Marks) -> tuple[Box, ...]:
    """Return `st3d`, and for a sphere `sv3d`; the picture's middle is ahead, so that the pose in it is zero."""
    plain = bytes(4)  # version and flags
    st3d = Box(b"st3d", plain + bytes([_STEREO[marks.stereo]]))
    if not marks.spherical:
        return (st3d,)
    sides = _QUARTER if marks.half else 0
    svhd = Box(b"svhd", plain + MAKER.encode() + b"\0")
    prhd = Box(b"prhd", plain + struct.pack(">3i", 0, 0, 0))
    equi = Box(b"equi", plain + struct.pack(">4I", 0, 0, sides, sides))
    return st3d, Box(b"sv3d", inside=(svhd, Box(b"proj", inside=(prhd, equi))))
