"""Reconstruct waveforms from frames: exactly for Waveform and STFT, by the Griffin-Lim algorithm for other front ends.

A spectrogram has no phase: the samples of the reconstruction differ (relative error above 1), but its spectrum is
similar. The distance of the log-mel spectra shows how much detail a front end preserves: an MFCC describes the envelope
of the spectrum, not its fine structure.
"""

import numpy as np

from skaudio.datasets import make_spoken_digits
from skaudio.dsp import melspectrogram, power_to_db
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform

clip = make_spoken_digits(10, random_state=0).data[3]


def log_mel(y):
    return power_to_db(melspectrogram(y, sr=8000, n_fft=256, n_mels=40), top_db=60.0)


print(f"{'front end':<16}{'frames x channels':>18}{'error of the sound':>20}{'of its log-mel':>16}")
for front_end in [Waveform(sr=8000), STFT(sr=8000), Spectrogram(sr=8000), MelSpectrogram(sr=8000), MFCC(sr=8000)]:
    frames = front_end.fit_transform([clip])
    back = front_end.inverse_transform(frames, length=len(clip))[0]
    error = np.linalg.norm(back - clip) / np.linalg.norm(clip)
    distance = np.abs(log_mel(back) - log_mel(clip)).mean()
    print(f"{type(front_end).__name__:<16}{frames[0].shape!s:>18}{error:>20.6f}{distance:>13.2f} dB")
