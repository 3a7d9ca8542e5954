"""`ldm3d`: prepare data, train both stages, plot and evaluate them.

Every room declares its commands in a module `command` with the standard library alone; what is heavy is imported when a
command runs. Errors and exit codes are those of `depthfusion`: 0 done, 2 the input was wrong, 3 the machine could not,
1 a defect (its traceback stands on the error stream), 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from ldm3d.arguments import Parser
from ldm3d.data import command as data
from ldm3d.errors import InputError, MachineError
from ldm3d.evaluation import command as evaluation
from ldm3d.training import command as training

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (those of the process by default) and return its exit code.

    A command that is interrupted may raise `KeyboardInterrupt` with a sentence that says how to go on.
    """
    _answer_signals()
    try:
        namespace = parse(sys.argv[1:] if arguments is None else arguments)
        namespace.run(namespace)
        sys.stdout.flush()
    except (InputError, MachineError) as error:
        _say(f"error: {_in_one_line(str(error))}")
        return error.exit_code
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and type(error).__name__ != "OutOfMemoryError":  # torch's, of a device
            raise
        _say("error: there is not enough memory for this; choose a smaller size or batch, or close other programs")
        return MachineError.exit_code
    except KeyboardInterrupt as interrupt:
        _say(f"interrupted; {_in_one_line(str(interrupt)) or 'the same command goes on from what is whole'}")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return MachineError.exit_code
    return 0


def check(arguments: Sequence[str]) -> None:
    """Raise `InputError` for arguments that cannot be understood; print the help and exit where it is asked for.

    Needs the standard library alone, so that a slip is told before anything is installed.
    """
    parse(arguments)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what `arguments` ask for; `run` of it is called with it.

    Raises:
        InputError: they cannot be understood.
    """
    parser, commands = _parser()
    namespace, unknown = parser.parse_known_args(arguments)
    if unknown:
        words = [word for word in arguments[:1] if word in commands.choices]
        parser.prog = " ".join([parser.prog, *words])
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return namespace


def _parser() -> tuple[Parser, argparse._SubParsersAction[Parser]]:
    parser = Parser(prog="ldm3d", description="Prepare RGBD data, train LDM3D on it, and measure what was trained.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for room in (data, training, evaluation):
        room.add(commands)
    return parser, commands


def _answer_signals() -> None:
    """Let a polite kill and a closed terminal end a command as Ctrl-C does; `nohup` stays what it is."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _in_one_line(sentence: str) -> str:
    """Return a sentence with its line breaks and other control characters, as a file's name may have, written out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in sentence)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
