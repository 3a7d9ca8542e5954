"""Asking where a still, a video or a project goes, and making the job that writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from depthfusion import places
from depthfusion.export.jobs import StillJob, VideoJob
from depthfusion.export.names import suggested_name
from depthfusion.jobs.job import Job
from depthfusion.project import Project
from depthfusion.studio.session import Session

_KINDS = {
    "project": ("Save the project", ".depthfusion", "Projects (*.depthfusion)"),
    "still": ("Export a still", ".png", "Pictures (*.png *.jpg *.webp *.tif)"),
    "video": ("Export a video", ".mp4", "Videos (*.mp4)"),
}


def suggestion(session: Session, kind: str, source: Path) -> Path:
    """Return a path in today's folder, named as players look for it, where nothing is yet. No folder is made."""
    suffix = _KINDS[kind][1]
    view = session.view
    name = source.stem if kind == "project" else suggested_name(source.stem, view.layout, view.projection, "")
    unused = places.unused(places.results(), name, (suffix, ".depth.png") if suffix == ".png" else (suffix,))
    return unused.with_name(unused.name + suffix)


def job(project: Project, kind: str, output: Path) -> Job:
    """Return the export of a project."""
    if kind == "still":
        return StillJob(output=str(output), **project.job())
    return VideoJob(output=str(output), title=project.panorama.stem, **project.video_job())


def ask(parent: QWidget, kind: str, suggested: Path, chosen: Callable[[Path], None]) -> QFileDialog:
    """Open the dialog that asks for the file, and call `chosen` with the answer. It does not wait."""
    title, suffix, names = _KINDS[kind]
    dialog = QFileDialog(parent, title, str(suggested.parent), names)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(suffix[1:])
    dialog.selectFile(suggested.name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
