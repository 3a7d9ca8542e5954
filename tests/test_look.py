"""How depth becomes distance, against the formulas on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.errors import InputError
from depthfusion.look import Displacement, Look

DEPTHS = np.array((1.0, 0.5, 0.0))


def test_the_papers_rule_is_the_default() -> None:
    np.testing.assert_allclose(Look().displacement().radius_of(DEPTHS), (1.5, 3.0, 4.5))


def test_inverse_depth_is_linear_in_one_over_r() -> None:
    r = Look(mapping="inverse").displacement(1, 50).radius_of(DEPTHS)
    np.testing.assert_allclose(r, (1, 1.960784, 50), atol=5e-7)


def test_levels_stretch_before_the_rule_and_clamp_beyond() -> None:
    rule = Look(levels=(0.2, 0.6)).displacement()
    depths = np.array((0.0, 0.2, 0.4, 0.5, 0.6, 1.0))
    stretched = np.array((0.0, 0.0, 0.5, 0.75, 1.0, 1.0))
    np.testing.assert_allclose(rule.radius_of(depths), 3 * (1 + 0.5 * (1 - 2 * stretched)))


@given(
    st.sampled_from(("linear", "inverse")),
    st.floats(0, 0.95),
    st.floats(0.1, 10),
    st.floats(11, 1000),
    st.floats(0, 0.4),
    st.floats(0.6, 1),
)
def test_nearer_is_never_farther(
    mapping: str, strength: float, near: float, far: float, low: float, high: float
) -> None:
    rule = Displacement(mapping, 3.0, strength, near, far, low, high)
    r = rule.radius_of(np.linspace(0, 1, 101))
    assert np.all(np.diff(r) <= 1e-12 * rule.farthest)
    assert math.isclose(r[-1], rule.nearest)
    assert math.isclose(r[0], rule.farthest)
    assert math.isclose(float(rule.radius_of(np.array(0.5))), rule.neutral)


def test_the_panoramas_own_near_and_far_are_used_where_the_look_has_none() -> None:
    rule = Look(mapping="inverse").displacement(2, 80)
    assert (rule.near, rule.far) == (2, 80)
    assert Look(mapping="inverse", near=3.0).displacement(2, 80).near == 3
    assert (Look().displacement().near, Look().displacement().far) == (1, 50)


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        ({"levels": (0.5, 0.5)}, "levels 0.5,0.5 cannot be used: the first must be below the second"),
        ({"near": 9.0, "far": 9.0}, "near 9 m is not below far 9 m: lower near or raise far"),
    ],
)
def test_values_that_contradict_each_other_are_told(look: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Look(**look).displacement()


def test_a_camera_may_stand_anywhere_within_the_farthest_radius() -> None:
    rule = Displacement()
    rule.check_inside((4.49, 0, 0))
    with pytest.raises(InputError, match=r"position 0,0,4.51 is 4.51 m from the centre.*ends at 4.50 m"):
        rule.check_inside((0, 0, 4.51))


@pytest.mark.parametrize("levels", [(0, 1e-300), (-1e300, 1e300), (0.5, 0.500001)])
def test_levels_beyond_what_depth_can_tell_are_refused(levels: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="levels"):
        Look(levels=levels).displacement()
