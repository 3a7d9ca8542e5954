"""Worker processes: real ones, used, cancelled and killed."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from depthfusion import panorama
from depthfusion.export.jobs import VideoJob
from depthfusion.generate.jobs import GenerateJob
from depthfusion.jobs.job import Job
from depthfusion.jobs.progress import Progress
from depthfusion.jobs.queue import Failure, JobQueue, Ticket

Events = "queue.Queue[tuple[str, Any]]"
LONG = 60


@pytest.fixture
def jobs() -> Iterator[JobQueue]:
    room = JobQueue("generate")
    yield room
    room.close()


def job(folder: Path, name: str = "world", size: tuple[int, int] = (128, 64), **request: Any) -> GenerateJob:
    asked = {"prompt": "a meadow", "seed": 1, "size": list(size), **request}
    return GenerateJob(asked, str(folder / f"{name}.png"))


def ticket(job: Job, events: Events) -> Ticket:
    return Ticket(
        job,
        on_progress=lambda report: events.put(("progress", report)),
        on_done=lambda result: events.put(("done", result)),
        on_failed=lambda failure: events.put(("failed", failure)),
        on_cancelled=lambda: events.put(("cancelled", None)),
    )


def end_of(events: Events) -> tuple[str, Any]:
    while True:
        kind, what = events.get(timeout=LONG)
        if kind != "progress":
            return kind, what


def test_a_job_is_done_in_another_process_which_stays_for_the_next(jobs: JobQueue, tmp_path: Path) -> None:
    events: Events = queue.Queue()
    jobs.enqueue(ticket(job(tmp_path, "one"), events))
    kind, result = end_of(events)
    first = jobs.process_id
    assert kind == "done"
    made = panorama.load(Path(result["panorama"]))
    assert made.rgb.shape == (64, 128, 3)
    jobs.enqueue(ticket(job(tmp_path, "two"), events))
    assert end_of(events)[0] == "done"
    assert jobs.process_id == first != os.getpid()


def test_a_running_job_is_cancelled_at_once_and_leaves_nothing(jobs: JobQueue, tmp_path: Path) -> None:
    events: Events = queue.Queue()
    running = jobs.enqueue(ticket(job(tmp_path, size=(8192, 4096)), events))
    assert events.get(timeout=LONG)[0] == "progress"
    first = jobs.process_id
    jobs.cancel(running)
    told = [events.get_nowait()[0] for _ in range(events.qsize())]
    assert told.count("cancelled") == 1
    assert told[-1] == "cancelled"
    jobs.enqueue(ticket(job(tmp_path, "next"), events))
    assert end_of(events)[0] == "done"
    assert jobs.process_id == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["next.depth.png", "next.png"]


def test_a_worker_that_does_not_stop_is_replaced_and_the_next_job_is_not_lost(tmp_path: Path) -> None:
    events: Events = queue.Queue()
    room = JobQueue("generate", stop_seconds=0.2)
    running = room.enqueue(ticket(job(tmp_path, size=(8192, 4096)), events))
    waiting: Events = queue.Queue()
    room.enqueue(ticket(job(tmp_path, "next"), waiting))
    assert events.get(timeout=LONG)[0] == "progress"
    first = room.process_id
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    room.cancel(running)
    assert end_of(events)[0] == "cancelled"
    assert end_of(waiting)[0] == "done"
    assert room.process_id != first
    assert events.empty()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["next.depth.png", "next.png"]
    room.close()


def test_a_waiting_job_is_forgotten_and_the_others_run(jobs: JobQueue, tmp_path: Path) -> None:
    first: Events = queue.Queue()
    second: Events = queue.Queue()
    jobs.enqueue(ticket(job(tmp_path, "one"), first))
    waiting = jobs.enqueue(ticket(job(tmp_path, "two"), second))
    jobs.cancel(waiting)
    assert end_of(second)[0] == "cancelled"
    assert end_of(first)[0] == "done"
    assert not (tmp_path / "two.png").exists()


def test_a_killed_worker_fails_its_job_and_the_next_gets_another_worker(jobs: JobQueue, tmp_path: Path) -> None:
    events: Events = queue.Queue()
    jobs.enqueue(ticket(job(tmp_path, "one", size=(8192, 4096)), events))
    assert events.get(timeout=LONG)[0] == "progress"
    killed = jobs.process_id
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    kind, failure = end_of(events)
    assert kind == "failed"
    assert isinstance(failure, Failure)
    assert failure.reason == "died"
    assert "signal 9" in failure.message
    jobs.enqueue(ticket(job(tmp_path, "two"), events))
    assert end_of(events)[0] == "done"
    assert jobs.process_id != killed


def test_what_a_killed_worker_left_half_written_is_removed(tmp_path: Path) -> None:
    scene = tmp_path / "world.png"
    job(tmp_path).run(Progress())
    events: Events = queue.Queue()
    room = JobQueue("export")
    out = tmp_path / "out"
    out.mkdir()
    room.enqueue(ticket(VideoJob(scene=str(scene), output=str(out / "clip.mp4")), events))
    deadline = time.monotonic() + LONG
    while not list(out.glob(".partial-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(out.glob(".partial-*"))
    assert room.process_id is not None
    os.kill(room.process_id, signal.SIGKILL)
    assert end_of(events)[1].reason == "died"
    assert list(out.iterdir()) == []
    room.close()


def test_bad_input_comes_back_as_the_sentence_it_is(jobs: JobQueue, tmp_path: Path) -> None:
    events: Events = queue.Queue()
    jobs.enqueue(ticket(job(tmp_path, prompt=" "), events))
    kind, failure = end_of(events)
    assert (kind, failure.reason, failure.traceback) == ("failed", "input", "")
    assert failure.message.startswith("the prompt is empty")


def test_a_defect_comes_back_with_its_traceback(jobs: JobQueue, tmp_path: Path) -> None:
    events: Events = queue.Queue()
    jobs.enqueue(ticket(GenerateJob(5, str(tmp_path / "x.png")), events))  # type: ignore[arg-type]
    kind, failure = end_of(events)
    assert (kind, failure.reason) == ("failed", "defect")
    assert "Traceback" in failure.traceback


def test_closing_the_queue_ends_a_worker_in_the_middle_of_a_job(tmp_path: Path) -> None:
    events: Events = queue.Queue()
    room = JobQueue("generate")
    room.enqueue(ticket(job(tmp_path, size=(8192, 4096)), events))
    assert events.get(timeout=LONG)[0] == "progress"
    worker = psutil.Process(room.process_id)
    room.close()
    assert not worker.is_running()
    assert end_of(events)[0] == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_idle_minutes_that_are_no_number_are_a_sentence(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "depthfusion.jobs.worker", "generate"],
        env={**os.environ, "DEPTHFUSION_IDLE_MINUTES": "ten"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert process.returncode == 3
    assert (
        process.stderr
        == "error: DEPTHFUSION_IDLE_MINUTES=ten is no number of minutes; set it to one, or leave it out\n"
    )


def test_the_end_of_its_input_ends_a_worker_and_its_stdout_is_the_protocol_alone(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "depthfusion.jobs.worker", "generate"],
        input=json.dumps({"run": 1, "job": job(tmp_path).message()}) + "\n",
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    events = [json.loads(line)["event"] for line in process.stdout.splitlines()]
    assert events[0] == "ready"
    assert events[-1] in {"done", "cancelled"}
