"""Reusable parts of accelerators, each with timing, energy, area and the sources of its constants.

Every block is a frozen specification beside plain functions. The timing functions take scalars or
arrays (designs, layers or both, broadcast together) and return arrays; scalars give NumPy scalars
or 0-d arrays.
"""
