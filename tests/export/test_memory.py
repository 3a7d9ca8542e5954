"""Memory of an export: what a frame needs, however many there are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FRAMES = 1000
WATCHED = """
import json, sys
import psutil
from depthfusion.export.jobs import VideoJob
from depthfusion.jobs.progress import Progress

world, output, projection = sys.argv[1:]
us, used = psutil.Process(), []

def report(said):
    if said.text == "drawing frames" and said.done % 50 == 0:
        used.append(sum(process.memory_info().rss for process in (us, *us.children())))

view = {"projection": projection}
export = {"size": [64, 32], "seconds": 100, "fps": 10, "encoder": "software"}
assert VideoJob(world, output, view=view, export=export).run(Progress(report))["frames"] == 1000
print(json.dumps(used))
"""


@pytest.mark.full
@pytest.mark.parametrize(
    ("projection", "suffix"), [("perspective", ".mp4"), ("equirect", ".mp4"), ("perspective", ".png")]
)
def test_a_thousand_frames_take_the_memory_of_two_hundred(
    world: Path, tmp_path: Path, projection: str, suffix: str
) -> None:
    command = [sys.executable, "-c", WATCHED, str(world), str(tmp_path / f"a{suffix}"), projection]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    used = json.loads(done.stdout)
    assert len(used) == FRAMES // 50
    # the encoder's look-ahead and OpenGL's own pools fill up first
    assert max(used[4:]) - used[4] < 16 << 20
