"""The networks that look at pictures: Inception for FID and IS, CLIP for similarity. Nothing is downloaded.

What they see of each picture is kept beside it, in a folder that is named by the network's own bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import blocks, options, sources
from ldm3d.evaluation.blocks import Rows
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.metrics import clip_similarity
from ldm3d.recognition.recogniser import WEIGHTS, Recogniser, looked_at

Pictures = NDArray[np.uint8]


class Eye(Protocol):
    """Tells numbers of pictures.

    mark: names it and its bytes, for the folder of what it sees.
    """

    mark: str

    def look(self, pictures: Pictures, depths: NDArray[np.uint16]) -> Rows:
        """Return rows [B, …] by name, of pictures uint8 [B, H, W, 3] and their depths uint16 [B, H, W]."""


class Inception:
    """The network of every published FID: NVIDIA's TorchScript file of TensorFlow's Inception of 2015-12-05.

    It resizes pictures itself, as the original did. Tells `features` float32 [B, 2048] and `classes`, the probabilities
    [B, 1008] that the inception score is of.
    """

    def __init__(self, name: str | Path, device: str) -> None:
        path = find_inception(name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch would rather have another format; the file is what it is
                self._network: Any = torch.jit.load(str(path), map_location=device).eval()  # type: ignore[no-untyped-call]
        except (RuntimeError, ValueError) as error:
            said = str(error).strip().splitlines()[0][:150]
            raise InputError(f"{path} is no TorchScript network ({said}); download it again") from None
        self._device = device
        self.mark = f"inception-{blocks.fingerprint(path)}"
        try:
            self.look(np.zeros((1, 64, 64, 3), np.uint8))
        except RuntimeError:
            raise InputError(
                f"{path} is a TorchScript network, but does not look at pictures as {options.INCEPTION} does; name that"
            ) from None

    def look(self, pictures: Pictures, depths: NDArray[np.uint16] | None = None) -> Rows:
        """Return `features` and `classes` of pictures uint8 [B, H, W, 3]; depth is not looked at."""
        pixels = torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, 1))).to(self._device)
        with torch.inference_mode():
            features = self._network(pixels, return_features=True).float().cpu().numpy()
            # Without the last layer's bias, as the inception score was defined with it.
            classes = self._network(pixels, no_output_bias=True).float().cpu().numpy()
        return {"features": features, "classes": classes}


def find_inception(name: str | Path) -> Path:
    """Return the file of the Inception network: `name` itself, in the folder `name`, or in torch's own cache.

    Raises:
        MachineError: it is nowhere.
    """
    path = Path(name).expanduser()
    places = [path, path / options.INCEPTION, Path(torch.hub.get_dir()) / "checkpoints" / path.name]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise MachineError(
            f"{name} is not here, and FID and IS need it: download {options.INCEPTION} from "
            "nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics and name it with --inception, or leave "
            "them out with --metrics clip"
        )
    return found


class Recognising:
    """The recogniser of sketch worlds: `features` float32 [B, 256] of colour and depth, for panoramas.

    recogniser: the network behind it, which names what panoramas show.
    """

    def __init__(self, device: str, path: Path | None = None) -> None:
        self.recogniser = Recogniser.load(path, device)
        self._device = device
        self.mark = f"recogniser-{blocks.fingerprint(path or WEIGHTS)}"

    def look(self, pictures: Pictures, depths: NDArray[np.uint16]) -> Rows:
        """Return `features` of pictures uint8 [B, H, W, 3] with depths uint16 [B, H, W]."""
        with torch.inference_mode():
            seen = self.recogniser.summary(looked_at(pictures, depths).to(self._device))
        return {"features": seen.cpu().numpy()}


class Clip:
    """CLIP through transformers, from a folder or the hub's cache."""

    def __init__(self, name: str, device: str) -> None:
        folder = Path(name).expanduser() if Path(name).expanduser().is_dir() else sources.in_cache(name)
        if folder is None:
            raise sources.not_here(name, "CLIP similarity needs it")
        from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

        from ldm3d.pipelines.quiet import quiet

        try:
            with quiet():
                self._model: Any = CLIPModel.from_pretrained(folder, local_files_only=True)
                self._images: Any = AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                    folder, local_files_only=True, backend="pil"
                )
                self._words: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0][:150]
            raise InputError(f"{name} is no CLIP that can be loaded ({said}); copy or download it again") from None
        self._model.eval().to(device)  # type: ignore[no-untyped-call]
        self._device = device
        self.mark = f"clip-{blocks.fingerprint(folder)}"

    def similarity(self, pictures: Pictures, captions: Sequence[str]) -> NDArray[np.float64]:
        """Return 100·cos of each picture [B, H, W, 3] and its caption [B]."""
        most = self._model.config.text_config.max_position_embeddings
        words = self._words(list(captions), padding=True, truncation=True, max_length=most, return_tensors="pt")
        pixels = self._images(images=list(pictures), return_tensors="pt")["pixel_values"]
        with torch.inference_mode():
            seen = self._model.get_image_features(pixel_values=pixels.to(self._device)).pooler_output
            read = self._model.get_text_features(
                input_ids=words["input_ids"].to(self._device), attention_mask=words["attention_mask"].to(self._device)
            ).pooler_output
        return clip_similarity(seen.float().cpu().numpy(), read.float().cpu().numpy())


def look_at(
    folder: Path,
    cut: list[range],
    eye: Inception,
    pictures: Callable[[range], Pictures],
    crew: Crew,
    quiet: bool = False,
) -> Rows | None:
    """Return what Inception sees of pictures, kept below `folder`; None in processes that do not lead.

    Args:
        folder: of the pictures.
        cut: blocks of them.
        eye: looks.
        pictures: block -> uint8 [B, H, W, 3].
        crew: this process's place.
        quiet: say nothing.
    """
    place = folder / eye.mark
    what = f"looking at {folder.name}"
    blocks.compute(place, cut, lambda block: eye.look(pictures(block)), crew, what, quiet)
    return blocks.gather(place, cut) if crew.leads else None


def fitted(path: Path, size: tuple[int, int]) -> Pictures:
    """Return a picture uint8 [H, W, 3] of `size`: its largest part of that shape around the middle, resized.

    Raises:
        InputError: it cannot be read.
    """
    width, height = size
    try:
        with Image.open(path) as image:
            colour = image.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{path} cannot be read as a picture ({error}); copy it again or name other ones") from None
    scale = min(colour.width / width, colour.height / height)
    part_width, part_height = width * scale, height * scale
    left, top = (colour.width - part_width) / 2, (colour.height - part_height) / 2
    box = (left, top, left + part_width, top + part_height)
    return np.asarray(colour.resize(size, Image.Resampling.BICUBIC, box=box))
