"""Finding the recording that a snippet is from: ESC-10 as recordings, 1.5 s of each as snippets, in white noise.

Run as ``python benchmarks/matching.py`` with ESC-10 at hand (see `skaudio.datasets`); three minutes. Snippets that are
silent are left out and counted. Snippets of other recordings: of a quarter of the recordings that are not taken in.
"""

import time

import numpy as np
from measure import Report

from skaudio.datasets import fetch_esc10
from skaudio.io import load
from skaudio.matching import RecordingMatcher

SR = 22050
SECONDS = 1.5
SILENCE = 1e-4  # root mean square
GOALS = {None: 1.0, 20: 0.99, 10: 0.98, 0: 0.94}


def snippets(waves, snr_db, seed=0):
    """Yield (number, where it starts in seconds, snippet) of each recording, and None where it would be silent."""
    rng = np.random.default_rng(seed)
    size = int(SECONDS * SR)
    for number, wave in enumerate(waves):
        start = int(rng.integers(len(wave) - size + 1))
        snippet, noise = wave[start : start + size], rng.standard_normal(size)
        level = np.sqrt(np.mean(snippet**2))
        if level < SILENCE:
            yield None
            continue
        if snr_db is not None:
            snippet = snippet + noise * level * 10 ** (-snr_db / 20)
        yield number, start / SR, snippet.astype(np.float32)


def known(report, waves):
    """Top-1 and offsets of snippets of the recordings."""
    start = time.perf_counter()
    matcher = RecordingMatcher(sr=SR, random_state=0).fit(waves)
    report.line(f"  {len(waves)} recordings taken in, and threshold found, in {time.perf_counter() - start:.0f} s")
    for snr_db, goal in GOALS.items():
        drawn = list(snippets(waves, snr_db))
        heard = [snippet for snippet in drawn if snippet is not None]
        start = time.perf_counter()
        best = [matches[0] for matches in matcher.match([snippet for _, _, snippet in heard], k=1)]
        seconds = (time.perf_counter() - start) / len(heard)
        right = [(match, where) for match, (number, where, _) in zip(best, heard, strict=True) if match.name == number]
        near = np.mean([abs(match.offset - where) <= 0.1 for match, where in right])
        noise = "no noise" if snr_db is None else f"noise at {snr_db} dB"
        report.line(f"  {noise}: {len(drawn) - len(heard)} silent snippets left out, {1e3 * seconds:.0f} ms a snippet")
        report.figure(f"Snippets whose recording is found, {noise}", len(right) / len(heard), goal)
        report.figure("Of these, offsets right within 0.1 s", near, 0.95)


def unknown(report, waves):
    """Snippets of recordings that are not there."""
    apart = np.arange(len(waves)) % 4 == 0
    matcher = RecordingMatcher(sr=SR, random_state=0).fit([waves[i] for i in np.flatnonzero(~apart)])
    heard = [snippet[2] for snippet in snippets([waves[i] for i in np.flatnonzero(apart)], None) if snippet is not None]
    wrong = np.sum(matcher.predict(heard) != "unknown")
    report.figure(f"Wrongly matched, of {len(heard)} snippets of other recordings", wrong, 2, at_most=True)
    heard = [snippet for snippet in snippets([waves[i] for i in np.flatnonzero(~apart)], 10) if snippet is not None]
    missed = np.mean(matcher.predict([snippet for _, _, snippet in heard]) == "unknown")
    report.line(f"  of snippets of the recordings, in noise at 10 dB, {missed:.3f} are said to be unknown")


if __name__ == "__main__":
    report = Report("matching")
    waves = [load(path, sr=SR)[0] for path in fetch_esc10().data]
    known(report, waves)
    unknown(report, waves)
    report.write()
