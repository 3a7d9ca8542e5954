"""A hub on this machine: what huggingface.co answers to the requests that a download makes, and its bad days.

Answers follow the hub's own: `GET /api/models/NAME[/revision/COMMIT]?blobs=true` lists files with their sizes and
hashes; `GET /NAME/resolve/COMMIT/FILE` gives small files itself and sends for large ones (Git LFS) elsewhere, where
ranges are served; what is missing or forbidden carries `X-Error-Code`.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

CARD = """---
license: creativeml-openrail-m
language: en
---
# A model card
"""
LARGE = (".safetensors", ".bin", ".msgpack", ".ckpt")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Repository:
    """What the hub has under a name: contents by path at one commit; `refusal` is an X-Error-Code with a status."""

    files: dict[str, bytes]
    commit: str
    refusal: tuple[int, str] | None = None


@dataclass
class Hub:
    """The hub's contents and temper.

    Attributes:
        repositories: by name.
        break_after: how many bytes of each large file's answer are sent before the connection breaks, one answer each.
        busy: how many requests are answered with 503 before it serves again.
        bytes_a_second: of large files; None: as fast as it can.
        stall: whether large files' answers stop in the middle, with the connection open.
        ranges: whether ranges are served.
        damage: whether large files come with a wrong byte.
        login_page: whether everything is answered with a page, as hotels' networks do.
        asked: the requests so far: path and range.
    """

    repositories: dict[str, Repository] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    busy: int = 0
    bytes_a_second: float | None = None
    stall: bool = False
    ranges: bool = True
    damage: bool = False
    login_page: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, folder: Path, *, commit: str = "", card: str = CARD, **more: bytes) -> Repository:
        """Publish a folder's files; `more` are further ones, with __ for / and _dot_ for a dot in their names."""
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        files["README.md"] = card.encode()
        files[".gitattributes"] = b"*.bin filter=lfs"
        files |= {path.replace("__", "/").replace("_dot_", "."): content for path, content in more.items()}
        commit = commit or hashlib.sha1(b"".join(files[path] for path in sorted(files))).hexdigest()
        self.repositories[name] = Repository(files, commit)
        return self.repositories[name]

    def ranges_of(self, ending: str) -> list[str]:
        """Return the ranges that were asked for of the large file whose name ends so."""
        return [begin for path, begin in self.asked if path.startswith("/cdn/") and path.endswith(ending)]


@contextlib.contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve a hub on a free port of this machine."""

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    timeout = 0.5

    def do_GET(self) -> None:
        hub, path = self.hub, unquote(urlsplit(self.path).path)
        hub.asked.append((path, self.headers.get("Range", "")))
        if hub.login_page:
            self._answer(200, {"Content-Type": "text/html"}, b"<html>Welcome</html>")
        elif hub.busy:
            hub.busy -= 1
            self._answer(503)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(\w+))?", path):
            self._describe(match[1], match[2])
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/(\w+)", path):
            self._list(match[1], match[2])
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/(\w+)/(.+)", path):
            self._resolve(match[1], match[2], match[3])
        elif match := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            self._send_large(hub.repositories[match[1]].files[match[2]])
        else:
            self._answer(404)

    def do_HEAD(self) -> None:
        """What huggingface_hub asks of a file before it gets it: the commit, its hash and its size."""
        path = unquote(urlsplit(self.path).path)
        match = re.fullmatch(r"/([^/]+/[^/]+)/resolve/(\w+)/(.+)", path)
        if match is None:
            self._answer(404)
        elif repository := self._repository(match[1], match[2]):
            content = repository.files.get(match[3])
            if content is None:
                self._answer(404, {"X-Error-Code": "EntryNotFound"})
                return
            large = match[3].endswith(LARGE)
            known = sha256(content) if large else git_hash(content)
            headers = {"X-Repo-Commit": repository.commit, "ETag": f'"{known}"'}
            if large:  # elsewhere, but not on another host, to which it would not be followed
                headers |= {"X-Linked-Etag": f'"{known}"', "X-Linked-Size": str(len(content))}
            self._answer(200, headers, size=len(content))

    def _repository(self, name: str, commit: str | None) -> Repository | None:
        repository = self.hub.repositories.get(name)
        if repository is None:
            self._answer(401, {"X-Error-Code": "RepoNotFound"})
        elif repository.refusal:
            self._answer(repository.refusal[0], {"X-Error-Code": repository.refusal[1]})
        elif commit not in {None, "main", repository.commit}:
            self._answer(404, {"X-Error-Code": "RevisionNotFound"})
        else:
            return repository
        return None

    def _describe(self, name: str, commit: str | None) -> None:
        if (repository := self._repository(name, commit)) is None:
            return
        siblings: list[dict[str, Any]] = []
        for path, content in repository.files.items():
            told: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": git_hash(content)}
            if path.endswith(LARGE):
                told |= {
                    "blobId": git_hash(b"pointer"),
                    "lfs": {"size": len(content), "sha256": sha256(content), "pointerSize": 134},
                }
            siblings.append(told)
        about = {"id": name, "modelId": name, "sha": repository.commit, "siblings": siblings, "private": False}
        self._answer(200, {"Content-Type": "application/json"}, json.dumps(about).encode())

    def _list(self, name: str, commit: str) -> None:
        """Answer as the hub does when huggingface_hub asks for a whole folder."""
        if (repository := self._repository(name, commit)) is None:
            return
        files: list[dict[str, Any]] = []
        for path, content in repository.files.items():
            told: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_hash(content)}
            if path.endswith(LARGE):
                told["lfs"] = {"oid": sha256(content), "size": len(content), "pointerSize": 134}
            files.append(told)
        self._answer(200, {"Content-Type": "application/json"}, json.dumps(files).encode())

    def _resolve(self, name: str, commit: str, path: str) -> None:
        if (repository := self._repository(name, commit)) is None:
            return
        if path not in repository.files:
            self._answer(404, {"X-Error-Code": "EntryNotFound"})
        elif path.endswith(LARGE):
            self._answer(302, {"Location": f"{self.hub.address}/cdn/{name}/{path}", "X-Repo-Commit": commit})
        else:
            content = repository.files[path]
            self._answer(200, {"ETag": f'"{git_hash(content)}"', "X-Repo-Commit": commit}, content)

    def _send_large(self, content: bytes) -> None:
        hub = self.hub
        if hub.damage:
            content = bytes([content[0] ^ 1]) + content[1:]
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")) if hub.ranges else None
        begin = int(match[1]) if match else 0
        rest = content[begin:]
        self.send_response(206 if match else 200)
        self.send_header("Content-Length", str(len(rest)))
        if match:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        broken = min(hub.break_after.pop(0), len(rest)) if hub.break_after else None
        if hub.stall:
            broken = len(rest) // 2
        rest = rest if broken is None else rest[:broken]
        with contextlib.suppress(ConnectionError):
            if hub.bytes_a_second is None:
                self.wfile.write(rest)
            else:
                self._send_slowly(rest, hub.bytes_a_second)
            self.wfile.flush()
        if hub.stall:
            hub.closing.wait(60)
        if broken is not None:
            self.close_connection = True

    def _send_slowly(self, rest: bytes, pace: float) -> None:
        step = max(int(pace / 50), 1)
        for begin in range(0, len(rest), step):
            if self.hub.closing.is_set():
                return
            self.wfile.write(rest[begin : begin + step])
            time.sleep(0.02)

    def _answer(
        self, status: int, headers: dict[str, str] | None = None, content: bytes = b"", size: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if size is None else size))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
