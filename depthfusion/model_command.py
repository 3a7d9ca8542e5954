"""`depthfusion model list|get|remove`: the checkpoints of LDM3D and of depth estimation."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from depthfusion import console
from depthfusion.errors import Exit, InputError
from depthfusion.jobs.job import Job, Json
from ldm3d.amounts import in_words

Do = Callable[[Job], Json]


def add(commands: Any, do: Do) -> None:
    """Add the command to a parser's subparsers.

    Args:
        commands: what `add_subparsers` returned.
        do: runs a job with progress on stderr.

    A verb may leave `before` in the namespace: what to check before anything is installed.
    """
    explained = "list, download and remove checkpoints"
    model = commands.add_parser("model", help=explained, description=f"{explained} (kept in the Hugging Face cache)")
    verbs = model.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = verbs.add_parser("list", help="say which are here and which there are")
    listing.add_argument("--json", action="store_true", help="the same as JSON, of those that are here")
    listing.add_argument("--check", action="store_true", help="read every file and compare its SHA-256 with the record")
    listing.set_defaults(run=lambda namespace: _list(do, as_json=namespace.json, check=namespace.check))

    get = verbs.add_parser("get", help="download one, or what is missing of it")
    get.add_argument(
        "name", metavar="NAME", help="as `model list` has it, or ORGANISATION/NAME of the Hugging Face hub"
    )
    get.add_argument("--accept-licence", action="store_true", help="its licence, which is shown, is accepted")
    get.add_argument("--latest", action="store_true", help="the newest revision instead of the one first downloaded")
    get.set_defaults(run=lambda namespace: _get(do, namespace), before=lambda namespace: check(namespace.name))

    remove = verbs.add_parser("remove", help="remove one from the cache")
    remove.add_argument("name", metavar="NAME", help="as `model list` has it")
    remove.set_defaults(run=lambda namespace: _remove(do, namespace.name))


def check(name: str) -> None:
    """Raise `InputError` where `name` can be no checkpoint of the hub; nothing is asked of it."""
    from ldm3d.checkpoints.checkpoint import hub_name
    from ldm3d.checkpoints.names import names

    if hub_name(name) is None:
        raise InputError(f"{name!r} is no checkpoint: name ORGANISATION/NAME of the hub, or one of {names()}")


def see_to_parts(do: Do) -> None:
    """Install the parts of LDM3D where they are missing and can be; else raise the `MachineError` that says how."""
    from depthfusion.generate import parts

    if not parts.installed() and parts.can_install():
        console.say("the parts of LDM3D are installed first, once")
        do(parts.InstallPartsJob())
    parts.require()


def _list(do: Do, *, as_json: bool, check: bool) -> int:
    from depthfusion.generate.model_jobs import CheckModelJob, described
    from ldm3d import checkpoints

    here = checkpoints.installed()
    states = {one.name: "ready" if one.complete else f"not complete: {one.lacks}" for one in here}
    if check:
        for one in here:
            if one.complete:
                states[one.name] = str(do(CheckModelJob(one.name))["state"])
    if as_json:
        console.tell(json.dumps([{**described(one), "state": states[one.name]} for one in here], indent=2))
        return Exit.DONE
    rows = [("NAME", "ON THE HUB", "SIZE", "REVISION", "STATE")]
    rows += [(_call(one.name), one.name, in_words(one.bytes), one.revision[:7], states[one.name]) for one in here]
    rows += [
        (_call(one.name), one.name, f"~{in_words(one.about)}", "", f"not here: {one.says}")
        for one in checkpoints.known()
        if one.name not in states
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    console.tell(*("  ".join([*map(str.ljust, row[:4], widths), row[4]]).rstrip() for row in rows))
    return Exit.DONE


def _call(name: str) -> str:
    """Return the shortest name of a checkpoint."""
    from ldm3d import checkpoints

    known = checkpoints.known_by(name)
    return known.aliases[0] if known and known.aliases else name


def _get(do: Do, namespace: argparse.Namespace) -> int:
    from depthfusion.generate.model_jobs import CheckModelJob, GetModelJob, OfferModelJob
    from ldm3d import checkpoints

    if not namespace.latest and any(
        one.complete for one in checkpoints.installed() if one.name == checkpoints.hub_name(namespace.name)
    ):
        console.tell(do(CheckModelJob(namespace.name, thorough=False))["folder"])
        return Exit.DONE
    see_to_parts(do)
    offer = do(OfferModelJob(namespace.name, namespace.latest))
    left = f", {in_words(offer['bytes_left'])} still to come" if offer["bytes_left"] < offer["bytes"] else ""
    console.say(f"{offer['name']} at revision {offer['revision'][:7]}: {in_words(offer['bytes'])}{left}")
    accepted = _accepts(offer["name"], offer["licence"], accepts=namespace.accept_licence)
    console.tell(do(GetModelJob(namespace.name, accepted, namespace.latest))["folder"])
    return Exit.DONE


def _accepts(name: str, licence: Json, *, accepts: bool) -> bool:
    """Show a licence that was not accepted before and ask for it, unless it is accepted already."""
    if licence["accepted"]:
        return True
    if licence["text"]:
        console.say(licence["text"])
    console.say(f"its licence: {licence['name']}, {licence['link']}")
    if accepts:
        return True
    if not sys.stdin.isatty():
        raise InputError(
            f"the licence of {name} ({licence['name']}, {licence['link']}) was not accepted yet: read it and "
            "start again with --accept-licence"
        )
    sys.stderr.write("Do you accept it? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise InputError(f"the licence of {name} ({licence['name']}) was not accepted, so nothing was downloaded")
    return True


def _remove(do: Do, name: str) -> int:
    from depthfusion.generate.model_jobs import RemoveModelJob

    check(name)
    removed = do(RemoveModelJob(name))
    console.say(f"{removed['name']} was removed: {in_words(removed['bytes'])} came free")
    return Exit.DONE
