"""The Python interface: load, simulate, and look things up."""

from archsim.api.loading import load_hardware, load_workload
from archsim.api.simulating import simulate

__all__ = ["load_hardware", "load_workload", "simulate"]
