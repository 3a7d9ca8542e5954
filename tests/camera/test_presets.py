"""Preset paths: they loop, they stay clear of what is near, they are slow enough for comfort."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.camera.path import CameraPath
from depthfusion.camera.pose import Pose
from depthfusion.camera.presets import PRESETS, preset, reach_of
from depthfusion.export.settings import ExportSettings
from depthfusion.look import Displacement

NAMES = ("sway", "orbit", "dolly", "figure-eight", "turntable")
rules = st.one_of(
    st.builds(lambda r, s: Displacement("linear", r, s), st.floats(0.1, 100), st.floats(0, 0.95)),
    st.builds(lambda n, f: Displacement("inverse", near=n, far=n * f), st.floats(0.05, 20), st.floats(1.5, 1000)),
)
poses = st.builds(
    lambda yaw, pitch, roll: Pose((0.0, 0.0, 0.0), yaw, pitch, roll),
    st.floats(-720, 720),
    st.floats(-90, 90),
    st.floats(-180, 180),
)


def sampled(path: CameraPath) -> np.ndarray:
    return path.channels(np.linspace(0, path.duration, 241))


def test_the_presets_are_those_that_were_promised() -> None:
    assert tuple(PRESETS) == NAMES
    assert all(chosen.description for chosen in PRESETS.values())


def test_help_and_docs_name_every_preset() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "camera-paths.md").read_text(encoding="utf-8")
    for name, chosen in PRESETS.items():
        assert name in ExportSettings.path.description
        assert f"| `{name}` | {chosen.description}" in docs


@pytest.mark.parametrize("name", NAMES)
@given(poses, rules, st.floats(0, 1), st.floats(-1, 1))
@settings(max_examples=40, deadline=None)
def test_a_preset_is_a_loop_clear_of_the_nearest_surface(
    name: str, pose: Pose, rule: Displacement, part: float, height: float
) -> None:
    direction = np.array((math.cos(5 * part), height, math.sin(5 * part)))
    place = pose.moved(direction / np.linalg.norm(direction) * part * 0.98 * rule.farthest)
    path = preset(name, place, 90, rule, 8)
    # it is read back from its file's form, which checks that the loop closes
    assert CameraPath.from_json(path.to_json()) == path
    distances = np.linalg.norm(sampled(path)[:, :3], axis=1)
    assert distances.max() < rule.farthest
    away = math.dist(place.position, (0, 0, 0))
    if away < rule.nearest:
        assert distances.max() < rule.nearest


@pytest.mark.parametrize("name", NAMES)
def test_the_motion_is_centred_on_the_pose(name: str) -> None:
    base = Pose((0.1, -0.2, 0.3), 40, 10, 5)
    found = sampled(preset(name, base, 75, Displacement(), 8))[:-1]
    assert found[:, :3].mean(axis=0) == pytest.approx(base.position, abs=1e-6)
    assert found[:, 5] == pytest.approx(5)
    assert found[:, 6] == pytest.approx(75)
    if name != "turntable":
        assert found[:, 3].mean() == pytest.approx(40, abs=0.05)
        assert found[:, 4].mean() == pytest.approx(10, abs=0.05)


def test_the_turntable_turns_once_to_the_right_on_the_spot() -> None:
    found = sampled(preset("turntable", Pose(yaw=20), 90, Displacement(), 8))
    assert np.ptp(found[:, :3]) == 0
    assert np.diff(found[:, 3]) == pytest.approx(360 / 240)


@pytest.mark.parametrize("name", ["sway", "orbit", "figure-eight"])
def test_the_subject_stays_in_the_middle(name: str) -> None:
    rule = Displacement()
    base = Pose((0, 0, 0), 30, 0, 0)
    subject = base.forward * rule.neutral
    path = preset(name, base, 90, rule, 8)
    for pose, _ in path.along(np.linspace(0, 8, 97)):
        x, y, z = pose.to_camera(subject)
        assert abs(x / z) < math.tan(math.radians(0.25))
        assert abs(y / z) < math.tan(math.radians(0.25))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "turntable"])
def test_in_eight_seconds_nothing_near_sweeps_faster_than_the_eye_follows(name: str) -> None:
    # Smooth pursuit follows some 30° a second (Robinson 1965); half of that leaves comfort for stereo.
    rule = Displacement()
    found = sampled(preset(name, Pose(), 90, rule, 8))
    speed = np.linalg.norm(np.diff(found[:, :3], axis=0), axis=1) / (8 / 240)
    turning = np.abs(np.diff(found[:, 3])) / (8 / 240)
    closest = rule.nearest - reach_of(0, rule)
    assert np.degrees(speed / closest).max() + turning.max() < 30
    assert turning.max() < 10


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_moves(name: str) -> None:
    found = sampled(preset(name, Pose(), 90, Displacement(), 8))
    assert np.ptp(found, axis=0).max() > 0.2
