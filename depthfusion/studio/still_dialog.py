"""What a still shows, how large it is and in which format it is written."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from depthfusion.camera.frame import default_size
from depthfusion.export.settings import ExportSettings
from depthfusion.studio import export_words, lenses
from depthfusion.studio.cards import Cards
from depthfusion.studio.export_dialog import ExportDialog, heading
from depthfusion.studio.fields import Field
from depthfusion.studio.segments import Segments
from depthfusion.studio.session import Session


class StillDialog(ExportDialog):
    """Lens, size and format of a still. What is changed is seen on the canvas at once, and can be undone."""

    def __init__(self, parent: QWidget, session: Session) -> None:
        super().__init__(parent, session, "Export a still")
        self.lenses = Segments(lenses.LENSES.items())
        self.lenses.chosen.connect(session.put_on)
        self.layouts = Segments(lenses.LAYOUTS.items(), narrow=True)
        self.layouts.chosen.connect(session.lay_out)
        self.body.addWidget(heading("What it shows"))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.lenses)
        row.addSpacing(8)
        row.addWidget(self.layouts)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(heading("Size"))
        self.sizes = Cards(export_words.size_words(session.view).items(), columns=3)
        self.sizes.chosen.connect(self._size_chosen)
        self.body.addWidget(self.sizes)
        row = QHBoxLayout()
        row.addWidget(QLabel("Pixels"))
        self._pixels = Field(session.export, ExportSettings.size, session.history)
        row.addWidget(self._pixels.editor, 1)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(heading("Format"))
        self.formats = Segments(export_words.STILLS.items())
        self.formats.chosen.connect(lambda name: setattr(session.formats, "still", name))
        self.body.addWidget(self.formats)
        for state in (session.view, session.export, session.formats):
            self.destroyed.connect(state.changed.connect(self._show))
        self._show("projection")

    @property
    def size(self) -> export_words.Size:
        """The size of the picture."""
        return self._session.export.size or default_size(self._session.view)

    def warnings(self) -> Iterable[str]:
        problem = export_words.problem(self._session.view, self.size)
        return [problem] if problem else []

    def check(self) -> None:
        super().check()
        self.go.setEnabled(self.go.isEnabled() and not list(self.warnings()))

    def _size_chosen(self, name: str) -> None:
        self._session.export.size = export_words.sizes_of(self._session.view)[name]

    def _show(self, name: str) -> None:
        view, export = self._session.view, self._session.export
        self.lenses.show_value(view.projection)
        self.layouts.show_value(view.layout)
        self.layouts.allow(lenses.layouts_of(view.projection))
        sizes, words = export_words.sizes_of(view), export_words.size_words(view)
        for key, card in self.sizes.cards.items():
            card.say(words[key])
            card.choose(sizes[key] == export.size)
        self._pixels.editor.suggest(default_size(view))
        self.formats.show_value(self._session.formats.still)
        self.told.setText(f"{export_words.by(self.size)} pixels. {lenses.LENSES[view.projection].line}.")
        source = self._session.source
        if source is not None:
            self.propose(export_words.named(source.panorama, view, f".{self._session.formats.still}"))
        self.check()
