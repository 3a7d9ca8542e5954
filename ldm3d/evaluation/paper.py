"""What the paper itself reports (Stan et al. 2023, arXiv:2305.10853): numbers as data, each with its table.

Its figures print no numbers; what its text says of them stands here.
"""

from __future__ import annotations

from typing import NamedTuple

SOURCE = "Stan et al. 2023, arXiv:2305.10853"


class TextToImage(NamedTuple):
    """A row of table 1: FID, inception score and CLIP similarity, the latter two with their deviations."""

    method: str
    fid: float
    score: float
    score_deviation: float
    clip: float
    clip_deviation: float


class Depth(NamedTuple):
    """A row of table 2, against ZoeDepth-N: AbsRel, and RMSE in metres."""

    method: str
    absolute_relative: float
    root_mean_square: float


class Autoencoder(NamedTuple):
    """A row of table 3: relative FID, and Abs.Rel. of depth where there is any; on how many pictures."""

    method: str
    rfid: float
    absolute_relative: float | None
    pictures: int


TABLE_1 = (
    TextToImage("SD v1.4", 28.08, 34.17, 0.76, 26.13, 2.81),
    TextToImage("SD v1.5", 27.39, 34.02, 0.79, 26.13, 2.79),
    TextToImage("LDM3D", 27.82, 28.79, 0.49, 26.61, 2.92),
)
TABLE_2 = (Depth("LDM3D", 0.0911, 0.334), Depth("DPT-Large", 0.0779, 0.297))
TABLE_3 = (
    Autoencoder("pre-trained KL-AE, RGB", 0.763, None, 31_471),
    Autoencoder("fine-tuned KL-AE, RGBD", 1.966, 0.179, 27_265),
)

# How it was measured, where it says so: the defaults of the commands.
SIZE = (512, 512)
STEPS, GUIDANCE = 50, 5.0  # of DDIM; the scale that figure 4 found best
CAPTIONS, SWEPT, ALIGNED = 30_000, 2_000, 6_000  # of table 1, of figures 4 to 7, of table 2
SWEPT_GUIDANCE = 3.0  # of figures 5 and 7

FIGURE_4 = "the best balance of quality and diversity is around s = 5"
FIGURE_5 = "quality grows with the steps, most of all from 50 to 100"
FIGURE_6 = "nearly unaffected beyond s = 5"
FIGURE_7 = "50 DDIM steps, s = 3"
