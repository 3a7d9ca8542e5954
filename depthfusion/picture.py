"""Picture files into plain arrays: PNG, JPEG, WebP, TIFF, EXR and NPY, told apart by their first bytes.

What a file is worth as colour or as depth is decided in `depthfusion.panorama` and `depthfusion.depth_map`; here its
values are read as they are, all 16 bits of them where it has them.
"""

from __future__ import annotations

import contextlib
import errno
import io
import stat
import struct
import sys
import tokenize
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from depthfusion.errors import InputError, MachineError

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile, _Tile

Role = Literal["colour", "depth"]

MAX_PIXELS = 16384 * 8192
STRIP = 256  # rows that are worked on at a time, so that no step needs a second copy of a large picture

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")
_MAGICS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_EXR = b"\x76\x2f\x31\x01"
_NPY = b"\x93NUMPY"
_READABLE = {"colour": "PNG, JPEG, WebP, TIFF or EXR", "depth": "PNG, JPEG, WebP, TIFF, EXR or NPY"}

# Pillow's modes that are turned into others before their values are taken.
_CONVERTED = {"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}
# How the high and the low bytes of 16-bit colour are asked for (see `_decode`), by how the file holds them.
_NATIVE, _OTHER = ("L", "B") if sys.byteorder == "little" else ("B", "L")
_HIGH_LOW = {
    f"{mode};16{order}": (f"{mode};16{high}", f"{mode};16{low}")
    for mode in ("RGB", "RGBA", "RGBX")
    for order, high, low in (("B", "B", "L"), ("L", "L", "B"), ("N", _NATIVE, _OTHER))
}

# What Pillow's plugins raise for damaged files: beside the documented ones what 80,000 damaged files brought to light
# (tests/test_panorama_broken.py goes on looking). Only calls of Pillow stand where these are caught.
_BROKEN_PICTURE = (OSError, SyntaxError, ValueError, TypeError, AttributeError, EOFError, struct.error, zlib.error)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, upright, its alpha laid over black.

    pixels: [H, W] grey or [H, W, 3] RGB, in uint8 or uint16 (0 to the type's largest value, sRGB where nothing else is
        said) or float32 (linear light, or a depth's own values); [H, W, 4] uint8 is CMYK.
    icc: the embedded colour profile.
    texts: the texts of a PNG by key.
    """

    pixels: NDArray[Any]
    icc: bytes | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def read(path: Path, role: Role) -> Picture:
    """Read the picture at `path`, which is wanted as colour or as depth (EXR and NPY hold them under other names).

    Raises:
        InputError: there is no such file, it may not be read, is no picture, is broken, or is too large.
        MachineError: the disk failed, or there is not enough memory.
    """
    try:
        with _opened(path) as stream:
            magic = stream.read(8)
            stream.seek(0)
            if not magic:
                raise InputError(f"{path} is empty; {_give(role)}")
            if magic.startswith(_EXR):
                return Picture(_read_exr(stream, path, role))
            if magic.startswith(_NPY) and role == "depth":
                return Picture(_read_npy(path))
            return _read_picture(stream, path, role)
    except MemoryError:
        raise MachineError(
            f"{path} could not be read because there is not enough memory; close other programs or make it smaller"
        ) from None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file; anything else (a folder, a pipe that would never answer) is an input error."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} is a folder, not a picture; name a file in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} is a device or a pipe, not a picture; save it as a file first")
        stream = path.open("rb")
    except ValueError:
        raise InputError(f"{str(path)!r} is no file name because it has a zero byte in it; correct it") from None
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path} does not exist; check the name") from None
    except PermissionError:
        raise InputError(f"{path} may not be read; change its permissions or copy it to a folder of your own") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}); check the name") from None
    with stream:
        yield stream


def _give(role: Role) -> str:
    return f"give a {_READABLE[role]} file"


def _broken(path: Path, error: BaseException) -> InputError | MachineError:
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return MachineError(f"{path} could not be read because the disk reports an error; check the disk")
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return InputError(f"{path} is broken or cut short and cannot be decoded ({reason}); make it or copy it again")


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InputError(f"{path} is {width}×{height}, larger than the 16384×8192 that are read; make it smaller")


# --- what Pillow reads ---------------------------------------------------------------------------------------------


def _read_picture(stream: IO[bytes], path: Path, role: Role) -> Picture:
    with warnings.catch_warnings():
        # Damaged tags are no reason to trouble anyone, and large pictures are welcome up to MAX_PIXELS.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(stream, formats=_FORMATS)
            _check_size(path, *image.size)
            pixels = _decode(image, stream)
        except Image.DecompressionBombError:
            raise InputError(f"{path} has more pixels than the 16384×8192 that are read; make it smaller") from None
        except UnidentifiedImageError:
            stream.seek(0)
            head = stream.read(12)
            if head.startswith(_MAGICS) or head.endswith(b"WEBP"):
                raise _broken(path, EOFError("in its header")) from None
            raise InputError(f"{path} is not a picture that can be read; {_give(role)}") from None
        except _BROKEN_PICTURE as error:
            raise _broken(path, error) from None
    if pixels is None:
        raise InputError(f"{path} holds its values in a way that is not read ({image.mode}); save it as a PNG")
    icc = image.info.get("icc_profile")
    texts = {key: text for key, text in image.info.items() if isinstance(key, str) and isinstance(text, str)}
    return Picture(pixels, icc if isinstance(icc, bytes) else None, texts if image.format == "PNG" else {})


def _decode(image: ImageFile, stream: IO[bytes]) -> NDArray[Any] | None:
    """Return the upright pixels of an opened picture without alpha, or None where its mode is none of ours.

    Pillow has no mode for several channels of 16 bits and would keep the high bytes only. The low bytes come from a
    second pass that is told that the file has the other byte order.
    """
    rawmodes = {_rawmode(tile) for tile in image.tile}
    rawmode = rawmodes.pop() if len(rawmodes) == 1 else ""
    if rawmode == "LA;16B":
        bytes_ = _pixels(image, "RGBA")
        return _over_black(_join(bytes_[..., 0::2], bytes_[..., 1::2]))
    if rawmode in _HIGH_LOW:
        high_mode, low_mode = _HIGH_LOW[rawmode]
        high = _pixels(image, high_mode)
        stream.seek(0)
        low = _pixels(Image.open(stream, formats=_FORMATS), low_mode)
        wide = _join(high, low)
        return _over_black(wide) if image.mode == "RGBA" else wide

    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    plain: Image.Image = image
    if image.mode in ("L", "P", "PA", "RGB") and image.has_transparency_data:
        plain = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode in _CONVERTED:
        plain = image.convert(_CONVERTED[image.mode])
    if plain.mode in ("LA", "RGBA"):
        return _over_black(_array(plain))
    if plain.mode in ("L", "RGB", "CMYK", "F") or plain.mode.startswith("I;16"):
        return _array(plain)
    return None


def _rawmode(tile: _Tile) -> str:
    args = tile.args[0] if isinstance(tile.args, tuple) else tile.args
    return str(args)


def _pixels(image: ImageFile, rawmode: str) -> NDArray[Any]:
    """Decode as if the file's values lay in it as `rawmode` says."""
    image.tile = [
        tile._replace(args=(rawmode, *tile.args[1:]) if isinstance(tile.args, tuple) else rawmode)
        for tile in image.tile
    ]
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return _array(image)


def _array(image: Image.Image) -> NDArray[Any]:
    """Copy a loaded image into an array of its own, in strips: Pillow's own conversion takes twice the memory."""
    width, height = image.size
    first = np.asarray(image.crop((0, 0, width, 1)))
    pixels = np.empty((height, *first.shape[1:]), first.dtype.newbyteorder("="))
    for top in range(0, height, STRIP):
        bottom = min(top + STRIP, height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def _join(high: NDArray[np.uint8], low: NDArray[np.uint8]) -> NDArray[np.uint16]:
    wide = high.astype(np.uint16)
    wide <<= 8
    wide |= low
    return wide


def _over_black(pixels: NDArray[Any]) -> NDArray[Any]:
    """Lay [H, W, 2] grey or [H, W, 4] RGB with its alpha, the last channel, over black; rounded to the nearest."""
    colour, alpha = (pixels[..., 0], pixels[..., 1]) if pixels.shape[-1] == 2 else (pixels[..., :3], pixels[..., 3:])
    full = np.uint32(np.iinfo(pixels.dtype).max)
    if alpha.min() == full:
        return np.ascontiguousarray(colour)
    laid = np.empty(colour.shape, pixels.dtype)
    for top in range(0, len(laid), STRIP):
        rows = slice(top, top + STRIP)
        laid[rows] = (colour[rows].astype(np.uint32) * alpha[rows] + full // 2) // full
    return laid


# --- EXR and NPY ---------------------------------------------------------------------------------------------------


def _read_exr(stream: IO[bytes], path: Path, role: Role) -> NDArray[np.float32]:
    """Read R, G, B (or Y alone) as colour; Z or a depth by its name, else the only channel, else grey, as depth."""
    import OpenEXR

    try:
        # The library reports what it gives up on with print(); standard output belongs to the paths that we write.
        with contextlib.redirect_stdout(io.StringIO()):
            headers = OpenEXR.File(stream, header_only=True).parts
            for part in headers:
                (left, top), (right, bottom) = (corner.tolist() for corner in part.header["dataWindow"])
                _check_size(path, right - left + 1, bottom - top + 1)
            stream.seek(0)
            parts = OpenEXR.File(stream, separate_channels=True).parts
    except (RuntimeError, ValueError, TypeError, LookupError, OverflowError) as error:  # as pybind maps C++'s
        raise _broken(path, error) from None
    if len(parts) < len(headers):
        raise _broken(path, EOFError("pixels are missing"))
    for part in parts:
        planes = {name: np.asarray(channel.pixels) for name, channel in part.channels.items()}
        floats = {name: plane for name, plane in planes.items() if plane.dtype in (np.float16, np.float32)}
        names = _exr_colour(floats) if role == "colour" else _exr_depth(floats)
        if names and len({floats[name].shape for name in names}) == 1:
            chosen = [floats[name].astype(np.float32) for name in names]
            return chosen[0] if len(chosen) == 1 else np.stack(chosen, axis=-1)
    found = ", ".join(name for part in parts for name in part.channels)[:120] or "none"
    wanted = "R, G and B" if role == "colour" else "Z, or one alone"
    raise InputError(f"{path} has no usable channels ({found}); it takes floating-point {wanted}")


def _exr_colour(channels: Mapping[str, object]) -> list[str]:
    """Return the names of R, G, B of the first layer that has them, or of Y, or nothing."""
    for name in sorted(channels, key=len):
        layer, _, last = name.rpartition("R")
        if not last and (not layer or layer.endswith(".")) and {f"{layer}G", f"{layer}B"} <= channels.keys():
            return [name, f"{layer}G", f"{layer}B"]
    return ["Y"] if "Y" in channels else []


def _exr_depth(channels: Mapping[str, object]) -> list[str]:
    for name in sorted(channels, key=len):
        if name.rpartition(".")[2].upper() in ("Z", "DEPTH"):
            return [name]
    return list(channels) if len(channels) == 1 else _exr_colour(channels)


def _read_npy(path: Path) -> NDArray[Any]:
    """Read an array [H, W] (or [H, W, 1]) of uint8, uint16 or any floating-point type, which becomes float32."""
    try:
        # Mapped: a header that promises more than the file holds is found before anything is allocated.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError, OverflowError, TypeError, tokenize.TokenError) as error:
        raise _broken(path, error) from None
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim != 2:
        raise InputError(f"{path} holds an array of shape {array.shape}; a depth map is [height, width]")
    _check_size(path, array.shape[1], array.shape[0])
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):  # beyond float32 is infinitely far
            return np.array(array, np.float32)
    native = array.dtype.newbyteorder("=")
    if native in (np.uint8, np.uint16):
        return np.array(array, native)
    raise InputError(f"{path} holds {array.dtype}; a depth map is uint8, uint16 or floating-point")
