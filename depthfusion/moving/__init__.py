"""Panoramas that move: colour and depth of a whole sphere as videos. No OpenGL, no Qt."""

from __future__ import annotations

from depthfusion.moving.playback import Playback
from depthfusion.moving.scene import MovingPanorama, depth_beside, is_moving

__all__ = ["MovingPanorama", "Playback", "depth_beside", "is_moving"]
