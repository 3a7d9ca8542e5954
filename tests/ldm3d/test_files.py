"""Whole files: they appear whole or not at all, what was there stays, and a refusal is one sentence."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ldm3d.errors import InputError, MachineError
from ldm3d.files import check_writable, whole_file, whole_files


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with whole_file(target) as partial:
        partial.write_text("half")
        assert not target.exists()
        assert partial.parent == tmp_path  # the same disk, so that the renaming is one step
        assert partial.suffix == ".txt"
        partial.write_text("whole")
    assert target.read_text() == "whole"
    assert names(tmp_path) == {"a.txt"}


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("before")

    def fail() -> None:
        with whole_file(target) as partial:
            partial.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "before"
    assert names(tmp_path) == {"a.txt"}


def test_several_files_take_their_places_in_order(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for text in ("one", "two"):
        with whole_files([first, second]) as partials:
            for partial in partials:
                partial.write_text(text)
        assert (first.read_text(), second.read_text()) == (text, text)
    assert names(tmp_path) == {"a", "b"}


@pytest.mark.parametrize("existed", [True, False])
def test_where_the_last_cannot_take_its_place_the_first_comes_back(tmp_path: Path, existed: bool) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    if existed:
        first.write_text("before")

    def write() -> None:
        with whole_files([first, second]) as partials:
            for partial in partials:
                partial.write_text("after")
            second.mkdir()  # someone else takes the name meanwhile

    with pytest.raises(InputError, match="b cannot be written because it is a folder"):
        write()
    assert names(tmp_path) == ({"a", "b"} if existed else {"b"})
    assert not existed or first.read_text() == "before"


def test_an_error_that_is_not_of_these_files_passes_unchanged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="elsewhere"), whole_file(tmp_path / "a"):
        (tmp_path / "elsewhere").read_bytes()


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    check_writable(target)
    assert names(tmp_path) == set()
    target.write_text("before")
    check_writable(target)
    assert target.read_text() == "before"
    assert names(tmp_path) == {"a.txt"}


def prepared(folder: Path) -> Path:
    (folder / "file").write_text("")
    (folder / "loop").symlink_to(folder / "loop")
    return folder


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no/a.png", "its folder does not exist"),
        ("file/a.png", "its folder is a file"),
        (".", "it is a folder"),
        ("a" * 300 + ".png", "the name is too long"),
        ("loop/a.png", "the links of its folder run in a circle"),
        ("a\0b.png", "a name has no zero byte"),
    ],
)
def test_what_refuses_is_said_in_one_sentence(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        check_writable(prepared(tmp_path) / name)
    assert "choose another" in str(caught.value) or "name a file in it" in str(caught.value)
    assert "\n" not in str(caught.value)


_AS_NOBODY = """
import os, sys
from pathlib import Path
from ldm3d.errors import InputError
from ldm3d.files import check_writable
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    check_writable(Path(sys.argv[1]))
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_folder_that_may_not_be_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path("/usr") if os.geteuid() == 0 else tmp_path_factory.mktemp("locked")
    if os.geteuid() != 0:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    said = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(folder / "a.png")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (
        said.stdout.strip()
        == f"{folder}/a.png cannot be written because it may not be written there; choose another place"
    )


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses further bytes, as a full disk does, with EFBIG."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_the_machines_fault(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_text("before")
    with (
        pytest.raises(MachineError, match=r"a\.bin could not be written because the disk is full; free some space"),
        no_file_larger_than(1000),
        whole_file(target) as partial,
    ):
        partial.write_bytes(bytes(2000))
    assert target.read_text() == "before"
    assert names(tmp_path) == {"a.bin"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, where one may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(mounting, capture_output=True, check=False).returncode
    ):
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_small_disk_that_fills_up(small_disk: Path) -> None:
    target = small_disk / "a.bin"
    target.write_text("before")
    with pytest.raises(MachineError, match="the disk is full"), whole_file(target) as partial:
        partial.write_bytes(bytes(1 << 20))
    assert target.read_text() == "before"
    assert names(small_disk) == {"a.bin"}
