"""The window: puts the rooms of the studio together. What each does stands in its own module."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from depthfusion import places
from depthfusion.studio import actions, drops, opengl, session, theme
from depthfusion.studio.background import Latest, Trouble
from depthfusion.studio.banner import Banner
from depthfusion.studio.exporting import Exports
from depthfusion.studio.filling import Filling
from depthfusion.studio.gallery import Gallery
from depthfusion.studio.getting import Getting
from depthfusion.studio.inspector import Inspector
from depthfusion.studio.making import Making
from depthfusion.studio.openings import Openings
from depthfusion.studio.picture_work import PictureWork
from depthfusion.studio.player import Player
from depthfusion.studio.preview_card import PreviewCard
from depthfusion.studio.prompt_panel import PromptPanel
from depthfusion.studio.session import Session
from depthfusion.studio.task_strip import TaskStrip
from depthfusion.studio.tasks import Failure, Task, Tasks
from depthfusion.studio.view_bar import ViewBar
from depthfusion.studio.viewport import Viewport
from depthfusion.studio.welcome import NoCanvas, Welcome

_AUTOSAVE = 1500  # milliseconds after the last change
_SIDES = (318, 830, 320)
_MARGINS = (8, 2, 8, 8)


class Window(QMainWindow):
    """Everything a person sees.

    Args:
        state: what is shown and changed.
        saved: the file that keeps it.
    """

    gone = Signal()

    def __init__(self, state: Session, saved: Path) -> None:
        super().__init__()
        self.session = state
        self._saved = saved
        self._leave = False
        self._was_maximized = False
        self.setWindowTitle("DepthFusion")
        self.setAcceptDrops(True)
        self.resize(QSize(1440, 900).boundedTo(self.screen().availableSize()))

        self.tasks = Tasks(self)
        self.saver = Latest("saving", self)
        self.prompt = PromptPanel(state)
        self.inspector = Inspector(state)
        self.bar = ViewBar(state)
        self.banner = Banner()
        self.strip = TaskStrip()
        self.card = PreviewCard()
        self.gallery = Gallery(state.results)
        self.player = Player(self)
        self.getting = Getting(self, self.tasks, self.banner)
        self.exports = Exports(self, state, self.tasks, self.banner)
        self.stack = QStackedWidget()
        self.viewport: Viewport | None = None
        self.welcome: Welcome | None = None
        self._make_canvas()
        self._lay_out()
        self.openings = Openings(self)
        self.making = Making(self)
        self.pictures = PictureWork(self)
        self.filling = Filling(self)
        self.actions_ = actions.Actions(self)
        self._connect()
        self.inspector.set_ready(False)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.setInterval(_AUTOSAVE)
        self._autosave.timeout.connect(self.save_session)
        for one in state.states().values():
            one.changed.connect(lambda name: self._autosave.start())
        state.scene_changed.connect(lambda name: self._autosave.start())

    # --- putting together ----------------------------------------------------------------------------------------

    def _make_canvas(self) -> None:
        reason = opengl.why_not()
        if reason is not None:
            self._without_canvas(reason)
            return
        self.viewport = Viewport(self.session)
        self.welcome = Welcome(self.viewport)
        over = QVBoxLayout(self.viewport)
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.welcome)
        self.stack.addWidget(self.viewport)

    def _without_canvas(self, reason: str) -> None:
        page = NoCanvas(reason)
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.player)
        column.addWidget(self.gallery)
        # Messages lie over the canvas and tasks beside it, so that the picture stays where it is when they come.
        self.card.lie_over(self.stack)
        self.banner.lie_over(self.stack)
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        beside.addWidget(self.prompt, 1)
        beside.addWidget(self.strip)
        self._left = left
        self.splitter = QSplitter()
        self.splitter.setHandleWidth(8)
        self.splitter.setChildrenCollapsible(False)
        for widget, width, stretch in zip((left, middle, self.inspector), _SIDES, (0, 1, 0), strict=True):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
            if not stretch:
                widget.setMinimumWidth(width - 10)  # below that numbers are cut off
                widget.setMaximumWidth(width + 140)
        self.splitter.setSizes(list(_SIDES))
        frame = QWidget()
        around = QVBoxLayout(frame)
        around.setContentsMargins(*_MARGINS)
        around.addWidget(self.splitter)
        self.frame = around
        self.setCentralWidget(frame)

    def rooms(self) -> list[QWidget]:
        """The widgets that are dressed by themselves: together they are the window."""
        return [
            self.menuBar(),
            *self.prompt.rooms(),
            self.strip,
            self.bar,
            self.stack,
            self.player,
            self.gallery,
            *self.inspector.rooms(),
        ]

    def _connect(self) -> None:
        self.gallery.chosen.connect(self.openings.go_back)
        self.gallery.transform.connect(self.making.begin_from)
        for panel in (self.prompt, self.inspector):
            panel.refused.connect(partial(self.banner.tell, "warning"))
        self.inspector.still.connect(lambda: self.exports.ask("still"))
        self.inspector.video.connect(lambda: self.exports.ask("video"))
        self.inspector.mesh.connect(lambda: self.exports.ask("mesh"))
        self.bar.home.connect(self.home)
        self.bar.full_screen.connect(self.toggle_full_screen)
        self.strip.cancel.connect(self.tasks.cancel)
        self.tasks.added.connect(self.strip.add)
        self.tasks.failed.connect(self._failed)
        self.saver.failed.connect(self.show_trouble)
        if self.viewport is not None and self.welcome is not None:
            self.viewport.failed.connect(self._without_canvas)
            self.viewport.refused.connect(partial(self.banner.tell, "error"))
            self.viewport.problem.connect(self._problem)
            self.viewport.arrived.connect(self.welcome.hide)
            self.viewport.left.connect(self.leave_full_screen)
            self.viewport.space.connect(self.player.toggle)
            self.welcome.chosen.connect(self.try_prompt)
            self.welcome.open.connect(self.openings.ask)

    # --- opening -------------------------------------------------------------------------------------------------

    def open(self, *paths: Path, settled: bool = False) -> None:
        """Open a picture, a picture and its depth, or a project; see `Openings.open`."""
        self.openings.open(*paths, settled=settled)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.open(*self._dropped(event))

    def _dropped(self, event: QDropEvent) -> list[Path]:
        return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]

    def try_prompt(self, prompt: str) -> None:
        """Write a prompt and make it."""
        self.session.request.prompt = prompt
        self.making.generate()

    def stands_still(self) -> bool:
        """Whether a world is open that does not move; if not, say so."""
        source = self.session.source
        if source is None:
            self.banner.tell("info", "there is no world yet: generate one, or open a panorama")
        elif drops.moves(source.panorama):
            self.banner.tell("info", f"{source.panorama.name} moves: this is for panoramas that stand still")
        return source is not None and not drops.moves(source.panorama)

    # --- undo ----------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last change, or the last stroke while a mask is painted."""
        if self.making.painting:
            self.making.mask_page.undo_stroke()
        else:
            self.session.history.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.making.painting:
            self.making.mask_page.redo_stroke()
        else:
            self.session.history.redo()

    # --- telling -------------------------------------------------------------------------------------------------

    def _failed(self, task: Task, failure: Failure) -> None:
        sentence = failure.message
        if failure.reason == "defect":
            sentence = f"{task.title}: a defect of the program ({failure.message})"
            places.write_log(failure.traceback)
        kind = "warning" if failure.reason == "input" else "error"
        self.banner.tell(kind, sentence, details=failure.traceback)

    def show_trouble(self, trouble: Trouble) -> None:
        """Tell what went wrong in a thread of the window's own."""
        if trouble.details:
            places.write_log(trouble.details)
        self.banner.tell("error", trouble.sentence, details=trouble.details)

    def _problem(self, sentence: str) -> None:
        if sentence:
            self.banner.tell("warning", sentence, topic="view")
        else:
            self.banner.settle("view")

    # --- the view ------------------------------------------------------------------------------------------------

    def home(self) -> None:
        """Return to the middle of the world."""
        if self.viewport is not None:
            self.viewport.home()

    def toggle_full_screen(self) -> None:
        """Let the canvas fill the screen, or return."""
        if self.isFullScreen():
            self.leave_full_screen()
            return
        self._was_maximized = self.isMaximized()
        self._show_around(False)
        self.showFullScreen()
        self.stack.currentWidget().setFocus()

    def leave_full_screen(self) -> None:
        """Return from full screen."""
        if not self.isFullScreen():
            return
        self._show_around(True)
        if self._was_maximized:
            self.showMaximized()
        else:
            self.showNormal()

    def _show_around(self, shown: bool) -> None:
        for widget in (self._left, self.inspector, self.bar, self.gallery, self.menuBar()):
            widget.setVisible(shown)
        self.frame.setContentsMargins(*(_MARGINS if shown else (0, 0, 0, 0)))

    # --- keeping and leaving -------------------------------------------------------------------------------------

    def save_session(self) -> None:
        """Write down what is shown, in a thread: nothing is lost after a crash."""
        snapshot = self.session.as_dict()
        self.saver.start(partial(session.save, self._saved, snapshot))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.tasks.running("export") and not self._leave:
            event.ignore()
            self._ask_to_leave()
            return
        self.hide()
        self._autosave.stop()
        self.save_session()
        self.exports.close()
        self.tasks.close()
        self.saver.close()
        for one in (self.player, self.filling, self.openings, self.making, self.gallery, self.prompt.source):
            one.close_threads()
        self.gone.emit()
        event.accept()

    def _ask_to_leave(self) -> None:
        box = QMessageBox(self)
        box.setStyleSheet(theme.sheet())
        box.setIcon(QMessageBox.Icon.Question)
        box.setText("An export is running. Stop it and close?")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Go on exporting", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stop.clicked.connect(self._stop_and_leave)
        box.open()

    def _stop_and_leave(self) -> None:
        self._leave = True
        later: Callable[[], object] = self.close
        QTimer.singleShot(0, later)
