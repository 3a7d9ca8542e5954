"""The command line as a shell sees it: real processes, codes, streams and files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import depthfusion
from depthfusion import cli, panorama

HEAVY = {"torch", "diffusers", "transformers", "scipy", "moderngl", "PySide6", "OpenEXR", "imageio_ffmpeg"}
SMALL = ("--size", "128x64", "--seed", "1")


def environment(**more: str) -> dict[str, str]:
    desktop = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}  # the last may be set by the tests of widgets
    kept = {name: value for name, value in os.environ.items() if name not in desktop}
    return {**kept, "PYTHONPATH": str(Path(depthfusion.__file__).parent.parent), **more}


def run(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "depthfusion", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=300, check=False
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of stderr, having checked that it is the only complaint."""
    lines = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    assert "usage:" not in done.stderr
    assert [line for line in lines if line.startswith("error: ")] == lines[-1:]
    return lines[-1]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a world")
    made = run("generate", "a meadow at noon", "-o", "world.png", *SMALL, folder=folder)
    assert made.returncode == 0, made.stderr
    assert made.stdout.split() == ["world.png", "world.depth.png"]
    return folder / "world.png"


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from depthfusion import cli\ntry: cli.main(sys.argv[1:])\nexcept SystemExit: pass\n"
    for command in ([], ["generate"], ["import"], ["still"], ["video"], ["doctor"], ["studio"]):
        script = code + "print('\\n' + ' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
        done = subprocess.run(
            [sys.executable, "-c", script, *command, "--help"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "usage: depthfusion" in done.stdout
        assert not HEAVY & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["generat"], "'generat' is no command: did you mean 'generate'?"),
        (["vidoe", "x"], "did you mean 'video'?"),
        (["--fov", "90"], "invalid choice|unrecognized"),
        (["generate", "", "-o", "x.png"], "the prompt is empty"),
        (["generate", "a forest"], "required: -o/--output"),
        (["generate", "a forest", "-o", "x.png", "--engine", "dalle"], "engine 'dalle' is not known"),
        (["generate", "a forest", "-o", "x.png", "--seed", "-1"], "seed -1 cannot be used"),
        (["generate", "a forest", "-o", "x.png", "--size", "100x100"], "100x100 is not twice as wide as high"),
        (["generate", "a forest", "-o", "x.jpg"], r"x\.jpg.*\.png"),
        (["generate", "a forest", "-o", "no/x.png"], "its folder does not exist"),
        (["import", "missing.png", "-o", "x.png"], "missing.png"),
        (["still", "missing.png", "-o", "x.png"], "missing.png"),
        (
            ["still", "WORLD", "-o", "x.png", "--fov", "171"],
            "fov 171 cannot be used with projection perspective: choose 1 to 170 degrees",
        ),
        (["still", "WORLD", "-o", "x.png", "--position", "9,0,0"], "position 9,0,0 is 9.00 m from the centre"),
        (["still", "WORLD", "-o", "x.png", "--near", "2000"], "near 2000 m is not below far 1000 m"),
        (["still", "WORLD", "-o", "x.png", "--layout", "sbs", "--size", "101x50"], "width 101 cannot be shared"),
        (
            ["still", "WORLD", "-o", "x.png", "--layout", "tb", "--eye", "left"],
            "eye left cannot be used with layout tb",
        ),
        (["still", "WORLD", "-o", "x.xyz"], "x.xyz"),
        (["still", "WORLD", "-o", "WORLD"], "read as well"),
        (["video", "WORLD", "-o", "x.mp4", "--path", "zigzag"], "path zigzag cannot be used: choose sway, orbit"),
        (
            ["video", "WORLD", "-o", "x.mp4", "--path", "p.json", "--yaw", "3"],
            "--yaw cannot be used with path p.json",
        ),
        (["video", "WORLD", "-o", "x.mp4", "--path", "p.json"], "p.json.*no such file"),
        (["video", "WORLD", "-o", "x.mp4", "--size", "101x50"], "101"),
        (["video", "WORLD", "-o", "x.mp4", "--fps", "0"], "fps 0 cannot be used"),
        (["video", "WORLD", "-o", "x.avi"], "x.avi"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence_and_nothing_written(
    arguments: list[str], sentence: str, world: Path, tmp_path: Path
) -> None:
    before = world.read_bytes()
    done = run(*(str(world) if word == "WORLD" else word for word in arguments), folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert re.search(sentence, complaint(done)), done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert world.read_bytes() == before


def test_a_still_is_written_and_told(world: Path, tmp_path: Path) -> None:
    done = run("still", str(world), "-o", "a still.png", "--size", "96x64", "--position", "-0.1,0,0", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "a still.png\n"), done.stderr
    with Image.open(tmp_path / "a still.png") as still:
        assert (still.size, still.mode) == ((96, 64), "RGB")
        assert np.asarray(still).std() > 5


def test_import_keeps_a_picture_and_its_depth(tmp_path: Path) -> None:
    colour = np.random.default_rng(1).integers(0, 256, (32, 64, 3), np.uint8)
    depth = np.random.default_rng(2).integers(0, 65536, (16, 32), np.uint16)
    Image.fromarray(colour).save(tmp_path / "mine.tif")
    Image.fromarray(depth).save(tmp_path / "far-is-white.png")
    done = run(
        *("import", "mine.tif", "--depth", "far-is-white.png", "--invert-depth", "-o", "ours.png"), folder=tmp_path
    )
    assert (done.returncode, done.stdout.split()) == (0, ["ours.png", "ours.depth.png"]), done.stderr
    read = panorama.load(tmp_path / "ours.png")
    np.testing.assert_array_equal(read.rgb, colour)
    np.testing.assert_array_equal(read.depth, 65535 - depth)


@pytest.mark.full
def test_a_prompt_alone_makes_panorama_depth_and_stereo_video_where_there_is_no_display(tmp_path: Path) -> None:
    done = run("a tranquil forest at dawn", "--size", "512x256", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    names = ["a-tranquil-forest-at-dawn" + end for end in (".png", ".depth.png", "_SBS.mp4")]
    assert done.stdout.split() == [f"out/{name}" for name in names]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)


@pytest.mark.parametrize("arguments", [["a.png", "-o", "a.png"], ["b.png", "--depth", "a.depth.png", "-o", "a.png"]])
def test_import_never_writes_over_what_it_reads(arguments: list[str], world: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.png").write_bytes(world.read_bytes())
    (tmp_path / "a.depth.png").write_bytes(world.with_name("world.depth.png").read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    done = run("import", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert "is read and would be written as well" in complaint(done)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_doctor_speaks_json(tmp_path: Path) -> None:
    done = run("doctor", "--json", folder=tmp_path)
    assert done.returncode == 0
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["OpenGL"]["state"] == "ok"


def test_without_opengl_the_machine_is_to_blame_and_the_sentence_says_what_to_do(world: Path, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no drivers")
    done = run("still", str(world), "-o", "x.png", folder=tmp_path, __EGL_VENDOR_LIBRARY_DIRS=nowhere)
    assert done.returncode == 3, done.stderr
    assert "OpenGL" in complaint(done)
    assert list(tmp_path.iterdir()) == []


def test_without_a_display_the_studio_says_so(tmp_path: Path) -> None:
    done = run(folder=tmp_path)
    assert done.returncode == 3
    assert "the studio needs a display" in complaint(done)


def test_arguments_are_checked_with_the_standard_library_alone(tmp_path: Path) -> None:
    script = "import sys; from depthfusion import cli; cli.check(sys.argv[1:])"
    command = [sys.executable, "-S", "-c", script, "still", "x.png", "-o", "y.png"]
    for more, wrong in (([], False), (["--fov", "500"], True)):
        done = subprocess.run([*command, *more], env=environment(), capture_output=True, text=True, check=False)
        assert ("fov 500 cannot be used" in done.stderr) == wrong
        assert (done.returncode != 0) == wrong


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], ""),
        (["--engine", "ldm3d", "--steps", "4", "--sampler", "lcm", "--device", "cuda"], ""),
        (["--engine", "sketch", "--steps", "4"], "--steps 4 cannot be used with engine sketch"),
        (["--engine", "ldm3d", "--size", "1000x500"], "choose 1024x512"),
        (["--engine", "dpt-large"], "engine dpt-large makes no panoramas"),
        (["--from", "missing.png"], "--from missing.png cannot be read because there is no such file"),
        (["--mask", "x.png"], "--mask cannot be used alone: say with --from"),
        (["--denoise", "0.5"], "--denoise cannot be used alone"),
        (["--guidance", "51"], "guidance 51 cannot be used: choose a number from 0 to 50"),
        (["--steps", "0"], "steps 0 cannot be used: choose a whole number from 1 to 999"),
        (["-o", "x.jpg"], "x.jpg cannot hold a panorama"),
        (["-o", "no/x.png"], "its folder does not exist"),
    ],
)
def test_a_request_is_checked_with_the_standard_library_alone(more: list[str], sentence: str, tmp_path: Path) -> None:
    script = "import sys; from depthfusion import cli; cli.check(sys.argv[1:])"
    command = [sys.executable, "-S", "-c", script, "generate", "a meadow", "-o", "y.png", *more]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not sentence), done.stderr
    assert sentence in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_video_leaves_nothing_and_ends_with_130(sent: int, world: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "depthfusion", "video", str(world), "-o", "x.mp4", "--size", "640x360"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "drawing frames" in line:
                break
        children = psutil.Process(process.pid).children(recursive=True)
        assert any("ffmpeg" in child.name() for child in children)
        time.sleep(0.2)
        process.send_signal(sent)
        rest = process.stderr.read()
        assert process.wait(30) == 130
    assert "Traceback" not in rest
    assert not any(child.is_running() for child in children)
    assert list(tmp_path.iterdir()) == []


def test_a_defect_is_logged_with_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_studio", broken)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert cli.main([]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    [log] = tmp_path.rglob("*.log")
    assert "in broken" in log.read_text()


def test_a_complaint_is_one_line_whatever_the_name(tmp_path: Path) -> None:
    for arguments in (["still", "a\nb.png", "-o", "c.png"], ["import", "a.png", "--no\nsuch", "-o", "c.png"]):
        done = run(*arguments, folder=tmp_path)
        assert done.returncode == 2
        assert r"\n" in complaint(done)


@pytest.mark.skipif(sys.platform == "win32", reason="shells there do not close streams")
def test_closed_streams_and_narrow_encodings_do_not_hinder(world: Path, tmp_path: Path) -> None:
    command = f'exec "{sys.executable}" -m depthfusion still "{world}" -o ü漢.png --size 8x8'
    for more, closed in (({}, "<&- >&- 2>&-"), ({"PYTHONIOENCODING": "latin-1"}, "")):
        done = subprocess.run(["sh", "-c", f"{command} {closed}"], cwd=tmp_path, env=environment(**more), check=False)
        assert done.returncode == 0
        (tmp_path / "ü漢.png").unlink()
    assert run("still", "--help", folder=tmp_path, PYTHONIOENCODING="ascii").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")
def test_a_closed_terminal_leaves_nothing_half_written(world: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "depthfusion", "video", str(world), "-o", "clip.mp4", "--seconds", "60"],
        cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not list(tmp_path.glob(".partial-*.mp4")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_cannot_be_told_is_one_sentence(tmp_path: Path) -> None:
    quiet = {name: value for name, value in environment().items() if name != "PYTHONUNBUFFERED"}
    making = ("generate", "a meadow", "-o", "m.png", "--size", "64x32")
    for arguments, more in ((["--help"], {}), (making, {}), (making, {"PYTHONUNBUFFERED": "1"})):
        command = [sys.executable, "-m", "depthfusion", *arguments]
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                command,
                cwd=tmp_path,
                env={**quiet, **more},
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 3
        assert done.stderr.splitlines()[-1].startswith("error: standard output could not be written")
        assert "Exception ignored" not in done.stderr


def test_a_slip_in_a_prompt_s_options_makes_no_folder(tmp_path: Path) -> None:
    for arguments in ([" "], ["a meadow", "--engine", "none"], ["a meadow", "--size", "10x10"]):
        assert run(*arguments, folder=tmp_path).returncode == 2
        assert list(tmp_path.iterdir()) == []


def test_an_option_that_is_not_known_names_the_help_of_its_command(tmp_path: Path) -> None:
    assert "'depthfusion still --help'" in complaint(run("still", "a.png", "-o", "b.png", "--stride", folder=tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_names_that_lead_nowhere_are_input_errors(world: Path, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "far.depthfusion").write_text(json.dumps({"version": 1, "panorama": "w" * 300}))
    good = ["still", str(world), "-o"]
    for arguments in (
        ["still", "", "-o", "a.png"],
        ["still", "circle", "-o", "a.png"],
        ["still", "circle/w.png", "-o", "a.png"],
        [*good, "circle/a.png"],
        [*good, "a.png", "--depth", "circle"],
        ["still", "far.depthfusion", "-o", "a.png"],
        ["video", str(world), "-o", "a.mp4", "--path", "p" * 300],
        ["video", str(world), "-o", "a.mp4", "--path", "circle.json/" + "p" * 300 + ".json"],
        ["video", str(world), "-o", "a.mp4", "--path", "far.depthfusion/p.json"],
    ):
        done = run(*arguments, folder=tmp_path)
        assert done.returncode == 2, done.stderr
        complaint(done)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ulimit")
def test_a_full_disk_is_told_for_every_kind_of_picture(world: Path, tmp_path: Path) -> None:
    limited = 'ulimit -f 4; exec "$@"'  # blocks of 512 bytes: the same answer of the system as a full disk's
    for suffix in (".png", ".jpg", ".webp", ".tif"):
        command = [
            "sh",
            "-c",
            limited,
            "sh",
            sys.executable,
            "-m",
            "depthfusion",
            "still",
            str(world),
            "-o",
            f"a{suffix}",
        ]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 3, done.stderr
        assert "disk is full" in complaint(done)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a display is named by the environment on Linux alone")
def test_a_display_that_does_not_answer_counts_as_none(tmp_path: Path) -> None:
    done = run("studio", folder=tmp_path, DISPLAY=":4711", QT_QPA_PLATFORM="xcb")
    assert done.returncode == 3
    assert "display" in complaint(done)


def test_options_beside_a_prompt_reach_the_studio(monkeypatch: pytest.MonkeyPatch) -> None:
    app = pytest.importorskip("depthfusion.studio.app")
    asked: list[object] = []
    monkeypatch.setattr(cli, "_has_display", lambda: True)
    monkeypatch.setattr(app, "main", lambda request, scene: asked.append(request) or 0)
    assert cli.main(["a quiet lake", "--seed", "5", "--size", "128x64"]) == 0
    assert asked == [{"prompt": "a quiet lake", "seed": 5, "size": [128, 64]}]
    assert cli.main(["a quiet lake", "--engine", "none"]) == 2
    assert len(asked) == 1


def test_an_empty_name_of_a_file_is_told_as_such(world: Path, tmp_path: Path) -> None:
    for arguments in (["a.png", "-o", ""], ["", "-o", "a.png"], [str(world), "-o", "a.png", "--depth", ""]):
        assert "is empty" in complaint(run("still", *arguments, folder=tmp_path))
