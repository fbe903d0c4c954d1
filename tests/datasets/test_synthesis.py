"""The raw material: levels, spectra and shapes that can be worked out by hand."""

import numpy as np
import pytest
from scipy.signal import welch

from skaudio.datasets._synthesis import (
    band_noise,
    fade,
    harmonics,
    make_rng,
    phase_of,
    resonance,
    scale_to_snr,
    wander,
    within_full_scale,
)
from skaudio.dsp import coloured_noise, rms


@pytest.mark.usefixtures("untouched_global_rng")
def test_rng_leaves_the_global_state_alone():
    make_rng(None).normal(size=10)
    make_rng(3).normal(size=10)


def test_rng_advances_a_random_state_as_scikit_learn_does():
    state = np.random.RandomState(0)
    first, second = make_rng(state).normal(), make_rng(state).normal()
    assert first != second
    assert make_rng(np.random.RandomState(0)).normal() == first


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_colour_of_noise(exponent):
    noise = coloured_noise(np.random.default_rng(0), 200_000, 16000, exponent)
    assert noise.dtype == np.float32
    assert rms(noise) == pytest.approx(1, rel=1e-4)
    frequencies, power = welch(noise, 16000, nperseg=4096)
    band = (frequencies > 100) & (frequencies < 6000)
    slope = np.polyfit(np.log(frequencies[band]), np.log(power[band]), 1)[0]
    assert slope == pytest.approx(-exponent, abs=0.05)


def test_band_noise_peaks_at_its_centre():
    frequencies, power = welch(band_noise(np.random.default_rng(0), 200_000, 16000, 2000.0, 200.0), 16000, nperseg=1024)
    assert frequencies[power.argmax()] == pytest.approx(2000, abs=100)


def test_resonance_is_that_of_a_damped_oscillator():
    # At the centre the two squares cancel: f0**2 / (1j f0 b) = -1j f0 / b.
    np.testing.assert_allclose(resonance(np.array([0.0, 500.0]), 500.0, 50.0), [1.0, -10j])


def test_harmonics_are_the_sum_of_sines():
    phase = phase_of(np.linspace(90, 140, 4000), 8000)
    expected = 1.0 * np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
    np.testing.assert_allclose(harmonics(phase, np.array([1.0, 0.5, 0.25])), expected, atol=1e-5)


def test_phase_turns_once_a_period():
    assert phase_of(np.full(100, 80.0), 8000)[-1] == pytest.approx(2 * np.pi)


def test_wander_is_smooth_and_about_standard():
    curve = wander(np.random.default_rng(0), 100_000, 1000, rate=10.0)
    assert abs(curve.mean()) < 0.1
    assert 0.6 < curve.std() < 1.1
    assert np.abs(np.diff(curve)).max() < 0.1


def test_fade_is_above_zero_everywhere_and_flat_in_between():
    envelope = fade(1000, 100, 300)
    assert (envelope > 0).all()
    np.testing.assert_array_equal(envelope[100:700], 1)
    assert envelope[49] == pytest.approx(np.sin(0.5 * np.pi * 50 / 101) ** 2)
    assert (np.diff(envelope[:100]) > 0).all()
    assert (np.diff(envelope[700:]) < 0).all()
    assert fade(5, 100, 300).shape == (5,)


def test_snr_is_a_ratio_of_powers():
    rng = np.random.default_rng(0)
    signal, noise = rng.normal(size=1000), 3 * rng.normal(size=1000)
    scaled = scale_to_snr(signal, noise, 10.0)
    assert np.mean(scaled**2) / np.mean(noise**2) == pytest.approx(10)


def test_full_scale():
    np.testing.assert_allclose(within_full_scale(np.array([0.5, -2.0])), [0.25, -1.0])
    np.testing.assert_allclose(within_full_scale(np.array([0.5, -0.2])), [0.5, -0.2])
