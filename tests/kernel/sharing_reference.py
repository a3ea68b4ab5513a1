"""Brute-force references for the sharing disciplines: slow, short, in plain fractions.

A plan is a list of changes in the order of time: ("start", time_fs, bytes, weight) and
("rate", time_fs, bytes_per_fs). Both references return the exact end of each started transfer.
"""

from __future__ import annotations

from fractions import Fraction

Change = tuple[str, int, Fraction | int, int]


def start(time_fs: int, n_bytes: int, weight: int = 1) -> Change:
    return ("start", time_fs, n_bytes, weight)


def rate(time_fs: int, bytes_per_fs: Fraction | int) -> Change:
    return ("rate", time_fs, bytes_per_fs, 0)


def processor_sharing_ends(plan: list[Change], bytes_per_fs: Fraction) -> list[Fraction]:
    """Play a fluid flow from end to end of a transfer, keeping what each has left."""
    left: dict[int, Fraction] = {}
    weights: dict[int, int] = {}
    ends: dict[int, Fraction] = {}
    now = Fraction(0)
    horizon: list[Change | None] = [*plan, None]
    for change in horizon:
        until = None if change is None else Fraction(change[1])
        while left and bytes_per_fs:
            per_weight = bytes_per_fs / sum(weights[key] for key in left)
            first = min(left[key] / weights[key] for key in left) / per_weight
            step = first if until is None else min(first, until - now)
            now += step
            for key in list(left):
                left[key] -= step * per_weight * weights[key]
                if left[key] == 0:
                    del left[key]
                    ends[key] = now
            if step < first or now == until:
                break
        if change is not None and until is not None:
            now = until
            if change[0] == "start":
                key = len(weights)
                left[key], weights[key] = Fraction(change[2]), change[3]
            else:
                bytes_per_fs = Fraction(change[2])
    return [ends[key] for key in range(len(weights))]


def round_robin_ends(
    plan: list[Change], bytes_per_fs: Fraction, quantum_bytes: int
) -> list[Fraction]:
    """Play every turn; a turn under way goes on through any change of load.

    A turn begins with its first service: while the rate is zero none begins.
    """
    flows: list[list[int]] = []  # [bytes left, weight]
    ends: dict[int, Fraction] = {}
    pending = list(plan)
    now = Fraction(0)
    turn = 0  # whose turn is next, in order of arrival

    def pass_time(service: Fraction) -> None:
        """Let an amount of service go by, with the changes that fall into it."""
        nonlocal now, bytes_per_fs
        while service:
            if pending:
                until = Fraction(pending[0][1]) - now
                if bytes_per_fs * until < service:
                    service -= bytes_per_fs * until
                    now = Fraction(pending[0][1])
                    apply(pending.pop(0))
                    continue
            now += service / bytes_per_fs
            service = Fraction(0)

    def apply(change: Change) -> None:
        nonlocal bytes_per_fs
        if change[0] == "start":
            flows.append([int(change[2]), change[3]])
        else:
            bytes_per_fs = Fraction(change[2])

    while True:
        while pending and pending[0][1] <= now:
            apply(pending.pop(0))
        present = [key for key, flow in enumerate(flows) if flow[0]]
        if not present:
            if not pending:
                return [ends[key] for key in range(len(flows))]
            now = max(now, Fraction(pending[0][1]))
            continue
        if not bytes_per_fs:
            now = Fraction(pending[0][1])
            continue
        key = next((key for key in present if key >= turn), present[0])
        served = min(flows[key][0], quantum_bytes * flows[key][1])
        pass_time(Fraction(served))
        flows[key][0] -= served
        if flows[key][0] == 0:
            ends[key] = now
        turn = key + 1
