"""What to make of the facts: pure functions, one a check."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from depthfusion.doctor.check import Check

GIB = 1 << 30
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "basic render")


def gib(count: float) -> str:
    """Return a number of bytes in GiB, as a person writes it."""
    return f"{count / GIB:.1f} GiB" if count < 100 * GIB else f"{count / GIB:.0f} GiB"


def python(version: str, machine: str, executable: str, bits: int) -> Check:
    """Judge the interpreter: 64 bits are needed, as the pinned packages exist for nothing else."""
    finding = f"{version} on {machine}, {executable}"
    if bits < 64:
        return Check("Python", "missing", f"{finding}, {bits} bits", "install a 64-bit Python")
    return Check("Python", "ok", finding)


def software(renderer: str) -> bool:
    """Say whether an OpenGL renderer's name is that of one that draws with the processor."""
    return any(word in renderer.lower() for word in _SOFTWARE)


def opengl(facts: Mapping[str, Any]) -> Check:
    """Judge a context: `renderer`, `version`, `texture` (largest size), `samples`, or why there is none as `error`."""
    if "error" in facts:
        return Check("OpenGL", "missing", str(facts["error"]), str(facts.get("remedy", "renew the graphics driver")))
    finding = (
        f"{facts['version']}, {facts['renderer']}; textures to {facts['texture']}, {facts['samples']} samples a pixel"
    )
    if facts["texture"] < 8192:
        remedy = f"panoramas wider than {facts['texture']} are drawn smaller; a newer graphics card has no such limit"
        return Check("OpenGL", "limited", finding, remedy)
    return Check("OpenGL", "ok", finding)


def graphics_card(renderer: str, nvidia: Sequence[str]) -> Check:
    """Judge what draws: `renderer` is OpenGL's word for it (empty without OpenGL), `nvidia` lines of nvidia-smi."""
    name = "Graphics card"
    cards = "; ".join(nvidia)
    if renderer and not software(renderer):
        return Check(name, "ok", cards or renderer)
    if nvidia:
        remedy = "install the OpenGL part of its driver too (Debian: libnvidia-gl or nvidia-driver-libs)"
        return Check(name, "limited", f"{cards}; OpenGL does not use it", remedy)
    if renderer:
        remedy = "it is exact but slow; where there is a graphics card, install its driver"
        return Check(name, "limited", f"none is used: {renderer} draws with the processor", remedy)
    return Check(name, "missing", "none was found", "install a graphics driver")


def memory(total: int | None, available: int | None) -> Check:
    """Judge the working memory in bytes; None where the system does not tell."""
    if total is None:
        return Check("Memory", "ok", "this system does not tell")
    if available is None:
        available, finding = total, gib(total)
    else:
        finding = f"{gib(available)} of {gib(total)} free"
    if available < 2 * GIB:
        return Check("Memory", "limited", finding, "close other programs before large pictures and videos")
    return Check("Memory", "ok", finding)


def disk(folder: Path, free: int, writable: bool) -> Check:
    """Judge the place of the results: bytes free, and whether it may be written to."""
    finding = f"{gib(free)} free for results in {folder}"
    if not writable:
        return Check("Disk", "missing", f"{folder} may not be written to", "set DEPTHFUSION_HOME to another folder")
    if free < GIB:
        return Check(
            "Disk", "limited", finding, "free some space, or set DEPTHFUSION_HOME to a folder on a larger disk"
        )
    return Check("Disk", "ok", finding)


def ffmpeg(path: str, version: str | None, error: str = "") -> Check:
    """Judge the encoder program; `version` is None where it does not run, and `error` says why."""
    if version is None:
        return Check(
            "ffmpeg", "missing", error or f"{path} does not run", "start.py installs it: delete .venv and start"
        )
    return Check("ffmpeg", "ok", f"{version}, {path}")


def encoders(tried: Mapping[str, str]) -> Check:
    """Judge the trial encodes: each encoder's name with what ffmpeg said against it (empty: it works).

    H.264 and HEVC are what the program writes, so a software encoder must work for each.
    """
    works = [name for name, words in tried.items() if not words]
    fails = [name for name, words in tried.items() if words]
    finding = f"working: {', '.join(works) or 'none'}"
    if fails:
        finding += f"; listed but not working here: {', '.join(fails)}"
    lacking = [kind for kind, prefixes in (("H.264", ("libx264", "h264_")), ("HEVC", ("libx265", "hevc_")))
               if not any(name.startswith(prefixes) for name in works)]  # fmt: skip
    if lacking:
        remedy = "unset IMAGEIO_FFMPEG_EXE, or name an ffmpeg there that has libx264 and libx265"
        return Check("Encoders", "missing", f"{finding}; nothing writes {' or '.join(lacking)}", remedy)
    return Check("Encoders", "ok", finding)


def torch(facts: Mapping[str, Any], nvidia: bool) -> Check:
    """Judge PyTorch: `version`, `device` and `name` as it sees them, `error`, or nothing where it is not installed."""
    if not facts:
        return Check("PyTorch", "missing", "not installed; sketch needs none", "it comes with the packages of LDM3D")
    if "error" in facts:
        return Check("PyTorch", "missing", f"cannot be loaded: {facts['error']}", "delete .venv and start again")
    finding = f"{facts['version']}, computes on {facts['device']} ({facts['name']})"
    if facts["device"] == "cpu" and nvidia:
        remedy = (
            "start once with DEPTHFUSION_TORCH=cu130 set (a driver before 580: cu126), so that it uses the NVIDIA card"
        )
        return Check("PyTorch", "limited", finding, remedy)
    if facts["device"] == "cpu":
        return Check("PyTorch", "limited", finding, "LDM3D takes minutes a picture without a graphics card")
    return Check("PyTorch", "ok", finding)


def parts(lacking: Sequence[str], can_install: bool) -> Check:
    """Judge the packages that LDM3D needs: those that are `lacking`, and whether the program can install them."""
    if not lacking:
        return Check("LDM3D", "ok", "its packages are installed")
    remedy = (
        "they are installed when an LDM3D engine or an estimator is first asked for"
        if can_install
        else 'start.py installs them when they are first needed; elsewhere pip install "depthfusion[ldm3d]" does'
    )
    return Check("LDM3D", "missing", f"not installed: {', '.join(lacking)}; sketch needs none of them", remedy)


def checkpoints(found: Mapping[str, str], folder: Path) -> Check:
    """Judge the checkpoints of LDM3D and of depth in the Hugging Face cache: each name with what it lacks."""
    whole = [name for name, lack in found.items() if not lack]
    broken = [f"{name} ({lack})" for name, lack in found.items() if lack]
    finding = "; ".join([*whole, *broken]) or "none"
    finding += f" in {folder}"
    if broken:
        remedy = f"an interrupted download goes on with `depthfusion model get {broken[0].split(' ')[0]}`"
        return Check("Checkpoints", "limited", finding, remedy)
    if not whole:
        return Check(
            "Checkpoints", "missing", finding, "sketch needs none; `depthfusion model list` says which there are"
        )
    return Check("Checkpoints", "ok", finding)


def headset(openxr: str, openxr_lack: str, openvr: str, openvr_lack: str) -> Check:
    """Judge the headset runtimes: each one's name (empty: none) and what is wrong with it (empty: nothing)."""
    parts = []
    for standard, runtime, lack in (("OpenXR", openxr, openxr_lack), ("OpenVR", openvr, openvr_lack)):
        if runtime:
            parts.append(f"{standard}: {runtime}" + (f", but {lack}" if lack else ""))
    if not parts:
        remedy = (
            "only for a headset: install its software (SteamVR, Meta, Monado or WiVRn) and make it the OpenXR runtime"
        )
        return Check("Headset", "missing", "no OpenXR or OpenVR runtime is registered", remedy)
    usable = (openxr and not openxr_lack) or (openvr and not openvr_lack)
    remedy = "" if usable else "start the headset's software once, so that it registers itself anew"
    return Check("Headset", "ok" if usable else "limited", "; ".join(parts), remedy)


def display(platform: str, x11: str, wayland: str, answers: bool) -> Check:
    """Judge the display: `DISPLAY`, `WAYLAND_DISPLAY`, and whether what they name is there."""
    if not platform.startswith("linux"):
        return Check("Display", "ok", "Windows" if platform == "win32" else "macOS")
    named = " and ".join(part for part in (wayland and f"Wayland {wayland}", x11 and f"X11 {x11}") if part)
    if not named:
        return Check(
            "Display",
            "missing",
            "none: the studio cannot open",
            "the command line needs none; else log in on a desktop",
        )
    if not answers:
        return Check("Display", "missing", f"{named} does not answer", "unset DISPLAY, or log in on a desktop")
    return Check("Display", "ok", named)


def bits() -> int:
    """Return the width of this interpreter's pointers."""
    return 64 if sys.maxsize > 1 << 32 else 32
