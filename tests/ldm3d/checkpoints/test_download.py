"""Downloads from a hub: whole, interrupted, cancelled, refused, changed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ldm3d import checkpoints
from ldm3d.checkpoints import record
from ldm3d.errors import InputError, MachineError
from tests.ldm3d.hub_server import CARD, Hub, sha256

Tiny = Callable[..., Path]
NAME = "Intel/ldm3d-pano"
UNET = "unet/diffusion_pytorch_model.safetensors"


class Stop(Exception):  # noqa: N818
    """What a test's person raises to end a download."""


@pytest.fixture
def published(hub: Hub, checkpoint: Tiny) -> Hub:
    """Return a hub with a tiny Intel/ldm3d-pano."""
    hub.add(NAME, checkpoint("pano"))
    return hub


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_checkpoint_comes_whole_and_is_found_without_a_network(
    published: Hub, checkpoint: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, float, float]] = []
    got = checkpoints.get("ldm3d", accept_licence=True, progress=lambda *step: steps.append(step))
    assert (got.name, got.kind, got.channels, got.size) == (NAME, "ldm3d", 4, (128, 64))
    assert (got.steps, got.guidance, got.prompt_prefix) == (50, 7.0, "360 view of ")
    assert got.complete
    assert contents(got.folder) == {**contents(checkpoint("pano")), "README.md": CARD.encode()}
    assert got.bytes == sum(map(len, contents(got.folder).values()))
    done = [step[1] for step in steps if step[0] == f"downloading {NAME}"]
    assert done == sorted(done)
    assert steps[-1] == (f"downloading {NAME}", got.bytes, got.bytes)

    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert checkpoints.find(NAME) == checkpoints.find("LDM3D") == got
    assert checkpoints.get(NAME) == got
    assert checkpoints.installed() == [got]


def test_what_hugging_faces_own_programs_look_for_is_there(published: Hub, hub_cache: Path) -> None:
    from huggingface_hub import scan_cache_dir, snapshot_download

    got = checkpoints.get(NAME, accept_licence=True)
    assert Path(snapshot_download(NAME, cache_dir=hub_cache, local_files_only=True)) == got.folder
    scanned = scan_cache_dir(hub_cache)
    assert not scanned.warnings
    assert [(repo.repo_id, repo.size_on_disk) for repo in scanned.repos] == [(NAME, got.bytes)]


@pytest.mark.parametrize("weights", ["safetensors", "bin"])
def test_only_files_that_are_needed_come_and_safetensors_before_bin(
    hub: Hub, checkpoint: Tiny, tmp_path: Path, weights: str
) -> None:
    both = shutil.copytree(checkpoint("ldm3d", "bin"), tmp_path / "both")
    if weights == "safetensors":
        shutil.copytree(checkpoint("ldm3d", "safetensors"), both, dirs_exist_ok=True)
    unwanted = {
        "unet__diffusion_pytorch_model_dot_fp16_dot_" + weights: b"half",
        "unet__diffusion_flax_model_dot_msgpack": b"flax",
        "ldm3d_dot_ckpt": b"pickle",
        "vae__model_dot_onnx": b"onnx",
        "sample_dot_png": b"picture",
    }
    hub.add("someone/world", both, **unwanted)
    got = checkpoints.get("someone/world", accept_licence=True)
    assert set(contents(got.folder)) == {*contents(checkpoint("ldm3d", weights)), "README.md"}


def test_the_first_download_records_revision_and_hashes(published: Hub, tmp_path: Path) -> None:
    got = checkpoints.get(NAME, accept_licence=True, records=tmp_path / "records")
    kept = json.loads((tmp_path / "records" / "Intel--ldm3d-pano.json").read_text(encoding="utf-8"))
    assert kept["revision"] == got.revision == published.repositories[NAME].commit
    assert kept["licence"] == "creativeml-openrail-m"
    assert {file: entry["sha256"] for file, entry in kept["files"].items()} == {
        file: sha256(content) for file, content in contents(got.folder).items()
    }


def test_a_broken_connection_is_taken_up_where_it_broke(published: Hub, checkpoint: Tiny) -> None:
    published.break_after = [1000, 2000]
    got = checkpoints.get(NAME, accept_licence=True)
    assert contents(got.folder)[UNET] == (checkpoint("pano") / UNET).read_bytes()
    begun = [begin for begin in published.ranges_of(".safetensors") if begin]
    assert begun == ["bytes=1000-", "bytes=3000-"]


def test_a_download_that_failed_goes_on_at_the_next_call(published: Hub, hub_cache: Path) -> None:
    published.break_after = [70_000, 0, 0, 0]
    with pytest.raises(
        MachineError, match=r"cannot be reached .* check the network and start again, it goes on"
    ) as why:
        checkpoints.get(NAME, accept_licence=True)
    assert "\n" not in str(why.value)
    partly = checkpoints.installed()
    assert [(one.name, one.complete) for one in partly] == [(NAME, False)]
    with pytest.raises(MachineError, match="downloaded in part only: get it with `model get"):
        checkpoints.find(NAME)
    offer = checkpoints.offer(NAME)
    assert offer.accepted
    assert offer.bytes_left == offer.bytes - partly[0].bytes
    published.asked.clear()
    assert checkpoints.get(NAME).complete
    assert [begin for begin in published.ranges_of(".safetensors") if begin] == ["bytes=70000-"]
    assert not list(hub_cache.rglob("*.incomplete"))


def test_a_server_without_ranges_sends_all_again(published: Hub, checkpoint: Tiny) -> None:
    published.ranges, published.break_after = False, [50_000]
    got = checkpoints.get(NAME, accept_licence=True)
    assert contents(got.folder)[UNET] == (checkpoint("pano") / UNET).read_bytes()


def test_a_busy_hub_is_asked_again(published: Hub) -> None:
    kept = checkpoints.offer(NAME)
    published.busy = 2
    with pytest.raises(MachineError, match=r"could not give Intel/ldm3d-pano \(503\): try again later"):
        checkpoints.get(NAME, accept_licence=True)
    published.busy = 0
    assert checkpoints.get(NAME, accept_licence=True).bytes == kept.bytes


@pytest.mark.parametrize("way", ["slow", "stalled"])
def test_cancelling_ends_it_at_once_and_keeps_what_came(published: Hub, hub_cache: Path, way: str) -> None:
    published.stall, published.bytes_a_second = way == "stalled", 200_000 if way == "slow" else None
    told = threading.Event()

    def check() -> None:
        if told.is_set():
            raise Stop

    threading.Timer(0.5, told.set).start()
    with pytest.raises(Stop):
        checkpoints.get(NAME, accept_licence=True, check=check)
    assert [path for path in hub_cache.rglob("*.incomplete") if path.stat().st_size]
    published.stall, published.bytes_a_second = False, None
    assert checkpoints.get(NAME).complete


_GET = "from ldm3d import checkpoints; checkpoints.get('Intel/ldm3d-pano', accept_licence=True)"


def test_a_killed_download_leaves_nothing_that_looks_whole_and_goes_on(published: Hub, hub_cache: Path) -> None:
    published.bytes_a_second = 400_000
    with subprocess.Popen([sys.executable, "-c", _GET]) as process:
        until = time.monotonic() + 60
        while not [path for path in hub_cache.rglob("*.incomplete") if path.stat().st_size > 100_000]:
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    assert not [path for path in hub_cache.rglob("*") if path.name == "model_index.json"]
    with pytest.raises(MachineError, match="in part only"):
        checkpoints.find(NAME)
    published.bytes_a_second = None
    published.asked.clear()
    assert checkpoints.get(NAME).complete
    assert [begin for _, begin in published.asked if begin]


def test_two_downloads_at_once_bring_each_file_once(published: Hub) -> None:
    published.bytes_a_second = 4_000_000
    processes = [subprocess.Popen([sys.executable, "-c", _GET]) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    large = [path for path, _ in published.asked if path.startswith("/cdn/")]
    assert len(large) == len(set(large)) == 4


def test_a_licence_is_shown_and_accepted_once(published: Hub) -> None:
    offer = checkpoints.offer(NAME)
    assert offer.licence.name == "creativeml-openrail-m"
    assert offer.licence.link.endswith("CompVis/stable-diffusion-license")
    assert not offer.accepted
    with pytest.raises(InputError, match=r"licence of .*creativeml-openrail-m, http.* was not accepted yet"):
        checkpoints.get(NAME)
    checkpoints.get(NAME, accept_licence=True)
    checkpoints.remove(NAME)
    assert checkpoints.offer(NAME).accepted
    assert checkpoints.get(NAME).complete


@pytest.mark.parametrize(
    ("card", "name", "link"),
    [
        ("---\nlicense: mit\n---\n", "mit", "https://opensource.org/license/mit"),
        ("---\nlicense: other\nlicense_name: own\nlicense_link: LICENSE\n---\n", "own", "/blob/COMMIT/LICENSE"),
        ("---\nlicense: other\nlicense_link: https://a.org/l\n---\n", "other", "https://a.org/l"),
        ("no front matter", "none named", "/blob/COMMIT/README.md"),
        ("---\nlicense: [broken\n---\n", "none named", "/blob/COMMIT/README.md"),
    ],
)
def test_the_licence_is_the_cards(hub: Hub, checkpoint: Tiny, card: str, name: str, link: str) -> None:
    commit = hub.add(NAME, checkpoint("pano"), card=card, LICENSE=b"You may.").commit
    licence = checkpoints.offer(NAME).licence
    assert (licence.name, licence.text) == (name, "You may.")
    assert licence.link.endswith(link.replace("COMMIT", commit))


def test_the_recorded_revision_is_had_again_and_the_newest_on_demand(published: Hub, checkpoint: Tiny) -> None:
    first = checkpoints.get(NAME, accept_licence=True)
    checkpoints.remove(NAME)
    published.add(NAME, checkpoint("4c"))  # the hub moves on, and no longer has what was recorded
    with pytest.raises(MachineError, match=r"no longer has the recorded revision .* \(model get .* --latest\)"):
        checkpoints.get(NAME)
    newest = checkpoints.get(NAME, latest=True)
    assert newest.revision == published.repositories[NAME].commit != first.revision


def test_the_newest_revision_takes_the_place_of_the_one_before(
    published: Hub, checkpoint: Tiny, hub_cache: Path
) -> None:
    before = checkpoints.get(NAME, accept_licence=True)
    published.add(NAME, checkpoint("4c"))
    now = checkpoints.get(NAME, latest=True)
    assert not before.folder.exists()
    assert sum(path.stat().st_size for path in hub_cache.rglob("blobs/*")) == now.bytes


def test_other_contents_under_the_recorded_revision_are_refused(published: Hub) -> None:
    commit = checkpoints.get(NAME, accept_licence=True).revision
    checkpoints.remove(NAME)
    published.repositories[NAME].files[UNET] = b"something else"
    assert published.repositories[NAME].commit == commit
    with pytest.raises(MachineError, match=f"gives another {UNET} .* under the same revision: do not trust it"):
        checkpoints.get(NAME)


def test_what_comes_damaged_is_thrown_away(published: Hub, hub_cache: Path) -> None:
    published.damage = True
    with pytest.raises(MachineError, match=r"came damaged \(its hash is not the hub's\) and was thrown away: start"):
        checkpoints.get(NAME, accept_licence=True)
    published.damage = False
    assert checkpoints.get(NAME).complete
    assert not list(hub_cache.rglob("*.incomplete"))


def test_too_little_room_is_told_before_anything_large_comes(published: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=66 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(MachineError, match=r"needs 2.9 MB more and .* has 69.2 MB free: free some space"):
        checkpoints.get(NAME, accept_licence=True)
    assert not [path for path, _ in published.asked if path.startswith("/cdn/")]


@pytest.mark.parametrize(
    ("refusal", "error", "sentence"),
    [
        ((404, "RepoNotFound"), InputError, "is not on http.*, or is private: check the name"),
        ((401, "GatedRepo"), MachineError, "only to those who agreed to its terms: agree at http.* and log in"),
        ((403, "Forbidden"), MachineError, r"refused Intel/ldm3d-pano \(403\): log in"),
        ((503, ""), MachineError, r"could not give Intel/ldm3d-pano \(503\): try again later"),
    ],
)
def test_a_refusal_is_one_sentence(
    published: Hub, refusal: tuple[int, str], error: type[Exception], sentence: str
) -> None:
    published.repositories[NAME].refusal = refusal
    with pytest.raises(error, match=sentence) as why:
        checkpoints.get(NAME, accept_licence=True)
    assert "\n" not in str(why.value)


def test_no_network_is_one_sentence(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MachineError, match=r"http://127.0.0.1:9 cannot be reached \(.*\): check the network") as why:
        checkpoints.offer(NAME)
    assert "\n" not in str(why.value)


def test_a_login_page_in_the_way_is_one_sentence(published: Hub) -> None:
    published.login_page = True
    with pytest.raises(MachineError, match=r"does not answer as a hub: a login page may stand in the way"):
        checkpoints.offer(NAME)


def test_being_told_to_stay_offline_is_one_sentence(published: Hub) -> None:
    program = (
        "from ldm3d import checkpoints\ntry:\n    checkpoints.offer('ldm3d')\nexcept Exception as e:\n    print(e)"
    )
    command, variables = [sys.executable, "-c", program], {**os.environ, "HF_HUB_OFFLINE": "1"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=variables).stdout
    assert said == f"{NAME} cannot be downloaded because HF_HUB_OFFLINE is set: unset it and start again\n"
    assert not published.asked


@pytest.mark.parametrize("name", ["nobody/there", "Intel/ldm3d-xyz"])
def test_a_name_that_the_hub_lacks_is_one_sentence(hub: Hub, name: str) -> None:
    with pytest.raises(InputError, match=f"{name} is not on {hub.address}, or is private: check the name"):
        checkpoints.get(name)


@pytest.mark.parametrize("name", ["ldm4d", "/tmp", "../x"])
def test_what_is_no_name_of_the_hub_is_told_before_it_is_asked(hub: Hub, name: str) -> None:
    with pytest.raises(InputError, match=r"nothing that can be downloaded: name ORGANISATION/NAME"):
        checkpoints.get(name)
    assert not hub.asked


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vae__config_dot_json": b'{"in_channels": 3, "out_channels": 3}'}, "its autoencoder has 3 channels"),
        ({"unet__config_dot_json": b'{"in_channels": 9}'}, "its U-Net takes 9 channels"),
        ({"model_index_dot_json": b'{"text": ["a", "B"]}'}, "names no unet and no vae and no scheduler"),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused_before_it_comes(
    hub: Hub, checkpoint: Tiny, change: dict[str, bytes], sentence: str
) -> None:
    hub.add("someone/world", checkpoint("ldm3d"), **change)
    with pytest.raises(InputError, match=sentence):
        checkpoints.get("someone/world", accept_licence=True)
    assert not [path for path, _ in hub.asked if path.startswith("/cdn/")]


def test_an_estimator_comes_as_well(hub: Hub, tmp_path: Path) -> None:
    files = {
        "config.json": b'{"model_type": "dpt", "image_size": 384}',
        "preprocessor_config.json": b"{}",
        "model.safetensors": b"weights",
        "pytorch_model.bin": b"the same as a pickle",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    shutil.rmtree(tmp_path / "hf", ignore_errors=True)
    hub.add("Intel/dpt-large", tmp_path, card="---\nlicense: apache-2.0\n---\n")
    got = checkpoints.get("dpt-large", accept_licence=True)
    assert (got.kind, got.size, got.complete) == ("estimator", (384, 384), True)
    assert set(contents(got.folder)) == {*files, "README.md"} - {"pytorch_model.bin"}


def test_a_damaged_record_is_one_sentence(published: Hub) -> None:
    checkpoints.get(NAME, accept_licence=True)
    record.path_of(NAME, record.place()).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"the record of Intel/ldm3d-pano, cannot be read: remove that file if you"):
        checkpoints.find(NAME)
