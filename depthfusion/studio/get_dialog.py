"""What is missing, what it costs, on what terms, and getting it: parts of the program, and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from depthfusion.errors import MachineError
from depthfusion.generate import parts
from depthfusion.generate.model_jobs import GetModelJob, OfferModelJob
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Report
from depthfusion.studio import theme
from depthfusion.studio.progress_words import progress_words
from depthfusion.studio.tasks import Failure, Task, Tasks
from ldm3d.amounts import in_words

_STEPS = 1000


class GetDialog(QDialog):
    """One thing after another: the parts where they are missing, the licence, the download.

    Nothing is fetched without a click. Closed in the middle it goes on in the background.

    Args:
        parent: the window.
        tasks: where the work is done.
        name: what the person calls the engine.
        lacks: the parts of LDM3D in words, where they are not installed; else empty.
        checkpoint: what is to be downloaded, by its name on the hub; empty: nothing.

    `got` tells that everything is there, `stage_done` that something is.
    """

    got = Signal()
    stage_done = Signal()

    def __init__(self, parent: QWidget, tasks: Tasks, name: str, lacks: str, checkpoint: str) -> None:
        super().__init__(parent)
        self._tasks, self._name, self._lacks, self._checkpoint = tasks, name, lacks, checkpoint
        self.task: Task | None = None
        self._go: Callable[[], None] = lambda: None
        self.setWindowTitle(f"Get {name}")
        self.setStyleSheet(theme.sheet())
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(theme.GAP)
        self.title = QLabel()
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setOpenExternalLinks(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.licence = QPlainTextEdit()
        self.licence.setReadOnly(True)
        self.licence.setTabChangesFocus(True)
        self.licence.setAccessibleName("Licence")
        self.licence.setMinimumHeight(180)
        self.accepts = QCheckBox()
        self.accepts.toggled.connect(self._allow)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.doing = QLabel()
        self.doing.setObjectName("note")
        self.doing.setTextFormat(Qt.TextFormat.PlainText)
        self.doing.setWordWrap(True)
        for widget in (self.title, self.text, self.licence, self.accepts, self.bar, self.doing):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.addStretch(1)
        self.later = QPushButton()
        self.later.clicked.connect(self.close)
        self.stop = QPushButton("Cancel")
        self.stop.clicked.connect(self._cancel)
        self.go = QPushButton()
        self.go.setObjectName("primary")
        self.go.clicked.connect(self._press)
        for button in (self.later, self.stop, self.go):
            row.addWidget(button)
        column.addLayout(row)
        if lacks:
            self._offer_parts()
        else:
            self._ask_the_hub()

    # --- what is shown -------------------------------------------------------------------------------------------

    def _offer_parts(self) -> None:
        then = f" After that the hub is asked about {escape(self._checkpoint)}." if self._checkpoint else ""
        title = f"{self._name} needs {self._lacks}"
        if not parts.can_install():
            try:
                parts.require()
            except MachineError as error:
                self._show(title, escape(_sentence(str(error))))
                return
        self._show(
            title,
            "PyTorch, diffusers and transformers are installed into the program's own environment; nothing else on "
            f"this machine is changed.{then}",
            go="Install",
            does=lambda: self._run(parts.InstallPartsJob(), "LDM3D parts", self._parts_came),
        )

    def _ask_the_hub(self) -> None:
        if not self._checkpoint:
            self._all_here()
            return
        self._show(f"Get {self._checkpoint}", "Asking the hub what it is and on what terms it is given…", runs=True)
        self._run(OfferModelJob(self._checkpoint), f"asking about {self._checkpoint}", self._offered, quiet=True)

    def _offered(self, offer: Json) -> None:
        licence, accepted = offer["licence"], offer["licence"]["accepted"]
        link = f'<a href="{escape(licence["link"])}">{escape(licence["name"])}</a>' if licence["link"] else ""
        rows = (
            ("Download", in_words(offer["bytes_left"]) + _of(offer)),
            ("Goes to", escape(offer["folder"])),
            ("Free there", in_words(offer["free"])),
            ("Licence", link or escape(licence["name"])),
            ("Revision", escape(offer["revision"][:12])),
        )
        table = "".join(
            f"<tr><td style='padding: 2px 18px 2px 0'>{name}</td><td style='padding: 2px 0'>{words}</td></tr>"
            for name, words in rows
        )
        self._show(
            f"Get {offer['name']}",
            f"<table>{table}</table>",
            go="Download",
            does=lambda: self._run(GetModelJob(offer["name"], True), offer["name"], lambda result: self._all_here()),
        )
        self.accepts.setText(f"I accept the licence ({licence['name']})")
        self.accepts.setChecked(accepted)
        self.accepts.setVisible(not accepted)
        self.licence.setPlainText(licence["text"])
        self.licence.setVisible(bool(licence["text"]) and not accepted)
        self._allow(accepted)
        (self.go if accepted else self.accepts).setFocus()
        self.adjustSize()

    def _show(
        self, title: str, text: str, *, go: str = "", does: Callable[[], None] = lambda: None, runs: bool = False
    ) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self._go = does
        self.go.setText(go)
        self.go.setVisible(bool(go))
        self.go.setEnabled(True)
        self.stop.hide()
        self.later.setText("Close" if runs else "Not now")
        for widget in (self.licence, self.accepts, self.doing):
            widget.hide()
        self.bar.setRange(0, 0 if runs else _STEPS)
        self.bar.setVisible(runs)
        self.adjustSize()

    def _press(self) -> None:
        self._go()

    def _allow(self, accepted: bool) -> None:
        self.go.setEnabled(accepted)

    # --- what is done --------------------------------------------------------------------------------------------

    def _run(self, job: Job, title: str, then: Callable[[Json], None], quiet: bool = False) -> None:
        again = self._go
        task = self._tasks.submit("fetch", job, title, quiet=quiet)
        self.task = task
        if not quiet:
            for widget in (self.licence, self.accepts, self.go):
                widget.hide()
            self.later.setText("Go on in the background")
            self.stop.setEnabled(True)
            self.stop.show()
            self.doing.setText("Starting")
            self.doing.show()
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(0)
            self.bar.show()
            self.adjustSize()
        task.progressed.connect(self._progressed)
        task.done.connect(lambda result: self._ended() or then(result))
        task.failed.connect(lambda failure: self._failed(failure, quiet, again))
        task.cancelled.connect(self._cancelled)

    def _progressed(self, report: Report) -> None:
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(report.fraction * _STEPS))
        words = progress_words(report)
        self.doing.setText(words[:1].upper() + words[1:])
        self.doing.show()

    def _parts_came(self, result: Json) -> None:
        QTimer.singleShot(0, self, self._go_on)  # when the job that installed them is forgotten

    def _go_on(self) -> None:
        """Go on with processes that find the parts."""
        for lane in ("generate", "fetch"):
            self._tasks.renew(lane)
        self.stage_done.emit()
        self._ask_the_hub()

    def _all_here(self) -> None:
        self.stage_done.emit()
        self.got.emit()

    def _failed(self, failure: Failure, asking: bool, again: Callable[[], None]) -> None:
        self._ended()
        retry = self._ask_the_hub if asking else again
        self._show(self.title.text(), escape(_sentence(failure.message)), go="Try again", does=retry)

    def _cancelled(self) -> None:
        self._ended()
        self._show(
            self.title.text(),
            "Stopped. What has come is kept: the next time it goes on from there.",
            go="Go on",
            does=self._go,
        )

    def _ended(self) -> None:
        self.task = None
        self.bar.hide()
        self.stop.hide()

    def _cancel(self) -> None:
        if self.task is not None:
            self.stop.setEnabled(False)
            self._tasks.cancel(self.task)


def _of(offer: Json) -> str:
    """Say how much there is in all, where some has come already."""
    return f" (of {in_words(offer['bytes'])})" if offer["bytes_left"] < offer["bytes"] else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
