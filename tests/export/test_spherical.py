"""Videos are marked so that players know them: read back by ffmpeg, and by a reader written from the specifications."""

from __future__ import annotations

import re
import struct
import subprocess
import tracemalloc
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from depthfusion.camera.options import ViewOptions
from depthfusion.export import boxes
from depthfusion.export.jobs import VideoJob
from depthfusion.export.spherical import Marks, mark, marks_of
from depthfusion.jobs.progress import Progress

from .conftest import FFMPEG, Video

CODECS = {
    "h264": ("avcC", ["-c:v", "libx264", "-preset", "ultrafast"]),
    "hevc": ("hvcC", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"]),
    "av1": ("av1C", ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"]),
}
PARENTS = {"moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "stsd": 8, "sv3d": 0, "proj": 0}
PARENTS |= dict.fromkeys(("avc1", "hvc1", "av01"), 78)
QUARTER = 0x40000000


def encode(path: Path, codec: str, *arguments: str) -> Path:
    """Half a second of a test picture of 128×64, tagged BT.709, with a tone."""
    made = ["-f", "lavfi", "-i", "testsrc2=s=128x64:r=10:d=0.5", "-f", "lavfi", "-i", "sine=d=0.5"]
    tags = ["-pix_fmt", "yuv420p", "-bf", "2"]
    for name in ("colorspace", "color_primaries", "color_trc"):
        tags += [f"-{name}", "bt709"]
    command = [
        FFMPEG,
        "-v",
        "error",
        "-y",
        *made,
        *CODECS[codec][1],
        *tags,
        *(arguments or ("-movflags", "+faststart")),
    ]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module", params=CODECS)
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    path = encode(tmp_path_factory.mktemp("plain") / "a.mp4", request.param)
    return request.param, path.read_bytes()


def tree(data: bytes, parent: str = "") -> list[tuple[str, bytes]]:
    """Paths and contents of all boxes in order, as ISO/IEC 14496-12 says they lie."""
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        name, content = kind.decode("latin-1"), data[at + 8 : at + size]
        assert size >= 8
        assert at + size <= len(data)
        found.append((f"{parent}{name}", content))
        if name in PARENTS:
            found += tree(content[PARENTS[name] :], f"{parent}{name}/")
        at += size
    return found


def read(data: bytes) -> dict[str, object]:
    """What a player of either version finds: V2's `stereo`, `bounds`, `pose` and `maker`, V1's `words`."""
    found: dict[str, object] = {}
    for path, content in tree(data):
        name = path.rsplit("/", 1)[-1]
        if name == "uuid" and content[:16].hex() == "ffcc8263f8554a938814587a02521fdd":
            assert path == "moov/trak/uuid"
            root = ET.fromstring(content[16:].decode())
            assert root.tag == "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}SphericalVideo"
            space = "{http://ns.google.com/videos/1.0/spherical/}"
            found["words"] = {child.tag.removeprefix(space): child.text for child in root}
        elif name in {"st3d", "svhd", "prhd", "equi"}:
            assert name not in found
            assert content[:4] == bytes(4)
            found[name] = content[4:]
    if "st3d" in found:
        (found["stereo"],) = found.pop("st3d")  # type: ignore[misc]
    if "svhd" in found:
        found["maker"] = found.pop("svhd").decode()  # type: ignore[attr-defined]
        found["pose"] = struct.unpack(">3i", found.pop("prhd"))  # type: ignore[arg-type]
        found["bounds"] = struct.unpack(">4I", found.pop("equi"))  # type: ignore[arg-type]
    return found


def words(stereo: str | None = None, crop: tuple[int, int] | None = None) -> dict[str, str]:
    known = {"Spherical": "true", "Stitched": "true", "StitchingSoftware": "DepthFusion"}
    known["ProjectionType"] = "equirectangular"
    if stereo:
        known["StereoMode"] = stereo
    if crop:
        known |= {"CroppedAreaImageWidthPixels": str(crop[0]), "CroppedAreaImageHeightPixels": str(crop[1])}
        known |= {"FullPanoWidthPixels": str(2 * crop[0]), "FullPanoHeightPixels": str(crop[1])}
        known |= {"CroppedAreaLeftPixels": str(crop[0] // 2), "CroppedAreaTopPixels": "0"}
    return known


def sphere(stereo: int, v1: dict[str, str] | None, bounds: tuple[int, ...] = (0, 0, 0, 0)) -> dict[str, object]:
    found: dict[str, object] = {"stereo": stereo, "maker": "DepthFusion\0", "pose": (0, 0, 0), "bounds": bounds}
    return found if v1 is None else {**found, "words": v1}


HALF = (0, 0, QUARTER, QUARTER)
KINDS = [
    ({"projection": "equirect"}, sphere(0, words()), "2D", "equirectangular"),
    ({"projection": "equirect", "eye": "left"}, sphere(0, words()), "2D", "equirectangular"),
    ({"projection": "equirect", "layout": "anaglyph"}, sphere(0, words()), "2D", "equirectangular"),
    ({"projection": "equirect", "layout": "tb"}, sphere(1, words("top-bottom")), "top and bottom", "equirectangular"),
    ({"projection": "equirect", "layout": "sbs"}, sphere(2, words("left-right")), "side by side", "equirectangular"),
    ({"projection": "equirect", "layout": "half-sbs"}, sphere(2, words("left-right")), "side by side", "equirect"),
    ({"projection": "vr180", "layout": "mono"}, sphere(0, words(None, (128, 64)), HALF), "2D", "tiled equirect"),
    ({"projection": "vr180", "layout": "sbs"}, sphere(2, words("left-right", (64, 64)), HALF), "side by side", "tiled"),
    ({"projection": "vr180", "layout": "tb"}, sphere(1, words("top-bottom", (128, 32)), HALF), "top and", "tiled"),
    ({"layout": "sbs"}, {"stereo": 2}, "side by side", None),
    ({"layout": "half-sbs"}, {"stereo": 2}, "side by side", None),
    ({"layout": "tb"}, {"stereo": 1}, "top and bottom", None),
    # The eyes the other way round: V1 has no words for it, and ffmpeg does not know the numbers of V2.
    ({"layout": "sbs", "swap": True}, {"stereo": 4}, None, None),
    ({"projection": "equirect", "layout": "sbs", "swap": True}, sphere(4, None), None, "equirectangular"),
    ({"projection": "equirect", "layout": "tb", "swap": True}, sphere(3, None), None, "equirectangular"),
    ({}, {}, None, None),
    ({"layout": "anaglyph"}, {}, None, None),
    ({"projection": "cubemap"}, {}, None, None),
    ({"projection": "little-planet", "layout": "mono"}, {}, None, None),
    ({"projection": "little-planet", "layout": "sbs"}, {"stereo": 2}, "side by side", None),
]


@pytest.mark.parametrize(("view", "expected", "stereo", "mapping"), KINDS)
def test_both_readers_find_what_was_drawn(
    plain: tuple[str, bytes],
    tmp_path: Path,
    view: dict[str, object],
    expected: dict[str, object],
    stereo: str | None,
    mapping: str | None,
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(plain[1])
    mark(path, ViewOptions(**view))
    assert read(path.read_bytes()) == expected
    said = Video(path).words
    found = {name: re.search(f"{name}: (.*)", said) for name in ("Stereo 3D", "Spherical Mapping")}
    for name, word in (("Stereo 3D", stereo), ("Spherical Mapping", mapping)):
        match = found[name]
        assert (match is None) == (word is None)
        assert word is None or match is None or match[1].startswith(word)


def streams(path: Path) -> str:
    """Checksums and times of all packets and all decoded frames of both streams."""
    said = ""
    for how in (["-c", "copy"], ["-fps_mode", "passthrough"]):
        command = [FFMPEG, "-v", "error", "-i", str(path), *how, "-map", "0", "-f", "framemd5", "-"]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
        assert not result.stderr
        said += result.stdout
    return said


def described(path: Path) -> list[str]:
    """What ffmpeg says of the streams: codec, colour tags, size, rates."""
    return re.findall(r"Stream #.*", Video(path).words)


def test_pictures_sound_times_and_tags_stay(plain: tuple[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(plain[1])
    before, before_words = streams(path), described(path)
    mark(path, ViewOptions(projection="equirect", layout="tb"))
    assert streams(path) == before
    assert described(path) == before_words
    assert "bt709" in before_words[0]


def test_the_boxes_stand_where_the_specifications_want_them(plain: tuple[str, bytes], tmp_path: Path) -> None:
    codec, data = plain
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    mark(path, ViewOptions(projection="vr180", layout="sbs"))
    names = [name for name, _ in tree(path.read_bytes())]
    top = [name for name in names if "/" not in name]
    assert top == [name for name, _ in tree(data) if "/" not in name]
    assert top.index("moov") < top.index("mdat")
    inside = [
        name.split("/")[-1] for name in names if re.fullmatch("moov/trak/mdia/minf/stbl/stsd/[a-z0-9]+/....", name)
    ]
    at = inside.index(CODECS[codec][0])
    assert inside[at + 1 : at + 3] == ["st3d", "sv3d"]
    assert len(inside) > at + 3  # colour tags and the like come after
    tracks = [name for name in names if re.fullmatch("moov/trak|moov/trak/[a-z]+", name)]
    first = tracks[: tracks.index("moov/trak", 1)]
    assert first[-1] == "moov/trak/uuid"
    assert "moov/trak/uuid" not in tracks[len(first) :]  # the sound is no sphere


def test_a_file_with_its_description_at_the_end_is_marked_too(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", "h264", "-movflags", "0")
    assert [name for name, _ in tree(path.read_bytes())][-1].startswith("moov/")
    before = streams(path)
    mark(path, ViewOptions(projection="equirect"))
    assert read(path.read_bytes()) == sphere(0, words())
    assert streams(path) == before


def test_marking_again_replaces_the_marks(plain: tuple[str, bytes], tmp_path: Path) -> None:
    once, twice = tmp_path / "once.mp4", tmp_path / "twice.mp4"
    for path in (once, twice):
        path.write_bytes(plain[1])
    mark(twice, ViewOptions(projection="vr180", layout="sbs"))
    for path in (once, twice):
        mark(path, ViewOptions(projection="equirect", layout="tb"))
    assert twice.read_bytes() == once.read_bytes()
    mark(twice, ViewOptions(layout="sbs"))
    assert read(twice.read_bytes()) == {"stereo": 2}
    assert streams(twice) == streams(once)


def test_a_flat_picture_stays_untouched(plain: tuple[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(plain[1])
    mark(path, ViewOptions())
    assert path.read_bytes() == plain[1]


EXPORTS = [
    ({"projection": "equirect", "layout": "tb"}, [64, 64], sphere(1, words("top-bottom"))),
    ({"projection": "vr180"}, [128, 64], sphere(2, words("left-right", (64, 64)), HALF)),
    ({"layout": "half-sbs"}, [64, 36], {"stereo": 2}),
]


@pytest.mark.parametrize(("view", "size", "expected"), EXPORTS)
def test_an_export_is_marked(
    world: Path, tmp_path: Path, view: dict[str, str], size: list[int], expected: dict[str, object]
) -> None:
    path = tmp_path / "a.mp4"
    VideoJob(str(world), str(path), view=view, export={"size": size, "seconds": 0.3, "fps": 10}).run(Progress())
    assert read(path.read_bytes()) == expected
    assert len(Video(path).frames) == 3
    assert [name for name, _ in tree(path.read_bytes()) if "/" not in name].index("moov") == 1


def test_every_view_has_its_marks() -> None:
    assert marks_of(ViewOptions()) is None
    assert marks_of(ViewOptions(projection="vr180", layout="sbs")) == Marks(
        spherical=True, half=True, stereo="left-right"
    )


# --- files made by hand ---------------------------------------------------------------------------------------------


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def table(kind: bytes, *addresses: int) -> bytes:
    code = "Q" if kind == b"co64" else "I"
    return box(kind, struct.pack(f">II{len(addresses)}{code}", 0, len(addresses), *addresses))


def described_by(*tables: bytes) -> bytes:
    return box(b"moov", *(box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", one)))) for one in tables))


def longer(moov: boxes.Box, by: int = 100) -> boxes.Box:
    return boxes.Box(moov.kind, moov.own, (*moov.inside, boxes.Box(b"free", bytes(by - 8))))


def addresses(data: bytes) -> list[tuple[str, tuple[int, ...]]]:
    found = []
    for path, content in tree(data):
        name = path.rsplit("/", 1)[-1]
        if name in {"stco", "co64"}:
            width = 8 if name == "co64" else 4
            found.append(
                (name, struct.unpack(f">{(len(content) - 8) // width}{'Q' if width == 8 else 'I'}", content[8:]))
            )
    return found


def test_only_addresses_behind_the_description_move(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    before = box(b"ftyp", bytes(8)) + box(b"mdat", b"before" * 10)
    end = len(before) + len(described_by(table(b"stco", 24, 0), table(b"co64", 0)))
    path.write_bytes(
        before + described_by(table(b"stco", 24, end + 8), table(b"co64", end + 9)) + box(b"mdat", b"after")
    )
    boxes.rewrite(path, longer)
    data = path.read_bytes()
    assert addresses(data) == [("stco", (24, end + 108)), ("co64", (end + 109,))]
    assert data.startswith(before)
    assert data[end + 108 :] == b"after"


def test_addresses_beyond_4_gib_get_64_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    far = 2**32 - 50
    path.write_bytes(described_by(table(b"stco", 500, far), table(b"stco", 600)) + box(b"mdat"))
    boxes.rewrite(path, longer)
    assert addresses(path.read_bytes()) == [("co64", (608, far + 108)), ("stco", (708,))]  # 100, and 8 for the table


def test_an_mdat_of_any_form_moves_whole_in_little_memory(tmp_path: Path) -> None:
    pattern = bytes(range(251)) * 100_000  # 25 MB, and no piece is like another
    long_form = struct.pack(">I4sQ", 1, b"mdat", 16 + len(pattern)) + pattern
    to_the_end = struct.pack(">I4s", 0, b"mdat") + pattern[:1000]
    path = tmp_path / "a.mp4"
    moov = described_by(table(b"stco"))
    path.write_bytes(moov + long_form + to_the_end)
    tracemalloc.start()
    try:
        boxes.rewrite(path, longer)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.read_bytes()[len(moov) + 100 :] == long_form + to_the_end
    assert peak < 10_000_000


def test_a_shorter_description_moves_all_towards_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(box(b"moov", box(b"free", bytes(50))) + box(b"mdat", b"kept"))
    boxes.rewrite(path, lambda moov: boxes.Box(moov.kind))
    assert path.read_bytes() == box(b"moov") + box(b"mdat", b"kept")


@pytest.mark.parametrize(
    "data", [b"", b"no video", box(b"ftyp") + box(b"mdat", bytes(9)), box(b"moov", b"\0\0\0\7free")]
)
def test_what_is_no_mp4_is_said_and_stays(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"no moov box|no box of MP4"):
        boxes.rewrite(path, longer)
    assert path.read_bytes() == data
