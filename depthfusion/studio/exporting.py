"""Asking how and where a still, a video, geometry or a project goes, and making the job that writes it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from depthfusion import places, project
from depthfusion.errors import InputError, MachineError
from depthfusion.studio.banner import Banner
from depthfusion.studio.export_words import free
from depthfusion.studio.session import Session
from depthfusion.studio.tasks import Task, Tasks

if TYPE_CHECKING:
    from depthfusion.jobs.job import Job
    from depthfusion.studio.export_dialog import ExportDialog

_SEQUENCES = (".png", ".exr")


def job(session: Session, kind: str, output: Path) -> Job | None:
    """Return the export of what is shown as a `still`, a `video` or a `mesh`; None while nothing is."""
    from depthfusion.export.jobs import MeshJob, StillJob, VideoJob

    shown = session.project()
    if shown is None:
        return None
    if kind == "still":
        return StillJob(output=str(output), **shown.job())
    if kind == "video":
        return VideoJob(output=str(output), title=shown.panorama.stem, **shown.video_job())
    mesh = session.mesh.as_dict()
    if session.formats.mesh in {"ply", "points"}:
        mesh["ply"] = "points" if session.formats.mesh == "points" else "mesh"
    return MeshJob(output=str(output), **{**shown.job(), "view": {}, "export": {}, "mesh": mesh})


def open_soon(window: QWidget, make: Callable[[], QDialog]) -> None:
    """Make a dialog and open it, each in a turn of the event loop of its own: Qt's takes its time for both."""

    def begin() -> None:
        dialog = make()
        dialog.finished.connect(dialog.deleteLater)
        QTimer.singleShot(0, dialog, dialog.open)

    QTimer.singleShot(0, window, begin)


class Exports:
    """Asks how and where stills, videos, geometry and projects go, and has them written.

    Args:
        window: what the dialogs belong to; its title names the project.
        session: what is written.
        tasks: where they are made.
        banner: where it is told.
    """

    def __init__(self, window: QWidget, session: Session, tasks: Tasks, banner: Banner) -> None:
        self._window = window
        self._session = session
        self._tasks = tasks
        self._banner = banner
        self.dialog: ExportDialog | None = None

    def ask(self, kind: str) -> None:
        """Ask how and where a `still`, a `video`, a `mesh` or a `project` goes, and write it there.

        It does not wait for the answer.
        """
        if self._session.source is None:
            self._banner.tell("info", "there is no world yet: generate one, or open a panorama")
            return
        open_soon(self._window, partial(self._make, kind))

    def close(self) -> None:
        """Give up what is asked, and end what finds out for it."""
        if self.dialog is not None:
            self.dialog.reject()
            self.dialog = None

    def _make(self, kind: str) -> QDialog:
        if kind == "project":
            return self._ask_project()
        from depthfusion.studio.mesh_dialog import MeshDialog
        from depthfusion.studio.still_dialog import StillDialog
        from depthfusion.studio.video_dialog import VideoDialog

        made = {"still": StillDialog, "video": VideoDialog, "mesh": MeshDialog}[kind](self._window, self._session)
        made.agreed.connect(partial(self._agreed, kind))
        self.close()
        self.dialog = made
        made.finished.connect(self._forget)
        return made

    def _forget(self) -> None:
        self.dialog = None

    def _ask_project(self) -> QDialog:
        stem = self._session.source.panorama.stem
        suggested = free(stem, project.SUFFIX)
        with contextlib.suppress(InputError, MachineError):  # saving tells
            places.make(suggested.parent)
        dialog = QFileDialog(self._window, "Save the project", str(suggested.parent), f"Projects (*{project.SUFFIX})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(project.SUFFIX[1:])
        dialog.selectFile(suggested.name)
        dialog.fileSelected.connect(lambda path: self.save_project(Path(path)))
        return dialog

    def _agreed(self, kind: str, output: Path) -> None:
        if kind == "video" and output.suffix.lower() in _SEQUENCES:
            output = output.with_suffix("") / output.name  # so many pictures get a folder of their own
        try:
            places.make(output.parent)
        except (InputError, MachineError) as error:
            self._banner.tell("error", str(error))
            return
        self.export(kind, output)

    def export(self, kind: str, output: Path) -> Task | None:
        """Write a `still`, a `video` or a `mesh` of what is shown in a worker."""
        made = job(self._session, kind, output)
        return self._tasks.submit("export", made, output.name) if made else None

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
        self._session.saved(output, shown)
        self._window.setWindowTitle(f"{output.stem} – DepthFusion")
        self._banner.tell("info", f"the project is saved as {output.name}")
