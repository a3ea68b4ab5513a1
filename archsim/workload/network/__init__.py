"""Neural networks as graphs of layers: generators of well-known ones, and a reader of ONNX files.

Nothing here knows any hardware.
"""

from archsim.workload.network.graph import Network, Operation
from archsim.workload.network.spec import NetworkWorkload

__all__ = ["Network", "NetworkWorkload", "Operation"]
