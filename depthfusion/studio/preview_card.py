"""What is being made, as far as it can be seen yet: it lies over the canvas while a world is made."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from depthfusion.jobs.previews import Preview
from depthfusion.jobs.progress import Report
from depthfusion.studio import theme
from depthfusion.studio.inputs import image_of
from depthfusion.studio.picture_view import PictureView
from depthfusion.studio.progress_words import progress_words

_WIDEST = 620


class PreviewCard(QFrame):
    """Colour and depth of the world that is being made, and how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Preview of the world that is being made")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 6)
        column.setSpacing(6)
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        self.colour, self.depth = PictureView("Colour so far"), PictureView("Depth so far: near is white")
        pictures.addWidget(self.colour)
        pictures.addWidget(self.depth)
        column.addLayout(pictures)
        below = QHBoxLayout()
        self.words = QLabel()
        self.words.setObjectName("note")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        below.addWidget(self.words, 1)
        self.hider = QToolButton()
        self.hider.setObjectName("flat")
        self.hider.setText("Hide")
        self.hider.setToolTip("Hide the preview of this world")
        self.hider.clicked.connect(self._hide)
        below.addWidget(self.hider)
        column.addLayout(below)
        self._wanted = True
        self.hide()

    def lie_over(self, widget: QWidget) -> None:
        """Stay at the lower edge of `widget`."""
        self.setParent(widget)
        widget.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def begin(self) -> None:
        """Await the previews of another world."""
        self._wanted = True
        self.words.clear()
        self.hide()

    def show_preview(self, preview: Preview) -> None:
        """Show what can be seen of the world now."""
        self.colour.put(image_of(preview.rgb))
        self.depth.put(image_of(preview.depth))
        if self._wanted and not self.isVisible():
            self._place()
            self.show()
            self.raise_()

    def show_progress(self, report: Report) -> None:
        """Say how far it is."""
        words = progress_words(report)
        self.words.setText(words[:1].upper() + words[1:])

    def _hide(self) -> None:
        self._wanted = False
        self.hide()

    def _place(self) -> None:
        below = self.parentWidget()
        width = min(below.width() - 2 * theme.GAP, _WIDEST)
        height = (width - 28) // 4 + 16 + self.hider.sizeHint().height() + 6
        self.setGeometry((below.width() - width) // 2, below.height() - theme.GAP - height, width, height)
