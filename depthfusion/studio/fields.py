"""Forms that are made of declarations: a setting added to a State appears in the window by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from depthfusion.errors import InputError
from depthfusion.settings import Auto, Number, State, Value
from depthfusion.studio.editors import Editor, editor
from depthfusion.studio.history import History


class Field:
    """Keeps an editor and one value of a state the same.

    Args:
        state: whose value it is.
        value: its declaration.
        history: where a drag becomes one step.
        shown: the editor; the declaration's own by default.
        complain: is told the sentence when something typed cannot be.
    """

    def __init__(
        self,
        state: State,
        value: Value[Any],
        history: History | None = None,
        shown: Editor | None = None,
        complain: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.state = state
        self.value = value
        self.editor = shown or editor(value)
        self._history = history
        self._complain = complain
        self.editor.setToolTip(explain(value))
        self.editor.edited.connect(self._edited)
        self.editor.refused.connect(self._refused)
        self.editor.gesture.connect(self._gesture)
        disconnect = state.changed.connect(self._changed)
        self.editor.destroyed.connect(disconnect)
        self.refresh()

    def refresh(self) -> None:
        """Show what the state holds."""
        self.editor.show_value(getattr(self.state, self.value.name))

    def reset(self) -> None:
        """Return to the default."""
        setattr(self.state, self.value.name, self.value.default)

    @property
    def is_default(self) -> bool:
        """Whether the state holds the default."""
        return getattr(self.state, self.value.name) == self.value.default

    def _changed(self, name: str) -> None:
        if name == self.value.name:
            self.refresh()

    def _edited(self, value: Any) -> None:
        try:
            setattr(self.state, self.value.name, value)
        except InputError as error:
            self._refused(str(error))

    def _refused(self, sentence: str) -> None:
        self.refresh()
        self._complain(sentence)

    def _gesture(self, begins: bool) -> None:
        if self._history is not None and begins:
            self._history.begin()
        elif self._history is not None:
            self._history.end()
            self.refresh()


def explain(value: Value[Any]) -> str:
    """Return what a person reads when the pointer rests on a value."""
    inner = value.inner if isinstance(value, Auto) else value
    sentence = value.description[:1].upper() + value.description[1:]
    if isinstance(inner, Number):
        sentence += f"\nA number {inner.range}"
    return f"{sentence}\nDouble-click the name to reset"


class _Label(QLabel):
    """A value's name; a double click resets the value. It stands out while the value is not the default."""

    reset = Signal()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.reset.emit()


class Form(QWidget):
    """A label and an editor for each declared value of a state.

    Args:
        state: what is shown.
        history: where a drag becomes one step.
        skip: the names that are shown elsewhere.
        editors: editors of one's own by name.
        labels: by name, what a value is called here instead of what its declaration says.
        relevant: by name, whether a value means anything at present; those that do not are hidden.
    """

    refused = Signal(str)
    reset_asked = Signal()

    def __init__(
        self,
        state: State,
        history: History | None = None,
        *,
        skip: tuple[str, ...] = (),
        editors: Mapping[str, Editor] | None = None,
        labels: Mapping[str, str] | None = None,
        relevant: Mapping[str, Callable[[], bool]] | None = None,
    ) -> None:
        super().__init__()
        self.state = state
        self._relevant = dict(relevant or {})
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, _Label] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 92)
        grid.setColumnStretch(1, 1)
        for row, value in enumerate(value for value in state.values() if value.name not in skip):
            field = Field(state, value, history, (editors or {}).get(value.name), self.refused.emit)
            field.editor.setObjectName(value.name)
            words = (labels or {}).get(value.name, value.label)
            field.editor.setAccessibleName(words)
            label = _Label(words)
            label.setToolTip(explain(value))
            label.setBuddy(field.editor)
            label.reset.connect(field.reset)
            self.fields[value.name], self._labels[value.name] = field, label
            top = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label, row, 0, top)
            grid.addWidget(field.editor, row, 1)
        disconnect = state.changed.connect(self._changed)
        self.destroyed.connect(disconnect)
        self.refresh()

    def reset(self) -> None:
        """Return every value that is shown here to its default."""
        for field in self.fields.values():
            field.reset()

    @property
    def changed(self) -> int:
        """How many of the values that mean anything at present are not the defaults."""
        relevant = self._relevant
        return sum(
            not field.is_default for name, field in self.fields.items() if name not in relevant or relevant[name]()
        )

    def refresh(self) -> None:
        """Mark what is changed and show what means anything at present."""
        for name in self.fields:
            self._mark(name)
        self._hide()

    def _changed(self, name: str) -> None:
        if name in self.fields:
            self._mark(name)
        self._hide()

    def _mark(self, name: str) -> None:
        label = self._labels[name]
        font = label.font()
        changed = not self.fields[name].is_default
        if font.bold() != changed:
            font.setBold(changed)
            label.setFont(font)

    def _hide(self) -> None:
        for name in self.fields.keys() & self._relevant.keys():
            shown = self._relevant[name]()
            self._labels[name].setVisible(shown)
            self.fields[name].editor.setVisible(shown)
