"""Draws the pictures of docs/conventions.md from the program's own functions: `python examples/draw_conventions.py`.

Nothing in them is placed by hand that a convention decides: arrows, rays and curves are computed by
`depthfusion.camera`, `depthfusion.look` and
`ldm3d.sphere`, so that a picture that looks wrong means a convention that is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from depthfusion.camera.frame import compose
from depthfusion.camera.lens import Equirect
from depthfusion.camera.options import LAYOUTS, ViewOptions
from depthfusion.camera.path import CameraPath, Keyframe
from depthfusion.camera.pose import Pose
from depthfusion.look import Displacement
from ldm3d import sphere

INK, SOFT, ACCENT, LEFT, RIGHT, FILL = "#2b3440", "#8a97a6", "#d9622b", "#c43b3b", "#2b7bb9", "#eef2f6"
Point = Sequence[float]


class _Sheet:
    """An SVG with y downwards and a white ground, so that it reads on light and dark pages alike."""

    def __init__(self, width: int, height: int) -> None:
        self._parts = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                f'height="{height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="14">'
            ),
            f'<rect width="{width}" height="{height}" rx="10" fill="#ffffff"/>',
        ]

    def line(self, points: Iterable[Point], colour: str = INK, width: float = 1.6, dash: str = "") -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-linejoin="round" stroke-linecap="round"{dashed}/>'
        )

    def arrow(self, start: Point, end: Point, colour: str = INK, width: float = 2.2) -> None:
        a, b = np.asarray(start, float), np.asarray(end, float)
        along = (b - a) / max(float(np.hypot(*(b - a))), 1e-9)
        across = np.array((-along[1], along[0]))
        self.line((a, b - 6 * along), colour, width)
        head = (b, b - 11 * along + 5 * across, b - 11 * along - 5 * across)
        self._parts.append(f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in head)}" fill="{colour}"/>')

    def dot(self, at: Point, colour: str = INK, radius: float = 4) -> None:
        self._parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius}" fill="{colour}"/>')

    def box(self, x: float, y: float, width: float, height: float, colour: str = FILL, edge: str = INK) -> None:
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}" stroke="{edge}"/>'
        )

    def text(self, at: Point, words: str, colour: str = INK, anchor: str = "middle", size: int = 14) -> None:
        escaped = words.replace("&", "&amp;").replace("<", "&lt;")
        self._parts.append(
            f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">'
            f"{escaped}</text>"
        )

    def __str__(self) -> str:
        return "\n".join((*self._parts, "</svg>", ""))


def seen(point: Point, scale: float, centre: Point) -> tuple[float, float]:
    """Place a world point [3] on the sheet, seen from behind, above and to the left of the viewer."""
    x, y, _ = Pose(yaw=24, pitch=-22).to_camera(np.asarray(point, float))
    return centre[0] + scale * x, centre[1] - scale * y


def panorama() -> _Sheet:
    """The 2:1 picture and the sphere it is wrapped on."""
    sheet = _Sheet(860, 330)
    x0, y0, width, height = 30, 60, 440, 220
    sheet.box(x0, y0, width, height)
    for name, u, v in (("−Z ahead", 0.5, 0.5), ("+X right", 0.75, 0.5), ("−X left", 0.25, 0.5), ("+Y up", 0.5, 0.06)):
        sheet.dot((x0 + u * width, y0 + v * height), ACCENT)
        sheet.text((x0 + u * width, y0 + v * height + (20 if v > 0.1 else 22)), name)
    u, v = 0.75, 0.25
    sheet.dot((x0 + u * width, y0 + v * height), RIGHT)
    sheet.text((x0 + u * width, y0 + v * height - 9), "u = ¾, v = ¼", RIGHT)
    sheet.text((x0, y0 - 10), "u = 0", SOFT, "start")
    sheet.text((x0 + width, y0 - 10), "u = 1 (the same column)", SOFT, "end")
    sheet.text((x0 - 6, y0 + height + 20), "+Z behind, at both edges", SOFT, "start")
    centre, scale = (680, 178), 118
    around = np.linspace(0, 1, 97)
    for v in (0.25, 0.5, 0.75):
        ring = sphere.from_uv(around, np.full_like(around, v))
        sheet.line([seen(p, scale, centre) for p in ring], SOFT, 2 if v == 0.5 else 1)
    for u in (0.5, 0.75, 0.25, 0.0):
        arc = sphere.from_uv(np.full_like(around, u), around)
        sheet.line([seen(p, scale, centre) for p in arc], ACCENT if u == 0.5 else SOFT, 2 if u == 0.5 else 1)
    for axis, name in (((1.35, 0, 0), "+X"), ((0, 1.3, 0), "+Y"), ((0, 0, -1.55), "−Z")):
        sheet.arrow(centre, seen(axis, scale, centre))
        x, y = seen(np.asarray(axis) * 1.1, scale, centre)
        sheet.text((x, y + 4), name)
    point = sphere.from_uv(np.array(0.75), np.array(0.25))
    sheet.arrow(centre, seen(point, scale, centre), RIGHT)
    sheet.text((680, 318), "u = ¾, v = ¼ is the direction (0.707, 0.707, 0)", RIGHT)
    return sheet


def depth() -> _Sheet:
    """Depth against distance for both mappings."""
    sheet = _Sheet(860, 330)
    depths = np.linspace(0, 1, 101)
    charts = (
        (
            "linear (default): r = R·(1 + s·(1 − 2d))",
            [(Displacement(strength=s), f"s = {s:g}") for s in (0.25, 0.5, 0.95)],
            6,
        ),
        (
            "inverse: 1/r = d/near + (1 − d)/far",
            [(Displacement("inverse", near=n, far=f), f"{n:g} … {f:g} m") for n, f in ((1, 50), (1, 5), (3, 50))],
            10,
        ),
    )
    for column, (title, rules, top) in enumerate(charts):
        x0, y0, width, height = 70 + 420 * column, 50, 320, 220
        sheet.box(x0, y0, width, height, "#ffffff", SOFT)
        sheet.text((x0 + width / 2, 34), title)
        for metres in range(0, top + 1, 2):
            y = y0 + height * (1 - metres / top)
            sheet.line(((x0, y), (x0 + width, y)), FILL, 1)
            sheet.text((x0 - 8, y + 5), f"{metres} m", SOFT, "end", 12)
        for value, words in ((0, "0 far, black"), (0.5, "½"), (1, "1 near, white")):
            sheet.text((x0 + width * value, y0 + height + 20), words, SOFT, size=12)
        for (rule, name), colour in zip(rules, (SOFT, ACCENT, RIGHT), strict=True):
            r = rule.radius_of(depths)
            inside = r <= top
            sheet.line(zip(x0 + width * depths[inside], y0 + height * (1 - r[inside] / top), strict=True), colour, 2.4)
            at = int(np.argmax(inside)) + 4
            sheet.text((x0 + width * depths[at] + 8, y0 + height * (1 - r[at] / top) + 2), name, colour, "start", 12)
    return sheet


def camera() -> _Sheet:
    """What yaw, pitch and roll do to the camera's axes."""
    sheet = _Sheet(860, 300)
    poses = (
        ("at rest", Pose()),
        ("yaw 30: right", Pose(yaw=30)),
        ("pitch 30: up", Pose(pitch=30)),
        ("roll 30", Pose(roll=30)),
    )
    for column, (name, pose) in enumerate(poses):
        centre, scale = (115 + 210 * column, 165), 80
        for axis, letter in (((1, 0, 0), "X"), ((0, 1, 0), "Y"), ((0, 0, -1), "−Z")):
            sheet.line((centre, seen(axis, scale, centre)), SOFT, 1.2, "4 4")
            x, y = seen(np.asarray(axis) * 1.16, scale, centre)
            sheet.text((x, y + 4), letter, SOFT, size=12)
        for direction, colour in ((pose.right, RIGHT), (pose.rotation[:, 1], LEFT), (pose.forward, ACCENT)):
            sheet.arrow(centre, seen(direction, scale, centre), colour)
        sheet.text((centre[0], 285), name)
    sheet.text((430, 30), "forward", ACCENT, "end")
    sheet.text((445, 30), "right", RIGHT, "start")
    sheet.text((490, 30), "up", LEFT, "start")
    return sheet


def stereo() -> _Sheet:
    """Parallel eyes from above, and where a point falls in their pictures with and without convergence."""
    sheet = _Sheet(860, 330)
    separation, distance = 0.6, 2.0
    for column, convergence in enumerate((0.0, distance)):
        centre, scale = (215 + 430 * column, 280), 95
        options = ViewOptions(layout="sbs", eye_separation=separation, convergence=convergence, fov=60)
        frame = compose(options, Pose(), 60, (200, 100), Displacement())
        for view, colour in zip(frame.views, (LEFT, RIGHT), strict=True):
            eye = np.array(view.pose.position)
            at = (centre[0] + scale * eye[0], centre[1] + scale * eye[2])
            sheet.dot(at, colour, 6)
            rays = view.pose.to_world(view.lens.rays(np.array([-1.0, 0.0, 1.0]), np.zeros(3), view.aspect))
            for ray, dash in zip(rays, ("", "5 5", ""), strict=True):
                end = eye + ray * 2.55
                sheet.line((at, (centre[0] + scale * end[0], centre[1] + scale * end[2])), colour, 1.4, dash)
        target = (centre[0], centre[1] - scale * distance)
        sheet.dot(target, ACCENT, 6)
        title = "convergence 0: parallel pictures" if not convergence else "convergence C: the picture is shifted"
        sheet.text((centre[0], 24), title)
        if convergence:
            sheet.text((target[0] + 12, target[1] + 5), "no parallax at C", ACCENT, "start")
        sheet.text(
            (centre[0], 312), "left eye · right eye, from above; dashed: the middle of each picture", SOFT, size=12
        )
    return sheet


def around() -> _Sheet:
    """Eyes that go around the head, from above."""
    sheet = _Sheet(860, 330)
    radius, scale = 0.5, 150.0
    turned = np.linspace(-1, 1, 13)[:-1]
    for column, (sign, name, colour) in enumerate(((-1.0, "left eye", LEFT), (1.0, "right eye", RIGHT))):
        lens = Equirect(offset=sign * radius)
        centre = np.array((215 + 430 * column, 180.0))
        place = lambda points, centre=centre: [centre + scale * point[[0, 2]] for point in np.atleast_2d(points)]  # noqa: E731
        ring = lens.origins(np.linspace(-1, 1, 97), np.zeros(97), 2.0)
        sheet.line(place(ring), SOFT, 1.2, "4 4")
        rays, starts = lens.rays(turned, np.zeros(12), 2.0), lens.origins(turned, np.zeros(12), 2.0)
        for ray, start in zip(rays, starts, strict=True):
            ahead = np.allclose(ray, (0, 0, -1))
            sheet.arrow(place(start)[0], place(start + 0.42 * ray)[0], INK if ahead else colour, 2.6 if ahead else 1.6)
            sheet.dot(place(start)[0], colour, 3)
        sheet.dot(centre, INK, 3)
        sheet.text((centre[0], 22), f"{name}: one ray for every azimuth, from above")
    sheet.text(
        (430, 318), "dark: the ray straight ahead; the circle is drawn wider than the eyes are apart", SOFT, size=12
    )
    return sheet


def layouts() -> _Sheet:
    """Where the eyes' pictures lie in each layout."""
    sheet = _Sheet(860, 210)
    for column, layout in enumerate(LAYOUTS):
        size = {"sbs": (128, 36), "tb": (64, 72)}.get(layout, (64, 36))
        frame = compose(ViewOptions(layout=layout), Pose(), 90, size, Displacement())
        x0, y0, zoom = 16 + 30 + 162 * column - (32 if layout == "sbs" else 0), 60, 1.4 if layout != "sbs" else 1.1
        names = ("left", "right") if len(frame.views) == 2 else ("centre",)
        sheet.text((16 + 76 + 162 * column, 34), layout)
        for view, name, colour in zip(frame.views, names, (LEFT, RIGHT), strict=False):
            x, y, width, height = (zoom * n for n in view.rectangle)
            ink = colour if len(frame.views) == 2 else INK
            over = frame.anaglyph and name == "right"
            sheet.box(x0 + x, y0 + y, width, height, "none" if over else FILL, ink)
            shift = {"left": -9, "right": 9}.get(name, 0) if frame.anaglyph else 0
            sheet.text((x0 + x + width / 2, y0 + y + height / 2 + 5 + shift), name, colour, size=12)
        eye = frame.views[0]
        shape = "16:9" if abs(eye.aspect - 16 / 9) < 0.01 else f"{eye.aspect:.2f}:1"
        sheet.text((16 + 76 + 162 * column, 190), f"an eye sees {shape}", SOFT, size=12)
    return sheet


def path() -> _Sheet:
    """A channel of a camera path: smooth through its keys."""
    sheet = _Sheet(860, 250)
    keys = ((0, 0), (2, 60), (4, 20), (8, 90))
    curve = CameraPath(tuple(Keyframe(t=t, yaw=yaw) for t, yaw in keys), loop=False)
    x0, y0, width, height = 70, 30, 750, 170
    sheet.box(x0, y0, width, height, "#ffffff", SOFT)
    times = np.linspace(0, 8, 200)
    place = lambda t, yaw: (x0 + width * t / 8, y0 + height * (1 - yaw / 100))  # noqa: E731
    sheet.line([place(t, curve.at(t)[0].yaw) for t in times], ACCENT, 2.4)
    for t, yaw in keys:
        sheet.dot(place(t, yaw), INK)
    for t in range(0, 9, 2):
        sheet.text((x0 + width * t / 8, y0 + height + 20), f"{t} s", SOFT, size=12)
    sheet.text((x0 - 8, y0 + 12), "yaw", SOFT, "end")
    return sheet


PICTURES = {draw.__name__: draw for draw in (panorama, depth, camera, stereo, around, layouts, path)}


def main() -> None:
    """Write the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}; all by default")
    parser.add_argument("--into", type=Path, default=Path("docs/pictures"), help="the folder (docs/pictures)")
    arguments = parser.parse_args()
    for name in arguments.names or PICTURES:
        (arguments.into / f"{name}.svg").write_text(str(PICTURES[name]()), encoding="utf-8")


if __name__ == "__main__":
    main()
