"""State: declared once, checked at the door, saved and read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.errors import InputError
from depthfusion.settings import Auto, Choice, Flag, Integer, Number, Size, State, Text, Value, Vector


class Everything(State):
    number = Number(1.5, "a number", minimum=-2, maximum=8, unit="m")
    choice = Choice("one", "a choice", ("one", "two"))
    flag = Flag(False, "a flag")
    text = Text("", "a text")
    vector = Vector((0.0, 0.0, 0.0), "three numbers")
    size = Size((4, 2), "a size")
    maybe = Auto(Integer(0, "a whole number or none", minimum=0, maximum=9))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "number": st.floats(-2, 8),
    "choice": st.sampled_from(["one", "two"]),
    "flag": st.booleans(),
    "text": st.text(),
    "vector": st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3),
    "size": st.tuples(st.integers(1, 65536), st.integers(1, 65536)),
    "maybe": st.none() | st.integers(0, 9),
}
WRONG: dict[str, list[Any]] = {
    "number": [9, -2.01, float("nan"), float("inf"), "1", None, True, [1]],
    "choice": ["three", 1, None, ["one"]],
    "flag": [1, "true", None],
    "text": [1, None, b"x"],
    "vector": [(1, 2), (1, 2, "3"), (1, 2, float("nan")), 1, "1,2,3", (1, 2, True)],
    "size": [(0, 2), (4, -1), (4, 2, 1), "4x2", (70000, 2), (4.0, 2), (True, 2)],
    "maybe": [10, -1, 1.0, "auto", True],
}
MISWRITTEN = {
    "number": ["", "x", "nan", "inf", "9", "1,5", "0x1"],
    "choice": ["", "ONE", "three"],
    "vector": ["", "1,2", "1,2,3,4", "1,,2", "a,b,c", "1,2,inf"],
    "size": ["", "4", "4x", "x2", "4x2x1", "-4x2", "4.0x2", "99999x2", "9999999x1"],
    "maybe": ["", "none", "1.5", "10", "--1", "1e1"],
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_what_is_saved_is_read_back(values: dict[str, Any]) -> None:
    state = Everything(**values)
    assert Everything(**json.loads(json.dumps(state.as_dict()))) == state


@given(st.data())
def test_what_is_written_for_a_person_is_parsed_back(data: st.DataObject) -> None:
    for name, strategy in VALUES.items():
        declared: Value[Any] = Everything._declared[name]
        if not isinstance(declared, Flag):
            value = declared.check(data.draw(strategy))
            assert declared.parse(declared.format(value)) == value


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_in_a_sentence_that_names_it(name: str, value: object) -> None:
    state = Everything()
    with pytest.raises(InputError) as refused:
        setattr(state, name, value)
    sentence = str(refused.value)
    assert name in sentence
    assert "\n" not in sentence
    assert state == Everything()


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in MISWRITTEN.items() for text in texts])
def test_miswritten_text_is_refused(name: str, text: str) -> None:
    with pytest.raises(InputError, match=name):
        Everything._declared[name].parse(text)


def test_an_update_with_one_wrong_value_changes_nothing() -> None:
    state = Everything()
    with pytest.raises(InputError):
        state.update({"number": 3, "choice": "three"})
    assert state == Everything()


def test_an_unknown_setting_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'colour' is no setting of everything.*number, choice"):
        Everything(colour=1)


def test_listeners_hear_of_changes_and_only_of_changes() -> None:
    heard: list[str] = []
    state = Everything()
    stop = state.changed.connect(heard.append)
    state.number = 2.0
    state.number = 2.0
    state.flag = True
    stop()
    state.flag = False
    assert heard == ["number", "flag"]


def test_a_copy_is_equal_and_independent() -> None:
    state = Everything(number=2.0)
    twin = state.copy()
    twin.number = 3.0
    assert (state.number, twin.number) == (2.0, 3.0)
    state.reset()
    assert state == Everything()


def test_states_do_not_share_values() -> None:
    class Other(State):
        number = Number(7.0, "another number")

    Everything().number = 4.0
    assert (Everything().number, Other().number) == (1.5, 7.0)


def test_whole_numbers_beyond_floats_are_refused_in_a_short_sentence() -> None:
    for field, value in ((Number(1.0, "x"), 10**400), (Vector((0.0, 0.0), "x"), [10**400, 0])):
        with pytest.raises(InputError) as refused:
            field.check(value)
        assert len(str(refused.value)) < 350


def test_a_refused_size_is_told_as_it_is_written() -> None:
    with pytest.raises(InputError, match="0x5"):
        Size((64, 32), "x").parse("0x5")
