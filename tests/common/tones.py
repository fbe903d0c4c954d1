"""Clips whose class is told by a tone at a known time and frequency, and by nothing else."""

import numpy as np

SR = 8000
SECONDS = 2.0
STEP = 0.064  # seconds: what a step of the residual network sees four frames as
TIMES = (0.8, 1.3)  # of the tone
AROUND = (0.8 - STEP, 1.3 + STEP)
BAND = (700.0, 1400.0)  # the tone is at 850 to 1180 Hz


def clips(n, seed):
    """Give n clips of noise and five tones below 550 or above 1900 Hz at any time; each second has the tone, too."""
    rng, t = np.random.default_rng(seed), np.arange(int(SECONDS * SR)) / SR

    def tone(frequency, start, stop):
        shape = np.clip(np.minimum(t - start, stop - t) / 0.01, 0, 1)
        return 0.2 * rng.uniform(0.7, 1) * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6)) * shape

    X, y = np.empty((n, len(t)), np.float32), np.arange(n) % 2
    for i in range(n):
        x = 1e-3 * rng.standard_normal(len(t))
        if y[i]:
            x += tone(rng.uniform(850, 1180), *TIMES)
        for _ in range(5):
            start = rng.uniform(0, 1.8)
            frequency = rng.choice([rng.uniform(150, 550), rng.uniform(1900, 3600)])
            x += tone(frequency, start, start + rng.uniform(0.1, 0.3))
        X[i] = x
    return X, np.array(["no", "tone"])[y]
