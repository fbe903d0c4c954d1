"""Audio fingerprinting by latents of an autoencoder, as in a tutorial, and by landmarks and spectral prints.

Chunks of the recordings are encoded by MFCC and an autoencoder; a snippet is matched to the recording whose latents
have the highest cosine similarity. This works without noise. In noise, latents change, whereas landmarks and prints are
robust.
"""

import numpy as np

from skaudio.datasets import make_sound_events
from skaudio.matching import RecordingMatcher

scenes = make_sound_events(10, duration=15.0, random_state=0)
names = [f"scene {i}" for i in range(8)]  # the last two are not indexed

rng = np.random.default_rng(0)
starts = rng.uniform(0.0, 12.0, len(scenes.data))
snippets = [y[int(start * scenes.sr) :][: 3 * scenes.sr] for y, start in zip(scenes.data, starts, strict=True)]
noisy = [y + np.sqrt(np.mean(y**2)) * rng.standard_normal(len(y)) for y in snippets]  # noise of equal power

for method in ("latent", "auto"):
    matcher = RecordingMatcher(sr=scenes.sr, method=method, random_state=0).fit(scenes.data[:8], names)
    for what, queries in (("clean", snippets), ("in noise", noisy)):
        best = [matches[0].name for matches in matcher.match(queries[:8], k=1)]
        right = sum(name == truth for name, truth in zip(best, names, strict=True))
        unknown = sum(matcher.predict(queries[8:]) == "unknown")
        print(f"{method:6} {what:8}: {right} of 8 snippets found; {unknown} of 2 others rejected")
