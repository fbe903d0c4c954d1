"""Speed and memory of the front ends: relative to librosa, by number of threads, relative to decoding, and at import.

Run as ``python benchmarks/features.py``; some two minutes on two cores. All ratios are of interleaved timings in one
run.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import librosa
import numpy as np
import soundfile
import soxr
from measure import Report, interleaved
from threadpoolctl import threadpool_limits

from skaudio.features import MFCC, MelSpectrogram

SR = 22050
SETTINGS = {"sr": SR, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
N_CLIPS, SECONDS = 40, 5


def clips(sr=SR):
    rng = np.random.default_rng(0)
    return [(0.1 * rng.standard_normal(sr * SECONDS)).astype(np.float32) for _ in range(N_CLIPS)]


def against_librosa(report):
    batch = clips()

    def librosa_mfcc():
        return [librosa.feature.mfcc(y=y, **SETTINGS, n_mfcc=20) for y in batch]

    def librosa_log_mel():
        return [librosa.power_to_db(librosa.feature.melspectrogram(y=y, **SETTINGS)) for y in batch]

    with threadpool_limits(1):
        ours, theirs = interleaved(lambda: MFCC(**SETTINGS).transform(batch), librosa_mfcc, repeats=9)
        report.line(f"MFCC, ms a clip of {SECONDS} s: {1e3 * ours / N_CLIPS:.3f}, librosa {1e3 * theirs / N_CLIPS:.3f}")
        report.figure("MFCC throughput, times librosa's", theirs / ours, 4.0)
        ours, theirs = interleaved(lambda: MelSpectrogram(**SETTINGS).transform(batch), librosa_log_mel, repeats=9)
        report.figure("log-mel throughput, times librosa's", theirs / ours, 4.0)


def threads(report):
    batch = clips() * 3
    with threadpool_limits(1):
        one, two = interleaved(
            lambda: MFCC(**SETTINGS, n_jobs=1).transform(batch),
            lambda: MFCC(**SETTINGS, n_jobs=2).transform(batch),
            repeats=9,
        )
    report.figure("MFCC throughput of two threads, times one's", one / two, 1.7)


def over_decoding(report, suffix):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.{suffix}" for i in range(N_CLIPS)]
        for path, y in zip(paths, clips(44100), strict=True):
            soundfile.write(path, y, 44100)

        def bare():
            for path in paths:
                y, native = soundfile.read(path, dtype="float32")
                soxr.resample(y, native, SR)

        with threadpool_limits(1):
            ours, theirs = interleaved(lambda: MFCC(**SETTINGS).transform(paths), bare, repeats=9)
    report.line(f"{suffix.upper()}, ms a clip: MFCC {1e3 * ours / N_CLIPS:.2f}, bare {1e3 * theirs / N_CLIPS:.2f}")
    report.figure(f"MFCC from {suffix.upper()} files, times bare decoding", ours / theirs, 1.35, at_most=True)


def import_time(report):
    code = (
        "import sys, time; t = time.perf_counter(); {}; t = time.perf_counter() - t;"
        "assert 'tensorflow' not in sys.modules; print(t)"
    )

    def least(statement):
        return min(float(subprocess.check_output([sys.executable, "-c", code.format(statement)])) for _ in range(7))

    base = least("import sklearn.base")
    report.line(f"import sklearn.base, which an estimator cannot do without: {base:.3f} s")
    seconds = least("import skaudio; from skaudio.features import MFCC")
    report.figure("import skaudio; from skaudio.features import MFCC", seconds, 0.4, unit=" s", at_most=True)


def peak_memory(report):
    """Report the peak memory for 10,000 files of one second, in a separate process that only imported before."""
    code = """
import tempfile
import numpy as np, soundfile
from skaudio.features import MelSpectrogram
def peak():  # not getrusage: its peak counts what the parent process held when it forked
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
with tempfile.TemporaryDirectory() as folder:
    rng = np.random.default_rng(0)
    paths = [f"{folder}/{i}.wav" for i in range(100)]
    for path in paths:
        soundfile.write(path, 0.1 * rng.standard_normal(22050), 22050)
    before = peak()
    frames = MelSpectrogram(n_jobs=2).transform(paths * 100)
    after = peak()
    print((after - before) / 1024, frames.nbytes / 2**20, after / 1024)
"""
    grown, output, total = map(float, subprocess.check_output([sys.executable, "-c", code]).split())
    report.line(f"10,000 clips, n_jobs=2: output {output:.0f} MB, process grown by {grown:.0f} MB to {total:.0f} MB")
    report.figure("Memory that extraction takes beyond its output", grown - output, 200, unit=" MB", at_most=True)


if __name__ == "__main__":
    report = Report("features")
    against_librosa(report)
    threads(report)
    over_decoding(report, "ogg")
    over_decoding(report, "wav")
    import_time(report)
    peak_memory(report)
    report.write()
