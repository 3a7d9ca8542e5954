"""Depth networks by name or folder: DPT, Depth Anything and ZoeDepth, through transformers' maintained classes.

torch and transformers are imported when a network is loaded. A checkpoint is a folder as it lies on the hub:
config.json, preprocessor_config.json and the weights (safetensors, or .bin, which torch then reads as weights only).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ldm3d import checkpoints
from ldm3d.errors import InputError, MachineError

if TYPE_CHECKING:
    import torch

    from ldm3d.checkpoints import Checkpoint

_LEAST_METRES = 1e-3


@dataclass(eq=False)
class Network:
    """A loaded depth network; an `Estimator`.

    name: what it was asked for by.
    side: pixels of the square pictures it is given, as its processor would make them.
    metric: whether it tells metres.
    model, processor: of transformers.
    """

    name: str
    side: int
    metric: bool
    model: Any
    processor: Any

    def inverse_depth(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return inverse depth along the view's axis [side, side] of a picture uint8 [side, side, 3]; near is large.

        Raises:
            MachineError: the device's memory did not do.
        """
        import torch

        pixels = self.processor(images=picture, return_tensors="pt")["pixel_values"].to(self.model.device)
        try:
            with torch.inference_mode():
                told = self.model(pixel_values=pixels).predicted_depth.float()
        except torch.OutOfMemoryError:
            raise MachineError(
                f"estimator {self.name} does not fit into the memory of {self.model.device}: close other programs that "
                "use it or choose a smaller estimator, such as depth-anything-v2-small"
            ) from None
        resized = self._unpadded(told[:, None], picture.shape[0])[0, 0].cpu().numpy()
        if self.metric:
            return np.asarray(1 / np.maximum(resized, _LEAST_METRES), np.float32)
        return np.asarray(resized, np.float32)

    def _unpadded(self, told: torch.Tensor, side: int) -> torch.Tensor:
        """Bring [1, 1, h, w] back to the picture's own size, without the border that ZoeDepth's processor mirrors."""
        from torch.nn.functional import interpolate

        if self.model.config.model_type != "zoedepth":
            return interpolate(told, size=(side, side), mode="bicubic", align_corners=False)
        border = int(np.sqrt(side / 2) * 3) if self.processor.do_pad else 0  # as the processor reckons it
        # It is also resized with the corners' centres on each other.
        whole = interpolate(told, size=(side + 2 * border,) * 2, mode="bicubic", align_corners=True)
        return whole[..., border : border + side, border : border + side]


def load(name: str | Path, device: str = "auto") -> Network:
    """Return the network of a name or folder, ready on `device`. Nothing is downloaded.

    Args:
        name: as `ldm3d.checkpoints.find` takes it: an alias such as "dpt-large", ORGANISATION/NAME, or a folder.
        device: torch's name of it; "auto" takes cuda, xpu or mps where there is one, else cpu.

    Raises:
        InputError: there is none of that name, or the folder holds none of the known kinds, or not all of it.
        MachineError: it has not been downloaded.
    """
    folder = find(name).folder
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoImageProcessor, AutoModelForDepthEstimation

    with _quiet():
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")  # type: ignore[no-untyped-call]
        try:
            model = AutoModelForDepthEstimation.from_pretrained(
                folder, config=config, local_files_only=True, dtype=torch.float32
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise _unusable(folder, f"its weights cannot be read: {str(error).splitlines()[0][:150]}") from None
    model.eval().to(_device(device))
    side = int(min(processor.size["height"], processor.size["width"]))
    metric = config.model_type == "zoedepth" or getattr(config, "depth_estimation_type", "") == "metric"
    return Network(name=str(name), side=side, metric=metric, model=model, processor=processor)


def find(name: str | Path) -> Checkpoint:
    """Return the checkpoint that `load` would load, having seen that it tells depth; needs no torch.

    Raises:
        InputError, MachineError: as `load`.
    """
    does = {"ldm3d": "it makes pictures", "sr": "it enlarges pictures"}
    known = checkpoints.known_by(str(name))
    if known is not None and known.kind in does:  # said before anybody downloads it for this
        raise _unusable(name, does[known.kind])
    found = checkpoints.find(name)
    if found.kind in does:
        raise _unusable(name, does[found.kind])
    if not (found.folder / "preprocessor_config.json").is_file():
        raise _unusable(name, "it has no preprocessor_config.json")
    return found


def _unusable(name: str | Path, why: str) -> InputError:
    return InputError(
        f"{name} cannot estimate depth ({why}): choose dpt-large, another estimator of 'depthfusion model list', "
        "or the folder of a DPT, Depth Anything or ZoeDepth checkpoint"
    )


def _device(name: str) -> str:
    import torch

    if name != "auto":
        return name
    if torch.cuda.is_available():
        return "cuda"
    if torch.xpu.is_available():
        return "xpu"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' own progress bars off while ours is shown; its warnings are still told."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
