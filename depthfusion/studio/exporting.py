"""Asking where a still, a video or a project goes, and making the job that writes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from depthfusion import places, project
from depthfusion.errors import InputError, MachineError
from depthfusion.export.jobs import StillJob, VideoJob
from depthfusion.export.names import suggested_name
from depthfusion.jobs.job import Job
from depthfusion.project import Project
from depthfusion.studio.banner import Banner
from depthfusion.studio.session import Session
from depthfusion.studio.tasks import Task, Tasks

_KINDS = {
    "project": ("Save the project", ".depthfusion", "Projects (*.depthfusion)"),
    "still": ("Export a still", ".png", "Pictures (*.png *.jpg *.webp *.tif)"),
    "video": ("Export a video", ".mp4", "Videos (*.mp4)"),
}


def suggestion(session: Session, kind: str, source: Path) -> Path:
    """Return a path in today's folder, named as players look for it, where nothing is yet. No folder is made."""
    suffix = _KINDS[kind][1]
    view = session.view
    name = source.stem
    if kind != "project":
        name = suggested_name(name, view.layout, view.projection, "", swap=view.swap)
    unused = places.unused(places.results(), name, (suffix, ".depth.png") if suffix == ".png" else (suffix,))
    return unused.with_name(unused.name + suffix)


def job(shown: Project, kind: str, output: Path) -> Job:
    """Return the export of a project."""
    if kind == "still":
        return StillJob(output=str(output), **shown.job())
    return VideoJob(output=str(output), title=shown.panorama.stem, **shown.video_job())


def open_soon(window: QWidget, make: Callable[[], QFileDialog]) -> None:
    """Make a file dialog and open it, each in a turn of the event loop of its own: Qt's takes its time for both."""

    def begin() -> None:
        dialog = make()
        dialog.finished.connect(dialog.deleteLater)
        QTimer.singleShot(0, dialog, dialog.open)

    QTimer.singleShot(0, window, begin)


class Exports:
    """Asks where stills, videos and projects go, and has them written.

    Args:
        window: what the dialogs belong to; its title names the project.
        session: what is written.
        tasks: where stills and videos are made.
        banner: where it is told.
    """

    def __init__(self, window: QWidget, session: Session, tasks: Tasks, banner: Banner) -> None:
        self._window = window
        self._session = session
        self._tasks = tasks
        self._banner = banner

    def ask(self, kind: str) -> None:
        """Ask where a `still`, a `video` or a `project` goes, and write it there. It does not wait for the answer."""
        source = self._session.source
        if source is None:
            self._banner.tell("info", "there is no world yet: generate one, or open a panorama")
            return
        suggested = suggestion(self._session, kind, source.panorama)
        try:
            places.make(suggested.parent)
        except (InputError, MachineError) as error:
            self._banner.tell("error", str(error))
            return
        title, suffix, names = _KINDS[kind]
        write = self.save_project if kind == "project" else partial(self.export, kind)

        def made() -> QFileDialog:
            dialog = QFileDialog(self._window, title, str(suggested.parent), names)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setFileMode(QFileDialog.FileMode.AnyFile)
            dialog.setDefaultSuffix(suffix[1:])
            dialog.selectFile(suggested.name)
            dialog.fileSelected.connect(lambda path: write(Path(path)))
            return dialog

        open_soon(self._window, made)

    def export(self, kind: str, output: Path) -> Task | None:
        """Write a `still` or a `video` of what is shown in a worker."""
        shown = self._session.project()
        return self._tasks.submit("export", job(shown, kind, output), output.name) if shown else None

    def save_project(self, output: Path | None = None) -> None:
        """Write what is shown as a project: to `output`, else where it came from, else ask."""
        shown = self._session.project()
        opened = self._session.files[0] if self._session.files else None
        if output is None and opened is not None and project.is_project(opened):
            output = opened
        if shown is None or output is None:
            self.ask("project")
            return
        try:
            project.save(shown, output)
        except (InputError, MachineError) as error:
            self._banner.tell("error", str(error))
            return
        self._session.open((output,), shown)
        self._window.setWindowTitle(f"{output.stem} – DepthFusion")
        self._banner.tell("info", f"the project is saved as {output.name}")
