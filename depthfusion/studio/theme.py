"""Colours, spacing and icons of the window, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from depthfusion import resources

GAP = 12  # between things that belong together; twice as much between groups


@dataclass(frozen=True)
class Colours:
    """The colours of one scheme, as CSS writes them."""

    window: str
    panel: str
    field: str
    field_hover: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    canvas: str
    info: str
    warning: str
    error: str


DARK = Colours(
    window="#191a1d",
    panel="#212226",
    field="#2a2c31",
    field_hover="#32343a",
    line="#34363c",
    text="#e8e7e4",
    muted="#a2a3a8",
    faint="#6d6f76",
    accent="#eda04f",
    accent_hover="#f5b36d",
    on_accent="#221506",
    canvas="#101113",
    info="#2b3440",
    warning="#463718",
    error="#4d2624",
)
LIGHT = Colours(
    window="#e9e7e3",
    panel="#f6f5f2",
    field="#ffffff",
    field_hover="#fdf9f3",
    line="#d6d3cd",
    text="#232220",
    muted="#66645f",
    faint="#9b9892",
    accent="#b5651d",
    accent_hover="#c87429",
    on_accent="#ffffff",
    canvas="#d9d6d0",
    info="#dde7f1",
    warning="#f6e6bf",
    error="#f5d5d1",
)

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
# Not every platform lets a program choose (xcb without a desktop does not), so the choice is kept here as well.
_chosen = ["system"]


def colours() -> Colours:
    """Return the colours of the present scheme: what was chosen, else the system's, else dark."""
    scheme = _SCHEMES[_chosen[0]]
    if scheme == Qt.ColorScheme.Unknown:
        scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


class Theme(QObject):
    """Dresses the application and the rooms of its window, and again whenever the scheme changes.

    A style sheet for the whole application takes tenths of a second to change. So every room has its own, and they are
    changed one after another, each in a turn of the event loop of its own.
    """

    def __init__(self, application: QApplication, scheme: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._rooms: list[QWidget] = []
        self._waiting: list[QWidget] = []
        self._shown: Colours | None = None
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._dress_next)
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._dress)
        self.choose(scheme)
        self._dress()

    def choose(self, scheme: str) -> None:
        """Use the `light` or `dark` scheme, or follow the `system`."""
        if scheme != _chosen[0]:
            _chosen[0] = scheme
            self._application.styleHints().setColorScheme(_SCHEMES[scheme])
            self._dress()

    def dress(self, rooms: Sequence[QWidget]) -> None:
        """Dress these widgets, with all that is in them, now and after every change of scheme."""
        self._rooms = list(rooms)
        for room in rooms:
            room.setStyleSheet(sheet())

    def undress(self) -> None:
        """Leave the window alone: it is going."""
        self._turn.stop()
        self._rooms.clear()
        self._application.styleHints().colorSchemeChanged.disconnect(self._dress)

    def _dress(self) -> None:
        """Use the colours of the present scheme."""
        now = colours()
        if now is not self._shown:
            self._shown = now
            self._application.setPalette(_palette(now))
            self._waiting = list(self._rooms)
            self._turn.start()

    def _dress_next(self) -> None:
        if self._waiting:
            self._waiting.pop(0).setStyleSheet(sheet())
        else:
            self._turn.stop()


def sheet() -> str:
    """Return the style sheet of the present scheme, for dialogs."""
    return _sheet(colours())


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.field),
        (role.AlternateBase, c.panel),
        (role.Text, c.text),
        (role.Button, c.field),
        (role.ButtonText, c.text),
        (role.BrightText, c.on_accent),
        (role.ToolTipBase, c.field),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.faint),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent),
        (role.Accent, c.accent),
        (role.Light, c.field_hover),
        (role.Midlight, c.field_hover),
        (role.Mid, c.line),
        (role.Dark, c.line),
        (role.Shadow, c.window),
    ):
        palette.setColor(name, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, name, QColor(c.faint))
    palette.setColor(disabled, role.Highlight, QColor(c.line))
    return palette


def _picture(name: str) -> str:
    return f'url("{(resources.assets() / name).as_posix()}.svg")'


def _sheet(c: Colours) -> str:
    return f"""
QMenuBar {{ background: {c.window}; padding: 3px 8px; }}
QMenuBar::item {{ padding: 5px 10px; border-radius: 5px; background: transparent; }}
QMenuBar::item:selected {{ background: {c.field}; }}
QMenu {{ background: {c.panel}; border: 1px solid {c.line}; padding: 5px; }}
QMenu::item {{ padding: 6px 26px 6px 22px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
QMenu::item:disabled {{ color: {c.faint}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
QToolTip {{ background: {c.field}; color: {c.text}; border: 1px solid {c.line}; padding: 5px; }}

#title {{ font-weight: 600; font-size: 15px; }}
#note {{ color: {c.muted}; }}

QLineEdit, QPlainTextEdit, QDoubleSpinBox, QComboBox {{
    background: {c.field}; border: 1px solid {c.line}; border-radius: 5px; padding: 4px 7px;
    selection-background-color: {c.accent}; selection-color: {c.on_accent};
}}
QLineEdit:hover, QPlainTextEdit:hover, QDoubleSpinBox:hover, QComboBox:hover {{ background: {c.field_hover}; }}
QLineEdit:focus, QPlainTextEdit:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border-color: {c.accent}; }}
QLineEdit:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: {c.faint}; background: {c.panel}; }}
QDoubleSpinBox[automatic="true"] {{ color: {c.faint}; }}
QDoubleSpinBox {{ padding: 4px 0; }}
QDoubleSpinBox QLineEdit, QDoubleSpinBox QLineEdit:hover {{ background: transparent; border: none; padding: 0 6px; }}
/* No arrows; QAbstractSpinBox.NoButtons together with a border leaves the text a single pixel (Qt 6.12). */
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{ width: 0; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: {_picture("arrow-down")}; width: 16px; height: 16px; }}
QCheckBox::indicator {{
    width: 16px; height: 16px; border: 1px solid {c.line}; border-radius: 4px; background: {c.field};
}}
QCheckBox::indicator:hover {{ border-color: {c.faint}; }}
QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
QCheckBox::indicator:checked {{
    background: {c.accent}; border-color: {c.accent}; image: {_picture("check-light" if c is LIGHT else "check-dark")};
}}
QComboBox QAbstractItemView {{ background: {c.panel}; border: 1px solid {c.line}; padding: 4px; outline: none; }}

QPushButton, QToolButton {{
    background: {c.field}; border: 1px solid {c.line}; border-radius: 5px; padding: 5px 11px;
}}
QToolButton {{ padding: 4px 8px; }}
#automatic {{ padding: 4px 6px; }}
QPushButton:hover, QToolButton:hover {{ background: {c.field_hover}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {c.accent}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
QToolButton:checked {{ color: {c.accent}; border-color: {c.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {c.faint}; }}
#primary {{
    background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: 600; padding: 9px 16px;
    border-radius: 6px;
}}
#primary:hover {{ background: {c.accent_hover}; border-color: {c.accent_hover}; }}
#primary:focus {{ border-color: {c.text}; }}
#primary:disabled {{ background: {c.field}; color: {c.faint}; border-color: {c.line}; }}
#primary[running="true"] {{ background: transparent; color: {c.text}; border-color: {c.line}; }}
#flat {{ background: transparent; border: 1px solid transparent; padding: 4px; }}
#flat:hover {{ background: {c.field_hover}; }}
#flat:focus {{ border-color: {c.accent}; }}
#section {{ background: transparent; border: 1px solid transparent; padding: 4px 0; font-weight: 600; }}
#section:checked {{ color: {c.text}; border-color: transparent; }}
#section:hover {{ color: {c.accent}; }}
#segment {{ background: transparent; border: none; border-radius: 5px; padding: 5px 9px; color: {c.muted}; }}
#segment:hover {{ color: {c.text}; }}
#segment:checked {{ background: {c.field_hover}; color: {c.text}; }}
#segment:focus {{ color: {c.accent}; }}
#segment[narrow="true"] {{ padding: 5px 4px; }}
#segment[named="true"] {{ padding: 5px 6px; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c.line}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c.accent}; }}
QSlider[automatic="true"]::sub-page:horizontal {{ background: {c.faint}; }}
QSlider::handle:horizontal {{
    width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: {c.text}; border: none;
}}
QSlider[automatic="true"]::handle:horizontal {{ background: {c.faint}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {c.accent_hover}; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{ background: {c.faint}; }}

QProgressBar {{ background: {c.line}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 2px; }}

QScrollBar:vertical {{ background: transparent; width: 9px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; min-height: 30px; margin: 0 1px; }}
QScrollBar::handle:vertical:hover {{ background: {c.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

#banner {{ border-radius: 8px; }}
#banner[kind="info"] {{ background: {c.info}; }}
#banner[kind="warning"] {{ background: {c.warning}; }}
#banner[kind="error"] {{ background: {c.error}; }}
#banner QPushButton {{ background: transparent; border-color: {c.faint}; padding: 3px 9px; }}
#card {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 10px; }}
#canvas {{ background: {c.canvas}; border-radius: 8px; }}
#welcome {{ font-size: 22px; font-weight: 300; color: {c.text}; }}
#invitation {{ color: {c.muted}; }}
#example {{
    background: transparent; border: 1px solid {c.faint}; border-radius: 12px; padding: 5px 14px; color: {c.text};
}}
#example:hover, #example:focus {{ border-color: {c.accent}; color: {c.accent}; }}
"""


@lru_cache(maxsize=128)
def _drawn(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    source = (resources.assets() / f"icon-{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QImage(QSize(round(side * ratio), round(side * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(picture)


def icon(name: str, colour: str | None = None, side: int = 18, checked: str | None = None) -> QIcon:
    """Return the line icon `name` of the assets in `colour` (the text's by default), and in another while checked."""
    c = colours()
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(_drawn(name, colour or c.text, side, ratio))
        if checked is not None:
            made.addPixmap(_drawn(name, checked, side, ratio), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(_drawn(name, c.faint, side, ratio), QIcon.Mode.Disabled)
    return made


def application_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resources.assets() / "depthfusion.png"))
