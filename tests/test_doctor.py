"""`depthfusion doctor`: each verdict from its facts, and the facts from a machine that is really asked."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from depthfusion import doctor
from depthfusion.doctor import check, facts, places, verdicts
from depthfusion.doctor.check import Check

GIB = 1 << 30
LLVMPIPE = "llvmpipe (LLVM 15.0.6, 256 bits)"
RTX = "NVIDIA GeForce RTX 4080, driver 580.65.06, 16376 MiB"


# What is shown


def test_findings_are_aligned_with_the_remedy_below() -> None:
    shown = check.text([Check("Python", "ok", "3.11"), Check("Display", "missing", "none", "log in")])
    assert shown.splitlines() == [
        "✓ Python   3.11",
        "✗ Display  none",
        "           → log in",
        "",
        "1 work, 0 with limits, 1 missing.",
    ]


def test_a_terminal_without_the_signs_gets_letters() -> None:
    shown = check.text([Check("Disk", "limited", "in Größe", "free some")], "ascii")
    assert shown.splitlines()[:2] == ["! Disk  in Gr??e", "        > free some"]
    assert check.text([Check("Disk", "ok", "x")], "latin-1").splitlines()[0] == "+ Disk  x"


def test_long_findings_wrap_below_themselves() -> None:
    lines = check.text([Check("Encoders", "ok", "word " * 60)], width=60).splitlines()[:-2]
    assert all(len(line) <= 60 for line in lines)
    assert all(line.startswith(" " * 12 + "word") for line in lines[1:])


def test_json_says_the_same() -> None:
    told = json.loads(check.as_json([Check("Disk", "limited", "in Größe", "free some")]))
    assert told == [{"name": "Disk", "state": "limited", "finding": "in Größe", "remedy": "free some"}]


# Verdicts


@pytest.mark.parametrize(
    ("verdict", "state", "words"),
    [
        (verdicts.python("3.11.7", "Linux x86_64", "/usr/bin/python3", 64), "ok", "3.11.7"),
        (verdicts.python("3.11.7", "Windows x86", "python.exe", 32), "missing", "64-bit"),
        (verdicts.opengl({"renderer": LLVMPIPE, "version": "4.5", "texture": 16384, "samples": 4}), "ok", "16384"),
        (verdicts.opengl({"renderer": "old", "version": "3.3", "texture": 4096, "samples": 4}), "limited", "4096"),
        (verdicts.opengl({"error": "it crashed (signal 11)"}), "missing", "crashed"),
        (verdicts.graphics_card("NVIDIA GeForce RTX 4080/PCIe/SSE2", [RTX]), "ok", "driver 580"),
        (verdicts.graphics_card("Mesa Intel(R) UHD Graphics 620", []), "ok", "Intel"),
        (verdicts.graphics_card(LLVMPIPE, []), "limited", "processor"),
        (verdicts.graphics_card(LLVMPIPE, [RTX]), "limited", "OpenGL does not use it"),
        (verdicts.graphics_card("", []), "missing", "install a graphics driver"),
        (verdicts.memory(16 * GIB, 9 * GIB), "ok", "9.0 GiB of 16.0 GiB"),
        (verdicts.memory(16 * GIB, GIB), "limited", "close other programs"),
        (verdicts.memory(16 * GIB, None), "ok", "16.0 GiB"),
        (verdicts.memory(None, None), "ok", "does not tell"),
        (verdicts.disk(Path("/pictures"), 300 * GIB, True), "ok", "300 GiB free"),
        (verdicts.disk(Path("/pictures"), GIB // 2, True), "limited", "free some space"),
        (verdicts.disk(Path("/pictures"), 300 * GIB, False), "missing", "DEPTHFUSION_HOME"),
        (verdicts.ffmpeg("/x/ffmpeg", "9.0.2"), "ok", "9.0.2"),
        (verdicts.ffmpeg("/x/ffmpeg", None), "missing", "/x/ffmpeg does not run"),
        (verdicts.ffmpeg("", None, "it was not found"), "missing", "not found"),
        (verdicts.encoders({"libx264": "", "libx265": "", "h264_nvenc": "no"}), "ok", "not working here: h264_nvenc"),
        (verdicts.encoders({"h264_videotoolbox": "", "hevc_videotoolbox": ""}), "ok", "h264_videotoolbox"),
        (verdicts.encoders({"libx264": "", "libx265": "no"}), "missing", "nothing writes HEVC"),
        (verdicts.encoders({}), "missing", "nothing writes H.264 or HEVC"),
        (verdicts.torch({}, False), "missing", "not installed"),
        (verdicts.torch({"error": "OSError: libcudart"}, False), "missing", "libcudart"),
        (verdicts.torch({"version": "2.13.0+cpu", "device": "cpu", "name": "2 threads"}, False), "limited", "minutes"),
        (verdicts.torch({"version": "2.13.0+cpu", "device": "cpu", "name": "2 threads"}, True), "limited", "cu130"),
        (verdicts.torch({"version": "2.13.0+cu130", "device": "cuda", "name": "RTX"}, True), "ok", "cuda (RTX)"),
        (verdicts.parts([], can_install=True), "ok", "its packages are installed"),
        (verdicts.parts(["torch", "diffusers"], can_install=True), "missing", "torch, diffusers; sketch needs none"),
        (verdicts.parts(["torch"], can_install=False), "missing", 'pip install "depthfusion[ldm3d]"'),
        (verdicts.checkpoints({}, Path("/hub")), "missing", "none in /hub"),
        (verdicts.checkpoints({"Intel/ldm3d-pano": ""}, Path("/hub")), "ok", "Intel/ldm3d-pano"),
        (verdicts.checkpoints({"Intel/ldm3d-4c": "unet is not complete"}, Path("/hub")), "limited", "unet is not"),
        (verdicts.headset("", "", "", ""), "missing", "no OpenXR or OpenVR"),
        (verdicts.headset("Monado", "", "", ""), "ok", "OpenXR: Monado"),
        (verdicts.headset("Monado", "lib.so is not there", "/steamvr", ""), "ok", "but lib.so is not there"),
        (verdicts.headset("Monado", "lib.so is not there", "", ""), "limited", "registers itself anew"),
        (verdicts.display("linux", "", "", False), "missing", "studio cannot open"),
        (verdicts.display("linux", ":0", "", False), "missing", "does not answer"),
        (verdicts.display("linux", ":0", "wayland-0", True), "ok", "Wayland wayland-0 and X11 :0"),
        (verdicts.display("win32", "", "", False), "ok", "Windows"),
    ],
)
def test_verdict(verdict: Check, state: str, words: str) -> None:
    assert verdict.state == state
    assert words in f"{verdict.finding} {verdict.remedy}"
    assert bool(verdict.remedy) or state == "ok"


@pytest.mark.parametrize(
    ("renderer", "expected"),
    [
        (LLVMPIPE, True),
        ("ANGLE (Google, Vulkan 1.3 (SwiftShader Device (LLVM 10.0.0)))", True),
        ("Microsoft Basic Render Driver", True),
        ("GDI Generic", True),
        ("NVIDIA GeForce RTX 4080/PCIe/SSE2", False),
        ("Apple M2", False),
        ("AMD Radeon RX 7800 XT (radeonsi, navi32, LLVM 17.0.6)", False),
    ],
)
def test_drawing_by_the_processor_is_recognised(renderer: str, expected: bool) -> None:
    assert verdicts.software(renderer) is expected


# Facts


def test_only_encoders_that_are_listed_and_of_use_are_tried() -> None:
    listed = (
        " V....D libx264              libx264 H.264 (codec h264)\n"
        " V....D libx264rgb           libx264 H.264 RGB (codec h264)\n"
        " V..... libsvtav1            SVT-AV1 (codec av1)\n"
        " V....D hevc_videotoolbox    VideoToolbox H.265 Encoder (codec hevc)\n"
        " V....D av1_nvenc            NVIDIA NVENC av1 encoder (codec av1)\n"
        " V..... mpeg4                MPEG-4 part 2\n"
        " A....D aac                  AAC\n"
    )
    assert facts.listed_encoders(listed) == ["libx264", "libsvtav1", "hevc_videotoolbox", "av1_nvenc"]


def test_an_encoder_counts_only_when_it_encodes() -> None:
    path, _ = facts.ffmpeg()
    assert facts.tried(path, "libx264") == ""
    assert facts.tried(path, "libx265") == ""
    assert "no_such_encoder" in facts.tried(path, "no_such_encoder") or facts.tried(path, "no_such_encoder")


def test_an_ffmpeg_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    assert facts.ffmpeg_version(str(broken)) is None
    broken.chmod(0o755)
    assert facts.ffmpeg_version(str(broken)) is None
    assert facts.ffmpeg_version(facts.ffmpeg()[0]) is not None


def test_a_wrong_ffmpeg_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    found = {each.name: each for each in doctor.report()}
    assert found["ffmpeg"].state == "missing"
    assert "/nowhere/ffmpeg" in found["ffmpeg"].finding
    assert found["Encoders"].state == "missing"
    assert "IMAGEIO_FFMPEG_EXE" in found["Encoders"].remedy


def test_what_crashes_or_hangs_does_so_elsewhere() -> None:
    assert facts.asked("import os; os.abort()") == {"error": "it crashed (signal 6)"}
    assert facts.asked("import time; time.sleep(60)", timeout=0.5) == {"error": "no answer in 0 s"}
    assert facts.asked("raise ImportError('libcudart.so.13')") == {"error": "ImportError: libcudart.so.13"}
    assert facts.asked("print('noise'); print('{\"version\": \"1\"}')") == {"version": "1"}


def test_no_opengl_is_a_finding_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nowhere.json")
    verdict = verdicts.opengl(facts.opengl())
    assert verdict.state == "missing"
    assert "OpenGL 3.3 cannot be used here" in verdict.finding
    assert "driver" in verdict.remedy


def test_memory_is_what_the_system_says() -> None:
    assert facts.meminfo("MemTotal:  16000 kB\nMemFree: 1 kB\nMemAvailable:   9000 kB\n") == (16384000, 9216000)
    total, available = facts.memory()
    assert total is not None
    assert available is not None
    assert total <= psutil.virtual_memory().total
    assert 0 < available <= total


def test_a_display_is_there_when_its_socket_is(tmp_path: Path) -> None:
    (tmp_path / "wayland-7").touch()
    assert facts.display_answers("", "wayland-7", {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert not facts.display_answers("", "wayland-8", {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert not facts.display_answers(":65432", "", {})
    assert facts.display_answers("farhost:0.0", "", {})


# Headset runtimes


def test_an_openxr_runtime_is_found_by_its_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / ".config" / "openxr" / "1" / "active_runtime.json"
    manifest.parent.mkdir(parents=True)
    content = {"file_format_version": "1.0.0", "runtime": {"name": "Monado", "library_path": "../../lib/monado.so"}}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    elsewhere = {"XDG_CONFIG_DIRS": str(tmp_path / "none")}
    assert places.openxr(elsewhere, tmp_path, "linux") == (
        f"Monado ({manifest})",
        "../../lib/monado.so is not there",
    )
    library = tmp_path / ".config" / "lib" / "monado.so"
    library.parent.mkdir()
    library.touch()
    assert places.openxr(elsewhere, tmp_path, "linux") == (f"Monado ({manifest})", "")

    named = tmp_path / "other.json"
    named.write_text('{"runtime": {"library_path": "libopenxr_wivrn.so"}}', encoding="utf-8")
    told = places.openxr({"XR_RUNTIME_JSON": str(named)}, tmp_path, "linux")
    assert told == (f"libopenxr_wivrn.so ({named})", "")
    named.write_text("{", encoding="utf-8")
    assert places.openxr({"XR_RUNTIME_JSON": str(named)}, tmp_path, "linux") == (str(named), "it names no library")


def test_an_openvr_runtime_is_found_in_its_registry(tmp_path: Path) -> None:
    registry = tmp_path / "registry.vrpath"
    environ = {"VR_PATHREG_OVERRIDE": str(registry)}
    assert places.openvr(environ, tmp_path, "linux") == ("", "")
    registry.write_text(json.dumps({"runtime": [str(tmp_path)], "version": 1}), encoding="utf-8")
    assert places.openvr(environ, tmp_path, "linux") == (str(tmp_path), "")
    registry.write_text(json.dumps({"runtime": ["/nowhere"]}), encoding="utf-8")
    assert places.openvr(environ, tmp_path, "linux") == ("/nowhere", "its folder is not there")
    registry.write_text("[]", encoding="utf-8")
    assert places.openvr(environ, tmp_path, "linux") == (str(registry), "it names no runtime")


def test_the_openvr_registry_has_its_place_on_each_system() -> None:
    home = Path("/home/ada")
    name = "openvrpaths.vrpath"
    assert places.openvr_registry({}, home, "linux") == home / ".config/openvr" / name
    assert places.openvr_registry({}, home, "darwin") == home / "Library/Application Support/OpenVR/.openvr" / name
    assert places.openvr_registry({"LOCALAPPDATA": "/app"}, home, "win32") == Path("/app/openvr") / name


# The whole


def test_the_report_looks_at_everything_here() -> None:
    before = set(sys.modules)
    found = {each.name: each for each in doctor.report()}
    assert list(found) == [
        "Python", "OpenGL", "Graphics card", "Memory", "Disk", "ffmpeg", "Encoders", "LDM3D", "PyTorch",
        "Checkpoints", "Headset", "Display",
    ]  # fmt: skip
    assert found["OpenGL"].state != "missing", found["OpenGL"]
    assert {"libx264", "libx265"} <= set(found["Encoders"].finding.partition(";")[0].replace(",", "").split())
    assert "torch" not in set(sys.modules) - before
    if importlib.util.find_spec("torch"):
        assert found["PyTorch"].finding.startswith(importlib.metadata.version("torch"))
    else:
        assert found["PyTorch"].state == "missing"


def test_the_command_ends_with_0_whatever_it_finds() -> None:
    command = [sys.executable, "-m", "depthfusion", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert {each["state"] for each in json.loads(done.stdout)} <= {"ok", "limited", "missing"}
