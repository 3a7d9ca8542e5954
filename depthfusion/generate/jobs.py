"""The generating room's long work, as its worker finds it. The window takes what it needs from where that is."""

from __future__ import annotations

from depthfusion.generate.fill_jobs import FillJob
from depthfusion.generate.generate_job import GenerateJob
from depthfusion.generate.model_jobs import CheckModelJob, GetModelJob, OfferModelJob, RemoveModelJob
from depthfusion.generate.models import KEPT
from depthfusion.generate.parts import InstallPartsJob
from depthfusion.generate.picture_jobs import EnlargeJob, ImportJob
from depthfusion.jobs.job import Job

__all__ = ["JOBS", "GenerateJob", "unload"]


def unload() -> None:
    """Give back the memory of the model that is kept between jobs."""
    KEPT.drop()


JOBS: dict[str, type[Job]] = {
    job.kind: job
    for job in (
        GenerateJob,
        ImportJob,
        EnlargeJob,
        FillJob,
        InstallPartsJob,
        OfferModelJob,
        GetModelJob,
        CheckModelJob,
        RemoveModelJob,
    )
}
