"""archsim: one workload trace, many accelerators; latency, energy and area.

Names are imported on first use, so that ``import archsim`` stays cheap.
"""

from archsim.version import __version__

__all__ = ["__version__"]
