"""A camera path through a world as an MP4 file, or as a sequence of pictures with their depth."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from depthfusion.camera import path as paths
from depthfusion.camera.frame import lens_of, pose_of
from depthfusion.camera.path import CameraPath
from depthfusion.camera.presets import DEFAULT_SECONDS, PRESETS, preset
from depthfusion.errors import InputError
from depthfusion.export import codecs, hardware, players, sequence, sound, spherical
from depthfusion.export import presets as uses
from depthfusion.export.clip import Clip, check_inside
from depthfusion.export.encoding import Encoding
from depthfusion.export.ffmpeg import Encoder
from depthfusion.export.scene import SceneJob
from depthfusion.export.settings import ExportSettings
from depthfusion.jobs.cores import usable
from depthfusion.jobs.job import Json
from depthfusion.jobs.progress import Progress
from ldm3d.files import whole_file

if TYPE_CHECKING:
    from depthfusion.moving import MovingPanorama
    from depthfusion.panorama import Panorama


@dataclass(frozen=True)
class VideoJob(SceneJob):
    """Draw a camera path.

    The suffix of `output` chooses what is written: .mp4 a video; .png and .exr a sequence NAME_00000.png and so on.

    Attributes:
        camera_path: the path itself, as its file holds it; without it `export.path` names a preset or a file.
        title: the video's title, for players to show.
    """

    kind: ClassVar[str] = "video"
    suffixes: ClassVar[tuple[str, ...]] = (".mp4", *sequence.SUFFIXES)
    what: ClassVar[str] = "a video"

    camera_path: Mapping[str, Any] | None = None
    title: str = ""

    def run(self, progress: Progress) -> Json:
        """Return `output` (the written path; a sequence's first), `frames`, `fps` and `size`.

        For an MP4 also the `codec` and the `encoder` that were chosen and, as `said`, one line about them.
        """
        view, export, size = self.checked()
        use = uses.PRESETS[export.preset]
        codec = codecs.choose(export.codec, size)
        rate = paths.frame_rate(export.fps)
        if self.in_pictures:
            sequence.check(export)
        elif use.suffix in sequence.SUFFIXES:
            raise InputError(
                f"{self.output} cannot hold preset {export.preset}, which writes pictures: end its name in {use.suffix}"
            )
        else:
            codecs.check_size(size, codec)
        own = self.own_path(export)
        moving = self.moving(progress)
        seconds = export.seconds or (own.duration if own else moving.duration if moving else DEFAULT_SECONDS)
        if own:
            ExportSettings.seconds.check(seconds)
            for key in own.keyframes:  # between keyframes it is never wider nor narrower
                lens_of(view, key.fov)
        times = paths.frame_times(seconds, rate)
        heard = sound.read(export.audio, len(times) / rate, loop=export.audio_loop) if export.audio else None
        scene, rule = self.source(progress, moving)
        path = own.rescaled(seconds) if own else preset(export.path, pose_of(view), view.field_of_view, rule, seconds)
        check_inside(path, times, rule)
        clip = Clip(view, size, rate, path, times, rule)
        result: Json = {"output": self.output, "frames": len(times), "fps": float(rate), "size": list(size)}
        if self.in_pictures:
            made_by = {**self.message(), "view": view.as_dict(), "export": export.as_dict(), "path": path.to_json()}
            with sequence.Sequence(Path(self.output), len(times), made_by, self.files_read()) as pictures:
                self._draw_pictures(clip, scene, pictures, progress)
            return {**result, "output": str(pictures.name(0))}
        encoding = Encoding(
            size,
            rate,
            codec,
            export.quality,
            usable(),
            self.title,
            level=use.level_for(codec),
            group=use.group,
            peak=use.peak,
            sound=heard,
        )
        progress.step("choosing the encoder", 0)
        by = hardware.choose(export.encoder, encoding)
        self._encode(clip, scene, replace(encoding, encoder=by.encoder), progress)
        return {**result, "codec": codec, "encoder": by.encoder, "said": by.words}

    @property
    def in_pictures(self) -> bool:
        """Whether a sequence of pictures is written."""
        return Path(self.output).suffix.lower() in sequence.SUFFIXES

    def warnings(self) -> list[str]:
        """Return a sentence for everything that the players a video is meant for cannot decode or show.

        Raises as `checked` does.
        """
        view, export, size = self.checked()
        if self.in_pictures:
            return []
        rate = paths.frame_rate(export.fps)
        written = players.Written(codecs.choose(export.codec, size), size, rate, view.projection, view.layout)
        return players.warnings(written, uses.PRESETS[export.preset].player)

    def _encode(self, clip: Clip, scene: Panorama | MovingPanorama, encoding: Encoding, progress: Progress) -> None:
        """Write the MP4 file: while one frame is drawn, those before are read, and others before those encoded."""
        from depthfusion.render.quality import FILE
        from depthfusion.render.readback import Readback

        with (
            self.stage(scene, clip.rule, progress) as (renderer, surface_at),
            whole_file(Path(self.output)) as partial,
            Encoder(partial, encoding, progress.check) as encoder,
        ):
            readback = Readback(renderer.context, clip.size, encoding.of.bits)
            try:
                for i, frame in enumerate(clip.frames()):
                    progress.step("drawing frames", i, len(clip.times))
                    surface = surface_at(float(i / clip.rate))
                    for _ in renderer.steps(surface, frame, clip.rule, FILE, readback.target):
                        progress.check()
                    planes = readback.submit()
                    if planes is not None:
                        encoder.write(planes)
                for planes in readback.rest():
                    encoder.write(planes)
            finally:
                readback.release()
            progress.step("finishing the video", 0)
            encoder.finish()
            spherical.mark(partial, clip.view)

    def _draw_pictures(
        self, clip: Clip, scene: Panorama | MovingPanorama, pictures: sequence.Sequence, progress: Progress
    ) -> None:
        """Write the frames of a sequence that are not there yet."""
        from depthfusion.render.quality import FILE
        from depthfusion.render.readback import deep_picture
        from depthfusion.render.renderer import Renderer

        with self.stage(scene, clip.rule, progress) as (renderer, surface_at):
            draw = deep_picture if pictures.deep else Renderer.picture
            for number in pictures.missing():
                progress.step("drawing frames", number, len(clip.times))
                frame, surface = clip.frame(number), surface_at(float(number / clip.rate))
                metres = renderer.distances(surface, frame, clip.rule, FILE)
                pictures.write(number, draw(renderer, surface, frame, clip.rule), metres)

    def files_read(self) -> list[Path]:
        """Return the files that the pictures are made of, those of the layer behind too; they may be missing."""
        from depthfusion import moving, panorama
        from depthfusion.layers.files import back_path

        scene = Path(self.scene)
        beside = moving.depth_beside(scene) if self.moves else panorama.depth_beside(scene)
        depth = Path(self.depth) if self.depth else beside
        back = back_path(scene)
        return [file for file in (scene, depth, back, back.with_suffix(".depth.png")) if file is not None]

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
