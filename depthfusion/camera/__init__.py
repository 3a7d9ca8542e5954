"""Pose, lens, stereo, frames and paths: pure mathematics."""
