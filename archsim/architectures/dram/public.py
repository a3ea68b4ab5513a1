"""``archsim.dram``: a memory trace through a DRAM controller, clock by clock.

import archsim

outcome = archsim.dram.simulate("cloud-1.stl", "ddr3-1600", {"Scheduler": "FrFcfs"})
print(outcome.total_cycles, outcome.energy_pj, outcome.mean_latency_ns)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archsim.architectures.dram.config import Controller, DramDevice
from archsim.architectures.dram.many import Job, run_many
from archsim.architectures.dram.mapping import AddressMapping, mapping_from_order
from archsim.architectures.dram.outcome import CommandList, Outcome, Record, run_requests
from archsim.architectures.dram.requests import decode
from archsim.architectures.dram.statistics import TraceStatistics, statistics_of
from archsim.config import build, list_named, load_document
from archsim.errors import InputError, UnknownNameError
from archsim.workload.memory_trace import MemoryTrace, from_dataframe
from archsim.workload.stl_file import read_stl, write_stl
from archsim.workload.synthetic_memory import generate

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CommandList",
    "MemoryTrace",
    "Outcome",
    "Record",
    "TraceStatistics",
    "device_names",
    "generate",
    "load_device",
    "read_stl",
    "simulate",
    "simulate_batch",
    "trace_statistics",
    "write_stl",
]

DEVICE_KIND = "dram_device"


def simulate(
    trace: pd.DataFrame | MemoryTrace | str | Path,
    device: str | DramDevice,
    controller: Mapping[str, object],
    address_mapping: Mapping[str, object] | str | None = None,
    *,
    keep_record: bool = False,
) -> Outcome:
    """Run a memory trace to its last response.

    Args:
        trace: Columns ``time_cycles``, ``is_write``, ``address``; or the path of a ``.stl``.
        device: A name from ``archsim list devices``, or a device.
        controller: Any of the ten parameters of DRAMSys (see ``config.Controller``); the others
            keep their defaults. Whole numbers may be text, as they are in a CSV.
        address_mapping: Level to its bits, lowest first; or levels from the most significant down,
            e.g. ``"row-bank-column"``; ``None``: the device's own.
        keep_record: Whether the outcome keeps the commands, and the times of each request.

    Raises:
        InputError: An argument is wrong; one sentence.
    """
    chips, wanted = load_device(device), _controller(controller)
    requests = decode(_trace(trace), chips, _mapping(address_mapping, chips))
    return run_requests(requests, chips, wanted, keep_record=keep_record)


def simulate_batch(
    trace: pd.DataFrame | MemoryTrace | str | Path,
    device: str | DramDevice,
    controllers: Sequence[Mapping[str, object]],
    address_mapping: Mapping[str, object] | str | None = None,
    threads: int | None = None,
) -> list[Outcome]:
    """Run one trace under many controllers, on all cores.

    The runs are threads of this process that do not hold the interpreter lock: nothing is copied.
    Controllers that can only do the same (``equivalence``) are run once. The outcomes, in the
    order of the controllers, keep no record of commands.

    Args:
        trace: As for ``simulate``.
        device: As for ``simulate``.
        controllers: One mapping per run.
        address_mapping: As for ``simulate``.
        threads: Runs at a time; ``None``: one for each core.

    Raises:
        InputError: An argument is wrong; one sentence.
    """
    if threads is not None and threads < 1:
        raise InputError("threads must be at least 1", found=str(threads))
    chips, wanted = load_device(device), [_controller(item) for item in controllers]
    requests = decode(_trace(trace), chips, _mapping(address_mapping, chips))
    return run_many([Job(requests, chips, item) for item in wanted], threads)


def trace_statistics(
    trace: pd.DataFrame | MemoryTrace | str | Path,
    device: str | DramDevice,
    address_mapping: Mapping[str, object] | str | None = None,
) -> TraceStatistics:
    """Return what a trace asks of a device: row hits, bank spread, read/write turns.

    Raises:
        InputError: An argument is wrong; one sentence.
    """
    chips = load_device(device)
    requests = decode(_trace(trace), chips, _mapping(address_mapping, chips))
    return statistics_of(requests, chips.organisation.banks)


def device_names() -> list[str]:
    """Return the names of the shipped devices, sorted."""
    return sorted(item.name for item in list_named("hw_configs") if item.kind == DEVICE_KIND)


def load_device(device: str | DramDevice) -> DramDevice:
    """Return a device by name or path.

    Raises:
        InputError: There is none of that name, or its file is wrong.
    """
    if isinstance(device, DramDevice):
        return device
    if not isinstance(device, str):
        raise InputError("a device must be a name or a DramDevice", found=type(device).__name__)
    try:
        document = load_document(device, "hw_configs")
    except UnknownNameError as error:
        raise UnknownNameError("DRAM device", device, device_names()) from error
    if document.data.get("kind") != DEVICE_KIND:
        raise UnknownNameError("DRAM device", device, device_names())
    return build(DramDevice, document)


def _controller(settings: Mapping[str, object]) -> Controller:
    if not isinstance(settings, Mapping):
        raise InputError("a controller must be a mapping", found=type(settings).__name__)
    plain = {str(key): _plain(value) for key, value in settings.items()}
    return build(Controller, load_document(plain, "hw_configs"))


def _plain(value: object) -> object:
    """Return NumPy's numbers, and whole numbers that are text, as Python's."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


def _trace(trace: pd.DataFrame | MemoryTrace | str | Path) -> MemoryTrace:
    if isinstance(trace, MemoryTrace):
        return trace
    if isinstance(trace, str | Path):
        return read_stl(trace)
    if not hasattr(trace, "columns"):
        raise InputError(
            "a trace must be a table, a MemoryTrace or the path of a .stl file",
            found=type(trace).__name__,
        )
    return from_dataframe(trace)


def _mapping(mapping: Mapping[str, object] | str | None, device: DramDevice) -> AddressMapping:
    if mapping is None:
        return device.address_mapping
    sizes = device.organisation_sizes()
    if isinstance(mapping, str):
        return mapping_from_order(mapping, sizes)
    found = build(AddressMapping, load_document(dict(mapping), "hw_configs"))
    found.check(sizes)
    return found
