"""Everything that can be prepared names the same pictures and captions, in an order that stays."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

from ldm3d.data.items import Item, World, read_bytes, read_caption
from ldm3d.data.sources import open_source
from ldm3d.errors import InputError

CAPTIONS = {"00000": "a red wall, at noon", "00001": 'einé "größe" grün', "00002": "a blue\nsea"}
COLOURS = {"00000": "red", "00001": "green", "00002": "blue"}
SAID = [" ".join(caption.split()) for caption in CAPTIONS.values()]
Write = Callable[[Path], Path]


def jpeg(name: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), COLOURS[name]).save(file, "JPEG")
    return file.getvalue()


def records(**more: Any) -> list[dict[str, Any]]:
    return [{"path": f"pictures/{name}.jpg", "caption": caption, **more} for name, caption in CAPTIONS.items()]


def pictures(folder: Path) -> Path:
    (folder / "pictures").mkdir(parents=True)
    for name in reversed(CAPTIONS):
        (folder / "pictures" / f"{name}.jpg").write_bytes(jpeg(name))
    return folder


def img2dataset_files(folder: Path) -> Path:
    """As `img2dataset --output_format files` writes: pictures, captions and records beside each other, and a table."""
    for name, caption in CAPTIONS.items():
        place = folder / "00000"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.jpg").write_bytes(jpeg(name))
        (place / f"{name}.txt").write_text(caption, "utf-8")
        (place / f"{name}.json").write_text(json.dumps({"caption": "not this one", "url": "x", "key": name}), "utf-8")
    parquet.write_table(pyarrow.table({"url": ["x"], "caption": ["not this one either"]}), folder / "00000.parquet")
    (folder / "00000_stats.json").write_text("{}")
    return folder


def json_beside(folder: Path) -> Path:
    pictures(folder)
    for name, caption in CAPTIONS.items():
        (folder / "pictures" / f"{name}.json").write_text(json.dumps({"text": [caption, "another"]}), "utf-8")
    return folder


def image_folder(folder: Path) -> Path:
    """As folders of pictures lie on the hub."""
    pictures(folder)
    lines = [json.dumps({"file_name": one["path"], "text": one["caption"]}) for one in records()]
    (folder / "metadata.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def tar(path: Path, names: list[str], kind: str = "w") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, kind) as archive:  # type: ignore[call-overload]
        for name in names:
            for suffix, content in (
                ("jpg", jpeg(name)), ("json", b'{"caption": null}'), ("txt", CAPTIONS[name].encode())
            ):  # fmt: skip
                member = tarfile.TarInfo(f"{name}.{suffix}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


def webdataset(folder: Path) -> Path:
    tar(folder / "00000.tar", ["00000", "00001"])
    tar(folder / "00001.tar", ["00002"])
    return folder


def one_tar(folder: Path) -> Path:
    tar(folder / "all.tar", list(CAPTIONS))
    return folder / "all.tar"


def written(name: str, text: str) -> Write:
    def write(folder: Path) -> Path:
        (pictures(folder) / name).write_text(text, "utf-8")
        return folder / name

    return write


def csv_text(delimiter: str) -> str:
    file = io.StringIO()
    table = csv.DictWriter(file, ["width", "Caption", "PATH"], delimiter=delimiter)
    table.writeheader()
    table.writerows({"PATH": one["path"], "Caption": one["caption"], "width": 16} for one in records())
    return "\ufeff" + file.getvalue()


COCO = {
    "images": [{"id": 9 - at, "file_name": one["path"]} for at, one in enumerate(records())],
    "annotations": [{"image_id": 9 - at, "caption": one["caption"]} for at, one in enumerate(records())],
}


def parquet_of_paths(folder: Path) -> Path:
    pictures(folder)
    parquet.write_table(pyarrow.Table.from_pylist(records()), folder / "table.parquet", row_group_size=2)
    return folder / "table.parquet"


def parquet_of_bytes(folder: Path) -> Path:
    """As data sets of the hub lie there: bytes in a field, several captions."""
    folder.mkdir(parents=True)
    rows = [{"image": {"bytes": jpeg(name), "path": None}, "caption": [said, "x"]} for name, said in CAPTIONS.items()]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "train-00000.parquet", row_group_size=2)
    return folder


def img2dataset_parquet(folder: Path) -> Path:
    folder.mkdir(parents=True)
    rows = [{"jpg": jpeg(name), "caption": said, "key": name} for name, said in CAPTIONS.items()]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "00000.parquet")
    return folder / "00000.parquet"


@pytest.mark.parametrize(
    "write",
    [
        img2dataset_files, json_beside, image_folder, webdataset, one_tar, parquet_of_paths, parquet_of_bytes,
        img2dataset_parquet,
        pytest.param(written("t.csv", csv_text(",")), id="csv"),
        pytest.param(written("t.tsv", csv_text("\t")), id="tsv"),
        pytest.param(written("t.jsonl", "\n".join(map(json.dumps, records(url="x"))) + "\n\n"), id="jsonl"),
        pytest.param(written("t.json", json.dumps(records())), id="json"),
        pytest.param(written("captions_val.json", json.dumps(COCO)), id="coco"),
    ],
)  # fmt: skip
def test_every_kind_of_source_names_the_same_pictures_and_captions(write: Write, tmp_path: Path) -> None:
    path = str(write(tmp_path / "a folder"))
    source = open_source(path)
    assert source.lacks_depth
    items = [item for item in source.items if isinstance(item, Item)]
    assert [read_caption(item.caption) for item in items] == SAID
    assert [read_bytes(item.picture) for item in items] == [jpeg(name) for name in CAPTIONS]
    assert open_source(path) == source


def test_depth_beside_a_picture_belongs_to_it(tmp_path: Path) -> None:
    folder = pictures(tmp_path)
    Image.new("I;16", (4, 4)).save(folder / "pictures" / "00001.depth.png")
    depths = [item.depth for item in open_source(str(folder)).items if isinstance(item, Item)]
    assert [depth is not None for depth in depths] == [False, True, False]


def test_a_table_gives_the_captions_of_a_folder_by_what_its_paths_end_with(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in")
    (folder / "others").mkdir()
    (folder / "others" / "00000.jpg").write_bytes(jpeg("00000"))
    (tmp_path / "t.csv").write_text(
        "file_name,caption\nelsewhere/pictures/00000.jpg,by path\n00001.jpg,by name\n00002,without its suffix\n"
    )
    captions = {item.name: item.caption for item in open_source(str(folder), tmp_path / "t.csv").items}  # type: ignore[union-attr]
    assert captions == {
        "others/00000.jpg": None,
        "pictures/00000.jpg": "by path",
        "pictures/00001.jpg": "by name",
        "pictures/00002.jpg": "without its suffix",
    }
    tar(tmp_path / "s.tar", list(CAPTIONS))
    (tmp_path / "keys.csv").write_text("path,caption\n00001,by key\n")
    items = open_source(str(tmp_path / "s.tar"), tmp_path / "keys.csv").items
    assert [read_caption(item.caption) for item in items if isinstance(item, Item)] == [SAID[0], "by key", SAID[2]]


def test_the_fingerprint_tells_when_a_source_has_changed(tmp_path: Path) -> None:
    first = open_source(str(json_beside(tmp_path / "x"))).fingerprint
    assert open_source(str(tmp_path / "x")).fingerprint == first
    (tmp_path / "x" / "pictures" / "00003.png").write_bytes(b"")
    assert open_source(str(tmp_path / "x")).fingerprint != first


def test_worlds_are_numbered() -> None:
    assert list(open_source("worlds:3:7").items) == [World(0, 7), World(1, 7), World(2, 7)]
    assert not open_source("worlds:3:7").lacks_depth
    endless = open_source(f"worlds:{10**12}").items
    assert (len(endless), list(endless[10**11 : 10**11 + 2])) == (10**12, [World(10**11, 0), World(10**11 + 1, 0)])


def gzipped(folder: Path) -> Path:
    tar(folder / "x.tar", list(CAPTIONS), "w:gz")
    return folder / "x.tar"


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda folder: folder / "nowhere", "nowhere does not exist; name a folder of pictures"),
        (written("t.txt", "x"), "t.txt cannot be prepared; name a folder"),
        (written("t.csv", "name,caption\nx,y\n"), "t.csv row 1 names no picture; call the column 'path'"),
        (written("t.csv", "path,caption\n"), "t.csv names no pictures; it needs a column"),
        (written("t.json", "{"), "t.json cannot be read as a table"),
        (written("t.json", "{}"), "t.json is neither a list of records nor COCO's annotations"),
        (written("t.jsonl", "[1]"), "t.jsonl row 1 is no record of columns"),
        (written("t.parquet", "PAR1"), "t.parquet cannot be read as Parquet"),
        (gzipped, "x.tar cannot be read as a plain tar .*unpack it if it is compressed"),
        (lambda folder: folder.mkdir(parents=True) or folder, "has no pictures in it; name a folder of pictures"),
    ],
)
def test_what_cannot_be_prepared_is_a_sentence(write: Write, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=sentence):
        open_source(str(write(tmp_path / "x")))


@pytest.mark.parametrize("name", ["worlds", "worlds:", "worlds:0", "worlds:-3", "worlds:3:x", "worlds:3:4:5"])
def test_worlds_are_named_with_their_number(name: str) -> None:
    with pytest.raises(InputError, match="names no worlds; write worlds:COUNT or worlds:COUNT:SEED"):
        open_source(name)


def test_captions_that_fit_no_picture_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("path,caption\nother.jpg,x\n")
    with pytest.raises(InputError, match=r"names none of the pictures, such as pictures/00000\.jpg"):
        open_source(str(pictures(tmp_path / "in")), tmp_path / "t.csv")
    with pytest.raises(InputError, match="not for worlds"):
        open_source("worlds:3", tmp_path / "t.csv")
