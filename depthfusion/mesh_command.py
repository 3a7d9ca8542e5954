"""`depthfusion mesh`: a world as geometry for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

from depthfusion import console, options
from depthfusion.errors import Exit
from depthfusion.export.mesh_settings import MeshSettings
from depthfusion.look import Look
from depthfusion.model_command import Do

OUTPUT = "OUT.glb|ply|obj|exr"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `mesh` has beyond a scene and the output."""
    options.add(parser, MeshSettings, "geometry")
    options.add(parser, Look, "look")


def run(namespace: argparse.Namespace, do: Do) -> int:
    """Write the world of a panorama, or of a project, as geometry."""
    from depthfusion.export.mesh_job import MeshJob
    from depthfusion.project import load_scene

    depth = Path(namespace.depth) if namespace.depth else None
    scene = load_scene(
        Path(namespace.scene), depth, invert_depth=namespace.invert_depth, depth_unit=namespace.depth_unit
    )
    scene.look.update(options.given(namespace, Look))
    job = MeshJob(
        scene=str(scene.panorama),
        output=namespace.output,
        depth=None if scene.depth is None else str(scene.depth),
        invert_depth=scene.invert_depth,
        depth_unit=scene.depth_unit,
        look=scene.look.as_dict(),
        mesh={**scene.mesh.as_dict(), **options.given(namespace, MeshSettings)},
    )
    done = do(job)
    for what in ("triangles", "points"):
        if what in done:
            console.say(f"{done[what]} {what}")
    console.tell(*done["files"])
    return Exit.DONE
