"""The left panel: what the world is to show, and what makes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthfusion.generate.request import GenerationRequest
from depthfusion.studio import source_section, theme
from depthfusion.studio.engine_chooser import EngineEditor
from depthfusion.studio.engine_list import Engines, Entry
from depthfusion.studio.fields import Field, Form
from depthfusion.studio.panel import Panel
from depthfusion.studio.prompt_editors import CountEditor, PromptEditor, SeedEditor
from depthfusion.studio.section import Section
from depthfusion.studio.session import Series, Session
from depthfusion.studio.source_section import SourceSection

_COMMON = GenerationRequest.common


class PromptPanel(Panel):
    """Prompt, engine, seed, size, and whatever else a request declares and the chosen engine has.

    `generate` and `cancel` are what is asked, and `get(entry)`: to download what the engine needs.
    """

    generate = Signal()
    cancel = Signal()
    get = Signal(object)
    refused = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.engines = Engines()
        self._running = False
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 14)
        outside.setSpacing(theme.GAP)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(16, 16, 14, 4)
        self._column.setSpacing(theme.GAP)
        self._scroll.setWidget(inside)
        for behind in (self._scroll.viewport(), inside):
            behind.setAutoFillBackground(False)
        outside.addWidget(self._scroll, 1)
        self._top = self._make_top()
        self.source = SourceSection(session)
        self.more = self._make_more()
        for part in (self._top, self.source, self.more):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._bottom = self._make_bottom()
        outside.addWidget(self._bottom)
        for form in (self.form, self.source.form, self.more.form):
            form.refused.connect(self.refused)
        disconnect = session.request.changed.connect(self._changed)
        self.destroyed.connect(disconnect)
        self._enable()
        self.set_engines(self.engines)

    def rooms(self) -> list[QWidget]:
        """The widgets that are dressed by themselves."""
        return [self._scroll.verticalScrollBar(), self._top, self.source, self.more, self._bottom]

    @property
    def chosen(self) -> Entry:
        """The engine that is chosen, with what is known of it."""
        return self.engines.entry(self._session.request.engine)

    def set_engines(self, engines: Engines) -> None:
        """Offer these engines."""
        self.engines = engines
        self.engine.fill(engines.listed)
        self._show_engine()

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
        self.understood.setVisible(bool(understood))
        if seed is not None:
            self._session.last_seed = seed
            self.seed.suggest(seed)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "seed"):
            self.seed.dress()
        super().changeEvent(event)

    def _make_top(self) -> QWidget:
        session, request = self._session, self._session.request
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        title = QLabel("Describe a world")
        title.setObjectName("title")
        column.addWidget(title)
        self.prompt = PromptEditor(GenerationRequest.prompt)
        self._prompt_field = Field(request, GenerationRequest.prompt, session.history, self.prompt)
        column.addWidget(self.prompt)
        self.engine = EngineEditor(GenerationRequest.engine)
        self.seed = SeedEditor(GenerationRequest.seed)
        self.form = Form(
            request,
            session.history,
            skip=("prompt", *(value.name for value in GenerationRequest.values() if value.name not in _COMMON)),
            editors={"engine": self.engine, "seed": self.seed},
        )
        column.addWidget(self.form)
        self.needs = QWidget()
        row = QHBoxLayout(self.needs)
        row.setContentsMargins(0, 0, 0, 0)
        self.state = QLabel()
        self.state.setObjectName("note")
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.getter = QPushButton("Get it…")
        self.getter.clicked.connect(lambda: self.get.emit(self.chosen))
        row.addWidget(self.state, 1)
        row.addWidget(self.getter, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.needs)
        return top

    def _make_more(self) -> Section:
        request = self._session.request
        elsewhere = ("prompt", *_COMMON, *source_section.NAMES)
        names = [value.name for value in GenerationRequest.values() if value.name not in elsewhere]
        form = Form(
            request,
            self._session.history,
            skip=elsewhere,
            relevant={name: (lambda name=name: self._has(name)) for name in names},
        )
        form.reset_asked.connect(lambda: self._reset(form))
        return Section("More", form, folded=True)

    def _make_bottom(self) -> QWidget:
        bottom = QWidget()
        column = QVBoxLayout(bottom)
        column.setContentsMargins(16, 0, 16, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.button = QPushButton("Generate")
        self.button.setObjectName("primary")
        self.button.setToolTip("Ctrl+Enter")
        self.button.clicked.connect(self._clicked)
        self.count = CountEditor(Series.count)
        self.count.setAccessibleName(Series.count.label)
        self.count.setFixedWidth(58)
        self._count_field = Field(self._session.series, Series.count, None, self.count, self.refused.emit)
        row.addWidget(self.button, 1)
        row.addWidget(self.count)
        column.addLayout(row)
        self.understood = QLabel()
        self.understood.setObjectName("note")
        self.understood.setWordWrap(True)
        self.understood.setTextFormat(Qt.TextFormat.PlainText)
        self.understood.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.understood.hide()
        column.addWidget(self.understood)
        return bottom

    def _has(self, name: str) -> bool:
        return name in self.chosen.options and (name != "lora_scale" or bool(self._session.request.lora))

    def _reset(self, form: Form) -> None:
        with self._session.history.together():
            form.reset()

    def _changed(self, name: str) -> None:
        self._enable()
        if name == "engine":
            self._show_engine()

    def _show_engine(self) -> None:
        """Show what the chosen engine has and needs."""
        chosen = self.chosen
        self.state.setText(chosen.words[:1].upper() + chosen.words[1:])
        self.getter.setVisible(not chosen.ready)
        self.source.set_engine(chosen.name, "source" in chosen.options)
        for form in (self.form, self.more.form):
            for name, value in chosen.own.items():
                if name in form.fields and value is not None:
                    form.fields[name].editor.suggest(value)
        self.more.form.refresh()
        self.more.setVisible(bool(chosen.options))

    def _enable(self) -> None:
        self.button.setEnabled(self._running or bool(self._session.request.prompt.strip()))

    def _clicked(self) -> None:
        if self._running:
            self.cancel.emit()
        else:
            self.generate.emit()
