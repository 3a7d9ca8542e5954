"""What is said of long work, and when."""

from __future__ import annotations

import io

import pytest

from ldm3d.progress import Progress, duration


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_how_much_at_what_pace_and_how_long_still() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(100, "training", stream=stream, clock=clock)
    clock.now += 5
    progress.advance(20, loss=0.123456, rate=1e-05)
    assert progress.line() == "training 20/100 (20 %), 4/s, 20 s left, loss 0.1235, rate 1e-05"
    clock.now += 10
    progress.advance(1, loss="nan")
    assert progress.line() == "training 21/100 (21 %), 1.4/s, 56 s left, loss nan, rate 1e-05"


def test_slow_work_is_told_by_the_seconds_each_takes() -> None:
    clock = Clock()
    progress = Progress(10, "estimating", stream=io.StringIO(), clock=clock)
    clock.now += 8
    progress.advance(2)
    assert progress.line() == "estimating 2/10 (20 %), 4 s each, 32 s left"


def test_what_was_done_before_a_resume_counts_for_no_pace() -> None:
    clock = Clock()
    progress = Progress(1000, "training", done=900, stream=io.StringIO(), clock=clock)
    assert progress.line() == "training 900/1000 (90 %)"
    clock.now += 10
    progress.advance(20)
    assert progress.line() == "training 920/1000 (92 %), 2/s, 40 s left"


def test_the_pace_is_that_of_the_last_minute() -> None:
    clock = Clock()
    progress = Progress(1000, "x", stream=io.StringIO(), clock=clock)
    clock.now += 100  # loading
    for _ in range(200):
        clock.now += 1
        progress.advance(2)
    assert "2/s, 5 min 00 s left" in progress.line()


def test_a_terminal_has_one_line_that_is_written_over() -> None:
    clock, stream = Clock(), Terminal()
    with Progress(3, "x", stream=stream, clock=clock) as progress:
        for _ in range(3):
            clock.now += 1
            progress.advance()
        progress.say("a picture was skipped")
    lines = stream.getvalue().split("\r")
    assert [line.rstrip() for line in lines[1:5]] == ["x 1/3 (33 %), 1/s, 2 s left", "x 2/3 (66 %), 1/s, 1 s left",
                                                     "x 3/3 (100 %), 1/s", ""]  # fmt: skip
    assert lines[5] == "a picture was skipped\n"
    assert lines[-1].rstrip(" ") == "x 3/3 (100 %), 1/s\n"


def test_elsewhere_a_line_comes_now_and_then_and_at_the_end() -> None:
    clock, stream = Clock(), io.StringIO()
    with Progress(100, "x", stream=stream, clock=clock) as progress:
        for _ in range(100):
            clock.now += 0.5
            progress.advance()
    said = [line.split(" (")[0] for line in stream.getvalue().splitlines()]
    assert said == ["x 1/100", "x 21/100", "x 41/100", "x 61/100", "x 81/100", "x 100/100"]


def test_quiet_work_says_only_what_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2, "x", quiet=True) as progress:
        progress.advance()
        progress.say("left out: y")
    assert capsys.readouterr() == ("", "left out: y\n")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599.4, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (86399, "1 d 0 h"),
        (100_000, "1 d 4 h"),
    ],
)
def test_times_are_told_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
