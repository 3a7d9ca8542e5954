"""The three families of networks: real classes at tiny sizes, in the hub's layout, loaded as the program does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ldm3d.depth_estimation import estimate, load_estimator
from ldm3d.errors import InputError, MachineError
from tests.ldm3d import tiny_depth
from tests.reference.scenes import photograph

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("estimators")
    return {kind: tiny_depth.write_estimator(root / kind, kind) for kind in tiny_depth.KINDS}


@pytest.mark.parametrize("kind", tiny_depth.KINDS)
def test_every_family_tells_the_depth_of_a_panorama(kind: tiny_depth.Kind, folders: dict[str, Path]) -> None:
    estimator = load_estimator(folders[kind], device="cpu")
    assert estimator.metric == (kind == "zoedepth")
    rgb = photograph(256, 128)
    depth = estimate(rgb, estimator)
    assert depth.dtype == np.uint16
    width = min(256, 4 * estimator.side)
    assert depth.shape == (width // 2, width)
    assert (depth.min(), depth.max()) == (0, 65535)
    np.testing.assert_array_equal(depth, estimate(rgb, load_estimator(str(folders[kind]), device="cpu")))


@pytest.mark.parametrize("kind", tiny_depth.KINDS)
def test_a_view_goes_through_the_network_as_transformers_itself_does_it(
    kind: tiny_depth.Kind, folders: dict[str, Path]
) -> None:
    estimator = load_estimator(folders[kind], device="cpu")
    picture = photograph(128, 64)[:, :64]
    pixels = estimator.processor(images=picture, return_tensors="pt")
    with torch.inference_mode():
        outputs = estimator.model(**pixels)
    found = estimator.inverse_depth(picture)
    assert found.shape == (64, 64)
    assert found.dtype == np.float32
    if kind == "zoedepth":  # transformers' own needs torchvision; the mirrored border is gone again
        metres = outputs.predicted_depth[0].numpy()
        middle = metres[tuple(slice(n // 2 - 1, n // 2 + 1) for n in metres.shape)].mean()
        assert found[31:33, 31:33].mean() == pytest.approx(1 / middle, rel=0.02)
    else:
        (expected,) = estimator.processor.post_process_depth_estimation(outputs, target_sizes=[(64, 64)])
        np.testing.assert_allclose(found, expected["predicted_depth"].numpy(), rtol=1e-5, atol=1e-7)


def test_old_weight_files_are_read(tmp_path: Path) -> None:
    folder = tiny_depth.write_estimator(tmp_path / "old", "dpt", weights="bin")
    assert not list(folder.glob("*.safetensors"))
    assert load_estimator(folder, device="cpu").side == 32


def test_what_is_no_estimator_is_said(tmp_path: Path, checkpoint) -> None:
    with pytest.raises(InputError, match="cannot estimate depth"):
        load_estimator(checkpoint("ldm3d"))
    with pytest.raises(InputError, match=r"ldm3d-sr cannot estimate depth \(it enlarges pictures"):
        load_estimator("ldm3d-sr")  # not downloaded, and of no use if it were
    with pytest.raises(MachineError, match="has not been downloaded: get it with"):
        load_estimator("dpt-large")
    folder = tiny_depth.write_estimator(tmp_path / "cut", "dpt")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(InputError, match="weights cannot be read"):
        load_estimator(folder)
    weights.unlink()
    with pytest.raises(InputError, match="not complete"):
        load_estimator(folder)
