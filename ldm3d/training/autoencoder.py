"""Stage 1: the KL autoencoder of colour and depth (paper, equation 1).

What is minimised is the pixels' difference, the perceptual loss, the latents' divergence and, from a certain step on,
what a patch discriminator says of the reconstruction; the discriminator learns along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from ldm3d.data import DataSet, open_set, to_channels
from ldm3d.errors import InputError
from ldm3d.pipelines.channels import from_tensor
from ldm3d.seamless import seamless
from ldm3d.training import perceptual
from ldm3d.training.discriminator import PatchDiscriminator, adaptive_weight, discriminator_loss, generator_loss
from ldm3d.training.grid import beside
from ldm3d.training.networks import load_autoencoder
from ldm3d.training.reconstruction import divergence, drawn, pixel_loss, signal_to_noise
from ldm3d.training.settings import AutoencoderSettings
from ldm3d.training.stage import Noise, Place, Work, derived_seed
from ldm3d.training.widening import widen

_MOMENTA = (0.5, 0.9)  # of Adam where a discriminator plays along, as Esser et al. 2021
_AHEAD = 500  # steps that the discriminator learns before it speaks: a blind one would only lead astray
_SHOWN = 4  # pictures of the grid
_MEASURED = 64  # examples whose latents say the scaling factor
_PER_GROUP = 4  # channels at least that are normalised together, as in Stable Diffusion's


class Pictures:
    """Colour and depth of a set as the autoencoder's channels: {"pictures": float32 [C, H, W] in [-1, 1]}."""

    def __init__(self, samples: DataSet, channels: int) -> None:
        self._samples, self._channels = samples, channels

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        return {"pictures": to_channels(self._samples[index], self._channels)}


class Autoencoding(nn.Module):
    """An autoencoder from picture to picture in one call, as distributed training wants it."""

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, pictures: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the reconstruction of pictures [B, C, H, W], and the latents' mean and logarithmic variance.

        The latents [B, c, h, w] that are decoded are drawn with `noise`, standard normal and of their shape.
        """
        latents = self.vae.encode(pictures).latent_dist
        painted = self.vae.decode(drawn(latents.mean, latents.logvar, noise)).sample
        return painted, latents.mean, latents.logvar


class AutoencoderStage:
    """What the loop trains in stage 1; a `Stage`.

    Args:
        vae: of 4 or 6 channels.
        examples: its pictures, all of one size.
        settings: its hyper-parameters.
        loss: the perceptual one; None: without.
        panoramas: the pictures' left and right edges are neighbours.
    """

    name = "autoencoder"

    def __init__(
        self,
        vae: Any,
        examples: Pictures,
        settings: AutoencoderSettings,
        loss: nn.Module | None,
        panoramas: bool,
    ) -> None:
        self.examples = examples
        self.modules: dict[str, nn.Module] = {"autoencoder": Autoencoding(vae)}
        self._vae, self._settings, self._perceptual, self._panoramas = vae, settings, loss, panoramas
        self._discriminator: PatchDiscriminator | None = None
        if settings.adversarial_weight:
            self._discriminator = self.modules["discriminator"] = PatchDiscriminator(
                vae.config.in_channels,
                settings.discriminator_channels,
                settings.discriminator_layers,
                derived_seed(settings.seed, 1) % 2**63,
            )
        momenta = _MOMENTA if self._discriminator else (0.9, 0.999)
        self.optimisers: dict[str, Optimizer] = {
            name: AdamW(module.parameters(), settings.rate, momenta, weight_decay=settings.weight_decay)
            for name, module in self.modules.items()
        }

    @contextmanager
    def training(self) -> Iterator[None]:
        """Let every network that looks at pictures look across the seam of panoramas."""
        with (
            seamless(self._discriminator, self._vae, self._panoramas),
            seamless(self._perceptual, None, self._panoramas),
        ):
            yield

    def step(self, work: Work, step: int) -> dict[str, Tensor]:
        """Let the autoencoder learn, then the discriminator from what the autoencoder has painted."""
        figures: defaultdict[str, list[Tensor]] = defaultdict(list, loss=[])  # the loop wants the loss first
        ahead = step - self._settings.adversarial_start
        judged = self._discriminator is not None and ahead >= 0
        kept = [self._learn(piece.values["pictures"], piece.noise, work, judged, figures) for piece in work.pieces()]
        figures["gradient"].append(work.update("autoencoder"))
        if self._discriminator is not None and ahead >= -_AHEAD:
            for piece, painted in zip(work.pieces(), kept, strict=True):
                self._learn_to_tell(piece.values["pictures"], painted, work, figures)
            work.update("discriminator")
        return {name: work.mean(values) for name, values in figures.items()}

    def samples(self) -> NDArray[np.uint8]:
        """Return a grid of the first examples: colour and what became of it, depth and what became of it."""
        real = torch.stack([self.examples[index]["pictures"] for index in range(min(_SHOWN, len(self.examples)))])
        with torch.no_grad(), seamless(None, self._vae, self._panoramas):
            latents = self._vae.encode(real.to(self._vae.device)).latent_dist.mode()
            painted = self._vae.decode(latents).sample.float().cpu().clamp(-1, 1)
        both = [from_tensor(pictures / 2 + 0.5, self._panoramas) for pictures in (real, painted)]
        colours = [rgb for rgb, _ in both]
        depths = [np.repeat((depth >> 8).astype(np.uint8)[..., None], 3, -1) for _, depth in both]
        return beside([list(row) for row in zip(*colours, *depths, strict=True)])

    def save(self, folder: Path) -> None:
        """Write the autoencoder as diffusers does; where it was made anew, with the scaling that its latents want."""
        vae = deepcopy(self._vae)
        vae.disable_gradient_checkpointing()
        if not self._settings.init:
            vae.register_to_config(scaling_factor=round(1 / self._spread(), 5))
        if self._settings.half:
            vae.half()
        vae.save_pretrained(folder, max_shard_size=f"{self._settings.shard}MB")

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: networks and optimisers are all there is."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back nothing."""

    def _learn(
        self, real: Tensor, noise: Noise, work: Work, judged: bool, figures: defaultdict[str, list[Tensor]]
    ) -> Tensor:
        """Add a piece's gradients of the autoencoder; return what it painted, without gradient."""
        settings = self._settings
        painted, mean, logarithm = self.modules["autoencoder"](real, self._noise(noise, real))
        with work.accelerator.autocast():
            pixels = pixel_loss(painted, real, settings.reconstruction)
            loss = pixels
            if self._perceptual is not None:
                seen = self._perceptual(painted, real)
                loss = loss + settings.perceptual_weight * seen
                figures["perceptual"].append(seen)
            if judged:
                loss = loss + settings.adversarial_weight * self._verdict(painted, loss, work, figures)
        spread = divergence(mean, logarithm, real[0].numel())
        loss = loss + settings.kl_weight * spread
        work.backward(loss)
        colour, depth = signal_to_noise(painted, real)
        figures["loss"].append(loss)
        figures["pixels"].append(pixels)
        figures["kl"].append(spread)
        figures["psnr_colour"].append(colour)
        figures["psnr_depth"].append(depth)
        kept: Tensor = painted.detach()
        return kept

    def _verdict(
        self, painted: Tensor, reconstruction: Tensor, work: Work, figures: defaultdict[str, list[Tensor]]
    ) -> Tensor:
        """Return the adversarial loss times its adaptive weight; the discriminator gets no gradient."""
        assert self._discriminator is not None
        self._discriminator.requires_grad_(False)
        loss = generator_loss(self._discriminator(painted))
        self._discriminator.requires_grad_(True)
        last = self._vae.decoder.conv_out.weight
        gradients = [torch.autograd.grad(one, last, retain_graph=True)[0] for one in (reconstruction, loss)]
        weight = adaptive_weight(*(work.accelerator.reduce(one, "mean") for one in gradients))
        figures["adversarial"].append(loss)
        figures["adaptive_weight"].append(weight)
        return weight * loss

    def _learn_to_tell(
        self, real: Tensor, painted: Tensor, work: Work, figures: defaultdict[str, list[Tensor]]
    ) -> None:
        """Add a piece's gradients of the discriminator."""
        verdicts = self.modules["discriminator"](torch.cat([real, painted.to(real)]))
        loss = discriminator_loss(*verdicts.chunk(2))
        work.backward(loss)
        figures["discriminator"].append(loss)

    def _noise(self, noise: Noise, real: Tensor) -> Tensor:
        factor = _factor(self._vae)
        height, width = real.shape[-2:]
        shape = (self._vae.config.latent_channels, height // factor, width // factor)
        return noise.normal("latents", shape).to(real)

    def _spread(self) -> float:
        """Return the standard deviation of the first examples' latents."""
        means = []
        with torch.no_grad(), seamless(None, self._vae, self._panoramas):
            for index in range(min(_MEASURED, len(self.examples))):
                picture = self.examples[index]["pictures"][None].to(self._vae.device)
                means.append(self._vae.encode(picture).latent_dist.mean.float().cpu())
        return float(torch.cat(means).std())


def build(settings: AutoencoderSettings, place: Place) -> AutoencoderStage:
    """Return stage 1 with what `settings` name, ready to be trained at `place`.

    Raises:
        InputError: data, checkpoint or perceptual network are none, or do not fit each other.
        MachineError: a network has not been downloaded.
    """
    if settings.channels not in {4, 6} or len(settings.size) != 2:
        raise InputError(
            f"an autoencoder of {settings.channels} channels for pictures of {'x'.join(map(str, settings.size))} "
            "cannot be trained; choose 4 (plain depth) or 6 (packed depth) channels, and two numbers for the size"
        )
    width, height = settings.size
    panoramas = width == 2 * height
    vae: Any = widen(load_autoencoder(settings.init), settings.channels) if settings.init else fresh(settings)
    factor = _factor(vae)
    if width % factor or height % factor:
        raise InputError(
            f"pictures of {width}x{height} do not fit the autoencoder; choose a size of multiples of {factor}"
        )
    if settings.checkpointing:
        vae.enable_gradient_checkpointing()
    loss = None
    if settings.perceptual and settings.perceptual_weight:
        loss = perceptual.load(settings.perceptual).to(place.accelerator.device)
    examples = Pictures(open_set(settings.data, (width, height)), settings.channels)
    return AutoencoderStage(vae.train(), examples, settings, loss, panoramas)


def fresh(settings: AutoencoderSettings) -> Any:
    """Return an autoencoder of the settings' size with random weights, which depend on their seed alone."""
    widths = settings.block_channels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(settings.seed, 0) % 2**63)
        return AutoencoderKL(
            in_channels=settings.channels,
            out_channels=settings.channels,
            down_block_types=("DownEncoderBlock2D",) * len(widths),
            up_block_types=("UpDecoderBlock2D",) * len(widths),
            block_out_channels=tuple(widths),
            layers_per_block=settings.block_layers,
            latent_channels=settings.latent_channels,
            norm_num_groups=min(32, max(1, gcd(*widths) // _PER_GROUP)),
            sample_size=max(settings.size),
        )


def _factor(vae: Any) -> int:
    """Return how many pixels make one latent, each way."""
    return int(2 ** (len(vae.config.block_out_channels) - 1))
