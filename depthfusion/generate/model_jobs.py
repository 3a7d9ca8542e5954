"""Checkpoints as jobs: asking the hub about one, downloading and removing it, listing what is there."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from depthfusion.errors import InputError
from depthfusion.generate import parts
from depthfusion.jobs.job import Job, Json
from depthfusion.jobs.progress import Progress
from ldm3d import checkpoints
from ldm3d.checkpoints import cache
from ldm3d.checkpoints.checkpoint import Checkpoint


@dataclass(frozen=True)
class OfferModelJob(Job):
    """Ask the hub about a checkpoint before it is downloaded.

    Attributes:
        name: an alias or ORGANISATION/NAME.
        latest: the newest revision, not the recorded one.
    """

    kind: ClassVar[str] = "offer-model"
    name: str
    latest: bool = False

    @property
    def folder(self) -> Path:
        """The Hugging Face cache."""
        return cache.place()

    def run(self, progress: Progress) -> Json:
        """Return what it is and costs.

        `name`, `kind`, `revision`, `bytes` (all that is needed), `bytes_left`, `folder` (where it goes), `free` (bytes
        there), and `licence` with `name`, `link`, `text` and whether it was `accepted` before.
        """
        parts.require()
        progress.step(f"asking the hub about {self.name}", 0)
        offer = checkpoints.offer(self.name, latest=self.latest, check=progress.check)
        folder = cache.folder_of(offer.name, cache.place())
        existing = next(path for path in (folder, *folder.parents) if path.is_dir())
        return {
            "name": offer.name,
            "kind": offer.kind,
            "revision": offer.revision,
            "bytes": offer.bytes,
            "bytes_left": offer.bytes_left,
            "folder": str(folder),
            "free": shutil.disk_usage(existing).free,
            "licence": {**asdict(offer.licence), "accepted": offer.accepted},
        }


@dataclass(frozen=True)
class GetModelJob(Job):
    """Download a checkpoint, or what is missing of it, and check it.

    Attributes:
        name: an alias or ORGANISATION/NAME.
        accept_licence: whether the person accepts the licence that `OfferModelJob` names.
        latest: take the newest revision, and forget the recorded one.
    """

    kind: ClassVar[str] = "get-model"
    name: str
    accept_licence: bool = False
    latest: bool = False

    @property
    def folder(self) -> Path:
        """The Hugging Face cache. What a killed download leaves there is kept: the next one goes on with it."""
        return cache.place()

    def run(self, progress: Progress) -> Json:
        """Return the checkpoint as `described` has it. Progress is in bytes."""
        parts.require()
        progress.step(f"asking the hub about {self.name}", 0)
        got = checkpoints.get(
            self.name,
            accept_licence=self.accept_licence,
            latest=self.latest,
            progress=lambda text, done, total: progress.step(text, done, total, "bytes"),
            check=progress.check,
        )
        return described(got)


@dataclass(frozen=True)
class CheckModelJob(Job):
    """Check a checkpoint of this disk against what was recorded of it.

    Attributes:
        name: an alias or ORGANISATION/NAME.
        thorough: read every file; else those only whose size or time of modification is another than at the last check.
    """

    kind: ClassVar[str] = "check-model"
    name: str
    thorough: bool = True

    @property
    def folder(self) -> Path:
        """The Hugging Face cache."""
        return cache.place()

    def run(self, progress: Progress) -> Json:
        """Return `name`, `folder`, and `state`: `checked`, or with `thorough` what is wrong, in a sentence."""

        def step(text: str, done: float, total: float) -> None:
            progress.step(text, done, total, "bytes")

        try:
            found = checkpoints.find(self.name, progress=step, thorough=self.thorough)
        except InputError as error:
            if not self.thorough:
                raise
            return {"name": self.name, "folder": "", "state": str(error)}
        return {"name": found.name, "folder": str(found.folder), "state": "checked"}


@dataclass(frozen=True)
class RemoveModelJob(Job):
    """Remove a checkpoint from the cache; its record stays.

    Attributes:
        name: an alias or ORGANISATION/NAME.
    """

    kind: ClassVar[str] = "remove-model"
    name: str

    @property
    def folder(self) -> Path:
        """The Hugging Face cache."""
        return cache.place()

    def run(self, progress: Progress) -> Json:
        """Return the `name` and how many `bytes` came free."""
        progress.step(f"removing {self.name}", 0)
        return {"name": checkpoints.hub_name(self.name), "bytes": checkpoints.remove(self.name)}


def described(found: Checkpoint) -> Json:
    """Return a checkpoint of this disk as JSON: its attributes, with `folder` as text, and `complete`."""
    return {**asdict(found), "folder": str(found.folder), "size": list(found.size), "complete": found.complete}
