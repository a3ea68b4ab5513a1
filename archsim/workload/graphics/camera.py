"""A pinhole camera: one ray through the centre of each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Corner = tuple[float, float, float]
Box = tuple[Corner, Corner]
"""Lower and upper corner of an upright box."""
UNIT_CUBE: Box = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera is and what it sees.

    Attributes:
        position: Eye point.
        target: Point in the middle of the image.
        field_of_view_degrees: Vertical opening angle.
    """

    position: Corner
    target: Corner
    field_of_view_degrees: float

    def rays(self, width: int, height: int) -> tuple[Points, Points]:
        """Return origins and unit directions, both of shape (width x height, 3), row by row."""
        eye = np.array(self.position)
        forward = _unit(np.array(self.target) - eye)
        right = _unit(np.cross(forward, np.array([0.0, 1.0, 0.0])))
        up = np.cross(right, forward)
        reach = np.tan(np.radians(self.field_of_view_degrees) / 2.0)
        across = (2.0 * (np.arange(width) + 0.5) / width - 1.0) * reach * width / height
        down = (1.0 - 2.0 * (np.arange(height) + 0.5) / height) * reach
        grid_x, grid_y = np.meshgrid(across, down)
        directions = (
            forward
            + grid_x.reshape(-1, 1) * right[np.newaxis]
            + grid_y.reshape(-1, 1) * up[np.newaxis]
        )
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return np.broadcast_to(eye, directions.shape).copy(), directions


def enter_box(origins: Points, directions: Points, box: Box = UNIT_CUBE) -> tuple[Points, Points]:
    """Return where rays enter and leave an upright box, as distances of shape (n,).

    A ray that misses it leaves before it enters.
    """
    low, high = (np.array(corner) for corner in box)
    safe = np.where(np.abs(directions) < 1e-12, 1e-12, directions)
    first, second = (low - origins) / safe, (high - origins) / safe
    near = np.minimum(first, second).max(axis=1)
    far = np.maximum(first, second).min(axis=1)
    return np.maximum(near, 0.0), far


def _unit(vector: Points) -> Points:
    return np.asarray(vector / np.linalg.norm(vector))


DEFAULT = Camera((0.5, 0.5, 2.0), (0.5, 0.5, 0.5), 50.625)
"""instant-ngp's start-up view: 1.5 from the centre of the cube, 50.625 degrees (recalled)."""

INSIDE = Camera((0.88, 0.55, 0.88), (0.40, 0.42, 0.35), 50.625)
"""From a corner of a room across it; our choice."""
