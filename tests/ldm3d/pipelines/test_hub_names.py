"""Checkpoints by their names on the hub, as a diffusers user loads them: downloaded, and then from the cache alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.ldm3d.hub_server import Hub

ROOT = Path(__file__).parents[3]
PROGRAM = """
import ldm3d, sys
for kind, name in (("pano", "LDM3DPipeline"), ("ldm3d", "LDM3DImg2ImgPipeline"), ("sr", "LDM3DUpscalePipeline")):
    pipe = getattr(ldm3d, name).from_pretrained(f"Intel/{kind}", **({"local_files_only": True} if sys.argv[1:] else {}))
    assert pipe.safety_checker is not None
    print(type(pipe).__name__, sum(p.double().sum().item() for p in pipe.unet.parameters()))
"""


def test_by_name_and_then_offline(checkpoint: Callable[..., Path], hub: Hub, hub_cache: Path) -> None:
    for kind, weights in (("pano", "safetensors"), ("ldm3d", "bin"), ("sr", "bin")):
        hub.add(f"Intel/{kind}", checkpoint(kind, weights))

    def loaded(*arguments: str) -> str:
        # A process of its own: huggingface_hub reads where the hub and the cache are when it is imported.
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=ROOT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    first = loaded()
    assert first.splitlines()[0].startswith("LDM3DPipeline")
    hub.asked.clear()
    assert loaded("offline") == first
    assert not [path for path, _ in hub.asked if "Intel" in path]
    assert list(hub_cache.glob("models--Intel--pano/snapshots/*/unet"))
