"""Tag recordings with the 521 classes of AudioSet by YAMNet, without training.

Run as ``python 24_audio_tagging.py FILES...``; without files, recordings of ESC-10 are tagged.
"""

import sys

from skaudio.datasets import fetch_esc10
from skaudio.pretrained import PretrainedEmbedding

files = sys.argv[1:] or list(fetch_esc10().data[::80])
tagger = PretrainedEmbedding("yamnet", output="scores").fit(files)
for file, tags in zip(files, tagger.tags(files, top=3), strict=True):
    print(f"{file}: {', '.join(f'{name} {score:.2f}' for name, score in tags)}")

# Scores of each window of the longest recording.
frames = tagger.set_params(pooling=None).transform(files)
longest = max(frames, key=len)
names = tagger.get_feature_names_out()
for i, scores in enumerate(longest[:6]):
    print(f"from {i * tagger.hop_seconds_:.2f} s: {names[scores.argmax()]}")
