"""LDM3D: panoramas of colour and depth from text.

    from ldm3d import LDM3DPipeline

    pipe = LDM3DPipeline.from_pretrained("Intel/ldm3d-4c")
    made = pipe("a tranquil forest at dawn")
    made.rgb, made.depth  # uint8 [1, 512, 512, 3], uint16 [1, 512, 512]

Nothing heavy is imported with the package; what is named here is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldm3d.pipelines.image import LDM3DImg2ImgPipeline
    from ldm3d.pipelines.inpaint import LDM3DInpaintPipeline
    from ldm3d.pipelines.output import LDM3DOutput
    from ldm3d.pipelines.text import LDM3DPipeline
    from ldm3d.pipelines.upscale import LDM3DUpscalePipeline
    from ldm3d.rgbd import pack_depth, unpack_depth

_HOMES = {
    "LDM3DPipeline": "ldm3d.pipelines.text",
    "LDM3DImg2ImgPipeline": "ldm3d.pipelines.image",
    "LDM3DInpaintPipeline": "ldm3d.pipelines.inpaint",
    "LDM3DUpscalePipeline": "ldm3d.pipelines.upscale",
    "LDM3DOutput": "ldm3d.pipelines.output",
    "pack_depth": "ldm3d.rgbd",
    "unpack_depth": "ldm3d.rgbd",
}

__all__ = [
    "LDM3DImg2ImgPipeline",
    "LDM3DInpaintPipeline",
    "LDM3DOutput",
    "LDM3DPipeline",
    "LDM3DUpscalePipeline",
    "pack_depth",
    "unpack_depth",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
