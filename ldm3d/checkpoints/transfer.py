"""One file from the hub to the disk: goes on where it stopped, ends at once when told to, checked as it comes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub.utils._http import get_session, hf_raise_for_status

import ldm3d.checkpoints.hub as hub
from ldm3d.checkpoints.record import Entry, start_git
from ldm3d.errors import MachineError
from ldm3d.files import cannot_write

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before the tries that follow a failed one; after the last of them it is given up."""
_PIECE = 1 << 22
_LOOK_SECONDS = 0.05

Moved = Callable[[int], None]
"""Is told how many bytes more (or, below zero, fewer) are there; may raise to end the transfer."""


def fetch(url: str, entry: Entry, partial: Path, name: str, moved: Moved) -> str:
    """Bring a file to `partial` and return its SHA-256.

    What lies there already is kept and the rest is asked for. A connection that breaks is taken up again.

    Args:
        url: where it is had.
        entry: its size and the hub's hash of it, which the whole must have.
        partial: where it grows.
        name: the checkpoint's, for sentences.
        moved: is told of each piece; with 0 while nothing comes.

    Raises:
        MachineError: where the network fails for good, the disk is full, or what came is not what was promised.
    """
    tries = 0
    with _Growing(partial, entry, moved) as file:
        while file.size < entry.size:
            before = file.size
            try:
                with contextlib.closing(_pieces(url, file.size, moved)) as pieces:
                    if not next(pieces):
                        file.restart()
                    for piece in pieces:
                        file.add(piece)
                if file.size <= before:
                    raise httpx2.RemoteProtocolError("it sent nothing")
            except hub.PROBLEMS as error:
                if file.size > before:
                    tries = 0
                if not hub.passing(error) or tries == len(PAUSES):
                    raise hub.sentence(error, name) from None
                _wait(PAUSES[tries], moved)
                tries += 1
        file.flush()
    if not file.whole():
        partial.unlink()
        raise MachineError(
            f"a file of {name} came damaged (its hash is not the hub's) and was thrown away: start again"
        )
    return file.sha256()


class _Growing:
    """A file that grows at its end, with its hashes. Trouble with the disk is raised as its sentence."""

    def __init__(self, path: Path, entry: Entry, moved: Moved) -> None:
        self._path, self._entry, self._moved = path, entry, moved
        self._sha256, self._git, self.size = hashlib.sha256(), start_git(entry.size), 0

    def __enter__(self) -> _Growing:
        with self._telling():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab+")
            if self._file.tell() > self._entry.size:
                self._moved(self._entry.size - self._file.tell())
                self._file.truncate(0)
            self._file.seek(0)
        while piece := self._file.read(_PIECE):
            self._count(piece)
            self._moved(0)
        return self

    def __exit__(self, *_: object) -> None:
        with self._telling():
            self._file.close()

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise cannot_write(self._path, error) from None

    def _count(self, piece: bytes) -> None:
        self._sha256.update(piece)
        if len(self._entry.blob) == 40:
            self._git.update(piece)
        self.size += len(piece)

    def add(self, piece: bytes) -> None:
        """Append what came, as far as it belongs to the file."""
        piece = piece[: self._entry.size - self.size]
        if piece:
            with self._telling():
                self._file.write(piece)
            self._count(piece)
        self._moved(len(piece))

    def restart(self) -> None:
        """Begin at the beginning, as a server does that sends the whole where the rest was asked for."""
        with self._telling():
            self._file.truncate(0)
        self._moved(-self.size)
        self._sha256, self._git, self.size = hashlib.sha256(), start_git(self._entry.size), 0

    def flush(self) -> None:
        """Bring it to the disk."""
        with self._telling():
            self._file.flush()
            os.fsync(self._file.fileno())

    def whole(self) -> bool:
        """Say whether it has the hub's hash."""
        return self._entry.blob in {self._sha256.hexdigest(), self._git.hexdigest()}

    def sha256(self) -> str:
        """Return its hash."""
        return self._sha256.hexdigest()


def _pieces(url: str, begin: int, moved: Moved) -> Generator[bytes]:
    """Yield first something where the server goes on at `begin` and nothing where it starts anew; then what it sends.

    A thread waits for the network, so that `moved` can raise at any moment; the thread ends with the iteration.
    """
    come: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=16)
    stop, opened = threading.Event(), list[httpx2.Response]()

    def put(kind: str, what: Any) -> bool:
        while not stop.is_set():
            with contextlib.suppress(queue.Full):
                come.put((kind, what), timeout=_LOOK_SECONDS)
                return True
        return False

    def read() -> None:
        asked = {**hub.headers(), **({"Range": f"bytes={begin}-"} if begin else {})}
        try:
            with get_session().stream("GET", url, headers=asked, timeout=hub.TIMEOUT, follow_redirects=True) as answer:
                opened.append(answer)
                hf_raise_for_status(answer)
                put("piece", b"\1" if not begin or answer.status_code == 206 else b"")
                for piece in answer.iter_raw():
                    if not put("piece", piece):
                        return
            put("end", None)
        except Exception as error:  # noqa: BLE001 — it is raised where the pieces are waited for
            put("error", error)

    thread = threading.Thread(target=read, daemon=True, name=f"transfer: {url}")
    thread.start()
    try:
        while True:
            try:
                kind, what = come.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                moved(0)
                continue
            if kind == "end":
                return
            if kind == "error":
                raise what
            yield what
    finally:
        stop.set()
        _hang_up(opened)
        thread.join(_LOOK_SECONDS)


def _hang_up(opened: list[httpx2.Response]) -> None:
    """Wake the thread that waits for more: closing its socket's both directions does."""
    for answer in opened:
        stream = answer.extensions.get("network_stream")
        waiting = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(waiting, socket.socket):
            with contextlib.suppress(OSError):  # it has ended by itself
                waiting.shutdown(socket.SHUT_RDWR)


def _wait(seconds: float, moved: Moved) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        moved(0)
        time.sleep(_LOOK_SECONDS)
