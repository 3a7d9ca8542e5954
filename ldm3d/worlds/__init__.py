"""Procedural RGBD panoramas from a prompt and a seed: the `sketch` engine.

`generate` makes a world, `understand` says what a prompt means here, `vocabulary` lists the words that mean something,
`captions` draws captions with their scenes for training.
The heavy part is imported with the first call; how the rooms of this package fit together stands in docs/worlds.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldm3d.worlds.captioning import Caption, caption_at, captions
    from ldm3d.worlds.spec import SceneSpec, Understanding
    from ldm3d.worlds.words import understand, vocabulary
    from ldm3d.worlds.world import World, generate

__all__ = [
    "Caption",
    "SceneSpec",
    "Understanding",
    "World",
    "caption_at",
    "captions",
    "generate",
    "understand",
    "vocabulary",
]

_HOMES = {
    "SceneSpec": "spec",
    "Understanding": "spec",
    "World": "world",
    "generate": "world",
    "captions": "captioning",
    "caption_at": "captioning",
    "Caption": "captioning",
    "understand": "words",
    "vocabulary": "words",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
