"""Checkpoints through a real worker: offered, downloaded, cancelled, checked, removed."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depthfusion.generate import parts
from depthfusion.generate.model_jobs import CheckModelJob, GetModelJob, OfferModelJob, RemoveModelJob
from depthfusion.jobs.job import Job
from depthfusion.jobs.progress import Report
from depthfusion.jobs.queue import Failure, JobQueue, Ticket
from tests.ldm3d.hub_server import Hub

NAME = "Intel/ldm3d-4c"
Events = "queue.Queue[tuple[str, Any]]"


@pytest.fixture
def published(hub: Hub, checkpoint: Callable[..., Path]) -> Hub:
    """Return a hub with a tiny Intel/ldm3d-4c."""
    hub.add(NAME, checkpoint("4c"), LICENSE=b"You may, as long as you are kind.")
    return hub


@pytest.fixture
def worker(published: Hub) -> Iterator[JobQueue]:
    """Return a queue whose worker asks that hub."""
    room = JobQueue("generate")
    yield room
    room.close()


def ticket(job: Job, events: Events) -> Ticket:
    return Ticket(
        job,
        on_progress=lambda report: events.put(("progress", report)),
        on_done=lambda result: events.put(("done", result)),
        on_failed=lambda failure: events.put(("failed", failure)),
        on_cancelled=lambda: events.put(("cancelled", None)),
    )


def done(worker: JobQueue, job: Job) -> tuple[Any, list[Report]]:
    events: Events = queue.Queue()
    worker.enqueue(ticket(job, events))
    reports = []
    while True:
        kind, what = events.get(timeout=60)
        if kind != "progress":
            return what, reports
        reports.append(what)


def test_a_checkpoint_is_offered_got_checked_and_removed_by_a_worker(worker: JobQueue, hub_cache: Path) -> None:
    offer, _ = done(worker, OfferModelJob("ldm3d-4c"))
    assert offer["name"] == NAME
    assert offer["bytes"] == offer["bytes_left"] > 2_900_000
    assert offer["free"] > 0
    licence = offer["licence"]
    assert (licence["name"], licence["accepted"]) == ("creativeml-openrail-m", False)
    assert licence["text"] == "You may, as long as you are kind."

    refused, _ = done(worker, GetModelJob(NAME))
    assert isinstance(refused, Failure)
    assert (refused.reason, "was not accepted" in refused.message) == ("input", True)

    got, reports = done(worker, GetModelJob(NAME, accept_licence=True))
    assert (got["name"], got["complete"], got["size"], got["channels"]) == (NAME, True, [128, 64], 4)
    assert Path(got["folder"]).is_relative_to(hub_cache)
    last = reports[-1]
    assert (last.unit, last.done, last.total) == ("bytes", got["bytes"], got["bytes"])
    assert last.line().startswith(f"downloading {NAME}, 2.9 of 2.9 MB, 100 %")

    checked, reports = done(worker, CheckModelJob(NAME))
    assert (checked["state"], checked["folder"]) == ("checked", got["folder"])
    assert reports[-1].text == f"checking {NAME}"
    weights = Path(got["folder"], "vae", "diffusion_pytorch_model.safetensors").resolve()
    weights.write_bytes(bytes(weights.stat().st_size))
    checked, _ = done(worker, CheckModelJob(NAME))
    assert checked["state"].startswith(f"vae/diffusion_pytorch_model.safetensors of {NAME} is not the file")

    removed, _ = done(worker, RemoveModelJob("ldm3d-4c"))
    assert removed == {"name": NAME, "bytes": got["bytes"] + 40}  # the 40 digits of the revision in refs/main


def test_cancelling_a_download_leaves_the_worker_ready(worker: JobQueue, published: Hub) -> None:
    published.stall = True
    events: Events = queue.Queue()
    running = worker.enqueue(ticket(GetModelJob(NAME, accept_licence=True), events))
    while events.get(timeout=60)[1].text != f"downloading {NAME}":
        pass
    process = worker.process_id
    worker.cancel(running)
    while (event := events.get(timeout=60))[0] == "progress":
        pass
    assert event[0] == "cancelled"
    published.stall = False
    begun = time.monotonic()
    got, reports = done(worker, GetModelJob(NAME))
    assert got["complete"]
    assert time.monotonic() - begun < 30
    assert worker.process_id == process
    assert next(report for report in reports if report.unit == "bytes").done > 0


def test_what_is_not_installed_is_told_with_the_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the clone's own environment, in another one beside a clone, and where the program came as a wheel."""
    from depthfusion.errors import MachineError

    monkeypatch.setattr(parts, "PARTS", ("torch", "no_such_module"))
    assert parts.lacking() == ["no_such_module"]
    clone = tmp_path / "clone"
    for name in ("start.py", "installer/environment.py"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    environment, elsewhere = clone / ".venv", tmp_path / "environment"
    for root, prefix, way in (
        (clone, environment, r"`python3 start.py` with the same arguments installs them"),
        (clone, elsewhere, r"`python3 start.py` installs them, or `pip install -r locks/ldm3d.txt`"),
        (tmp_path / "site-packages", elsewhere, r'`pip install "depthfusion\[ldm3d\]"`'),
    ):
        monkeypatch.setattr(parts, "_ROOT", root)
        monkeypatch.setattr(sys, "prefix", str(prefix))
        with pytest.raises(MachineError, match="not installed here: .*" + way):
            parts.require()
        assert parts.can_install() is (prefix == environment)
    with pytest.raises(MachineError, match="not installed here"):
        parts.InstallPartsJob().run(None)  # type: ignore[arg-type]
