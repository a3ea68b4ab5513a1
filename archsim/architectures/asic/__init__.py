"""ASIC accelerators: dataflow templates (NVDLA, ShiDianNao, row stationary) and systolic arrays.

``maestro`` is the peers' cost model, artefacts included.
"""
