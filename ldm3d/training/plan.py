"""What a command or a recipe asks to be trained: stages with their settings, in order. Standard library only."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ldm3d.errors import InputError
from ldm3d.training import hyper
from ldm3d.training.settings import SETTINGS, Common

RECIPE, FINISHED, RESULT, CHECKPOINTS = "recipe.json", "finished.json", "result", "checkpoints"
OF_A_STAGE = "stage:"  # before a stage's name: the result of that stage, trained in the same run

Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Leg:
    """One stage of a run.

    Attributes:
        stage: its name.
        settings: of its kind.
        folder: the stage's own.
    """

    stage: str
    settings: Common
    folder: Path


def recipes() -> list[str]:
    """Return the names of the recipes that come with the program."""
    folder = resources.files("ldm3d.training") / "recipes"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def read_recipe(name: str) -> Tables:
    """Return the tables of a recipe by stage, in the order of training.

    Args:
        name: of one that comes with the program, or a file's that ends in .toml.

    Raises:
        InputError: there is none, it is no TOML, or it has tables that are no stages.
    """
    try:
        if name.endswith(".toml"):
            text = Path(name).read_text(encoding="utf-8")
        elif name in recipes():
            text = (resources.files("ldm3d.training") / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
        else:
            raise InputError(f"there is no recipe {name!r}; choose {', '.join(recipes())}, or a file FILE.toml")
        read = tomllib.loads(text)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"the recipe {name} cannot be read ({said}); name a file of TOML") from None
    for table, content in read.items():
        if table not in SETTINGS or not isinstance(content, dict):
            raise InputError(f"the recipe {name} has {table!r}, which is no stage; it may have {', '.join(SETTINGS)}")
    if not read:
        raise InputError(f"the recipe {name} is empty; give it a table for a stage, such as [diffusion]")
    return {stage: read[stage] for stage in SETTINGS if stage in read}


def plan(
    stage: str | None, recipe: str | None, options: Mapping[str, Any], out: Path, *, resume: bool = False
) -> list[Leg]:
    """Return the stages to train.

    Args:
        stage: the one to train; None: all that the recipe has.
        recipe: as for `read_recipe`; None: the stage's defaults, which are the paper's.
        options: hyper-parameters by name, which stand above the recipe's; of several stages, for each that knows them
            (data: for each that has none of its own).
        out: the run's folder; several stages have one of their own in it.
        resume: go on with what is there; then those hyper-parameters that decide what is computed stay what they were.

    Raises:
        InputError: it cannot be so.
    """
    if recipe is not None:
        tables = read_recipe(recipe)
        if stage is not None and stage not in tables:
            raise InputError(f"the recipe {recipe} has no {stage}; it has {', '.join(tables)}")
    elif stage is not None:
        tables = {stage: {}}
    elif resume:
        tables = _tables_of(out)
    else:
        raise InputError(f"nothing says what to train; name {', '.join(SETTINGS)}, or a recipe with --recipe")
    several = len(tables) > 1
    wanted = {stage: tables[stage]} if stage is not None else tables
    _check_known(options, wanted)
    legs = []
    for name, table in wanted.items():
        own = {key: value for key, value in options.items() if key in hyper.names([SETTINGS[name]])}
        if len(wanted) > 1 and (table.get("data") or SETTINGS[name].data):
            own.pop("data", None)  # one that brings its own data keeps them
        legs.append(_leg(name, table, own, out / name if several else out, recipe, resume=resume))
    return legs


def write(leg: Leg) -> None:
    """Make the run's folder and write its recipe.json.

    Raises:
        InputError: the folder cannot be made or written to.
        MachineError: the disk is full.
    """
    from ldm3d.files import cannot_write, whole_file

    try:
        leg.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(leg.folder, error) from None
    about = {"version": 1, "stage": leg.stage, "settings": dataclasses.asdict(leg.settings)}
    with whole_file(leg.folder / RECIPE) as partial:
        partial.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def finished(leg: Leg) -> bool:
    """Say whether the stage was trained to its end."""
    path = leg.folder / FINISHED
    return path.exists() and json.loads(path.read_text(encoding="utf-8")).get("epochs") == leg.settings.epochs


def located(leg: Leg) -> Common:
    """Return the settings with the results of other stages of the run (`stage:NAME`) as folders.

    Raises:
        InputError: that stage has no result yet.
    """
    found = {}
    for name, value in dataclasses.asdict(leg.settings).items():
        if isinstance(value, str) and value.startswith(OF_A_STAGE):
            folder = leg.folder.parent / value.removeprefix(OF_A_STAGE) / RESULT
            if not folder.is_dir():
                raise InputError(f"{leg.stage} needs {folder}, which is not there yet; train that stage first")
            found[name] = str(folder)
    return hyper.changed(leg.settings, found, "the run")


def _leg(
    stage: str, table: Mapping[str, Any], own: Mapping[str, Any], folder: Path, recipe: str | None, *, resume: bool
) -> Leg:
    kind = SETTINGS[stage]
    settings = hyper.make(kind, table, f"the recipe {recipe}")
    settings = hyper.changed(settings, own, "the command line")
    kept = folder / RECIPE
    begun = any((folder / CHECKPOINTS).glob("step-*.pt"))  # before the first checkpoint there is nothing to keep
    if not kept.exists() or not (begun or resume):
        _check_data(stage, settings)
        return Leg(stage, settings, folder)
    if not resume:
        raise InputError(f"{folder} holds a run already; go on with it by --resume, or choose another --out")
    before = _read(kept)
    if before.get("stage") != stage:
        raise InputError(f"{folder} is a run of {before.get('stage')}, not of {stage}; choose another --out")
    old = hyper.make(kind, before["settings"], str(kept))
    given = {**table, **own}
    fixed = hyper.fixed(kind) if begun else set()
    for name in sorted(fixed & given.keys()):
        if getattr(settings, name) != getattr(old, name):
            raise InputError(
                f"{folder} was begun with {name} = {getattr(old, name)!r}, and {getattr(settings, name)!r} would be "
                "another run; leave it, or choose another --out"
            )
    changing = own if begun else given  # what a recipe says of free ones may have been changed since
    settings = hyper.changed(old, {name: changing[name] for name in changing if name not in fixed}, "the command line")
    _check_data(stage, settings)
    return Leg(stage, settings, folder)


def _tables_of(out: Path) -> Tables:
    """Return the stages of a run that is there already."""
    if (out / RECIPE).exists():
        return {str(_read(out / RECIPE)["stage"]): {}}
    found: Tables = {stage: {} for stage in SETTINGS if (out / stage / RECIPE).exists()}
    if not found:
        raise InputError(f"{out} holds no run to go on with; name the folder of one, or say what to train")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not {"stage", "settings"} <= read.keys():
            raise ValueError("it has other keys")
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{path} cannot be read ({error}); begin again in another folder") from None
    return read


def _check_known(options: Mapping[str, Any], wanted: Tables) -> None:
    known = hyper.names(SETTINGS[stage] for stage in wanted)
    for name in options:
        if name not in known:
            stages = " or ".join(stage for stage, kind in SETTINGS.items() if name in hyper.names([kind]))
            raise InputError(f"--{name.replace('_', '-')} is for {stages} only; leave it out")


def _check_data(stage: str, settings: Common) -> None:
    if not settings.data:
        raise InputError(f"{stage} lacks data; give --data, a folder that `ldm3d prepare` made or worlds:COUNT")
    if len(settings.size) != 2:
        raise InputError(f"size has {len(settings.size)} members; give width,height as in 512,512")
