"""What a video is for, how the camera moves, and, for those who want to say so, how it is encoded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from depthfusion.camera.frame import default_size
from depthfusion.export.settings import ExportSettings
from depthfusion.studio import video_words
from depthfusion.studio.background import Latest
from depthfusion.studio.cards import Cards
from depthfusion.studio.editors import ChoiceEditor
from depthfusion.studio.export_dialog import ExportDialog, heading
from depthfusion.studio.fields import Field, Form
from depthfusion.studio.path_box import PathBox
from depthfusion.studio.section import Section
from depthfusion.studio.segments import Segments
from depthfusion.studio.session import Session
from depthfusion.studio.video_words import Clip
from depthfusion.studio.words import Words

_OWN = "\0own"
_SETTLE = 400  # milliseconds without a change after which it is tried what encodes
_SOUNDS = "*.mp3 *.wav *.m4a *.aac *.flac *.ogg *.opus *.mp4 *.mov *.mkv *.webm"


class VideoDialog(ExportDialog):
    """The uses as cards, the camera's path, the length; size, codec, quality and sound below a heading that unfolds.

    What is changed is seen on the canvas at once, and can be undone.
    """

    def __init__(self, parent: QWidget, session: Session) -> None:
        super().__init__(parent, session, "Export a video")
        self._encoder = ""
        self._held = False  # whether more changes follow at once
        self._encoded: tuple[object, ...] = ()  # of what `_encoder` tells
        self.uses = Cards(video_words.uses().items())
        self.uses.chosen.connect(self._use)
        self.body.addWidget(heading("What it is for"))
        self.body.addWidget(self.uses)
        self.body.addLayout(self._make_path())
        self._more: Section | None = None
        self._settings = QWidget()
        self._trying = Latest("trying encoders", self)
        self._trying.done.connect(self._tried)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self._try)
        self.finished.connect(lambda code: self._settle.stop())
        self.finished.connect(lambda code: self._trying.close())
        for changed in (session.view.changed, session.export.changed, session.scene_changed):
            self.destroyed.connect(changed.connect(self._show))
        self._show("preset")
        QTimer.singleShot(0, self, self._make_more)

    def _make_path(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(QLabel("Camera"))
        self.paths = Segments(
            [*video_words.PATH_WORDS.items(), (_OWN, Words("File…", "A camera path from a file (.json)", "folder"))]
        )
        self.paths.chosen.connect(self._path_chosen)
        row.addWidget(self.paths)
        row.addStretch(1)
        row.addWidget(QLabel("Length"))
        self._length = Field(self._session.export, ExportSettings.seconds, self._session.history)
        row.addWidget(self._length.editor)
        return row

    def _make_more(self) -> None:
        """Add what most need not see, when the rest is there."""
        session = self._session
        sound = PathBox(ExportSettings.audio, "None", (("file", "A file…"),))
        sound.asked.connect(lambda name: self._ask_sound())
        form = Form(
            session.export,
            session.history,
            skip=("preset", "path", "seconds"),
            editors={
                "audio": sound,
                "codec": ChoiceEditor(ExportSettings.codec, names=video_words.CODEC_NAMES),
                "encoder": ChoiceEditor(ExportSettings.encoder, names=video_words.ENCODER_NAMES),
            },
            labels={"at": "Begins at", "fps": "Frames a second", "audio": "Sound", "audio_loop": "Loop the sound"},
            relevant={
                "audio_loop": lambda: bool(session.export.audio),
                "at": lambda: session.duration is not None,
                **{
                    name: lambda: not video_words.in_pictures(self.clip().use)
                    for name in ("codec", "encoder", "quality", "audio")
                },
            },
        )
        form.reset_asked.connect(form.reset)
        form.refused.connect(lambda sentence: self.warned.say([sentence]))
        QTimer.singleShot(0, self, partial(self._add_more, form))

    def _add_more(self, form: Form) -> None:
        self._more = Section("Size, codec and sound", form, folded=True)
        self._more.head.toggled.connect(lambda open_: self.reveal(self._more))
        self.body.addWidget(self._more)
        self._suggest()
        self.fit_soon()

    def clip(self) -> Clip:
        """What would be written now."""
        session, source = self._session, self._session.source
        own = source.camera_path if source is not None else None
        path = source.panorama if source is not None else Path("world.png")
        return Clip(session.view, session.export, path, own.duration if own is not None else session.duration)

    def warnings(self) -> Iterable[str]:
        return self.clip().warnings()

    def check(self) -> None:
        super().check()
        self.go.setEnabled(self.go.isEnabled() and not self.clip().impossible())

    def _use(self, preset: str) -> None:
        self._held = True
        self._session.use(preset)
        self._held = False
        self._show("preset")

    def _path_chosen(self, name: str) -> None:
        if name == _OWN:
            self._show("path")
            self._ask("Choose a camera path", "Camera paths (*.json)", self._session.follow)
        else:
            self._session.follow(name)

    def _ask_sound(self) -> None:
        self._ask("Choose a sound", f"Sounds and videos ({_SOUNDS})", partial(setattr, self._session.export, "audio"))

    def _ask(self, title: str, names: str, then: object) -> None:
        dialog = QFileDialog(self, title)
        dialog.setNameFilter(names)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self, name: str) -> None:
        if self._held:
            return
        clip = self.clip()
        self.uses.show_value(clip.export.preset)
        source = self._session.source
        own = source is not None and source.camera_path is not None
        self.paths.show_value(_OWN if own or clip.export.path not in video_words.PATH_WORDS else clip.export.path)
        self.propose(clip.proposed())
        if clip.trial != self._encoded:
            self._encoded, self._encoder = clip.trial, ""
            self._settle.start()
        self._tell(clip)
        self.check()
        self._suggest()

    def _suggest(self) -> None:
        clip = self.clip()
        if clip.length and clip.export.seconds is None:
            self._length.editor.suggest(clip.length)
        if self._more is not None:
            self._more.form.fields["size"].editor.suggest(default_size(clip.view))

    def _tell(self, clip: Clip) -> None:
        self.told.setText(" ".join(filter(None, (clip.told(), self._encoder))))
        self.fit_soon()

    def _try(self) -> None:
        clip = self.clip()
        if not clip.impossible() and not video_words.in_pictures(clip.use):
            self._trying.start(partial(_encoder, clip.trial, clip.copy()))

    def _tried(self, found: tuple[object, str]) -> None:
        trial, words = found
        if trial == self._encoded:
            self._encoder = f"Encoded as {words}."
            self._tell(self.clip())


def _encoder(trial: object, clip: Clip) -> tuple[object, str]:
    """Find out what would encode a clip; runs in a thread."""
    return trial, clip.encoder()
