"""Augmentation: what it costs beside what cannot be saved.

Run as ``python benchmarks/augment.py``; two minutes.
"""

import numpy as np
from measure import Report, interleaved

from skaudio.augment import VTLP, AddNoise, Gain, TimeShift
from skaudio.dsp import istft, stft

SR = 16000


def main(report):
    batch = np.random.default_rng(0).standard_normal((1000, SR)).astype(np.float32)
    other = batch[::-1].copy()
    cheap = {"TimeShift": TimeShift(), "AddNoise": AddNoise(), "Gain": Gain()}
    calls = [
        lambda augmenter=augmenter: augmenter.augment(batch, sr=SR, random_state=0) for augmenter in cheap.values()
    ]
    bare, *times = interleaved(lambda: batch + other, *calls, repeats=7)
    for name, seconds in zip(cheap, times, strict=True):
        report.figure(f"{name}, times a bare NumPy add over the batch", seconds / bare, 3.0, at_most=True)

    def there_and_back():
        for y in batch:
            istft(stft(y, n_fft=512), n_fft=512, length=SR)

    bare, seconds = interleaved(there_and_back, lambda: VTLP().augment(batch, sr=SR, random_state=0), repeats=3)
    report.figure("VTLP, times the STFT and its inverse", seconds / bare, 4.0, at_most=True)


if __name__ == "__main__":
    report = Report("augment")
    main(report)
    report.write()
