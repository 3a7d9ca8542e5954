"""Projects: what is saved is what is opened, wherever the folder is moved, and a broken file is one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from depthfusion import project
from depthfusion.camera.options import ViewOptions
from depthfusion.camera.path import CameraPath, Keyframe
from depthfusion.camera.presets import PRESETS
from depthfusion.errors import InputError
from depthfusion.export.jobs import StillJob, VideoJob
from depthfusion.export.settings import ExportSettings
from depthfusion.look import Look
from depthfusion.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a panorama, a depth in a folder of its own, and a path file. Projects do not look inside these."""
    made = tmp_path / "a world"
    (made / "maps").mkdir(parents=True)
    for name in ("beach.png", "maps/depth.exr"):
        (made / name).write_bytes(b"picture")
    path = CameraPath((Keyframe(0), Keyframe(4, yaw=90)))
    (made / "flight.json").write_text(json.dumps(path.to_json()))
    return made


def whole(folder: Path) -> Project:
    return Project(
        folder / "beach.png",
        folder / "maps" / "depth.exr",
        True,
        "metres",
        Look(mapping="inverse", near=0.5),
        ViewOptions(layout="sbs", yaw=12, position=(0.1, 0, 0)),
        CameraPath((Keyframe(0), Keyframe(2.5, (0.1, 0.2, 0.3), 720, ease="in")), loop=False),
        ExportSettings(size=(640, 360), seconds=3, fps=25),
    )


def test_what_is_saved_is_what_is_opened(folder: Path) -> None:
    saved = whole(folder)
    project.save(saved, folder / "a.depthfusion")
    assert project.load(folder / "a.depthfusion") == saved


def test_defaults_are_saved_and_opened_too(folder: Path) -> None:
    project.save(Project(folder / "beach.png"), folder / "a.depthfusion")
    assert project.load(folder / "a.depthfusion") == Project(folder / "beach.png")


def test_a_project_moves_with_its_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "projects").mkdir()
    saved = whole(folder)
    saved.camera_path = None
    saved.export.path = str(folder / "flight.json")
    project.save(saved, folder / "projects" / "a.depthfusion")
    text = (folder / "projects" / "a.depthfusion").read_text()
    assert str(tmp_path) not in text
    assert "../maps/depth.exr" in text
    moved = shutil.move(folder, tmp_path / "elsewhere")
    opened = project.load(moved / "projects" / "a.depthfusion")
    assert opened.panorama.resolve() == moved / "beach.png"
    assert opened.depth is not None
    assert opened.depth.resolve() == moved / "maps" / "depth.exr"
    assert Path(opened.export.path).resolve() == moved / "flight.json"


def test_a_scene_is_a_project_or_a_panorama(folder: Path) -> None:
    project.save(whole(folder), folder / "a.depthfusion")
    assert project.load_scene(folder / "a.depthfusion") == whole(folder)
    plain = project.load_scene(folder / "beach.png", folder / "d.png", invert_depth=True)
    assert plain == Project(folder / "beach.png", folder / "d.png", True)
    other = project.load_scene(folder / "a.depthfusion", folder / "d.png")
    assert (other.depth, other.invert_depth, other.depth_unit) == (folder / "d.png", False, None)


def test_jobs_are_made_of_it(folder: Path) -> None:
    saved = whole(folder)
    still, video = StillJob(output="a.png", **saved.job()), VideoJob(output="a.mp4", **saved.video_job())
    for job in (still, video):
        # what is sent to a worker is JSON and comes back the same
        assert type(job).from_message(json.loads(json.dumps(job.message()))) == job
        assert Look(**job.look) == saved.look
        assert ViewOptions(**job.view) == saved.view
        assert ExportSettings(**job.export) == saved.export
    assert video.camera_path is not None
    assert CameraPath.from_json(video.camera_path) == saved.camera_path


def test_the_sound_moves_with_the_project(folder: Path) -> None:
    saved = whole(folder)
    saved.export.audio = str(folder / "sounds" / "waves.flac")
    project.save(saved, folder / "a.depthfusion")
    assert json.loads((folder / "a.depthfusion").read_text())["export"]["audio"] == "sounds/waves.flac"
    elsewhere = folder.parent / f"{folder.name}-elsewhere"
    folder.rename(elsewhere)
    assert project.load(elsewhere / "a.depthfusion").export.audio == str(elsewhere / "sounds" / "waves.flac")


def test_options_given_stand_over_those_of_the_project(folder: Path) -> None:
    scene = whole(folder)
    project.override(scene, {"strength": 0.2}, {"layout": "tb"}, {"fps": 60}, moving=True)
    assert (scene.look.strength, scene.look.mapping) == (0.2, "inverse")
    assert (scene.view.layout, scene.view.yaw) == ("tb", 12)
    assert scene.camera_path is not None
    project.override(scene, {}, {"yaw": 5}, {"path": "orbit"}, moving=True)
    assert (scene.camera_path, scene.export.path, scene.view.yaw) == (None, "orbit", 5)


@pytest.mark.parametrize("name", ["yaw", "pitch", "roll", "position", "fov"])
def test_a_pose_beside_a_path_that_has_poses_is_refused(folder: Path, name: str) -> None:
    given = {name: [0, 0, 0] if name == "position" else 30}
    for scene, export in (
        (whole(folder), {}),
        (Project(folder / "beach.png"), {"path": str(folder / "flight.json")}),
    ):
        with pytest.raises(InputError, match=f"--{name} cannot be used with"):
            project.override(scene, {}, given, export, moving=True)
    project.override(whole(folder), {}, given, {}, moving=False)
    for preset in PRESETS:
        project.override(whole(folder), {}, given, {"path": preset}, moving=True)


BROKEN: list[tuple[str, Any]] = [
    ("version", None),
    ("version", 0),
    ("version", "1"),
    ("version", True),
    ("newer", {"version": 2}),
    ("panorama", {"panorama": None}),
    ("panorama", {"panorama": ""}),
    ("panorama", {"panorama": 3}),
    ("panorama", {"panorama": "a\0b"}),
    ("not there", {"panorama": "gone.png"}),
    ("not there", {"panorama": "maps"}),
    ("not there", {"depth": "gone.png"}),
    ("depth", {"depth": 5}),
    ("invert_depth", {"invert_depth": 1}),
    ("depth_unit", {"depth_unit": "feet"}),
    ("depth_unit", {"depth_unit": ["metres"]}),
    ("look", {"look": []}),
    ("look", {"look": None}),
    ("look.*strength", {"look": {"strength": 2}}),
    ("look.*'glow'", {"look": {"glow": 1}}),
    ("look.*mapping", {"look": {"mapping": ["linear"]}}),
    ("view", {"view": 3}),
    ("view.*yaw", {"view": {"yaw": "left"}}),
    ("view.*layout", {"view": {"layout": "vr"}}),
    ("export.*fps", {"export": {"fps": 0}}),
    ("export.*size", {"export": {"size": [0, 10]}}),
    ("camera_path", {"camera_path": []}),
    ("camera path", {"camera_path": {}}),
    ("camera path.*newer", {"camera_path": {"version": 9, "loop": False, "keyframes": []}}),
    ("keyframes.*camera path", {"camera_path": {"version": 1, "loop": False, "keyframes": []}}),
    ("unknown key 'colour'", {"colour": 1}),
]


@pytest.mark.parametrize(("word", "change"), BROKEN)
def test_a_broken_project_is_one_sentence(folder: Path, word: str, change: Any) -> None:
    file = folder / "a.depthfusion"
    project.save(whole(folder), file)
    read = json.loads(file.read_text())
    read.update(change if isinstance(change, dict) else {"version": change})
    file.write_text(json.dumps(read))
    with pytest.raises(InputError, match=word) as caught:
        project.load(file)
    assert "\n" not in str(caught.value)
    assert "a.depthfusion" in str(caught.value)


@pytest.mark.parametrize("name", ["version", "panorama"])
def test_what_a_project_must_have(folder: Path, name: str) -> None:
    file = folder / "a.depthfusion"
    file.write_text(
        json.dumps({key: value for key, value in (("version", 1), ("panorama", "beach.png")) if key != name})
    )
    with pytest.raises(InputError, match=f"has no {name!r}"):
        project.load(file)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"\x89PNG\r\n"])
def test_a_file_that_is_no_project_is_one_sentence(folder: Path, content: bytes) -> None:
    file = folder / "a.depthfusion"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.depthfusion cannot be read as a project"):
        project.load(file)


def test_the_example_of_the_docs_is_a_project(folder: Path) -> None:
    docs = (Path(__file__).parents[1] / "docs" / "project.md").read_text(encoding="utf-8")
    (folder / "a.depthfusion").write_text(docs.split("```json")[1].split("```")[0])
    opened = project.load(folder / "a.depthfusion")
    assert (opened.look.strength, opened.view.layout, opened.export.path) == (0.6, "sbs", "orbit")


def test_saving_elsewhere_than_in_a_project_file_is_refused(folder: Path) -> None:
    before = (folder / "beach.png").read_bytes()
    with pytest.raises(InputError, match=r"end its name in \.depthfusion"):
        project.save(whole(folder), folder / "beach.png")
    with pytest.raises(InputError, match="its folder does not exist"):
        project.save(whole(folder), folder / "none" / "a.depthfusion")
    assert (folder / "beach.png").read_bytes() == before
