"""The ffmpeg that encodes: a separate program that reads raw frames from a pipe."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from depthfusion.errors import MachineError
from depthfusion.export.encoding import Encoding
from depthfusion.ffmpeg_program import last_words, program, start, widen

__all__ = ["Encoder", "Frame", "last_words", "program"]

Frame = NDArray[np.uint8]
"""The bytes of a frame's planes, as `render.readback` hands them over."""

# Frames that wait between drawing and encoding: enough to overlap them, and memory does not grow with length.
_WAITING_FRAMES = 2
_LAST_LINES = 20
# How often a wait looks whether the job was cancelled, and how long an ffmpeg that failed may take to end, in seconds.
_LOOK = 0.05
_END = 5.0


class Encoder:
    """Writes frames into one MP4 file while it is entered; the file is complete when `finish` returns.

    Whatever ends the block before that kills ffmpeg at once; the caller removes the partial file.

    Args:
        output: the file to write; one that is there is overwritten.
        encoding: how.
        check: is called at least every frame and twenty times a second in every wait; what it raises ends the wait.
    """

    def __init__(self, output: Path, encoding: Encoding, check: Callable[[], None] = lambda: None) -> None:
        self._output = output
        self._encoding = encoding
        self._check = check
        self._frames: queue.Queue[Frame | None] = queue.Queue(_WAITING_FRAMES)
        self._words: deque[bytes] = deque(maxlen=_LAST_LINES)
        self._pipe_broke = threading.Event()
        self._writer = threading.Thread(target=self._write, name="frames to ffmpeg")
        self._reader = threading.Thread(target=self._read, name="words of ffmpeg")

    def __enter__(self) -> Self:
        self._process = _start(self._encoding.arguments(self._output))
        try:
            self._writer.start()
            self._reader.start()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._pipe_broke.set()
        # The writer may wait for a frame; the queue may be full.
        while self._writer.is_alive():
            with contextlib.suppress(queue.Full):
                self._frames.put(None, timeout=_LOOK)
        self._writer.join()
        self._reader.join()
        self._process.wait()

    @property
    def process_id(self) -> int:
        """The process id of the ffmpeg."""
        return self._process.pid

    def write(self, frame: Frame) -> None:
        """Add a frame's planes, which must not change afterwards; waits while two others wait already.

        Raises `MachineError` with ffmpeg's own last words if it has ended, and `OSError` (ENOSPC) for a full disk.
        """
        self._put(np.ascontiguousarray(frame))

    def finish(self) -> None:
        """Wait until the file is complete; raises as `write` does."""
        self._put(None)
        while self._process.poll() is None:
            self._check()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
        self._writer.join()
        self._reader.join()
        if self._process.returncode or self._pipe_broke.is_set() or b"No space left" in b"".join(self._words):
            raise self._failure()

    def _put(self, frame: Frame | None) -> None:
        while True:
            self._check()
            if self._pipe_broke.is_set():
                raise self._failure()
            with contextlib.suppress(queue.Full):
                self._frames.put(frame, timeout=_LOOK)
                return

    def _write(self) -> None:
        """Feed the pipe (a thread of its own); go on emptying the queue when the pipe broke."""
        pipe = _pipe(self._process.stdin)
        while (frame := self._frames.get()) is not None:
            if not self._pipe_broke.is_set():
                try:
                    pipe.write(frame.data.cast("B"))
                except OSError:
                    # ffmpeg has ended: its exit code and its words, not this pipe, say why.
                    self._pipe_broke.set()
        with contextlib.suppress(OSError):
            pipe.close()

    def _read(self) -> None:
        """Keep ffmpeg's last words (a thread of its own), so that a full pipe never stops it."""
        with _pipe(self._process.stderr) as words:
            self._words.extend(words)

    def _failure(self) -> MachineError | OSError:
        """Say why ffmpeg ended."""
        try:
            code = self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join()
        words = last_words(b"".join(self._words).decode("utf-8", "replace"))
        if "No space left on device" in words:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._output))
        if code < 0:
            return MachineError(f"ffmpeg was ended by signal {-code} before the video was complete; try again")
        return MachineError(f"ffmpeg could not encode the video (code {code}): {words or 'it gave no reason'}")


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start ffmpeg with a pipe that takes much at once, by which drawing and encoding overlap better."""
    process = start(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    widen(process.stdin)
    return process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
