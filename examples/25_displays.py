"""Plot waveforms, the frames of front ends, and detected events.

Displays are created by ``from_estimator`` or ``from_array`` and plot into any axes, with time in seconds and frequency
in Hz.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events, make_spoken_digits
from skaudio.events import EventDetector
from skaudio.features import MFCC, MelSpectrogram, Spectrogram, Waveform
from skaudio.inspection import EventsDisplay, SpectrogramDisplay, WaveformDisplay
from skaudio.pooling import StatPooling

digits = make_spoken_digits(20, random_state=0)
clip, sr = np.pad(digits.data[7], digits.sr // 5), digits.sr
clip = clip + np.random.default_rng(0).normal(0.0, 0.01, len(clip))  # a late word, over noise

_, axes = plt.subplots(2, 1, figsize=(7, 4), sharey=True, layout="constrained")
whole = WaveformDisplay.from_array(clip, sr=sr, ax=axes[0])
trimmed = WaveformDisplay.from_estimator(Waveform(sr=sr, trim_db=25), clip, ax=axes[1], color="C1")
axes[0].set(title="A digit", xlabel="")
axes[1].set(title="The same, trimmed by the front end")
axes[0].figure.savefig("25_waveform.png", dpi=80)
print(f"{len(whole.y) / sr:.2f} s of sound, {len(trimmed.y) / sr:.2f} s without silence")

front_ends = {
    "Spectrogram, windows of 32 ms": Spectrogram(sr=sr, n_fft=256, hop_length=64),
    "Spectrogram, windows of 128 ms": Spectrogram(sr=sr, n_fft=1024, hop_length=64),
    "MelSpectrogram": MelSpectrogram(sr=sr, n_fft=256, hop_length=64, n_mels=40),
    "MFCC": MFCC(sr=sr, n_fft=256, hop_length=64, n_mfcc=13, normalize="standard"),
}
figure, axes = plt.subplots(2, 2, figsize=(10, 6), layout="constrained")
for (name, front_end), ax in zip(front_ends.items(), axes.flat, strict=True):
    display = SpectrogramDisplay.from_estimator(front_end, clip, ax=ax)
    ax.set_title(name)
    print(f"{name}: {display.frames.shape[0]} frames of {display.frames.shape[1]} channels")
figure.savefig("25_front_ends.png", dpi=80)

scenes = make_sound_events(6, duration=20.0, classes=["trill", "chirp_up"], snr_db=(5.0, 20.0), random_state=0)
detector = EventDetector(
    make_pipeline(StatPooling(segments=3), StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)),
    front_end=MelSpectrogram(sr=scenes.sr, top_db=None),
    window_seconds=0.4,
    hop_seconds=0.05,
    threshold="tune",
    random_state=0,
)
detector.fit(scenes.data[:5], scenes.events[:5])
display = EventsDisplay.from_estimator(detector, scenes.data[5], events=scenes.events[5])
display.figure_.savefig("25_events.png", dpi=80)
print(f"{len(display.true)} calls, {len(display.found)} detections")
