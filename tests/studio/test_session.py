"""Nothing that the window shows is lost between two starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from depthfusion import project
from depthfusion.camera.path import CameraPath, Keyframe
from depthfusion.errors import InputError
from depthfusion.project import Project
from depthfusion.studio import session
from depthfusion.studio.session import Session


def test_a_saved_session_comes_back_whole(tmp_path: Path) -> None:
    before = Session()
    before.request.prompt = "ein Wald, 夜明け"
    before.request.seed = 2**32 - 1
    before.look.update({"mapping": "inverse", "near": 0.5, "levels": [0.1, 0.9]})
    before.view.update({"yaw": 33.25, "position": [0.1, 0, -0.2], "layout": "tb"})
    before.export.seconds = 3
    before.appearance.scheme = "light"
    before.open((tmp_path / "a.png", tmp_path / "b.png"), Project(tmp_path / "a.png", tmp_path / "b.png"))
    saved = tmp_path / "new" / "session.json"
    session.save(saved, before.as_dict())

    after = Session()
    assert after.restore(session.load(saved)) == (tmp_path / "a.png", tmp_path / "b.png")
    assert all(after.states()[room] == state for room, state in before.states().items())
    assert not after.history.can_undo


def test_what_another_version_wrote_is_taken_over_as_far_as_it_is_known() -> None:
    after = Session()
    files = after.restore(
        {"version": 9, "look": {"strength": 0.7, "glow": 3}, "view": {"fov": 900, "yaw": 4}, "files": ["x.png", 7]}
    )
    assert (after.look.strength, after.view.fov, after.view.yaw) == (0.7, None, 4)
    assert files == (Path("x.png"),)


@pytest.mark.parametrize("content", ["", "{", "[1]", "\x00", '"text"'])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    saved = tmp_path / "session.json"
    saved.write_text(content)
    with pytest.raises(InputError, match="starts afresh"):
        session.load(saved)


def test_a_first_start_has_nothing_to_restore(tmp_path: Path) -> None:
    assert session.load(tmp_path / "none.json") == {}


def test_saving_leaves_the_old_file_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    saved = tmp_path / "session.json"
    session.save(saved, {"version": 1})
    with pytest.raises(TypeError):
        session.save(saved, {"version": object()})
    assert json.loads(saved.read_text()) == {"version": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["session.json"]


def test_a_picture_s_request_is_one_step_back() -> None:
    state = Session()
    refused = state.adopt("request", {"prompt": "x", "seed": 5, "engine": "other", "glow": 1}, skip=("engine",))
    assert (state.request.prompt, state.request.seed, state.request.engine) == ("x", 5, "auto")
    assert len(refused) == 1
    assert "'glow' is no setting" in refused[0]
    state.history.undo()
    assert (state.request.prompt, state.request.seed) == ("", None)


def test_a_project_has_what_the_session_shows_and_keeps_its_own_path_until_another_is_chosen() -> None:
    path = CameraPath((Keyframe(0), Keyframe(2, yaw=90)), loop=False)
    state = Session()
    assert state.project() is None
    opened = Project(Path("a.png"), camera_path=path)
    opened.look.strength = 0.8
    state.open((Path("p.depthfusion"),), opened)
    state.adopt_project(opened)
    state.view.fov = 70
    shown = state.project()
    assert shown is not None
    assert (shown.look.strength, shown.view.fov, shown.camera_path) == (0.8, 70, path)
    state.export.path = "orbit"
    again = state.project()
    assert again is not None
    assert again.camera_path is None


def test_undo_brings_back_the_project_s_own_camera_path(tmp_path: Path) -> None:
    path = CameraPath((Keyframe(0), Keyframe(2, yaw=90)), loop=False)
    state = Session()
    opened = Project(Path("a.png"), camera_path=path)
    state.open((Path("p.depthfusion"),), opened)
    state.adopt_project(opened)
    state.history.forget()

    def followed() -> tuple[CameraPath | None, str]:
        shown = state.project()
        assert shown is not None
        return shown.camera_path, shown.export.path

    steps = [followed()]
    state.follow("orbit")  # as the dialog does
    steps.append(followed())
    state.export.path = "dolly"  # as the panel does
    steps.append(followed())
    assert steps == [(path, "sway"), (None, "orbit"), (None, "dolly")]
    state.saved(tmp_path / "q.depthfusion", state.project())
    for expected in reversed(steps[:-1]):
        state.history.undo()
        assert followed() == expected
    assert not state.history.can_undo
    for expected in steps[1:]:
        state.history.redo()
        assert followed() == expected
    state.history.undo()
    state.history.undo()
    state.export.path = "turntable"
    state.history.undo()  # one step, although two things changed
    assert followed() == (path, "sway")


def test_a_session_knows_after_a_restart_whose_path_the_camera_follows() -> None:
    path = CameraPath((Keyframe(0), Keyframe(2, yaw=90)), loop=False)
    for chosen in (False, True):
        before, after = Session(), Session()
        before.open((Path("p.depthfusion"),), Project(Path("a.png"), camera_path=path))
        before.adopt_project(Project(Path("a.png"), camera_path=path))
        if chosen:
            before.follow("orbit")
        after.restore(before.as_dict())
        after.open((Path("p.depthfusion"),), Project(Path("a.png"), camera_path=path))
        shown = after.project()
        assert shown is not None
        assert shown.camera_path == (None if chosen else path)


def test_a_newer_program_s_session_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text('{"version": 99}', encoding="utf-8")
    with pytest.raises(InputError, match=r"newer DepthFusion \(version 99\)"):
        session.load(path)
    session.set_aside(path)
    assert not path.exists()
    assert (tmp_path / "session.json.unread").read_text(encoding="utf-8") == '{"version": 99}'


def test_a_project_keeps_the_lens_the_use_and_how_fine_geometry_is(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.touch()
    before, after = Session(), Session()
    before.open((picture,), Project(picture))
    before.use("quest-360")
    before.mesh.triangles = 5000
    shown = before.project()
    assert shown is not None
    project.save(shown, tmp_path / "a.depthfusion")
    read = project.load(tmp_path / "a.depthfusion")
    after.open((tmp_path / "a.depthfusion",), read)
    after.adopt_project(read)
    assert (after.view, after.export, after.mesh) == (before.view, before.export, before.mesh)
    assert (after.view.projection, after.view.layout, after.export.size) == ("equirect", "tb", (5760, 5760))
    after.history.undo()
    assert (after.view.projection, after.mesh.triangles) == ("perspective", None)


def test_what_a_video_is_for_goes_with_its_lens() -> None:
    session = Session()
    session.use("quest-vr180")
    session.put_on("perspective")
    assert (session.export.preset, session.export.size, session.export.codec) == ("none", None, "auto")
    session.history.undo()
    assert (session.export.preset, session.view.projection) == ("quest-vr180", "vr180")
    session.use("tv-3d")
    assert (session.view.projection, session.view.layout, session.view.level) == ("perspective", "half-sbs", False)
