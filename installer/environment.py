"""`.venv` beside `start.py`: what is in it (its stamp), and bringing it to what is wanted."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from installer.decisions import (
    DRIVER,
    Gpu,
    Stop,
    Wanted,
    gpu_from,
    install_line,
    missing_packages,
    pins,
    torch_build,
    torch_requirement,
    venv_python,
)
from installer.pip import Reading
from installer.steps import Line, Screen, say, step
from ldm3d.amounts import in_words

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "depthfusion-setup.json"
PYTHON = venv_python(VENV, sys.platform)
PLAN = 1
"""Raised when what is set up changes in another way than by the lock files: every `.venv` is then made anew."""


ADDED = ("ldm3d", "dev")
"""Locks that come on top: none of their packages is one of `base`."""
NEEDED = {"cpu": 2_500_000_000, "pypi": 3_500_000_000}
"""Bytes that the `ldm3d` lock takes with a build of torch, downloads included; with CUDA, ROCm or XPU it is `LARGE`."""
LARGE = 8_000_000_000


class Stamp(NamedTuple):
    """What `.venv` holds.

    `plan` is the `PLAN` it was made by, `busy` what was being installed when the stamp was written (empty: nothing),
    `python` the interpreter behind it, `locks` the marks of the lock files installed, `system` the groups of libraries
    that were seen, `torch` the build of torch.
    """

    plan: int = 0
    busy: str = ""
    python: str = ""
    locks: dict[str, str] = {}  # noqa: RUF012 - never changed in place
    system: tuple[str, ...] = ()
    torch: str = ""


def read_stamp() -> Stamp:
    """Return what is set up; an empty stamp where nothing is, it was cut short, or Python has gone or changed.

    Where installing one of `ADDED` was cut short, the rest is whole: `busy` says which, and it is installed over.
    """
    try:
        stamp = Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Stamp()
    whole = stamp.busy in {"", *ADDED}
    there = stamp.plan == PLAN and whole and PYTHON.exists() and os.path.realpath(PYTHON) == stamp.python
    return stamp if there else Stamp()


def write_stamp(stamp: Stamp) -> None:
    """Keep what is set up."""
    partial = STAMP.with_suffix(".partial")
    partial.write_text(json.dumps(stamp._asdict(), indent=1), encoding="utf-8")
    partial.replace(STAMP)


def mark(lock: str) -> str:
    """Return a lock file's mark: it changes when the file does."""
    return sha256((ROOT / "locks" / f"{lock}.txt").read_bytes()).hexdigest()


def lacks(stamp: Stamp, wanted: Wanted) -> Wanted:
    """Return what of `wanted` is not set up."""
    locks = [lock for lock in wanted.locks if stamp.locks.get(lock) != mark(lock) or lock == stamp.busy]
    override = os.environ.get("DEPTHFUSION_TORCH", "").lower()
    if stamp.torch and override not in {"", stamp.torch} and "ldm3d" not in locks:
        locks.append("ldm3d")
    return Wanted(tuple(locks), tuple(group for group in wanted.system if group not in stamp.system))


@contextlib.contextmanager
def alone(waiting: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold this folder's lock and yield its descriptor; a second start waits here. The lock ends with its holders.

    `waiting` is called while it waits and may raise to end that.
    """
    descriptor = os.open(ROOT / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o666)
    told = False
    try:
        while not _locked(descriptor):
            if not told:
                say("another start is setting this folder up; waiting for it ...")
            told = True
            waiting()
            time.sleep(0.2)
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def present(thing: str) -> bool:
    """Say whether this Linux has a library (by loading it), a program, an OpenGL driver, or Python's `ensurepip`."""
    if thing == "ensurepip":
        return importlib.util.find_spec(thing) is not None
    if thing == DRIVER:
        vendors = [file for root in ("/usr/share", "/etc") for file in Path(root, "glvnd/egl_vendor.d").glob("*.json")]
        drivers = [*Path("/usr").glob("lib/*/dri/*_dri.so"), *Path("/usr").glob("lib*/dri/*_dri.so")]
        return bool(drivers) or any("mesa" not in file.name for file in vendors)
    if ".so." not in thing:
        return shutil.which(thing) is not None
    try:
        ctypes.CDLL(thing)
    except OSError:
        return False
    return True


def complete_system(groups: Sequence[str], held: int) -> None:
    """See that the system's own libraries are there: root on Debian installs them, others learn the command."""
    if not (lacking := missing_packages(groups, present, sys.version_info[:2])):
        return
    names, line = ", ".join(lacking), install_line(list(lacking.values()))
    if shutil.which("apt-get") is None:
        raise Stop(f"this system lacks {names}; install them with its package manager and start again")
    if os.geteuid() != 0:
        raise Stop(f"this system lacks {names}; run `sudo {' '.join(line)}` and start again")
    quiet, patient = {"DEBIAN_FRONTEND": "noninteractive"}, ["-o", "DPkg::Lock::Timeout=300"]
    with contextlib.suppress(Stop):  # one broken source of several is no reason not to try
        step("Reading the lists of system packages", ["apt-get", *patient, "update"], held=held, environ=quiet)
    step(f"Installing {len(lacking)} system packages", [*line, *patient], held=held, environ=quiet)
    if still := missing_packages(groups, present, sys.version_info[:2]):
        raise Stop(f"this system still lacks {', '.join(still)} after `{' '.join(line)}`; install them by hand")


def make_venv(held: int) -> Stamp:
    """Make `.venv` anew, with this folder importable in it, and return its stamp."""
    if STAMP.exists():
        say("Making .venv anew: an earlier start was interrupted, or Python has changed")
        shutil.rmtree(VENV)
    elif VENV.exists() and any(VENV.iterdir()):
        aside = next(path for i in range(1, 1000) if not (path := ROOT / f".venv.{i}").exists())
        VENV.rename(aside)
        say(f"The .venv that was here is none of this program's; it is now {aside.name}")
    VENV.mkdir(exist_ok=True)
    write_stamp(Stamp(PLAN, busy="venv"))
    step("Making .venv", [sys.executable, "-I", "-m", "venv", str(VENV)], held=held)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
    # Relative, so that neither a moved folder nor a name that the locale cannot write matters.
    (packages / "depthfusion.pth").write_text(os.path.relpath(ROOT, packages) + "\n", encoding="ascii")
    stamp = Stamp(PLAN, python=os.path.realpath(PYTHON))
    write_stamp(stamp)
    return stamp


def nvidia() -> Gpu | None:
    """Ask `nvidia-smi` for the first GPU."""
    query = ["nvidia-smi", "--query-gpu=driver_version,compute_cap", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return gpu_from(answer.stdout.decode("ascii", "replace").partition("\n")[0])


def chosen_build() -> str:
    """Return which build of torch suits this machine, or that `DEPTHFUSION_TORCH` names; `Stop` where there is none."""
    return torch_build(sys.platform, platform.machine(), nvidia(), os.environ.get("DEPTHFUSION_TORCH"))


def check_space(build: str) -> None:
    """See that the disk has room for the `ldm3d` lock with a build of torch; `Stop` where it has not."""
    needed, free = NEEDED.get(build, LARGE), shutil.disk_usage(VENV).free
    if needed > free:
        text = f"the parts of LDM3D ({build}) need {in_words(needed)} and {VENV} has {in_words(free)} free"
        raise Stop(f"{text}; free some space and start again")


def install(lock: str, stamp: Stamp, held: int, screen: Callable[[str], Screen] = Line) -> Stamp:
    """Bring `.venv` to a lock file's pins and return the new stamp.

    What was cut short is installed over: pip would take a package for whole of which half the files are there.
    """
    path, becomes = ROOT / "locks" / f"{lock}.txt", mark(lock)
    listed = pins(path.read_text(encoding="utf-8"))
    pip = [str(PYTHON), "-m", "pip", "install", "--no-user", "--no-input", "--disable-pip-version-check"]
    pip += ["--no-warn-script-location", "--progress-bar", "off"]
    over = ["--ignore-installed", "--no-deps"] if stamp.busy == lock else []
    build = chosen_build() if lock == "ldm3d" else ""
    if build:
        check_space(build)
    write_stamp(stamp._replace(busy=lock))
    try:
        if build:
            again = ["--force-reinstall"] if stamp.torch not in {"", build} and not over else []
            pin = next(pin for pin in listed if pin.startswith("torch=="))
            title = f"Installing {pin} ({build})"
            _run_pip(title, [*pip, *again, *over, *torch_requirement(build, pin)], 1, held, screen)
            stamp = stamp._replace(torch=build)
        title = f"Installing {len(listed)} packages of locks/{path.name}"
        if over:
            rest = [pin for pin in listed if not pin.startswith("torch==")]
            _run_pip(f"{title} anew", [*pip, *over, *rest], len(rest), held, screen)
        _run_pip(title, [*pip, "-r", str(path)], len(listed), held, screen)
    except Stop:
        write_stamp(stamp)  # pip ended by itself and has put back what it had begun
        raise
    stamp = stamp._replace(busy="" if over else stamp.busy, locks={**stamp.locks, lock: becomes})
    write_stamp(stamp)
    return stamp


def _run_pip(title: str, command: Sequence[str], packages: int, held: int, screen: Callable[[str], Screen]) -> None:
    """Run pip with its temporary files in `.venv`, which has room for them, and show how far it is."""
    temporary = VENV / "downloading"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        where = {"TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}
        step(title, command, held=held, environ=where, screen=screen, reading=Reading(packages, temporary))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def set_up(wanted: Wanted, screen: Callable[[str], Screen] = Line, waiting: Callable[[], None] = lambda: None) -> None:
    """Make everything that `wanted` names and that is not there yet.

    Args:
        wanted: what is to be there.
        screen: makes the place to show a step of its title.
        waiting: is called while another start is waited for; may raise to end that.

    Raises:
        Stop: where that cannot be done.
    """
    with alone(waiting) as held:
        stamp = read_stamp()
        missing = lacks(stamp, wanted)
        if missing.system:
            complete_system(missing.system, held)
        if not stamp.plan:
            stamp = make_venv(held)
        stamp = stamp._replace(system=(*stamp.system, *missing.system))
        write_stamp(stamp)
        for lock in missing.locks:
            stamp = install(lock, stamp, held, screen)
