"""What was chosen for an export, its preset beneath it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from depthfusion.camera.options import ViewOptions
from depthfusion.export.names import suggested_name
from depthfusion.export.presets import NONE, PRESETS
from depthfusion.export.settings import ExportSettings


def apply(name: str, view: ViewOptions, export: ExportSettings) -> None:
    """Set what the preset `name` sets, and its name."""
    view.update(PRESETS[name].view)
    export.update({**PRESETS[name].export, "preset": name})


def settings(view: Mapping[str, Any], export: Mapping[str, Any]) -> tuple[ViewOptions, ExportSettings]:
    """Return view and export settings of the values given: over what their preset sets, over the defaults."""
    chosen_view, chosen = ViewOptions(), ExportSettings(preset=export.get("preset", NONE))
    apply(chosen.preset, chosen_view, chosen)
    chosen_view.update(view)
    chosen.update(export)
    return chosen_view, chosen


def named(stem: str, view: ViewOptions, export: ExportSettings) -> str:
    """Return the file name that a video is proposed, as players and people look for it."""
    return suggested_name(stem, view.layout, view.projection, PRESETS[export.preset].suffix, swap=view.swap)
