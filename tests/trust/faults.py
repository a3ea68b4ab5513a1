"""Runs the test of every fault and writes the record of the trust page.

    python tests/trust/faults.py

A fault is what befalls a program from outside: a signal, a full disk, a dead worker, a clock
that is set back. ``FAULTS`` is the table of the page; each row has a test, which is really run.
"""

from __future__ import annotations

import collections
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
import records

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "tests/"


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Attributes:
        fault: What happens.
        where: To whom.
        promise: What archsim does then.
        test: The test, as ``file::function`` below ``tests``.
    """

    fault: str
    where: str
    promise: str
    test: str


_ENDS = "faults/test_ends_and_full_disks.py::test_"
_SEARCH = "faults/test_ended_searches.py::test_an_ended_search_goes_on_and_ends_the_same"
_CLOCK = "faults/test_ledger_clocks_and_rows.py::test_"
_WAITS = "sweep/test_waiting_sweeps.py::test_a_"
_LEDGER = "sweep/test_ledger_faults.py::test_"
_LIMITS = "sweep/test_trial_limits.py::test_"
_RUNS = "sweep/test_running_a_sweep.py::test_"
_PROCESS = "end_to_end/test_process_behaviour.py::test_"
_RESUMED = "run again, it goes on; the table is that of a run that nobody ended"

FAULTS = (
    Fault("SIGKILL", "a sweep", f"{_RESUMED}, byte for byte, and no trial is twice there",
          "sweep/test_killed_sweeps.py::test_killed_and_resumed_sweeps_lose_and_double_nothing"),
    Fault("SIGKILL", "a search", _RESUMED,
          "search/test_search_experiments.py::test_a_killed_search_goes_on_and_ends_the_same"),
    Fault("SIGTERM", "a run", "one sentence, exit code 143, no file",
          f"{_ENDS}sigterm_ends_a_run_with_one_sentence_and_no_file"),
    Fault("SIGTERM", "a sweep", f"one sentence, exit code 143, no claim left; {_RESUMED}",
          f"{_ENDS}sigterm_ends_a_sweep_that_then_goes_on"),
    Fault("SIGTERM", "a search", f"one sentence, exit code 143; {_RESUMED}",
          f"{_SEARCH}[SIGTERM]"),
    Fault("Ctrl-C", "a run", "one sentence, exit code 130",
          f"{_PROCESS}an_interrupt_ends_cleanly_with_130"),
    Fault("Ctrl-C", "a sweep", "one sentence, exit code 130; what it has is kept",
          "sweep/test_sweep_command.py::test_an_interrupted_sweep_keeps_what_it_has"),
    Fault("Ctrl-C", "a search", f"one sentence, exit code 130; {_RESUMED}", f"{_SEARCH}[Ctrl-C]"),
    Fault("disk full", "result, page, timeline", "one sentence, no half-written file",
          f"{_ENDS}a_full_disk_is_one_sentence_and_leaves_no_file"),
    Fault("disk full", "standard output", "one sentence, exit code 1",
          f"{_ENDS}a_full_standard_output_is_one_sentence"),
    Fault("disk full", "a sweep's ledger", "one sentence; with room again, the sweep goes on",
          f"{_LEDGER}a_full_disk_is_told_and_the_sweep_goes_on_later"),
    Fault("read-only folder", "result, page, timeline", "one sentence before anything runs",
          f"{_ENDS}a_read_only_folder_is_told_before_the_run"),
    Fault("read-only folder", "a sweep's ledger", "one sentence; its table can still be read",
          f"{_LEDGER}a_read_only_folder_is_told_and_its_ledger_can_be_read"),
    Fault("a device as output", "a result", "one sentence; the device stays",
          f"{_ENDS}a_device_is_not_replaced_by_a_result"),
    Fault("clock set back", "claims of a dead machine", "they end all the same",
          f"{_CLOCK}a_clock_set_back_keeps_no_claim_of_the_dead_for_ever"),
    Fault("clock set back", "claims of a machine at work", "they are kept",
          f"{_CLOCK}a_clock_set_back_takes_no_claim_from_the_living"),
    Fault("clock set back", "a sweep that waits for a dead machine", "it asks again and finishes",
          f"{_WAITS}dead_machines_trials_are_asked_for_again_after_the_clock_was_set_back"),
    Fault("clock set back", "a sweep that waits for a machine at work", "it waits on",
          f"{_WAITS}living_machine_keeps_its_trials_however_long_they_take"),
    Fault("a machine dies", "a sweep that waits for it", "it takes the trials when the lease ends",
          f"{_WAITS}dead_machines_trials_are_taken_when_its_lease_ends"),
    Fault("a machine dies", "a sweep on a Ray cluster", "the table is that of a local sweep",
          "sweep/test_ray_cluster.py::test_a_cluster_that_loses_a_node_gives_the_same_table"),
    Fault("two processes, one ledger", "sweeps", "each trial runs once",
          f"{_RUNS}sweeps_in_two_processes_share_one_ledger"),
    Fault("a dead or late process", "its claims in a ledger", "they are taken over",
          f"{_RUNS}claims_of_the_dead_and_the_late_are_taken_over"),
    Fault("worker crash", "a trial: defect, exit, SIGKILL, broken invariant, wall time, memory",
          "a recorded failure with its reason; the others are evaluated",
          f"{_LIMITS}every_way_of_going_wrong_is_a_recorded_failure"),
    Fault("worker crash", "a batch: defect", "costs one design",
          f"{_RUNS}a_crash_in_a_batch_costs_one_design"),
    Fault("worker crash", "a batch: exit", "costs the guilty designs only",
          f"{_LIMITS}a_batch_that_kills_its_worker_costs_the_guilty_designs_only"),
    Fault("worker crash", "workers that cannot start", "one sentence",
          f"{_LIMITS}workers_that_cannot_start_are_told"),
    Fault("time limit", "a batch", "costs the guilty design only",
          f"{_LIMITS}a_batch_has_the_time_of_all_its_designs"),
    Fault("event limit", "a trial", "a recorded failure with its reason",
          f"{_LIMITS}a_limit_on_events_counts_all_simulations_of_a_trial"),
    Fault("memory limit", "a run", "one sentence, no file",
          f"{_ENDS}too_little_memory_for_a_run_is_one_sentence"),
    Fault("another file as ledger", "a sweep", "one sentence; the file is left as it is",
          f"{_LEDGER}another_file_is_refused_and_left_alone"),
    Fault("another program's database", "a sweep", "one sentence; it is left as it is",
          f"{_LEDGER}the_database_of_another_program_is_refused_and_left_alone"),
    Fault("a ledger of another version", "a sweep", "one sentence; it is left as it is",
          f"{_LEDGER}a_ledger_of_another_version_is_refused_and_left_alone"),
    Fault("damaged ledger", "a sweep", "one sentence that names the repair; it is left as it is",
          f"{_LEDGER}a_damaged_ledger_is_refused_and_left_alone"),
    Fault("damaged claim", "a ledger", "one sentence that names it",
          f"{_CLOCK}a_claim_that_no_sweep_wrote_is_told"),
    Fault("an end between two writes", "a trial written twice", "the second changes nothing",
          f"{_LEDGER}writing_a_trial_twice_changes_nothing"),
    Fault("a reader that leaves early", "standard output", "no message, exit code 1",
          f"{_PROCESS}a_reader_that_leaves_early_is_no_error_message"),
    Fault("a defect of archsim", "a run", "one sentence; the traceback on request",
          f"{_PROCESS}a_defect_is_one_sentence_and_a_traceback_on_request"),
)  # fmt: skip


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Counts:
    """Counts the verdicts of tests as pytest reports them.

    Attributes:
        cases: Of each function or case of one, by its name, how many passed, failed and were
            skipped.
    """

    cases: dict[str, collections.Counter[str]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a report: one that failed, and of the rest the one of the call or a skip."""
        if report.when == "call" or report.outcome != "passed":
            names = {report.nodeid, report.nodeid.partition("[")[0]}
            for name in names:
                self.cases.setdefault(name, collections.Counter())[report.outcome] += 1


def rows(cases: Mapping[str, Mapping[str, int]], faults: Sequence[Fault] = FAULTS) -> list[object]:
    """Return the rows of the record: a test that did not run, or was skipped, has not held."""
    found: list[object] = []
    for item in faults:
        counts = cases.get(FOLDER + item.test, {})
        passed, all_cases = counts.get("passed", 0), sum(counts.values())
        said = "holds" if passed and passed == all_cases else "broken"
        if said == "broken" and not counts.get("failed", 0):
            said = "not tried"
        found.append(
            {
                "fault": item.fault,
                "where": item.where,
                "what archsim does": item.promise,
                "test": item.test.rpartition("::test_")[2],
                "cases": all_cases,
                "verdict": said,
            }
        )
    return found


def main() -> int:
    """Run the tests and write the record; returns the exit code."""
    os.chdir(ROOT)
    counts = Counts()
    code = pytest.main(["-q", *(FOLDER + item.test for item in FAULTS)], plugins=[counts])
    found = rows(counts.cases)
    wrong = sum(row["verdict"] != "holds" for row in found)
    records.write(
        "faults",
        kind="faults: signals, full disks, clocks, dead workers and machines, limits",
        tried=sum(row["cases"] for row in found),
        violations=wrong,
        details=found,
    )
    return int(bool(code or wrong))


if __name__ == "__main__":
    sys.exit(main())
