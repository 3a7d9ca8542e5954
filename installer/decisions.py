"""What to set up and how, decided by pure functions that take the system as an argument.

`system` is `sys.platform`'s word everywhere: `linux`, `win32` or `darwin`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TORCH_INDEX = "https://download.pytorch.org/whl/"
MACHINE, INPUT, INTERRUPTED = 3, 2, 130

# What each group needs of a Linux system, with the Debian package that has it: what PySide6's libraries and its xcb and
# wayland plugins link to beyond a minimal Debian 12, and what an EGL context needs there. Training draws nothing.
LIBRARIES = {
    "compute": {"libstdc++.so.6": "libstdc++6"},
    "draw": {"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libstdc++.so.6": "libstdc++6"},
    "window": {
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libfontconfig.so.1": "libfontconfig1",
        "libdbus-1.so.3": "libdbus-1-3",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    },
    "test": {},
}
DRIVER, DRIVER_PACKAGE = "an OpenGL driver", "libgl1-mesa-dri"


class Stop(Exception):  # noqa: N818 - it is how setting up ends, with the code to end with
    """Setting up ends here; the message is one sentence with the reason and the remedy."""

    def __init__(self, message: str, code: int = MACHINE) -> None:
        super().__init__(message)
        self.code = code


class Wanted(NamedTuple):
    """What a command needs: lock files and groups of the system's own libraries, each in order."""

    locks: tuple[str, ...]
    system: tuple[str, ...]


class Gpu(NamedTuple):
    """An NVIDIA GPU: the driver's major version, and ten times the compute capability."""

    driver: int
    capability: int


def wanted_by(args: Sequence[str], system: str, environ: Mapping[str, str]) -> Wanted:
    """Return what `start.py ARGS` needs.

    The window's libraries are asked for only where there is a display, so that a server needs no more than OpenGL.
    """
    if args[:1] == ["test"]:
        return Wanted(("base", "ldm3d", "dev"), ("draw", "window", "test") if system == "linux" else ())
    if args[:1] == ["ldm3d"]:
        return Wanted(("base", "ldm3d"), ("compute",) if system == "linux" else ())
    display = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    locks = ("base", "ldm3d") if asks_for_ldm3d(args) else ("base",)
    return Wanted(locks, (("draw", "window") if display else ("draw",)) if system == "linux" else ())


def asks_for_ldm3d(args: Sequence[str]) -> bool:
    """Say whether arguments name what needs the `ldm3d` lock: an engine, an estimator, the upscaler, a download."""
    if list(args[:2]) == ["model", "get"]:
        return True
    values = dict(zip(args, [*args[1:], ""], strict=False))
    values |= dict(arg.split("=", 1) for arg in args if arg.startswith("--") and "=" in arg)
    engine, method = values.get("--engine", "auto"), values.get("--method")
    return engine not in {"auto", "sketch"} or "--estimator" in values or method == "ldm3d-sr"


def venv_python(venv: Path, system: str) -> Path:
    """Return where the environment's interpreter lies."""
    return venv / "Scripts" / "python.exe" if system == "win32" else venv / "bin" / "python"


def replaces_itself(system: str) -> bool:
    """Say whether the program takes `start.py`'s process. Windows' exec returns to the shell at once: a child there."""
    return system != "win32"


def program(python: Path, args: Sequence[str]) -> list[str]:
    """Return what `start.py ARGS` becomes."""
    if args[:1] == ["ldm3d"]:
        return [str(python), "-m", *args]
    return [str(python), "-m", "depthfusion", *args]


def gpu_from(line: str) -> Gpu | None:
    """Read a line of `nvidia-smi --query-gpu=driver_version,compute_cap --format=csv,noheader`; None for others."""
    driver, _, capability = line.partition(",")
    major, tenths = driver.split(".")[0].strip(), capability.strip().replace(".", "")
    return Gpu(int(major), int(tenths)) if major.isdigit() and tenths.isdigit() else None


def torch_build(system: str, machine: str, gpu: Gpu | None, override: str | None = None) -> str:
    """Return which build of torch 2.13 suits: `cpu`, `cu126`, `cu130`, or `pypi` for whatever PyPI has.

    PyPI serves Linux the CUDA 13 build (gigabytes of no use without NVIDIA) and Windows a CPU-only one (of no use to an
    NVIDIA card), so both take theirs from PyTorch's own index. CUDA 13 needs driver 580 and a Turing card (7.5) or a
    newer one; CUDA 12.6 needs driver 525 (Windows 528) and knows Maxwell (5.0) to Hopper (9.0); else the CPU computes
    [PyTorch's RELEASE.md, NVIDIA's CUDA compatibility guide]. On a Mac PyPI's one build has Metal in it; Intel Macs
    have none. ROCm and Intel XPU are never guessed: the override names them.

    Args:
        system: `sys.platform`'s word.
        machine: `platform.machine()`'s word.
        gpu: the NVIDIA GPU, if there is one.
        override: the value of `DEPTHFUSION_TORCH`: `cpu`, `cu126`, `cu130`, `cu132`, `rocm7.2`, `xpu`, or `pypi`.

    Raises:
        Stop: where there is no build, or the override is none.
    """
    if override:
        name = override.lower()
        if not re.fullmatch(r"cpu|cu\d+|rocm\d+(\.\d+)*|xpu|pypi", name):
            text = f"DEPTHFUSION_TORCH={override} is no build of PyTorch; take cpu, cu126, cu130, rocm7.2, xpu or pypi"
            raise Stop(text, INPUT)
        return name
    if system == "darwin":
        if machine != "arm64":
            raise Stop("PyTorch has no build for Macs with Intel processors; everything but LDM3D works without it")
        return "pypi"
    if gpu is None or machine.lower() not in {"x86_64", "amd64", "aarch64"}:
        return "cpu"
    if gpu.driver >= 580 and gpu.capability >= 75:
        return "cu130"
    if gpu.driver >= (528 if system == "win32" else 525) and 50 <= gpu.capability <= 90:
        return "cu126"
    return "cpu"


def torch_requirement(build: str, pin: str) -> list[str]:
    """Return pip's arguments that install `build` of `pin` (`torch==VERSION`) without its needs, which the lock brings.

    PyTorch's index is added to the configured ones, for this one package: a local version (2.13.0+cpu) ranks above the
    plain one, and where that index cannot be reached the configured ones serve what they have after one more try.
    """
    arguments = ["--no-deps", pin]
    if build != "pypi":
        arguments += ["--retries", "1", "--timeout", "20", "--extra-index-url", TORCH_INDEX + build]
    return arguments


def missing_packages(groups: Sequence[str], has: Callable[[str], bool], python: tuple[int, int]) -> dict[str, str]:
    """Return what a Linux system lacks for `groups`, with the Debian packages; `has` says whether a thing is there."""
    wanted = {"ensurepip": f"python{python[0]}.{python[1]}-venv"} if groups else {}
    for group in groups:
        wanted.update(LIBRARIES[group])
    if "draw" in groups:
        wanted[DRIVER] = DRIVER_PACKAGE
    if "test" in groups:
        wanted["Xvfb"] = "xvfb"
    return {thing: package for thing, package in wanted.items() if not has(thing)}


def install_line(packages: Sequence[str]) -> list[str]:
    """Return the one command that installs Debian packages."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *sorted(packages)]


def reason(words: str, what: str) -> str:
    """Return the sentence for a failed step from what its program said."""
    network = ("NewConnectionError", "NameResolution", "ConnectTimeout", "ProxyError", "Could not resolve")
    if "No space left" in words:
        return f"{what} failed because the disk is full; free some space and start again"
    if any(word in words for word in network):
        return f"{what} failed because its server cannot be reached; check the network and start again"
    return f"{what} failed; what it said last stands above"


def pins(text: str) -> list[str]:
    """Return the `name==version` lines of a lock file."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
