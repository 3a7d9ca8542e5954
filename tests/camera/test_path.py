"""Camera paths: what a path file promises about the motion, and what is said about a broken one."""

from __future__ import annotations

import contextlib
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.camera.path import EASES, CameraPath, Keyframe, frame_rate, frame_times, load
from depthfusion.errors import InputError

STEP = 1e-5  # seconds; velocities are measured with it


def velocity(path: CameraPath, t: float, side: int) -> np.ndarray:
    """The one-sided velocity [7] just after (side 1) or before (side −1) `t`, to second order."""
    at = path.channels(np.array([t, t + side * STEP, t + side * 2 * STEP]))
    return side * (-3 * at[0] + 4 * at[1] - at[2]) / (2 * STEP)


def paths(loop: bool, eases: tuple[str, ...] = ("smooth", "in", "out", "in-out")) -> st.SearchStrategy[CameraPath]:
    """Paths of 2 to 6 keyframes at uneven times."""
    key = st.tuples(
        st.floats(0.2, 5),
        st.tuples(*[st.floats(-2, 2)] * 3),
        st.floats(-400, 400),
        st.floats(-90, 90),
        st.floats(-30, 30),
        st.floats(20, 160),
        st.sampled_from(eases),
    )

    def build(rows: list[Any], turns: int) -> CameraPath:
        times = np.cumsum([row[0] for row in rows])
        keys = [Keyframe(float(t), *row[1:]) for t, row in zip(times, rows, strict=True)]
        if loop:
            first = keys[0]
            end = Keyframe(
                keys[-1].t + 1, first.position, first.yaw + 360 * turns, first.pitch, first.roll, first.fov, first.ease
            )
            keys.append(end)
        return CameraPath(tuple(keys), loop)

    return st.builds(build, st.lists(key, min_size=2, max_size=6), st.integers(-2, 2))


@given(paths(loop=False))
@settings(max_examples=150, deadline=None)
def test_passes_through_its_keyframes(path: CameraPath) -> None:
    for key in path.keyframes:
        pose, fov = path.at(key.t)
        found = (*pose.position, pose.yaw, pose.pitch, pose.roll, fov)
        assert found == pytest.approx((*key.position, key.yaw, key.pitch, key.roll, key.fov), abs=1e-9)


@given(st.booleans().flatmap(paths))
@settings(max_examples=150, deadline=None)
def test_velocity_is_continuous_at_every_keyframe(path: CameraPath) -> None:
    for key in path.keyframes:  # for an open path also at its ends, beyond which it stands still
        before, after = velocity(path, key.t, -1), velocity(path, key.t, 1)
        assert after == pytest.approx(before, abs=0.05, rel=1e-3)


@given(paths(loop=True))
@settings(max_examples=100, deadline=None)
def test_a_loop_goes_on_after_its_seam_as_it_began(path: CameraPath) -> None:
    t = path.keyframes[0].t + np.linspace(0, path.duration, 17)
    once, again = path.channels(t), path.channels(t + path.duration)
    turn = np.array(path.keyframes[-1].channels) - path.keyframes[0].channels
    assert again == pytest.approx(once + turn, abs=1e-7)


@given(st.booleans().flatmap(lambda loop: paths(loop, tuple(EASES))))
@settings(max_examples=150, deadline=None)
def test_angles_and_fov_never_leave_the_span_of_their_two_keyframes(path: CameraPath) -> None:
    for a, b in zip(path.keyframes, path.keyframes[1:], strict=False):
        inside = path.channels(np.linspace(a.t, b.t, 33))[:, 3:]
        low, high = np.minimum(a.channels[3:], b.channels[3:]), np.maximum(a.channels[3:], b.channels[3:])
        assert np.all(inside >= low - 1e-9)
        assert np.all(inside <= high + 1e-9)


@given(paths(loop=False))
@settings(max_examples=100, deadline=None)
def test_position_overshoots_by_little_however_uneven_the_times(path: CameraPath) -> None:
    # A Hermite segment leaves the span of its keyframes by at most 4/27 of duration times velocity at each end, and
    # duration times a chord's slope is at most the chord: 8/27 of the path's whole extent.
    keys = np.array([key.position for key in path.keyframes])
    found = path.channels(np.linspace(path.keyframes[0].t, path.keyframes[-1].t, 200))[:, :3]
    extent = np.ptp(keys, axis=0)
    assert np.all(found >= keys.min(axis=0) - extent * 8 / 27 - 1e-9)
    assert np.all(found <= keys.max(axis=0) + extent * 8 / 27 + 1e-9)


@given(paths(loop=False), st.floats(0.5, 60), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_rescaling_changes_time_alone(path: CameraPath, seconds: float, part: float) -> None:
    scaled = path.rescaled(seconds)
    assert scaled.keyframes[0].t == 0
    assert scaled.duration == seconds
    there = path.channels(np.array([path.keyframes[0].t + part * path.duration]))
    assert scaled.channels(np.array([part * seconds])) == pytest.approx(there, abs=1e-6)


def test_two_turns_of_yaw_are_two_turns() -> None:
    path = CameraPath((Keyframe(0), Keyframe(4, yaw=720)), loop=True)
    assert path.at(1)[0].yaw == pytest.approx(180)
    assert path.at(3)[0].yaw == pytest.approx(540)
    assert path.at(6)[0].yaw == pytest.approx(1080)


def test_a_turn_in_a_loop_keeps_one_speed_across_the_seam() -> None:
    path = CameraPath((Keyframe(0), Keyframe(8, yaw=360)), loop=True)
    yaw = path.channels(np.linspace(0, 16, 65))[:, 3]
    assert np.diff(yaw) == pytest.approx(90 / 8)


@pytest.mark.parametrize(
    ("ease", "start", "middle", "end"),
    # Velocities at the first keyframe and the second, and the value half-way, of a first second from 0 to 1 whose
    # second keyframe is passed at speed 1 where nothing rests there. Values of the cubic Hermite basis at ½.
    [("in", 0, 0.375, 1), ("in-out", 0, 0.5, 0), ("out", 1, 0.625, 0), ("smooth", 1, 0.5, 1), ("linear", 1, 0.5, 1)],
)
def test_each_ease_keeps_its_word(ease: str, start: float, middle: float, end: float) -> None:
    def key(i: int, ease: str = "smooth") -> Keyframe:
        return Keyframe(i, (float(i), 0, 0), yaw=float(i), ease=ease)

    path = CameraPath((key(0), key(1, ease), key(2), key(3)))
    for channel in (0, 3):
        assert velocity(path, 1, 1)[channel] == pytest.approx(start, abs=1e-6)
        assert velocity(path, 2, -1)[channel] == pytest.approx(end, abs=1e-6)
        assert path.channels(np.array([1.5]))[0, channel] - 1 == pytest.approx(middle)


def test_linear_is_a_straight_line_at_one_speed() -> None:
    path = CameraPath((Keyframe(0, ease="linear"), Keyframe(2, (1, 2, 3), 90, 10, 5, 60, "linear"), Keyframe(3)))
    found = path.channels(np.linspace(0, 2, 9))
    assert found == pytest.approx(np.linspace(found[0], found[-1], 9))


def test_an_open_path_starts_and_ends_at_rest_and_stands_still_beyond() -> None:
    path = CameraPath((Keyframe(1), Keyframe(2, (1, 0, 0), 30), Keyframe(4, (2, 0, 1), 80)))
    assert velocity(path, 1, 1) == pytest.approx(np.zeros(7), abs=1e-3)
    assert velocity(path, 4, -1) == pytest.approx(np.zeros(7), abs=1e-3)
    assert path.at(0) == path.at(1)
    assert path.at(9) == path.at(4)


def test_two_equal_positions_hold() -> None:
    keys = (Keyframe(0), Keyframe(1, (1, 0, 0)), Keyframe(3, (1, 0, 0), yaw=90), Keyframe(4, (2, 0, 0), yaw=90))
    held = CameraPath(keys).channels(np.linspace(1, 3, 21))
    assert np.ptp(held[:, :3], axis=0) == pytest.approx([0, 0, 0], abs=1e-12)
    assert np.ptp(held[:, 3]) == pytest.approx(90)


def test_four_corners_of_a_square_become_a_round_without_a_stop() -> None:
    corners = [(1, 0, 1), (-1, 0, 1), (-1, 0, -1), (1, 0, -1), (1, 0, 1)]
    path = CameraPath(tuple(Keyframe(i, corner) for i, corner in enumerate(corners)), loop=True)
    steps = np.linalg.norm(np.diff(path.channels(np.linspace(0, 4, 401))[:, :3], axis=0), axis=1)
    assert steps.min() > 0.5 * steps.max()


@pytest.mark.parametrize(
    ("seconds", "fps", "count"),
    [(8, 30, 240), (1, 29.97, 30), (0.1, 30, 3), (2.5, 23.976, 60), (10, 59.94, 599), (0.5, 120, 60), (1.49, 1, 1)],
)
def test_a_clip_has_seconds_times_rate_frames(seconds: float, fps: float, count: int) -> None:
    times = frame_times(seconds, fps)
    assert len(times) == count
    assert times == pytest.approx([i / fps for i in range(count)], rel=1e-4)


@pytest.mark.parametrize(
    ("fps", "ratio"),
    [
        (30, Fraction(30)),
        (29.97, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        (25, Fraction(25)),
    ],
)
def test_broadcast_rates_are_exact(fps: float, ratio: Fraction) -> None:
    assert frame_rate(fps) == ratio


def test_a_clip_without_a_frame_is_refused() -> None:
    with pytest.raises(InputError, match="hold no frame"):
        frame_times(0.01, 30)


def valid() -> dict[str, Any]:
    key = {"t": 0, "position": [0, 0, 0], "yaw": 0, "pitch": 0, "roll": 0, "fov": 90, "ease": "smooth"}
    keyframes = [key, {**key, "t": 2, "yaw": 90}, {**key, "t": 4.5, "yaw": 360}]
    return {"version": 1, "loop": True, "keyframes": [{**key, "position": [0, 0, 0]} for key in keyframes]}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = CameraPath.from_json(valid())
    file = tmp_path / "path.json"
    file.write_text(json.dumps(path.to_json()))
    assert load(file) == path
    assert path.to_json()["keyframes"] == valid()["keyframes"]


def test_the_example_of_the_docs_is_a_path() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "camera-paths.md").read_text(encoding="utf-8")
    example = docs.split("```json")[1].split("```")[0]
    assert CameraPath.from_json(json.loads(example)).duration == 6
    assert all(f"| `{ease}` |" in docs for ease in EASES)


def test_ease_may_be_left_out() -> None:
    read = valid()
    del read["keyframes"][1]["ease"]
    assert CameraPath.from_json(read).keyframes[1].ease == "smooth"


WRONG_NUMBERS = (None, True, "1", [], {}, math.nan, math.inf, -math.inf, 1e300, 10**400)


def broken() -> list[tuple[str, Any]]:  # noqa: PLR0912 — a list of cases
    """Everything that can be wrong with the object of a path file, with a word that the sentence must have."""
    found: list[tuple[str, Any]] = []

    def add(word: str, **changes: Any) -> None:
        found.append((word, {**valid(), **changes}))

    found.extend((name, {key: value for key, value in valid().items() if key != name}) for name in valid())
    for value in (0, -1, 1.0, True, "1", None, [1]):
        add("version", version=value)
    for value in (2, 99, 10**30):
        add("newer", version=value)
    for value in (0, 1, "true", None, []):
        add("loop", loop=value)
    for value in (None, {}, [], "x", 3, valid()["keyframes"][:1]):
        add("keyframes", keyframes=value)
    add("speed", speed=3)
    for i in range(3):
        for value in (None, 1, "x", [], True):
            read = valid()
            read["keyframes"][i] = value
            found.append((f"keyframe {i}", read))
        for name in ("t", "position", "yaw", "pitch", "roll", "fov"):
            read = valid()
            del read["keyframes"][i][name]
            found.append((f"keyframe {i} .* {name!r}", read))
        for name in ("t", "yaw", "pitch", "roll", "fov"):
            for value in WRONG_NUMBERS:
                read = valid()
                read["keyframes"][i][name] = value
                found.append((f"{name!r} of keyframe {i}", read))
        for value in (0, 0.9, 330.5, -90, 400):
            read = valid()
            read["keyframes"][i]["fov"] = value
            found.append((f"'fov' of keyframe {i}", read))
        for value in (None, 1, "0,0,0", [], [0, 0], [0, 0, 0, 0], {"x": 0}, [[0], 0, 0]):
            read = valid()
            read["keyframes"][i]["position"] = value
            found.append((f"'position' of keyframe {i}", read))
        for axis in range(3):
            for value in WRONG_NUMBERS:
                read = valid()
                read["keyframes"][i]["position"][axis] = value
                found.append((f"'position' of keyframe {i}.* number {axis}", read))
        for value in (None, 1, "Smooth", "bounce", "", [], True):
            read = valid()
            read["keyframes"][i]["ease"] = value
            found.append((f"'ease' of keyframe {i}", read))
        read = valid()
        read["keyframes"][i]["fow"] = 90
        found.append((f"keyframe {i} .*'fow'", read))
    for i, value in ((1, 0), (1, 1e-9), (2, 2), (2, 1), (0, 2), (1, 4.5), (0, -1)):
        read = valid()
        read["keyframes"][i]["t"] = value
        found.append(("'t' of keyframe", read))
    for name, value in (("yaw", 359), ("pitch", 1), ("roll", 180), ("fov", 91), ("position", [0, 0, 0.1])):
        read = valid()
        read["keyframes"][2][name] = value
        found.append((f"{name!r} of keyframe 2 .*loop", read))
    return found


def _assert_refused(file: Path, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        load(file)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(file) in sentence
    assert len(sentence) < 500


def test_every_broken_object_is_refused_in_one_sentence_that_names_it(tmp_path: Path) -> None:
    cases = broken()
    assert len(cases) > 300
    file = tmp_path / "path.json"
    for word, read in cases:
        text = json.dumps(read)
        file.write_text(text)
        _assert_refused(file, "not JSON" if "NaN" in text or "Infinity" in text else word)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "object"),
        (b"3", "object"),
        (b"null", "object"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
        (b'{"version": 1, "version": 1}', "twice"),
        (b"[" * 100_000, "nested"),
        (b'{"version": ' + b"1" * 5000 + b"}", "not JSON"),
        (b"{'version': 1}", "not JSON"),
    ],
)
def test_a_file_that_is_no_path_is_refused(tmp_path: Path, content: bytes, word: str) -> None:
    file = tmp_path / "path.json"
    file.write_bytes(content)
    _assert_refused(file, word)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    _assert_refused(tmp_path / "none.json", "no such file")
    _assert_refused(tmp_path, "folder")
    _assert_refused(Path("/dev/zero"), "ordinary")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=3), lambda x: st.lists(x, max_size=3)))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_keyframe_is_read_or_refused(value: Any) -> None:
    for name in ("t", "position", "yaw", "fov", "ease"):
        read = valid()
        read["keyframes"][1][name] = value
        with contextlib.suppress(InputError):
            path = CameraPath.from_json(read)
            assert np.isfinite(path.channels(np.linspace(0, 5, 11))).all()
