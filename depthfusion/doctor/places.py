"""Where other programs' files lie, and what they say: headset runtimes, read from files only."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def openxr(environ: Mapping[str, str], home: Path, platform: str) -> tuple[str, str]:
    """Return the active OpenXR runtime and what is wrong with it; both empty where none is registered.

    The places are those that the loader looks at [OpenXR loader specification, runtime discovery].
    """
    for manifest in _openxr_manifests(environ, home, platform):
        if not manifest.is_file():
            continue
        runtime = _json(manifest).get("runtime")
        if not isinstance(runtime, dict) or not isinstance(runtime.get("library_path"), str):
            return str(manifest), "it names no library"
        library = runtime["library_path"]
        name = f"{runtime.get('name', Path(library).name)} ({manifest})"
        bare = "/" not in library and "\\" not in library
        return name, "" if bare or (manifest.resolve().parent / library).exists() else f"{library} is not there"
    return "", ""


def _openxr_manifests(environ: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    if named := environ.get("XR_RUNTIME_JSON"):
        return [Path(named)]
    if platform == "win32":
        registered = _registered_runtime()
        return [Path(registered)] if registered else []
    configured = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    folders = [
        environ.get("XDG_CONFIG_HOME") or str(home / ".config"),
        *configured.split(":"),
        "/usr/local/etc",
        "/etc",
    ]
    names = [f"active_runtime.{os.uname().machine}.json" if hasattr(os, "uname") else "", "active_runtime.json"]
    return [Path(folder, "openxr", "1", name) for folder in folders for name in names if name]


def _registered_runtime() -> str:
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Khronos\OpenXR\1") as key,
        ):
            return str(winreg.QueryValueEx(key, "ActiveRuntime")[0])
    return ""


def openvr(environ: Mapping[str, str], home: Path, platform: str) -> tuple[str, str]:
    """Return the registered OpenVR runtime and what is wrong with it; both empty where none is registered."""
    registry = openvr_registry(environ, home, platform)
    if not registry.is_file():
        return "", ""
    roots = _json(registry).get("runtime")
    if not isinstance(roots, list) or not roots or not isinstance(roots[0], str):
        return str(registry), "it names no runtime"
    return roots[0], "" if Path(roots[0]).is_dir() else "its folder is not there"


def openvr_registry(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """Return the file in which OpenVR's library looks for its runtime."""
    if named := environ.get("VR_PATHREG_OVERRIDE"):
        return Path(named)
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local", "openvr", "openvrpaths.vrpath")
    if platform == "darwin":
        return home / "Library" / "Application Support" / "OpenVR" / ".openvr" / "openvrpaths.vrpath"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "openvr", "openvrpaths.vrpath")


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file of another program; empty where it cannot be read or is something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
