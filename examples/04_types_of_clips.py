"""Types of clips that a front end accepts: paths, file objects, arrays, ``(y, sr)`` pairs and records of datasets."""

import io
from pathlib import Path

import numpy as np
import soundfile

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC

y = make_spoken_digits(10, random_state=0).data[3]
soundfile.write("clip.wav", y, 8000, subtype="FLOAT")
batches = {
    "path": ["clip.wav"],
    "pathlib.Path": [Path("clip.wav")],
    "open file": [io.BytesIO(Path("clip.wav").read_bytes())],
    "array, at sr already": [y],
    "(samples, rate)": [(y, 8000)],
    "16-bit integers": [(np.round(y * 32767).astype(np.int16), 8000)],
    "record with samples": [{"array": y, "sampling_rate": 8000}],
    "record with bytes": [{"bytes": Path("clip.wav").read_bytes(), "path": None}],
}
front_end = MFCC(sr=8000)
reference = front_end.fit_transform([y])
for kind, batch in batches.items():
    frames = front_end.transform(batch)
    print(f"{kind:<24}{frames.shape!s:>14}  largest difference {np.abs(frames - reference).max():.4f}")
