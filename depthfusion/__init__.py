"""DepthFusion: from a prompt to an immersive 360° world."""

__version__ = "0.1.0"
