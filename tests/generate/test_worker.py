"""LDM3D in the window's worker process, and on the command line: real processes, real networks at tiny sizes."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

import depthfusion
from depthfusion import panorama
from depthfusion.generate.jobs import GenerateJob, unload
from depthfusion.jobs.previews import Preview
from depthfusion.jobs.progress import Progress
from depthfusion.jobs.queue import JobQueue, Ticket

LONG = 120
LARGER = {"size": [512, 256], "steps": 500}  # more than half a second a step


class Ears:
    """Hears a ticket, and keeps what it heard."""

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.phases: list[str] = []

    def ticket(self, job: GenerateJob) -> Ticket:
        return Ticket(
            job,
            on_progress=lambda report: self.events.put(("progress", report)),
            on_preview=lambda preview: self.events.put(("preview", preview)),
            on_done=lambda result: self.events.put(("done", result)),
            on_failed=lambda failure: self.events.put(("failed", failure)),
            on_cancelled=lambda: self.events.put(("cancelled", None)),
        )

    def until(self, *kinds: str) -> Any:
        """Wait for an event of one of `kinds` and return what it brought."""
        while True:
            kind, what = self.events.get(timeout=LONG)
            if kind == "progress":
                self.phases.append(what.text)
            if kind in kinds:
                return what
            assert kind in {"progress", "preview"}, (kind, what)


@pytest.fixture
def work(checkpoint: Callable[..., Path], tmp_path: Path) -> Callable[..., GenerateJob]:
    def job(name: str = "one", **request: Any) -> GenerateJob:
        asked = {"prompt": "a forest", "engine": str(checkpoint("pano")), "seed": 7, "size": [128, 64], "steps": 2}
        return GenerateJob({**asked, **request}, str(tmp_path / f"{name}.png"))

    return job


@pytest.fixture
def rooms() -> Iterator[Callable[..., JobQueue]]:
    opened = []

    def room(**more: str) -> JobQueue:
        opened.append(JobQueue("generate", environment(**more)))
        return opened[-1]

    yield room
    for one in opened:
        one.close()


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(depthfusion.__file__).parent.parent), **more}


def test_previews_come_cancelling_is_quick_the_model_stays_and_death_is_survived(
    work: Callable[..., GenerateJob], rooms: Callable[..., JobQueue], tmp_path: Path
) -> None:
    room = rooms()
    ears = Ears()
    running = room.enqueue(ears.ticket(work("stopped", **LARGER)))
    preview = ears.until("preview")
    assert isinstance(preview, Preview)
    assert preview.rgb.shape == (*preview.depth.shape, 3)
    first = room.process_id
    room.cancel(running)
    assert [kind for kind, _ in list(ears.events.queue)][-1] == "cancelled"

    after = Ears()
    room.enqueue(after.ticket(work("after")))
    after.until("done")
    assert room.process_id == first
    assert "loading the model" not in after.phases
    assert not (tmp_path / "stopped.png").exists()

    dying = Ears()
    room.enqueue(dying.ticket(work("dead", **LARGER)))
    dying.until("preview")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    failure = dying.until("failed")
    assert failure.reason == "died"
    assert "signal 9, as when the system runs out of memory" in failure.message

    last = Ears()
    room.enqueue(last.ticket(work("last")))
    last.until("done")
    assert room.process_id != first
    previews = Path(room._previews.name) if room._previews else None
    assert previews is not None
    room.close()
    assert not previews.exists()
    one, other = panorama.load(tmp_path / "after.png"), panorama.load(tmp_path / "last.png")
    np.testing.assert_array_equal(one.rgb, other.rgb)
    np.testing.assert_array_equal(one.depth, other.depth)


def test_an_idle_worker_gives_the_model_back_and_loads_it_again(
    work: Callable[..., GenerateJob], rooms: Callable[..., JobQueue]
) -> None:
    room = rooms(DEPTHFUSION_IDLE_MINUTES="0.05")
    ears = Ears()
    room.enqueue(ears.ticket(work()))
    ears.until("done")
    soon = Ears()
    room.enqueue(soon.ticket(work()))
    soon.until("done")
    assert "loading the model" not in soon.phases
    time.sleep(4)
    later = Ears()
    room.enqueue(later.ticket(work()))
    later.until("done")
    assert "loading the model" in later.phases


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_memory_that_does_not_do_is_told_with_advice_and_the_model_stays(
    work: Callable[..., GenerateJob], rooms: Callable[..., JobQueue]
) -> None:
    room = rooms(OMP_NUM_THREADS="1")
    ears = Ears()
    room.enqueue(ears.ticket(work()))
    ears.until("done")
    assert room.process_id is not None
    worker = psutil.Process(room.process_id)
    unlimited = worker.rlimit(psutil.RLIMIT_AS)
    worker.rlimit(psutil.RLIMIT_AS, (worker.memory_info().vms + (16 << 20), unlimited[1]))
    short = Ears()
    room.enqueue(short.ticket(work("large", size=[1024, 512], steps=1, guidance=1.0)))
    failure = short.until("failed")
    assert failure.reason == "machine", failure
    assert "the memory of this machine does not do for" in failure.message
    assert "1024x512 in float32; what helps is a smaller size (--size 768x384), half precision" in failure.message
    worker.rlimit(psutil.RLIMIT_AS, unlimited)
    after = Ears()
    room.enqueue(after.ticket(work()))
    after.until("done")
    assert room.process_id == worker.pid
    assert "loading the model" not in after.phases


def test_the_command_line_makes_the_same_picture_and_changes_it_under_a_mask(
    work: Callable[..., GenerateJob], tmp_path: Path
) -> None:
    here = work("here")
    here.run(Progress())
    unload()
    engine = str(here.request["engine"])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "depthfusion", "generate", "a forest", "--engine", engine, *arguments]
        small = ("--seed", "7", "--size", "128x64", "--steps", "2")
        return subprocess.run(
            [*command, *small], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
        )

    done = run("-o", "there.png")
    assert (done.returncode, done.stdout.split()) == (0, ["there.png", "there.depth.png"]), done.stderr
    assert "in 2 steps of ddim with guidance 5" in done.stderr
    one, other = panorama.load(tmp_path / "here.png"), panorama.load(tmp_path / "there.png")
    np.testing.assert_array_equal(one.rgb, other.rgb)
    np.testing.assert_array_equal(one.depth, other.depth)

    white = np.zeros((64, 128), np.uint8)
    white[16:40, 24:80] = 255
    Image.fromarray(white).save(tmp_path / "mask.png")
    done = run("-o", "masked.png", "--from", "there.png", "--mask", "mask.png", "--negative", "fog")
    assert done.returncode == 0, done.stderr
    masked = panorama.load(tmp_path / "masked.png")
    np.testing.assert_array_equal(masked.rgb[white == 0], other.rgb[white == 0])
    assert not np.array_equal(masked.rgb, other.rgb)
    assert masked.request is not None
    assert masked.request["source"] == str(tmp_path / "there.png")
