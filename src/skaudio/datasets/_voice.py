"""Speech synthesis: from phones to a waveform.

A source-filter model, as in Klatt's synthesiser [1]_: voice source and breath are filtered by the resonances of the
vocal tract, friction by a separate one. Instead of digital resonators updated sample by sample, which are slow in
Python, the sources are cut into short overlapping frames, which are filtered in the frequency domain with the response
of the tract at that time, and overlap-added.

References
----------
.. [1] D. H. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 971-995, 1980.
.. [2] D. H. Klatt and L. C. Klatt, "Analysis, synthesis, and perception of voice quality variations among female and
   male talkers", JASA 87(2), 820-857, 1990.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from skaudio.datasets._phones import PHONES
from skaudio.datasets._synthesis import phase_of, resonance, wander

_FRAME_SECONDS = 0.004
_FRAMES_PER_WINDOW = 4
_FRAMES_PER_FILTER = 16  # length of a frame after filtering


@dataclass(frozen=True)
class Voice:
    """Constant properties of a speaker."""

    pitch: float  # Hz
    tempo: float  # relative to the durations in the table of phones
    tract: float  # formant frequencies relative to those in the table
    accent: dict[str, np.ndarray]  # the same, for every phone's three formants
    open_quotient: float  # share of a glottal cycle in which the glottis is open
    tilt: float  # Hz above which the voice falls off
    breath: float  # noise in the voice
    intonation: float  # semitones from the start to the end of a word


class _Tracks(NamedTuple):
    """Articulation over time; one row per frame, units as in `Phone`."""

    formants: np.ndarray  # (n_frames, 3)
    bandwidths: np.ndarray  # (n_frames, 3)
    sources: np.ndarray  # (n_frames, 3): voice, breath, friction
    friction: np.ndarray  # (n_frames, 2): centre, bandwidth


def draw_voice(rng: Generator) -> Voice:
    """Draw a speaker, from a tall man to a child."""
    size = rng.uniform()  # 0: tall, 1: small
    return Voice(
        pitch=95 * 2 ** (1.3 * size + rng.normal(0, 0.12)),
        tempo=2 ** rng.normal(0, 0.2),
        tract=0.94 + 0.3 * size + rng.normal(0, 0.02),
        accent={phone: 2 ** rng.normal(0, 0.07, size=3) for phone in PHONES},
        open_quotient=rng.uniform(0.45, 0.8),
        tilt=2 ** rng.uniform(9.5, 12),
        breath=rng.uniform(0.005, 0.06),
        intonation=rng.normal(-3, 3),
    )


def speak(rng: Generator, word: Sequence[str], voice: Voice, sr: float) -> np.ndarray:
    """Synthesise one word.

    Parameters
    ----------
    rng : numpy.random.Generator
        Determines the variation between utterances.
    word : sequence of str
        Names of phones.
    voice : Voice
    sr : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_samples,), float64
    """
    tracks = _articulate(rng, word, voice)
    hop = round(_FRAME_SECONDS * sr)
    n_samples = len(tracks.formants) * hop
    frame_times = np.arange(len(tracks.formants)) * hop
    voiced, breath, friction = (np.interp(np.arange(n_samples), frame_times, level) for level in tracks.sources.T)
    glottis, openness = _glottal_source(rng, n_samples, voice, sr)
    noise = rng.standard_normal(n_samples)
    through_tract = voiced * (glottis + voice.breath * openness * noise) + breath * noise
    frequencies = np.fft.rfftfreq(_FRAMES_PER_FILTER * hop, 1 / sr)
    responses = _tract_response(frequencies, tracks, voice), _friction_response(frequencies, tracks)
    return _filter_frames((through_tract, friction * noise), responses, hop)


def _articulate(rng: Generator, word: Sequence[str], voice: Voice) -> _Tracks:
    """Interpolate between the targets of phones, with random variation between utterances of one speaker."""
    from scipy.ndimage import convolve1d

    phones = [PHONES[name] for name in word]
    tempo = voice.tempo * 2 ** rng.normal(0, 0.12)
    seconds = np.array([phone.seconds for phone in phones]) / tempo * 2 ** rng.normal(0, 0.25, len(phones))
    n_frames = np.maximum(np.rint(seconds / _FRAME_SECONDS).astype(int), 3)
    formants = np.array([phone.formants for phone in phones]) * np.array([voice.accent[name] for name in word])
    formants *= voice.tract * 2 ** rng.normal(0, 0.03, formants.shape)
    friction = np.array([(phone.friction_centre, phone.friction_bandwidth) for phone in phones]) * voice.tract
    shape = np.hstack([formants, np.array([phone.bandwidths for phone in phones]), friction])
    sources = np.array([(phone.voice, phone.breath, phone.friction) for phone in phones])
    sources *= 2 ** rng.normal(0, 0.3, sources.shape)
    # Formants glide for about 70 ms, sources start and stop within about 20 ms; the word starts and ends in silence.
    glide, onset = np.hanning(19)[1:-1], np.hanning(7)[1:-1]
    shape = np.pad(np.repeat(shape, n_frames, axis=0), ((3, 3), (0, 0)), mode="edge")
    sources = np.pad(np.repeat(sources, n_frames, axis=0), ((3, 3), (0, 0)))
    shape = convolve1d(shape, glide / glide.sum(), axis=0, mode="nearest")
    sources = convolve1d(sources, onset / onset.sum(), axis=0, mode="constant")
    return _Tracks(shape[:, :3], shape[:, 3:6], sources, shape[:, 6:])


def _glottal_source(rng: Generator, n_samples: int, voice: Voice, sr: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute the derivative of the glottal flow (KLGLOTT88 [2]_), and the opening of the glottis, 0 to 1."""
    position = np.linspace(0, 1, n_samples)
    start, stress = rng.normal(0, 1.5), rng.normal(1, 1.5)
    semitones = start + (voice.intonation + rng.normal(0, 1)) * position + stress * np.sin(np.pi * position)
    jitter = 0.15 * wander(rng, n_samples, sr, rate=voice.pitch / 2)
    cycles = phase_of(voice.pitch * 2 ** ((semitones + jitter) / 12), sr) / (2 * np.pi)
    part = (cycles % 1) / voice.open_quotient
    is_open = part < 1
    return np.where(is_open, 2 * part - 3 * part**2, 0.0), np.where(is_open, 6.75 * part**2 * (1 - part), 0.0)


def _tract_response(frequencies: np.ndarray, tracks: _Tracks, voice: Voice) -> np.ndarray:
    """Compute the response of the vocal tract, (n_frames, n_frequencies): five cascaded formants and spectral tilt."""
    response = 1 / (1 + 1j * frequencies / voice.tilt)
    for centre, bandwidth in ((3400, 250), (4500, 350)):
        response = response * resonance(frequencies, centre * voice.tract, bandwidth)
    for centre, bandwidth in zip(tracks.formants.T, tracks.bandwidths.T, strict=True):
        response = response * resonance(frequencies, centre[:, np.newaxis], bandwidth[:, np.newaxis])
    return response


def _friction_response(frequencies: np.ndarray, tracks: _Tracks) -> np.ndarray:
    """Compute the response of friction at a constriction, (n_frames, n_frequencies): a band-pass."""
    centre, bandwidth = tracks.friction.T[:, :, np.newaxis]
    return 1j * frequencies * bandwidth / centre**2 * resonance(frequencies, centre, bandwidth)


def _filter_frames(sources: Sequence[np.ndarray], responses: Sequence[np.ndarray], hop: int) -> np.ndarray:
    """Filter each source frame by frame with its response, and overlap-add the results."""
    from scipy import fft

    n_frames, length = len(responses[0]), _FRAMES_PER_WINDOW * hop
    window = np.hanning(length + 1)[:-1] * 2 / _FRAMES_PER_WINDOW  # these add up to 1 at a hop of a quarter
    spectrum = 0
    for source, response in zip(sources, responses, strict=True):
        padded = np.pad(source, length // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop][:n_frames]
        spectrum = spectrum + fft.rfft(frames * window, _FRAMES_PER_FILTER * hop) * response
    pieces = fft.irfft(spectrum, _FRAMES_PER_FILTER * hop).reshape(n_frames, _FRAMES_PER_FILTER, hop)
    output = np.zeros((n_frames + _FRAMES_PER_FILTER, hop))
    for delay in range(_FRAMES_PER_FILTER):
        output[delay : delay + n_frames] += pieces[:, delay]
    return output.ravel()[length // 2 :]
