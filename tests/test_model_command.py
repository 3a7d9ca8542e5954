"""`depthfusion model`: what it says, asks and does."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from depthfusion import cli
from tests.ldm3d.hub_server import Hub

NAME = "Intel/ldm3d-pano"


@pytest.fixture
def published(hub: Hub, checkpoint: Callable[..., Path]) -> Hub:
    """Return a hub with a tiny Intel/ldm3d-pano."""
    hub.add(NAME, checkpoint("pano"), LICENSE=b"You may, as long as you are kind.")
    return hub


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "depthfusion", "model", *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)


def test_a_checkpoint_is_got_listed_and_removed(published: Hub, hub_cache: Path) -> None:
    got = run("get", "ldm3d", "--accept-licence")
    assert got.returncode == 0, got.stderr
    folder = Path(got.stdout.strip())
    assert (folder / "model_index.json").is_file()
    assert "You may, as long as you are kind." in got.stderr
    assert "its licence: creativeml-openrail-m, https://" in got.stderr
    assert f"downloading {NAME}, " in got.stderr
    assert "MB, " in got.stderr

    published.repositories.clear()
    again = run("get", "ldm3d")
    assert (again.returncode, again.stdout) == (0, got.stdout)

    listed = run("list").stdout.splitlines()
    assert listed[0].split() == ["NAME", "ON", "THE", "HUB", "SIZE", "REVISION", "STATE"]
    assert listed[1].split() == ["ldm3d", NAME, "2.9", "MB", folder.name[:7], "ready"]
    assert len(listed) == 11
    (told,) = json.loads(run("list", "--json").stdout)
    assert (told["name"], told["folder"], told["complete"], told["state"]) == (NAME, str(folder), True, "ready")
    assert run("list", "--check").stdout.splitlines()[1].endswith("checked")

    removed = run("remove", "ldm3d")
    assert (removed.returncode, removed.stdout) == (0, "")
    assert removed.stderr.splitlines()[-1] == f"{NAME} was removed: 2.9 MB came free"
    assert not list(hub_cache.glob("models--*"))
    assert run("remove", "ldm3d").returncode == 2


def test_without_a_terminal_the_licence_must_be_accepted_by_option(published: Hub) -> None:
    got = run("get", "ldm3d")
    assert (got.returncode, got.stdout) == (2, "")
    last = got.stderr.splitlines()[-1]
    assert last.startswith(f"error: the licence of {NAME} (creativeml-openrail-m, https://")
    assert last.endswith("was not accepted yet: read it and start again with --accept-licence")
    assert not [path for path, _ in published.asked if path.startswith("/cdn/")]


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 2), ("no\n", 2)])
def test_on_a_terminal_the_licence_is_asked_for(published: Hub, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "depthfusion", "model", "get", "ldm3d"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        os.write(ours, answer.encode())
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code, err
    assert "Do you accept it? [y/N] " in err
    assert bool(out) == (code == 0)
    if code:
        assert err.splitlines()[-1].endswith("was not accepted, so nothing was downloaded")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["get", "nix"], 2, "'nix' is no checkpoint: name ORGANISATION/NAME of the hub, or one of ldm3d, "),
        (["get", "nobody/there"], 2, "nobody/there is not on http"),
        (["remove", "."], 2, "'.' is no checkpoint"),
        (["get"], 2, "the following arguments are required: NAME"),
        ([], 2, "the following arguments are required: COMMAND"),
        (["put"], 2, "invalid choice: 'put'"),
    ],
)
def test_a_slip_is_one_sentence(
    published: Hub, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    assert cli.main(["model", *arguments]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err.splitlines()[-1]
    assert said.err.splitlines()[-1].startswith("error: ")


def test_a_wrong_name_is_told_before_anything_is_installed() -> None:
    program = (
        "import sys\nfrom depthfusion import cli\nfrom ldm3d.errors import InputError\n"
        "try:\n    cli.check(['model', 'get', 'nix'])\nexcept InputError as error:\n    print(error)\n"
        "print(sorted({'torch', 'numpy', 'huggingface_hub', 'platformdirs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said, imported = done.stdout.splitlines()
    assert said.startswith("'nix' is no checkpoint")
    assert imported == "[]"


def test_no_network_ends_with_3_and_one_sentence(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    got = run("get", "ldm3d", "--accept-licence")
    assert (got.returncode, got.stdout) == (3, "")
    assert "http://127.0.0.1:9 cannot be reached" in got.stderr.splitlines()[-1]
