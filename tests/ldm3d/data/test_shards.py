"""Shards: tars that webdataset's tools read, and of which any sample is read by itself."""

from __future__ import annotations

import io
import json
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ldm3d.data import open_set, shards, to_channels
from ldm3d.data.prepared import INDEX, PreparedSet
from ldm3d.data.sample import Sample
from ldm3d.errors import InputError
from ldm3d.rgbd import unpack_depth

RNG = np.random.default_rng(11)


def sample(number: int, size: tuple[int, int] = (24, 16)) -> Sample:
    width, height = size
    rgb = RNG.integers(0, 256, (height, width, 3), np.uint8)
    depth = RNG.integers(0, 65536, (height // 2, width // 2)).astype(np.uint16)
    return Sample(f"{number:09d}", rgb, depth, f"größe {number}", {"place": "forest"} if number % 2 else None)


def write_set(folder: Path, sizes: tuple[int, ...], size: tuple[int, int] = (24, 16)) -> list[Sample]:
    samples, listed = [], []
    folder.mkdir(parents=True)
    for number, count in enumerate(sizes):
        group = [sample(len(samples) + at, size) for at in range(count)]
        entries = [
            (one.key, shards.encode(one.rgb, one.depth, {"caption": one.caption, "spec": one.spec})) for one in group
        ]
        shard = shards.write(folder, shards.shard_name(number), entries)
        listed.append({"name": shard.name, "samples": count, "bytes": shard.bytes, "sha256": shard.sha256})
        samples += group
    index = {"size": list(size), "samples": len(samples), "shards": listed}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    return samples


def same(one: Sample, other: Sample) -> bool:
    return (
        (one.key, one.caption, one.spec) == (other.key, other.caption, other.spec)
        and np.array_equal(one.rgb, other.rgb)
        and np.array_equal(one.depth, other.depth)
    )


def test_every_sample_comes_back_as_it_was_in_any_order(tmp_path: Path) -> None:
    samples = write_set(tmp_path / "set", (3, 0, 1, 4))
    opened = open_set(tmp_path / "set")
    assert len(opened) == 8
    for index in (7, 0, 3, 2, 6, 3, 1, 5, 4):
        assert same(opened[index], samples[index])
    for outside in (-1, 8):
        with pytest.raises(IndexError):
            opened[outside]


def test_a_set_can_be_sent_to_another_process(tmp_path: Path) -> None:
    samples = write_set(tmp_path / "set", (2, 2))
    opened = open_set(tmp_path / "set")
    assert same(opened[3], samples[3])
    assert same(pickle.loads(pickle.dumps(opened))[1], samples[1])


def test_a_shard_is_a_tar_with_three_files_of_a_key_behind_one_another(tmp_path: Path) -> None:
    samples = write_set(tmp_path / "set", (2,))
    with tarfile.open(tmp_path / "set" / "shard-00000.tar") as archive:
        names = archive.getnames()
        colour, depth, record = (archive.extractfile(name).read() for name in names[3:])  # type: ignore[union-attr]
    assert names == [f"00000000{n}.{suffix}" for n in (0, 1) for suffix in ("png", "depth.png", "json")]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(colour))), samples[1].rgb)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(depth))), samples[1].depth)
    assert json.loads(record) == {"caption": "größe 1", "spec": {"place": "forest"}}


def test_reading_a_sample_touches_no_other_bytes_of_its_shard(tmp_path: Path) -> None:
    samples = write_set(tmp_path / "set", (5,))
    tar = tmp_path / "set" / "shard-00000.tar"
    place = shards.read_list(tar).places[3]
    content = bytearray(tar.read_bytes())
    content[: place.begin] = bytes(place.begin)
    tar.write_bytes(content[: shards.read_list(tar).places[4].begin])
    assert same(open_set(tmp_path / "set")[3], samples[3])
    with pytest.raises(InputError, match=r"sample 000000000 cannot be read of .*shard-00000\.tar .*ldm3d prepare"):
        open_set(tmp_path / "set")[0]
    with pytest.raises(InputError, match="sample 000000004 cannot be read"):
        open_set(tmp_path / "set")[4]


def test_the_same_samples_make_the_same_bytes(tmp_path: Path) -> None:
    one = sample(1)
    entry = shards.encode(one.rgb, one.depth, {"caption": one.caption})
    hashes = {shards.write(tmp_path, name, [(one.key, entry)]).sha256 for name in ("a.tar", "b.tar")}
    assert len(hashes) == 1
    assert shards.sha256(tmp_path / "a.tar") in hashes


def test_a_shard_counts_as_whole_only_with_the_bytes_that_are_listed(tmp_path: Path) -> None:
    write_set(tmp_path / "set", (2, 2, 2, 2, 2))
    folder = tmp_path / "set"
    (folder / "shard-00000.tar").unlink()
    (folder / "shard-00001.json").unlink()
    (folder / "shard-00002.json").write_text("{")
    content = bytearray((folder / "shard-00003.tar").read_bytes())
    content[700] ^= 1
    (folder / "shard-00003.tar").write_bytes(content)
    (folder / "shard-of-somebody.tar").write_bytes(b"")
    assert shards.numbers_in(folder) == [1, 2, 3, 4]
    assert [number for number in range(6) if shards.whole_shard(folder, number)] == [4]


def test_samples_are_brought_to_the_size_that_is_asked_for(tmp_path: Path) -> None:
    write_set(tmp_path / "set", (1,), (64, 32))
    for size in ((32, 16), (64, 32), (16, 16)):
        one = open_set(tmp_path / "set", size)[0]
        assert one.rgb.shape == (size[1], size[0], 3)
        assert one.depth.shape == (size[1], size[0])
        assert (one.rgb.dtype, one.depth.dtype) == (np.uint8, np.uint16)
    plain = open_set(tmp_path / "set")[0]
    assert (plain.rgb.shape, plain.depth.shape) == ((32, 64, 3), (16, 32))
    assert PreparedSet(tmp_path / "set").prepared_size == (64, 32)


def test_channels_are_colour_and_packed_or_plain_depth_between_minus_one_and_one() -> None:
    one = sample(0)
    whole = Sample(one.key, one.rgb, RNG.integers(0, 65536, (16, 24)).astype(np.uint16), one.caption)
    six, four = to_channels(whole, 6), to_channels(whole, 4)
    assert (six.shape, four.shape, six.dtype, four.dtype) == ((6, 16, 24), (4, 16, 24), torch.float32, torch.float32)
    bytes_of = ((six + 1) / 2 * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    assert np.array_equal(bytes_of[..., :3], whole.rgb)
    assert not bytes_of[..., 3].any()  # the paper's zero channel
    assert np.array_equal(unpack_depth(bytes_of[..., 3:]), whole.depth)
    assert torch.equal(four[:3], six[:3])
    assert np.array_equal(((four[3].double() + 1) / 2 * 65535).round().numpy(), whole.depth)


def test_depth_of_another_size_is_brought_to_the_colours() -> None:
    one = Sample("x", np.zeros((16, 32, 3), np.uint8), np.full((4, 8), 40000, np.uint16), "")
    assert torch.allclose((to_channels(one, 4)[3] + 1) / 2, torch.tensor(40000 / 65535), atol=1e-6)


def test_a_folder_without_prepared_data_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no prepared data \(index.json is missing\); name a folder"):
        open_set(tmp_path)
    with pytest.raises(InputError, match="holds no prepared data"):
        open_set(tmp_path / "nowhere")
    (tmp_path / "prepare.json").write_text("{}")
    with pytest.raises(InputError, match="is not prepared whole yet; run the same 'ldm3d prepare' again"):
        open_set(tmp_path)
    for text in ("{", "[]", '{"version": 1}'):
        (tmp_path / INDEX).write_text(text)
        with pytest.raises(InputError, match=r"index\.json cannot be read"):
            open_set(tmp_path)
