"""Geometry as files: what trimesh and OpenEXR read in them is the world that was written."""

from __future__ import annotations

import errno
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
import trimesh
from PIL import Image

from depthfusion import panorama
from depthfusion.camera.frame import View
from depthfusion.camera.lens import Perspective
from depthfusion.camera.pose import Pose
from depthfusion.errors import InputError, MachineError
from depthfusion.export import distances, glb, texture
from depthfusion.export.jobs import JOBS, MeshJob, StillJob
from depthfusion.jobs.progress import Cancelled, Progress
from depthfusion.look import Look
from ldm3d.sphere import sample_wrapped, to_linear, to_srgb, to_uv
from tests.reference import mesh as surfaces
from tests.reference import raycaster, scenes, triangles

STRETCHED = {"edges": "stretched"}
RULE = Look(**STRETCHED).displacement()


@pytest.fixture(scope="module")
def hills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Smooth depth under a colour as busy as a photograph's: nothing to cut."""
    path = tmp_path_factory.mktemp("world") / "hills.png"
    panorama.save(panorama.Panorama(scenes.photograph(512, 256), scenes.rolling(256, 128)), path)
    return path


@pytest.fixture(scope="module")
def ball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ball before a wall: its rim is cut."""
    path = tmp_path_factory.mktemp("world") / "ball.png"
    depth = scenes.ball(256, 128, (0.3, 0.2, -2.0), 0.8, 1.0, 6.0)
    panorama.save(panorama.Panorama(scenes.photograph(512, 256), depth, 1.0, 6.0), path)
    return path


def write(scene: Path, output: Path, **fields: Any) -> dict[str, Any]:
    job = MeshJob(str(scene), str(output), **fields)
    return MeshJob.from_message(json.loads(json.dumps(job.message()))).run(Progress())


def read(path: Path) -> dict[str, trimesh.Trimesh]:
    """Return the meshes of a file by name, as trimesh reads them."""
    scene = trimesh.load_scene(path, process=False)
    assert all(np.allclose(scene.graph[node][0], np.eye(4)) for node in scene.graph.nodes_geometry)
    return dict(scene.geometry)


def merged(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    closed = mesh.copy()
    closed.merge_vertices(merge_tex=True, merge_norm=True)
    return closed


def textured(mesh: trimesh.Trimesh) -> triangles.Textured:
    """Return what a viewer has of a mesh; trimesh counts v from the bottom."""
    material = mesh.visual.material
    image = material.baseColorTexture if hasattr(material, "baseColorTexture") else material.image
    uv = np.asarray(mesh.visual.uv) * [1, -1] + [0, 1]
    return triangles.Textured(np.asarray(mesh.vertices), uv, np.asarray(mesh.faces), np.asarray(image.convert("RGB")))


def head_of(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    magic, version, total, length, kind = struct.unpack_from("<4sIII4s", data)
    assert (magic, version, total, kind) == (b"glTF", 2, len(data), b"JSON")
    assert length % 4 == 0
    head: dict[str, Any] = json.loads(data[20 : 20 + length])
    size, kind = struct.unpack_from("<I4s", data, 20 + length)
    assert (kind, size) == (b"BIN\0", head["buffers"][0]["byteLength"])
    assert 28 + length + size == total
    assert all(view["byteOffset"] % 4 == 0 for view in head["bufferViews"])
    return head


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
def test_a_textured_mesh_is_closed_and_drawn_back_to_the_reference_picture(
    hills: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"my hills{suffix}"
    done = write(hills, path, look=STRETCHED, mesh={"triangles": 40_000, "texture": "png"})
    assert done["output"] == str(path)
    assert [Path(file).name for file in done["files"]] == (
        ["my hills.glb"] if suffix == ".glb" else ["my hills.obj", "my hills.mtl", "my hills.world.png"]
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(Path(file).name for file in done["files"])
    (mesh,) = read(path).values()
    assert 38_000 < len(mesh.faces) == done["triangles"] <= 40_000
    solid = merged(mesh)
    assert solid.is_watertight
    assert solid.is_winding_consistent
    assert solid.volume < 0
    scene = panorama.load(hills)
    corners = np.asarray(mesh.vertices)
    corners = corners[np.hypot(corners[:, 0], corners[:, 2]) > 1e-3]  # a pole is its texels' mean
    np.testing.assert_allclose(corners, surfaces.surface_at(corners, scene.depth, RULE), atol=1e-5)
    view = View(Pose((0.15, 0.05, -0.1), yaw=165, pitch=20), Perspective(90.0), 16 / 9, (0, 0, 96, 54))
    expected = raycaster.cast(raycaster.Scene(scene.rgb, scene.depth, RULE), view)
    drawn = triangles.draw([textured(mesh)], view)
    assert raycaster.psnr(drawn, expected.srgb, ~expected.edges) > 40


def test_a_glb_shows_its_colours_without_light_from_both_sides(hills: Path, tmp_path: Path) -> None:
    write(hills, tmp_path / "a.glb", look=STRETCHED, mesh={"triangles": 5_000, "texture_size": 128})
    head = head_of(tmp_path / "a.glb")
    (material,) = head["materials"]
    assert head["extensionsUsed"] == ["KHR_materials_unlit"] == list(material["extensions"])
    assert material["doubleSided"]
    assert head["images"][0]["mimeType"] == "image/jpeg"
    assert head["asset"]["version"] == "2.0"
    (primitive,) = head["meshes"][0]["primitives"]
    place = head["accessors"][primitive["attributes"]["POSITION"]]
    (mesh,) = read(tmp_path / "a.glb").values()
    np.testing.assert_array_equal(mesh.vertices.min(axis=0), np.float32(place["min"]))
    np.testing.assert_array_equal(mesh.vertices.max(axis=0), np.float32(place["max"]))
    assert head["accessors"][primitive["indices"]]["componentType"] == 5123  # 16 bits where they are enough
    image = np.asarray(mesh.visual.material.baseColorTexture)
    assert image.shape == (64, 128, 3)


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply"])
def test_layers_are_two_meshes_of_which_the_one_behind_is_closed(ball: Path, tmp_path: Path, suffix: str) -> None:
    done = write(ball, tmp_path / f"a{suffix}", look={"mapping": "inverse"}, mesh={"triangles": 30_000})
    meshes = read(tmp_path / f"a{suffix}")
    assert sum(len(mesh.faces) for mesh in meshes.values()) == done["triangles"] <= 30_000
    if suffix == ".ply":
        (mesh,) = meshes.values()
        parts = sorted(mesh.split(only_watertight=False), key=lambda part: len(part.faces), reverse=True)
        assert [part.is_watertight for part in parts[:2]] == [True, False]
        return
    assert set(meshes) == {"behind", "front"}
    assert merged(meshes["behind"]).is_watertight
    front = np.asarray(meshes["front"].vertices)
    towards = front @ (0.3, 0.2, -2) / np.linalg.norm(front, axis=1) / np.linalg.norm((0.3, 0.2, -2))
    assert towards.min() > np.cos(np.radians(26))  # 23° of ball, and texels of 1.4°
    if suffix == ".obj":
        assert len(done["files"]) == 4
        assert all(Path(file).exists() for file in done["files"])


def test_a_layered_glb_drawn_by_others_is_the_still_of_the_same_view(ball: Path, tmp_path: Path) -> None:
    look = {"mapping": "inverse"}
    write(ball, tmp_path / "a.glb", look=look, mesh={"triangles": 60_000, "texture": "png"})
    pose = Pose((0.25, 0.1, 0.1), yaw=15, pitch=5)
    view = View(pose, Perspective(90.0), 16 / 9, (0, 0, 128, 72))
    drawn = triangles.draw([textured(mesh) for mesh in read(tmp_path / "a.glb").values()], view)
    posed = {"position": list(pose.position), "yaw": pose.yaw, "pitch": pose.pitch}
    StillJob(str(ball), str(tmp_path / "a.png"), look=look, view=posed, export={"size": [128, 72]}).run(Progress())
    assert raycaster.psnr(drawn, np.asarray(Image.open(tmp_path / "a.png")) / 255) > 40


def test_a_coloured_ply_mesh_is_closed_as_it_stands(hills: Path, tmp_path: Path) -> None:
    write(hills, tmp_path / "a.ply", look=STRETCHED, mesh={"triangles": 20_000})
    (mesh,) = read(tmp_path / "a.ply").values()
    assert mesh.is_watertight
    assert mesh.volume < 0
    rgb = panorama.load(hills).rgb
    around = to_srgb(sample_wrapped(to_linear(rgb / 255.0), *to_uv(mesh.vertices)))
    assert raycaster.psnr(np.asarray(mesh.visual.vertex_colors)[:, :3] / 255, around) > 45


def test_points_are_read_as_points(hills: Path, tmp_path: Path) -> None:
    done = write(hills, tmp_path / "a.ply", look=STRETCHED, mesh={"ply": "points", "points": 5_000})
    cloud = trimesh.load(tmp_path / "a.ply")
    assert isinstance(cloud, trimesh.PointCloud)
    assert len(cloud.vertices) == done["points"] == pytest.approx(5_000, rel=0.05)
    scene = panorama.load(hills)
    np.testing.assert_allclose(cloud.vertices, surfaces.surface_at(cloud.vertices, scene.depth, RULE), atol=1e-5)
    shown = np.asarray(cloud.visual.vertex_colors if hasattr(cloud, "visual") else cloud.colors)[:, :3]
    assert abs(shown.mean() - scene.rgb.mean()) < 6


@pytest.mark.parametrize("look", [{}, {"mapping": "inverse"}, {"radius": 7.0, "strength": 0.8}])
def test_distances_are_metres_that_come_back_as_depth(
    hills: Path, ball: Path, tmp_path: Path, look: dict[str, Any]
) -> None:
    source = ball if look == {"mapping": "inverse"} else hills
    write(source, tmp_path / "a.exr", look=look)
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        assert list(file.channels()) == ["Z"]
        metres = np.array(file.channels()["Z"].pixels)
        assert "metres" in file.header()["comments"]
    scene = panorama.load(source)
    rule = Look(**look).displacement(scene.near, scene.far)
    assert metres.dtype == np.float32
    np.testing.assert_allclose(metres, rule.radius_of(scene.depth / 65535.0), rtol=1e-6)
    Image.fromarray(scene.rgb).save(tmp_path / "colour.png")
    again = panorama.load(tmp_path / "colour.png", tmp_path / "a.exr", depth_unit="metres")
    back = Look(mapping="inverse").displacement(again.near, again.far).radius_of(again.depth / 65535.0)
    np.testing.assert_allclose(back, metres, rtol=2e-3)


WRONG: list[tuple[str, dict[str, Any]]] = [
    (r"cannot be geometry: end its name in \.glb or \.ply or \.obj or \.exr", {"output": "a.fbx"}),
    ("end its name in", {"output": "a"}),
    ("folder does not exist", {"output": "none/a.glb"}),
    ("triangles 100 cannot be used", {"mesh": {"triangles": 100}}),
    ("texture gif cannot be used", {"mesh": {"texture": "gif"}}),
    ("no setting", {"mesh": {"corners": 3}}),
    ("near .* far", {"look": {"mapping": "inverse", "near": 60}}),
    ("nowhere", {"scene": "nowhere.png"}),
]


@pytest.mark.parametrize(("words", "fields"), WRONG)
def test_what_is_wrong_is_said_in_a_sentence(hills: Path, tmp_path: Path, words: str, fields: dict[str, Any]) -> None:
    fields = {"scene": str(hills), "output": "a.glb", **fields}
    fields["output"] = str(tmp_path / fields["output"])
    with pytest.raises(InputError, match=words):
        MeshJob(**fields).run(Progress())
    assert not list(tmp_path.iterdir())


def test_nothing_that_is_read_is_written_over(hills: Path, tmp_path: Path) -> None:
    scene = panorama.load(hills)
    source = tmp_path / "a.world.jpg"
    Image.fromarray(scene.rgb).save(source)
    Image.fromarray(scene.depth).save(tmp_path / "a.world.depth.png")
    before = source.read_bytes()
    with pytest.raises(InputError, match=r"a\.world\.jpg cannot be written because it is read as well"):
        write(source, tmp_path / "a.obj", look=STRETCHED)
    assert source.read_bytes() == before
    assert not (tmp_path / "a.obj").exists()


@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj"])
def test_a_job_stops_wherever_it_is_told_to_and_leaves_what_was_there(hills: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("what was there")
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    job = MeshJob(str(hills), str(tmp_path / f"b{suffix}"), look=STRETCHED, mesh={"triangles": 3_000})
    job.run(Progress(cancelled=count))
    for file in tmp_path.glob("b.*"):
        file.unlink()
    assert asked > 5
    for last in {1, asked // 3, 2 * asked // 3, asked}:
        times = iter(range(asked + 9))
        with pytest.raises(Cancelled):
            MeshJob(**{**vars(job), "output": str(path)}).run(Progress(cancelled=lambda: next(times) + 1 >= last))  # noqa: B023
        assert [file.name for file in tmp_path.iterdir()] == [path.name]
        assert path.read_text() == "what was there"


def test_a_full_disk_is_a_sentence(hills: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(glb, "write", full)
    with pytest.raises(MachineError, match="disk is full"):
        write(hills, tmp_path / "a.glb", look=STRETCHED, mesh={"triangles": 3_000})
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_exr_that_does_not_fit_the_disk_says_so() -> None:
    with pytest.raises(OSError, match="No space left"):
        distances.write(Path("/dev/full"), np.ones((256, 512), np.float32))


def test_a_glb_beyond_its_format_is_refused(hills: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glb, "_MOST", 100_000)
    with pytest.raises(InputError, match="choose fewer triangles or a smaller texture"):
        write(hills, tmp_path / "a.glb", look=STRETCHED, mesh={"triangles": 30_000})


def test_a_texture_is_reduced_by_the_mean_of_its_light() -> None:
    stripes = np.zeros((64, 128, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(int(texture.reduced(stripes, 64).mean()) - 188) <= 1  # half the light of white
    picture = scenes.photograph(600, 300)
    smaller = texture.reduced(picture, 130)
    assert smaller.shape == (65, 130, 3)
    light, small = (to_linear(image / 255.0).mean(axis=(0, 1)) for image in (picture, smaller))
    np.testing.assert_allclose(small, light, rtol=0.01)
    assert texture.reduced(picture, 600) is picture


def test_a_worker_finds_the_job() -> None:
    assert JOBS["mesh"] is MeshJob
