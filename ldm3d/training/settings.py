"""Every hyper-parameter of training, declared once. Standard library only.

`Common` is what the loop itself knows; each stage's settings extend it. The defaults are the paper's.
"""

from __future__ import annotations

from dataclasses import dataclass

from ldm3d.training.hyper import hyper


@dataclass(frozen=True)
class Common:
    """What every stage has: data, length, optimiser, precision, how often it saves and shows itself."""

    data: str = hyper("", "folder that `ldm3d prepare` made, or worlds:COUNT[:SEED]", free=True)
    size: tuple[int, ...] = hyper((512, 512), "width,height of the pictures", least=8)
    seed: int = hyper(0, "of everything random", least=0)
    epochs: float = hyper(1.0, "how often every sample is seen", above=0, free=True)
    batch: int = hyper(8, "samples of one optimiser step, over all processes and pieces", least=1)
    accumulate: int = hyper(1, "pieces that a process takes its share of a batch in, to save memory", least=1)
    rate: float = hyper(1e-5, "learning rate", above=0, free=True)
    warmup: int = hyper(0, "steps until the learning rate is whole", least=0)
    decay: str = hyper("constant", "course of the learning rate", choices=("constant", "cosine"))
    clip: float = hyper(1.0, "largest norm of a step's gradients; 0 leaves them", least=0, free=True)
    weight_decay: float = hyper(0.0, "decoupled decay of weights (AdamW); 0 is Adam", least=0)
    precision: str = hyper("no", "mixed precision", choices=("no", "bf16", "fp16"), free=True)
    checkpointing: bool = hyper(False, "compute activations twice instead of keeping them", free=True)
    workers: int = hyper(0, "processes that load samples", least=0, free=True)
    save_minutes: float = hyper(10.0, "minutes between checkpoints", least=0, free=True)
    sample_epochs: float = hyper(1.0, "epochs between sample grids; 0: none", least=0, free=True)
    keep_epochs: float = hyper(0.0, "epochs between results that are kept, as results/step-N; 0: none", least=0,
                               free=True)  # fmt: skip
    half: bool = hyper(False, "store the result in float16", free=True)
    shard: int = hyper(5000, "megabytes that a file of the result has at most", least=1, free=True)


@dataclass(frozen=True)
class AutoencoderSettings(Common):
    """Stage 1, the KL autoencoder of colour and depth (paper 3.1.3)."""

    epochs: float = hyper(83.0, "how often every sample is seen", above=0, free=True)
    batch: int = hyper(8, "samples of one optimiser step, over all processes and pieces", least=1)
    channels: int = hyper(6, "6: depth packed into three bytes; 4: depth as one channel", least=4, most=6)
    init: str = hyper("", "checkpoint to begin with, of 3, 4 or 6 channels; none: from random weights")
    block_channels: tuple[int, ...] = hyper((128, 256, 512, 512), "of a network from random weights", least=8)
    block_layers: int = hyper(2, "layers of a block, from random weights", least=1)
    latent_channels: int = hyper(4, "of latents, from random weights", least=1)
    perceptual: str = hyper("", "network of the perceptual loss: folder, hub name, or `recogniser`; none: without")
    perceptual_weight: float = hyper(1.0, "of the perceptual loss", least=0)
    reconstruction: str = hyper("l1", "pixel loss", choices=("l1", "l2"))
    kl_weight: float = hyper(1e-6, "of the KL divergence", least=0)
    adversarial_weight: float = hyper(0.5, "of the patch discriminator's loss, times its adaptive weight", least=0)
    adversarial_start: int = hyper(0, "step from which the discriminator speaks", least=0)
    discriminator_channels: int = hyper(64, "of the discriminator's first layer", least=1)
    discriminator_layers: int = hyper(3, "strided layers of the discriminator", least=1)


@dataclass(frozen=True)
class DiffusionSettings(Common):
    """Stage 2, the U-Net on latents of the frozen autoencoder (paper 3.1.3)."""

    epochs: float = hyper(178.0, "how often every sample is seen", above=0, free=True)
    batch: int = hyper(32, "samples of one optimiser step, over all processes and pieces", least=1)
    init: str = hyper("", "checkpoint to begin with (Stable Diffusion or LDM3D); none: from random weights")
    autoencoder: str = hyper("", "autoencoder's folder; none: the one of the checkpoint to begin with")
    words: str = hyper("", "text encoder and tokenizer: a checkpoint's folder, or `small`; none: those of init")
    train_words: bool = hyper(False, "train the text encoder along")
    words_width: int = hyper(256, "of the small text encoder", least=8)
    words_layers: int = hyper(2, "of the small text encoder", least=1)
    block_channels: tuple[int, ...] = hyper((320, 640, 1280, 1280), "of a U-Net from random weights", least=8)
    block_attention: tuple[int, ...] = hyper((1, 1, 1, 0), "where it has attention: 1 or 0 each", least=0, most=1)
    block_layers: int = hyper(2, "layers of a block, from random weights", least=1)
    heads: int = hyper(8, "attention heads, from random weights", least=1)
    dropout: float = hyper(0.1, "share of captions left out, for guidance without a classifier", least=0, most=1)
    average: float = hyper(0.9999, "decay of the moving average of weights; 0: none", least=0, most=0.999999)
    cache: bool = hyper(True, "keep latents on the disk")
    roll: bool = hyper(False, "turn panoramas by a random angle")
    prompts: tuple[str, ...] = hyper((), "of the sample grid, split at commas; none: captions of the data")
    sample_steps: int = hyper(50, "denoising steps of the sample grid", least=1, free=True)
    guidance: float = hyper(5.0, "of the sample grid", least=0, free=True)


@dataclass(frozen=True)
class RecogniserSettings(Common):
    """The small network that names place, time and weather of a sketch world."""

    data: str = hyper("even:4000:1", "even:COUNT[:SEED] (every place and weather as often), worlds:COUNT[:SEED], or "
                      "a folder that `ldm3d prepare` made of worlds", free=True)  # fmt: skip
    size: tuple[int, ...] = hyper((128, 64), "width,height at which it looks at worlds, no others", least=8)
    epochs: float = hyper(40.0, "how often every sample is seen", above=0, free=True)
    batch: int = hyper(32, "samples of one optimiser step, over all processes and pieces", least=1)
    rate: float = hyper(3e-3, "learning rate", above=0, free=True)
    warmup: int = hyper(200, "steps until the learning rate is whole", least=0)
    decay: str = hyper("cosine", "course of the learning rate", choices=("constant", "cosine"))
    weight_decay: float = hyper(0.02, "decoupled decay of weights (AdamW); 0 is Adam", least=0)


SETTINGS: dict[str, type[Common]] = {
    "recogniser": RecogniserSettings,
    "autoencoder": AutoencoderSettings,
    "diffusion": DiffusionSettings,
}
"""The stages by name, in the order in which a recipe of several trains them."""

BUILDERS = {
    "recogniser": "ldm3d.training.recogniser:build",
    "autoencoder": "ldm3d.training.autoencoder:build",
    "diffusion": "ldm3d.training.diffusion:build",
}
"""Where each stage is built: build(settings, place: ldm3d.training.stage.Place) -> Stage."""
