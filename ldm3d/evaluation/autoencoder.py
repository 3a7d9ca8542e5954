"""Table 3: how well autoencoders give pictures and depth back: relative FID and Abs.Rel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ldm3d.data import DataSet
from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import alignment, blocks, metrics, paper, sheets
from ldm3d.evaluation.blocks import Rows
from ldm3d.evaluation.crew import Crew
from ldm3d.evaluation.report import Cell, Column, Table
from ldm3d.evaluation.seeing import Eye
from ldm3d.pipelines.channels import fit, from_tensor, to_tensor
from ldm3d.seamless import seamless

_SHOWN = 5


@dataclass(frozen=True)
class Coder:
    """An autoencoder with the name of its row.

    Attributes:
        label: in the table.
        vae: diffusers' `AutoencoderKL` of 3 (colour alone), 4 or 6 channels, on its device.
        mark: of its files.
    """

    label: str
    vae: Any
    mark: str

    @property
    def channels(self) -> int:
        """How many channels it takes and gives."""
        return int(self.vae.config.in_channels)

    def rebuild(self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Return colour [B, H, W, 3] and depth [B, H, W] (None: it has none) through the mean of their latents.

        Raises:
            MachineError: they do not fit into memory, or come back as no numbers.
        """
        round_ = rgb.shape[2] == 2 * rgb.shape[1]
        pixels = to_tensor(rgb, depth, max(self.channels, 4))[:, : self.channels].to(self.vae.device)
        try:
            with torch.inference_mode(), seamless(self.vae, enabled=round_):
                latents = self.vae.encode(pixels * 2 - 1).latent_dist.mode()
                painted = (self.vae.decode(latents).sample / 2 + 0.5).clamp(0, 1)
        except torch.OutOfMemoryError:
            raise MachineError(
                f"{len(rgb)} pictures of {rgb.shape[2]}x{rgb.shape[1]} do not fit into the memory of "
                f"{self.vae.device}; give a smaller --batch"
            ) from None
        if self.channels > 3:
            return from_tensor(painted, round_)
        return (painted.permute(0, 2, 3, 1).cpu().numpy() * 255).round().astype(np.uint8), None


def open_coder(folder: Path, label: str, device: str) -> Coder:
    """Load the autoencoder in `folder`, in diffusers' layout.

    Raises:
        InputError: it is none of 3, 4 or 6 channels, or damaged.
    """
    import diffusers

    from ldm3d.pipelines.quiet import quiet

    kind: Any = diffusers.AutoencoderKL
    try:
        with quiet():
            vae = kind.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0][:150]
        raise InputError(f"{folder} cannot be loaded as an autoencoder ({said}); copy or download it again") from None
    if vae.config.in_channels not in {3, 4, 6} or vae.config.in_channels != vae.config.out_channels:
        raise InputError(f"{folder} is an autoencoder of {vae.config.in_channels} channels; name one of 3, 4 or 6")
    return Coder(label, vae.eval().to(device), blocks.fingerprint(folder))


def measure(
    out: Path, coder: Coder, data: DataSet, count: int, batch: int, eye: Eye, crew: Crew, quiet: bool = False
) -> Rows | None:
    """Return what is measured of each of the first `count` samples; None where this process does not lead.

    Rows: `original` and `rebuilt` features [n, k], `colour` and `depth` in dB, `depth_error` (NaN without depth), and
    `shown`, the first few pictures.
    """
    place = out / f"{_place(coder)}-{eye.mark}"
    shown = place / "shown"
    blocks.make_folder(shown)

    def make(block: range) -> Rows:
        samples = [data[at] for at in block]
        pairs = [fit(one.rgb, one.depth, None, one.rgb.shape[1] == 2 * one.rgb.shape[0]) for one in samples]
        rgb, depth = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        rebuilt, relief = coder.rebuild(rgb, depth)
        for at, number in enumerate(block):
            if number < _SHOWN:
                pictures = {"caption": np.array(samples[at].caption), "colour": rgb[at], "rebuilt": rebuilt[at]}
                if relief is not None:
                    pictures |= {"depth": depth[at], "relief": relief[at]}
                blocks.save(shown / f"{number:06d}.npz", pictures)
        reliefs = [None] * len(block) if relief is None else list(relief)
        return {
            "original": eye.look(rgb, depth)["features"],
            "rebuilt": eye.look(rebuilt, depth if relief is None else relief)["features"],
            "colour": np.array([alignment.decibels(a / 255, b / 255) for a, b in zip(rebuilt, rgb, strict=True)]),
            "depth": np.array([_decibels(a, b) for a, b in zip(reliefs, depth, strict=True)]),
            "depth_error": np.array([_error(a, b) for a, b in zip(reliefs, depth, strict=True)]),
        }

    cut = blocks.cut(count, batch)
    blocks.compute(place, cut, make, crew, f"rebuilding with {coder.label}", quiet)
    return blocks.gather(place, cut) if crew.leads else None


def evaluate(
    out: Path,
    coders: Sequence[Coder],
    data: DataSet,
    source: str,
    count: int,
    batch: int,
    eye: Eye,
    crew: Crew,
    quiet: bool = False,
) -> list[Path]:
    """Measure autoencoders; write table 3 and a sheet and return their paths (nothing where others lead).

    Args:
        out: folder of results.
        coders: the first has depth.
        data: samples of one size.
        source: what `data` is, for the table.
        count: of samples.
        batch: how many at once.
        eye: tells `features`.
        crew: this process's place.
        quiet: say nothing.
    """
    blocks.claim(out, {"data": source, "first": blocks.mark([data[0].caption, str(data[0].rgb.shape)])}, crew)
    found = [(coder, measure(out, coder, data, count, batch, eye, crew, quiet)) for coder in coders]
    if not crew.leads:
        return []
    rows = [row(coder.label, rows, eye) for coder, rows in found if rows is not None]
    written = table(rows, source, eye).write(out, "autoencoder")
    figure = out / "autoencoder.png"
    folders = [(coder.label, out / f"{_place(coder)}-{eye.mark}" / "shown") for coder in coders]
    draw(folders, min(count, _SHOWN), figure)
    return [*written, figure]


def row(label: str, found: Rows, eye: Eye) -> list[Cell]:
    """Return a row of table 3 from what `measure` gave."""
    relative = float(np.nanmean(found["depth_error"])) if np.isfinite(found["depth_error"]).any() else None
    relief = float(np.mean(found["depth"])) if np.isfinite(found["depth"]).any() else None
    rfid = metrics.frechet_distance(found["rebuilt"], found["original"])
    said = "measured" if eye.mark.startswith("inception") else f"measured ({eye.mark.partition('-')[0]}'s features)"
    return [label, rfid, relative, float(np.mean(found["colour"])), relief, len(found["colour"]), said]


def table(rows: Sequence[Sequence[Cell]], source: str, eye: Eye) -> Table:
    """Return table 3 with the measured rows above the paper's."""
    printed: list[list[Cell]] = [
        [one.method, one.rfid, one.absolute_relative, None, None, one.pictures, "paper, table 3"]
        for one in paper.TABLE_3
    ]
    columns = [
        Column("model"),
        Column("rFID ↓", 3),
        Column("Abs.Rel. ↓", 3),
        Column("colour [dB] ↑"),
        Column("depth [dB] ↑"),
        Column("pictures"),
        Column("source"),
    ]
    notes = [
        f"Measured on {source}, through the mean of the latents.",
        f"Abs.Rel. is of depth in [0, 1] (normalised disparity) where the original is above {alignment.FLOOR:g}.",
        f"Paper: {paper.SOURCE}, 512x512 of LAION-400M; it does not say in which space Abs.Rel. is.",
    ]
    if not eye.mark.startswith("inception"):
        notes.append(
            "rFID with other features than Inception's has another scale: compare it with itself alone, not with the "
            "paper's."
        )
    return Table("The autoencoder", columns, [*rows, *printed], notes)


def draw(folders: Sequence[tuple[str, Path]], count: int, path: Path) -> None:
    """Write originals and what each autoencoder made of them."""
    pictures: list[list[NDArray[np.uint8]]] = [[] for _ in range(count)]
    names, captions = ["colour"], [""] * count
    for label, folder in folders:
        for number in range(count):
            kept = blocks.load(folder / f"{number:06d}.npz")
            captions[number] = str(kept["caption"])
            pictures[number] += [kept["rebuilt"]] if pictures[number] else [kept["colour"], kept["rebuilt"]]
            if "depth" in kept:
                pictures[number] += [sheets.relief(kept["depth"]), sheets.relief(kept["relief"])]
        names.append(f"colour by {label}")
        if "depth" in blocks.load(folder / f"{0:06d}.npz"):
            names += ["depth", f"depth by {label}"]
    sheets.grid(pictures, names, captions, "What the autoencoder gives back", path)


def _place(coder: Coder) -> str:
    return f"{coder.channels}-channels-{coder.mark}"


def _decibels(told: NDArray[np.uint16] | None, true: NDArray[np.uint16]) -> float:
    return float("nan") if told is None else alignment.decibels(told / 65535, true / 65535)


def _error(told: NDArray[np.uint16] | None, true: NDArray[np.uint16]) -> float:
    return float("nan") if told is None else alignment.depth_error(told / 65535, true / 65535)
