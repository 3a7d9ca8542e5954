"""The types that the rooms of this package pass around."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Numbers of a scene: float32 wherever there is one for each texel, double precision where a few are laid out.
Array = NDArray[np.floating[Any]]
Ints = NDArray[np.int32]
Colour = tuple[float, float, float]
