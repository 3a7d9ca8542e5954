"""Checkpoints and LoRAs of the hub as engines: found in its cache, chosen by `auto`, recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from depthfusion import panorama
from depthfusion.errors import InputError, MachineError
from depthfusion.generate import expected, lora
from depthfusion.generate.engines import offers, resolve
from depthfusion.generate.expected import Machine, Timing
from depthfusion.generate.jobs import GenerateJob, unload
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.progress import Progress, Report
from tests.ldm3d import tiny
from tests.ldm3d.hub_server import Hub

REVISION = "c" * 40


@pytest.fixture
def pano(hub_cache: Path, tmp_path: Path) -> Iterator[str]:
    """Put a tiny checkpoint into the cache under the published name."""
    place = hub_cache / "models--Intel--ldm3d-pano"
    tiny.write_checkpoint(place / "snapshots" / REVISION, "pano")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(REVISION, encoding="ascii")
    yield "Intel/ldm3d-pano"
    unload()


def test_auto_takes_it_when_it_is_here_and_known_to_be_quick(pano: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "here", lambda: Machine("cpu", 2))
    asked = GenerationRequest(prompt="a forest", size=(1024, 512))
    engine, request, why = resolve(asked)
    assert (engine.name, request.engine) == ("sketch", "sketch")
    assert "ldm3d would take about" in why
    assert "minutes here; choose it with --engine ldm3d" in why
    expected.remember(pano, "cpu", "float32", Timing(0.1, 1.0, 2.0))
    engine, request, why = resolve(asked)
    assert (engine.name, request.engine, request.size, request.guidance) == ("ldm3d", "ldm3d", (1024, 512), 7.0)
    assert why == "ldm3d is used: it is on this disk and takes about 13 s here"
    engine, _, why = resolve(GenerationRequest(prompt="a forest", size=(2000, 1000)))
    assert engine.name == "sketch"
    assert "ldm3d cannot make this, as size 2000x1000" in why


def test_an_option_that_the_engine_lacks_is_told_with_why_it_was_taken(pano: str) -> None:
    with pytest.raises(InputError, match=r"--steps 50 cannot be used with engine sketch \(sketch is used: ldm3d would"):
        resolve(GenerationRequest(prompt="a forest", steps=50))


def test_a_published_checkpoint_goes_by_its_short_name_and_its_revision_is_recorded(pano: str, tmp_path: Path) -> None:
    assert {offer.name: offer.ready for offer in offers()}["ldm3d"]
    asked = GenerationRequest(prompt="a forest", engine=pano, seed=1, size=(128, 64), steps=1)
    GenerateJob(asked.as_dict(), str(tmp_path / "one.png")).run(Progress())
    one = panorama.load(tmp_path / "one.png")
    assert one.request is not None
    assert one.made is not None
    assert one.request["engine"] == "ldm3d"
    assert one.depth_source == one.made["checkpoint"] == pano
    assert one.made["revision"] == REVISION
    assert one.made["prompt"] == "360 view of a forest"


def test_a_changed_file_is_refused(pano: str, hub_cache: Path, tmp_path: Path) -> None:
    job = GenerateJob({"prompt": "x", "engine": "ldm3d", "size": [128, 64], "steps": 1}, str(tmp_path / "one.png"))
    job.run(Progress())
    weights = next(hub_cache.rglob("unet/*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    reports: list[Report] = []
    with pytest.raises(InputError, match=r"unet/diffusion_pytorch_model\.safetensors"):
        job.run(Progress(reports.append))
    assert {report.unit for report in reports if report.text.startswith("checking")} == {"bytes"}


def test_a_lora_comes_from_the_hub_and_then_from_its_cache(hub: Hub, tmp_path: Path) -> None:
    hub.add("somebody/style", tiny.write_lora(tmp_path / "lora"))
    found = lora.find("somebody/style", Progress())
    assert found.path.name == lora.USUAL
    asked = len(hub.asked)
    assert lora.find("somebody/style", Progress()) == found
    assert len(hub.asked) == asked


def test_a_lora_that_is_not_there_is_a_sentence(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="somebody/none is not on http"):
        lora.find("somebody/none", Progress())
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MachineError, match="somebody/none cannot be downloaded"):
        lora.find("somebody/none", Progress())
