"""`python -m ldm3d`, which `accelerate launch -m ldm3d` runs too."""

import sys

from ldm3d.cli import main

if __name__ == "__main__":  # a worker process imports this module under another name
    sys.exit(main())
