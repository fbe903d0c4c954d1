"""Clips made a little louder are named as before: no scaler brings rounding to unit variance."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling

SR = 8000
LOUDER = np.float32(1.001)


def make_clips(n, seed):
    """Make decaying harmonic tones of three pitches, of different lengths and levels, in noise."""
    rng, t = np.random.default_rng(seed), np.arange(3200) / SR
    clips, pitches = [], np.arange(n) % 3
    for pitch in pitches:
        frequency = [200, 330, 480][pitch] * rng.uniform(0.9, 1.1)
        tone = sum(
            rng.uniform(0.2, 1) / k * np.sin(2 * np.pi * frequency * k * t + rng.uniform(0, 6)) for k in range(1, 6)
        )
        clip = (rng.uniform(0.02, 0.3) * tone * np.exp(-t * rng.uniform(2, 9)))[: 3200 - rng.integers(800)]
        clips.append((clip + rng.uniform(1e-4, 3e-2) * rng.standard_normal(len(clip))).astype(np.float32))
    return clips, pitches


FRONT_ENDS = [
    kind(sr=SR, normalize=how) for kind in (MFCC, MelSpectrogram, Spectrogram) for how in (None, "mean", "standard")
]
FRONT_ENDS += [MFCC(sr=SR, normalize="standard", deltas=2), STFT(sr=SR), Waveform(sr=SR)]
POOLING = {
    "statistics": StatPooling(),
    "more statistics": StatPooling(stats=("mean", "std", "skew", "kurtosis", "slope", "median", "iqr")),
    "segments": StatPooling(segments=3, segment_stats=("mean", "std")),
    "a stacked frame": make_pipeline(FrameStacker(n_before=0, n_after=0), StatPooling()),
    "a mixture": MixturePooling(n_components=4, random_state=0),
    "deviations from a mean": MixturePooling(n_components=1, output="first_order", random_state=0),
    "frames": FramePadder(n_frames=4, flatten=True),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda front_end: f"{front_end!r:.60}")
def test_clips_a_thousandth_louder_are_named_the_same(front_end):
    (known, pitches), (clips, _) = make_clips(60, seed=0), make_clips(100, seed=1)
    batches = [front_end.transform(some) for some in (known, clips, [LOUDER * clip for clip in clips])]
    for way, pooling in POOLING.items():
        if way == "frames" and isinstance(front_end, Waveform):
            continue
        scaled = make_pipeline(clone(pooling), StandardScaler()).fit(batches[0])
        train, quiet, loud = map(scaled.transform, batches)
        # Much less than the deviation of the column, whatever is left of the change.
        assert np.abs(loud - quiet).max() < 0.1, way
        for model in (LogisticRegression(max_iter=200), SVC()):
            model.fit(train, pitches)
            np.testing.assert_array_equal(model.predict(loud), model.predict(quiet), err_msg=way)
