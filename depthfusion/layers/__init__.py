"""The layered surface: depth edges cut, and a closed layer behind them that continues the background.

A panorama's surface is stretched into rubber sheets wherever near and far are neighbours. `split` cuts it there, and
makes the layer behind: depth grown under the foreground, colour that continues the background. What the two layers
mean along a ray stands at `Layers`; docs/layers.md describes how they are made. Pure NumPy, and nothing of the look:
the same layers serve every mapping.
"""

from depthfusion.layers.split import Layers, split

__all__ = ["Layers", "split"]
