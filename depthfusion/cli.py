"""The command line: reads what was asked, runs the same jobs as the window, ends with the right code."""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import depthfusion
from depthfusion import console, fill_command, mesh_command, model_command, options, picture_command, places
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import Exit, InputError, MachineError
from depthfusion.export.settings import ExportSettings
from depthfusion.generate import rules
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Cancelled, Progress
from depthfusion.look import Look
from ldm3d.files import check_png_name, check_writable

if TYPE_CHECKING:
    from depthfusion.generate.generate_job import GenerateJob
    from depthfusion.project import Project


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with `arguments` (those of the process by default) and return its exit code."""
    _answer_signals()
    console.make_streams_whole()
    try:
        try:
            return _command(sys.argv[1:] if arguments is None else arguments)()
        finally:
            console.tell()  # here and not by the interpreter at its end, which has no sentence for what goes wrong
    except (InputError, MachineError) as error:
        console.say(f"error: {console.in_one_line(str(error))}")
        return error.exit_code
    except MemoryError:
        console.say("error: there is not enough memory for this; choose a smaller size or close other programs")
        return Exit.MACHINE
    except (KeyboardInterrupt, Cancelled):
        console.say("interrupted; nothing half-written was left")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left.
        console.close_output()
        return Exit.MACHINE
    except Exception as error:  # noqa: BLE001 — the last place a defect can be written down
        said = console.in_one_line(f"{type(error).__name__}: {error}")
        console.say(f"error: a defect of the program ({said}); {places.write_log(traceback.format_exc())}")
        return Exit.DEFECT


def _answer_signals() -> None:
    """Let a polite kill and a closed terminal end a job as Ctrl-C does; `nohup`, which ignores the latter, stays so."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def check(arguments: Sequence[str]) -> None:
    """Raise `InputError` for arguments that cannot be understood; print the help and exit where it is asked for.

    Needs the standard library alone, so that a slip is told before anything is installed.
    """
    _command(arguments)


def _command(arguments: Sequence[str]) -> Callable[[], int]:
    """Return what `arguments` ask for, ready to run."""
    arguments = options.join_negatives(arguments)
    parser, commands = _parser()
    if not arguments:
        return _studio
    first = arguments[0]
    if first.startswith("-") or first in commands:
        namespace, unknown = parser.parse_known_args(arguments)
        if unknown:
            parser.prog += f" {first}" if first in commands else ""
            parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        if namespace.run is _generate:
            _check_generation(namespace)
        if "before" in namespace:
            namespace.before(namespace)
        return functools.partial(namespace.run, namespace)
    meant = options.nearest(first, commands) if " " not in first.strip() else None
    if meant is not None:
        alone = f"for a prompt of one word: generate {first!r} -o NAME.png"
        raise InputError(f"{first!r} is no command: did you mean '{meant}'? ({alone})")
    prompt = options.Parser(prog="depthfusion")
    prompt.add_argument("prompt")
    options.add(prompt, GenerationRequest, "generation", skip=("prompt",))
    namespace = prompt.parse_args(arguments)
    _check_generation(namespace)
    return functools.partial(_world_of, namespace)


def _parser() -> tuple[options.Parser, list[str]]:
    parser = options.Parser(
        prog="depthfusion",
        description="From a prompt to an immersive 360° world.",
        epilog="With a prompt alone the world is made and opened (with no display: written to ./out). "
        "With nothing at all the studio opens.",
    )
    parser.add_argument("--version", action="version", version=f"depthfusion {depthfusion.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], explained: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=explained, description=explained)
        made.set_defaults(run=run)
        return made

    generate = command("generate", _generate, "make a panorama of colour and depth from a prompt")
    generate.add_argument("prompt", metavar="PROMPT", help=GenerationRequest.prompt.description)
    _output(generate, "NAME.png", "the picture; its depth becomes NAME.depth.png")
    options.add(generate, GenerationRequest, "generation", skip=("prompt",))

    importing = functools.partial(picture_command.run_import, do=_do)
    imported = command("import", importing, "make a panorama of a picture and its depth, given or estimated")
    imported.add_argument(
        "image", metavar="IMAGE", type=options.file_name, help="PNG, JPEG, WebP, TIFF or EXR, twice as wide as high"
    )
    _output(imported, "NAME.png", "the picture; its depth becomes NAME.depth.png")
    _depth(imported)
    picture_command.add_import_options(imported)
    imported.set_defaults(before=picture_command.check_import)

    enlarging = functools.partial(picture_command.run_enlarge, do=_do)
    enlarge = command("enlarge", enlarging, "make a panorama larger, in colour and depth")
    _scene(enlarge)
    _output(enlarge, "NAME.png", "the picture; its depth becomes NAME.depth.png")
    picture_command.add_enlarge_options(enlarge)
    enlarge.set_defaults(before=picture_command.check_enlarge)

    still = command("still", _still, "draw one picture of a world")
    _scene(still)
    _output(still, "OUT.png", "the picture")
    options.add(still, ExportSettings, "picture", skip=ExportSettings.of_video)
    _view(still)

    video = command("video", _video, "draw a camera path through a world as an MP4 file or a sequence of pictures")
    _scene(video)
    _output(video, "OUT.mp4", "the video; OUT.png and OUT.exr become OUT_00000.png and so on, with depth")
    options.add(video, ExportSettings, "video")
    _view(video)

    mesh = command("mesh", functools.partial(mesh_command.run, do=_do), "write a world as geometry for other programs")
    _scene(mesh)
    _output(mesh, mesh_command.OUTPUT, "the file; its suffix chooses the format")
    mesh_command.add_options(mesh)

    fill = command(
        "fill",
        functools.partial(fill_command.run, do=_do),
        "fill what the foreground hides",
    )
    _scene(fill)
    fill_command.add_options(fill)
    fill.set_defaults(before=fill_command.check)

    model_command.add(commands, _do)

    doctor = command("doctor", _doctor, "say what works on this machine, what does not, and what to do")
    doctor.add_argument("--json", action="store_true", help="the same as JSON")

    studio = command("studio", lambda namespace: _studio(scene=namespace.scene), "open the studio")
    studio.add_argument("scene", metavar="SCENE", nargs="?", type=Path, help="a panorama, a video of one, or a project")
    return parser, list(commands.choices)


def _output(parser: argparse.ArgumentParser, metavar: str, explained: str) -> None:
    parser.add_argument("-o", "--output", metavar=metavar, required=True, type=options.file_name, help=explained)


def _depth(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--depth", metavar="FILE", type=options.file_name, help="the depth (default: IMAGE's own beside it)"
    )
    parser.add_argument("--invert-depth", action="store_true", help="white is far in the depth")
    parser.add_argument(
        "--depth-unit", choices=("relative", "metres"), help="what the numbers of an EXR, TIFF or NPY depth mean"
    )


def _scene(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scene",
        metavar="SCENE",
        type=options.file_name,
        help="a panorama or a video of one (its depth beside it, in it, or --depth), or a project",
    )
    _depth(parser)


def _view(parser: argparse.ArgumentParser) -> None:
    options.add(parser, ViewOptions, "view")
    options.add(parser, Look, "look")


def _generate(namespace: argparse.Namespace) -> int:
    result = _do(_generation(namespace, Path(namespace.output)))
    console.tell(result["panorama"], result["depth"])
    return Exit.DONE


def _check_generation(namespace: argparse.Namespace) -> None:
    """Raise `InputError` for a request, or a place for its picture, that is wrong by itself."""
    rules.check(GenerationRequest(**_asked(namespace)))
    if "output" in namespace:
        check_png_name(Path(namespace.output))
        check_writable(Path(namespace.output))


def _generation(namespace: argparse.Namespace, output: Path) -> GenerateJob:
    from depthfusion.generate.engines import resolve
    from depthfusion.generate.generate_job import GenerateJob

    _, request, why = resolve(GenerationRequest(**_asked(namespace)))
    if why:
        console.say(why)
    console.say(f"seed {request.seed}")
    if request.engine != rules.SKETCH:
        model_command.see_to_parts(_do)
    return GenerateJob(request.as_dict(), str(output))


def _asked(namespace: argparse.Namespace) -> Json:
    """Return the values of the request that were given."""
    return {"prompt": namespace.prompt, **options.given(namespace, GenerationRequest)}


def _project(namespace: argparse.Namespace, *, moving: bool) -> Project:
    from depthfusion import project

    depth = Path(namespace.depth) if namespace.depth else None
    scene = project.load_scene(
        Path(namespace.scene), depth, invert_depth=namespace.invert_depth, depth_unit=namespace.depth_unit
    )
    look, view, export = (options.given(namespace, state) for state in (Look, ViewOptions, ExportSettings))
    project.override(scene, look, view, export, moving=moving)
    return scene


def _still(namespace: argparse.Namespace) -> int:
    from depthfusion.export.jobs import StillJob

    console.tell(_do(StillJob(output=namespace.output, **_project(namespace, moving=False).job()))["output"])
    return Exit.DONE


def _video(namespace: argparse.Namespace) -> int:
    from depthfusion.export.jobs import VideoJob

    job = VideoJob(output=namespace.output, **_project(namespace, moving=True).video_job())
    for warning in job.warnings():
        console.say(f"warning: {warning}")
    console.tell(_do(job)["output"])
    return Exit.DONE


def _doctor(namespace: argparse.Namespace) -> int:
    from depthfusion import doctor

    checks = doctor.report()
    console.tell(doctor.as_json(checks) if namespace.json else doctor.text(checks))
    return Exit.DONE


def _studio(request: Json | None = None, scene: Path | None = None) -> int:
    if not _has_display():
        raise MachineError(
            "the studio needs a display and none answers here; give a prompt to make a world without one, "
            "or see 'depthfusion --help'"
        )
    from depthfusion.studio import app

    return app.main(request=request, scene=scene)


def _world_of(namespace: argparse.Namespace) -> int:
    """Make the world of a prompt: in the studio, or with no display panorama, depth and stereo video in ./out."""
    from depthfusion.export.jobs import VideoJob
    from depthfusion.generate.engines import resolve

    if _has_display():
        asked = _asked(namespace)
        with contextlib.suppress(MachineError):  # what is missing the window offers to get
            resolve(GenerationRequest(**asked))
        return _studio(request=asked)
    job = _generation(namespace, Path("out"))  # checks the request before anything is made
    folder = Path("out")
    places.make(folder)
    name = places.unused(folder, places.stem(namespace.prompt), (".png", ".depth.png", "_SBS.mp4"))
    console.say(f"there is no display here: the world is written to {folder}/ (panorama, depth, stereo video)")
    world = _do(replace(job, output=str(name.with_name(name.name + ".png"))))
    console.tell(world["panorama"], world["depth"])
    clip = str(name.with_name(name.name + "_SBS.mp4"))
    console.tell(_do(VideoJob(scene=world["panorama"], output=clip, view={"layout": "sbs"}))["output"])
    return Exit.DONE


def _has_display() -> bool:
    """Say whether a window can open: Qt ends the process where the display that is named does not answer."""
    from depthfusion.doctor.facts import display_answers

    if sys.platform in {"win32", "darwin"}:
        return True
    if os.environ.get("QT_QPA_PLATFORM", "xcb").partition(":")[0] not in {"xcb", "wayland"}:
        return True
    return display_answers(os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", ""), os.environ)


def _do(job: Job) -> Json:
    """Run a job here, with progress on stderr."""
    line = console.ProgressLine()
    try:
        result = job.run(Progress(line.show))
    finally:
        line.end()
    for key in ("understood", "said"):
        if result.get(key):
            console.say(result[key])
    return result
