"""The Hugging Face cache, shared with other programs: where it is and how a checkpoint lies in it.

`models--ORG--NAME/` holds `blobs/` (the contents, named by their hash), `snapshots/REVISION/` (links to them under the
files' names) and `refs/main` (the revision last downloaded).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def place(environ: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """Return the cache's folder (not made here).

    `HF_HUB_CACHE` and `HF_HOME` name it as for every program of Hugging Face; else it is `hub` in `DEPTHFUSION_HOME`
    where that is set, and where huggingface_hub has it otherwise.
    """
    environ = os.environ if environ is None else environ
    if named := environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(os.path.expandvars(named)).expanduser()
    if named := environ.get("HF_HOME"):
        return Path(os.path.expandvars(named)).expanduser() / "hub"
    if named := environ.get("DEPTHFUSION_HOME"):
        return Path(named) / "hub"
    above = environ.get("XDG_CACHE_HOME") or str((home or Path.home()) / ".cache")
    return Path(above).expanduser() / "huggingface" / "hub"


def folder_of(name: str, cache: Path) -> Path:
    """Return the folder of a repository in the cache."""
    return cache / f"models--{name.replace('/', '--')}"


def name_of(folder: Path) -> str:
    """Return the repository that a folder of the cache belongs to."""
    return folder.name.removeprefix("models--").replace("--", "/", 1)


def revision_in(folder: Path) -> str:
    """Return the revision last downloaded: what `main` means, else the newest snapshot; empty where there is none."""
    try:
        revision = (folder / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        revision = ""
    if revision and snapshot(folder, revision).is_dir():
        return revision
    found = [path for path in (folder / "snapshots").glob("*") if path.is_dir()]
    return max(found, key=lambda path: path.stat().st_mtime).name if found else revision


def snapshot(folder: Path, revision: str) -> Path:
    """Return the folder with a revision's files."""
    return folder / "snapshots" / revision


def partial(folder: Path, blob: str) -> Path:
    """Return where a blob lies while it is not whole; older versions of huggingface_hub name it so too."""
    return folder / "blobs" / f"{blob}.incomplete"
