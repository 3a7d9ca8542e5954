"""What the hub says of a checkpoint: its revision, its files, its small files; and the sentences for what goes wrong.

`HF_ENDPOINT` names another hub. Whoever is logged in (`hf auth login`, `HF_TOKEN`) is so here.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar

import httpx2
from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import get_session, hf_raise_for_status

from ldm3d.checkpoints.record import Entry
from ldm3d.errors import InputError, MachineError

T = TypeVar("T")
CONNECT_SECONDS, READ_SECONDS = 10.0, 20.0
TIMEOUT = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
PROBLEMS = (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, HFValidationError, OSError)
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Remote:
    """A checkpoint on the hub: its `name`, the commit `revision`, and all its `files` without SHA-256."""

    name: str
    revision: str
    files: dict[str, Entry]


def endpoint() -> str:
    """Return the hub's address, without a slash at its end."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def ask(name: str, revision: str | None, check: Callable[[], None]) -> Remote:
    """Return what the hub has under `name`, of its newest or of a certain `revision`.

    Raises:
        InputError: where it has none.
        MachineError: where it cannot be asked, or does not give it to this person.
    """
    api = HfApi(endpoint=endpoint())
    try:
        info = aside(
            lambda: api.model_info(name, revision=revision, timeout=READ_SECONDS, files_metadata=True), check, name
        )
    except ValueError:
        text = f"{endpoint()} does not answer as a hub: a login page may stand in the way of the network; try a browser"
        raise MachineError(text) from None
    files = {}
    for sibling in info.siblings or ():
        path = PurePosixPath(sibling.rfilename)
        if path.is_absolute() or ".." in path.parts:
            raise MachineError(f"{name} names a file outside of itself ({path}): take another checkpoint")
        size, blob = (sibling.lfs.size, sibling.lfs.sha256) if sibling.lfs else (sibling.size, sibling.blob_id)
        if size is not None and blob:
            files[sibling.rfilename] = Entry(size, blob)
    if not info.sha or not files:
        raise MachineError(f"{endpoint()} does not say what {name} consists of: is it a hub of Hugging Face?")
    return Remote(name, info.sha, files)


def address(remote: Remote, file: str) -> str:
    """Return where a file of a revision is had."""
    return hf_hub_url(remote.name, file, revision=remote.revision, endpoint=endpoint())


def headers() -> dict[str, str]:
    """Return what every request says: who asks, and that bytes are wanted as they are."""
    return {**build_hf_headers(), "Accept-Encoding": "identity"}


def read_small(remote: Remote, file: str, check: Callable[[], None]) -> bytes:
    """Return the contents of a small file."""

    def call() -> bytes:
        response = get_session().get(address(remote, file), headers=headers(), timeout=TIMEOUT)
        hf_raise_for_status(response)
        return response.content

    return aside(call, check, remote.name)


def aside(call: Callable[[], T], check: Callable[[], None], name: str) -> T:
    """Return what `call` returns; it waits for the network in a thread while `check` may raise here.

    What goes wrong with the network is raised as a sentence about the checkpoint `name`.
    """
    answers: queue.Queue[tuple[bool, Any]] = queue.Queue()

    def run() -> None:
        try:
            answers.put((True, call()))
        except Exception as error:  # noqa: BLE001 — it is raised where the answer is waited for
            answers.put((False, error))

    threading.Thread(target=run, daemon=True, name=f"hub: {name}").start()
    while True:
        check()
        try:
            good, answer = answers.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            continue
        if not good and isinstance(answer, PROBLEMS):
            raise sentence(answer, name)
        if not good:
            raise answer
        return answer  # type: ignore[no-any-return]


def passing(error: Exception) -> bool:
    """Say whether a problem may be gone at the next try: the network's, or that of a busy server."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in {408, 429, 500, 502, 503, 504}
    return isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.UnsupportedProtocol)


def sentence(error: Exception, name: str) -> InputError | MachineError:
    """Say in one sentence why the hub did not give what was asked of it."""
    where = endpoint()
    if isinstance(error, HfHubHTTPError):
        return _refused(error, name, where)
    if isinstance(error, OfflineModeIsEnabled):
        return MachineError(f"{name} cannot be downloaded because HF_HUB_OFFLINE is set: unset it and start again")
    if isinstance(error, HFValidationError):
        return InputError(f"{name!r} is no name that the hub has: ORGANISATION/NAME is wanted")
    return MachineError(
        f"{name} cannot be downloaded because {where} cannot be reached ({_reason(error)}): "
        "check the network and start again, it goes on where it stopped"
    )


def _refused(error: HfHubHTTPError, name: str, where: str) -> InputError | MachineError:
    """Return the sentence for an answer that is a refusal."""
    if isinstance(error, GatedRepoError):
        return MachineError(
            f"{name} is given only to those who agreed to its terms: agree at {where}/{name} and log in (hf auth login)"
        )
    if isinstance(error, RepositoryNotFoundError):
        return InputError(
            f"{name} is not on {where}, or is private: check the name, or log in (hf auth login) if it is yours"
        )
    if isinstance(error, RevisionNotFoundError):
        return MachineError(
            f"{where} no longer has the recorded revision of {name}: take the newest (model get {name} --latest)"
        )
    status = error.response.status_code
    if status in {401, 403}:
        return MachineError(f"{where} refused {name} ({status}): log in (hf auth login) with an account that may")
    if status == 404:
        return MachineError(f"{where} lacks a file of {name}: take the newest (model get {name} --latest)")
    return MachineError(f"{where} could not give {name} ({status}): try again later, it goes on where it stopped")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
