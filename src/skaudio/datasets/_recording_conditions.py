"""Room, microphone and noise of synthetic speech."""

from typing import NamedTuple, Self

import numpy as np
from numpy.random import Generator

from skaudio.datasets._synthesis import scale_to_snr
from skaudio.dsp import coloured_noise


class RecordingConditions(NamedTuple):
    """Conditions in which one speaker is recorded."""

    impulse_response: np.ndarray  # of room and microphone
    noise_exponent: float  # colour of the noise

    @classmethod
    def draw(cls, rng: Generator, sr: float) -> Self:
        """Draw a room, noise that decays after the direct sound, a microphone, and the colour of the noise."""
        reverberation = rng.uniform(0.1, 0.4)  # seconds to -60 dB
        seconds = np.arange(int(reverberation * sr)) / sr
        room = rng.standard_normal(len(seconds)) * 10 ** (-3 * seconds / reverberation)
        room *= 10 ** (rng.uniform(-25, -8) / 20) / np.linalg.norm(room)
        room[0] += 1
        n_taps = 2 * round(0.01 * sr)
        frequencies = np.fft.rfftfreq(n_taps, 1 / sr)
        tone_db = np.interp(np.log(frequencies + 1), np.log([100, 500, 1500, 4000]), rng.normal(0, 6, size=4))
        microphone = np.fft.irfft(10 ** (tone_db / 20) * frequencies / np.hypot(frequencies, 80), n_taps)
        return cls(np.convolve(room, np.roll(microphone, n_taps // 2) * np.hanning(n_taps)), rng.uniform(0, 2))

    def record(self, rng: Generator, speech: np.ndarray, sr: float, snr_db: float) -> np.ndarray:
        """Return a clip, float32: speech with room, noise and a level."""
        from scipy.signal import fftconvolve

        speech = fftconvolve(speech, self.impulse_response)[: len(speech)]
        noise = coloured_noise(rng, len(speech), sr, self.noise_exponent)
        clip = scale_to_snr(speech, noise, snr_db) + noise
        return (clip * 10 ** (rng.uniform(-20, -1) / 20) / np.abs(clip).max()).astype(np.float32)


def draw_pauses(rng: Generator, sr: float) -> np.ndarray:
    """Draw the numbers of silent samples before and after a word."""
    return (rng.uniform(0.01, 0.08, size=2) * sr).astype(int)
