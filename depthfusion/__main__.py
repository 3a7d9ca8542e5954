"""`python -m depthfusion`."""

import sys

from depthfusion.cli import main

sys.exit(main())
