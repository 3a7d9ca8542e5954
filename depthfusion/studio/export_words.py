"""What the export dialogs say: cards, sizes and names. No Qt."""

from __future__ import annotations

from pathlib import Path

from depthfusion import places
from depthfusion.camera.frame import compose, default_size, pose_of
from depthfusion.camera.options import ViewOptions
from depthfusion.errors import InputError
from depthfusion.export.mesh_settings import DEFAULT_TRIANGLES
from depthfusion.export.names import suggested_name
from depthfusion.look import Displacement
from depthfusion.studio.words import Words

Size = tuple[int, int]

STILLS = {
    "png": Words("PNG", "Every pixel as it is drawn; opens everywhere", ""),
    "jpg": Words("JPEG", "Small, with hardly visible loss; opens everywhere", ""),
    "webp": Words("WebP", "Smaller than JPEG, for the web", ""),
    "tif": Words("TIFF", "Every pixel as it is drawn, for print", ""),
}
_SIZES = {"half": ("Small", 0.5), "usual": ("Usual", 1.0), "double": ("Large", 2.0)}


def by(size: Size) -> str:
    """Return a size as people write it."""
    return f"{size[0]} × {size[1]}"


def sizes_of(view: ViewOptions) -> dict[str, Size | None]:
    """Return the sizes that a picture of this view is proposed in, both eyes included; None is the usual one."""
    width, height = default_size(view)
    return {
        name: None if factor == 1 else (round(width * factor), round(height * factor))
        for name, (_, factor) in _SIZES.items()
    }


def size_words(view: ViewOptions) -> dict[str, Words]:
    """Return the same in words."""
    usual, sizes = default_size(view), sizes_of(view)
    return {name: Words(_SIZES[name][0], by(size or usual), f"size-{name}") for name, size in sizes.items()}


def problem(view: ViewOptions, size: Size) -> str:
    """Return why a view cannot be drawn at a size, or nothing."""
    try:
        compose(view, pose_of(view), view.field_of_view, size, Displacement())
    except InputError as error:
        return str(error)
    return ""


def named(source: Path, view: ViewOptions, suffix: str) -> Path:
    """Return a path in today's folder, named as players look for it, where nothing is yet. No folder is made."""
    return free(suggested_name(source.stem, view.layout, view.projection, "", swap=view.swap), suffix)


def free(stem: str, suffix: str) -> Path:
    """Return a path of this stem in today's folder where nothing is yet, nor the depth of a panorama."""
    suffixes = (suffix, ".depth.png") if suffix == ".png" else (suffix,)
    unused = places.unused(places.results(), stem, suffixes)
    return unused.with_name(unused.name + suffix)


MESHES = {
    "glb": Words("GLB", "One file: Blender, game engines, the web", "mesh"),
    "obj": Words("OBJ", "A mesh, its texture beside it", "mesh"),
    "ply": Words("PLY mesh", "Coloured triangles, for MeshLab", "mesh"),
    "points": Words("PLY points", "A cloud of coloured points", "points"),
    "exr": Words("Distances", "An EXR panorama of the distance in metres", "distance"),
}
MESH_SUFFIXES = {"glb": ".glb", "obj": ".obj", "ply": ".ply", "points": ".ply", "exr": ".exr"}
_BUDGETS: dict[str, int | None] = {"light": 100_000, "usual": None, "fine": 2_000_000}
BUDGETS = {
    "light": Words("Light", "100,000 triangles: quick to show on a phone or a web page", ""),
    "usual": Words("Usual", "500,000 triangles", ""),
    "fine": Words("Fine", "2,000,000 triangles", ""),
}


def budget(name: str) -> int | None:
    """Return the most triangles that a word stands for; None leaves it to the program."""
    return _BUDGETS[name]


def budget_of(triangles: int | None) -> str:
    """Return the word for a budget; empty where there is none."""
    return next((name for name, count in _BUDGETS.items() if count == triangles), "")


def mesh_words(kind: str, triangles: int | None, edges: str) -> str:
    """Return what is written, in a sentence."""
    if kind == "exr":
        return "The distance of every point from the middle of the world, as the look has it."
    if kind == "points":
        return "Every point has its place in metres and its colour."
    layered = "The layer behind the depth edges is written as well." if edges == "layered" else "Edges are stretched."
    return f"At most {triangles or DEFAULT_TRIANGLES:,} triangles, spent where depth bends. {layered}"
