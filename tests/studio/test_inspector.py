"""The right panel shows what is taken where a number is left to the program."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from depthfusion.studio.inputs import SLIDER_STEPS
from depthfusion.studio.inspector import Inspector
from depthfusion.studio.session import Session


@pytest.fixture
def inspector(qtbot: QtBot) -> tuple[Inspector, Session]:
    session = Session()
    made = Inspector(session)
    qtbot.addWidget(made)
    return made, session


def shown(made: Inspector, section: str, name: str) -> float:
    return float(made.sections[section].form.fields[name].editor.inner.spin.value())


def test_each_lens_has_its_own_field_of_view_and_range(inspector: tuple[Inspector, Session]) -> None:
    made, session = inspector
    editor = made.sections["View"].form.fields["fov"].editor
    assert shown(made, "View", "fov") == 90
    session.view.projection = "little-planet"
    assert shown(made, "View", "fov") == 250
    assert editor.inner.slider.value() == round((250 - 60) / (330 - 60) * SLIDER_STEPS)
    assert session.view.fov is None
    session.view.fov = 120.0
    assert shown(made, "View", "fov") == 120
    session.view.fov = None
    assert shown(made, "View", "fov") == 250


def test_convergence_and_distances_are_those_that_are_taken(inspector: tuple[Inspector, Session]) -> None:
    made, session = inspector
    session.look.radius = 4.0
    assert shown(made, "View", "convergence") == 4.0  # neutral depth lies on the radius
    session.view.projection = "equirect"
    assert shown(made, "View", "convergence") == 0.0
    session.look.mapping = "inverse"
    assert (shown(made, "Look", "near"), shown(made, "Look", "far")) == (1.0, 50.0)
    made.suggest_range(2.0, 30.0)
    assert (shown(made, "Look", "near"), shown(made, "Look", "far")) == (2.0, 30.0)
    assert (session.look.near, session.look.far) == (None, None)
