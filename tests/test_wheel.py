"""The wheel has everything of the program in it, and draws where nothing else of the repository is."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGED = {
    "depthfusion": "depthfusion",
    "ldm3d": "ldm3d",
    "shaders": "depthfusion/shaders",
    "assets": "depthfusion/assets",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy of what git knows, so that nothing lying about gets in or out."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    names = ["pyproject.toml", "LICENSE", "README.md", *PACKAGED]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *names],
        cwd=ROOT, capture_output=True, check=True, encoding="utf-8",
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)],
        capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed in it and nothing else."""
    folder = tmp_path_factory.mktemp("somewhere else")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def elsewhere(installed: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run Python where only the installed wheel and what it depends on can be imported."""
    return subprocess.run(
        [sys.executable, *args],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def test_the_wheel_has_every_file_of_the_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, inside in PACKAGED.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == there


def test_the_wheel_carries_licence_and_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        assert "Apache License" in archive.read(f"{info}/licenses/LICENSE").decode()
        commands = archive.read(f"{info}/entry_points.txt").decode()
        assert "depthfusion = depthfusion.cli:main" in commands
        assert "ldm3d = ldm3d.cli:main" in commands
        assert "License-Expression: Apache-2.0" in archive.read(f"{info}/METADATA").decode()


def test_the_installed_wheel_finds_its_own_shaders_and_assets(installed: Path) -> None:
    code = "import depthfusion.resources as r; print(r.__file__, r.shaders(), r.assets(), sep='\\n')"
    done = elsewhere(installed, "-c", code)
    assert done.returncode == 0, done.stderr
    package = installed / "depthfusion"
    assert done.stdout.splitlines() == [str(package / name) for name in ("resources.py", "shaders", "assets")]


def test_the_installed_wheel_prepares_worlds_and_knows_its_recipes(installed: Path, tmp_path: Path) -> None:
    words = ("prepare", "worlds:1", "-o", str(tmp_path / "data"), "--size", "64x32", "--workers", "1")
    made = elsewhere(installed, "-m", "ldm3d", *words)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "data" / "index.json").exists()
    told = elsewhere(installed, "-m", "ldm3d", "train", "--help")
    assert told.returncode == 0, told.stderr
    assert "mini" in told.stdout


def test_the_installed_wheel_makes_a_world_and_draws_it(installed: Path, tmp_path: Path) -> None:
    world, still = tmp_path / "world.png", tmp_path / "still.png"
    made = elsewhere(
        installed, "-m", "depthfusion", "generate", "a quiet meadow", "-o", str(world), "--size", "512x256"
    )
    assert made.returncode == 0, made.stderr
    drawn = elsewhere(installed, "-m", "depthfusion", "still", str(world), "-o", str(still), "--size", "320x180")
    assert drawn.returncode == 0, drawn.stderr

    from PIL import Image

    with Image.open(still) as picture:
        assert picture.size == (320, 180)
        assert max(high - low for low, high in picture.convert("RGB").getextrema()) > 50
