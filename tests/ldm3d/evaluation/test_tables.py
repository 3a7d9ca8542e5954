"""The tables and figures from the command line to their files, with the real classes at tiny sizes."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import metrics, painting, paper, seeing, sources, text_to_image
from ldm3d.rgbd import read_pair
from tests.ldm3d import tiny, tiny_depth
from tests.ldm3d.evaluation import tiny_eyes

Evaluate = Callable[..., list[Path]]
Coco = tuple[Path, Path]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_of(written: list[Path]) -> list[dict[str, str]]:
    return rows_of(next(path for path in written if path.suffix == ".csv"))


def few(coco: Coco, *more: str) -> list[str]:
    """Options for four pictures of 64×64 in two steps."""
    return ["--captions", str(coco[0]), "--count", "4", "--size", "64x64", "--batch", "3", *more]


def pictures(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.png")}


def test_table_1(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, inception: Path, clip: Path, tmp_path: Path
) -> None:
    words = ["--images", str(coco[1]), "--inception", str(inception), "--clip", str(clip), "--steps", "2"]
    written = evaluate("text-to-image", checkpoint("ldm3d"), "-o", tmp_path, *few(coco, *words))
    assert [path.name for path in written] == ["text-to-image.md", "text-to-image.csv", "text-to-image.png"]
    own, *papers = table_of(written)
    assert own["method"] == "ldm3d-safetensors"
    assert own["pictures"] == "4"
    assert float(own["FID ↓"]) > 0
    assert 1 <= float(own["IS ↑"]) <= 5
    assert -100 <= float(own["CLIP ↑"]) <= 100
    assert [float(row["FID ↓"]) for row in papers] == [28.08, 27.39, 27.82]
    assert [float(row["IS ↑"]) for row in papers] == [34.17, 34.02, 28.79]
    assert [float(row["CLIP ↑"]) for row in papers] == [26.13, 26.13, 26.61]
    assert {row["source"] for row in papers} == {"paper, table 1"}
    assert "27.82" in written[0].read_text("utf-8")
    with Image.open(written[2]) as sheet:
        assert sheet.width > 2 * 128

    # The table says what the kept pictures say.
    kept = sorted((tmp_path / "ldm3d-safetensors" / "pictures").glob("??????.png"))
    assert len(kept) == 4
    assert all(read_pair(path).depth.shape == (64, 64) for path in kept)
    eye = seeing.Inception(inception, "cpu")
    seen = eye.look(np.stack([read_pair(path).rgb for path in kept]))
    chosen = [int(name) for name in np.random.default_rng(0).permutation(6)[:4] % 4]
    names = [coco[1] / f"COCO_val2014_{number:012d}.jpg" for number in dict.fromkeys(chosen)]
    real = eye.look(np.stack([seeing.fitted(name, (64, 64)) for name in names]))
    expected = metrics.frechet_distance(seen["features"], real["features"])
    assert float(own["FID ↓"]) == pytest.approx(expected, rel=1e-4)
    assert float(own["IS ↑"]) == pytest.approx(metrics.inception_score(seen["classes"], 4).mean, rel=1e-5)


def test_stable_diffusion_stands_beside_ldm3d_as_the_papers_baselines_do(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, clip: Path, tmp_path: Path
) -> None:
    plain = tiny_eyes.write_colour_checkpoint(tmp_path / "sd-v1-4")
    words = ["--metrics", "clip", "--clip", str(clip), "--steps", "2"]
    written = evaluate("text-to-image", checkpoint("4c"), plain, "-o", tmp_path / "out", *few(coco, *words))
    own, baseline, *_ = table_of(written)
    assert (own["method"], baseline["method"]) == ("4c-safetensors", "sd-v1-4")
    assert own["FID ↓"] == ""
    assert float(baseline["CLIP ↑"])
    assert not list((tmp_path / "out" / "sd-v1-4").rglob("*.depth.png"))


def test_a_killed_evaluation_goes_on_and_ends_with_the_same_table(
    evaluate: Evaluate,
    checkpoint: Callable[..., Path],
    coco: Coco,
    clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ["--metrics", "clip", "--clip", str(clip), "--steps", "2"]
    whole = evaluate("text-to-image", checkpoint(), "-o", tmp_path / "whole", *few(coco, *words))

    paint = painting.write_pair
    asked: list[str] = []

    def until_killed(path: Path, *rest: object) -> None:
        asked.append(path.name)
        if len(asked) == 5:  # in the middle of the second batch
            raise KeyboardInterrupt
        paint(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(painting, "write_pair", until_killed)
    more = [*words, "--count", "6"]
    with pytest.raises(KeyboardInterrupt):
        evaluate("text-to-image", checkpoint(), "-o", tmp_path / "killed", *few(coco, *more))
    before = pictures(tmp_path / "killed")
    assert sum(name.endswith("depth.png") for name in before) == 4

    asked.clear()
    again = evaluate("text-to-image", checkpoint(), "-o", tmp_path / "killed", *few(coco, *more))
    assert asked == ["000003.png", "000004.png", "000005.png"], "the whole batch, and none of another"
    after = pictures(tmp_path / "killed")
    assert before.items() <= after.items()
    first = pictures(tmp_path / "whole")
    assert {name: after[name] for name in first if "00000" in name and "000003" not in name}.items() <= first.items()

    asked.clear()
    once_more = evaluate("text-to-image", checkpoint(), "-o", tmp_path / "killed", *few(coco, *more))
    assert not asked
    assert table_of(once_more) == table_of(again)
    assert len(whole) == len(again)


def test_results_of_other_settings_are_not_mixed(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, clip: Path, tmp_path: Path
) -> None:
    words = few(coco, "--metrics", "clip", "--clip", str(clip), "--steps", "1")
    evaluate("text-to-image", checkpoint(), "-o", tmp_path, *words)
    with pytest.raises(InputError, match=r"another guidance \(5.0, now 3.0\)"):
        evaluate("text-to-image", checkpoint(), "-o", tmp_path, *words, "--guidance", "3")


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [
        (["--metrics", "fid"], "--images"),
        (["--metrics", "is", "--inception", "nowhere.pt"], "inception-2015-12-05.pt"),
        (["--metrics", "clip", "--clip", "openai/clip-vit-large-patch14"], "hf download"),
        (["--metrics", "clip", "--count", "7"], "--count 6"),
        (["--metrics", "beauty"], "fid, is, clip"),
        (["--size", "60x60"], "multiples of 8"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_painted(
    evaluate: Evaluate,
    checkpoint: Callable[..., Path],
    coco: Coco,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: list[str],
    remedy: str,
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises((InputError, MachineError), match=remedy):
        evaluate("text-to-image", checkpoint(), "-o", tmp_path / "out", *few(coco, *missing))
    assert not list(tmp_path.rglob("*.png"))


def test_table_2(evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, tmp_path: Path) -> None:
    zoe = tiny_depth.write_estimator(tmp_path / "zoe", "zoedepth")
    dpt = tiny_depth.write_estimator(tmp_path / "dpt", "dpt")
    words = few(coco, "--steps", "2", "--reference", str(zoe), "--rival", str(dpt), "--points", "500")
    written = evaluate("depth", checkpoint("4c"), "-o", tmp_path / "out", *words)
    own, rival, *papers = table_of(written)
    assert (own["method"], rival["method"]) == ("4c-safetensors", "dpt")
    for row in (own, rival):
        assert 0 < float(row["AbsRel ↓"]) < 10
        assert 0 < float(row["RMSE [m] ↓"]) < 10
    assert [float(row["AbsRel ↓"]) for row in papers] == [0.0911, 0.0779]
    assert [float(row["RMSE [m] ↓"]) for row in papers] == [0.334, 0.297]
    assert written[-1].name == "depth.png"

    # The reference compared with itself, as the rival, has no error but that of the fit.
    words = few(coco, "--steps", "2", "--reference", str(zoe), "--rival", str(zoe))
    _, same, *_ = table_of(evaluate("depth", checkpoint("4c"), "-o", tmp_path / "out", *words))
    assert float(same["AbsRel ↓"]) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [(["--size", "128x64"], "not square"), (["--reference", "dpt"], "no metres"), (["--range", "10,1"], "0.001,10")],
)
def test_what_table_2_cannot_take(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, tmp_path: Path, wrong: list[str], remedy: str
) -> None:
    dpt = tiny_depth.write_estimator(tmp_path / "dpt", "dpt")
    words = few(coco, "--reference", str(dpt), "--rival", str(dpt), *[str(dpt) if w == "dpt" else w for w in wrong])
    with pytest.raises(InputError, match=remedy):
        evaluate("depth", checkpoint("4c"), "-o", tmp_path / "out", *words)


@pytest.mark.parametrize("kind", ["ldm3d", "4c"])
def test_table_3(
    evaluate: Evaluate, checkpoint: Callable[..., Path], inception: Path, tmp_path: Path, kind: str
) -> None:
    plain = tiny_eyes.write_colour_checkpoint(tmp_path / "sd-v1-4")
    words = ["--data", "worlds:3:7", "--size", "128x64", "--batch", "2", "--inception", str(inception)]
    written = evaluate("autoencoder", checkpoint(kind), "-o", tmp_path / "out", *words, "--baseline", plain)
    own, baseline, *papers = table_of(written)
    assert float(own["rFID ↓"]) > 0
    assert float(own["Abs.Rel. ↓"]) > 0
    assert float(own["colour [dB] ↑"]) > 0
    assert own["pictures"] == "3"
    assert float(baseline["rFID ↓"]) > 0
    assert baseline["Abs.Rel. ↓"] == ""
    assert [row["rFID ↓"] for row in papers] == ["0.763", "1.966"]
    assert [row["Abs.Rel. ↓"] for row in papers] == ["", "0.179"]
    assert written[-1].name == "autoencoder.png"


def test_figures_4_and_6_share_their_pictures(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, inception: Path, clip: Path, tmp_path: Path
) -> None:
    words = few(coco, "--steps", "2", "--scales", "1,5")
    more = ["--images", str(coco[1]), "--inception", str(inception)]
    written = evaluate("guidance", checkpoint(), "-o", tmp_path, *words, *more)
    assert [path.name for path in written] == ["guidance.md", "guidance.csv", "guidance.png"]
    rows = table_of(written)
    assert [next(iter(row.values())) for row in rows] == ["1", "5"]
    assert all(float(row["FID ↓"]) > 0 and float(row["IS ↑"]) >= 1 for row in rows)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("pictures/*.png")}

    written = evaluate("clip-guidance", checkpoint(), "-o", tmp_path, *words, "--clip", clip)
    assert [path.name for path in written] == ["clip-guidance.md", "clip-guidance.csv", "clip-guidance.png"]
    assert len({row["CLIP ↑"] for row in table_of(written)}) == 2
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("pictures/*.png")} == before


def test_figure_5(
    evaluate: Evaluate, checkpoint: Callable[..., Path], coco: Coco, inception: Path, tmp_path: Path
) -> None:
    words = few(coco, "--numbers", "3,1", "--metrics", "is", "--inception", str(inception))
    written = evaluate("steps", checkpoint(), "-o", tmp_path, *words)
    assert [row["DDIM steps"] for row in table_of(written)] == ["1", "3"]
    assert "50 to 100" in written[0].read_text("utf-8")


def test_figure_7(
    evaluate: Evaluate, coco: Coco, inception: Path, checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    tiny.write_checkpoint(run / "results" / "step-000000010", "4c")
    words = few(coco, "--steps", "1", "--images", str(coco[1]), "--inception", str(inception))
    written = evaluate("training-step", run, f"200={checkpoint()}", "-o", tmp_path / "out", *words)
    assert [row["training step"] for row in table_of(written)] == ["10", "200"]
    assert written[-1].name == "training-step.png"
    with pytest.raises(InputError, match="STEP="):
        evaluate("training-step", tmp_path, "-o", tmp_path / "out", *words)
    with pytest.raises(InputError, match="comes twice"):
        evaluate("training-step", run, f"10={checkpoint()}", "-o", tmp_path / "out", *words)


@pytest.mark.parametrize(
    ("name", "label"),
    [("runs/mini/diffusion/result", "mini"), ("runs/a/result", "a"), ("Intel/ldm3d", "ldm3d"), ("b/../c", "c")],
)
def test_results_of_training_are_called_as_their_runs(name: str, label: str) -> None:
    assert sources.label_of(name) == label


def test_the_papers_numbers_stand_in_its_tables() -> None:
    found = text_to_image.table([], painting.Brush()).markdown()
    for words in ("| LDM3D   | 27.82 | 28.79 ± 0.49 | 26.61 ± 2.92 | 30000", "34.17 ± 0.76", paper.SOURCE):
        assert words in found
