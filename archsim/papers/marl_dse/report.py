"""The report: one Markdown page, one CSV with every row, charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from archsim.papers.base import Row, rows_to_csv, rows_to_markdown
from archsim.papers.marl_dse import NAME, contests, plots, study, subsystem_page
from archsim.papers.marl_dse import rows as making
from archsim.papers.marl_dse.controllers import CASES, QUICK_CASES
from archsim.papers.marl_dse.traces import KEPT
from archsim.result import write_atomically

_TITLE = "Multi-agent DSE of a DRAM controller (arXiv 2211.16385): claim and measurement"

_METHOD = f"""## How this was measured

`archsim reproduce marl-dse --quick --output reports` writes this page: {contests.QUICK.seeds}
seeds, {contests.QUICK.evaluations} evaluations a run, {len(QUICK_CASES)} of the
{len(CASES)} pairs of trace and objective. Without `--quick`: {contests.FULL.seeds} seeds,
{contests.FULL.evaluations} evaluations, all pairs. Of the wider spaces see their section.

- **What is published.** Only the abstract was at hand: multi-agent RL is better than single-agent
  PPO and SAC over low-power and low-latency targets; it has no figure. Every result table of the
  paper is unknown here, so the claim (1: yes) is the only published figure, and all others are
  predictions. Space, rewards and decoders are those of the ArchGym repository.
- **Space.** Ten parameters, 442,368 points, 166,464 different controllers; DDR3-1600. One agent
  for each parameter, one episode for each design (a bandit with a constant observation).
- **Traces.** 10,000 reads each from our generators: a stream, random lines, and mixes of blocks of
  50 with 48 % (`mix-1`, like cloud-1) and 50.5 % (`mix-2`, like cloud-2) that continue the stream.
- **Rewards.** Power 1/|1 - P|, latency 0.1/|0.1 - T|, both their product, at most 1000; P in W, T
  in ms with right units. The reward peaks at the target: a design that beats it is punished.
- **Outcomes by table.** All controllers that a trace of reads can tell apart were simulated once; a
  search looks them up. The tables of {", ".join(KEPT)} are kept with the package, and each run
  simulates {study.CHECKED} of their points again ("kept outcomes that a simulation repeats"); that
  of `mix-2` is simulated when it is asked for.
- **Decoders.** The repository's single-agent form rounds each action to -1, 0 or 1 before binning:
  three values of a parameter can be reached, 26,244 points in all; its multi-agent form reaches
  every point. *Repository's decoders*: PPO and SAC with three-value actions against MARL with
  discrete ones. *Equal decoders*: PPO with discrete or gap-free actions and SAC with gap-free ones
  (SAC needs real actions) against the same MARL runs.
- **Methods.** MARL is independent PPO, and PPO with a shared critic (TorchRL); PPO and SAC are
  Stable-Baselines3's. The multi-agent learner of the repository is not public (its launcher names a
  script that is not there), and hyper-parameters are ours: nobody's were tuned. All PPO forms ask
  for 32 designs an update; all rewards are scaled by their running deviation.
- **Statistics.** Medians and quartiles over common seeds, Mann-Whitney U with Holm's correction
  within a problem, and A12 as effect. In a comparison each side is its better form by median.
- **Budget.** {contests.QUICK.evaluations} evaluations are eight updates of a PPO policy: what is
  compared is how soon methods find something, not what they would end at. The figures above say
  nothing about larger budgets.
- **Three problems are no survey.** The quick mode takes each objective once, on another trace of
  those whose tables are kept. The first was taken for its cost, and it is one where the ceiling of
  the three-value decoder was known to be low (58 of 1000).
- **Not done.** The full mode has not been run for this page.
- Learners' figures can differ in the last digits or more between versions of PyTorch and
  processors; all others are the same everywhere.
"""

_CHARTS = """## Charts

![Best reward so far](best-so-far.svg)

![Learners with both decoders](decoders.svg)
"""


def write_report(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the report of the rows of ``run`` into a folder.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    wider = subsystem_page.ran(rows)
    texts = {
        "best-so-far.svg": plots.curve_chart(rows, _cases_of(rows)[:3]).decode(),
        "decoders.svg": plots.decoder_chart(rows).decode(),
        f"{NAME}.md": page(rows),
        f"{NAME}.csv": rows_to_csv(rows),
    }
    if wider:
        chart = plots.curve_chart(rows, wider, plots.SUBSYSTEM_METHODS)
        texts[subsystem_page.CHART] = chart.decode()
    return [write_atomically(folder / name, text) for name, text in texts.items()]


def page(rows: Sequence[Row]) -> str:
    """Return the Markdown page."""
    head = [row for row in rows if row.item in (making.CLAIM, making.EQUAL_CLAIM, making.RATIO)]
    parts = [
        rows_to_markdown(head, _TITLE),
        *answer(rows),
        "## The best of all designs",
        "",
        *_table(
            [row for row in rows if row.configuration.endswith(study.ENUMERATED)],
            lambda row: row.configuration.removesuffix(f": {study.ENUMERATED}"),
        ),
        "",
        "## Methods",
        "",
        "Median [quartiles] of the best reward at the end of a run.",
        "",
        *methods_table(rows, _cases_of(rows)),
        "",
        *subsystem_page.section(rows, methods_table(rows, subsystem_page.ran(rows))),
        _METHOD,
        _CHARTS,
    ]
    return "\n".join(parts)


def answer(rows: Sequence[Row]) -> list[str]:
    """Return what the claims' rows say together, as Markdown lines."""
    claims = [row.measured for row in rows if row.item == making.CLAIM]
    equal = [row.measured for row in rows if row.item == making.EQUAL_CLAIM]
    left_out = [row.cause for row in rows if row.item == study.LEFT_OUT]
    if not claims:
        return ["## Answer", "", f"The learners did not run. {' '.join(left_out)}", ""]
    ratios = {
        decoders: [
            row.measured for row in rows
            if row.item == making.RATIO and row.configuration.endswith(decoders)
        ]
        for decoders in (making.REPOSITORY, making.EQUAL)
    }  # fmt: skip
    return [
        "## Answer",
        "",
        f"- With the repository's decoders MARL is above PPO and SAC on {sum(claims):.0f} of "
        f"{len(claims)} problems; its median best reward is "
        f"{_listed(ratios[making.REPOSITORY])} times that of the better single agent.",
        f"- With equal decoders it is on {sum(equal):.0f} of {len(equal)}; its median is "
        f"{_listed(ratios[making.EQUAL])} times that of the better single agent.",
        '- "Best reward that three-value actions can reach" below is a ceiling of the '
        "repository's single-agent decoder, whatever learns behind it.",
        "",
    ]


def methods_table(rows: Sequence[Row], problems: Sequence[str]) -> list[str]:
    """Return one line per problem and method."""
    found = {(row.item, row.configuration): row.measured for row in rows}
    lines = [
        "| problem | method | median [quartiles] | 95 % of the median | share of the best "
        "| final policy | different designs |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for problem in problems:
        for label in making.labels_of(rows, problem):
            head = making.at(problem, label, 0).removesuffix("0")
            last = max(
                int(name.removeprefix(head)) for item, name in found
                if item == making.MEDIAN and name.startswith(head)
            )  # fmt: skip
            low, middle, high = (
                found[item, f"{head}{last}"] for item in (making.LOWER, making.MEDIAN, making.UPPER)
            )
            key = f"{problem}: {label}"
            cells = [
                problem, label, f"{middle:.4g} [{low:.4g}, {high:.4g}]",
                " to ".join(f"{found[item, key]:.4g}" for item in (making.LOW, making.HIGH)),
                _cell(found.get((making.SHARE, key))), _cell(found.get((making.POLICY, key))),
                f"{found[making.UNIQUE, key]:.0f}",
            ]  # fmt: skip
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def _cases_of(rows: Sequence[Row]) -> list[str]:
    """Return the problems on the controller space that rows speak of."""
    known = {case.name for case in CASES}
    return [name for name in making.problems_of(rows) if name in known]


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _table(rows: Sequence[Row], name: Callable[[Row], str]) -> list[str]:
    lines = ["| figure | trace | measured |", "|---|---|---:|"]
    lines += [f"| {row.item} | {name(row)} | {row.measured:.6g} |" for row in rows]
    return lines
