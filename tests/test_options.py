"""Options made from declarations."""

from __future__ import annotations

import argparse

import pytest

from depthfusion import options
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError
from depthfusion.look import Look


def parse(*arguments: str) -> argparse.Namespace:
    parser = options.Parser(prog="depthfusion still")
    options.add(parser, ViewOptions, "view")
    options.add(parser, Look, "look")
    return parser.parse_args(options.join_negatives(arguments))


def test_only_what_was_given_is_returned_so_that_a_project_keeps_the_rest() -> None:
    namespace = parse("--yaw", "-30", "--position", "-1,0,.5", "--swap", "--convergence", "auto", "--strength=0.2")
    expected = {"yaw": -30.0, "position": [-1.0, 0.0, 0.5], "swap": True, "convergence": None}
    assert options.given(namespace, ViewOptions) == expected
    assert options.given(namespace, Look) == {"strength": 0.2}


def test_every_declared_value_has_an_option_and_its_help_says_its_default() -> None:
    parser = options.Parser(prog="x")
    options.add(parser, ViewOptions, "view")
    text = " ".join(parser.format_help().split())
    for value in ViewOptions.values():
        assert value.option in text
    assert "distance of the eyes (default 0.064 m)" in text


@pytest.mark.parametrize(
    "arguments", [("--yaw",), ("--yaw", "x"), ("--fov", "0"), ("--ya", "3"), ("--layout", "5d"), ("--position", "1,2")]
)
def test_what_cannot_be_read_is_an_input_error(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        parse(*arguments)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("generat", "generate"),
        ("vidoe", "video"),
        ("stil", "still"),
        ("impotr", "import"),
        ("VIDEO", "video"),
        ("forest", None),
        ("sea", None),
    ],
)
def test_a_word_within_two_letters_of_a_command_is_taken_for_a_slip(word: str, meant: str | None) -> None:
    assert options.nearest(word, ["generate", "import", "still", "video", "doctor", "studio"]) == meant
