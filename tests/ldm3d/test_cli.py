"""`ldm3d` as a shell sees it: real processes, codes, streams."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ldm3d import arguments, cli
from ldm3d.errors import InputError, MachineError

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ldm3d", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_commands_are_those_of_the_rooms() -> None:
    assert list(cli._parser()[1].choices) == ["prepare", "train", "plot", "evaluate"]


def test_help_needs_the_standard_library_alone() -> None:
    script = (
        "import sys; from ldm3d import cli\n"
        "for words in (['--help'], *([name, '--help'] for name in cli._parser()[1].choices)):\n"
        "    try: cli.main(words)\n"
        "    except SystemExit as end: assert end.code == 0, words\n"
        "own = {name.split('.')[0] for name in sys.modules} - {'ldm3d', '__main__', '_distutils_hack'}\n"
        "print('\\n' + ' '.join(sorted(own - set(sys.stdlib_module_names))))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""


def test_every_option_says_what_it_is_for() -> None:
    def check(parser: argparse.ArgumentParser) -> None:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    check(inner)
            elif action.option_strings:
                assert action.help, f"{parser.prog} {action.option_strings}"

    check(cli._parser()[0])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "the following arguments are required: COMMAND; 'ldm3d --help' lists what there is"),
        (["prepair"], "argument COMMAND: invalid choice: 'prepair' (choose from "),
        (["prepare"], "the following arguments are required: SOURCE, -o/--output; 'ldm3d prepare --help' lists what"),
        (["prepare", "x", "-o", "y", "--nonsense"], "unrecognized arguments: --nonsense; 'ldm3d prepare --help' lists"),
        (["prepare", "x", "-o", ""], "the name of a file '' is empty: name a file"),
        (["prepare", "x", "-o", "y", "--size", "512"], "'512' is no size; write width and height as in 512x512"),
        (
            ["prepare", "x", "-o", "y", "--size", "500x512"],
            "the size 500x512 cannot be trained on; take multiples of 8",
        ),
        (["prepare", "x", "-o", "y", "--workers", "0"], "'0' is out of range; give a whole number from 1 to 256"),
        (["prepare", "x", "-o", "y", "--shard-size", "many"], "'many' is out of range; give a whole number from 1 to"),
    ],
)
def test_a_slip_is_one_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}"):
        cli.check(words)
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {sentence}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (InputError("a\nb is wrong"), 2, "error: a\\nb is wrong\n"),
        (MachineError("no disk"), 3, "error: no disk\n"),
        (MemoryError(), 3, "error: there is not enough memory for this; choose a smaller size or batch"),
        (
            KeyboardInterrupt("step 7 is saved; --resume goes on"),
            130,
            "interrupted; step 7 is saved; --resume goes on\n",
        ),
        (KeyboardInterrupt(), 130, "interrupted; the same command goes on from what is whole\n"),
    ],
)
def test_how_a_command_ends_is_its_code(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(namespace: argparse.Namespace) -> None:
        raise raised

    monkeypatch.setattr(cli, "parse", lambda words: argparse.Namespace(run=ends))
    assert cli.main([]) == code
    assert capsys.readouterr().err.startswith(said)


def test_a_devices_memory_that_does_not_do_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    def ends(namespace: argparse.Namespace) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(cli, "parse", lambda words: argparse.Namespace(run=ends))
    assert cli.main([]) == 3
    assert "not enough memory" in capsys.readouterr().err


def test_a_defect_shows_its_traceback_and_ends_with_one() -> None:
    script = "from ldm3d import cli; cli.parse = lambda words: 1 / 0; cli.main([])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_the_module_runs_as_a_program() -> None:
    done = run("prepare", "worlds:0", "-o", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: 'worlds:0' names no worlds; write worlds:COUNT or worlds:COUNT:SEED")
    assert run("--help").returncode == 0


@pytest.mark.parametrize(("text", "size"), [("512x512", (512, 512)), ("1024X512", (1024, 512)), ("16×24", (16, 24))])
def test_sizes_are_read(text: str, size: tuple[int, int]) -> None:
    assert arguments.size(text) == size
