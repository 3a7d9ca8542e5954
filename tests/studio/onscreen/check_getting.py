"""Getting what an engine lacks: asked for, on its terms, with a hub on this machine and a real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthfusion.generate import parts
from depthfusion.studio import app
from depthfusion.studio.get_dialog import GetDialog
from depthfusion.studio.window import Window
from tests.ldm3d import hub_server
from tests.ldm3d.hub_server import Hub
from tests.studio.onscreen.helpers import LEFT, LONG, canvas, closing

NAME = "Intel/ldm3d-4c"


@pytest.fixture
def hub(tmp_path: Path, checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine with one tiny checkpoint, and an empty cache, for the workers."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with hub_server.serving(Hub()) as hub:
        hub.add(NAME, checkpoint("4c"))
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub


@pytest.fixture
def lacking(hub: Hub, qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    """The window with that checkpoint's engine chosen, which is not here."""
    made = app.make_window(qapp, tmp_path / "session.json")
    made.show()
    with closing(made):
        qtbot.waitUntil(lambda: bool(made.prompt.engines.listed), timeout=LONG)
        made.session.request.update({"prompt": "a harbour", "engine": "ldm3d-4c", "size": (128, 64), "steps": 2})
        yield made


def asked(window: Window, qtbot: QtBot) -> GetDialog:
    """The dialog, once it says what the hub has."""
    qtbot.waitUntil(lambda: window.getting.dialog is not None and window.getting.dialog.isVisible(), timeout=LONG)
    dialog = window.getting.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.go.isVisible, timeout=LONG)
    return dialog


def test_nothing_is_fetched_without_a_click_and_a_licence(lacking: Window, hub: Hub, qtbot: QtBot) -> None:
    prompt = lacking.prompt
    assert prompt.state.text().startswith("Needs a 5.5 GB download")
    assert prompt.getter.isVisible()
    assert not hub.asked
    QTest.mouseClick(prompt.button, LEFT)
    dialog = asked(lacking, qtbot)
    assert not hub.ranges_of(".safetensors")
    assert not [path for path, _ in hub.asked if "safetensors" in path]
    assert "creativeml-openrail-m" in dialog.accepts.text()
    assert "Free there" in dialog.text.text()
    assert not dialog.go.isEnabled()
    QTest.mouseClick(dialog.accepts, LEFT, pos=QPoint(10, dialog.accepts.height() // 2))
    assert dialog.go.isEnabled()
    with qtbot.waitSignal(canvas(lacking).arrived, timeout=LONG):
        QTest.mouseClick(dialog.go, LEFT)
    assert lacking.getting.dialog is None
    assert lacking.session.files[0].name == "a-harbour.png"
    assert prompt.state.text().startswith("Ready")
    assert not prompt.getter.isVisible()


@pytest.mark.full
def test_a_download_is_cancelled_and_goes_on_where_it_was(lacking: Window, hub: Hub, qtbot: QtBot) -> None:
    hub.bytes_a_second = 200_000
    QTest.mouseClick(lacking.prompt.getter, LEFT)
    dialog = asked(lacking, qtbot)
    dialog.accepts.setChecked(True)
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: " of " in dialog.doing.text() and dialog.bar.value() > 0, timeout=LONG)
    qtbot.waitUntil(lambda: bool(hub.ranges_of(".safetensors")), timeout=LONG)
    QTest.qWait(600)
    assert "MB" in dialog.doing.text() or "kB" in dialog.doing.text()
    QTest.mouseClick(dialog.stop, LEFT)
    qtbot.waitUntil(dialog.go.isVisible, timeout=LONG)
    assert dialog.go.text() == "Go on"
    hub.bytes_a_second = None
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: lacking.getting.dialog is None, timeout=LONG)
    assert any(hub.ranges_of(".safetensors"))
    assert lacking.banner.text.text() == "ldm3d-4c is ready."


@pytest.mark.full
def test_a_download_goes_on_in_the_background(lacking: Window, hub: Hub, qtbot: QtBot) -> None:
    hub.bytes_a_second = 2_000_000
    QTest.mouseClick(lacking.prompt.button, LEFT)
    dialog = asked(lacking, qtbot)
    dialog.accepts.setChecked(True)
    QTest.mouseClick(dialog.go, LEFT)
    QTest.mouseClick(dialog.later, LEFT)
    assert lacking.strip.isVisible()
    qtbot.waitUntil(lacking.banner.action.isVisible, timeout=LONG)
    with qtbot.waitSignal(canvas(lacking).arrived, timeout=LONG):
        QTest.mouseClick(lacking.banner.action, LEFT)


def test_no_network_is_one_sentence_and_can_be_tried_again(
    lacking: Window, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories[NAME].refusal = (403, "GatedRepo")
    QTest.mouseClick(lacking.prompt.getter, LEFT)
    dialog = asked(lacking, qtbot)
    assert dialog.go.text() == "Try again"
    assert dialog.text.text().count(".") >= 1
    assert "agree" in dialog.text.text()
    hub.repositories[NAME].refusal = None
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: dialog.go.text() == "Download", timeout=LONG)
    QTest.mouseClick(dialog.later, LEFT)
    assert not dialog.isVisible()


def test_missing_parts_are_installed_first(lacking: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's own parts are there, so that its job is done at once: what is shown here is the window's part."""
    with monkeypatch.context() as patched:
        patched.setattr(parts, "installed", lambda: False)
        patched.setattr(parts, "can_install", lambda: True)
        patched.setattr(parts, "bytes_needed", lambda: 2_100_000_000)
        lacking.making.survey()
        qtbot.waitUntil(lambda: bool(lacking.prompt.engines.lacks), timeout=LONG)
        assert lacking.prompt.state.text().startswith("Needs the LDM3D parts (about 2.1 GB) and a 5.5 GB download")
        QTest.mouseClick(lacking.prompt.getter, LEFT)
        dialog = asked(lacking, qtbot)
        assert dialog.title.text() == "ldm3d-4c needs the LDM3D parts (about 2.1 GB)"
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: dialog.go.text() == "Download", timeout=LONG)
    assert not lacking.prompt.engines.lacks


def test_where_parts_cannot_be_installed_it_is_said_how(
    lacking: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "installed", lambda: False)
    monkeypatch.setattr(parts, "can_install", lambda: False)
    lacking.making.survey()
    qtbot.waitUntil(lambda: bool(lacking.prompt.engines.lacks), timeout=LONG)
    QTest.mouseClick(lacking.prompt.getter, LEFT)
    qtbot.waitUntil(lambda: lacking.getting.dialog is not None and lacking.getting.dialog.isVisible(), timeout=LONG)
    assert "pip install" in lacking.getting.dialog.text.text()
    assert not lacking.getting.dialog.go.isVisible()
