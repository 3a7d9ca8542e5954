"""What this machine tells about itself. What may crash or hang is asked in a process of its own."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from depthfusion.errors import MachineError

_OPENGL = """
import json
from depthfusion.errors import MachineError
from depthfusion.render import context
try:
    ctx = context.standalone()
except MachineError as error:
    words, _, remedy = str(error).partition(": ")
    print(json.dumps({"error": words, "remedy": remedy}))
else:
    info = ctx.info
    print(json.dumps({"renderer": info["GL_RENDERER"], "version": info["GL_VERSION"].split(" ")[0],
                      "texture": info["GL_MAX_TEXTURE_SIZE"], "samples": ctx.max_samples}))
    ctx.release()
"""
_TORCH = """
import json, torch
if torch.cuda.is_available():
    device, name = "rocm" if torch.version.hip else "cuda", torch.cuda.get_device_name(0)
    name += f", {torch.cuda.get_device_properties(0).total_memory / 2**30:.0f} GiB"
elif torch.backends.mps.is_available():
    device, name = "mps", "Apple's GPU"
elif torch.xpu.is_available():
    device, name = "xpu", torch.xpu.get_device_name(0)
else:
    device, name = "cpu", f"{torch.get_num_threads()} threads"
print(json.dumps({"version": torch.__version__, "device": device, "name": name}))
"""
# The smallest size that every hardware encoder takes, and what some need before they take a frame.
_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=0.2"]
_BEFORE = {"vaapi": ["-vaapi_device", "/dev/dri/renderD128"]}
_FILTER = {"vaapi": "format=nv12,hwupload"}
_QUICK = {"libaom-av1": ["-cpu-used", "8", "-usage", "realtime"]}
_WORTH_TRYING = re.compile(
    r"^ V\S{5} (lib(?:x264|x265|svtav1|aom-av1)|(?:h264|hevc|av1)_(?:nvenc|vaapi|qsv|videotoolbox|amf)) ", re.MULTILINE
)


def asked(program: str, timeout: float = 60) -> dict[str, Any]:
    """Run Python code in a process of its own and return the JSON that it prints, or why there is none as `error`."""
    try:
        answer = run([sys.executable, "-c", program], timeout)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer in {timeout:.0f} s"}
    if answer.returncode < 0:
        return {"error": f"it crashed (signal {-answer.returncode})"}
    if answer.returncode:
        return {"error": last_line(answer.stderr)}
    told: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return told


def run(command: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with an empty stdin; `subprocess.TimeoutExpired` after `timeout` seconds."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def last_line(words: str) -> str:
    """Return the last line with something on it."""
    return next((line.strip() for line in reversed(words.splitlines()) if line.strip()), "it gave no reason")


def opengl() -> dict[str, Any]:
    """Return what a real context says of itself."""
    return asked(_OPENGL)


def torch() -> dict[str, Any]:
    """Return PyTorch's version and device; empty where it is not installed. It is never imported in this process."""
    return asked(_TORCH, 120) if importlib.util.find_spec("torch") else {}


def nvidia() -> list[str]:
    """Return a line for each NVIDIA card: name, driver, memory."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        answer = run(query, 20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    if answer.returncode:
        return []
    return [
        re.sub(r", ([\d.]+), ", r", driver \1, ", line.strip()) for line in answer.stdout.splitlines() if line.strip()
    ]


def memory() -> tuple[int | None, int | None]:
    """Return total and available bytes; None for what the system does not tell without further packages."""
    if sys.platform == "win32":
        return _windows_memory()
    if sys.platform == "darwin":
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None
    total, available = meminfo(Path("/proc/meminfo").read_text(encoding="ascii"))
    limit, used = (_number(Path("/sys/fs/cgroup", name)) for name in ("memory.max", "memory.current"))
    if limit is not None and used is not None and limit < total:
        return limit, min(available, limit - used)
    return total, available


def meminfo(words: str) -> tuple[int, int]:
    """Return total and available bytes from the text of /proc/meminfo."""
    kib = {name: int(number) for name, number in re.findall(r"^(\w+): +(\d+) kB", words, re.MULTILINE)}
    return kib["MemTotal"] * 1024, kib["MemAvailable"] * 1024


def _number(path: Path) -> int | None:
    """Return the number in a file; None where there is no such file, or a word such as `max`."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _windows_memory() -> tuple[int | None, int | None]:
    class Status(ctypes.Structure):
        """MEMORYSTATUSEX."""

        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "c", "d", "e", "f", "g")),
        )

    status = Status(length=ctypes.sizeof(Status))
    ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    return status.total, status.available


def existing(folder: Path) -> Path:
    """Return `folder`, or the nearest folder above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def ffmpeg_version(path: str) -> str | None:
    """Return the version of an ffmpeg; None where it does not run."""
    try:
        answer = run([path, "-hide_banner", "-version"], 30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"ffmpeg version (\S+)", answer.stdout)
    return found.group(1) if found else None


def listed_encoders(words: str) -> list[str]:
    """Return those of `ffmpeg -encoders` that are worth trying."""
    return _WORTH_TRYING.findall(words)


def encoders(path: str) -> dict[str, str]:
    """Encode a few frames with each encoder that this ffmpeg lists; return what it said against each (empty: works)."""
    return {name: tried(path, name) for name in listed_encoders(run([path, "-hide_banner", "-encoders"], 30).stdout)}


def tried(path: str, encoder: str) -> str:
    """Encode a few frames; return what ffmpeg said against it (empty: it works)."""
    kind = encoder.rpartition("_")[2]
    command = [path, "-hide_banner", "-v", "error", "-nostdin", *_BEFORE.get(kind, []), *_PICTURE]
    command += ["-vf", _FILTER.get(kind, "format=nv12" if "_" in encoder else "format=yuv420p")]
    command += ["-c:v", encoder, *_QUICK.get(encoder, []), "-f", "null", "-"]
    try:
        answer = run(command, 30)
    except subprocess.TimeoutExpired:
        return "no end in 30 s"
    return last_line(answer.stderr) if answer.returncode else ""


def ffmpeg() -> tuple[str, str]:
    """Return the path of the program's ffmpeg and why there is none; one of the two is empty."""
    from depthfusion.export.ffmpeg import program

    try:
        return program(), ""
    except MachineError as error:
        return "", str(error)


def display_answers(x11: str, wayland: str, environ: Mapping[str, str]) -> bool:
    """Say whether the display server's socket is there; one on another machine is taken at its word."""
    if wayland and Path(environ.get("XDG_RUNTIME_DIR", "/run"), wayland).exists():
        return True
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", x11)
    return Path(f"/tmp/.X11-unix/X{local.group(1)}").exists() if local else bool(x11)
