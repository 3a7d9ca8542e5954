"""The layer behind a panorama's edges as a job: filled at once, or repainted by LDM3D."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from depthfusion import panorama
from depthfusion.conversion import DepthUnit
from depthfusion.errors import InputError
from depthfusion.generate import fill_rules
from depthfusion.generate.engines import resolve
from depthfusion.generate.fill_rules import FAST
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Progress
from depthfusion.layers import Layers, files, split
from depthfusion.layers.grid import box_mean, enlarged
from depthfusion.panorama import Panorama
from ldm3d import rgbd
from ldm3d.sphere import sample_wrapped, texel_centres, to_linear, to_srgb

NOTHING_HIDDEN = "nothing is hidden: the depth has no edges, and the layer behind is the panorama itself"
_FEATHER = 3
"""Texels of depth from the edges over which what was repainted takes over from the fast fill, whose edges fit."""
_STRIP = 64


@dataclass(frozen=True)
class FillJob(Job):
    """Fill what a panorama's foreground hides, and keep it beside the panorama.

    Attributes:
        scene: the panorama.
        engine: fast, or what repaints the fast fill: ldm3d, a checkpoint's name or its folder.
        request: further values of a `GenerationRequest` for that (prompt, seed, steps …).
        mask: where to write which texels of the depth are filled; None: nowhere.
        depth: as for `ImportJob`, and so are the next two.
        invert_depth: see above.
        depth_unit: see above.
    """

    kind: ClassVar[str] = "fill"
    scene: str
    engine: str = FAST
    request: Mapping[str, Any] = field(default_factory=dict)
    mask: str | None = None
    depth: str | None = None
    invert_depth: bool = False
    depth_unit: DepthUnit | None = None

    @property
    def folder(self) -> Path:
        """The folder of the panorama."""
        return Path(self.scene).parent

    def run(self, progress: Progress) -> Json:
        """Return `back`, `depth` (paths), `mask` (a path or None), `hidden` (share of the sphere) and `said`.

        Raises:
            InputError: the panorama, the mask's name or what was asked of the engine is wrong.
            MachineError: the disk, the memory or the checkpoint did not do.
        """
        scene = Path(self.scene)
        mask = None if self.mask is None else Path(self.mask)
        fill_rules.check(self.engine, self.request)
        _check_mask(mask, scene)
        files.check_destination(scene, mask)
        progress.step("reading the panorama", 0)
        depth = None if self.depth is None else Path(self.depth)
        read = panorama.load(scene, depth, invert_depth=self.invert_depth, depth_unit=self.depth_unit)
        progress.step("filling what is hidden", 0)
        layers = split(read.rgb, read.depth)
        made: Json = {"engine": FAST}
        hidden = _share(layers.hidden)
        if self.engine != FAST and hidden > 0:
            request = self._request(read)
            layers, made = repainted(read, layers, request, progress)
        progress.step("writing the layer behind", 0)
        back, back_depth = files.save(layers, scene, read.rgb, read.depth, made)
        if mask is not None:
            files.save_mask(layers, mask)
        return {
            "back": str(back),
            "depth": str(back_depth),
            "mask": self.mask,
            "hidden": hidden,
            "said": "" if hidden else NOTHING_HIDDEN,
        }

    def _request(self, read: Panorama) -> GenerationRequest:
        """Return the request without its pictures; a panorama that was generated lends its prompt."""
        prompt = (read.request or {}).get("prompt")
        values = {"prompt": prompt} if isinstance(prompt, str) else {}
        values |= {name: value for name, value in self.request.items() if value not in (None, "")}
        request = GenerationRequest(**values, engine=self.engine)
        if not request.prompt.strip():
            raise InputError(f"{self.scene} does not say what it shows: say with --prompt what is behind its edges")
        return request


def repainted(
    scene: Panorama, layers: Layers, request: GenerationRequest, progress: Progress
) -> tuple[Layers, dict[str, Any]]:
    """Return `layers` with what is hidden repainted by LDM3D, colour and depth, and what they were made with.

    The layer behind as the fast fill left it is the picture that the engine begins from, at its own size; all that is
    white in the mask it makes anew. Only that is taken over.
    """
    with tempfile.TemporaryDirectory(prefix="depthfusion-fill-") as folder:
        source, mask = Path(folder) / "back.png", Path(folder) / "mask.png"
        rgbd.write_pair(source, layers.back_rgb, layers.back)
        files.save_mask(layers, mask)
        request.source, request.mask = str(source), str(mask)
        engine, completed, _ = resolve(request)
        creation = engine.generate(completed, progress)
    values = completed.as_dict()
    made = {name: value for name, value in values.items() if name not in {"source", "mask"}}
    return composited(layers, creation.panorama.rgb, creation.panorama.depth), {
        **made,
        **(creation.panorama.made or {}),
    }


def composited(layers: Layers, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> Layers:
    """Return `layers` with the layer behind taken from `rgb` and `depth` (any sizes) where it is hidden.

    Towards the edges, where the fast fill continues what is seen, it goes over into that.
    """
    height, width = layers.back.shape
    scale = layers.alpha.shape[0] // height
    clear = np.asarray((layers.alpha < 128).reshape(height, scale, width, scale).any(axis=(1, 3)))
    near = box_mean(clear[..., None].astype(np.float32), np.ones(clear.shape), _FEATHER)[..., 0]
    weight = np.clip(1 - near * (2 * _FEATHER + 1) / _FEATHER, 0, 1) * layers.hidden
    u, v = texel_centres(width, height)
    new = sample_wrapped(depth.astype(np.float32), u[None, :], v[:, None])
    back = np.rint(layers.back + weight * (new - layers.back)).astype(np.uint16)
    colour = layers.back_rgb.copy()
    linear = to_linear(rgb.astype(np.float32) / np.float32(255))
    rows, columns = colour.shape[:2]
    filled = enlarged(layers.hidden, (rows, columns))
    u, v = texel_centres(columns, rows)
    for top in range(0, rows, _STRIP):
        strip = slice(top, top + _STRIP)
        share = sample_wrapped(weight.astype(np.float32), u[None, :], v[strip, None])[..., None]
        share = share * filled[strip, :, None]
        own = to_linear(colour[strip].astype(np.float32) / np.float32(255))
        light = own + share * (sample_wrapped(linear, u[None, :], v[strip, None]) - own)
        colour[strip] = np.where(share > 0, np.rint(to_srgb(light) * 255), colour[strip]).astype(np.uint8)
    return replace(layers, back=np.minimum(back, layers.front), back_rgb=colour)


def _share(hidden: NDArray[np.bool_]) -> float:
    """Return the share of the sphere."""
    height = hidden.shape[0]
    level = np.cos(((np.arange(height) + 0.5) / height - 0.5) * np.pi)
    return float((hidden.mean(axis=1) * level).sum() / level.sum())


def _check_mask(mask: Path | None, scene: Path) -> None:
    """Raise `InputError` where the mask would be written over the panorama or its layer behind."""
    back = files.back_path(scene)
    taken = (scene, panorama.depth_beside(scene), back, rgbd.depth_path(back))
    if mask is not None and mask.resolve() in {path.resolve() for path in taken if path is not None}:
        raise InputError(f"{mask} belongs to the panorama: choose another name for --mask-out")
