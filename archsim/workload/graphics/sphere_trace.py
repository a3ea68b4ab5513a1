"""NSDF: rays leap by the distance that the network returns until they touch a surface.

As in instant-ngp: rays start where they enter the bounding box of the scene, four steps are taken
between compactions (a ray that ends inside them is still evaluated), and the normals of all hits
are found by finite differences in six more calls. Shadow rays towards one light are optional.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archsim.workload.graphics.camera import UNIT_CUBE, Box, Camera, enter_box
from archsim.workload.graphics.profile import SampleProfile, profile_of_calls
from archsim.workload.graphics.scenes import Field

STEPS_BETWEEN_COMPACTIONS = 4
NORMAL_EVALUATIONS = 6
_LIGHT = np.array([0.6, 0.7, 0.4]) / np.linalg.norm([0.6, 0.7, 0.4])

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SphereTrace:
    """Settings of the sphere tracer.

    Attributes:
        hit_distance: A ray closer than this to a surface has hit it.
        most_steps: Steps after which a ray is given up.
        shadow_rays: Whether a hit sends a ray towards the light.
    """

    hit_distance: float = 5e-4
    most_steps: int = 128
    shadow_rays: bool = False


def sphere_trace(
    field: Field,
    camera: Camera,
    width: int,
    height: int,
    how: SphereTrace,
    box: Box = UNIT_CUBE,
) -> SampleProfile:
    """Render a signed-distance scene and return what it evaluates.

    Args:
        field: Signed distance of points of shape (n, 3).
        camera: The view.
        width: Rays across.
        height: Rays down.
        how: Settings.
        box: Bounding box of the scene, inside the unit cube.
    """
    origins, directions = camera.rays(width, height)
    near, far = enter_box(origins, directions, box)
    enters = near < far
    calls: list[int] = []
    kept: list[Points] = []
    points = (origins + near[:, np.newaxis] * directions)[enters]
    hits = _trace(field, points, directions[enters], how, box, calls, kept)
    if len(hits):
        calls += [len(hits)] * NORMAL_EVALUATIONS
        kept += [hits] * NORMAL_EVALUATIONS
    if how.shadow_rays and len(hits):
        start = hits + 8.0 * how.hit_distance * _LIGHT
        _trace(field, start, np.broadcast_to(_LIGHT, start.shape), how, box, calls, kept)
    coverage = float(np.mean(enters))
    found = np.concatenate(kept) if kept else np.zeros((0, 3))
    return profile_of_calls(calls, width * height, found, coverage)


def _trace(
    field: Field,
    points: Points,
    directions: Points,
    how: SphereTrace,
    box: Box,
    calls: list[int],
    kept: list[Points],
) -> Points:
    """Walk rays to their ends, note every call, and return where they hit."""
    hits = []
    low, high = (np.array(corner) - 1e-9 for corner in box)
    high = high + 2e-9  # a ray that has just entered lies on the face
    points, directions = points.copy(), directions.copy()
    for _ in range(0, how.most_steps, STEPS_BETWEEN_COMPACTIONS):
        if not len(points):
            break
        ended = np.zeros(len(points), np.bool_)
        hit = np.zeros(len(points), np.bool_)
        for _ in range(STEPS_BETWEEN_COMPACTIONS):
            distance = field(points)
            calls.append(len(points))
            kept.append(points.copy())
            hit |= ~ended & (distance < how.hit_distance)
            ended |= hit
            points[~ended] += distance[~ended, np.newaxis] * directions[~ended]
            ended |= ((points < low) | (points > high)).any(axis=1)
        hits.append(points[hit])
        points, directions = points[~ended], directions[~ended]
    return np.concatenate(hits) if hits else np.zeros((0, 3))
