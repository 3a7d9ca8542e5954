"""`start.py`: what it decides for each system, and that setting up survives what happens to people."""

from __future__ import annotations

import ast
import contextlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer import decisions, environment, pip, steps
from installer.decisions import Gpu, Stop, Wanted

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("base", "ldm3d", "dev")


def pinned(lock: str) -> dict[str, str]:
    pairs = (pin.split("==") for pin in decisions.pins((ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")))
    return {canonicalize_name(name): version for name, version in pairs}


# What is decided for each system


@pytest.mark.parametrize(
    ("system", "machine", "gpu", "build"),
    [
        ("linux", "x86_64", None, "cpu"),
        ("linux", "aarch64", None, "cpu"),
        ("linux", "x86_64", Gpu(580, 75), "cu130"),
        ("linux", "x86_64", Gpu(595, 120), "cu130"),
        ("linux", "aarch64", Gpu(580, 90), "cu130"),
        ("linux", "x86_64", Gpu(580, 61), "cu126"),  # Pascal: CUDA 13 has left it behind
        ("linux", "x86_64", Gpu(550, 89), "cu126"),
        ("linux", "x86_64", Gpu(525, 50), "cu126"),
        ("linux", "x86_64", Gpu(570, 120), "cpu"),  # Blackwell needs CUDA 13, and that a newer driver
        ("linux", "x86_64", Gpu(470, 86), "cpu"),
        ("linux", "x86_64", Gpu(550, 37), "cpu"),
        ("linux", "riscv64", Gpu(580, 90), "cpu"),
        ("win32", "AMD64", None, "cpu"),
        ("win32", "AMD64", Gpu(581, 89), "cu130"),
        ("win32", "AMD64", Gpu(551, 86), "cu126"),
        ("win32", "AMD64", Gpu(527, 86), "cpu"),
        ("win32", "ARM64", None, "cpu"),
        ("darwin", "arm64", None, "pypi"),
    ],
)
def test_the_build_of_torch_suits_system_card_and_driver(
    system: str, machine: str, gpu: Gpu | None, build: str
) -> None:
    assert decisions.torch_build(system, machine, gpu) == build


@pytest.mark.parametrize("override", ["cpu", "cu126", "CU132", "rocm7.2", "xpu", "pypi"])
@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_a_person_may_choose_another_build(system: str, override: str) -> None:
    assert decisions.torch_build(system, "x86_64", Gpu(580, 90), override) == override.lower()


@pytest.mark.parametrize("override", ["cuda", "cu", "gpu", "rocm", "cu13.0", "--index-url", "cpu "])
def test_a_build_that_does_not_exist_is_a_sentence(override: str) -> None:
    with pytest.raises(Stop, match=r"DEPTHFUSION_TORCH=.* is no build of PyTorch; take cpu") as stop:
        decisions.torch_build("linux", "x86_64", None, override)
    assert stop.value.code == 2


def test_macs_with_intel_processors_have_no_torch() -> None:
    with pytest.raises(Stop, match="Intel") as stop:
        decisions.torch_build("darwin", "x86_64", None)
    assert stop.value.code == 3


def test_torch_comes_from_its_own_index_beside_the_configured_ones() -> None:
    arguments = decisions.torch_requirement("cu130", "torch==2.13.0")
    assert "torch==2.13.0" in arguments
    assert arguments[-2:] == ["--extra-index-url", "https://download.pytorch.org/whl/cu130"]
    assert decisions.torch_requirement("pypi", "torch==2.13.0") == ["--no-deps", "torch==2.13.0"]


@pytest.mark.parametrize(
    ("line", "gpu"),
    [
        ("580.65.06, 8.9", Gpu(580, 89)),
        ("581.15, 12.0\r", Gpu(581, 120)),
        ("", None),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", None),
        ("470.82, [N/A]", None),
    ],
)
def test_the_answer_of_nvidia_smi_is_read(line: str, gpu: Gpu | None) -> None:
    assert decisions.gpu_from(line) == gpu


@pytest.mark.parametrize(
    ("args", "system", "environ", "wanted"),
    [
        (["a forest"], "linux", {}, Wanted(("base",), ("draw",))),
        ([], "linux", {"DISPLAY": ":0"}, Wanted(("base",), ("draw", "window"))),
        ([], "linux", {"WAYLAND_DISPLAY": "wayland-0"}, Wanted(("base",), ("draw", "window"))),
        (["test", "--all"], "linux", {}, Wanted(LOCKS, ("draw", "window", "test"))),
        (["still", "test"], "linux", {}, Wanted(("base",), ("draw",))),
        (["ldm3d", "train", "test"], "linux", {"DISPLAY": ":0"}, Wanted(("base", "ldm3d"), ("compute",))),
        (["ldm3d", "prepare"], "win32", {}, Wanted(("base", "ldm3d"), ())),
        (["a forest"], "win32", {}, Wanted(("base",), ())),
        (["test"], "win32", {}, Wanted(LOCKS, ())),
        (["test"], "darwin", {"DISPLAY": ":0"}, Wanted(LOCKS, ())),
    ],
)
def test_a_command_asks_only_for_what_it_needs(
    args: list[str], system: str, environ: dict[str, str], wanted: Wanted
) -> None:
    assert decisions.wanted_by(args, system, environ) == wanted


@pytest.mark.parametrize(
    ("args", "ldm3d"),
    [
        (["generate", "a forest", "-o", "x.png"], False),
        (["generate", "a forest", "-o", "x.png", "--engine", "sketch"], False),
        (["a forest", "--engine=auto"], False),
        (["a forest", "--engine", "ldm3d"], True),
        (["a forest", "--engine=Intel/ldm3d-4c"], True),
        (["generate", "a forest", "-o", "x.png", "--engine", "./mine"], True),
        (["import", "a.jpg", "-o", "x.png"], False),
        (["import", "a.jpg", "-o", "x.png", "--estimator", "dpt-large"], True),
        (["import", "a.jpg", "-o", "x.png", "--estimator=dpt-large"], True),
        (["enlarge", "a.png", "-o", "x.png", "--method", "lanczos"], False),
        (["enlarge", "a.png", "-o", "x.png", "--method", "ldm3d-sr"], True),
        (["model", "list"], False),
        (["model", "remove", "ldm3d"], False),
        (["model", "get", "ldm3d"], True),
        (["the --engine of a train"], False),
    ],
)
def test_the_parts_of_ldm3d_are_installed_when_something_of_it_is_named(args: list[str], ldm3d: bool) -> None:
    assert decisions.wanted_by(args, "linux", {}).locks == (("base", "ldm3d") if ldm3d else ("base",))


def test_windows_has_its_own_paths_and_no_exec() -> None:
    venv = Path("a folder", ".venv")
    assert decisions.venv_python(venv, "win32") == venv / "Scripts" / "python.exe"
    assert decisions.venv_python(venv, "darwin") == decisions.venv_python(venv, "linux") == venv / "bin" / "python"
    assert [decisions.replaces_itself(system) for system in ("linux", "darwin", "win32")] == [True, True, False]


def test_a_bare_debian_lacks_everything_and_a_whole_one_nothing() -> None:
    groups = ("draw", "window", "test")
    lacking = decisions.missing_packages(groups, lambda thing: False, (3, 11))
    assert {"python3.11-venv", "libegl1", "libgl1-mesa-dri", "libxcb-cursor0", "xvfb"} <= set(lacking.values())
    assert decisions.missing_packages(groups, lambda thing: True, (3, 11)) == {}
    assert decisions.missing_packages((), lambda thing: False, (3, 11)) == {}


def test_a_server_needs_no_library_of_the_window() -> None:
    lacking = decisions.missing_packages(("draw",), lambda thing: thing != "libGL.so.1", (3, 12))
    assert lacking == {"libGL.so.1": "libgl1"}


def test_the_one_line_installs_packages_by_name() -> None:
    assert " ".join(decisions.install_line(["xvfb", "libgl1"])) == (
        "apt-get install -y --no-install-recommends libgl1 xvfb"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying ... NewConnectionError('...: Temporary failure in name resolution')", "check the network"),
        ("urllib3.exceptions.NameResolutionError(\"Failed to resolve 'pypi.org'\")", "check the network"),
        ("Err:1 http://deb.debian.org Could not resolve 'deb.debian.org'", "check the network"),
        ("ERROR: something else", "stands above"),
    ],
)
def test_a_failed_step_is_explained_by_what_it_said(words: str, sentence: str) -> None:
    explained = decisions.reason(words, "installing")
    assert explained.startswith("installing failed")
    assert sentence in explained


# The lock files


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_plain_pins_each_once(lock: str) -> None:
    lines = decisions.pins((ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line) for line in lines)
    assert len(pinned(lock)) == len(lines) > 5


def test_no_two_locks_disagree() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pinned(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: several for name, several in versions.items() if len(several) > 1} == {}


@pytest.mark.parametrize("locks", [("base",), ("base", "ldm3d"), ("base", "dev")])
def test_locks_pin_all_that_their_packages_need(locks: tuple[str, ...]) -> None:
    pins = {name: version for lock in locks for name, version in pinned(lock).items()}
    unpinned = []
    for name in pins:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            for line in importlib.metadata.requires(name) or ():
                need = Requirement(line)
                applies = need.marker is None or need.marker.evaluate({"extra": ""})
                if applies and not need.specifier.contains(pins.get(canonicalize_name(need.name), "none"), True):
                    unpinned.append(f"{name} needs {line}")
    assert unpinned == []


# Before anything is installed


def test_an_old_python_can_read_start_and_is_told_what_is_wanted() -> None:
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    old = (
        "import sys, runpy; sys.version_info = (3, 8, 10, 'final', 0); runpy.run_path('start.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", old], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == "error: DepthFusion needs Python 3.11 or newer, and this is 3.8; start it with a newer one\n"


def test_start_needs_the_standard_library_only() -> None:
    names = {
        name.partition(".")[0]
        for path in [ROOT / "start.py", *(ROOT / "installer").glob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    # Of the program it takes the checks of the arguments, which test_cli.py holds to the standard library.
    assert names - {"installer", "depthfusion", "ldm3d"} <= set(sys.stdlib_module_names)


# Steps


def test_a_failed_step_shows_its_last_words(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import sys; print('\\n'.join(map(str, range(50)))); print('No space left on device'); sys.exit(5)"
    with pytest.raises(Stop, match=r"^trying something failed because the disk is full; free some space"):
        steps.step("Trying something", [sys.executable, "-c", code])
    shown = capfd.readouterr().err
    assert "  | 49\n  | No space left on device\n" in shown
    assert "  | 30\n" not in shown


def test_a_step_that_is_interrupted_takes_its_program_with_it(tmp_path: Path) -> None:
    note, child = tmp_path / "pid", tmp_path / "child.py"
    child.write_text(
        f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    code = "import sys; from installer.steps import step; step('Waiting', sys.argv[1:])"
    with subprocess.Popen(
        [sys.executable, "-c", code, sys.executable, str(child)], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as process:
        wait_until(lambda: note.exists() and note.read_text(encoding="ascii") != "")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == -signal.SIGINT
    wait_until(lambda: not psutil.pid_exists(int(note.read_text(encoding="ascii"))))


# Setting up for real, with locks of one small package each


def new_clone(folder: Path) -> Path:
    """Make a repository whose program only tells how it was called."""
    (folder / "depthfusion").mkdir(parents=True)
    (folder / "locks").mkdir()
    shutil.copy(ROOT / "start.py", folder)
    shutil.copytree(ROOT / "installer", folder / "installer", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "depthfusion" / "__init__.py").touch()
    shutil.copytree(ROOT / "ldm3d", folder / "ldm3d", ignore=shutil.ignore_patterns("__pycache__", "worlds"))
    (folder / "depthfusion" / "cli.py").write_text(
        "from ldm3d.errors import InputError\ndef check(arguments):\n"
        "    if '--wrong' in arguments:\n        raise InputError('--wrong is no option')\n",
        encoding="utf-8",
    )
    (folder / "depthfusion" / "__main__.py").write_text(
        "import iniconfig, json, os, sys\nprint(json.dumps([sys.argv[1:], os.getcwd(), sys.prefix]))\nsys.exit(7)\n",
        encoding="utf-8",
    )
    (folder / "locks" / "base.txt").write_text(f"# one\niniconfig=={pinned('dev')['iniconfig']}\n", encoding="utf-8")
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh repository in a folder with a difficult name."""
    return new_clone(tmp_path / "a größe d'été" / "Depth Fusion")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A repository that was started once, and what that start said."""
    folder = new_clone(tmp_path_factory.mktemp("first") / "a größe d'été" / "Depth Fusion")
    return folder, start(folder, "a tranquil forest at dawn", "--négative", "-1", cwd=folder.parent)


@pytest.fixture
def ready(first: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    """A repository that is set up, moved to another place."""
    return shutil.copytree(first[0], tmp_path / "moved here", symlinks=True)


def start(clone: Path, *args: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return subprocess.run(
        [sys.executable, str(clone / "start.py"), *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd or clone,
        env={**environ, **variables},
        check=False,
        timeout=120,
    )


def wait_until(happens: Callable[[], bool], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stamp_of(clone: Path) -> dict[str, object]:
    stamp: dict[str, object] = json.loads((clone / ".venv" / "depthfusion-setup.json").read_text(encoding="utf-8"))
    return stamp


def test_the_first_start_sets_up_and_hands_over(first: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = first
    assert done.returncode == 7, done.stderr
    arguments, cwd, prefix = json.loads(done.stdout)
    assert arguments == ["a tranquil forest at dawn", "--négative", "-1"]
    assert (cwd, prefix) == (str(folder.parent), str(folder / ".venv"))
    assert "Making .venv: done" in done.stderr
    assert "Installing 1 packages of locks/base.txt: done" in done.stderr


def test_a_slip_in_the_arguments_is_told_before_anything_is_set_up(clone: Path) -> None:
    done = start(clone, "a forest", "--wrong")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: --wrong is no option\n")
    assert not (clone / ".venv").exists()


def test_the_second_start_says_nothing_even_where_the_folder_was_moved(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the working folder was imported')", encoding="utf-8")
    done = start(ready, "x", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (7, "")
    assert json.loads(done.stdout) == [["x"], str(tmp_path), str(ready / ".venv")]


def test_a_changed_lock_is_installed_into_what_is_there(ready: Path) -> None:
    two = "".join(f"{name}=={pinned('dev')[name]}\n" for name in ("iniconfig", "pluggy"))
    (ready / "locks" / "base.txt").write_text(two, encoding="utf-8")
    done = start(ready)
    assert done.returncode == 7
    assert "Installing 2 packages" in done.stderr
    assert "Making .venv" not in done.stderr


@pytest.mark.parametrize("moment", [pytest.param("venv", marks=pytest.mark.full), "base"])
def test_a_killed_first_start_is_repaired_by_the_next(clone: Path, moment: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "start.py"], cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stamp = clone / ".venv" / "depthfusion-setup.json"
    wait_until(lambda: stamp.exists() and f'"busy": "{moment}"' in stamp.read_text(encoding="utf-8"))
    process.kill()
    process.wait()
    # What it was running still writes to .venv: the next start waits for that before it makes everything anew.
    again = start(clone, "x")
    assert again.returncode == 7, again.stderr
    assert "Making .venv anew" in again.stderr
    assert stamp_of(clone)["busy"] == ""


def test_ctrl_c_ends_with_130_and_one_line(clone: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "start.py"], cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    wait_until((clone / ".venv" / "pyvenv.cfg").exists)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.endswith("\ninterrupted; the next start repairs what is unfinished\n")
    assert "Traceback" not in err


def test_two_starts_at_once_set_up_once(clone: Path) -> None:
    command = [sys.executable, "start.py", "x"]
    both = [
        subprocess.Popen(command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [7, 7], told
    said = "".join(err for _, err in told)
    assert said.count("Making .venv: done") == 1
    assert said.count("another start is setting this folder up; waiting for it") == 1


@pytest.mark.parametrize(
    "harm",
    [
        "no stamp",
        pytest.param("no interpreter", marks=pytest.mark.full),
        pytest.param("other interpreter", marks=pytest.mark.full),
        pytest.param("broken stamp", marks=pytest.mark.full),
    ],
)
def test_a_broken_environment_is_made_anew(ready: Path, harm: str) -> None:
    clone = ready
    python, stamp = clone / ".venv" / "bin" / "python", clone / ".venv" / "depthfusion-setup.json"
    if harm == "no interpreter":
        python.unlink()
    elif harm == "other interpreter":
        stamp.write_text(json.dumps({**stamp_of(clone), "python": "/usr/bin/python3.10"}), encoding="utf-8")
    elif harm == "no stamp":
        stamp.unlink()
    else:
        stamp.write_text("{", encoding="utf-8")
    again = start(clone)
    assert again.returncode == 7, again.stderr
    assert "Making .venv: done" in again.stderr
    # What a person may have made there is put aside, never removed.
    assert (clone / ".venv.1" / "pyvenv.cfg").exists() == (harm == "no stamp")


def test_a_package_that_cannot_be_had_is_one_sentence_with_pips_words(ready: Path) -> None:
    (ready / "locks" / "base.txt").write_text("iniconfig==99999\n", encoding="utf-8")
    done = start(ready)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "  | ERROR: No matching distribution found for iniconfig==99999" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: installing 1 packages of locks/base.txt failed;")
    # pip ended by itself, so there is nothing to repair: the next start goes on.
    assert stamp_of(ready)["busy"] == ""


def test_without_a_network_it_says_so(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (ready / "locks" / "base.txt").write_text(f"pluggy=={pinned('dev')['pluggy']}\n", encoding="utf-8")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    done = start(ready, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 3
    assert "check the network and start again" in done.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_written_is_one_sentence(clone: Path) -> None:
    (clone / ".venv.lock").mkdir()
    done = start(clone)
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: {clone / '.venv.lock'} could not be set up (Is a directory)")


# Reading pip


def test_pip_is_read_in_packages_and_in_the_bytes_of_large_files(tmp_path: Path) -> None:
    reading = pip.Reading(3, tmp_path)
    assert reading.look() == ("packages", 0, 3, "packages")
    reading.hear("Collecting torch==2.13.0")
    reading.hear("  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (29 kB)")
    reading.hear("Collecting idna")
    assert reading.look() == ("packages", 2, 3, "packages")
    wheel = tmp_path / "pip-unpack-x" / "torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    reading.hear("Downloading https://a.org/whl/torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (192.3 MB)")
    wheel.parent.mkdir()
    wheel.write_bytes(bytes(5_000_000))
    assert reading.look() == ("torch", 5_000_000, 192_300_000, "bytes")
    wheel.unlink()
    reading.hear("  Using cached sympy-1.14.0-py3-none-any.whl (6.3 MB)")
    assert reading.look() == ("packages", 2, 3, "packages")
    reading.hear("Installing collected packages: sympy, idna, torch")
    assert reading.look().what == "unpacking"


def test_a_step_shows_what_was_read_and_may_be_ended_by_its_screen(tmp_path: Path) -> None:
    shown: list[object] = []

    class Screen:
        def __init__(self, title: str) -> None:
            shown.append(title)

        def show(self, detail: str, amount: object) -> None:
            shown.append(amount)
            if len(shown) > 3:
                raise KeyboardInterrupt

        def end(self, word: str) -> None:
            shown.append(word)

    code = "import time\nprint('Collecting one', flush=True)\ntime.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        steps.step("Trying", [sys.executable, "-c", code], screen=Screen, reading=pip.Reading(2, tmp_path))
    assert shown[0] == "Trying"
    assert shown[-1] == ("packages", 1, 2, "packages")


# The parts of LDM3D on top


def wheel(folder: Path, name: str, version: str, megabytes: int = 0) -> None:
    """Write a wheel of one module, as pip takes it."""
    folder.mkdir(exist_ok=True)
    module, about = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    files = {
        f"{module}.py": "" if megabytes == 0 else f"# {'x' * megabytes * 1_000_000}",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for file, content in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(file, content)


@pytest.fixture
def with_parts(ready: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is set up, whose `ldm3d` lock names two small wheels of the test's own."""
    wheels = ready.parent / "wheels"
    for name, version in (("torch", "2.13.0"), ("diffusers", "0.42.1")):
        wheel(wheels, name, version)
    (ready / "locks" / "ldm3d.txt").write_text("torch==2.13.0\ndiffusers==0.42.1\n", encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return ready


def packages_of(clone: Path) -> Path:
    return next((clone / ".venv" / "lib").glob("python*")) / "site-packages"


def test_an_ldm3d_engine_brings_its_parts(with_parts: Path) -> None:
    assert start(with_parts, "a forest").stderr == ""
    done = start(with_parts, "a forest", "--engine", "ldm3d")
    assert done.returncode == 7, done.stderr
    assert "Installing torch==2.13.0 (cpu): done" in done.stderr
    assert "Installing 2 packages of locks/ldm3d.txt: done" in done.stderr
    assert (packages_of(with_parts) / "diffusers.py").exists()
    assert start(with_parts, "a forest", "--engine", "ldm3d").stderr == ""
    assert not (with_parts / ".venv" / "downloading").exists()


def test_ldm3d_as_the_first_word_hands_over_to_training(with_parts: Path) -> None:
    (with_parts / "ldm3d" / "cli.py").write_text(
        "from ldm3d.errors import InputError\ndef check(arguments):\n"
        "    if '--wrong' in arguments:\n        raise InputError('--wrong is no option of ldm3d')\n",
        encoding="utf-8",
    )
    (with_parts / "ldm3d" / "__main__.py").write_text(
        "import diffusers, json, sys\nprint(json.dumps(sys.argv[1:]))\nsys.exit(9)\n", encoding="utf-8"
    )
    slip = start(with_parts, "ldm3d", "train", "--wrong")
    assert (slip.returncode, slip.stdout, slip.stderr) == (2, "", "error: --wrong is no option of ldm3d\n")
    assert not (packages_of(with_parts) / "diffusers.py").exists()
    done = start(with_parts, "ldm3d", "train", "diffusion", "--data", "a folder")
    assert done.returncode == 9, done.stderr
    assert json.loads(done.stdout) == ["train", "diffusion", "--data", "a folder"]
    assert "Installing 2 packages of locks/ldm3d.txt: done" in done.stderr


def test_parts_cut_short_are_installed_over_and_the_rest_stays_usable(with_parts: Path) -> None:
    assert start(with_parts, "a forest", "--engine", "ldm3d").returncode == 7
    stamp = {**stamp_of(with_parts), "busy": "ldm3d"}
    (with_parts / ".venv" / "depthfusion-setup.json").write_text(json.dumps(stamp), encoding="utf-8")
    (packages_of(with_parts) / "diffusers.py").unlink()
    untouched = start(with_parts, "a forest")
    assert (untouched.returncode, untouched.stderr) == (7, "")
    assert stamp_of(with_parts)["busy"] == "ldm3d"
    mended = start(with_parts, "a forest", "--engine", "ldm3d")
    assert mended.returncode == 7, mended.stderr
    assert "Making .venv" not in mended.stderr
    assert (packages_of(with_parts) / "diffusers.py").exists()
    assert stamp_of(with_parts)["busy"] == ""


_INSTALL = """
import json, sys
from depthfusion.generate import parts
from depthfusion.jobs.progress import Cancelled, Progress
stop = sys.argv[1:]
seen = []
try:
    assert parts.can_install() and not parts.installed()
    told = lambda: any(word in text for text in seen for word in stop)
    parts.InstallPartsJob().run(Progress(lambda step: seen.append(step.text), told))
except Cancelled:
    seen.append("cancelled")
print(json.dumps([seen, parts.installed()]))
"""


@pytest.mark.parametrize("stop", ["", "installing torch==2.13.0"])
def test_the_window_installs_the_parts_as_a_job_that_can_be_cancelled(with_parts: Path, stop: str) -> None:
    shutil.rmtree(with_parts / "depthfusion")
    kept = shutil.ignore_patterns("__pycache__", "studio", "render")
    shutil.copytree(ROOT / "depthfusion", with_parts / "depthfusion", ignore=kept)
    for name in ("transformers", "accelerate", "huggingface_hub", "safetensors"):
        wheel(with_parts.parent / "wheels", name, "1.0")
        with (with_parts / "locks" / "ldm3d.txt").open("a", encoding="utf-8") as lock:
            lock.write(f"{name}==1.0\n")
    python = with_parts / ".venv" / "bin" / "python"

    def install(*stop: str) -> tuple[list[str], bool]:
        said = subprocess.run(
            [python, "-c", _INSTALL, *stop], stdout=subprocess.PIPE, text=True, check=True, timeout=60, cwd=with_parts
        )
        seen, installed = json.loads(said.stdout.splitlines()[-1])
        return seen, installed

    if stop:
        seen, installed = install(stop)
        assert (seen[-1], installed) == ("cancelled", False)
        assert stamp_of(with_parts)["busy"] == "ldm3d"
    seen, installed = install()
    assert installed
    assert any(text.startswith("installing 6 packages of locks/ldm3d.txt") for text in seen)
    assert stamp_of(with_parts)["busy"] == ""


def test_too_little_room_for_the_parts_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=2_400_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Stop, match=r"the parts of LDM3D \(cpu\) need 2.5 GB and .* has 2.4 GB free; free some space"):
        environment.check_space("cpu")


# The system's own libraries


def test_what_is_there_is_seen() -> None:
    assert environment.present("libc.so.6")
    assert not environment.present("libnowhere.so.1")
    assert environment.present("sh")
    assert not environment.present("no-such-program")


def test_who_is_not_root_learns_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "present", lambda thing: thing not in {"libEGL.so.1", "Xvfb"})
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Stop) as stop:
        environment.complete_system(("draw", "test"), 0)
    assert stop.value.code == 3
    assert str(stop.value) == (
        "this system lacks libEGL.so.1, Xvfb; run "
        "`sudo apt-get install -y --no-install-recommends libegl1 xvfb` and start again"
    )


def test_another_linux_learns_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "present", lambda thing: thing != "libEGL.so.1")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Stop, match=r"^this system lacks libEGL.so.1; install them with its package manager"):
        environment.complete_system(("draw",), 0)
