"""Generation as a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from depthfusion import panorama
from depthfusion.generate.engines import resolve
from depthfusion.generate.picture_jobs import check_apart
from depthfusion.generate.request import GenerationRequest
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Progress


@dataclass(frozen=True)
class GenerateJob(Job):
    """Make a panorama and write it to `output` (NAME.png, its depth beside it).

    Attributes:
        request: a `GenerationRequest` as JSON.
        output: the colour's path.
    """

    kind: ClassVar[str] = "generate"
    request: Mapping[str, Any]
    output: str

    @property
    def folder(self) -> Path:
        """The folder of `output`."""
        return Path(self.output).parent

    def run(self, progress: Progress) -> Json:
        """Return `panorama`, `depth` (paths), `understood`, `why` (sentences) and the resolved `request`."""
        engine, request, why = resolve(GenerationRequest(**self.request))
        output = Path(self.output)
        beside = panorama.depth_beside(Path(request.source)) if request.source else None
        check_apart(output, (request.source or None, request.mask or None, beside))
        panorama.check_destination(output)
        creation = engine.generate(request, progress)
        progress.step("writing the panorama", 0)
        panorama.save(creation.panorama, output)
        return {
            "panorama": str(output),
            "depth": str(panorama.depth_path(output)),
            "understood": creation.understood,
            "why": why,
            "request": request.as_dict(),
        }
