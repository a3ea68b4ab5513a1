"""NVR: rays fly random free paths through a volume and ask for its density at each collision.

Delta (Woodcock) tracking as in instant-ngp: free paths follow the largest density, collisions in
empty cells of a 128^3 occupancy grid are not evaluated, a collision is real with the probability
of the density, a real one scatters in a random direction or, seldom, absorbs, and a path ends
after 64 evaluations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.workload.graphics.camera import Camera, enter_box
from archsim.workload.graphics.profile import SampleProfile, profile_of_calls
from archsim.workload.graphics.scenes import Field
from archsim.workload.seeds import generator


@dataclass(frozen=True, slots=True)
class DeltaTrack:
    """Settings of the volume renderer.

    Attributes:
        free_path: Mean free path at the largest density, in sides of the cube.
        albedo: Share of real collisions that scatter.
        most_events: Evaluations after which a path is given up.
        occupancy_resolution: Cells per side of the occupancy grid.
    """

    free_path: float = 0.1
    albedo: float = 0.95
    most_events: int = 64
    occupancy_resolution: int = 128


def delta_track(
    field: Field, camera: Camera, width: int, height: int, how: DeltaTrack, seed: int = 0
) -> SampleProfile:
    """Render a density scene and return what it evaluates; arguments as ``march``, and a seed."""
    random = generator(seed, "delta tracking")
    origins, directions = camera.rays(width, height)
    near, far = enter_box(origins, directions)
    enters = near < far
    points = (origins + near[:, np.newaxis] * directions)[enters]
    directions = directions[enters]
    occupied = _occupancy(field, how.occupancy_resolution)
    calls: list[int] = []
    kept = []
    reached = 0.0
    for event in range(how.most_events):
        points, directions = _fly(points, directions, occupied, how, random)
        if not len(points):
            break
        if event == 0:
            reached = len(points) / (width * height)
        calls.append(len(points))
        kept.append(points.copy())
        density = field(points)
        real = random.random(len(points)) < density
        lost = real & (random.random(len(points)) >= how.albedo)
        directions[real] = _sphere(random, int(real.sum()))
        points, directions = points[~lost], directions[~lost]
    found = np.concatenate(kept) if kept else np.zeros((0, 3))
    return profile_of_calls(calls, width * height, found, reached)


def _fly(
    points: NDArray[np.float64],
    directions: NDArray[np.float64],
    occupied: NDArray[np.bool_],
    how: DeltaTrack,
    random: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Advance paths to their next collision in an occupied cell; drop those that leave."""
    count = len(occupied)
    points = points.copy()
    flying = np.arange(len(points))
    inside = np.zeros(len(points), np.bool_)
    while len(flying):
        paths = -np.log1p(-random.random(len(flying))) * how.free_path
        points[flying] += paths[:, np.newaxis] * directions[flying]
        here = points[flying]
        in_cube = ((here >= 0.0) & (here < 1.0)).all(axis=1)
        x, y, z = np.moveaxis((here[in_cube] * count).astype(np.int64), -1, 0)
        met = np.zeros(len(flying), np.bool_)
        met[in_cube] = occupied[x, y, z]
        inside[flying[met]] = True
        flying = flying[in_cube & ~met]
    return points[inside], directions[inside]


def _occupancy(field: Field, count: int) -> NDArray[np.bool_]:
    centres = (np.arange(count) + 0.5) / count
    grid = np.stack(np.meshgrid(centres, centres, centres, indexing="ij"), axis=-1)
    return np.asarray(field(grid.reshape(-1, 3)).reshape(count, count, count) > 0.0)


def _sphere(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return random unit vectors, shape (count, 3)."""
    z = random.uniform(-1.0, 1.0, count)
    angle = random.uniform(0.0, 2.0 * np.pi, count)
    around = np.sqrt(1.0 - z * z)
    return np.stack([around * np.cos(angle), around * np.sin(angle), z], axis=1)
