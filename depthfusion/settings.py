"""State that is declared once: default, range, description, saving and change signal in one line.

A `State` is a plain object whose fields are `Value`s. The command line makes its options from it, the window its
widgets, a project its JSON and the documentation its tables, so that adding a setting is adding one line:

    class Look(State):
        strength = Number(0.5, "how far depth moves the surface", minimum=0.0, maximum=0.95, step=0.01)
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from depthfusion.errors import InputError

T = TypeVar("T")


_LONGEST_TOLD = 200  # letters of a refused value that are repeated


def _finite(value: object) -> bool:
    """Say whether `value` is a finite number that a float can hold; a whole number of JSON may have 4300 digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max


class Signal:
    """Calls everyone who asked, in the order in which they asked."""

    def __init__(self) -> None:
        self._receivers: list[Callable[[str], None]] = []

    def connect(self, receiver: Callable[[str], None]) -> Callable[[], None]:
        """Call `receiver(name)` from now on with the name of every value that changed; return what ends it."""
        self._receivers.append(receiver)
        return lambda: self._receivers.remove(receiver)

    def emit(self, name: str) -> None:
        """Tell all receivers that the value `name` changed."""
        for receiver in tuple(self._receivers):
            receiver(name)


class Value(Generic[T]):
    """One declared field of a `State`. Assigning checks it and raises `InputError` with the reason."""

    name: str = "value"

    def __init__(
        self, default: T, description: str, *, label: str | None = None, unit: str = "", option: str | None = None
    ) -> None:
        self.default = default
        self.description = description
        self.unit = unit
        self._label = label
        self._option = option

    def __set_name__(self, owner: type[State], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, state: None, owner: type[State]) -> Self: ...
    @overload
    def __get__(self, state: State, owner: type[State]) -> T: ...
    def __get__(self, state: State | None, owner: type[State]) -> Self | T:
        if state is None:
            return self
        return state.__dict__.get(self.name, self.default)  # type: ignore[no-any-return]

    def __set__(self, state: State, value: T) -> None:
        new = self.check(value)
        if new != self.__get__(state, type(state)):
            state.__dict__[self.name] = new
            state.changed.emit(self.name)

    @property
    def label(self) -> str:
        """What a person reads beside it."""
        return self._label or self.name.replace("_", " ").capitalize()

    @property
    def option(self) -> str:
        """The option's name on the command line."""
        return self._option or "--" + self.name.replace("_", "-")

    def check(self, value: Any) -> T:
        """Return `value` as this field keeps it (also from JSON), or raise `InputError`."""
        raise self.refuse(value, "no value of this kind is known")

    def parse(self, text: str) -> T:
        """Return the value that a person wrote as `text`, or raise `InputError`."""
        return self.check(text)

    def format(self, value: T) -> str:
        """Write `value` as `parse` reads it."""
        return str(value)

    def to_json(self, value: T) -> Any:
        """Return `value` as JSON keeps it; `check` reads it back."""
        return value

    def refuse(self, value: object, reason: str) -> InputError:
        """Return the sentence for a value that cannot be."""
        told = str(value)
        told = told if len(told) <= _LONGEST_TOLD else told[: _LONGEST_TOLD - 1] + "…"
        return InputError(f"{self.name.replace('_', ' ')} {told} cannot be used: {reason}")


class Number(Value[float]):
    """A finite real number in [minimum, maximum]."""

    def __init__(
        self,
        default: float,
        description: str,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        step: float = 0.1,
        label: str | None = None,
        unit: str = "",
    ) -> None:
        super().__init__(default, description, label=label, unit=unit)
        self.minimum = minimum
        self.maximum = maximum
        self.step = step

    def check(self, value: Any) -> float:
        """Accept any finite number in the range."""
        if not _finite(value):
            raise self.refuse(value, f"a number {self.range} is needed")
        if not self.minimum <= value <= self.maximum:
            raise self.refuse(f"{value:g}", f"choose a number {self.range}")
        return float(value)

    def parse(self, text: str) -> float:
        """Read a decimal number."""
        try:
            number = float(text)
        except ValueError:
            raise self.refuse(repr(text), f"a number {self.range} is needed") from None
        return self.check(number)

    def format(self, value: float) -> str:
        """Write the shortest form that reads back the same."""
        return repr(value).removesuffix(".0")

    @property
    def range(self) -> str:
        """The range in words."""
        unit = f" {self.unit}" if self.unit else ""
        if math.isfinite(self.minimum) and math.isfinite(self.maximum):
            return f"from {self.minimum:g} to {self.maximum:g}{unit}"
        if math.isfinite(self.minimum):
            return f"of at least {self.minimum:g}{unit}"
        return f"in{unit}" if unit else "that is finite"


class Integer(Value[int]):
    """A whole number in [minimum, maximum]."""

    def __init__(
        self, default: int, description: str, *, minimum: int, maximum: int, label: str | None = None, unit: str = ""
    ) -> None:
        super().__init__(default, description, label=label, unit=unit)
        self.minimum = minimum
        self.maximum = maximum

    def check(self, value: Any) -> int:
        """Accept any whole number in the range."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            raise self.refuse(value, f"choose a whole number from {self.minimum} to {self.maximum}")
        return value

    def parse(self, text: str) -> int:
        """Read a whole number in decimal digits."""
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", text.strip()):
            raise self.refuse(repr(text), f"choose a whole number from {self.minimum} to {self.maximum}")
        return self.check(int(text))


class Choice(Value[str]):
    """One of a few words."""

    def __init__(self, default: str, description: str, choices: tuple[str, ...], *, label: str | None = None) -> None:
        super().__init__(default, description, label=label)
        self.choices = choices

    def check(self, value: Any) -> str:
        """Accept one of `choices`."""
        if value not in self.choices:
            raise self.refuse(value, f"choose {' or '.join(self.choices)}")
        return str(value)


class Flag(Value[bool]):
    """Yes or no."""

    def check(self, value: Any) -> bool:
        """Accept true and false alone."""
        if not isinstance(value, bool):
            raise self.refuse(value, "it is either true or false")
        return value


class Text(Value[str]):
    """Words of a person's own."""

    def check(self, value: Any) -> str:
        """Accept any text."""
        if not isinstance(value, str):
            raise self.refuse(value, "it must be text")
        return value


class File(Text):
    """The name of a file that is read; none while it is empty."""


class Vector(Value[tuple[float, ...]]):
    """A fixed count of finite numbers, written with commas."""

    def check(self, value: Any) -> tuple[float, ...]:
        """Accept as many finite numbers as the default has."""
        if (
            not isinstance(value, (tuple, list))
            or len(value) != len(self.default)
            or not all(_finite(n) for n in value)
        ):
            raise self.refuse(
                value, f"{len(self.default)} finite numbers are needed, such as {self.format(self.default)}"
            )
        return tuple(float(n) for n in value)

    def parse(self, text: str) -> tuple[float, ...]:
        """Read numbers with commas between them."""
        try:
            numbers = tuple(float(part) for part in text.split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != len(self.default):
            example = self.format(self.default)
            raise self.refuse(repr(text), f"{len(self.default)} numbers are needed, such as {example}")
        return self.check(numbers)

    def format(self, value: tuple[float, ...]) -> str:
        """Write numbers with commas between them."""
        return ",".join(f"{n!r}".removesuffix(".0") for n in value)

    def to_json(self, value: tuple[float, ...]) -> list[float]:
        """Return a list."""
        return list(value)


class Size(Value[tuple[int, int]]):
    """Width and height in pixels, written 1920x1080."""

    largest = 65536

    def check(self, value: Any) -> tuple[int, int]:
        """Accept two positive whole numbers."""
        if (
            not isinstance(value, (tuple, list))
            or len(value) != 2
            or any(isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= self.largest for n in value)
        ):
            told = "x".join(str(n) for n in value) if isinstance(value, (tuple, list)) else value
            raise self.refuse(told, f"width x height in pixels from 1 to {self.largest} is needed, such as 1920x1080")
        return value[0], value[1]

    def parse(self, text: str) -> tuple[int, int]:
        """Read WIDTHxHEIGHT."""
        match = re.fullmatch(r"([0-9]{1,6})\s*[xX×]\s*([0-9]{1,6})", text.strip())
        if match is None:
            raise self.refuse(repr(text), "width x height in pixels is needed, such as 1920x1080")
        return self.check((int(match[1]), int(match[2])))

    def format(self, value: tuple[int, int]) -> str:
        """Write WIDTHxHEIGHT."""
        return f"{value[0]}x{value[1]}"

    def to_json(self, value: tuple[int, int]) -> list[int]:
        """Return a list."""
        return list(value)


class Auto(Value[T | None]):
    """A value that the program chooses while it is None, written `auto`; otherwise an `inner` one."""

    def __init__(self, inner: Value[T], description: str | None = None) -> None:
        super().__init__(None, description or inner.description, label=inner._label, unit=inner.unit)
        self.inner = inner

    def __set_name__(self, owner: type[State], name: str) -> None:
        super().__set_name__(owner, name)
        self.inner.__set_name__(owner, name)

    def check(self, value: Any) -> T | None:
        """Accept None and what the inner value accepts."""
        return None if value is None else self.inner.check(value)

    def parse(self, text: str) -> T | None:
        """Read `auto` or what the inner value reads."""
        return None if text.strip() == "auto" else self.inner.parse(text)

    def format(self, value: T | None) -> str:
        """Write `auto` or what the inner value writes."""
        return "auto" if value is None else self.inner.format(value)

    def to_json(self, value: T | None) -> Any:
        """Return null for auto."""
        return None if value is None else self.inner.to_json(value)


class State:
    """An object made of declared values, with one signal for all of them."""

    _declared: ClassVar[dict[str, Value[Any]]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Value)}
        cls._declared = {**cls._declared, **own}

    def __init__(self, **values: Any) -> None:
        self.changed = Signal()
        self.update(values)

    @classmethod
    def values(cls) -> Iterator[Value[Any]]:
        """The declarations, in their order."""
        return iter(cls._declared.values())

    def as_dict(self) -> dict[str, Any]:
        """All values as JSON keeps them."""
        return {value.name: value.to_json(getattr(self, value.name)) for value in self.values()}

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several values (also from JSON). All are checked before the first is set."""
        checked = {}
        for name, value in values.items():
            if name not in self._declared:
                known = ", ".join(self._declared)
                raise InputError(f"{name!r} is no setting of {type(self).__name__.lower()}: its settings are {known}")
            checked[name] = self._declared[name].check(value)
        for name, value in checked.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Return to the defaults."""
        for value in self.values():
            setattr(self, value.name, value.default)

    def copy(self) -> Self:
        """Return another object with the same values and nobody listening."""
        return type(self)(**{value.name: getattr(self, value.name) for value in self.values()})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.as_dict().items())
        return f"{type(self).__name__}({inside})"
