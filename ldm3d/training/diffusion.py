"""Stage 2: the U-Net on latents of the frozen autoencoder (paper 3.1.3, equation 2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import init_empty_weights
from diffusers import DDIMScheduler, ModelMixin
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

import ldm3d
from ldm3d.data import open_set
from ldm3d.errors import InputError
from ldm3d.pipelines.channels import channels_of
from ldm3d.pipelines.quiet import quiet
from ldm3d.seamless import seamless
from ldm3d.training import latents, networks, words
from ldm3d.training.average import Average
from ldm3d.training.grid import rgbd_grid
from ldm3d.training.settings import DiffusionSettings
from ldm3d.training.stage import Examples, Piece, Place, Work, derived_seed

_SHOWN = 4  # pictures of a sample grid that nobody chose prompts for
_VOCABULARY = 2048  # of a tokenizer of one's own
_LENGTH = 77
_LEARNT_FROM = 4096  # captions that such a tokenizer is learnt from, where latents are not kept


class DiffusionStage:
    """The U-Net, and the text encoder where it learns along.

    Args:
        settings: the hyper-parameters.
        place: where it is built.
        vae: frozen, with its scaling factor.
        unet: to be trained.
        tokenizer: of the captions.
        encoder: of the text.
        noise: the scheduler that adds it.
        examples: `latents.CachedLatents` or `latents.Pictures`.
        prompts: of the sample grid.
    """

    name = "diffusion"

    def __init__(
        self,
        settings: DiffusionSettings,
        place: Place,
        vae: Any,
        unet: Any,
        tokenizer: Any,
        encoder: Any,
        noise: Any,
        examples: Examples,
        prompts: list[str],
    ) -> None:
        self.settings, self.accelerator = settings, place.accelerator
        self.vae, self.tokenizer, self.noise = vae, tokenizer, noise
        self.examples, self.prompts = examples, prompts
        self.closed = settings.size[0] == 2 * settings.size[1]
        self._encoder = encoder
        self._alphas = noise.alphas_cumprod.to(place.accelerator.device)
        self.modules: dict[str, nn.Module] = {"unet": unet}
        if settings.train_words:
            self.modules["words"] = encoder
        parameters = [parameter for module in self.modules.values() for parameter in module.parameters()]
        self.optimisers: dict[str, Optimizer] = {"adam": adam(parameters, settings.rate, settings.weight_decay)}
        self.averages = {
            name: Average(module, settings.average) for name, module in self.modules.items() if settings.average
        }

    @contextmanager
    def training(self) -> Iterator[None]:
        """Close the U-Net (and the encoder that sees pictures) in x where pictures are panoramas."""
        with seamless(self.modules["unet"], self.vae, enabled=self.closed):
            for module in self.modules.values():
                module.train()
            yield

    def step(self, work: Work, step: int) -> dict[str, Tensor]:
        """Take one step; the figures are the loss and the gradients' norm."""
        losses = []
        for piece in work.pieces():
            loss = self._loss(piece)
            work.backward(loss)
            losses.append(loss)
        norm = work.update("adam")
        for name, average in self.averages.items():
            average.update(self._bare(name))
        return {"loss": work.mean(losses), "norm": norm}

    def _loss(self, piece: Piece) -> Tensor:
        """Return ‖ε − ε_θ(z_t, t, c)‖², the mean over the piece."""
        drawn, device = piece.noise, self.accelerator.device
        clean = self._latents(piece)
        noise = drawn.normal("noise", clean.shape[1:]).to(device, non_blocking=True)
        times = drawn.integers("time", self.noise.config.num_train_timesteps).to(device, non_blocking=True)
        kept = self._alphas[times][:, None, None, None]
        noisy = kept.sqrt() * clean + (1 - kept).sqrt() * noise
        left_out = (drawn.uniform("caption") < self.settings.dropout).tolist()
        captions = ["" if out else caption for caption, out in zip(piece.values["caption"], left_out, strict=True)]
        predicted = self.modules["unet"](noisy, times, self._understood(captions), return_dict=False)[0]
        return nn.functional.mse_loss(predicted.float(), noise)

    @torch.no_grad()
    def _latents(self, piece: Piece) -> Tensor:
        """Return scaled latents float32 [B, C, h, w], drawn from their distributions, turned where that is wanted."""
        if "pixels" in piece.values:
            with self.accelerator.autocast():
                mean, std = latents.moments(self.vae, piece.values["pixels"])
        else:
            mean, std = piece.values["mean"], piece.values["std"]
        if self.settings.roll and self.closed:
            turns = piece.noise.integers("roll", mean.shape[-1]).tolist()
            mean, std = (
                torch.stack([one.roll(turn, -1) for one, turn in zip(part, turns, strict=True)]) for part in (mean, std)
            )
        noise = piece.noise.normal("latent", mean.shape[1:]).to(mean.device, non_blocking=True)
        scaled: Tensor = (mean + std * noise) * self.vae.config.scaling_factor
        return scaled

    def _understood(self, captions: list[str]) -> Tensor:
        """Return the text encoder's vectors [B, 77, width]."""
        length = self.tokenizer.model_max_length
        read = self.tokenizer(captions, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
        tokens = read.input_ids.to(self.accelerator.device, non_blocking=True)
        if "words" in self.modules:
            return self.modules["words"](tokens, return_dict=False)[0]  # type: ignore[no-any-return]
        with torch.no_grad(), self.accelerator.autocast():
            return self._encoder(tokens, return_dict=False)[0]  # type: ignore[no-any-return]

    def samples(self) -> NDArray[np.uint8]:
        """Return what the averaged weights paint for the prompts, colour above depth."""
        steps, guidance = self.settings.sample_steps, self.settings.guidance
        width, height = self.settings.size
        rgb, depth = [], []
        with self._averaged():
            for module in self.modules.values():
                module.eval()
            pipe = self._pipeline(self._bare("unet"), self._words())
            pipe.set_progress_bar_config(disable=True)
            for number, prompt in enumerate(self.prompts):
                generator = torch.Generator().manual_seed(derived_seed(self.settings.seed, number))
                made = pipe(prompt, height, width, steps, guidance, generator=generator)
                rgb.append(made.rgb[0])
                depth.append(made.depth[0])
            for module in self.modules.values():
                module.train()
        return rgbd_grid(rgb, depth)

    def save(self, folder: Path) -> None:
        """Write a pipeline of the averaged weights in the layout of LDM3D, as diffusers and `ldm3d` load it."""
        dtype = torch.float16 if self.settings.half else torch.float32
        parts: dict[str, Any] = {"unet": self._bare("unet"), "words": self._words(), "vae": self.vae}
        with self._averaged():
            copies = {name: _copy(network, dtype) for name, network in parts.items()}
        copies["unet"].register_to_config(sample_size=self._latent_size())
        pipe = self._pipeline(copies["unet"], copies["words"], copies["vae"])
        with quiet():
            pipe.save_pretrained(folder, safe_serialization=True, max_shard_size=f"{self.settings.shard}MB")
        index = folder / "model_index.json"
        content = json.loads(index.read_text(encoding="utf-8"))
        content["_class_name"] = "StableDiffusionLDM3DPipeline"  # what diffusers knows the layout by
        index.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    def state_dict(self) -> dict[str, Any]:
        """Return the moving averages."""
        return {name: average.state_dict() for name, average in self.averages.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back the moving averages."""
        for name, average in self.averages.items():
            average.load_state_dict(state[name])

    def _bare(self, name: str) -> Any:
        return self.accelerator.unwrap_model(self.modules[name])

    def _words(self) -> Any:
        return self._bare("words") if "words" in self.modules else self._encoder

    def _latent_size(self) -> int | list[int]:
        """Return height and width of latents as configurations have them: one number where they are equal."""
        factor = 2 ** (len(self.vae.config.block_out_channels) - 1)
        width, height = self.settings.size
        return width // factor if width == height else [height // factor, width // factor]

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        unet, encoder = self.averages.get("unet"), self.averages.get("words")
        with (
            unet.in_place_of(self._bare("unet")) if unet else nullcontext(),
            encoder.in_place_of(self._bare("words")) if encoder else nullcontext(),
        ):
            yield

    def _pipeline(self, unet: Any, encoder: Any, vae: Any = None) -> Any:
        scheduler = DDIMScheduler.from_config(self.noise.config, set_alpha_to_one=False, clip_sample=False)
        pipeline: Any = ldm3d.LDM3DPipeline
        with quiet():
            return pipeline(
                vae or self.vae, encoder, self.tokenizer, unet, scheduler, None, None, requires_safety_checker=False
            )


def build(settings: DiffusionSettings, place: Place) -> DiffusionStage:
    """Return the stage, its latents encoded where they are kept.

    Raises:
        InputError: parts of it are not there or do not go together.
        MachineError: the disk is full.
        StoppedError: there was a wish to stop while latents were encoded.
    """
    device = place.accelerator.device
    vae, factor = _frozen_autoencoder(settings, device)
    width, height = settings.size
    noise = networks.load_noise(settings.init)
    data = open_set(settings.data, (width, height))
    examples: latents.CachedLatents | latents.Pictures
    if settings.cache:
        examples = latents.encode(data, settings.data, vae, width == 2 * height, place)
    else:
        examples = latents.Pictures(data, channels_of(vae))
    tokenizer, encoder = _words(settings, place, examples)
    encoder.requires_grad_(settings.train_words).to(device)
    width_of_words = encoder.config.hidden_size
    if settings.init:
        unet = networks.load_unet(settings.init)
    else:
        size = (height // factor, width // factor)
        unet = networks.make_unet(settings, vae.config.latent_channels, width_of_words, size)
    _check_fit(unet, vae, width_of_words)
    if settings.checkpointing:
        unet.enable_gradient_checkpointing()
    prompts = list(settings.prompts) or [examples[number]["caption"] for number in range(min(_SHOWN, len(examples)))]
    unet.to(device)
    return DiffusionStage(settings, place, vae, unet, tokenizer, encoder, noise, examples, prompts)


def adam(parameters: list[nn.Parameter], rate: float, weight_decay: float = 0.0) -> Optimizer:
    """Return the paper's optimiser; with `weight_decay` its decoupled kind. On a GPU it is fused."""
    fused = parameters[0].is_cuda
    if weight_decay:
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay, fused=fused)
    return torch.optim.Adam(parameters, lr=rate, fused=fused)


def _frozen_autoencoder(settings: DiffusionSettings, device: torch.device) -> tuple[Any, int]:
    """Return the autoencoder and its factor; `InputError` where it is none of LDM3D's or the size does not suit it."""
    name = settings.autoencoder or settings.init
    if not name:
        raise InputError("diffusion lacks an autoencoder; give --autoencoder, the result of `ldm3d train autoencoder`")
    vae = networks.load_autoencoder(name)
    channels_of(vae)
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    width, height = settings.size
    if width % factor or height % factor:
        raise InputError(f"pictures of {width}x{height} do not suit {name}; take multiples of {factor}")
    return vae.requires_grad_(False).eval().to(device), factor


def _words(
    settings: DiffusionSettings, place: Place, examples: latents.CachedLatents | latents.Pictures
) -> tuple[Any, Any]:
    """Return tokenizer and text encoder: a checkpoint's, or small ones of one's own."""
    if settings.words != "small":
        name = settings.words or settings.init
        if not name:
            raise InputError("diffusion lacks a text encoder; give --words, a checkpoint's folder or `small`")
        return networks.load_words(name)
    folder = place.folder / "tokenizer"
    if place.accelerator.is_main_process and not (folder / "vocab.json").exists():
        if isinstance(examples, latents.CachedLatents):
            captions = examples.captions()
        else:
            captions = [examples[number]["caption"] for number in range(min(_LEARNT_FROM, len(examples)))]
        words.write_tokenizer(folder, captions, _VOCABULARY, _LENGTH)
    place.accelerator.wait_for_everyone()
    tokenizer = networks.load_tokenizer(folder)
    encoder = words.make_text_encoder(tokenizer, settings.words_width, settings.words_layers, seed=settings.seed)
    return tokenizer, encoder


def _check_fit(unet: Any, vae: Any, width_of_words: int) -> None:
    if unet.config.in_channels != vae.config.latent_channels:
        raise InputError(
            f"a U-Net with {unet.config.in_channels} channels in cannot learn latents of {vae.config.latent_channels}; "
            "choose networks of one checkpoint"
        )
    if unet.config.cross_attention_dim != width_of_words:
        raise InputError(
            f"a U-Net that reads vectors of {unet.config.cross_attention_dim} cannot read a text encoder's of "
            f"{width_of_words}; choose networks of one checkpoint"
        )


def _copy(network: Any, dtype: torch.dtype) -> Any:
    """Return the network with its weights of now on the CPU in another type."""
    config = network.config
    kind = type(network)
    with init_empty_weights(include_buffers=False):
        made = kind.from_config(config) if issubclass(kind, ModelMixin) else kind(config)
    state = {name: tensor.detach().to("cpu", dtype, copy=True) for name, tensor in network.state_dict().items()}
    made.load_state_dict(state, assign=True)
    return made
