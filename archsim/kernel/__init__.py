"""The simulation kernel: SimPy in integer time, with the parts an accelerator model needs.

A model is a set of process functions over one ``Simulation``::

    sim = Simulation()
    array = Server(sim, "array")
    memory = SharedBandwidth(sim, "memory", bytes_per_s=256e9)
    clock = Clock(1e9)

    def tile(number: int) -> ProcessGenerator:
        yield memory.transfer(65_536, label=f"tile {number}")
        yield from array.hold(clock.fs(128), label=f"tile {number}")

    for number in range(4):
        sim.process(tile(number), f"tile {number}")
    latency_fs = sim.run()
"""

from simpy.events import Event

from archsim.kernel.clock import FS_PER_S, Clock, fs_to_seconds, seconds_to_fs
from archsim.kernel.event_limit import event_limit
from archsim.kernel.events import NamedEvent, ProcessGenerator, ScheduledCall
from archsim.kernel.paced_work import PacedWork
from archsim.kernel.reuse import Reuse, content_key
from archsim.kernel.server import Server
from archsim.kernel.shared_bandwidth import Discipline, SharedBandwidth, transfer_fs
from archsim.kernel.simulation import Simulation
from archsim.kernel.statistics import (
    Counter,
    Declaration,
    Distribution,
    Figure,
    Statistics,
    TimeWeighted,
)
from archsim.kernel.steady_state import PeriodicRun, PeriodicState, run_periodic
from archsim.kernel.store import BoundedStore, KeyedStore
from archsim.kernel.timeline import LEFT_OUT, Span, Timeline

__all__ = [
    "FS_PER_S",
    "LEFT_OUT",
    "BoundedStore",
    "Clock",
    "Counter",
    "Declaration",
    "Discipline",
    "Distribution",
    "Event",
    "Figure",
    "KeyedStore",
    "NamedEvent",
    "PacedWork",
    "PeriodicRun",
    "PeriodicState",
    "ProcessGenerator",
    "Reuse",
    "ScheduledCall",
    "Server",
    "SharedBandwidth",
    "Simulation",
    "Span",
    "Statistics",
    "TimeWeighted",
    "Timeline",
    "content_key",
    "event_limit",
    "fs_to_seconds",
    "run_periodic",
    "seconds_to_fs",
    "transfer_fs",
]
