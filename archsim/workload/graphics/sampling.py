"""How the samples of a frame come about: a renderer on an analytic scene, or figures given.

Each method is a strict model, told apart by ``method``; ``render`` turns it into a profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from archsim.config import PositiveFloat, StrictModel
from archsim.workload.graphics import camera as cameras
from archsim.workload.graphics import scenes
from archsim.workload.graphics.delta_track import DeltaTrack, delta_track
from archsim.workload.graphics.march import March, march
from archsim.workload.graphics.profile import SampleProfile, profile_of_calls
from archsim.workload.graphics.sphere_trace import SphereTrace, sphere_trace
from archsim.workload.seeds import generator

Rays = Annotated[int, Field(ge=8, le=512)]
_POSITIONS = 2048


@dataclass(frozen=True, slots=True)
class View:
    """A scene and the camera that looks at it."""

    field: scenes.Field
    camera: cameras.Camera
    box: cameras.Box = cameras.UNIT_CUBE


SURFACES: dict[str, View] = {
    "room": View(scenes.room, cameras.INSIDE),
    "solids": View(scenes.solids, cameras.DEFAULT, scenes.SOLIDS_BOX),
}
VOLUMES: dict[str, View] = {"cloud": View(scenes.cloud, cameras.DEFAULT)}


class GivenSamples(StrictModel):
    """Samples per pixel and kernel calls as figures; positions are uniformly random."""

    method: Literal["given"]
    samples_per_pixel: PositiveFloat = Field(description="network evaluations per pixel")
    calls: Annotated[int, Field(ge=1, le=4096)] = Field(
        default=1, description="equal kernel calls of a frame"
    )

    def render(self, dimensions: int, seed: int) -> SampleProfile:
        """Return the profile that the figures describe."""
        random = generator(seed, "sample positions")
        positions = random.random((_POSITIONS, dimensions), dtype=np.float32)
        share = min(1.0, self.samples_per_pixel)
        return SampleProfile(
            self.samples_per_pixel, (1.0 / self.calls,) * self.calls, positions, share
        )


class MarchedSamples(StrictModel):
    """NeRF: equal steps along rays, occupancy grid, early stop."""

    method: Literal["march"]
    scene: Literal["room", "solids"] = Field(description="shipped scene")
    rays_across: Rays = Field(default=64, description="rays traced across the frame")
    rays_down: Rays = Field(default=36, description="rays traced down the frame")
    surface_density: PositiveFloat = Field(
        default=600.0, description="density inside of surfaces, per side of the unit cube"
    )
    least_transmittance: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(
        default=0.01, description="rays stop below it"
    )
    most_steps_per_call: Annotated[int, Field(ge=1, le=64)] = Field(
        default=8, description="most steps of a ray in one kernel call"
    )

    def render(self, dimensions: int, seed: int) -> SampleProfile:
        """Return the profile of the scene."""
        view = SURFACES[self.scene]
        how = March(
            surface_density=self.surface_density,
            least_transmittance=self.least_transmittance,
            most_steps_per_call=self.most_steps_per_call,
        )
        return march(view.field, view.camera, self.rays_across, self.rays_down, how)


class SphereTracedSamples(StrictModel):
    """NSDF: leaps by the signed distance, then normals."""

    method: Literal["sphere_trace"]
    scene: Literal["solids", "room"] = Field(description="shipped scene")
    rays_across: Rays = Field(default=96, description="rays traced across the frame")
    rays_down: Rays = Field(default=54, description="rays traced down the frame")
    hit_distance: Annotated[float, Field(ge=1e-6, le=0.1)] = Field(
        default=5e-4, description="a ray closer than this has hit"
    )
    shadow_rays: bool = Field(default=False, description="hits send a ray towards the light")

    def render(self, dimensions: int, seed: int) -> SampleProfile:
        """Return the profile of the scene."""
        view = SURFACES[self.scene]
        how = SphereTrace(hit_distance=self.hit_distance, shadow_rays=self.shadow_rays)
        return sphere_trace(
            view.field, view.camera, self.rays_across, self.rays_down, how, view.box
        )


class DeltaTrackedSamples(StrictModel):
    """NVR: random free paths through a volume."""

    method: Literal["delta_track"]
    scene: Literal["cloud"] = Field(description="shipped scene")
    rays_across: Rays = Field(default=96, description="rays traced across the frame")
    rays_down: Rays = Field(default=54, description="rays traced down the frame")
    free_path: Annotated[float, Field(ge=1e-3, le=10.0)] = Field(
        default=0.1, description="mean free path at the largest density, in sides of the cube"
    )
    albedo: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        default=0.95, description="share of real collisions that scatter"
    )

    def render(self, dimensions: int, seed: int) -> SampleProfile:
        """Return the profile of the scene."""
        view = VOLUMES[self.scene]
        how = DeltaTrack(free_path=self.free_path, albedo=self.albedo)
        return delta_track(view.field, view.camera, self.rays_across, self.rays_down, how, seed)


class ImageSamples(StrictModel):
    """GIA: one evaluation per pixel, in one kernel call."""

    method: Literal["image"]
    rays_across: Rays = Field(default=64, description="pixels across whose positions are kept")
    rays_down: Rays = Field(default=36, description="pixels down whose positions are kept")

    def render(self, dimensions: int, seed: int) -> SampleProfile:
        """Return the profile of a frame; its positions are scan lines."""
        across = (np.arange(self.rays_across) + 0.5) / self.rays_across
        down = (np.arange(self.rays_down) + 0.5) / self.rays_down
        x, y = np.meshgrid(across, down)
        positions = np.stack([x.ravel(), y.ravel()] + [np.full(x.size, 0.5)] * (dimensions - 2), 1)
        return profile_of_calls([x.size], x.size, positions, 1.0)


Sampling = GivenSamples | MarchedSamples | SphereTracedSamples | DeltaTrackedSamples | ImageSamples


@lru_cache(maxsize=64)
def render(sampling: Sampling, dimensions: int, seed: int) -> SampleProfile:
    """Return the samples of a frame; equal settings are rendered once per process.

    Args:
        sampling: The method and its settings.
        dimensions: Dimensions of the positions wanted.
        seed: Seed of random choices; only some methods make any.
    """
    return sampling.render(dimensions, seed)
