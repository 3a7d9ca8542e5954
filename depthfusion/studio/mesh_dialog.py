"""In which format a world's geometry is written, and how fine it is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from depthfusion.export.mesh_settings import DEFAULT_TRIANGLES, MeshSettings
from depthfusion.studio import export_words
from depthfusion.studio.cards import Cards
from depthfusion.studio.export_dialog import ExportDialog
from depthfusion.studio.fields import Field
from depthfusion.studio.segments import Segments
from depthfusion.studio.session import Session


class MeshDialog(ExportDialog):
    """The format of geometry and its budget."""

    def __init__(self, parent: QWidget, session: Session) -> None:
        super().__init__(parent, session, "Export the world as geometry")
        self.formats = Cards(export_words.MESHES.items())
        self.formats.chosen.connect(lambda name: setattr(session.formats, "mesh", name))
        self.body.addWidget(self.formats)
        self._fineness = QWidget()
        row = QHBoxLayout(self._fineness)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("How fine"))
        self.budgets = Segments(export_words.BUDGETS.items())
        self.budgets.chosen.connect(self._budget_chosen)
        row.addWidget(self.budgets)
        self._triangles = Field(session.mesh, MeshSettings.triangles, session.history)
        self._triangles.editor.inner.spin.setSuffix(" triangles")
        row.addWidget(self._triangles.editor, 1)
        self.body.addWidget(self._fineness)
        for state in (session.look, session.mesh, session.formats):
            self.destroyed.connect(state.changed.connect(self._show))
        self._show("mesh")

    def _budget_chosen(self, name: str) -> None:
        self._session.mesh.triangles = export_words.budget(name)

    def _show(self, name: str) -> None:
        kind, mesh = self._session.formats.mesh, self._session.mesh
        self.formats.show_value(kind)
        self._fineness.setVisible(kind in {"glb", "ply", "obj"})
        self._triangles.editor.suggest(DEFAULT_TRIANGLES)
        self.budgets.show_value(export_words.budget_of(mesh.triangles))
        self.told.setText(export_words.mesh_words(kind, mesh.triangles, self._session.look.edges))
        source = self._session.source
        if source is not None:
            self.propose(export_words.free(source.panorama.stem, export_words.MESH_SUFFIXES[kind]))
        self.check()
