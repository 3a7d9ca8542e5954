"""One picture of a world as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from depthfusion import metadata
from depthfusion.camera.frame import compose, pose_of
from depthfusion.errors import InputError
from depthfusion.export.scene import SceneJob, drawing
from depthfusion.jobs.job import Json
from depthfusion.jobs.progress import Progress
from ldm3d.files import whole_file
from ldm3d.rgbd import XMP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from depthfusion.camera.options import ViewOptions

# How Pillow is told to write each format: without loss where there is such a way, else hardly compressed.
_FORMATS: dict[str, dict[str, Any]] = {
    ".png": {},
    ".jpg": {"quality": 95, "subsampling": 0},
    ".jpeg": {"quality": 95, "subsampling": 0},
    ".webp": {"quality": 95, "method": 4},
    ".tif": {"compression": "tiff_deflate"},
    ".tiff": {"compression": "tiff_deflate"},
}
_TIFF_XMP = 700
_LARGEST_SIDE = {".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}


@dataclass(frozen=True)
class StillJob(SceneJob):
    """Draw one picture; the file's suffix chooses the format. The result names the `output`."""

    kind: ClassVar[str] = "still"
    suffixes: ClassVar[tuple[str, ...]] = tuple(_FORMATS)
    what: ClassVar[str] = "a picture"

    def run(self, progress: Progress) -> Json:
        """Return `output`, the written path."""
        view, _, size = self.checked()
        output = Path(self.output)
        largest = _LARGEST_SIDE.get(output.suffix.lower())
        if largest is not None and max(size) > largest:
            raise InputError(
                f"size {size[0]}x{size[1]} cannot be used for {output.suffix}, which ends at {largest} pixels a side: "
                "end the name in .png"
            )
        scene, rule = self.read(progress)
        pose = pose_of(view)
        rule.check_inside(pose.position)
        frame = compose(view, pose, view.field_of_view, size, rule)
        with drawing(scene, progress, self.layers(scene, rule, progress)) as draw:
            progress.step("drawing", 0)
            pixels = draw(frame, rule)
        progress.step("writing the picture", 0)
        write(pixels, output, panorama_mark(view, size))
        return {"output": str(output)}


def panorama_mark(view: ViewOptions, size: tuple[int, int]) -> str | None:
    """Return the XMP packet by which viewers know a still of `view`, of `size` in pixels, for a sphere or half of one.

    None for what is no such picture, and for two eyes in one: these viewers would wrap both around as one.
    """
    whole = {"equirect": size[0], "vr180": 2 * size[0]}.get(view.projection)
    if whole is None or view.layout not in {"mono", "anaglyph"}:
        return None
    return metadata.gpano(*size, whole)


def write(pixels: NDArray[np.uint8], output: Path, xmp: str | None = None) -> None:
    """Write sRGB pixels [height, width, 3] whole, in the suffix's format, with an XMP packet where one is given."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    image, suffix = Image.fromarray(pixels), output.suffix.lower()
    choice = dict(_FORMATS[suffix])
    if xmp is not None and suffix == ".png":
        choice["pnginfo"] = PngInfo()  # Pillow has no other way into a PNG
        choice["pnginfo"].add_itxt(XMP, xmp)
    elif xmp is not None and "compression" in choice:
        choice["tiffinfo"] = {_TIFF_XMP: xmp.encode()}
    elif xmp is not None:
        choice["xmp"] = xmp.encode()
    with whole_file(output) as partial:
        if "compression" not in choice:
            image.save(partial, **choice)
            return
        # libtiff writes by itself and only says "error -2" of a full disk: into memory, then.
        encoded = io.BytesIO()
        image.save(encoded, "TIFF", **choice)
        partial.write_bytes(encoded.getbuffer())
