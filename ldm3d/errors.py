"""The two errors that a person can do something about.

Everything else that is raised is a defect of the program and is shown with its traceback.
"""

from __future__ import annotations


class InputError(Exception):
    """What was asked for is wrong: a value, a file, an option. The program ends with code 2.

    The message is one sentence that names the value, the reason and the remedy. It is raised where the input is read
    and nowhere else: code that merely computes may assume that its input is right.
    """

    exit_code = 2


class MachineError(Exception):
    """What was asked for is right, but this machine cannot do it: disk, memory, OpenGL, network, ffmpeg. Code 3.

    The message is one sentence that names what failed, the reason and the remedy.
    """

    exit_code = 3
