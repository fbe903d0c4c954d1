"""Speed and memory of the front ends: relative to librosa, by number of threads, relative to decoding, and at import.

Run as ``python benchmarks/features.py``; some three minutes on two cores. All ratios are of interleaved timings in one
run.
"""

import os
import subprocess
import sys
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import librosa
import numpy as np
import soundfile
import soxr
from measure import Report, interleaved, one_by_one
from threadpoolctl import threadpool_limits

from skaudio.dsp._fft import SWITCH, fft_library
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram

SR = 22050
SETTINGS = {"sr": SR, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
N_CLIPS, SECONDS = 40, 5
CLIPS_PER_CALL = 8  # against librosa, whose results are dropped clip by clip


def clips(sr=SR):
    rng = np.random.default_rng(0)
    return [(0.1 * rng.standard_normal(sr * SECONDS)).astype(np.float32) for _ in range(N_CLIPS)]


def librosa_mfcc(y, deltas=0):
    mfcc = librosa.feature.mfcc(y=y, **SETTINGS, n_mfcc=20)
    return np.concatenate([mfcc, *(librosa.feature.delta(mfcc, order=order) for order in range(1, deltas + 1))])


def librosa_spectrum(y):
    return librosa.stft(y, n_fft=SETTINGS["n_fft"], hop_length=SETTINGS["hop_length"])


FRAMES = {name: SETTINGS[name] for name in ("sr", "n_fft", "hop_length")}
# Front end, the same by librosa, and the throughput to reach with SciPy's FFT and with Intel's.
AGAINST_LIBROSA = {
    "MFCC": (MFCC(**SETTINGS), librosa_mfcc, 5.0, 9.0),
    "MFCC with deltas=2": (MFCC(**SETTINGS, deltas=2), partial(librosa_mfcc, deltas=2), 6.0, 6.0),
    "log-mel": (
        MelSpectrogram(**SETTINGS),
        lambda y: librosa.power_to_db(librosa.feature.melspectrogram(y=y, **SETTINGS)),
        5.0,
        9.0,
    ),
    "STFT": (STFT(**FRAMES), librosa_spectrum, 3.0, 3.0),
    "Spectrogram": (
        Spectrogram(**FRAMES),
        lambda y: librosa.power_to_db(np.abs(librosa_spectrum(y)) ** 2),
        4.0,
        4.0,
    ),
}


def with_fft(library, front_end, batch):
    """Compute the frames of some clips at a time with one of the libraries of Fourier transforms."""
    os.environ[SWITCH] = library
    fft_library.cache_clear()
    one_by_one(front_end.transform, [batch[i : i + CLIPS_PER_CALL] for i in range(0, len(batch), CLIPS_PER_CALL)])


def against_librosa(report):
    batch, libraries = clips(), ["scipy", "mkl"] if find_spec("mkl_fft") else ["scipy"]
    with threadpool_limits(1):
        for name, (front_end, reference, *goals) in AGAINST_LIBROSA.items():
            ways = [partial(with_fft, library, front_end, batch) for library in libraries]
            theirs, *ours = interleaved(partial(one_by_one, reference, batch), *ways, repeats=9)
            for library, seconds, goal in zip(libraries, ours, goals, strict=False):
                milliseconds = 1e3 * seconds / N_CLIPS, 1e3 * theirs / N_CLIPS
                report.line("{}, ms a clip of {} s: {:.3f}, librosa {:.3f}".format(name, SECONDS, *milliseconds))
                report.figure(f"{name} by {library}, throughput, times librosa's", theirs / seconds, goal)
    if len(libraries) == 1:
        report.line("mkl_fft is not installed")
    os.environ.pop(SWITCH)
    fft_library.cache_clear()


def threads(report):
    def compare(what, batch):
        with threadpool_limits(1):
            one, two = interleaved(
                lambda: MFCC(**SETTINGS, n_jobs=1).transform(batch),
                lambda: MFCC(**SETTINGS, n_jobs=2).transform(batch),
                repeats=9,
            )
        report.figure(f"MFCC of {what}, throughput of two threads, times one's", one / two, 1.8)

    compare("arrays", clips() * 3)
    with tempfile.TemporaryDirectory() as folder:
        compare("OGG files", write_files(folder, "ogg", clips(44100), 44100))


def write_files(folder, suffix, waveforms, sr):
    paths = [Path(folder) / f"{i}.{suffix}" for i in range(len(waveforms))]
    for path, y in zip(paths, waveforms, strict=True):
        soundfile.write(path, y, sr)
    return paths


def over_decoding(report, suffix, goal):
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(folder, suffix, clips(44100), 44100)

        def bare():
            for path in paths:
                y, native = soundfile.read(path, dtype="float32")
                soxr.resample(y, native, SR)

        with threadpool_limits(1):
            ours, theirs = interleaved(lambda: MFCC(**SETTINGS).transform(paths), bare, repeats=9)
    report.line(f"{suffix.upper()}, ms a clip: MFCC {1e3 * ours / N_CLIPS:.2f}, bare {1e3 * theirs / N_CLIPS:.2f}")
    report.figure(f"MFCC from {suffix.upper()} files, times bare decoding", ours / theirs, goal, at_most=True)


def short_clips(report, n_clips=3000):
    """Report the time of many short files: of decoding alone, of computing alone, and through the cache."""
    rng, settings = np.random.default_rng(0), {"sr": 8000, "n_fft": 256, "hop_length": 80, "n_mels": 40}
    waveforms = [(0.1 * rng.standard_normal(rng.integers(2400, 4000))).astype(np.float32) for _ in range(n_clips)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as memory, threadpool_limits(1):
        paths, extract = write_files(folder, "wav", waveforms, 8000), MFCC(**settings).extractor()
        seconds = interleaved(
            partial(one_by_one, partial(soundfile.read, dtype="float32"), paths),
            partial(one_by_one, extract, waveforms),
            lambda: MFCC(**settings).transform(paths),
            lambda: MFCC(**settings, memory=memory).transform(paths),
            repeats=5,
        )
        stored = sum(file.stat().st_size for file in Path(memory).rglob("*") if file.is_file())
        output = sum(frames.nbytes for frames in MFCC(**settings).transform(paths))
    decoding, computing, ours, cached = (1e6 * t / n_clips for t in seconds)
    report.line(
        f"WAV files of 0.3 to 0.5 s, us a clip: decoding {decoding:.0f}, MFCC of arrays {computing:.0f}, both by MFCC "
        f"{ours:.0f}"
    )
    report.figure("Reading them from the cache, times faster", ours / cached, 5)
    report.line(f"Bytes a clip: frames {output / n_clips:.0f}, stored {stored / n_clips:.0f}")


def growth(report):
    """Report time and memory by the number of paths, each of another clip of 0.4 s, each in a process of its own."""
    code = """
import sys, time
from skaudio.features import MFCC
def peak():  # not getrusage: its peak counts what the parent process held when it forked
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
folder, n = sys.argv[1], int(sys.argv[2])
paths = [f"{folder}/{i % 1000}.wav" for i in range(n)]
front_end = MFCC(sr=8000, n_fft=256, hop_length=80, n_mels=40)
front_end.transform(paths[:1000])
before, start = peak(), time.perf_counter()
frames = front_end.transform(paths)
print(1e6 * (time.perf_counter() - start) / n, (peak() - before) / 1024, frames.nbytes / 2**20)
"""
    rng, each = np.random.default_rng(0), {}
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder, "wav", 0.1 * rng.standard_normal((1000, 3200)), 8000)
        for n in (1_000, 10_000, 100_000):
            command = [sys.executable, "-c", code, folder, str(n)]
            rounds = [list(map(float, subprocess.check_output(command).split())) for _ in range(3)]
            each[n], grown, output = min(rounds)
            report.line(
                f"{n:,} paths: {each[n]:.0f} us a clip, {grown - output:.0f} MB beyond the output of {output:.0f} MB"
            )
    report.figure("Time per clip of 100,000, times that of 1,000", each[100_000] / each[1_000], 1.1, at_most=True)


def import_time(report):
    """Report what the import of a front end takes after that of scikit-learn's base class, with bytecode cached."""
    code = (
        "import sys, time; {}; t = time.perf_counter(); {}; t = time.perf_counter() - t;"
        "assert 'tensorflow' not in sys.modules; print(t)"
    )
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def least(before, statement):
        command = [sys.executable, "-c", code.format(before, statement)]
        return min(float(subprocess.check_output(command, env=cached)) for _ in range(7))

    report.line(
        f"import sklearn.base, which an estimator cannot do without: {least('pass', 'import sklearn.base'):.3f} s"
    )
    seconds = least("import sklearn.base", "import skaudio; from skaudio.features import MFCC")
    report.figure("import skaudio; from skaudio.features import MFCC adds", seconds, 0.1, unit=" s", at_most=True)


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
    for suffix, goal in (("ogg", 1.12), ("mp3", 1.12), ("wav", 1.25)):
        over_decoding(report, suffix, goal)
    short_clips(report)
    growth(report)
    import_time(report)
    peak_memory(report)
    report.write()
