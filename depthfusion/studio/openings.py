"""Opening pictures and projects: they are read in a thread, and bring their settings with them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from depthfusion import places, project
from depthfusion.generate import rules
from depthfusion.jobs.job import Json
from depthfusion.studio import drops
from depthfusion.studio.background import Latest, Trouble
from depthfusion.studio.exporting import open_soon
from depthfusion.studio.scenes import NoDepthError, Scene, behind, opener

if TYPE_CHECKING:
    from depthfusion.render.prepare import Behind
    from depthfusion.studio.window import Window


class Openings(QObject):
    """Opens what is dropped, chosen or made.

    Args:
        window: what shows it.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self._loader = Latest("opening", self)
        self._loader.done.connect(self._opened)
        self._loader.failed.connect(self._not_opened)
        self._layerer = Latest("cutting depth edges", self)
        self._layerer.done.connect(self._layered)
        self._layerer.failed.connect(self._not_layered)
        self._layerer.busy.connect(self._layering)
        self._session.look.changed.connect(self._look_changed)

    def close_threads(self) -> None:
        """End what reads."""
        self._loader.close()
        self._layerer.close()

    def open(self, *paths: Path, settled: bool = False) -> None:
        """Open a picture, a picture and its depth, or a project. It is read in a thread; the latest wins.

        `settled`: the session's settings stay; otherwise those that the files bring are taken over.
        """
        self._loader.start(opener(paths, settled, self._session.export.at if settled else 0.0))

    def go_back(self, files: tuple[Path, ...]) -> None:
        """Open a world of late again. The settings stay as they are, but for a project's, which are its own."""
        self.open(*files, settled=not project.is_project(files[0]))

    def ask(self) -> None:
        """Ask for files to open."""
        known = " ".join(f"*{suffix}" for suffix in (*drops.DEPTHS, *drops.videos(), drops.PROJECT))
        here = self._session.files[0].parent if self._session.files else places.results().parent

        def made() -> QFileDialog:
            dialog = QFileDialog(self._window, "Open a panorama (choose its depth with it) or a project", str(here))
            dialog.setNameFilter(f"Panoramas, videos and projects ({known})")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.filesSelected.connect(lambda names: self.open(*map(Path, names)))
            return dialog

        open_soon(self._window, made)

    def _opened(self, scene: Scene) -> None:
        self._window.banner.clear()
        high, wide = scene.panorama.rgb.shape[:2]
        self._session.open(scene.files, scene.project, (wide, high))
        self._window.setWindowTitle(f"{scene.name} – DepthFusion")
        self._window.inspector.set_ready(True)
        self._window.inspector.suggest_range(scene.panorama.near, scene.panorama.far)
        if self._window.viewport is not None:
            self._window.viewport.show_scene(scene)
            if scene.motion is None or scene.settled:  # another one is played, with its edges stretched
                self._layer()
        if not scene.settled and project.is_project(scene.files[0]):
            self._session.adopt_project(scene.project)
        self._window.player.take_over(scene)
        if scene.settled:
            return
        if scene.motion is not None:
            self._window.player.play()
        if scene.panorama.request is not None:
            self._adopt_request(dict(scene.panorama.request))

    def show_moment(self, scene: Scene) -> None:
        """Show a world that moves at another of its times, with its edges as the look has them."""
        if self._window.viewport is not None:
            self._window.viewport.show_moment(scene)
            self._layer()

    def _look_changed(self, name: str) -> None:
        if name == "edges":
            self._layer()

    def _layer(self) -> None:
        """Have the layer behind the depth edges made, if it is wanted and not there. The world is shown before."""
        viewport = self._window.viewport
        if viewport is None or viewport.scene is None or not viewport.flat or self._session.look.edges != "layered":
            return
        if self._window.player.playing:
            return
        self._layerer.start(partial(behind, viewport.scene))

    def layer_anew(self, panorama: Path) -> None:
        """Show the layer behind a panorama's edges as it is kept beside it now, if that is what is open."""
        viewport = self._window.viewport
        if viewport is not None and viewport.scene is not None and viewport.scene.project.panorama == panorama:
            self._layerer.start(partial(behind, viewport.scene))

    def _layering(self, busy: bool) -> None:
        if self._window.viewport is not None:
            self._window.viewport.layering = busy

    def _layered(self, made: tuple[Scene, Behind]) -> None:
        scene, layer = made
        viewport = self._window.viewport
        if viewport is not None and viewport.scene is scene and not self._window.player.playing:
            viewport.show_behind(layer)

    def _not_layered(self, trouble: Trouble) -> None:
        from depthfusion.layers.files import BrokenBackError

        if isinstance(trouble.error, BrokenBackError):
            anew = ("Fill it anew…", self._window.filling.ask)
            self._window.banner.tell("warning", trouble.sentence, action=anew)
        else:
            self._window.show_trouble(trouble)

    def _not_opened(self, trouble: Trouble) -> None:
        if isinstance(trouble.error, NoDepthError):
            estimate = partial(self._window.pictures.ask_depth, trouble.error.picture)
            self._window.banner.tell("info", trouble.sentence, action=("Estimate its depth…", estimate))
        else:
            self._window.show_trouble(trouble)

    def _adopt_request(self, request: Json) -> None:
        """Take over how a picture was made, except its engine, which is only proposed."""
        refused = self._session.adopt("request", request, skip=("engine",))
        if refused:
            self._window.banner.tell("warning", f"not every setting of this picture is known here: {refused[0]}")
        engine = request.get("engine")
        chosen = self._session.request.engine
        taken = {chosen, rules.SKETCH} if chosen == rules.AUTO else {chosen}
        if isinstance(engine, str) and engine not in taken:
            use = partial(setattr, self._session.request, "engine", engine)
            self._window.banner.tell("info", f"this picture was made by {engine}", action=(f"Use {engine}", use))
