"""What every test is held to: no thread and no process may outlive it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.ldm3d import hub_server, tiny

DRAWING = {"render", "export", "studio", ""}  # rooms whose tests draw with OpenGL; "" is this folder itself


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a process: each file's tests, and all that draw, in the order of their folders.

    A process has one OpenGL context at a time, and after Qt's platform is loaded another cannot be made in it.
    """
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parent
        room = folder.parts[0] if folder.parts else ""
        item.add_marker(pytest.mark.xdist_group("drawing" if room in DRAWING else str(item.path)))


@pytest.fixture(scope="session", autouse=True)
def usual_signals() -> None:
    """Let programs under test hear what a test run in the background or under nohup ignores, and they would inherit."""
    usual = {signal.SIGINT: signal.default_int_handler}
    if sys.platform != "win32":
        usual[signal.SIGHUP] = signal.SIG_DFL
    for number, handler in usual.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


TQDM = "tqdm_monitor"  # one daemon a process, from the first progress bar of diffusers on, shown or not


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind."""
    threads = set(threading.enumerate())
    processes = set(psutil.Process().children(recursive=True))
    yield
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        alive = {thread for thread in threading.enumerate() if thread.is_alive()}
        left_threads = {thread for thread in alive - threads if thread.name != TQDM}
        left_processes = set(psutil.Process().children(recursive=True)) - processes
        if not left_threads and not left_processes:
            return
        time.sleep(0.02)
    pytest.fail(f"left behind: {sorted(map(str, left_threads))} {sorted(map(str, left_processes))}")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep results, settings and log of a test in a folder of its own."""
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return (kind="ldm3d", weights="safetensors") -> folder of a tiny LDM3D checkpoint, to be read only."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(kind: tiny.Kind = "ldm3d", weights: tiny.Weights = "safetensors") -> Path:
        path = root / f"{kind}-{weights}"
        return path if path.exists() else tiny.write_checkpoint(path, kind, weights)

    return folder


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty Hugging Face cache, which `HF_HOME` names."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "hf" / "hub"


@pytest.fixture
def hub(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_server.Hub]:
    """Return an empty hub that `HF_ENDPOINT` names, with an empty cache; failed tries are repeated at once."""
    from huggingface_hub.utils import close_session

    from ldm3d.checkpoints import transfer

    monkeypatch.setattr(transfer, "PAUSES", (0.0, 0.0, 0.0))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    close_session()
    with hub_server.serving(hub_server.Hub()) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        yield served
        close_session()
