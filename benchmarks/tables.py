"""Makes docs/benchmarks.md from the stored results: `python -m benchmarks.tables`."""

from __future__ import annotations

import json
import statistics
from typing import Any

from benchmarks.measure import RESULTS, ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
TITLES = {
    "startup": "Start-up",
    "worlds": "Sketching a world",
    "frames": "A frame",
    "three_js": "A frame against three.js",
    "eyes": "A second eye",
    "ods": "An eye of 360° stereo",
    "layers": "What is uncovered, off-centre",
    "layers_time": "Making the layers",
    "playing": "Playing a world that moves",
    "export": "Exporting a video",
    "export_360": "Exporting 360° stereo",
    "presets": "The encoders' presets",
    "seamless": "LDM3D: what closing the seam adds to the forwards",
    "ldm3d_time": "LDM3D at full size: a picture",
    "ldm3d_memory": "LDM3D at full size: peak memory",
    "ldm3d_warm": "LDM3D at full size: from a job's start to its first step",
    "training_step": "Training at full size: one step of each stage",
    "training_speed": "Training at full size: the second stage against the bare loop",
}
HEAD = """# Measurements

Made from `benchmarks/results/*.json` by `python -m benchmarks.tables`; do not edit by hand. Cases of one table were
measured in turn in one loop, so ratios hold where single times depend on the machine. Ratios are medians of the pairs
of one round. How to measure on your own machine stands at the top of each file in `benchmarks/`.
"""


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for name, title in TITLES.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            parts.append(_section(title, json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(parts)


def _section(title: str, result: dict[str, Any]) -> str:
    machine = result["machine"]
    about = [f"{machine['processor']}, {machine['cores']} cores", machine["system"], f"Python {machine['python']}"]
    about += [result[key] for key in ("renderer", "torch", "panorama") if key in result]
    told = {"name", "runs", "peer", "ratio"}
    columns = [key for key in dict.fromkeys(key for case in result["cases"] for key in case) if key not in told]
    unit = result["unit"]
    rows = [
        ["case", *columns, f"median, {unit}", "least … greatest", "runs", "ratio"],
        ["---", *["---:"] * len(columns), "---:", "---:", "---:", "---"],
    ]
    for case in result["cases"]:
        runs = case["runs"]
        against = f"{case['ratio']:.2f} × {case['peer']}" if "ratio" in case else ""
        span = f"{_figure(min(runs))} … {_figure(max(runs))}"
        described = [_plain(case.get(key, "")) for key in columns]
        rows.append([case["name"], *described, _figure(statistics.median(runs)), span, str(len(runs)), against])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    command = f"`{result['command']}` at {result['commit'][:12]}{'+' if result['commit'].endswith('+') else ''}"
    note = f" {result['note']}" if "note" in result else ""
    return f"## {title}\n\n{command}; {', '.join(about)}.{note}\n\n{table}\n"


def _figure(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.3f}"


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if isinstance(value, int) or value >= 1000 else f"{value:.2f}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
