"""Memory for long recordings beyond that of the result: front ends, pretrained models and matching.

Run as ``python benchmarks/long_recordings.py [SRC_BEFORE]``; SRC_BEFORE is the folder ``src`` of another version to
compare with. Half an hour, and 1.5 GB of disk for the longest recording, which is deleted afterwards. Recordings are
16-bit WAV files at 8 kHz: hum and noise whose level changes each minute, with some loud calls. Each measurement runs in
a separate process: its peak resident size, minus that after a recording of one minute, minus the size of the result.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SR = 8000
HOURS = (1, 4, 24)
HOURS_BEFORE = 4  # maximum for another version, which may hold whole recordings in memory
BOUND_MB = 150.0  # blocks in process, regardless of the length


def write_recording(path, hours):
    """Write a recording by the minute."""
    import soundfile

    rng, t = np.random.default_rng(0), np.arange(60 * SR) / SR
    with soundfile.SoundFile(path, "w", SR, 1, subtype="PCM_16") as file:
        for minute in range(round(60 * hours)):
            y = rng.uniform(0.001, 0.1) * (rng.standard_normal(len(t)) + np.sin(2 * np.pi * (100 + minute % 50) * t))
            call = slice(10 * SR, 10 * SR + SR // 2)
            y[call] += rng.uniform(0.0, 0.5) * np.sin(2 * np.pi * rng.uniform(500, 3000) * t[call])
            file.write(y)


def mfcc(path):
    from skaudio.features import MFCC

    return MFCC(sr=SR).transform([path]).nbytes


def normalized(path):
    from skaudio.features import MFCC

    return MFCC(sr=SR, normalize="standard", deltas=2).transform([path]).nbytes


def mel(path):
    from skaudio.features import MelSpectrogram

    return MelSpectrogram(sr=SR).transform([path]).nbytes


def embedding(path):
    from skaudio.pretrained import PretrainedEmbedding

    matrix = np.random.default_rng(0).standard_normal((7680, 1024)).astype(np.float32)
    model = PretrainedEmbedding(lambda windows: windows @ matrix, sr=SR, window_seconds=0.96, hop_seconds=0.48)
    return model.fit([path]).transform([path]).nbytes


def matcher_fit(path):
    from skaudio.matching import RecordingMatcher

    return index_bytes(RecordingMatcher(sr=SR, random_state=0).fit([path]))


def flattened(nested):
    return [leaf for item in nested for leaf in (flattened(item) if isinstance(item, (list, tuple)) else [item])]


def index_bytes(matcher):
    index = matcher._index
    runs = vars(index._landmarks).values()  # one list of runs, or lists of them
    arrays = [array for array in flattened(list(runs)) if isinstance(array, np.ndarray)]
    landmarks = sum(array.nbytes for array in arrays)
    return landmarks + sum(frames.nbytes for frames in index._frames.values())


WORK = {
    "MFCC()": mfcc,
    'MFCC(normalize="standard", deltas=2)': normalized,
    "MelSpectrogram()": mel,
    "PretrainedEmbedding, 1024 outputs, mean": embedding,
    "RecordingMatcher.fit": matcher_fit,
}


def measure(name, minute, path):
    """Measure in this process."""
    WORK[name](minute)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    result = WORK[name](path) / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([max(0.0, peak - before - result), result, time.perf_counter() - start]))


def measured(name, minute, path, src):
    """Measure in a separate process; return None if it was killed."""
    environment = {**os.environ, "PYTHONPATH": src or os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, __file__, "--measure", name, minute, path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def main(before=None):
    from measure import Report

    report = Report("long_recordings")
    report.line("MB beyond the result (result; seconds), at 8 kHz")
    with tempfile.TemporaryDirectory() as folder:
        minute, path = str(Path(folder, "minute.wav")), str(Path(folder, "long.wav"))
        write_recording(minute, 1 / 60)
        for hours in HOURS:
            write_recording(path, hours)
            for name in WORK:
                row = []
                for label, src in (("before", before), ("now", None)):
                    if label == "before" and (src is None or hours > HOURS_BEFORE):
                        continue
                    figures = measured(name, minute, path, src)
                    row.append(
                        f"{label} killed"
                        if figures is None
                        else f"{label} {figures[0]:8.0f} ({figures[1]:.0f}; {figures[2]:.0f} s)"
                    )
                report.line(f"{hours:3d} h  {name:<40} " + "   ".join(row))
                if hours == HOURS[-1] and figures is not None:
                    report.figure(f"{name}, {hours} h", figures[0], BOUND_MB, unit=" MB", at_most=True)
    report.write()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
