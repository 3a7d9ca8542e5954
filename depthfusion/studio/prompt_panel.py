"""The left panel: what the world is to show, and what makes it."""

from __future__ import annotations

import secrets
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout

from depthfusion.generate.engines import ENGINES
from depthfusion.generate.request import LARGEST_SEED, GenerationRequest
from depthfusion.settings import Value
from depthfusion.studio import theme
from depthfusion.studio.editors import AutoEditor, ChoiceEditor, Editor
from depthfusion.studio.fields import Field, Form
from depthfusion.studio.panel import Panel
from depthfusion.studio.session import Session


class _Words(QPlainTextEdit):
    """Plain text whose undo is the session's."""

    def __init__(self) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("A tranquil forest at dawn, mist between the trees…")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and (
            event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        ):
            event.ignore()
            return False
        return super().event(event)


class PromptEditor(Editor):
    """Several lines of text."""

    def __init__(self, value: Value[str]) -> None:
        super().__init__(value)
        self.words = _Words()
        self.words.setMinimumHeight(72)
        self.words.setMaximumHeight(150)
        self.words.setAccessibleName("Prompt")
        self.row.addWidget(self.words)
        self.words.textChanged.connect(lambda: self.edited.emit(self.words.toPlainText()))
        self.setFocusProxy(self.words)

    def show_value(self, value: str) -> None:
        if value != self.words.toPlainText():
            with QSignalBlocker(self.words):
                self.words.setPlainText(value)


class SeedEditor(AutoEditor):
    """A number, a die that throws another one, and a lock: open, every world has a seed of its own."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.row.setSpacing(4)
        self.dice = QToolButton()
        self.dice.setToolTip("Throw another seed and keep it")
        self.dice.setAccessibleName("Throw another seed")
        self.dice.clicked.connect(lambda: self.edited.emit(secrets.randbelow(LARGEST_SEED + 1)))
        self.row.addWidget(self.dice)
        self.automatic.setText("")
        self.automatic.setAccessibleName("Keep this seed")
        for button in (self.dice, self.automatic):
            button.setIconSize(QSize(18, 18))
            button.setObjectName("flat")
        self.dress()

    def show_value(self, value: int | None) -> None:
        super().show_value(value)
        self.dress()

    def dress(self) -> None:
        """Draw the icons in the colours of the present scheme."""
        if not hasattr(self, "dice"):
            return
        c = theme.colours()
        kept = not self.automatic.isChecked()
        self.dice.setIcon(theme.icon("dice"))
        self.automatic.setIcon(theme.icon("lock", c.accent) if kept else theme.icon("unlock"))
        self.automatic.setToolTip(
            "This seed is kept: the same prompt makes the same world. Click for another seed each time"
            if kept
            else "Every world gets a seed of its own. Click to keep the last one"
        )


class PromptPanel(Panel):
    """Prompt, engine, seed, size and whatever else a request declares; `generate` and `cancel` are what is asked."""

    generate = Signal()
    cancel = Signal()
    refused = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        request = session.request
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.GAP)
        title = QLabel("Describe a world")
        title.setObjectName("title")
        column.addWidget(title)
        self.prompt = PromptEditor(GenerationRequest.prompt)
        self._prompt_field = Field(request, GenerationRequest.prompt, session.history, self.prompt)
        column.addWidget(self.prompt)
        engines = (("auto", "the best engine that is ready here"), *((e.name, e.description) for e in ENGINES.values()))
        self.engine = ChoiceEditor(GenerationRequest.engine, engines)
        self.seed = SeedEditor(GenerationRequest.seed)
        self.form = Form(
            request,
            session.history,
            skip=("prompt",),
            editors={"engine": self.engine, "seed": self.seed},
        )
        self.form.refused.connect(self.refused)
        column.addWidget(self.form)
        self.button = QPushButton("Generate")
        self.button.setObjectName("primary")
        self.button.setToolTip("Ctrl+Enter")
        self.button.clicked.connect(self._clicked)
        column.addSpacing(4)
        column.addWidget(self.button)
        self.understood = QLabel()
        self.understood.setObjectName("note")
        self.understood.setWordWrap(True)
        self.understood.setTextFormat(Qt.TextFormat.PlainText)
        self.understood.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.understood)
        column.addStretch(1)
        self._running = False
        request.changed.connect(lambda name: self._enable())
        self._enable()

    def set_running(self, running: bool) -> None:
        """Turn Generate to Cancel and back."""
        self._running = running
        self.button.setText("Cancel" if running else "Generate")
        self.button.setProperty("running", running)
        self.button.style().unpolish(self.button)
        self.button.style().polish(self.button)
        self._enable()

    def tell(self, understood: str, seed: int | None) -> None:
        """Show what the engine made of the prompt, and the seed that it took."""
        self.understood.setText(understood[:1].upper() + understood[1:])
        if seed is not None:
            self._session.last_seed = seed
            self.seed.suggest(seed)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "seed"):
            self.seed.dress()
        super().changeEvent(event)

    def _enable(self) -> None:
        self.button.setEnabled(self._running or bool(self._session.request.prompt.strip()))

    def _clicked(self) -> None:
        if self._running:
            self.cancel.emit()
        else:
            self.generate.emit()
