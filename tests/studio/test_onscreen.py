"""Runs the checks of the whole window, in the folder onscreen, on an X server of its own: Qt on GLX and Qt on EGL.

A process has one platform and one way to OpenGL, so each way has a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from depthfusion import panorama

OF_OPENGL = "canvas or context or dragging or full_screen or drawn or platform"
CHECKS = sorted(Path(__file__).with_name("onscreen").glob("check_*.py"))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Start Xvfb on a free display and return its name."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed (Debian: apt install xvfb)")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as said:
        number = said.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is Linux's")
@pytest.mark.parametrize("integration", ["xcb_glx", "xcb_egl"])
def test_the_window_by_real_clicks_and_keys(
    display: str, integration: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_XCB_GL_INTEGRATION": integration,
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    environment.pop("WAYLAND_DISPLAY", None)
    marks = request.config.getoption("-m")
    # The full run leaves nothing out; the short one checks on EGL only what OpenGL has a part in.
    chosen = ["-m", marks, *(["-k", OF_OPENGL] if integration == "xcb_egl" else [])] if marks else []
    tmp_path.chmod(0o700)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *chosen, *map(str, CHECKS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-3000:]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is Linux's")
def test_a_prompt_on_the_command_line_opens_the_studio_and_makes_it(display: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "DEPTHFUSION_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "depthfusion", "a meadow", "--size", "128x64", "--seed", "5"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as studio:
        deadline = time.monotonic() + 60
        while not (made := list(tmp_path.rglob("a-meadow.png"))) and time.monotonic() < deadline:
            time.sleep(0.05)
        studio.terminate()
        assert studio.wait(20) == 0
    [world] = made
    read = panorama.load(world)
    assert read.rgb.shape == (64, 128, 3)
    assert read.request is not None
    assert (read.request["prompt"], read.request["seed"]) == ("a meadow", 5)
