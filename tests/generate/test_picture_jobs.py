"""Importing with an estimator and enlarging, as jobs and as the command line runs them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion import cli, panorama
from depthfusion.errors import InputError, MachineError
from depthfusion.generate import parts, picture_jobs
from depthfusion.generate.jobs import JOBS
from depthfusion.generate.picture_jobs import EnlargeJob, ImportJob
from depthfusion.jobs.progress import Cancelled, Progress, Report
from depthfusion.panorama import Panorama
from tests.ldm3d import tiny_depth
from tests.reference.scenes import photograph, rolling


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    return tiny_depth.write_estimator(tmp_path_factory.mktemp("estimators") / "tiny", "depth_anything")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.jpg"
    Image.fromarray(photograph(128, 64)).save(path, quality=95)
    return path


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.png"
    made = Panorama(photograph(64, 32), rolling(32, 16), 1.0, 50.0, "sketch", {"prompt": "hills", "seed": 4})
    panorama.save(made, path)
    return path


def test_the_window_finds_both_among_the_jobs(tmp_path: Path) -> None:
    enlarging = EnlargeJob("a.png", str(tmp_path / "b.png"), (64, 32))
    for job in (ImportJob("a.jpg", "b.png", estimator="dpt-large"), enlarging):
        assert JOBS[job.kind].from_message(job.message()) == job
    assert enlarging.folder == tmp_path


def test_a_picture_without_depth_gets_an_estimated_one(picture: Path, estimator: Path, tmp_path: Path) -> None:
    reports: list[Report] = []
    output = tmp_path / "out.png"
    done = ImportJob(str(picture), str(output), estimator=str(estimator), device="cpu").run(Progress(reports.append))
    assert (done["panorama"], done["depth"]) == (str(output), str(tmp_path / "out.depth.png"))
    made = panorama.load(output)
    assert made.depth_source == done["source"] == f"estimator {estimator}"
    assert (made.near, made.far) == (None, None)
    assert made.made == {"estimator": str(estimator), "revision": "", "device": "cpu"}
    assert (made.depth.min(), made.depth.max()) == (0, 65535)
    np.testing.assert_array_equal(made.rgb, np.asarray(Image.open(picture)))
    views = [report for report in reports if report.text.startswith("estimating")]
    assert [report.done for report in views] == list(range(9))
    assert {report.total for report in views} == {8}


def test_estimating_stops_between_views_and_writes_nothing(picture: Path, estimator: Path, tmp_path: Path) -> None:
    reports: list[Report] = []
    job = ImportJob(str(picture), str(tmp_path / "out.png"), estimator=str(estimator), device="cpu")
    with pytest.raises(Cancelled):
        job.run(Progress(reports.append, lambda: sum(report.text.startswith("est") for report in reports) == 3))
    assert not list(tmp_path.glob("out*"))


def test_an_import_needs_a_depth_from_somewhere(picture: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["import", str(picture), "-o", str(tmp_path / "out.png")]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "has no depth" in said
    assert "--depth FILE" in said
    assert "--estimator dpt-large" in said


def test_the_command_line_estimates(picture: Path, estimator: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "out.png"
    command = ["import", str(picture), "-o", str(output), "--estimator", str(estimator), "--device", "cpu"]
    assert cli.main(command) == 0
    assert capsys.readouterr().out.split() == [str(output), str(tmp_path / "out.depth.png")]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["import", "p.jpg", "-o", "o.png", "--estimator", "dpt-large", "--depth", "d.png"], 2, "exclude each other"),
        (["import", "p.jpg", "-o", "o.png", "--estimator", ""], 2, "name one, such as dpt-large"),
        (["enlarge", "w.png", "-o", "o.png", "--size", "100x60"], 2, "not twice as wide as high: choose 100x50"),
        (["enlarge", "w.png", "-o", "o.png", "--size", "64x32", "--steps", "0"], 2, "choose from 1 to 999"),
        (["enlarge", "w.png", "-o", "o.png", "--size", "big"], 2, "width x height in pixels is needed"),
    ],
)
def test_slips_are_told_before_anything_is_read(arguments: list[str], code: int, sentence: str, capsys) -> None:
    assert cli.main(arguments) == code
    assert sentence in capsys.readouterr().err


def test_an_estimator_that_is_not_here_is_said(picture: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with pytest.raises(MachineError, match="model get"):
        ImportJob(str(picture), str(tmp_path / "out.png"), estimator="dpt-large").run(Progress())
    with pytest.raises(InputError, match="neither a folder here nor a checkpoint"):
        ImportJob(str(picture), str(tmp_path / "out.png"), estimator="no such").run(Progress())


def test_enlarging_keeps_what_is_known_of_a_panorama(world: Path, tmp_path: Path) -> None:
    output = tmp_path / "large.png"
    done = EnlargeJob(str(world), str(output), (256, 128), method="lanczos").run(Progress())
    assert done["method"] == "lanczos"
    made, before = panorama.load(output), panorama.load(world)
    assert made.rgb.shape == (128, 256, 3)
    assert made.depth.shape == (128, 256)
    assert (made.near, made.far, made.depth_source, made.request) == (1.0, 50.0, "sketch", before.request)
    assert made.made == {"enlarged": {"from": "64x32", "by": "lanczos"}}


def test_the_command_line_enlarges_and_says_why_it_does_so(world: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "large.png"
    assert cli.main(["enlarge", str(world), "-o", str(output), "--size", "128x64"]) == 0
    told = capsys.readouterr()
    assert told.out.split() == [str(output), str(tmp_path / "large.depth.png")]
    assert "lanczos is used: " in told.err
    assert cli.main(["enlarge", str(output), "-o", str(output), "--size", "256x128"]) == 2
    assert "read and would be written" in capsys.readouterr().err
    assert cli.main(["enlarge", str(output), "-o", str(tmp_path / "x.png"), "--size", "32x16"]) == 2
    assert "choose a larger one, such as 256x128" in capsys.readouterr().err


def test_ldm3d_sr_is_taken_where_it_is_here(world: Path, checkpoint, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setattr(picture_jobs, "UPSCALER", str(checkpoint("sr")))
    output = tmp_path / "large.png"
    job = EnlargeJob(str(world), str(output), (128, 64), method="ldm3d-sr", device="cpu", steps=1, seed=2)
    assert job.run(Progress())["method"] == "ldm3d-sr"
    made = panorama.load(output)
    assert made.depth.shape == (64, 128)
    assert made.made == {"enlarged": {"from": "64x32", "by": "ldm3d-sr", "seed": 2, "steps": 1}}


def test_auto_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setattr(parts, "installed", lambda: False)
    assert picture_jobs.choose_method("auto") == ("lanczos", "lanczos is used: the parts of LDM3D are not installed")
    with pytest.raises(InputError, match="choose one of auto, ldm3d-sr, lanczos"):
        picture_jobs.choose_method("magic")


def test_short_memory_is_answered_with_what_would_help(world: Path, picture: Path, checkpoint, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from ldm3d import depth_estimation
    from ldm3d.pipelines import loading

    def too_much(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load", too_much)
        patch.setattr(picture_jobs, "UPSCALER", str(checkpoint("sr")))
        with pytest.raises(MachineError, match="memory of cpu: close other programs, or enlarge with --method lanczos"):
            EnlargeJob(str(world), str(tmp_path / "o.png"), (128, 64), method="ldm3d-sr", device="cpu").run(Progress())
    folder = tiny_depth.write_estimator(tmp_path / "tiny", "dpt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(depth_estimation, "load_estimator", too_much)
        with pytest.raises(MachineError, match="such as depth-anything-v2-small"):
            ImportJob(str(picture), str(tmp_path / "o.png"), estimator=str(folder), device="cpu").run(Progress())
    assert not list(tmp_path.glob("o*"))
