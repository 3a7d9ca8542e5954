"""A camera path through a world as an MP4 file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from depthfusion.camera import path as paths
from depthfusion.camera.frame import compose, lens_of, pose_of
from depthfusion.camera.path import CameraPath
from depthfusion.camera.pose import Array, Pose
from depthfusion.camera.presets import DEFAULT_SECONDS, PRESETS, preset
from depthfusion.errors import InputError
from depthfusion.export import codecs, spherical
from depthfusion.export.codecs import Encoding
from depthfusion.export.ffmpeg import Encoder
from depthfusion.export.scene import SceneJob, drawing
from depthfusion.export.settings import ExportSettings
from depthfusion.jobs.cores import usable
from depthfusion.jobs.job import Json
from depthfusion.jobs.progress import Progress
from depthfusion.look import Displacement
from ldm3d.files import whole_file

# Poses are computed so many at a time, so that memory does not grow with the length of a clip.
_AT_A_TIME = 1024


@dataclass(frozen=True)
class VideoJob(SceneJob):
    """Draw a camera path.

    Attributes:
        camera_path: the path itself, as its file holds it; without it `export.path` names a preset or a file.
        title: the video's title, for players to show.
    """

    kind: ClassVar[str] = "video"
    suffixes: ClassVar[tuple[str, ...]] = (".mp4",)
    what: ClassVar[str] = "a video"

    camera_path: Mapping[str, Any] | None = None
    title: str = ""

    def run(self, progress: Progress) -> Json:
        """Return `output` (the written path), `frames`, `fps`, `size` and the `codec` that was chosen."""
        view, export, size = self.checked()
        codecs.check_size(size)
        rate = paths.frame_rate(export.fps)
        own = self.own_path(export)
        seconds = export.seconds or (own.duration if own else DEFAULT_SECONDS)
        if own:
            ExportSettings.seconds.check(seconds)
            for key in own.keyframes:  # between keyframes it is never wider nor narrower
                lens_of(view, key.fov)
        times = paths.frame_times(seconds, rate)
        scene, rule = self.read(progress)
        path = own.rescaled(seconds) if own else preset(export.path, pose_of(view), view.field_of_view, rule, seconds)
        check_inside(path, times, rule)
        codec = codecs.choose(export.codec, size)
        encoding = Encoding(size, rate, codec, export.quality, usable(), self.title)
        output = Path(self.output)
        with (
            drawing(scene, progress) as draw,
            whole_file(output) as partial,
            Encoder(partial, encoding, progress.check) as encoder,
        ):
            for i, (pose, fov) in enumerate(moments(path, times)):
                progress.step("drawing frames", i, len(times))
                encoder.write(draw(compose(view, pose, fov, size, rule), rule))
            progress.step("finishing the video", 0)
            encoder.finish()
            spherical.mark(partial, view)
        return {
            "output": str(output),
            "frames": len(times),
            "fps": float(rate),
            "size": list(size),
            "codec": codec,
        }

    def own_path(self, export: ExportSettings) -> CameraPath | None:
        """Return the path of the job or of the file that `export.path` names, or None for a preset."""
        if self.camera_path is not None:
            return CameraPath.from_json(self.camera_path)
        if export.path in PRESETS:
            return None
        # os.path takes a name that cannot be looked up, such as one too long, for one that is not there
        if not os.path.exists(export.path) and Path(export.path).suffix.lower() != ".json":  # noqa: PTH110
            raise InputError(
                f"path {export.path} cannot be used: choose {', '.join(PRESETS)} or the name of a path file (.json)"
            )
        return paths.load(Path(export.path))


def moments(path: CameraPath, times: Array) -> Iterator[tuple[Pose, float]]:
    """Yield pose and fov at each of `times`."""
    for start in range(0, len(times), _AT_A_TIME):
        yield from path.along(times[start : start + _AT_A_TIME])


def check_inside(path: CameraPath, times: Array, rule: Displacement) -> None:
    """Raise `InputError` for the first of `times` at which `path` is outside the world of `rule`."""
    for start in range(0, len(times), _AT_A_TIME):
        part = times[start : start + _AT_A_TIME]
        positions = path.channels(part)[:, :3]
        outside = np.linalg.norm(positions, axis=1) > rule.farthest
        if outside.any():
            first = int(outside.argmax())
            x, y, z = positions[first].tolist()
            try:
                rule.check_inside((x, y, z))
            except InputError as error:
                raise InputError(f"the camera path leaves the world after {part[first]:.2f} s: {error}") from None
