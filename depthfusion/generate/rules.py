"""What can be asked of which engine, told before anything is loaded or installed: the standard library alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from depthfusion.errors import InputError
from depthfusion.generate.request import GenerationRequest
from depthfusion.settings import Value
from ldm3d.checkpoints.names import HUB_NAME, known_by

SKETCH, AUTO = "sketch", "auto"
STRIDE = 64  # pixels: LDM3D's autoencoder halves a picture three times, its U-Net three times again
_LARGEST = 8192  # rows
_LDM3D_OPTIONS = frozenset(value.name for value in GenerationRequest.values()) - set(GenerationRequest.common)


def options_of(engine: str) -> frozenset[str]:
    """Return the names of the options that an engine has beyond the common ones; `auto` may have any."""
    return frozenset() if engine == SKETCH else _LDM3D_OPTIONS


def check(request: GenerationRequest) -> None:
    """Raise `InputError` for whatever is wrong with `request` by itself.

    An empty prompt, an engine that cannot be, options that it lacks or that lack another, files that are not there and,
    where the engine is named, a size that it cannot make.
    """
    if not request.prompt.strip():
        raise InputError("the prompt is empty: say what the world is to show, such as 'a tranquil forest at dawn'")
    check_name(request.engine)
    check_options(request, request.engine)
    for name, needed in (("denoise", "source"), ("mask", "source"), ("lora_scale", "lora")):
        if _is_given(request, name) and not _is_given(request, needed):
            option, other = (_declared(one).option for one in (name, needed))
            raise InputError(f"{option} cannot be used alone: say with {other} what it is for, or leave it out")
    for name in ("source", "mask"):
        _check_file(request, name)
    if request.lora and not HUB_NAME.fullmatch(request.lora) and not _exists(request.lora):
        raise InputError(f"--lora {request.lora} cannot be read because there is no such file: name a file or folder")
    if request.size is not None and request.engine == SKETCH:
        check_sketch_size(request.size)
    elif request.size is not None and request.engine != AUTO:
        check_ldm3d_size(request.size)


def check_name(engine: str, own: tuple[str, ...] = (AUTO, SKETCH)) -> None:
    """Raise `InputError` where `engine` is none of our `own` names, no checkpoint's name and no folder."""
    if engine in own:
        return
    known = known_by(engine)
    if known is not None and known.kind != "ldm3d":
        raise InputError(f"engine {engine} makes no panoramas ({known.says}): choose sketch or ldm3d")
    if known is None and not HUB_NAME.fullmatch(engine) and not _is_folder(engine):
        raise InputError(
            f"engine {engine!r} is not known: choose one of {', '.join(own)}, ldm3d, the name of a checkpoint on the "
            "hub such as Intel/ldm3d-4c, or its folder"
        )


def check_options(request: GenerationRequest, engine: str, why: str = "") -> None:
    """Raise `InputError` for an option that `engine` lacks; `why` says how it came to be chosen."""
    lacking = [value for value in request.given() if value.name not in options_of(engine)]
    if lacking:
        value = lacking[0]
        told = value.format(getattr(request, value.name))
        chosen = f" ({why})" if why else ""
        raise InputError(
            f"{value.option} {told} cannot be used with engine {engine}{chosen}, which has no such option: choose "
            f"--engine ldm3d, which has it, or leave out {value.option}"
        )


def check_sketch_size(size: tuple[int, int]) -> None:
    """Accept every 2:1 size from 64×32 to 16384×8192 with an even width."""
    width, height = size
    if width != 2 * height:
        rows = min(max(round(width / 2), 32), _LARGEST)
        raise InputError(f"size {width}x{height} is not twice as wide as high: choose {2 * rows}x{rows}")
    if not 64 <= width <= 2 * _LARGEST:
        raise InputError(f"size {width}x{height} cannot be drawn by sketch: choose from 64x32 to {2 * _LARGEST}x8192")


def check_ldm3d_size(size: tuple[int, int]) -> None:
    """Accept every 2:1 size whose height is a multiple of 64, from 128×64 to 16384×8192."""
    width, height = size
    if width == 2 * height and height % STRIDE == 0 and height <= _LARGEST:
        return
    rows = min(max(round(width / 2 / STRIDE), 1) * STRIDE, _LARGEST)
    why = "not twice as wide as high" if width != 2 * height else f"no multiple of {STRIDE} in width and height"
    if width == 2 * height and height > _LARGEST:
        why = "too large"
    raise InputError(f"size {width}x{height} cannot be made by LDM3D because it is {why}: choose {2 * rows}x{rows}")


def _is_given(request: GenerationRequest, name: str) -> bool:
    return any(value.name == name for value in request.given())


def _declared(name: str) -> Value[Any]:
    return next(value for value in GenerationRequest.values() if value.name == name)


def _check_file(request: GenerationRequest, name: str) -> None:
    path, option = getattr(request, name), _declared(name).option
    if not path:
        return
    try:
        there = Path(path).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError(f"{option} {path} cannot be read because there is no such file: name a picture")


def _exists(name: str) -> bool:
    try:
        return Path(name).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()
    except (OSError, ValueError):
        return False
