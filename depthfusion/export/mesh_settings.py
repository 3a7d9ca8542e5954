"""What the artist chooses about geometry; apart from the code that makes it, as `--help` needs only this."""

from __future__ import annotations

from depthfusion.settings import Auto, Choice, Integer, State

DEFAULT_TRIANGLES = 500_000
LEAST_TRIANGLES = 2_000


class MeshSettings(State):
    """How fine a mesh is, what a PLY file holds, and the texture."""

    triangles = Auto(
        Integer(
            DEFAULT_TRIANGLES,
            "most triangles of the mesh, spent where depth bends",
            minimum=LEAST_TRIANGLES,
            maximum=50_000_000,
        ),
        "most triangles of the mesh, spent where depth bends (auto: 500000, more where cut edges need them)",
    )
    ply = Choice("mesh", "what a PLY file holds", ("mesh", "points"))
    points = Auto(
        Integer(500_000, "how many points a PLY file holds", minimum=1_000, maximum=200_000_000),
        "about how many points a PLY file holds, evenly spread (auto: as dense as the depth map)",
    )
    texture = Choice("jpeg", "how colour is stored beside or inside a mesh", ("jpeg", "png"))
    texture_size = Integer(8192, "most pixels across the texture", minimum=64, maximum=16384)
