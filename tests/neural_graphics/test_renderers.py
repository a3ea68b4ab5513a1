"""Renderers on analytic scenes: hand-made cases, invariants, and the picture that is learnt."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsim
from archsim.architectures.neural_graphics.banks import conflict_cycles
from archsim.errors import InputError
from archsim.workload.graphics import scenes
from archsim.workload.graphics.camera import DEFAULT, INSIDE, Camera, enter_box
from archsim.workload.graphics.delta_track import DeltaTrack, delta_track
from archsim.workload.graphics.fit import fit_picture
from archsim.workload.graphics.march import STEP, March, _calls, march
from archsim.workload.graphics.png import png_bytes
from archsim.workload.graphics.profile import SampleProfile, profile_of_calls
from archsim.workload.graphics.sampling import GivenSamples, ImageSamples, MarchedSamples, render
from archsim.workload.graphics.sphere_trace import SphereTrace, sphere_trace

FRONT = Camera((0.5, 0.5, 2.0), (0.5, 0.5, 0.5), 20.0)


def wall(points):
    """A wall that fills the far half of the cube: everything below z = 0.5."""
    return points[:, 2] - 0.5


def nothing(points):
    return np.full(len(points), 1.0)


def test_rays_go_through_pixel_centres():
    origins, directions = Camera((0, 0, 1), (0, 0, 0), 90.0).rays(2, 2)
    assert origins.tolist() == [[0, 0, 1]] * 4
    expected = np.array([[-0.5, 0.5], [0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]])
    assert directions[:, :2] / -directions[:, 2:] == pytest.approx(expected)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(1.0)


def test_entering_a_box():
    origins = np.array([[0.5, 0.5, 2.0], [0.5, 0.5, 0.5], [5.0, 0.5, 2.0]])
    directions = np.array([[0.0, 0.0, -1.0]] * 3)
    near, far = enter_box(origins, directions)
    assert (near[0], far[0]) == pytest.approx((1.0, 2.0))
    assert (near[1], far[1]) == pytest.approx((0.0, 0.5))
    assert near[2] > far[2]


def test_a_wall_is_hit_by_every_ray_and_costs_one_leap_and_six_evaluations():
    profile = sphere_trace(wall, FRONT, 16, 8, SphereTrace(hit_distance=1e-3))
    # Leaps of 0.5 along slanted rays: a second evaluation, sometimes a third or fourth, then the
    # rays that have ended are evaluated until the four steps are over.
    assert profile.samples_per_pixel == 4 + 6
    assert profile.coverage == 1.0
    assert len(profile.call_shares) == 4 + 6


def test_rays_that_miss_the_box_cost_nothing_and_empty_boxes_little():
    small = ((0.4, 0.4, 0.4), (0.6, 0.6, 0.6))
    profile = sphere_trace(nothing, Camera((0.5, 0.5, 2.0), (0.5, 0.5, 0.5), 90.0), 32, 32,
                           SphereTrace(), small)  # fmt: skip
    assert 0.0 < profile.coverage < 0.05
    assert profile.samples_per_pixel == pytest.approx(4 * profile.coverage)
    with pytest.raises(InputError, match="no ray of this frame needs a sample"):
        sphere_trace(nothing, Camera((0.5, 0.5, 2.0), (0.5, 0.5, 4.0), 20.0), 8, 8, SphereTrace())


def test_shadow_rays_cost_more():
    plain = sphere_trace(scenes.solids, DEFAULT, 48, 27, SphereTrace())
    shaded = sphere_trace(scenes.solids, DEFAULT, 48, 27, SphereTrace(shadow_rays=True))
    assert shaded.samples_per_pixel > plain.samples_per_pixel


def test_marching_into_a_wall_by_hand():
    how = March(surface_density=600.0, surface_width=1e-6)
    profile = march(wall, FRONT, 8, 8, how)
    # Occupied cells reach sqrt(3)/2 cells in front of the wall; opaque after 4.61 / (600 steps).
    opaque = int(np.ceil(-np.log(0.01) / (600.0 * STEP)))
    before = np.ceil(1.0 / 128 / STEP)
    assert opaque <= profile.samples_per_pixel <= opaque + 2 * before + 1
    assert profile.coverage == 1.0


def test_calls_of_marched_rays_by_hand():
    how = March(most_steps_per_call=8)
    # Two rays need 1 and 5 samples, of 1 and 6 in occupied cells; then one ray takes 2 a call.
    assert _calls(np.array([1, 6]), np.array([1, 5]), how) == [2, 2, 2]
    assert _calls(np.array([0, 0, 0]), np.array([0, 0, 0]), how) == []
    # One of twenty rays is left after the first call: 8 steps at once, as far as it goes.
    many = np.array([1] * 19 + [10])
    assert _calls(many, many, how) == [20, 8, 1]


def test_denser_surfaces_and_larger_thresholds_need_fewer_samples():
    def samples(**changes):
        return march(scenes.room, INSIDE, 16, 9, March(**changes)).samples_per_pixel

    assert samples(surface_density=2000.0) < samples() < samples(surface_density=200.0)
    assert samples(least_transmittance=0.1) < samples() < samples(least_transmittance=0.001)


def test_a_vacuum_needs_no_samples_and_a_solid_block_follows_its_free_path():
    def block(points):
        return np.ones(len(points))

    with pytest.raises(InputError, match="no ray"):
        delta_track(lambda p: np.zeros(len(p)), FRONT, 16, 16, DeltaTrack())
    absorbing = delta_track(block, FRONT, 64, 64, DeltaTrack(free_path=0.25, albedo=0.0))
    # One collision at most, and a ray through the whole cube passes with exp(-4).
    assert absorbing.samples_per_pixel == pytest.approx(1.0 - np.exp(-4.0), abs=0.02)
    assert len(absorbing.call_shares) == 1


def test_paths_end_after_the_most_events():
    profile = delta_track(scenes.cloud, DEFAULT, 32, 18,
                          DeltaTrack(free_path=0.005, albedo=1.0, most_events=5))  # fmt: skip
    assert len(profile.call_shares) == 5


def test_random_paths_depend_on_the_seed_alone():
    first, again = (delta_track(scenes.cloud, DEFAULT, 32, 18, DeltaTrack(), 3) for _ in "ab")
    other = delta_track(scenes.cloud, DEFAULT, 32, 18, DeltaTrack(), 4)
    assert first.call_shares == again.call_shares
    assert (first.positions == again.positions).all()
    assert first.call_shares != other.call_shares
    assert other.samples_per_pixel == pytest.approx(first.samples_per_pixel, rel=0.4)


@pytest.mark.parametrize(
    ("name", "samples", "tolerance"),
    [("nerf", 20.17, 0.1), ("nsdf", 3.45, 0.1), ("nvr", 0.326, 0.1), ("gia", 1.0, 0.0)],
)
def test_finer_renderings_of_the_shipped_scenes_need_the_same_samples(name, samples, tolerance):
    plain = archsim.load_workload(f"{name}-hashgrid")
    finer = {"sampling.rays_across": 128, "sampling.rays_down": 72} if name != "gia" else {}
    found = archsim.load_workload(f"{name}-hashgrid", overrides=finer)
    assert plain.profile().samples_per_pixel == pytest.approx(samples, rel=0.001)
    assert found.profile().samples_per_pixel == pytest.approx(samples, rel=tolerance, abs=1e-9)


@pytest.mark.parametrize("name", ["nerf", "nsdf", "nvr", "gia"])
def test_profiles_of_shipped_scenes_are_sound(name):
    workload = archsim.load_workload(f"{name}-hashgrid")
    profile = workload.profile()
    assert sum(profile.call_shares) == pytest.approx(1.0)
    assert min(profile.call_shares) > 0.0
    assert 0.0 < profile.coverage <= 1.0
    assert profile.positions.dtype == np.float32
    assert profile.positions.shape[1] == workload.encoding.dimensions
    assert 0.0 <= profile.positions.min() <= profile.positions.max() <= 1.0
    assert len(profile.positions) >= 1000
    assert conflict_cycles(workload.encoding, profile.positions, 8).min() >= 1


def test_equal_settings_are_rendered_once():
    sampling = MarchedSamples(method="march", scene="room", rays_across=8, rays_down=8)
    again = MarchedSamples(method="march", scene="room", rays_across=8, rays_down=8)
    assert render(sampling, 3, 0) is render(again, 3, 0)


def test_images_read_scan_lines():
    profile = ImageSamples(method="image", rays_across=16, rays_down=8).render(2, 0)
    assert profile.samples_per_pixel == 1.0
    assert profile.call_shares == (1.0,)
    assert profile.positions[:16, 1].tolist() == [0.0625] * 16
    assert (np.diff(profile.positions[:16, 0]) > 0).all()


@given(
    shares=st.lists(st.integers(1, 1000), min_size=1, max_size=60),
    samples=st.floats(0.001, 50.0), pixels=st.integers(1, 10**7),
)  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_samples_of_calls_add_up(shares, samples, pixels):
    total = sum(shares)
    positions = np.zeros((1, 2), np.float32)
    profile = SampleProfile(samples, tuple(s / total for s in shares), positions, 1.0)
    counts = profile.samples_of_calls(pixels)
    assert sum(counts) == round(samples * pixels)
    assert min(counts) >= 0


def test_a_profile_keeps_runs_of_neighbouring_positions():
    positions = np.linspace(0.0, 1.0, 30_000)[:, np.newaxis].repeat(3, axis=1)
    kept = profile_of_calls([30_000], 1000, positions, 1.0).positions
    assert 1900 <= len(kept) <= 2048
    steps = np.diff(kept[:, 0])
    assert (steps > 0).all()
    assert np.mean(steps < 2 / 30_000) > 0.95


def test_given_samples_are_spread_over_calls():
    profile = GivenSamples(method="given", samples_per_pixel=0.5, calls=4).render(3, 0)
    assert profile.call_shares == (0.25,) * 4
    assert profile.samples_of_calls(1000) == [125] * 4


def test_the_picture_has_what_it_says():
    sky, sun, hill = scenes.picture(np.array([[0.5, 0.05], [0.74, 0.24], [0.5, 0.97]]))
    assert sky[2] > sky[0]
    assert sun.tolist() == pytest.approx([1.0, 0.86, 0.35], abs=0.1)
    assert hill[1] > hill[0]


def test_a_hash_grid_learns_a_picture():
    rough, fitted = fit_picture(48, 5), fit_picture(48, 100)
    assert fitted.psnr_db > 28.0
    assert fitted.psnr_db > rough.psnr_db + 6.0
    assert fitted.learnt.shape == fitted.target.shape == (48, 48, 3)
    assert 0.0 <= fitted.learnt.min() <= fitted.learnt.max() <= 1.0


def test_png_files_hold_the_pixels():
    image = np.zeros((2, 3, 3))
    image[0, 1] = (1.0, 0.5, 0.25)
    data = png_bytes(image)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (3, 2)
    at = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[at - 4 : at])
    rows = np.frombuffer(zlib.decompress(data[at + 4 : at + 4 + length]), np.uint8).reshape(2, 10)
    assert rows[:, 0].tolist() == [0, 0]
    assert rows[0, 4:7].tolist() == [255, 128, 64]
    assert int(rows.sum()) == 255 + 128 + 64


@pytest.mark.parametrize("image", [np.zeros((2, 3)), np.zeros((0, 3, 3)),
                                   np.full((1, 1, 3), np.nan)])  # fmt: skip
def test_bad_images_are_refused(image):
    with pytest.raises(InputError, match="an image needs"):
        png_bytes(image)
