"""Captions from every kind of file, chosen always alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from ldm3d.errors import InputError
from ldm3d.evaluation.captions import Captioned, choose, read, real_pictures


def test_cocos_captions_name_their_pictures(coco: tuple[Path, Path]) -> None:
    found = read(coco[0])
    assert len(found) == 6
    assert found[1] == Captioned("two red buses.", "COCO_val2014_000000000001.jpg")
    assert found[4].image == found[0].image, "a picture may have several"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"caption": "a dog", "image": "1.png"}\n\n{"caption": "a cat", "image": "2.png"}\n'),
        ("a.json", '[{"text": "a dog", "file_name": "1.png"}, {"text": " a  cat\\n", "file_name": "2.png"}]'),
        ("a.csv", 'caption,path\na dog,1.png\n"a cat",2.png\n'),
    ],
)
def test_lists_of_captions_with_their_pictures(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read(tmp_path / name) == [Captioned("a dog", "1.png"), Captioned("a cat", "2.png")]


@pytest.mark.parametrize(("name", "text"), [("a.txt", "a dog\n\n  a cat \n"), ("a.json", '["a dog", "a cat"]')])
def test_captions_alone(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read(tmp_path / name) == [Captioned("a dog"), Captioned("a cat")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.json", None, "does not exist"),
        ("empty.txt", b"\n \n", "has no captions"),
        ("odd.json", b"{", "is no JSON"),
        ("odd.json", b'{"images": [], "notes": []}', "has not COCO's"),
        (
            "odd.json",
            b'{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 2, "caption": "b"}]}',
            "COCO",
        ),
        ("odd.jsonl", b'{"title": "a dog"}', "without a caption or text or prompt"),
        ("odd.json", b"7", "without a caption"),
        ("odd.csv", b"title\na dog\n", "without a caption"),
        ("odd.txt", b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_what_has_no_captions_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read(tmp_path / name)


def test_fewer_captions_are_the_first_of_more() -> None:
    captions = [Captioned(f"caption {number}", f"{number}.png") for number in range(50)]
    many, few = choose(captions, 40, 0, Path("a.txt")), choose(captions, 10, 0, Path("a.txt"))
    assert few.captions == many.captions[:10]
    assert few.images == many.images[:10]
    assert few.mark == many.mark
    assert choose(captions, 40, 1, Path("a.txt")).captions != many.captions
    assert len(set(many.captions)) == 40
    assert many.captions != [one.caption for one in captions[:40]]


def test_other_captions_have_another_mark() -> None:
    first = [Captioned("a dog"), Captioned("a cat")]
    assert choose(first, 1, 0, Path("a")).mark != choose([*first, Captioned("a cow")], 1, 0, Path("a")).mark


def test_real_pictures_are_those_of_the_captions_each_once(coco: tuple[Path, Path]) -> None:
    prompts = choose(read(coco[0]), 6, 0, coco[0])
    assert sorted(path.name for path in real_pictures(prompts, coco[1])) == sorted(p.name for p in coco[1].iterdir())


def test_without_names_all_pictures_are_real_and_no_depth(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "b.depth.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture", "utf-8")
    prompts = choose([Captioned("a dog")], 1, 0, Path("a"))
    assert [path.name for path in real_pictures(prompts, tmp_path)] == ["a.jpg", "b.png"]


def test_missing_pictures_are_named(tmp_path: Path) -> None:
    named = choose([Captioned("a dog", "dog.png"), Captioned("a cat", "cat.png")], 2, 0, Path("a"))
    with pytest.raises(InputError, match="is missing, as are 1 more"):
        real_pictures(named, tmp_path)
    with pytest.raises(InputError, match="is no folder"):
        real_pictures(named, tmp_path / "nowhere")
    with pytest.raises(InputError, match="has 0 pictures"):
        real_pictures(choose([Captioned("a dog")], 1, 0, Path("a")), tmp_path)


def test_a_mark_is_of_the_words_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(["b", "a"]), "utf-8")
    assert [one.caption for one in read(path)] == ["b", "a"]
