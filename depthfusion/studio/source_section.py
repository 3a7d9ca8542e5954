"""Beginning from a picture: which, how much of it is made anew, and where."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel

from depthfusion.generate.request import GenerationRequest
from depthfusion.studio import drops, mask, start_picture, theme
from depthfusion.studio.background import Latest
from depthfusion.studio.fields import Form
from depthfusion.studio.inputs import image_of
from depthfusion.studio.path_box import PathBox
from depthfusion.studio.picture_view import PictureView
from depthfusion.studio.prompt_editors import LeftToTheProgram
from depthfusion.studio.section import Section
from depthfusion.studio.session import Session
from depthfusion.studio.start_picture import Start
from depthfusion.studio.thumbnails import small_picture

NAMES = ("source", "denoise", "mask")
_WIDTH = 256
_OWN_STRENGTH = GenerationRequest.denoise.inner.default


class SourceSection(Section):
    """Source, strength and mask of a request, and a picture of what the engine begins from.

    `ask_source`, `ask_mask` and `paint` are what is asked: files, and painting a mask.
    """

    ask_source = Signal()
    ask_mask = Signal()
    paint = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        request = session.request
        self.source = PathBox(GenerationRequest.source, "Words alone", (("file", "Choose a picture…"),))
        self.mask = PathBox(
            GenerationRequest.mask, "Everything", (("paint", "Paint…"), ("file", "Choose a mask…")), _called
        )
        self.strength = LeftToTheProgram(GenerationRequest.denoise)
        self._usable = True
        self._unreadable = False
        self._start: Start | None = None

        def begun() -> bool:
            return self._usable and bool(request.source)

        form = Form(
            request,
            session.history,
            skip=tuple(value.name for value in GenerationRequest.values() if value.name not in NAMES),
            editors={"source": self.source, "denoise": self.strength, "mask": self.mask},
            labels={"source": "Begin from", "denoise": "Strength", "mask": "Make anew"},
            relevant={"source": lambda: self._usable, "denoise": begun, "mask": begun},
        )
        super().__init__("From a picture", form, folded=True)
        form.reset_asked.connect(self._reset_all)
        self.start = PictureView("What is left of the picture for the engine to go by")
        self.words = QLabel()
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.add(self.start)
        self.add(self.words)
        self._reader = Latest("source", self)
        self._reader.done.connect(self._read)
        self._reader.failed.connect(lambda trouble: self._read(None))
        self._engine = ""
        self.source.asked.connect(lambda name: self.ask_source.emit())
        self.mask.asked.connect(lambda name: (self.paint if name == "paint" else self.ask_mask).emit())
        self.head.toggled.connect(lambda open_: self._show())
        for disconnect in (request.changed.connect(self._changed), session.scene_changed.connect(self._offer)):
            self.destroyed.connect(disconnect)
        self._offer("scene")
        self._changed("source")

    def set_engine(self, engine: str, usable: bool) -> None:
        """Say which engine is chosen, and whether it can begin from a picture."""
        self._engine = engine
        self._usable = usable
        self.form.refresh()
        self._show()

    def close_threads(self) -> None:
        """End what reads."""
        self._reader.close()

    def _reset_all(self) -> None:
        with self._session.history.together():
            self.form.reset()

    def _offer(self, name: str) -> None:
        """Have the open world at hand."""
        source = self._session.source
        there = source is not None and not drops.moves(source.panorama)
        self.source.offer(((str(source.panorama), f"The open world ({source.panorama.stem})"),) if there else ())

    def _changed(self, name: str) -> None:
        request = self._session.request
        if name in {"source", "mask"}:
            self.strength.suggest(1.0 if request.mask else _OWN_STRENGTH)
            if request.source:
                self._unreadable = False
                marked = Path(request.mask) if request.mask else None
                self._reader.start(partial(_read, Path(request.source), marked))
            else:
                self._start = None
        if name in NAMES:
            self._show()

    def _read(self, start: Start | None) -> None:
        self._start, self._unreadable = start, start is None
        self._show()

    def _show(self) -> None:
        """Show the start and say what the strength does."""
        request, strength = self._session.request, self.strength.shown
        shown = self.head.isChecked() and self._usable and bool(request.source)
        self.start.setVisible(shown and self._start is not None)
        self.words.setVisible(self.head.isChecked() and (shown or not self._usable))
        if not self._usable:
            self.words.setText(
                f"{self._engine} makes worlds of words alone: choose an engine that begins from pictures."
            )
        elif self._start is None:
            self.start.put(QImage())
            self.words.setText("This picture cannot be read." if self._unreadable else "")
        else:
            self.start.put(self._picture(self._start, strength))
            where = " Under the mask: " if request.mask else " "
            self.words.setText(f"The engine goes by this.{where}{start_picture.explained(strength)}")

    def _picture(self, start: Start, strength: float) -> QImage:
        """Return what is left of the picture, tinted where it is made anew if that is not everywhere."""
        rgb = start.under(strength)
        if start.mask is not None:
            tint = QColor(theme.colours().accent).getRgb()[:3]
            marked = start.mask == 1
            rgb = rgb.copy()
            rgb[marked] = (0.7 * rgb[marked] + 0.3 * np.array(tint)).astype(np.uint8)
        return image_of(rgb)


def _read(source: Path, marked: Path | None) -> Start:
    rgb = small_picture(source, _WIDTH)
    height, width = rgb.shape[:2]
    return Start(rgb, mask.load(marked, (width, height)) if marked is not None else None)


def _called(path: Path) -> str:
    return "What is painted" if path.parent == mask.folder() else path.name
