"""Random numbers that depend on the seed and on what they are for, and on nothing else."""

from __future__ import annotations

import zlib

import numpy as np

from archsim.errors import InputError


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return a PCG64 generator for one purpose.

    Each purpose has its own stream, so that asking for arrivals does not change the lengths.

    Args:
        seed: The run's seed, from 0 to 2**63 - 1.
        purpose: A fixed word such as ``"prompts"``.

    Raises:
        InputError: The seed is out of range or no integer.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise InputError("seed", found=repr(seed), allowed="whole numbers from 0 to 2**63 - 1")
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(purpose.encode())]))
