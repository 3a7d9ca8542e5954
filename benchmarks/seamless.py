"""What closing the seam adds to the networks' forwards: `python -m benchmarks.seamless`.

The full-size networks (random weights) run in turn as they are and inside `seamless`, for a panorama of 1024×512 or
another `--height`. Measured is processor time, of all threads, so that nothing else on the machine counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import torch

from benchmarks import full_size, measure
from ldm3d.seamless import seamless


def main() -> None:
    """Measure and write results/seamless.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--height", type=int, default=512, help="of the panorama, which is twice as wide")
    parser.add_argument("--note", default="Processor time.", help="what the page of results should say of the machine")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    unet, vae = full_size.network("unet"), full_size.network("vae")
    height = arguments.height // 8
    latents, text = torch.randn(2, 4, height, 2 * height), torch.randn(2, 77, 768)
    picture = torch.rand(1, 6, 8 * height, 16 * height) * 2 - 1
    forwards: dict[str, Callable[[], Any]] = {
        "U-Net": lambda: unet(latents, 500, encoder_hidden_states=text),
        "VAE decoder": lambda: vae.decode(latents[:1]),
        "VAE encoder": lambda: vae.encode(picture),
    }

    def case(forward: Callable[[], Any], closed: bool) -> Callable[[], float]:
        def run() -> float:
            with torch.inference_mode(), seamless(unet, vae, enabled=closed):
                began = time.process_time()
                forward()
                return time.process_time() - began

        return run

    cases: list[dict[str, Any]] = []
    for name, forward in forwards.items():
        pair = {"as it is": case(forward, False), "seamless": case(forward, True)}
        measured = measure.interleaved(pair, arguments.runs)
        cases.append({"name": f"{name}, as it is", "runs": measured["as it is"]})
        ratio = measure.ratio(measured, "seamless", "as it is")
        cases.append({"name": f"{name}, seamless", "runs": measured["seamless"], "peer": "as it is", "ratio": ratio})
    about = f"torch {torch.__version__.split('+')[0]}, {torch.get_num_threads()} threads"
    measure.record(
        "seamless", "s", cases, torch=about, panorama=f"{2 * arguments.height}×{arguments.height}", note=arguments.note
    )


if __name__ == "__main__":
    main()
