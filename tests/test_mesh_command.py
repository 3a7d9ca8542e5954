"""`depthfusion mesh` as it is typed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from depthfusion import cli, panorama
from depthfusion.look import Look
from depthfusion.project import Project, save


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    depth = np.linspace(9000, 50000, 32).astype(np.uint16)[:, None] * np.ones((1, 64), np.uint16)
    path = tmp_path / "a.png"
    panorama.save(panorama.Panorama(rng.integers(0, 256, (32, 64, 3)).astype(np.uint8), depth), path)
    return path


def test_paths_come_on_the_output_and_numbers_beside_it(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "b.obj"
    assert cli.main(["mesh", str(scene), "-o", str(out), "--triangles", "4000", "--edges", "stretched"]) == 0
    said = capsys.readouterr()
    assert said.out.split() == [str(tmp_path / name) for name in ("b.obj", "b.mtl", "b.world.jpg")]
    assert "triangles" in said.err


def test_a_project_brings_its_look(scene: Path, tmp_path: Path) -> None:
    project = tmp_path / "a.depthfusion"
    save(Project(scene, look=Look(radius=8.0, strength=0.0, edges="stretched")), project)
    for options, radius in (([], 8.0), (["--radius", "2"], 2.0)):
        assert cli.main(["mesh", str(project), "-o", str(tmp_path / "b.ply"), "--ply", "points", *options]) == 0
        points = trimesh.load(tmp_path / "b.ply").vertices
        np.testing.assert_allclose(np.linalg.norm(points, axis=1), radius, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-o", "b.stl"], "end its name in"),
        (["-o", "b.glb", "--triangles", "0"], "triangles 0"),
        (["-o", "b.glb", "--yaw", "3"], "--yaw"),
        ([], "-o"),
    ],
)
def test_mistakes_are_one_sentence(
    scene: Path, arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["mesh", str(scene), *arguments]) == 2
    (line,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("error"))
    assert word in line
