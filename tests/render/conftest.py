"""One context and one renderer for all tests that draw."""

from __future__ import annotations

import pytest

from depthfusion.render import context as contexts
from depthfusion.render.prepare import prepare
from depthfusion.render.renderer import Renderer
from depthfusion.render.surface import Surface

HOLE = (1.0, 0.0, 1.0)
"""Seen wherever nothing is drawn: no colour of any test's panorama."""


@pytest.fixture(scope="session")
def context():
    made = contexts.standalone()
    yield made
    made.release()


@pytest.fixture(scope="session")
def renderer(context):
    made = Renderer(context, background=HOLE)
    yield made
    made.release()


@pytest.fixture
def upload(context):
    """Return what brings a panorama onto the card."""
    surfaces = []

    def bring(rgb, depth):
        surface = Surface(context, prepare(rgb, depth))
        for _ in surface.upload():
            pass
        surfaces.append(surface)
        return surface

    yield bring
    for surface in surfaces:
        surface.release()
