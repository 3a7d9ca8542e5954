"""How far a job is, in the words of the window."""

from __future__ import annotations

from depthfusion.jobs.progress import Report, remaining


def progress_words(report: Report) -> str:
    """Return what a job does, how far it is, and how long it will take: 'denoising 12 of 50, 3 min 05 s left'."""
    return f"{report.text}{report.counted}{remaining(report.seconds_left)}"
