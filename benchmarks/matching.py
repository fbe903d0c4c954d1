"""Audio fingerprinting: the 400 recordings of ESC-10, and snippets of 1.5 s of each in white noise.

Run as ``python benchmarks/matching.py`` with ESC-10 available (see `skaudio.datasets`); ten minutes, and 8 GB of memory
for the last part. Silent snippets are excluded, and counted. Unknown snippets are those of a quarter of the recordings,
which are not indexed; the threshold depends only on the index, but its rule was chosen on results for such snippets.
The large index consists of two hours of generated scenes, and 49 copies of them whose prints and landmarks are shifted
along frequency, by a different amount each.
"""

import time

import numpy as np
from measure import Report

from skaudio.datasets import fetch_esc10, make_sound_events
from skaudio.io import load
from skaudio.matching import RecordingMatcher
from skaudio.matching._print_index import PrintIndex
from skaudio.matching._prints import Prints
from skaudio.matching._recording import Recording

SR = 22050
SECONDS = 1.5
SILENCE = 1e-4  # root mean square
METHODS = ("landmark", "align", "latent")  # beside "auto"
GOALS = {None: 1.0, 20: 0.99, 10: 0.98, 0: 0.94}


def snippets(waves, snr_db, seed=0):
    """Yield (number, offset in seconds, snippet) of each recording; None instead of a silent snippet."""
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
    """Report the top-1 accuracy and the offset errors for snippets of indexed recordings."""
    others = {method: RecordingMatcher(sr=SR, method=method, random_state=0).fit(waves) for method in METHODS}
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
        for method, other in others.items():
            named = [matches[0].name if matches else None for matches in other.match([y for _, _, y in heard], k=1)]
            right = np.mean([name == number for name, (number, _, _) in zip(named, heard, strict=True)])
            report.line(f"  method={method!r}: {right:.3f}")


def unknown(report, waves):
    """Report how many snippets of other recordings, and of indexed ones, are rejected."""
    apart = np.arange(len(waves)) % 4 == 0
    matcher = RecordingMatcher(sr=SR, random_state=0).fit([waves[i] for i in np.flatnonzero(~apart)])
    heard = [snippet[2] for snippet in snippets([waves[i] for i in np.flatnonzero(apart)], None) if snippet is not None]
    wrong = np.sum(matcher.predict(heard) != "unknown")
    report.figure(f"Wrongly matched, of {len(heard)} snippets of other recordings", wrong, 2, at_most=True)
    heard = [snippet for snippet in snippets([waves[i] for i in np.flatnonzero(~apart)], 10) if snippet is not None]
    missed = np.mean(matcher.predict([snippet for _, _, snippet in heard]) == "unknown")
    report.line(f"  of snippets of the recordings, in noise at 10 dB, {missed:.3f} are said to be unknown")


def large(report):
    """Report the time to match a snippet with a hundred hours."""
    scenes = make_sound_events(120, random_state=0)  # of a minute each
    index = PrintIndex(scenes.sr, "auto", exhaustive_hours=1.0)
    prints = [index.describe(Recording(y, scenes.sr)) for y in scenes.data]
    index.add((i, [one]) for i, one in enumerate(prints))
    hours, seconds = [], []
    rng = np.random.default_rng(0)
    heard = []
    for number, start in zip(rng.integers(120, size=40), rng.uniform(0, 58, size=40), strict=True):
        y = scenes.data[number][int(start * scenes.sr) :][: int(SECONDS * scenes.sr)]
        noise = rng.standard_normal(len(y)) * np.sqrt(np.mean(y**2)) * 10 ** (-10 / 20)
        heard.append((number, (y + noise).astype(np.float32)))
    for copy in range(50):
        shift = 8 * copy
        index.add(
            (120 * copy + i, [Prints(codes + np.uint32(shift << 16), times, np.roll(frames, shift, axis=1))])
            for i, (codes, times, frames) in enumerate(prints if copy else ())
        )
        if copy in {0, 4, 49}:
            taken, found = [], 0
            for number, snippet in heard:
                start = time.perf_counter()
                places = index.ranked(index.describe(Recording(snippet, scenes.sr)))
                taken.append(time.perf_counter() - start)
                found += bool(places) and places[0][0] == number
            hours.append(2 * (copy + 1))
            seconds.append(float(np.median(taken)))
            report.line(f"  {hours[-1]} hours: {1e3 * seconds[-1]:.0f} ms a snippet, {found} of {len(heard)} found")
    memory = sum(p.codes.nbytes + 2 * p.times.nbytes + p.frames.nbytes for p in prints) / 2**20 / hours[0]
    report.line(f"  {memory:.0f} MB an hour")
    report.figure("Seconds a snippet takes among 100 hours of recordings", seconds[-1], 0.2, unit=" s", at_most=True)
    report.figure("the same, times that among 10 hours", seconds[-1] / seconds[-2], 10.0, at_most=True)


if __name__ == "__main__":
    report = Report("matching")
    waves = [load(path, sr=SR)[0] for path in fetch_esc10().data]
    known(report, waves)
    unknown(report, waves)
    large(report)
    report.write()
