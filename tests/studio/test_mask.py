"""A mask is painted on the sphere: its brush is round there, at the poles and across the seam as well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion.errors import InputError
from depthfusion.studio import mask
from depthfusion.studio.mask import Mask
from ldm3d import sphere


def away(mask_: Mask, place: tuple[float, float]) -> np.ndarray:
    """Degrees of every texel from a place, by the angle between directions."""
    height, width = mask_.marked.shape
    cosine = sphere.directions(width, height) @ sphere.from_uv(*place)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.01, 0.4), (0.3, 0.03), (0.7, 0.0), (0.999, 0.98)])
@pytest.mark.parametrize("radius", [2.0, 15.0, 60.0])
def test_a_dab_marks_what_is_nearer_than_its_radius(place: tuple[float, float], radius: float) -> None:
    painted = Mask((512, 256))
    painted.paint(place, place, radius)
    expected = away(painted, place) <= radius
    wrong = (painted.marked.astype(bool) != expected) & (abs(away(painted, place) - radius) > 0.75)
    assert not wrong.any()


def test_the_smallest_brush_marks_something_everywhere() -> None:
    for place in ((0.5, 0.5), (0.25, 0.001), (0.0, 1.0)):
        painted = Mask((128, 64))
        painted.paint(place, place, 0.1)
        assert painted.marked.any()


def test_a_stroke_takes_the_shortest_way_over_the_sphere() -> None:
    painted = Mask()
    painted.paint((0.95, 0.5), (0.05, 0.5), 3)
    assert painted.marked[256, [1000, 1023, 0, 20]].all()
    assert not painted.marked[256, 300:700].any()
    over_the_pole = Mask()
    over_the_pole.paint((0.25, 0.1), (0.75, 0.1), 3)
    assert over_the_pole.marked[:5].all()
    assert not over_the_pole.marked[256].any()


def test_a_stroke_has_no_gaps() -> None:
    painted = Mask()
    painted.paint((0.2, 0.3), (0.7, 0.6), 1.0)
    columns = painted.marked.any(axis=0)
    assert columns[210:712].all()


def test_strokes_are_undone_one_by_one() -> None:
    painted = Mask((256, 128))
    states = [painted.marked.copy()]
    for u in (0.2, 0.5, 0.8):
        painted.begin()
        painted.paint((u, 0.5), (u + 0.05, 0.5), 8)
        painted.end()
        states.append(painted.marked.copy())
    painted.invert()
    states.append(painted.marked.copy())
    for state in reversed(states[:-1]):
        painted.undo()
        assert (painted.marked == state).all()
    assert not painted.can_undo
    for state in states[1:]:
        painted.redo()
        assert (painted.marked == state).all()
    assert not painted.can_redo
    painted.undo()
    painted.fill(0)
    assert not painted.can_redo


def test_a_stroke_that_changes_nothing_is_no_step() -> None:
    painted = Mask((64, 32))
    painted.begin()
    painted.paint((0.5, 0.5), (0.5, 0.5), 20, 0)
    painted.end()
    assert not painted.can_undo


def test_the_share_is_of_the_sphere_not_of_the_picture() -> None:
    painted = Mask()
    assert painted.empty
    painted.paint((0.5, 0.0), (0.5, 0.0), 60)
    assert painted.share == pytest.approx((1 - np.cos(np.radians(60))) / 2, abs=0.005)


def test_a_mask_is_kept_under_a_name_of_its_content(tmp_path: Path) -> None:
    painted = Mask()
    painted.paint((0.1, 0.2), (0.4, 0.4), 12)
    path = mask.save(painted.marked, tmp_path / "masks")
    assert mask.save(painted.marked, tmp_path / "masks") == path
    with Image.open(path) as picture:
        assert picture.mode == "L"
        assert (np.asarray(picture) == painted.marked * 255).all()
    assert (mask.load(path) == painted.marked).all()
    painted.invert()
    assert mask.save(painted.marked, tmp_path / "masks") != path


def test_what_is_no_picture_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(InputError, match=r"no\.png"):
        mask.load(tmp_path / "no.png")
