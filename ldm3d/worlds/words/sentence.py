"""From marks to a scene: what is wished for, what is wished away, and the account of every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import ldm3d.worlds.words.tables as tables
from ldm3d.worlds.places import Place, registry
from ldm3d.worlds.spec import DEFAULT_PLACE, DEFAULT_TIME, DEFAULT_WEATHER, Mood, SceneSpec
from ldm3d.worlds.words.bind import bind, describes, modifies
from ldm3d.worlds.words.grammar import STOP_WORDS
from ldm3d.worlds.words.marks import Mark
from ldm3d.worlds.words.mentions import Stand, shown_by, stand
from ldm3d.worlds.words.moods import MOOD_WEATHER, MOODS
from ldm3d.worlds.words.reading import Reading
from ldm3d.worlds.words.wishes import FLEETING, Wishes

_BESIDE_NOTHING = frozenset(("stop", "relation", "next", "negation", "far", "figure"))
_GO_ON = tables.singles("or nor oder o ni noch")


def read(marks: Sequence[Mark]) -> tuple[SceneSpec, Reading]:
    """The scene that the marks of a prompt describe, and how each of them was read."""
    marks = _settled(marks)
    reading = Reading(marks)
    without, clear = _negations(reading)
    lone, lone_at = _lone(reading)
    where = stand(marks, frozenset(reading.negated), frozenset(lone_at))
    place = registry()[where.place or DEFAULT_PLACE]
    _say_places(reading, where, place)
    if where.place is None:
        reading.assumed.append(DEFAULT_PLACE)
    time, weather = _time_and_weather(reading, clear)
    wishes = Wishes(reading, place, where)
    wishes.seasons(weather)
    wishes.amounts()
    wishes.waves()
    wishes.colours()
    own, others = wishes.made(lone, tuple(dict.fromkeys(without)))
    for at, mark in reading.each("moons"):
        own = replace(own, moons=int(mark["moons"]))
        reading.say(at, f"{mark['moons']} moons")
    spec = SceneSpec(place.name, time, weather, own, others, _mood(reading))
    _say_rest(reading, place)
    return spec, reading


def _settled(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, with "white snow" lying on the ground: only snow without a colour falls."""
    settled = list(marks)
    for at, mark in enumerate(marks):
        if at and mark.means.get("thing") == "snow" and "weather" in mark and "colour" in marks[at - 1]:
            means = {slot: meaning for slot, meaning in mark.means.items() if slot != "weather"}
            settled[at] = replace(mark, means=means | {"season": "winter"})
    return settled


def _negations(reading: Reading) -> tuple[list[str], bool]:
    """Follow every "no" and "without" to what it takes away; say whether that makes the sky clear."""
    marks, without, clear = reading.marks, [], False
    for at, mark in enumerate(marks):
        if "without" in mark:
            without.append(mark["without"])
            reading.say(at, f"no {mark['without']}")
            clear = clear or mark["without"] == "clouds"
        if "negation" not in mark:
            continue
        for target in _denied(marks, at):
            reading.negated.add(target)
            denied = marks[target]
            if "weather" in denied and denied["weather"] not in ("clear", "snow"):
                clear = True
                reading.say(target, "clear")
            elif denied.means.get("weather") == "clear":
                reading.say(target, "cloudy")
            if "thing" in denied and denied["thing"] != "clouds":
                without.append(denied["thing"])
                reading.say(target, f"no {denied['thing']}")
            elif "place" in denied:
                reading.say(target, f"no {denied['place']}")
    return without, clear


def _denied(marks: Sequence[Mark], at: int) -> list[int]:
    """Indices of what a negation takes away: "no people", "without any tall trees or houses"."""
    found: list[int] = []
    last = at
    for j in range(at + 1, min(at + 12, len(marks))):
        mark = marks[j]
        joins = mark.key in _GO_ON or (
            mark.key in ("and", "und", "y") and found and j + 1 < len(marks) and "thing" in marks[j + 1]
        )
        if (mark.breaks and not (found and _listed(marks, j))) or "negation" in mark:
            break
        if joins or (not found and (mark.unknown or "stop" in mark)) or (modifies(mark) and j + 1 < len(marks)):
            last = j
            continue
        if {"weather", "thing", "place", "time", "hint"} & mark.means.keys() and (not found or last == j - 1):
            found.append(j)
            follows = marks[j + 1].key in _GO_ON | {"and", "und", "y"} if j + 1 < len(marks) else False
            if not (follows or _listed(marks, j + 1)):
                break
            last = j
            continue
        break
    if not found and at + 1 < len(marks) and modifies(marks[at + 1]) and not marks[at + 1].breaks:
        found.append(at + 1)
    return found


def _listed(marks: Sequence[Mark], at: int) -> bool:
    """Whether a thing after a comma goes on a list that ends in "or": "no people, cars or trees"."""
    while at < len(marks) and "thing" in marks[at]:
        at += 1
        if at < len(marks) and marks[at].key in _GO_ON:
            return True
    return False


def _lone(reading: Reading) -> tuple[str | None, set[int]]:
    """The thing of which a single one stands alone, and the marks that say it."""
    for at, _ in reading.each("lone"):
        bound = bind(reading.marks, at, lambda mark: bool({"thing", "place"} & mark.means.keys()))
        if bound.at is None:
            continue
        noun = reading.marks[bound.at]
        if "thing" in noun and noun["thing"] not in FLEETING:
            reading.say(at, f"alone: {noun['thing']}")
            reading.say(bound.at, f"alone: {noun['thing']}")
            return noun["thing"], {bound.at}
        reading.lost.add(at)
    return None, set()


def _say_places(reading: Reading, where: Stand, place: Place) -> None:
    for at, mark in enumerate(reading.marks):
        if where.place is None or at in reading.negated:
            continue
        if mark.means.get("hint" if where.primary is None else "place") == place.name:
            reading.say(at, place.name)
    for mention in where.others:
        for at, mark in enumerate(reading.marks):
            if mark.means.get("place") == mention.place and at not in reading.negated and at not in reading.said:
                reading.say(at, mention.place if mention.relation == "with" else f"{mention.place} {mention.relation}")


def _time_and_weather(reading: Reading, clear: bool) -> tuple[str, str]:
    """The first time named, else what is hinted at; the weather that says most, else what a mood brings."""
    named = list(reading.each("weather"))
    rank = tables.WEATHER_RANK
    weather = max((mark["weather"] for _, mark in named), key=lambda w: rank[w], default=None)
    if weather is None:
        brought: list[str] = []
        for at, mark in reading.each("mood"):
            if mark["mood"] in MOOD_WEATHER:
                brought.append(MOOD_WEATHER[mark["mood"]])
                reading.say(at, brought[0])
        sunless = any("cloudy" in said for said in reading.said.values())
        weather = brought[0] if brought else "clear" if clear else "cloudy" if sunless else None
        if weather is None:
            reading.assumed.append(DEFAULT_WEATHER)
    for at, mark in named:
        if mark["weather"] == weather:
            reading.say(at, mark["weather"])
    hints = [mark["time hint"] for _, mark in reading.each("time hint")]
    first = next((mark["time"] for _, mark in reading.each("time")), None)
    time = first or tables.WEATHER_TIME.get(weather or "") or (hints[0] if hints else None)
    if time is None:
        reading.assumed.insert(len(reading.assumed) - (weather is None), DEFAULT_TIME)
    for slot in ("time", "time hint"):
        for at, mark in reading.each(slot):
            if mark[slot] == time:
                reading.say(at, mark[slot])
    return time or DEFAULT_TIME, weather or DEFAULT_WEATHER


def _mood(reading: Reading) -> Mood:
    moods: dict[str, Mood] = {}
    for at, mark in reading.each("mood"):
        moods[mark["mood"]] = MOODS[mark["mood"]]
        reading.say(at, mark["mood"])
    return reduce(Mood.__and__, moods.values(), Mood())


def _say_rest(reading: Reading, place: Place) -> None:
    """Things that stand in the place anyway, and hints at it."""
    for at, mark in enumerate(reading.marks):
        if at not in reading.said and at not in reading.negated and mark.means.get("shown") and shown_by(place, mark):
            reading.say(at, mark.key)
        elif at not in reading.said and mark.means.get("hint") == place.name and at not in reading.negated:
            reading.say(at, place.name)


def silent(mark: Mark) -> bool:
    """Whether a mark needs no account: it has no content of its own."""
    if mark.key in STOP_WORDS or mark.key.endswith(" of"):
        return True
    return bool(_BESIDE_NOTHING & mark.means.keys()) and not describes(mark)
