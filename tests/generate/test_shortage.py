"""What is said where memory does not do."""

from __future__ import annotations

import pytest

from depthfusion.generate.devices import Computing
from depthfusion.generate.shortage import Phase, answer, is_shortage

PICTURE = (1024, 512)


@pytest.mark.parametrize(
    ("computing", "phase", "size", "helps", "does_not"),
    [
        (
            Computing("cpu", "float32", "full"),
            "painting",
            PICTURE,
            ["--size 768x384", "bfloat16"],
            ["tiled", "offload"],
        ),
        (Computing("cpu", "float32", "full"), "decoding", PICTURE, ["768x384", "bfloat16", "tiled"], ["offload"]),
        (Computing("cpu", "bfloat16", "tiled"), "decoding", PICTURE, ["768x384"], ["precision b", "tiled", "offload"]),
        (Computing("cuda", "float16", "full"), "painting", PICTURE, ["768x384", "offload"], ["--precision", "tiled"]),
        (Computing("cuda", "float32", "full"), "loading", PICTURE, ["float16", "offload"], ["--size", "tiled"]),
        (Computing("cuda", "float16", "offload"), "painting", (128, 64), ["closing"], ["--size", "--memory"]),
        (Computing("mps", "float16", "full"), "decoding", PICTURE, ["tiled"], ["offload", "--precision"]),
        (Computing("xpu", "float16", "tiled"), "decoding", PICTURE, ["768x384"], ["--memory"]),
    ],
)
def test_the_advice_is_what_helps_and_is_not_on_yet(
    computing: Computing, phase: Phase, size: tuple[int, int], helps: list[str], does_not: list[str]
) -> None:
    said = str(answer(computing, size, phase))
    assert "\n" not in said
    assert all(word in said for word in helps), said
    assert not any(word in said for word in does_not), said


def test_shortages_are_known_in_all_their_words() -> None:
    for words in (
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried …",
        "MPS backend out of memory (MPS allocated: 1 GB …)",
        "CUDA error: out of memory",
        "could not create a primitive",
    ):
        assert is_shortage(RuntimeError(words))
    assert is_shortage(MemoryError())
    assert not is_shortage(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_shortage(ValueError("out of memory"))
