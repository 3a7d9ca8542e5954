"""What a prompt was understood as: the scene's specification and the account of every word."""

from __future__ import annotations

from dataclasses import dataclass

TIMES = ("dawn", "morning", "noon", "afternoon", "sunset", "night")
WEATHERS = ("clear", "cloudy", "foggy")
DEFAULT_PLACE, DEFAULT_TIME, DEFAULT_WEATHER = "meadow", "morning", "clear"


@dataclass(frozen=True)
class SceneSpec:
    """What is to be built: a registered place's name, one of `TIMES`, one of `WEATHERS`."""

    place: str = DEFAULT_PLACE
    time: str = DEFAULT_TIME
    weather: str = DEFAULT_WEATHER


@dataclass(frozen=True)
class Understanding:
    """A scene and how its prompt led to it.

    Attributes:
        spec: what will be built.
        understood: (word or phrase as written, what it means here), in the prompt's order.
        ignored: content words that changed nothing, in the prompt's order, each once.
        assumed: what the prompt did not name and was chosen by default, such as ("clear",).
    """

    spec: SceneSpec
    understood: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The place's registered name."""
        return self.spec.place

    @property
    def time(self) -> str:
        """The time of day, one of `TIMES`."""
        return self.spec.time

    @property
    def weather(self) -> str:
        """The weather, one of `WEATHERS`."""
        return self.spec.weather

    def sentence(self) -> str:
        """One line for a person: `understood: forest, dawn; assumed: clear; ignored: tranquil`."""
        meanings = list(dict.fromkeys(meaning for _, meaning in self.understood))
        parts = [f"understood: {', '.join(meanings)}" if meanings else "understood: nothing"]
        if self.assumed:
            parts.append(f"assumed: {', '.join(self.assumed)}")
        if self.ignored:
            parts.append(f"ignored: {', '.join(self.ignored)}")
        return "; ".join(parts)
