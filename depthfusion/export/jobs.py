"""The export room's long work, as its worker finds it."""

from __future__ import annotations

from depthfusion.export.still import StillJob
from depthfusion.export.video import VideoJob
from depthfusion.jobs.job import Job

__all__ = ["JOBS", "StillJob", "VideoJob"]

JOBS: dict[str, type[Job]] = {StillJob.kind: StillJob, VideoJob.kind: VideoJob}
