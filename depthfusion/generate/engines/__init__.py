"""What can make a panorama here, and which of them `auto` takes."""

from depthfusion.generate.engines.base import Creation, Engine
from depthfusion.generate.engines.choose import resolve
from depthfusion.generate.engines.offers import Offer, offers
from depthfusion.generate.engines.sketch import Sketch
from depthfusion.generate.rules import options_of

__all__ = ["Creation", "Engine", "Offer", "Sketch", "offers", "options_of", "resolve"]
