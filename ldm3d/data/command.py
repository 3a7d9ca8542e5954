"""`ldm3d prepare`."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from ldm3d import arguments

if TYPE_CHECKING:
    from argparse import _SubParsersAction

_PANORAMA, _PICTURE = (1024, 512), (512, 512)


def add(commands: _SubParsersAction[arguments.Parser]) -> None:
    """Declare `prepare`."""
    parser = commands.add_parser(
        "prepare",
        help="make training data of captioned pictures, or of sketch worlds",
        description="Make shards of captioned RGBD samples. A run that was interrupted goes on when it is run again.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder of pictures with NAME.txt or NAME.json beside them, a folder of .tar or one (webdataset, "
        "img2dataset), a table (CSV, TSV, JSON, JSONL, Parquet) of paths and captions, or worlds:COUNT[:SEED]",
    )
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", required=True, type=arguments.path, help="where the shards go"
    )
    parser.add_argument(
        "--size",
        metavar="WxH",
        type=arguments.size,
        help="of the pictures; twice as wide as high means panoramas (default 512x512, worlds 1024x512)",
    )
    parser.add_argument(
        "--estimator",
        metavar="NAME",
        default="dpt-large",
        help="what tells the depth of pictures without NAME.depth.png: a name or a folder (default dpt-large)",
    )
    parser.add_argument("--device", metavar="NAME", default="auto", help="of the estimator (default auto)")
    parser.add_argument(
        "--captions", metavar="FILE", type=arguments.path, help="a table with the captions of a folder or of shards"
    )
    parser.add_argument("--uncaptioned", action="store_true", help="take pictures without a caption too")
    parser.add_argument(
        "--shard-size",
        metavar="N",
        type=arguments.count(1, 1_000_000),
        default=256,
        help="samples in a shard; what is whole is kept when a run is interrupted (default 256)",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=arguments.count(1, 256),
        default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        help="processes that read or draw (default one for each core)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> None:
    """Prepare, and print the folder on the standard output."""
    import sys

    from ldm3d.data import drawn
    from ldm3d.data.prepare import Request, prepare
    from ldm3d.data.prepared import BROKEN, read_index

    size = namespace.size or (_PANORAMA if drawn.is_worlds(namespace.source) else _PICTURE)
    request = Request(
        source=namespace.source,
        folder=namespace.output,
        size=size,
        estimator=namespace.estimator,
        captions=namespace.captions,
        uncaptioned=namespace.uncaptioned,
        shard_size=namespace.shard_size,
    )
    prepare(request, namespace.workers, namespace.device, namespace.quiet)
    index = read_index(namespace.output)
    if index["broken"]:
        left_out = f"{index['broken']} of {index['items']} were left out: {namespace.output / BROKEN} says why"
        print(left_out, file=sys.stderr)
    print(namespace.output)
