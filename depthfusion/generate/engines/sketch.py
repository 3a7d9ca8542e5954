"""The engine that is always ready: procedural worlds."""

from __future__ import annotations

from depthfusion.generate.engines.base import Creation
from depthfusion.generate.request import GenerationRequest
from depthfusion.generate.rules import SKETCH, check_sketch_size, options_of
from depthfusion.jobs.progress import Progress
from depthfusion.panorama import Panorama


class Sketch:
    """Procedural worlds: no download, no GPU, seconds."""

    name = SKETCH
    description = "procedural worlds with exact depth, in seconds"
    size = (2048, 1024)
    options = options_of(SKETCH)

    def completed(self, request: GenerationRequest) -> GenerationRequest:
        """Return `request` with a size of 2:1 from 64×32 to 16384×8192; `InputError` for others."""
        completed = request.copy()
        completed.engine = self.name
        completed.size = request.size or self.size
        check_sketch_size(completed.size)
        return completed

    def generate(self, request: GenerationRequest, progress: Progress) -> Creation:
        """Draw the world that the prompt names."""
        from ldm3d import worlds

        seed, size = request.seed, request.size
        assert seed is not None
        assert size is not None
        world = worlds.generate(
            request.prompt, seed, size, progress=lambda fraction: progress.step("drawing the world", fraction)
        )
        panorama = Panorama(
            rgb=world.rgb,
            depth=world.depth,
            near=world.near,
            far=world.far,
            depth_source=self.name,
            request=request.as_dict(),
            made={"understood": world.understood.as_dict()},
        )
        return Creation(panorama, world.understood.sentence())
