"""What the words ask for is seen: colours, seasons of other places, one house, taller dunes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ldm3d.worlds import understand, world
from ldm3d.worlds.landmarks import with_moons
from ldm3d.worlds.places import registry
from ldm3d.worlds.spec import Other, SceneSpec, Tint, Understanding, Wish
from ldm3d.worlds.weather import light_of

SIZE = (128, 64)
PLAIN = Wish()


def picture(place: str, wish: Wish = PLAIN, others: tuple[Other, ...] = ()) -> world.World:
    return world.draw(Understanding(SceneSpec(place, "noon", "clear", wish, others)), 7, SIZE)


def below(made: world.World) -> NDArray[np.float64]:
    """Mean colour of the lowest quarter, 0 to 255."""
    mean: NDArray[np.float64] = made.rgb[-SIZE[1] // 4 :].mean(axis=(0, 1), dtype=np.float64)
    return mean


@pytest.mark.parametrize("place", ["meadow", "beach", "desert"])
def test_a_colour_of_the_ground_is_seen(place: str) -> None:
    plain = picture(place)
    blue = picture(place, Wish(tints=(Tint("ground", "blue", (0.05, 0.1, 0.6)),)))
    gain = below(blue) - below(plain)
    assert gain[2] - gain[0] > 25.0
    np.testing.assert_array_equal(plain.depth, blue.depth)


def test_only_the_mountains_are_snowy() -> None:
    bare = picture("meadow", others=(Other("mountains", "behind"),))
    snowy = picture("meadow", others=(Other("mountains", "behind", Wish(season="winter")),))
    far = (bare.depth > 0) & (bare.depth < 65535 / 150)
    assert (snowy.rgb[far].astype(float) - bare.rgb[far]).mean() > 10.0
    np.testing.assert_allclose(below(snowy), below(bare), atol=4.0)


def test_the_walls_of_a_canyon_behind_a_meadow_are_no_grass() -> None:
    made = picture("meadow", others=(Other("canyon", "behind"),))
    rows = np.arange(SIZE[1])[:, None] < 0.42 * SIZE[1]
    wall = rows & (made.depth > 65535 / 130) & (made.depth < 65535 / 40)
    red, green, _ = made.rgb[wall].astype(float).T
    assert wall.sum() > 100
    assert np.mean(red > green) > 0.8


def test_taller_dunes_stand_where_the_dunes_stood() -> None:
    plain, tall = picture("desert"), picture("desert", Wish(scale=1.8))
    sky = plain.depth == 0
    assert (tall.depth == 0).sum() < sky.sum()
    # Where the sand rises into the sky it rises in the same directions.
    columns = [np.argmax(made.depth > 0, axis=0).astype(float) for made in (plain, tall)]
    assert np.corrcoef(*columns)[0, 1] > 0.5


def test_of_a_village_one_house_is_left() -> None:
    rng = [np.random.default_rng(3) for _ in range(2)]
    build = registry()["village"].build
    many, one = build(rng[0], Wish()).meshes, build(rng[1], Wish(lone="buildings")).meshes
    assert many is not None
    assert one is not None
    assert len(one) < 0.2 * len(many)


@pytest.mark.parametrize(
    ("prompt", "rise"), [("a lone lighthouse on a prairie", 9.0), ("a solitary house on a prairie", 2.0)]
)
def test_what_stands_alone_stands_where_nobody_builds(prompt: str, rise: float) -> None:
    spec = understand(prompt).spec
    own, _ = world.lay_out(spec.place, 7)
    scene, _ = world.lay_out(spec.place, 7, spec.wish)
    assert own.meshes is None
    assert scene.meshes is not None
    corners = scene.meshes.corners
    assert corners[..., 1].max() > rise
    # It stands on the ground: that hides its foot.
    foot = corners[corners[..., 1] == corners[..., 1].min()][0]
    assert foot[1] < scene.height(foot[:1], foot[2:], np.array([0.1]))[0]


def test_two_moons_are_two() -> None:
    night, day = (understand(f"two moons over the desert {when}").spec for when in ("at night", "at noon"))
    assert night.wish.moons == 2
    # One of them is the night's own.
    for spec, bodies in ((night, 1), (day, 2)):
        heavens = with_moons(None, spec.wish, light_of(spec))
        assert heavens is not None
        assert len(heavens.bodies) == bodies
    assert with_moons(None, understand("the moon over the desert").spec.wish, light_of(night)) is None
