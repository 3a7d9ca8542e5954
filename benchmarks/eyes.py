"""What a second eye costs: `python -m benchmarks.eyes`.

A frame of one eye and one of two, both at full size, take turns. `drawn` is the time until the last pixel is there;
`submitted` is processor time of the thread that draws, without what the driver's own drawing and clearing take in it: a
software renderer shades vertices there, which a graphics card does by itself. Its work also takes the processor's
caches from ours: `submitted alone` is the same time of frames for which drawing and clearing are left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import moderngl

from benchmarks import measure
from benchmarks.frames import POSE, timed, world
from depthfusion.camera.frame import compose
from depthfusion.camera.options import ViewOptions
from depthfusion.layers import split
from depthfusion.look import Displacement
from depthfusion.render import context as contexts
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import FILE, Quality, Renderer
from depthfusion.render.surface import Surface

SIZES = {"one eye": ("mono", (1280, 720)), "two eyes": ("sbs", (2560, 720))}
QUALITIES = {"tolerance 4 px": Quality(4, 1), "tolerance 1 px": Quality(1, 1), "as for files": FILE}


@contextmanager
def outside_the_driver(drawing: bool) -> Iterator[list[float]]:
    """Yield a list whose one number is the thread's time in seconds that drawing and clearing took.

    Without `drawing` neither is done.
    """
    spent = [0.0]
    originals = {owner: getattr(owner, name) for owner, name in _CALLS.items()}

    def counted(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return call(*arguments, **named) if drawing else None
        finally:
            spent[0] += time.thread_time() - began

    def method(call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, **named: counted(call, *arguments, **named)

    for owner, name in _CALLS.items():
        setattr(owner, name, method(originals[owner]))
    try:
        yield spent
    finally:
        for owner, name in _CALLS.items():
            setattr(owner, name, originals[owner])


_CALLS: dict[type, str] = {moderngl.VertexArray: "render", moderngl.Framebuffer: "clear"}


def submitted(draw: Callable[[], Any], context: moderngl.Context, spent: list[float]) -> float:
    """Run `draw` and return the milliseconds of this thread that are ours."""
    began, before = time.thread_time(), spent[0]
    draw()
    milliseconds = 1000 * (time.thread_time() - began - (spent[0] - before))
    context.finish()
    return milliseconds


def main() -> None:
    """Measure and write results/eyes.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    context = contexts.standalone()
    rgb, depth = world()
    surface = Surface(context, prepare(rgb, depth, split(rgb, depth)))
    for _ in surface.upload():
        pass
    ours = Renderer(context)
    targets = {name: context.framebuffer([context.renderbuffer(size, 4)]) for name, (_, size) in SIZES.items()}
    cases = []
    for edges in ("stretched", "layered"):
        rule = Displacement(edges=edges)
        for title, quality in QUALITIES.items():
            for what in ("drawn", "submitted", "submitted alone"):
                loop: dict[str, Callable[[], float]] = {}
                with outside_the_driver(drawing=what != "submitted alone") as spent:
                    for eyes, (layout, size) in SIZES.items():
                        frame = compose(ViewOptions(layout=layout), POSE, 90, size, rule)
                        draw = partial(ours.draw, surface, frame, rule, quality, targets[eyes])
                        loop[eyes] = (
                            timed(draw, context) if what == "drawn" else partial(submitted, draw, context, spent)
                        )
                    measured = measure.interleaved(loop, runs)
                for eyes, times in measured.items():
                    case: dict[str, Any] = {"name": f"{edges}, {title}, {what}, {eyes}", "runs": times}
                    if eyes != "one eye":
                        case |= {"peer": "one eye", "ratio": measure.ratio(measured, eyes, "one eye")}
                    cases.append(case)
    measure.record("eyes", "ms", cases, renderer=context.info["GL_RENDERER"])


if __name__ == "__main__":
    main()
