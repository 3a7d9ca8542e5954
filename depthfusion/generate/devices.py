"""What computes, and how exactly: pure functions of what torch reports and of what was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from depthfusion.errors import InputError, MachineError

GIB = 2**30


@dataclass(frozen=True)
class Reported:
    """What torch has here.

    Attributes:
        version: torch's own, as it names its build.
        cuda: NVIDIA's compute capability, or AMD's likewise; None without such a GPU.
        rocm: whether `cuda` is AMD's.
        xpu: whether there is an Intel GPU.
        mps: whether there is Apple's.
        free: bytes on the GPU that are free or this process's own, where torch can tell.
    """

    version: str = ""
    cuda: tuple[int, int] | None = None
    rocm: bool = False
    xpu: bool = False
    mps: bool = False
    free: int | None = None

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices that are there, the fastest first."""
        there = {"cuda": self.cuda is not None, "xpu": self.xpu, "mps": self.mps, "cpu": True}
        return tuple(device for device, is_there in there.items() if is_there)


@dataclass(frozen=True)
class Computing:
    """The device (torch's word), the precision (torch's name of a type) and what is done about memory."""

    device: str
    precision: str
    memory: str


def report() -> Reported:
    """Ask torch what it has here."""
    import torch

    rocm = torch.version.hip is not None
    if torch.cuda.is_available():
        free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved()
        return Reported(torch.__version__, torch.cuda.get_device_capability(), rocm, free=free)
    if torch.xpu.is_available():
        try:
            free = torch.xpu.mem_get_info()[0] + torch.xpu.memory_reserved()
        except RuntimeError:  # drivers that do not tell
            return Reported(torch.__version__, xpu=True)
        return Reported(torch.__version__, xpu=True, free=free)
    return Reported(torch.__version__, mps=torch.backends.mps.is_available())


def choose(
    reported: Reported,
    *,
    device: str = "auto",
    precision: str = "auto",
    memory: str = "auto",
    weights: int = 0,
    pixels: int = 0,
) -> Computing:
    """Choose what was left to choose.

    Precision: float16 on every GPU that has it (its ten bits behind the point hold a byte of packed depth, bfloat16's
    seven do not), float32 on NVIDIA's before capability 5.3 and on the processor, where half precision saves memory and
    no time.

    Args:
        reported: what torch has.
        device: what was asked for; `auto` is chosen here, and so with the next two.
        precision: likewise.
        memory: likewise.
        weights: bytes of the checkpoint in float32.
        pixels: of the panorama.

    Raises:
        MachineError: the device that was asked for is not here.
        InputError: what was asked for does not go together.
    """
    devices = reported.devices
    if device == "auto":
        device = devices[0]
    elif device not in devices:
        raise MachineError(
            f"device {device} is not here: torch {reported.version} reports {' and '.join(devices)}; choose --device "
            f"{devices[0]} or install the build of torch for it"
        )
    if precision == "auto":
        old = device == "cuda" and not reported.rocm and reported.cuda is not None and reported.cuda < (5, 3)
        precision = "float32" if device == "cpu" or old else "float16"
    if memory == "offload" and device in {"cpu", "mps"}:
        raise InputError(
            f"memory offload cannot be used on device {device}, which computes in main memory already: choose tiled"
        )
    if memory == "auto":
        memory = _memory(reported.free if device in {"cuda", "xpu"} else None, precision, weights, pixels)
    return Computing(device, precision, memory)


def _memory(free: int | None, precision: str, weights: int, pixels: int) -> str:
    """Return what `free` bytes allow: everything on the GPU, decoding in tiles, or each part only while it computes.

    Decoding at once holds about four maps of 256 channels at the picture's size; the U-Net a fourth of that.
    """
    each = 4 if precision == "float32" else 2
    loaded, decoding = weights * each // 4, 1024 * pixels * each
    if free is None or free >= loaded + decoding:
        return "full"
    return "tiled" if free >= loaded + decoding // 4 else "offload"
