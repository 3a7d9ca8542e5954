"""The peer of benchmarks/ods.py, in an environment of its own: `PYTHON ods_peer.py CHECKOUT FOLDER [WIDTH HEIGHT]`.

Needs NumPy, OpenCV and a checkout of https://github.com/LeonG-ZA/stereo360, nothing of this project. Reads rgb.npy
(uint8 [h, w, 3]), near.npy (inverse distance, float32 [h, w]) and strength.npy from FOLDER; for every line on the
standard input it makes an eye on the CPU, holes filled, and answers with the milliseconds. The last is kept there as
peer.npy (reduced.npy). With WIDTH and HEIGHT it does what its command line does with `--output-width WIDTH` and all
else as it comes: twice the strength (the other eye stays as it is), the gradient of depth limited, the eye reduced.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np


def main() -> None:
    """Answer until the input ends."""
    checkout, folder = sys.argv[1], Path(sys.argv[2])
    size = tuple(int(word) for word in sys.argv[3:5])
    os.environ["STEREO360_GPU_WARP"] = "0"
    sys.path.insert(0, checkout)
    import cv2
    from stereo360 import warp

    rgb, near = np.load(folder / "rgb.npy"), np.load(folder / "near.npy")
    strength = float(np.load(folder / "strength.npy"))
    print("ready", flush=True)
    for _ in sys.stdin:
        used = near.copy()  # it works in place
        began = time.perf_counter()
        if size:
            eye, _holes = warp.right_eye_from_disparity(rgb, used, 2 * strength, gradient_limit=1.0)
            eye = cv2.resize(eye, size, interpolation=cv2.INTER_AREA)
        else:
            eye, _holes = warp.right_eye_from_disparity(rgb, used, strength)
        print(1000 * (time.perf_counter() - began), flush=True)
    np.save(folder / ("reduced.npy" if size else "peer.npy"), eye)


if __name__ == "__main__":
    main()
