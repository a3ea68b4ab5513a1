"""What is to be computed: traces of operations, and the generators and readers that make them.

Nothing here knows any hardware.
"""

from archsim.workload.load import WORKLOAD_KINDS, load_model, load_workload, workload_class

__all__ = ["WORKLOAD_KINDS", "load_model", "load_workload", "workload_class"]
