"""Audio fingerprinting: the recording and offset of noisy snippets, or "unknown" for snippets of other recordings."""

import numpy as np

from skaudio.datasets import make_sound_events
from skaudio.matching import RecordingMatcher

scenes = make_sound_events(12, random_state=0)
names = [f"scene {i}" for i in range(10)]  # the last two are not indexed
matcher = RecordingMatcher(sr=scenes.sr, random_state=0).fit(scenes.data[:10], names)

rng = np.random.default_rng(0)
for i in (2, 7, 10, 11):
    start = rng.uniform(0.0, scenes.data.shape[1] / scenes.sr - 1.5)
    snippet = scenes.data[i][int(start * scenes.sr) :][: int(1.5 * scenes.sr)]
    snippet = snippet + np.sqrt(np.mean(snippet**2)) * rng.standard_normal(len(snippet))  # noise of equal power
    best = matcher.match([snippet])[0][0]
    print(
        f"scene {i} from {start:.2f} s: {matcher.predict([snippet])[0]}"
        f" (most similar: {best.name} from {best.offset:.2f} s, similarity {best.similarity:.2f})"
    )
