"""`ldm3d prepare`: pictures or worlds into shards of samples, by several processes, going on where it was left.

The i-th item of the source belongs to shard i // shard_size, whatever is left out. So shards that are whole are kept,
and one that goes on writes the same bytes as one that was never interrupted.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldm3d.data import drawn, making, shards
from ldm3d.data.items import Item, World
from ldm3d.data.making import Failed, Unestimated, Wanted
from ldm3d.data.prepared import BROKEN, INDEX, REQUEST
from ldm3d.data.shards import Broken, Entry, Shard, shard_name
from ldm3d.data.sources import Source, open_source
from ldm3d.errors import InputError, MachineError
from ldm3d.files import cannot_write, remove_partials, whole_file
from ldm3d.progress import Progress

if TYPE_CHECKING:
    from ldm3d.depth_estimation.networks import Network

_AHEAD = 3  # items for each worker that are begun before they are needed


@dataclass(frozen=True)
class Request:
    """What is to be prepared, and how.

    Attributes:
        source: as `ldm3d.data.sources.open_source` takes it.
        folder: where the shards go.
        size: width and height of the colour; twice as wide as high means panoramas.
        estimator: of depth, by name or folder, for pictures that have none.
        captions: a table of captions, or None.
        uncaptioned: whether pictures without a caption are taken.
        shard_size: items in a shard.
    """

    source: str
    folder: Path
    size: tuple[int, int]
    estimator: str = "dpt-large"
    captions: Path | None = None
    uncaptioned: bool = False
    shard_size: int = 256


def prepare(request: Request, workers: int, device: str = "auto", quiet: bool = False) -> Path:
    """Write the shards of a request that are not there yet, then the index; return the index's path.

    Raises:
        InputError: the source cannot be read, nothing of it can be used, or the folder holds something else.
        MachineError: the estimator is not there or does not fit, the disk is full, or a worker was ended.
        KeyboardInterrupt: was interrupted; says how to go on.
    """
    folder = request.folder
    if drawn.is_worlds(request.source):
        drawn.parse(request.source, request.size)  # says so where worlds cannot be drawn at this size
    source = open_source(request.source, request.captions)
    _check_apart(request)
    if source.lacks_depth:
        _find_estimator(request)
    _claim(request, source)
    numbers = range(-(-len(source.items) // request.shard_size))
    kept = _kept(folder, len(numbers), quiet)
    missing = (number for number in numbers if number not in kept)
    if len(kept) < len(numbers):
        (folder / INDEX).unlink(missing_ok=True)  # it says that all is there
    lacking = len(kept) < len(numbers) and source.lacks_depth
    estimator = _estimator(request, device) if lacking else None
    wanted = Wanted(
        request.size, estimator.side if estimator else 0, request.uncaptioned, request.estimator if estimator else ""
    )
    begun = sum(len(_items(source, number, request.shard_size)) for number in kept)
    progress = Progress(len(source.items), "preparing", done=begun, quiet=quiet)
    try:
        with progress, _pool(workers) as pool:
            _write(request, source, missing, wanted, estimator, pool, workers, progress, kept)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{len(kept)} of {len(numbers)} shards in {folder} are whole; the same command goes on from there"
        ) from None
    except BrokenProcessPool:
        raise MachineError(
            "a worker of 'ldm3d prepare' was ended from outside, as a system without memory does; give fewer --workers "
            "and run the same command again, which goes on"
        ) from None
    return _conclude(request, source, [kept[number] for number in numbers])


def _write(
    request: Request,
    source: Source,
    missing: Iterable[int],
    wanted: Wanted,
    estimator: Network | None,
    pool: Executor,
    workers: int,
    progress: Progress,
    kept: dict[int, Shard],
) -> None:
    """Write the missing shards one after another; each is put into `kept` when it is whole."""
    work = ((number, at, item) for number in missing for at, item in _items(source, number, request.shard_size))
    left_out = sum(len(shard.broken) for shard in kept.values())
    made = _in_order(pool, work, wanted, _AHEAD * workers)
    for number, group in itertools.groupby(made, key=lambda one: one[0]):
        entries: list[tuple[str, Entry]] = []
        broken: list[Broken] = []
        for _, at, result in group:
            if isinstance(result, Failed):
                broken.append(Broken(*result))
                left_out += 1
            else:
                whole = _estimated(result, wanted, estimator) if isinstance(result, Unestimated) else result
                entries.append((f"{at:09d}", whole))
            progress.advance(**{"left out": left_out} if left_out else {})
        kept[number] = shards.write(request.folder, shard_name(number), entries, broken)


def _kept(folder: Path, count: int, quiet: bool) -> dict[int, Shard]:
    """The shards of an earlier run that are whole, by number."""
    kept = {}
    there = [number for number in shards.numbers_in(folder) if number < count]
    with Progress(len(there), "checking shards", quiet=quiet or not there) as progress:
        for number in there:
            shard = shards.whole_shard(folder, number)
            if shard is not None:
                kept[number] = shard
            progress.advance()
    return kept


def _items(source: Source, number: int, shard_size: int) -> list[tuple[int, Item | World]]:
    """The items of a shard with their numbers."""
    begin = number * shard_size
    return list(enumerate(source.items[begin : begin + shard_size], begin))


def _in_order(
    pool: Executor, work: Iterable[tuple[int, int, Item | World]], wanted: Wanted, ahead: int
) -> Iterator[tuple[int, int, Entry | Unestimated | Failed]]:
    """Yield what becomes of every item, in order, while the workers are `ahead` of it."""
    waiting: deque[tuple[int, int, Future[Entry | Unestimated | Failed]]] = deque()
    for number, at, item in work:
        with _without_interrupts():  # this may start a process, which inherits it: Ctrl-C is for its parent
            future = pool.submit(making.make, item, wanted)
        waiting.append((number, at, future))
        if len(waiting) > ahead:
            first, index, future = waiting.popleft()
            yield first, index, future.result()
    while waiting:
        first, index, future = waiting.popleft()
        yield first, index, future.result()


def _estimated(one: Unestimated, wanted: Wanted, estimator: Network | None) -> Entry:
    """Tell the depth of a picture, at the network's own resolution."""
    from ldm3d.depth_estimation import estimate
    from ldm3d.depth_estimation.stitching import as_depth

    assert estimator is not None
    if wanted.panoramas:
        across = min(wanted.size[0], 4 * estimator.side, one.seen.shape[1])
        depth = estimate(one.seen, estimator, size=(across, across // 2))
    else:
        depth = as_depth(estimator.inverse_depth(one.seen))
    return Entry(one.colour, shards.encode_png(np.asarray(depth)), shards.encode_record(one.record))


def _find_estimator(request: Request) -> None:
    """Raise what loading it would raise where it is not there, before anything is written."""
    from ldm3d.depth_estimation import networks

    networks.find(request.estimator)


def _estimator(request: Request, device: str) -> Network:
    import torch

    from ldm3d.depth_estimation import load_estimator

    if device != "auto":
        try:
            torch.empty(1, device=device)
        except (RuntimeError, AssertionError):  # the latter where torch was built without it
            raise InputError(f"--device {device} is none that PyTorch has here; leave it out, or take cpu") from None
    return load_estimator(request.estimator, device)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait until the end of the block; Windows has no such thing, and there a worker may complain of it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Pool(ProcessPoolExecutor):
    """Processes that are not waited for where something went wrong: what they do is of no more use."""

    def __exit__(self, kind: Any, error: Any, at: Any) -> None:
        self.shutdown(wait=True, cancel_futures=kind is not None)


def _pool(workers: int) -> ProcessPoolExecutor:
    return _Pool(workers, mp_context=get_context("spawn"), initializer=making.begin_worker)


def _check_apart(request: Request) -> None:
    """Raise `InputError` where shards would be written among the pictures that they are made of."""
    source, folder = Path(request.source).resolve(), request.folder.resolve()
    if source.is_dir() and (folder == source or source in folder.parents):
        raise InputError(f"{request.folder} lies within {request.source}, which is read; choose a folder elsewhere")


def _claim(request: Request, source: Source) -> None:
    """Note in the folder what it is for; where that was noted before, it has to be the same.

    Raises:
        InputError: it was for something else, or cannot be written to.
    """
    folder = request.folder
    asked = json.loads(json.dumps(_asked(request, source)))
    note = folder / REQUEST
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the shards")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    _remove_leftovers(folder)
    if any(folder.glob("shard-*.tar")):
        _check_same(note, asked)
        return
    with whole_file(note) as partial:
        partial.write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")


def _check_same(note: Path, asked: dict[str, Any]) -> None:
    """Raise `InputError` where the shards beside `note` are of another request."""
    folder = note.parent
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        differing = next((name for name in _DIFFERENCES if noted.get(name) != asked[name]), None)
    except (OSError, ValueError, AttributeError):
        raise InputError(f"{folder} has shards of something else in it; choose another folder") from None
    if differing:
        unlike = f"{_DIFFERENCES[differing]} {noted.get(differing)!r}, and this is {asked[differing]!r}"
        if differing == "fingerprint":
            unlike = f"other pictures or captions, of {noted.get('source')}"
        raise InputError(
            f"{folder} was begun with {unlike}; choose another folder, or go on with what it was begun with"
        )


_DIFFERENCES = {
    "size": "the size",
    "shard_size": "a shard size of",
    "items": "a number of pictures of",
    "estimator": "the estimator",
    "uncaptioned": "--uncaptioned",
    "fingerprint": "pictures and captions",
}


def _asked(request: Request, source: Source) -> dict[str, Any]:
    """What is noted of a request: all on which the shards' bytes depend."""
    asked = asdict(request)
    del asked["folder"]
    asked["captions"] = str(request.captions) if request.captions else None
    asked["estimator"] = request.estimator if source.lacks_depth else None
    return {"version": 1, **asked, "items": len(source.items), "fingerprint": source.fingerprint}


def _remove_leftovers(folder: Path) -> None:
    """Remove partial files of runs that were killed."""
    import psutil

    for partial in folder.glob(".partial-*-*"):
        process = partial.name.split("-")[1]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            remove_partials(folder, int(process))


def _conclude(request: Request, source: Source, whole: list[Shard]) -> Path:
    """Write what was left out, and the index, which says that all is there."""
    folder = request.folder
    samples = sum(len(shard.places) for shard in whole)
    broken = [one for shard in whole for one in shard.broken]
    with whole_file(folder / BROKEN) as partial:
        lines = [json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in broken]
        partial.write_text("".join(lines), encoding="utf-8")
    if not samples:
        raise InputError(
            f"nothing of {request.source} could be prepared, for example {broken[0].name}: {broken[0].reason}; "
            f"{folder / BROKEN} has all reasons"
        )
    index = _asked(request, source) | {
        "samples": samples,
        "broken": len(broken),
        "shards": [
            {"name": one.name, "samples": len(one.places), "bytes": one.bytes, "sha256": one.sha256} for one in whole
        ],
    }
    with whole_file(folder / INDEX) as partial:
        partial.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    return folder / INDEX
