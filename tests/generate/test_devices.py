"""What computes: every machine in a table."""

from __future__ import annotations

import pytest

from depthfusion.errors import InputError, MachineError
from depthfusion.generate.devices import GIB, Computing, Reported, choose, report

CPU = Reported("2.13.0+cpu")
TURING = Reported("2.13.0+cu130", cuda=(7, 5))
HOPPER = Reported("2.13.0+cu130", cuda=(9, 0), free=139 * GIB)
MAXWELL = Reported("2.13.0+cu126", cuda=(5, 2))
ROCM = Reported("2.13.0+rocm7.2", cuda=(9, 4), rocm=True)
OLD_ROCM = Reported("2.13.0+rocm7.2", cuda=(5, 0), rocm=True)
ARC = Reported("2.13.0+xpu", xpu=True)
APPLE = Reported("2.13.0", mps=True)


@pytest.mark.parametrize(
    ("reported", "device", "precision"),
    [
        (CPU, "cpu", "float32"),
        (TURING, "cuda", "float16"),
        (HOPPER, "cuda", "float16"),
        (MAXWELL, "cuda", "float32"),
        (ROCM, "cuda", "float16"),
        (OLD_ROCM, "cuda", "float16"),
        (ARC, "xpu", "float16"),
        (APPLE, "mps", "float16"),
    ],
)
def test_left_alone_the_fastest_device_computes_in_what_suits_it(
    reported: Reported, device: str, precision: str
) -> None:
    assert choose(reported) == Computing(device, precision, "full")


@pytest.mark.parametrize("reported", [CPU, TURING, ROCM, ARC, APPLE])
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_the_processor_and_every_precision_can_be_asked_for(reported: Reported, precision: str) -> None:
    chosen = choose(reported, device="cpu", precision=precision)
    assert (chosen.device, chosen.precision) == ("cpu", precision)


@pytest.mark.parametrize(("reported", "device"), [(CPU, "cuda"), (TURING, "mps"), (APPLE, "xpu"), (ARC, "cuda")])
def test_a_device_that_is_not_here_is_told_with_those_that_are(reported: Reported, device: str) -> None:
    with pytest.raises(MachineError) as refused:
        choose(reported, device=device)
    said = str(refused.value)
    assert said.startswith(f"device {device} is not here: torch {reported.version} reports ")
    assert f"choose --device {reported.devices[0]}" in said


@pytest.mark.parametrize(("reported", "device"), [(CPU, "auto"), (TURING, "cpu"), (APPLE, "mps")])
def test_offloading_needs_a_gpu_with_memory_of_its_own(reported: Reported, device: str) -> None:
    with pytest.raises(InputError, match="memory offload cannot be used on device"):
        choose(reported, device=device, memory="offload")


@pytest.mark.parametrize(
    ("free", "memory"), [(139.0, "full"), (8.0, "full"), (3.5, "tiled"), (2.0, "offload"), (None, "full")]
)
def test_little_memory_on_a_gpu_is_answered_with_tiles_then_with_offloading(free: float | None, memory: str) -> None:
    there = Reported("x", cuda=(8, 6), free=None if free is None else int(free * GIB))
    published = {"weights": 5_480_000_000, "pixels": 1024 * 512}
    assert choose(there, **published).memory == memory
    assert choose(there, memory="full", **published).memory == "full"


def test_torch_is_asked_what_it_has() -> None:
    there = report()
    assert there.devices[-1] == "cpu"
    assert there.version
