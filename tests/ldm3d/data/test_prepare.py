"""`ldm3d prepare` from end to end: real pictures, real networks at tiny size, real processes, some of them killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from multiprocessing import resource_tracker
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from ldm3d import depth_estimation
from ldm3d.data import open_set
from ldm3d.data.prepare import Request, prepare
from ldm3d.depth_estimation.stitching import as_depth
from ldm3d.errors import InputError, MachineError
from ldm3d.worlds import captions, generate
from tests.ldm3d.tiny_depth import write_estimator

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", autouse=True)
def tracker() -> None:
    """Python keeps one process that tidies up after all others of a program; it is no leak of a test's."""
    resource_tracker.ensure_running()


@pytest.fixture(scope="module")
def estimator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_estimator(tmp_path_factory.mktemp("estimator") / "tiny dpt", "dpt")


def scene(width: int, height: int, turn: int = 0) -> Image.Image:
    """Smooth hills of colour, closed at the seam."""
    x, y = np.meshgrid(np.arange(width) / width * 2 * np.pi, np.arange(height) / height * np.pi)
    waves = np.stack([np.sin(x + turn), np.cos(2 * x) * np.sin(y), np.cos(y + turn)], -1)
    return Image.fromarray((waves * 100 + 128).round().astype(np.uint8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures, of which three are fit for training."""
    folder = tmp_path_factory.mktemp("a folder")
    scene(96, 64).save(folder / "a.png")
    scene(64, 64, 1).save(folder / "b.jpg", quality=95)
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:300])
    scene(16, 90).save(folder / "d.png")
    scene(64, 64, 2).save(folder / "e.png")
    (folder / "f.webp").write_bytes(b"no picture")
    for name in "abcdef":
        (folder / f"{name}.txt").write_text(f"{name} on the\n hills")
    Image.fromarray(np.arange(32 * 32, dtype=np.uint16).reshape(32, 32) * 60).save(folder / "e.depth.png")
    return folder


def request(folder: Path, output: Path, estimator: Path, size: tuple[int, int] = (64, 64), **more: object) -> Request:
    return Request(str(folder), output, size, estimator=str(estimator), **more)  # type: ignore[arg-type]


def shards_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shard-*"))}


def test_pictures_become_samples_with_estimated_or_given_depth(folder: Path, tmp_path: Path, estimator: Path) -> None:
    index = prepare(request(folder, tmp_path / "out", estimator), workers=2, quiet=True)
    assert index == tmp_path / "out" / "index.json"
    made = open_set(tmp_path / "out")
    samples = [made[at] for at in range(len(made))]
    assert [one.caption for one in samples] == ["a on the hills", "b on the hills", "e on the hills"]
    assert [one.key for one in samples] == ["000000000", "000000001", "000000004"]
    assert np.array_equal(samples[0].rgb, np.asarray(scene(96, 64))[:, 16:80])
    assert np.abs(samples[1].rgb.astype(int) - np.asarray(scene(64, 64, 1)).astype(int)).max() < 16
    assert np.array_equal(samples[2].depth, np.arange(32 * 32).reshape(32, 32) * 60)
    # What the network says of the same picture, at its own resolution of 32.
    network = depth_estimation.load_estimator(estimator)
    seen = np.asarray(scene(96, 64).resize((32, 32), Image.Resampling.BICUBIC, box=(16, 0, 80, 64)))
    assert np.array_equal(samples[0].depth, as_depth(network.inverse_depth(seen)))
    assert samples[0].depth.max() == 65535
    left_out = [json.loads(line) for line in (tmp_path / "out" / "broken.jsonl").read_text().splitlines()]
    assert [one["name"] for one in left_out] == ["c.png", "d.png", "f.webp"]
    assert "truncated" in left_out[0]["reason"]
    assert left_out[1]["reason"] == "16x90 is too small for 64x64: less than half of it would be there"
    assert left_out[2]["reason"] == "it is no picture of a known kind"


def test_a_panoramas_depth_is_told_by_views_and_closed_at_the_seam(tmp_path: Path, estimator: Path) -> None:
    (tmp_path / "in").mkdir()
    scene(256, 128).save(tmp_path / "in" / "p.png")
    scene(64, 64).save(tmp_path / "in" / "q.png")
    prepare(request(tmp_path / "in", tmp_path / "out", estimator, (128, 64), uncaptioned=True), 1, quiet=True)
    made = open_set(tmp_path / "out")
    assert len(made) == 1
    depth = made[0].depth.astype(int)
    assert (made[0].rgb.shape, depth.shape, made[0].caption) == ((64, 128, 3), (64, 128), "")
    at_seam = np.abs(depth[:, 0] - depth[:, -1]).mean()
    assert at_seam <= 2 * np.abs(np.diff(depth, axis=1)).mean() + 1
    assert "64x64 is no panorama" in (tmp_path / "out" / "broken.jsonl").read_text()


def test_worlds_are_those_of_their_captions(tmp_path: Path) -> None:
    prepare(Request("worlds:3:5", tmp_path / "out", (64, 32), shard_size=2), workers=2, quiet=True)
    made, drawn = open_set(tmp_path / "out"), open_set("worlds:3:5", (64, 32))
    assert len(made) == len(drawn) == 3
    for at, (caption, spec, seed) in enumerate(captions(3, 5)):
        world = generate(caption, seed, (64, 32))
        for one in (made[at], drawn[at]):
            assert (one.caption, one.spec) == (caption, spec.as_dict())
            assert np.array_equal(one.rgb, world.rgb)
            assert np.array_equal(one.depth, world.depth)


def test_shards_can_be_prepared_anew_at_another_size(folder: Path, tmp_path: Path, estimator: Path) -> None:
    prepare(request(folder, tmp_path / "first", estimator), 1, quiet=True)
    prepare(Request(str(tmp_path / "first"), tmp_path / "second", (32, 32), estimator="nobody"), 1, quiet=True)
    first, second = open_set(tmp_path / "first"), open_set(tmp_path / "second")
    assert [second[at].caption for at in range(3)] == [first[at].caption for at in range(3)]
    assert np.array_equal(second[0].depth, first[0].depth)


def start(output: Path, **more: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ldm3d", "prepare", "worlds:5:2", "-o", str(output), "--size", "64x32"]
    return subprocess.Popen(
        [*command, "--shard-size", "1", "--workers", "2"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("uninterrupted") / "out"
    prepare(Request("worlds:5:2", output, (64, 32), shard_size=1), workers=1, quiet=True)
    return output


def test_a_killed_run_leaves_no_process_and_goes_on_to_the_same_bytes(uninterrupted: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    with start(output) as process:
        wait_for(output / "shard-00000.tar", process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive
    with pytest.raises(InputError, match="is not prepared whole yet"):
        open_set(output)
    (output / f".partial-{process.pid}-0-0.tar").write_bytes(b"half a shard")  # as a kill while it writes leaves
    first = output / "shard-00000.tar"
    before = first.stat().st_mtime_ns
    with start(output) as again:
        stdout, stderr = again.communicate(timeout=120)
    assert again.returncode == 0, stderr
    assert stdout.strip() == str(output)
    assert "5/5 (100 %)" in stderr
    assert shards_of(output) == shards_of(uninterrupted)
    assert first.stat().st_mtime_ns == before
    assert not list(output.glob(".partial*"))
    assert len(open_set(output)) == 5


def test_a_polite_end_says_how_to_go_on(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with start(output) as process:
        wait_for(output / "shard-00000.tar", process)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    last = stderr.strip().splitlines()[-1]
    assert last.startswith("interrupted; ")
    assert last.endswith(f"of 5 shards in {output} are whole; the same command goes on from there")
    assert "Traceback" not in stderr


def test_ctrl_c_while_workers_start_is_one_sentence(tmp_path: Path) -> None:
    with start(tmp_path / "out", start_new_session=True) as process:
        ready = time.monotonic() + 120
        while len(workers_of(process)) < 2:
            assert time.monotonic() < ready
            time.sleep(0.005)
        time.sleep(0.1)  # they are importing
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert re.match(r"interrupted; \d of 5 shards in ", stderr.strip().splitlines()[-1])


def test_a_worker_that_is_ended_from_outside_is_a_sentence(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with start(output) as process:
        wait_for(output / "shard-00000.tar", process)
        workers_of(process)[0].kill()
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "error: a worker of 'ldm3d prepare' was ended from outside" in stderr
    assert "Traceback" not in stderr


def test_a_damaged_shard_is_written_anew(uninterrupted: Path, tmp_path: Path) -> None:
    output = shutil.copytree(uninterrupted, tmp_path / "out")
    content = bytearray((output / "shard-00001.tar").read_bytes())
    content[2000] ^= 255
    (output / "shard-00001.tar").write_bytes(content)
    prepare(Request("worlds:5:2", output, (64, 32), shard_size=1), 1, quiet=True)
    assert shards_of(output) == shards_of(uninterrupted)
    (output / "prepare.json").unlink()
    with pytest.raises(InputError, match="has shards of something else in it; choose another folder"):
        prepare(Request("worlds:5:2", output, (64, 32), shard_size=1), 1, quiet=True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"size": (128, 64)}, r"was begun with the size \[64, 32\], and this is \[128, 64\]"),
        ({"shard_size": 3}, "was begun with a shard size of 1, and this is 3"),
        ({"source": "worlds:9:2"}, "was begun with a number of pictures of 5, and this is 9"),
        ({"source": "worlds:5:3"}, "was begun with other pictures or captions, of worlds:5:2; choose"),
    ],
)
def test_a_folder_is_of_one_request(more: dict[str, object], words: str, uninterrupted: Path) -> None:
    before = shards_of(uninterrupted)
    asked = {"source": "worlds:5:2", "folder": uninterrupted, "size": (64, 32), "shard_size": 1, **more}
    with pytest.raises(InputError, match=words):
        prepare(Request(**asked), 1, quiet=True)  # type: ignore[arg-type]
    assert shards_of(uninterrupted) == before


def test_what_is_missing_is_told_before_any_work(folder: Path, tmp_path: Path, estimator: Path) -> None:
    output = tmp_path / "out"
    with pytest.raises(MachineError, match="dpt-large has not been downloaded"):
        prepare(Request(str(folder), output, (64, 64)), 1, quiet=True)
    with pytest.raises(InputError, match="--device nonsense is none that PyTorch has here; leave it out, or take cpu"):
        prepare(request(folder, output, estimator), 1, device="nonsense", quiet=True)
    shutil.rmtree(output)
    with pytest.raises(InputError, match="worlds cannot be drawn at 64x64"):
        prepare(Request("worlds:3", output, (64, 64)), 1, quiet=True)
    assert not output.exists()
    with pytest.raises(InputError, match=r"lies within .* which is read; choose a folder elsewhere"):
        prepare(Request(str(folder), folder / "out", (64, 64)), 1, quiet=True)
    output.write_text("")
    with pytest.raises(InputError, match="out is a file; name a folder for the shards"):
        prepare(Request("worlds:3", output, (64, 32)), 1, quiet=True)


def test_nothing_fit_for_training_is_a_sentence_with_an_example(tmp_path: Path, estimator: Path) -> None:
    (tmp_path / "in").mkdir()
    scene(64, 64).save(tmp_path / "in" / "x.png")
    with pytest.raises(InputError, match=r"nothing of .* could be prepared, for example x\.png: it has no caption; "):
        prepare(request(tmp_path / "in", tmp_path / "out", estimator), 1, quiet=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_full_disk_is_a_sentence_and_what_is_whole_stays(tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from ldm3d.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = ["prepare", "worlds:5:2", "-o", str(tmp_path / "out"), "--size", "64x32"]
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--workers", "1"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert "because the disk is full" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["prepare.json"]
