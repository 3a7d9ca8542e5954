"""Contexts: a core profile of 3.3, or one sentence."""

from __future__ import annotations

import subprocess
import sys

import moderngl
import pytest

from depthfusion.errors import MachineError
from depthfusion.render import context as contexts


def test_a_standalone_context_draws_without_a_display(context):
    assert context.version_code >= 330


@pytest.mark.parametrize(("platform", "asked"), [("linux", {"backend": "egl"}), ("win32", {}), ("darwin", {})])
def test_each_platform_s_way(platform, asked):
    assert contexts.backend_for(platform) == asked


def test_no_opengl_is_one_sentence_with_a_remedy(monkeypatch):
    def fail(**_):
        raise RuntimeError("libEGL.so not\nloaded")

    monkeypatch.setattr(moderngl, "create_context", fail)
    with pytest.raises(MachineError, match=r"^OpenGL 3\.3 cannot be used here \(libEGL\.so not loaded\): install .*$"):
        contexts.standalone()


def test_too_old_a_context_is_one_sentence():
    # Mesa can pretend to be older, and only at the start of a process.
    code = (
        "from depthfusion.render import context\nfrom depthfusion.errors import MachineError\n"
        "try:\n    context.standalone()\nexcept MachineError as error:\n    print(error)\n"
    )
    environment = {"MESA_GL_VERSION_OVERRIDE": "3.2", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("OpenGL 3.3 cannot be used here")


def test_the_one_place_that_makes_contexts():
    from pathlib import Path

    import depthfusion

    package = Path(depthfusion.__file__).parent
    makers = ("create_context", "create_standalone_context", "init_context", "get_context()")
    users = {p.name for p in package.rglob("*.py") if any(word in p.read_text("utf-8") for word in makers)}
    assert users == {"context.py"}
