"""The voice: formants and pitch are where the tables and the speaker put them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import fftconvolve, find_peaks

from skaudio.datasets import _voice
from skaudio.datasets._phones import DIGITS, PHONES
from skaudio.datasets._voice import Voice, draw_voice, speak


@pytest.fixture
def neutral() -> Voice:
    accent = {phone: np.ones(3) for phone in PHONES}
    return Voice(120.0, 1.0, 1.0, accent, open_quotient=0.6, tilt=3000.0, breath=0.01, intonation=0.0)


def test_digits_are_spelled_in_known_phones():
    assert list(DIGITS) == ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    assert {phone for word in DIGITS.values() for phone in word} == set(PHONES)


@pytest.mark.parametrize("vowel", ["IY", "EH", "AH", "IH"])
def test_tract_resonates_at_the_formants(vowel, neutral):
    phone = PHONES[vowel]
    tracks = _voice._Tracks(np.array([phone.formants]), np.array([phone.bandwidths]), None, None)
    frequencies = np.arange(0, 4000.0, 5)
    peaks, _ = find_peaks(np.abs(_voice._tract_response(frequencies, tracks, neutral)[0]))
    np.testing.assert_allclose(frequencies[peaks[:3]], phone.formants, rtol=0.05)


def test_frames_add_up_to_an_ordinary_filter_where_nothing_moves():
    rng = np.random.default_rng(0)
    source, impulse_response = rng.normal(size=3200), rng.normal(size=200) * np.exp(-np.arange(200) / 20)
    response = np.tile(np.fft.rfft(impulse_response, 512), (100, 1))
    filtered = _voice._filter_frames([source], [response], hop=32)
    expected = fftconvolve(source, impulse_response)
    # The first and last half window have fewer than four frames over them.
    np.testing.assert_allclose(filtered[300:3000], expected[300:3000], atol=1e-8)


def test_pitch_is_that_of_the_speaker(neutral):
    spoken = speak(np.random.default_rng(0), ("AH", "AH", "AH"), neutral, 8000)
    middle = spoken[800:2400] - spoken[800:2400].mean()
    correlation = np.correlate(middle, middle, mode="full")[len(middle) - 1 :]
    lags = np.arange(30, 120)
    assert 8000 / lags[correlation[lags].argmax()] == pytest.approx(120, rel=0.25)  # within an utterance's intonation


@pytest.mark.parametrize("sr", [8000, 11025, 16000])
def test_length_follows_tempo_at_any_rate(sr, neutral):
    word = DIGITS["seven"]
    normal, fast = (
        len(speak(np.random.default_rng(1), word, replace(neutral, tempo=tempo), sr)) / sr for tempo in (1, 2)
    )
    assert 0.3 < normal < 1.0
    assert fast < 0.7 * normal


def test_fricative_is_noise_and_high():
    rng = np.random.default_rng(0)
    hiss, vowel = (np.abs(np.fft.rfft(speak(rng, phones, draw_voice(rng), 16000))) for phones in (("S",), ("AO",)))
    centroids = [np.sum(np.linspace(0, 8000, len(s)) * s**2) / np.sum(s**2) for s in (hiss, vowel)]
    assert centroids[0] > 3000 > 1500 > centroids[1]
