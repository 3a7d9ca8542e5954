"""Shaders as text: includes by name, each once; constants after the version."""

from __future__ import annotations

import pytest

from depthfusion import resources
from depthfusion.render.shaders import source


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.glsl").write_text('#include "b.glsl"\nfloat a;\n')
    (tmp_path / "b.glsl").write_text("float b;\n")
    return tmp_path


def test_an_include_becomes_the_file_s_text_once_where_it_is_first_named(folder):
    (folder / "main.frag").write_text('#version 330 core\n#include "a.glsl"\n#include "b.glsl"\nvoid main() {}\n')
    assert source("main.frag", folder=folder) == "#version 330 core\nfloat b;\nfloat a;\nvoid main() {}\n"


def test_constants_follow_the_version(folder):
    (folder / "main.frag").write_text("#version 330 core\nvoid main() {}\n")
    text = source("main.frag", {"PARTS": 2, "EYES": 1}, folder)
    assert text.splitlines()[:3] == ["#version 330 core", "#define PARTS 2", "#define EYES 1"]


@pytest.mark.parametrize(
    "line", ['#include "missing.glsl"', "#include <a.glsl>", "#include a.glsl", '#include "../a.glsl"', "#include"]
)
def test_anything_else_is_a_defect(folder, line):
    (folder / "main.frag").write_text(f"#version 330 core\n{line}\n")
    with pytest.raises(ValueError, match=r"main\.frag, line 2"):
        source("main.frag", folder=folder)


def test_every_shader_asks_for_opengl_3_3_and_leaves_no_include():
    files = [path for path in resources.shaders().iterdir() if path.suffix in {".vert", ".frag"}]
    assert len(files) >= 4
    for path in files:
        text = source(path.name)
        assert text.startswith("#version 330 core\n")
        assert "#include" not in text
        assert text.count("#version") == 1


def test_each_formula_has_one_home():
    texts = [path.read_text() for path in resources.shaders().iterdir() if path.is_file()]
    for definition in ("vec3 direction_of(", "vec2 uv_of(", "float radius_of(", "vec3 to_srgb(", "float depth_at("):
        assert sum(definition in text for text in texts) == 1
