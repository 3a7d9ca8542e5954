"""How a panorama was made, as texts of its PNG: written, and read back.

`depthfusion` is the complete record as JSON; `parameters` is the same in the words that image tools use; XMP says to
viewers that the picture is a whole sphere. The format is described in docs/panorama.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from depthfusion import __version__
from depthfusion.errors import InputError
from ldm3d.rgbd import XMP

KEY = "depthfusion"
PARAMETERS = "parameters"
_VERSION = 1
_NEAREST, _FARTHEST = 1e-6, 1e12  # metres: what the numbers of drawing, 32 bits wide, can hold with room


@dataclass(frozen=True)
class Record:
    """What stands under `depthfusion`.

    sha256: of the depth (see `depth_hash`). near, far: metres that depth 65535 and 0 stand for, where known.
    source: what the depth came from. request: the complete request, where the picture was generated.
    made: what it was made with beside the request.
    """

    sha256: str
    near: float | None
    far: float | None
    source: str
    request: Mapping[str, Any] | None
    made: Mapping[str, Any] | None = None


def depth_hash(depth: NDArray[np.uint16]) -> str:
    """Return the SHA-256 (hexadecimal) of the depth's values, row after row, each as two bytes, the low one first."""
    return hashlib.sha256(np.ascontiguousarray(depth, "<u2").data).hexdigest()


def texts(record: Record, size: tuple[int, int], parameters: str | None = None) -> dict[str, str]:
    """Return the texts, by key, of a panorama of `size` (width, height).

    `parameters` is what another tool left in the picture; it is kept where there is no request of our own to tell.
    """
    depth = {"sha256": record.sha256, "near": record.near, "far": record.far, "source": record.source}
    request = None if record.request is None else dict(record.request)
    found = {XMP: gpano(*size)}
    if request is not None:
        found[PARAMETERS] = parameters_text(request, size)
    elif parameters is not None:
        found[PARAMETERS] = parameters
    whole: dict[str, Any] = {"version": _VERSION, "depth": depth, "request": request}
    if record.made is not None:
        whole["made"] = dict(record.made)
    found[KEY] = json.dumps(whole, allow_nan=False)
    return found


def parameters_text(request: Mapping[str, Any], size: tuple[int, int]) -> str:
    """Return the request as image tools write it: prompt, negative prompt, one line of settings."""
    settings = {
        "Steps": request.get("steps"),
        "CFG scale": request.get("guidance"),
        "Seed": request.get("seed"),
        "Size": "{}x{}".format(*size),
        "Model": request.get("engine"),
        "Denoising strength": request.get("denoise"),
        "Version": f"DepthFusion {__version__}",
    }
    lines = [str(request.get("prompt") or "")]
    if request.get("negative"):
        lines.append(f"Negative prompt: {request['negative']}")
    lines.append(", ".join(f"{name}: {value}" for name, value in settings.items() if value is not None))
    return "\n".join(lines)


def gpano(width: int, height: int, full_width: int | None = None) -> str:
    """Return the XMP packet by which viewers know a picture of the sphere (http://ns.google.com/photos/1.0/panorama/).

    `width` and `height` are the picture's, in pixels; it is the middle of a sphere that would be `full_width` wide, or
    all of it.
    """
    full_width = full_width or width
    values = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "FullPanoWidthPixels": full_width,
        "FullPanoHeightPixels": height,
        "CroppedAreaImageWidthPixels": width,
        "CroppedAreaImageHeightPixels": height,
        "CroppedAreaLeftPixels": (full_width - width) // 2,
        "CroppedAreaTopPixels": 0,
        "StitchingSoftware": "DepthFusion",
    }
    attributes = "".join(f'\n   GPano:{name}="{value}"' for name, value in values.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '  <rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
        f"{attributes}/>\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    )


def read(found: Mapping[str, str], path: Path) -> Record | None:
    """Return the record among a picture's texts, or None where there is none.

    Raises:
        InputError: it is there and cannot be understood. `path` is named in it.
    """
    if KEY not in found:
        return None

    def unreadable(why: str) -> NoReturn:
        raise InputError(
            f"{path} carries DepthFusion settings that cannot be read ({why}); give its depth with --depth to use it "
            "as a plain picture"
        )

    try:
        record = json.loads(found[KEY], parse_constant=unreadable)
    except RecursionError:
        unreadable("too deep")
    except ValueError as error:
        unreadable(str(error)[:100])
    if not isinstance(record, dict) or not isinstance(record.get("depth"), dict):
        unreadable("no depth in it")
    if record.get("version") != _VERSION:
        unreadable(f"version {str(record.get('version'))[:20]}, this program reads {_VERSION}")
    depth, request = record["depth"], record.get("request")
    sha256, source = depth.get("sha256"), depth.get("source")
    near, far = depth.get("near"), depth.get("far")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        unreadable("no SHA-256 of the depth")
    if not isinstance(source, str):
        unreadable("no source of the depth")
    if not (near is None and far is None) and not (is_distance(near) and is_distance(far) and near < far):
        unreadable("near and far must be metres, 0 < near < far")
    if request is not None and not isinstance(request, dict):
        unreadable("a request that is no object")
    made = record.get("made")
    if made is not None and not isinstance(made, dict):
        unreadable("what it was made with is no object")
    distances = (None if near is None else float(near), None if far is None else float(far))
    return Record(sha256, *distances, source, request, made)


def is_distance(value: object) -> bool:
    """Say whether `value` can be the distance in metres that a depth of 0 or 65535 stands for."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and _NEAREST <= value <= _FARTHEST
