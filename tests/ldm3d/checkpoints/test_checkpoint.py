"""What is on this disk: found, described, checked, removed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ldm3d import checkpoints
from ldm3d.checkpoints import cache as places
from ldm3d.checkpoints import record
from ldm3d.errors import InputError, MachineError
from tests.ldm3d.hub_server import Hub, git_hash, sha256

Tiny = Callable[..., Path]
NAME = "Intel/ldm3d-4c"
UNET = "unet/diffusion_pytorch_model.safetensors"


def into_cache(cache: Path, name: str, folder: Path, commit: str = "c" * 40) -> Path:
    """Put a folder's files into a cache as huggingface_hub's own download does; return the snapshot."""
    place = places.folder_of(name, cache)
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        blob = place / "blobs" / (sha256(content) if path.suffix in {".safetensors", ".bin"} else git_hash(content))
        link = place / "snapshots" / commit / path.relative_to(folder)
        for made in (blob, link):
            made.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(content)
        link.symlink_to(os.path.relpath(blob, link.parent))
    (place / "refs").mkdir(exist_ok=True)
    (place / "refs" / "main").write_text(commit, encoding="ascii")
    return place / "snapshots" / commit


@pytest.mark.parametrize("weights", ["safetensors", "bin"])
@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("ldm3d", ("ldm3d", 6, (128, 64))),
        ("4c", ("ldm3d", 4, (128, 64))),
        ("pano", ("ldm3d", 4, (128, 64))),
        ("sr", ("sr", 4, (64, 64))),
    ],
)
def test_a_folder_is_described_by_its_own_configuration(
    checkpoint: Tiny, kind: str, weights: str, seen: tuple[str, int, tuple[int, int]]
) -> None:
    folder = checkpoint(kind, weights)
    found = checkpoints.find(folder)
    assert (found.kind, found.channels, found.size) == seen
    assert (found.folder, found.revision, found.complete) == (folder, "", True)
    assert found.bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_copy_of_a_known_checkpoint_has_its_defaults(checkpoint: Tiny, tmp_path: Path) -> None:
    copy = shutil.copytree(checkpoint("pano"), tmp_path / "ldm3d-pano")
    assert checkpoints.find(str(copy)).prompt_prefix == "360 view of "
    other = shutil.copytree(checkpoint("pano"), tmp_path / "mine")
    assert checkpoints.find(str(other)).prompt_prefix == ""
    index = json.loads((other / "model_index.json").read_text(encoding="utf-8"))
    (other / "model_index.json").write_text(json.dumps({**index, "_name_or_path": "Intel/ldm3d-pano"}), "utf-8")
    assert checkpoints.find(str(other)).guidance == 7.0


def spoil(folder: Path, harm: str) -> None:
    """Do some harm to a checkpoint's folder."""
    if harm == "empty":
        shutil.rmtree(folder)
        folder.mkdir()
    elif harm.endswith("/"):
        shutil.rmtree(folder / harm)
    elif "=" in harm:
        name, content = harm.split("=", 1)
        (folder / name).write_text(content, encoding="utf-8")
    else:
        (folder / harm).unlink()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("empty", "is no LDM3D checkpoint: it has no model_index.json"),
        ("model_index.json", "is no LDM3D checkpoint: it has no model_index.json"),
        ("model_index.json={", r"model_index.json cannot be read as JSON: copy or download the checkpoint again"),
        ("model_index.json=[]", r"model_index.json is not what a checkpoint has there"),
        (UNET, r"is not complete \(unet/ weights \(.safetensors or .bin\) are missing\): copy or download it again"),
        ("unet/config.json", "unet/config.json is missing"),
        ("scheduler/", r"is not complete \(scheduler/scheduler_config.json is missing\)"),
        ("tokenizer/", r"is not complete \(tokenizer/vocab.json is missing\)"),
        ("safety_checker/config.json", r"is not complete \(safety_checker/config.json is missing\)"),
        ("feature_extractor/", r"is not complete \(feature_extractor/preprocessor_config.json is missing\)"),
        ('vae/config.json={"in_channels": 3, "out_channels": 3}', "its autoencoder has 3 channels, colour with depth"),
    ],
)
def test_a_folder_that_is_none_or_not_whole_is_one_sentence(
    checkpoint: Tiny, tmp_path: Path, harm: str, sentence: str
) -> None:
    folder = shutil.copytree(checkpoint("4c"), tmp_path / "copy")
    spoil(folder, harm)
    with pytest.raises(InputError, match=sentence) as why:
        checkpoints.find(str(folder))
    assert "\n" not in str(why.value)


@pytest.mark.parametrize("parts", [2, 3])
def test_weights_in_parts_must_be_there_with_every_part(checkpoint: Tiny, tmp_path: Path, parts: int) -> None:
    folder = shutil.copytree(checkpoint("4c"), tmp_path / "copy")
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model-00001-of-00002.safetensors")
    (folder / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"unet/weights are 1 of 2 parts"):
        checkpoints.find(folder)
    (folder / "unet" / "diffusion_pytorch_model-00002-of-00002.safetensors").write_bytes(b"")
    assert checkpoints.find(folder).complete


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ({"model_type": "dpt", "image_size": 384}, (384, 384)),
        ({"model_type": "depth_anything", "backbone_config": {"image_size": 518}}, (518, 518)),
        ({"model_type": "zoedepth", "backbone_config": {"image_size": [384, 512]}}, (512, 384)),
    ],
)
def test_an_estimators_folder_is_known_by_its_type(tmp_path: Path, config: dict[str, object], size: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "preprocessor_config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "pytorch_model.bin").write_bytes(b"weights")
    found = checkpoints.find(tmp_path)
    assert (found.kind, found.size, found.complete) == ("estimator", size, True)


def test_another_kind_of_model_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(InputError, match="is a model of type 'bert', which is neither LDM3D nor a depth estimator"):
        checkpoints.find(tmp_path)


@pytest.mark.parametrize("name", ["ldm4d", "nowhere/at/all", "", "a/b.txt/c"])
def test_what_is_neither_name_nor_folder_is_one_sentence(name: str, hub_cache: Path) -> None:
    with pytest.raises(
        InputError, match="neither a folder here nor a checkpoint: choose a folder or one of ldm3d, "
    ) as e:
        checkpoints.find(f"{name}?")
    assert f"'{name}?'" in str(e.value)


def test_what_was_not_downloaded_is_the_machines_lack(hub_cache: Path) -> None:
    with pytest.raises(MachineError, match=r"Intel/ldm3d-pano has not been downloaded: get it with `model get Intel"):
        checkpoints.find("ldm3d")
    assert checkpoints.installed() == []


def test_what_another_program_downloaded_is_recorded_when_it_is_found(hub_cache: Path, checkpoint: Tiny) -> None:
    snapshot = into_cache(hub_cache, NAME, checkpoint("4c"))
    assert [one.name for one in checkpoints.installed()] == [NAME]
    assert record.read(NAME, record.place()) is None
    found = checkpoints.find(NAME)
    assert (found.folder, found.revision) == (snapshot, "c" * 40)
    kept = record.read(NAME, record.place())
    assert kept is not None
    assert kept.files[UNET].sha256 == sha256((checkpoint("4c") / UNET).read_bytes())
    assert kept.complete


def test_what_another_program_downloaded_must_have_the_hubs_hashes(hub_cache: Path, checkpoint: Tiny) -> None:
    weights = into_cache(hub_cache, NAME, checkpoint("4c")) / UNET
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.resolve().write_bytes(content)
    with pytest.raises(InputError, match=f"{UNET} of {NAME} is not the file that was first downloaded"):
        checkpoints.find(NAME)


def test_a_changed_file_is_told_with_the_remedy(hub_cache: Path, checkpoint: Tiny) -> None:
    weights = into_cache(hub_cache, NAME, checkpoint("4c")) / UNET
    checkpoints.find(NAME)
    before, content = weights.stat(), bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.resolve().write_bytes(content)
    remedy = rf"{UNET} of {NAME} is not .* remove the checkpoint and get it again \(model remove {NAME}, model get"
    with pytest.raises(InputError, match=remedy):
        checkpoints.find(NAME)
    # With its time of modification put back the quick check believes it; the thorough one does not.
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert checkpoints.find(NAME).complete
    with pytest.raises(InputError, match=remedy):
        checkpoints.find(NAME, thorough=True)


def test_files_are_read_only_where_there_is_reason_to(hub_cache: Path, checkpoint: Tiny) -> None:
    snapshot = into_cache(hub_cache, NAME, checkpoint("4c"))
    read: list[float] = []
    for thorough, touched, expected in (
        (False, False, True),  # the first time
        (False, False, False),
        (False, True, True),
        (False, False, False),
        (True, False, True),
    ):
        if touched:
            os.utime(snapshot / UNET, ns=(1, 1))
        read.clear()
        checkpoints.find(NAME, thorough=thorough, progress=lambda text, done, total: read.append(total))
        assert bool(read) == expected


def test_an_interrupted_one_is_listed_and_told(hub_cache: Path, checkpoint: Tiny) -> None:
    snapshot = into_cache(hub_cache, NAME, checkpoint("4c"))
    (snapshot / UNET).resolve().unlink()
    (listed,) = checkpoints.installed()
    assert (listed.complete, listed.lacks) == (False, "unet/ weights (.safetensors or .bin) are missing")
    with pytest.raises(MachineError, match=rf"{NAME} is not complete here .*: get the rest with `model get {NAME}`"):
        checkpoints.find(NAME)


def test_models_of_other_programs_are_not_listed(hub_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    into_cache(hub_cache, "someone/bert", tmp_path / "bert")
    assert checkpoints.installed() == []
    with pytest.raises(InputError, match="neither LDM3D nor"):
        checkpoints.remove("someone/bert")
    assert (places.folder_of("someone/bert", hub_cache) / "refs" / "main").exists()


def test_removing_frees_the_place_and_keeps_the_record(hub: Hub, hub_cache: Path, checkpoint: Tiny) -> None:
    hub.add(NAME, checkpoint("4c"))
    got = checkpoints.get(NAME, accept_licence=True)
    assert checkpoints.remove("ldm3d-4c") >= got.bytes
    assert not places.folder_of(NAME, hub_cache).exists()
    assert record.read(NAME, record.place()) is not None
    with pytest.raises(InputError, match=f"{NAME} is not here, so nothing was removed: `model list` says what is"):
        checkpoints.remove(NAME)


def test_removing_leaves_what_other_programs_have_there(hub_cache: Path, checkpoint: Tiny, tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint("4c"), tmp_path / "copy")
    (folder / "flax_model.msgpack").write_bytes(b"flax")
    other = into_cache(hub_cache, NAME, folder, "d" * 40)
    snapshot = into_cache(hub_cache, NAME, folder, "c" * 40)
    (other / UNET).unlink()
    checkpoints.find(NAME)
    freed = checkpoints.remove(NAME)
    assert freed == (checkpoint("4c") / UNET).stat().st_size
    assert (snapshot / "flax_model.msgpack").read_bytes() == b"flax"
    assert (other / "vae" / "config.json").is_file()
    assert not (snapshot / "vae").exists()


def test_a_folder_of_ones_own_is_never_removed(checkpoint: Tiny) -> None:
    with pytest.raises(InputError, match="a folder of your own is yours to delete"):
        checkpoints.remove(str(checkpoint("4c")))


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, "/home/ada/.cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/huggingface/hub"),
        ({"DEPTHFUSION_HOME": "/big"}, "/big/hub"),
        ({"HF_HOME": "/hf", "XDG_CACHE_HOME": "/cache", "DEPTHFUSION_HOME": "/big"}, "/hf/hub"),
        ({"HF_HUB_CACHE": "/hub", "HF_HOME": "/hf"}, "/hub"),
        ({"HUGGINGFACE_HUB_CACHE": "/hub", "HF_HOME": "/hf"}, "/hub"),
    ],
)
def test_the_cache_is_where_hugging_face_keeps_it(environ: dict[str, str], folder: str) -> None:
    assert places.place(environ, Path("/home/ada")) == Path(folder)


def test_names_and_aliases_are_each_one_checkpoints() -> None:
    meant = [name.casefold() for one in checkpoints.known() for name in (one.name, *one.aliases)]
    assert len(meant) == len(set(meant))
    assert {"Intel/ldm3d", "Intel/ldm3d-4c", "Intel/ldm3d-pano", "Intel/ldm3d-sr"} <= {
        one.name for one in checkpoints.known()
    }
    assert checkpoints.hub_name("ldm3d") == "Intel/ldm3d-pano"


def test_looking_at_the_disk_needs_neither_torch_nor_the_hubs_library() -> None:
    program = (
        "import sys; from ldm3d import checkpoints; checkpoints.installed(); checkpoints.known();"
        "print(sorted({'torch', 'diffusers', 'huggingface_hub', 'numpy', 'filelock'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
