"""Checkpoints: found on this disk, downloaded, checked, removed.

`known` and `installed` say what there is, `find` returns one that is complete and checked, `offer` asks the hub about
one (size, licence), `get` downloads it and `remove` frees its place. Files lie in the Hugging Face cache, which other
programs share; what was downloaded is recorded (`record`) and must stay the same. Only `offer` and `get` need
huggingface_hub and a network.
"""

from __future__ import annotations

from ldm3d.checkpoints.checkpoint import Checkpoint, find, hub_name, installed, known
from ldm3d.checkpoints.names import Known, known_by

__all__ = ["Checkpoint", "Known", "find", "hub_name", "installed", "known", "known_by"]
