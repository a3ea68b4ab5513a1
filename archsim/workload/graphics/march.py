"""NeRF: rays march in equal steps, skip empty cells, and stop when they are opaque.

As in instant-ngp: a step of sqrt(3)/1024, an occupancy grid of 128^3 bits, compaction of the rays
after every kernel call, and ``initial rays / alive rays`` steps per ray and call, from 1 to 8. A
ray that turns opaque inside a call has its remaining steps of that call evaluated in vain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.workload.graphics.camera import Camera, enter_box
from archsim.workload.graphics.profile import SampleProfile, profile_of_calls
from archsim.workload.graphics.scenes import Field

STEP = float(np.sqrt(3.0) / 1024.0)


@dataclass(frozen=True, slots=True)
class March:
    """Settings of the marching renderer.

    Attributes:
        occupancy_resolution: Cells per side of the occupancy grid.
        surface_density: Density inside of a surface, per unit length.
        surface_width: Distance over which the density of a surface rises.
        least_transmittance: Rays stop below it.
        most_steps_per_call: Upper bound of steps per ray and kernel call.
    """

    occupancy_resolution: int = 128
    surface_density: float = 600.0
    surface_width: float = 1.0 / 512.0
    least_transmittance: float = 0.01
    most_steps_per_call: int = 8


def march(field: Field, camera: Camera, width: int, height: int, how: March) -> SampleProfile:
    """Render a signed-distance scene as a radiance field and return what it evaluates.

    Args:
        field: Signed distance of points of shape (n, 3).
        camera: The view.
        width: Rays across.
        height: Rays down.
        how: Settings.
    """
    origins, directions = camera.rays(width, height)
    near, far = enter_box(origins, directions)
    steps = np.arange(1.0, np.sqrt(3.0) / STEP + 2.0, dtype=np.float64) * STEP
    count = how.occupancy_resolution
    occupied = np.zeros(count**3, np.bool_)
    for part in _parts(len(origins)):
        occupied[_cells(_points(origins, directions, near, steps, part), count)] = True
    _keep_occupied(field, occupied, how)
    candidates, needed, kept = [], [], []
    for part in _parts(len(origins)):
        points = _points(origins, directions, near, steps, part)
        inside = near[part, np.newaxis] + steps < far[part, np.newaxis]
        inside &= occupied[_cells(points, count)]
        depth = np.zeros(inside.shape)
        depth[inside] = _density(field(points[inside]), how) * STEP
        clear = np.exp(-np.cumsum(depth, axis=1)) >= how.least_transmittance
        # The sample at which a ray turns opaque is still evaluated.
        before = np.concatenate([np.ones((len(clear), 1), np.bool_), clear[:, :-1]], axis=1)
        candidates.append(inside.sum(axis=1))
        needed.append((inside & before).sum(axis=1))
        kept.append(points[inside & before])
    wanted = np.concatenate(needed)
    calls = _calls(np.concatenate(candidates), wanted, how)
    coverage = float(np.mean(wanted > 0))
    return profile_of_calls(calls, width * height, np.concatenate(kept), coverage)


def _parts(rays: int) -> list[slice]:
    """Return rays in parts whose points fit in memory."""
    return [slice(start, start + 512) for start in range(0, rays, 512)]


def _points(
    origins: NDArray[np.float64],
    directions: NDArray[np.float64],
    near: NDArray[np.float64],
    steps: NDArray[np.float64],
    part: slice,
) -> NDArray[np.float64]:
    """Return every step of some rays, shape (rays, steps, 3)."""
    at = near[part, np.newaxis] + steps
    return np.asarray(
        origins[part, np.newaxis] + at[..., np.newaxis] * directions[part, np.newaxis]
    )


def _cells(points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the number of the occupancy cell of each point."""
    x, y, z = np.moveaxis(np.clip((points * count).astype(np.int64), 0, count - 1), -1, 0)
    return np.asarray((x * count + y) * count + z)


def _calls(candidates: NDArray[np.int64], needed: NDArray[np.int64], how: March) -> list[int]:
    """Return the evaluations of each kernel call.

    Args:
        candidates: Samples in occupied cells along the whole ray, shape (rays,).
        needed: Samples until the ray is opaque or leaves, shape (rays,).
        how: Settings.
    """
    alive = needed > 0
    initial = len(needed)
    taken = np.zeros(initial, np.int64)
    calls = []
    while bool(alive.any()):
        steps = int(np.clip(initial // int(alive.sum()), 1, how.most_steps_per_call))
        each = np.minimum(steps, candidates[alive] - taken[alive])
        calls.append(int(each.sum()))
        taken[alive] += each
        alive &= taken < needed
    return calls


def _density(distance: NDArray[np.float64], how: March) -> NDArray[np.float64]:
    inside = np.clip(-distance / how.surface_width, -30.0, 30.0)
    return np.asarray(how.surface_density / (1.0 + np.exp(-inside)))


def _keep_occupied(field: Field, seen: NDArray[np.bool_], how: March) -> None:
    """Keep, of the cells that rays visit, those whose centre is close enough to a surface."""
    count = how.occupancy_resolution
    numbers = np.flatnonzero(seen)
    centres = (np.stack(np.unravel_index(numbers, (count,) * 3), axis=1) + 0.5) / count
    reach = np.sqrt(3.0) / 2.0 / count + 4.0 * how.surface_width
    seen[numbers] = field(centres) < reach
