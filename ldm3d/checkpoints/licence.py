"""A checkpoint's licence, as its model card says."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml  # type: ignore[import-untyped]

# Where the licences are that cards name by an identifier of the hub's list.
_TEXTS = {
    "apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "mit": "https://opensource.org/license/mit",
    "cc-by-nc-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "creativeml-openrail-m": "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
}
NONE = "none named"


@dataclass(frozen=True)
class Licence:
    """A licence.

    Attributes:
        name: as the card names it; `none named` where it does not.
        link: where it is to be read.
        text: the whole of it where the repository has it; else empty.
    """

    name: str
    link: str
    text: str = ""


def of_card(card: str, page: str, text: str = "") -> Licence:
    """Return the licence that a model card names.

    Args:
        card: the repository's README.md.
        page: the address of the repository's files at the revision; the card itself is the link where nothing better
            is known.
        text: the repository's own licence file; empty where it has none.
    """
    front = re.match(r"\s*---\s*\n(.*?)\n---\s*(\n|$)", card, re.DOTALL)
    try:
        data = yaml.safe_load(front[1]) if front else {}
    except yaml.YAMLError:
        data = {}
    if not isinstance(data, dict):
        data = {}
    named = data.get("license_name") or data.get("license")
    name = ", ".join(map(str, named)) if isinstance(named, list) else str(named or NONE)
    link = str(data.get("license_link") or "")
    if link and "://" not in link:
        link = f"{page}/{link}"
    return Licence(name, link or _TEXTS.get(name.lower(), f"{page}/README.md"), text)
