"""The export room's long work, as its worker finds it."""

from __future__ import annotations

from depthfusion.export.mesh_job import MeshJob
from depthfusion.export.still import StillJob
from depthfusion.export.video import VideoJob
from depthfusion.jobs.job import Job

__all__ = ["JOBS", "MeshJob", "StillJob", "VideoJob"]

JOBS: dict[str, type[Job]] = {job.kind: job for job in (StillJob, VideoJob, MeshJob)}
