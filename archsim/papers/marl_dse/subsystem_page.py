"""The section of the report about the wider spaces."""

from __future__ import annotations

from collections.abc import Sequence

from archsim.papers.base import Row
from archsim.papers.marl_dse import contests, subsystem_rows, subsystems
from archsim.papers.marl_dse import rows as making

CHART = "subsystems.svg"

_METHOD = f"""- **Chip** (`{subsystems.CHIP_STUDY}`): processing elements, network and buffer of two
  accelerators; time and energy of a ResNet-9 beside a U-Net; at most 12 mm2. They share the area
  and the memory.
- **Server** (`{subsystems.SERVER_STUDY}`): compute, memory and scheduler of an NPU+PIM server for
  GPT-3 13B; tokens a second and energy a token; at most 14,000 mm2 and 400 W.
- **DRAM and chip together**: every controller of the DRAM space with every chip, whose
  accelerators are the NPUs; the reward is the sum of both sides'. A study has one hardware and one
  workload, so that the two sides have traffic of their own (10,000 random reads; the two networks)
  and nothing couples them. This is the paper's hypothesis in its purest form, true by construction;
  it is no model of an NPU that waits for this memory.
- **Reward**: sum of the objectives' log ratios against the study's base design: 0 is as good as the
  base, and 0.1 more is 1.1 times in the product of the ratios. A broken constraint costs up to 10.
- **Effort**: {contests.QUICK_SUBSYSTEMS.seeds} seeds and {contests.QUICK_SUBSYSTEMS.evaluations}
  evaluations a run in the quick mode ({contests.FULL_SUBSYSTEMS.seeds} and
  {contests.FULL_SUBSYSTEMS.evaluations} in the full one), equal for all methods. With few
  seeds the differences are what was seen; the intervals and p-values of the CSV say what is shown.
- The best of these spaces is not known: unlike the controllers', they were not enumerated.
"""


def ran(rows: Sequence[Row]) -> list[str]:
    """Return the wider problems that rows speak of."""
    known = set(making.problems_of(rows))
    return [name for name in subsystems.NAMES if name in known]


def section(rows: Sequence[Row], methods: Sequence[str]) -> list[str]:
    """Return the section as Markdown lines; none when no wider problem ran.

    Args:
        rows: Of the whole study.
        methods: The table of methods on these problems.
    """
    names = ran(rows)
    if not names:
        return []
    return [
        "## Wider spaces of independent subsystems",
        "",
        "An agent for each subsystem (*by group*) against an agent for each parameter, a single",
        "agent and the classic methods. Of each side the better method by median counts.",
        "",
        *_differences(rows, names),
        "",
        *_answer(rows, names),
        "",
        _METHOD,
        *methods,
        "",
        f"![Best reward so far on the wider spaces]({CHART})",
        "",
    ]


def _differences(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return one line per space: by how much MARL by group is above each side."""
    found = {(row.item, row.configuration): row.measured for row in rows}
    sides = list(subsystem_rows.SIDES)
    lines = [
        "| space | designs | agents | " + " | ".join(f"above {side}" for side in sides) + " |",
        "|---|---:|---:|" + "---:|" * len(sides),
    ]
    for name in names:
        cells = [
            name,
            f"{found[subsystem_rows.DESIGNS, name]:.4g}",
            f"{found[subsystem_rows.AGENTS, name]:.0f}",
        ]
        for side in sides:
            value = found.get((subsystem_rows.DIFFERENCE, f"{name}: {side}"))
            cells.append("" if value is None else f"{value:+.3f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _answer(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return on how many spaces MARL by group is above each side."""
    lines = []
    for side in subsystem_rows.SIDES:
        values = [
            row.measured
            for row in rows
            if row.item == subsystem_rows.DIFFERENCE
            and row.configuration in {f"{name}: {side}" for name in names}
        ]
        if values:
            above = sum(value > 0 for value in values)
            lines.append(f"- MARL by group is above {side} on {above} of {len(values)} spaces.")
    return lines or ["The learners did not run, so that there is nothing to compare."]
