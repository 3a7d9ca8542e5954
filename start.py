#!/usr/bin/env python3
"""Set DepthFusion up in this folder and start it: `python3 start.py "a tranquil forest at dawn"`.

    python3 start.py                set up, open the studio
    python3 start.py "PROMPT"       set up, generate
    python3 start.py ARGS...        set up, then `depthfusion ARGS...`
    python3 start.py ldm3d ARGS...  set up with what LDM3D needs, then `ldm3d ARGS...`: prepare, train, evaluate, plot
    python3 start.py test [--all]   set up, run linters and tests (--all: the full counts); more goes to pytest

The first start makes `.venv` here and fills it from `locks/`; every later one compares a stamp and hands over. The
standard library is all it needs, and a Python from 3.8 on can read this file and say that a newer one is wanted.
"""

import os
import sys

OLDEST = (3, 11)


def check(args):
    # type: (list[str]) -> None
    """Raise `InputError` for arguments that the program would not understand, before anything is installed for them."""
    if args[:1] == ["ldm3d"]:
        from ldm3d import cli as training

        training.check(args[1:])
    elif args[:1] != ["test"]:
        from depthfusion import cli

        cli.check(args)


def main(args):
    # type: (list[str]) -> int
    """Set up what `args` need and do them; return the exit code."""
    import subprocess

    from installer import decisions, environment, steps
    from ldm3d.errors import InputError

    try:
        wanted = decisions.wanted_by(args, sys.platform, os.environ)
        if any(environment.lacks(environment.read_stamp(), wanted)):
            check(args)
            environment.set_up(wanted)
        if args[:1] == ["test"]:
            from installer import checks

            return checks.run(args[1:])
    except InputError as error:
        steps.say(f"error: {error}")
        return InputError.exit_code
    except decisions.Stop as stop:
        steps.say(f"error: {stop}")
        return stop.code
    except OSError as error:
        place = error.filename or environment.ROOT
        steps.say(f"error: {place} could not be set up ({error.strerror}); make room, or clone to a folder of your own")
        return decisions.MACHINE
    except KeyboardInterrupt:
        steps.say("\ninterrupted; the next start repairs what is unfinished")
        return decisions.INTERRUPTED
    os.environ["PYTHONSAFEPATH"] = "1"  # files of the working folder must hide no module, in workers too
    command = decisions.program(environment.PYTHON, args)
    if decisions.replaces_itself(sys.platform):
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        return steps.wait_for(process)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        text = "error: DepthFusion needs Python {}.{} or newer, and this is {}.{}; start it with a newer one\n"
        sys.stderr.write(text.format(*OLDEST, *sys.version_info))
        sys.exit(3)
    sys.exit(main(sys.argv[1:]))
