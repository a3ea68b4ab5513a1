"""SCALE-Sim's bandwidth-limited runs: double-buffered operand memories and their stalls.

The rules are those of the memory simulation of SCALE-Sim 3.0.0 (mode USER, weight stationary),
artefacts included.
"""
