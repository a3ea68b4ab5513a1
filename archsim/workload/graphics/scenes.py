"""Analytic scenes in the unit cube: signed distances, a cloud, a room, a procedural image.

They stand in for captured scenes, which are not ours to ship. Each is a formula over arrays of
points, so a renderer can be run on it without a trained network.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Values = NDArray[np.float64]
Field = Callable[[Points], Values]

CENTRE = np.array([0.5, 0.5, 0.5])


def solids(points: Points) -> Values:
    """Return the signed distance to a ball, a block and a ring that together span the cube.

    Args:
        points: Shape (n, 3).
    """
    ball = _length(points - np.array([0.28, 0.34, 0.40])) - 0.24
    block = _box(points - np.array([0.72, 0.36, 0.55]), np.array([0.22, 0.26, 0.20]))
    ring = _torus(points - np.array([0.50, 0.74, 0.50]), 0.30, 0.08)
    return np.minimum(np.minimum(ball, block), ring)


def room(points: Points) -> Values:
    """Return the signed distance to the walls of a furnished room, seen from the inside."""
    walls = -_box(points - CENTRE, np.array([0.47, 0.40, 0.47]))
    table = _box(points - np.array([0.55, 0.30, 0.45]), np.array([0.16, 0.015, 0.12]))
    legs = np.minimum(
        _box(points - np.array([0.42, 0.20, 0.45]), np.array([0.015, 0.10, 0.10])),
        _box(points - np.array([0.68, 0.20, 0.45]), np.array([0.015, 0.10, 0.10])),
    )
    vase = _length(points - np.array([0.55, 0.37, 0.45])) - 0.055
    lamp = _length(points - np.array([0.30, 0.72, 0.30])) - 0.07
    pillar = _cylinder(points - np.array([0.20, 0.50, 0.75]), 0.05)
    return np.asarray(np.minimum.reduce([walls, table, legs, vase, lamp, pillar]))


def cloud(points: Points) -> Values:
    """Return the density of a puff of smoke, 0 to 1, zero outside a ball of radius 0.3."""
    radius = _length(points - CENTRE)
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    waves = np.sin(23.0 * x) * np.sin(19.0 * y + 1.0) * np.sin(29.0 * z + 2.0)
    envelope = np.clip(1.0 - radius / 0.3, 0.0, 1.0)
    return np.asarray(np.clip(envelope * (1.0 + 0.9 * waves), 0.0, 1.0))


def picture(points: Points) -> NDArray[np.float64]:
    """Return the colour of a procedural image: hills under a sun, with stripes and a grid.

    Args:
        points: Shape (n, 2), from 0 to 1; the second coordinate grows downwards.

    Returns:
        Red, green and blue from 0 to 1, shape (n, 3).
    """
    x, y = points[:, 0], points[:, 1]
    sky = np.stack([0.35 + 0.5 * y, 0.55 + 0.3 * y, 0.95 - 0.15 * y], axis=1)
    sun = np.hypot(x - 0.74, y - 0.24)[:, np.newaxis]
    colour = np.where(sun < 0.11, np.array([1.0, 0.86, 0.35]), sky)
    halo = np.clip((0.2 - sun) / 0.09, 0.0, 1.0) * 0.35
    colour = colour + halo * (np.array([1.0, 0.9, 0.6]) - colour)
    for number, (base, height, tint) in enumerate(_HILLS):
        crest = base - height * (
            np.sin((5.0 + 3.0 * number) * x + 1.7 * number)
            + 0.35 * np.sin((21.0 + 9.0 * number) * x + number)
        )
        stripes = 0.86 + 0.14 * np.sign(np.sin(55.0 * (y - crest) * (1.0 + number)))
        hill = np.array(tint)[np.newaxis, :] * stripes[:, np.newaxis]
        colour = np.where((y > crest)[:, np.newaxis], hill, colour)
    lines = (np.mod(x * 16.0, 1.0) < 0.08) | (np.mod(y * 16.0, 1.0) < 0.08)
    board = lines & (x < 0.32) & (y < 0.32)
    return np.asarray(np.clip(np.where(board[:, np.newaxis], 0.12, colour), 0.0, 1.0))


_HILLS = (
    (0.58, 0.06, (0.42, 0.55, 0.62)),
    (0.72, 0.05, (0.32, 0.52, 0.36)),
    (0.88, 0.04, (0.20, 0.36, 0.22)),
)
"""Base line, height and colour of each row of hills, back to front."""

SOLIDS_BOX = ((0.04, 0.10, 0.12), (0.94, 0.82, 0.88))
"""Bounding box of ``solids``."""


def _length(vectors: Points) -> Values:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def _box(points: Points, half: Points) -> Values:
    outside = np.abs(points) - half
    far = _length(np.maximum(outside, 0.0))
    return np.asarray(far + np.minimum(outside.max(axis=1), 0.0))


def _torus(points: Points, ring: float, tube: float) -> Values:
    around = np.hypot(points[:, 0], points[:, 2]) - ring
    return np.asarray(np.hypot(around, points[:, 1]) - tube)


def _cylinder(points: Points, radius: float) -> Values:
    return np.asarray(np.hypot(points[:, 0], points[:, 2]) - radius)
