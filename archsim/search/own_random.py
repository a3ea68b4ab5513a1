"""``OwnRandom``: libraries that draw from global generators, made to draw from one of their own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


class OwnRandom:
    """A state of torch's and NumPy's global generators that only one method uses.

    Stable-Baselines3 and TorchRL draw from the global generators. Within ``drawing`` these
    continue where this object left them; outside they are as others left them, so that methods
    that take turns, and the caller, don't disturb each other. Torch works on one thread from the
    first object on: the networks are small, and the order of sums stays the same.

    Args:
        seed: Where the generators begin.
    """

    def __init__(self, seed: int) -> None:
        import numpy as np
        import torch

        torch.set_num_threads(1)
        self._numpy = np.random.RandomState(seed % 2**32).get_state()
        self._torch = torch.Generator().manual_seed(seed % 2**63).get_state()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Put the states in place, and back."""
        import numpy as np
        import torch

        outer = np.random.get_state(), torch.get_rng_state(), random.getstate()  # noqa: NPY002
        np.random.set_state(self._numpy)  # noqa: NPY002
        torch.set_rng_state(self._torch)
        try:
            yield
        finally:
            self._numpy, self._torch = np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
            np.random.set_state(outer[0])  # noqa: NPY002
            torch.set_rng_state(outer[1])
            random.setstate(outer[2])  # Stable-Baselines3 seeds Python's generator too
