"""Snippets and the recordings they are from."""

import subprocess
import sys

import joblib
import numpy as np
import pytest
import soundfile as sf
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skaudio.io import AudioError
from skaudio.matching import Match, RecordingMatcher

SR = 16000
SECONDS = 4.0


def make_recording(seed, seconds=SECONDS):
    """Tones that come and go, like a tune that nobody else plays."""
    rng = np.random.default_rng(seed)
    y = 0.01 * rng.standard_normal(int(seconds * SR))
    for _ in range(int(8 * seconds)):
        start, size = rng.integers(len(y) - SR // 4), rng.integers(SR // 16, SR // 4)
        t = np.arange(size) / SR
        tone = np.sin(2 * np.pi * rng.uniform(200, 5000) * t * (1 + rng.uniform(-0.2, 0.2) * t)) * np.hanning(size)
        y[start : start + size] += rng.uniform(0.1, 0.5) * tone
    return (y / np.abs(y).max()).astype(np.float32)


@pytest.fixture(scope="module")
def recordings():
    return [make_recording(seed) for seed in range(12)]


@pytest.fixture(scope="module")
def by_method(recordings):
    return {
        method: RecordingMatcher(sr=SR, method=method, random_state=0).fit(recordings, [f"tune {i}" for i in range(12)])
        for method in ("auto", "align", "landmark")
    }


@pytest.fixture(scope="module")
def matcher(by_method):
    return by_method["auto"]


def part(y, start, seconds=1.5):
    return y[int(start * SR) :][: int(seconds * SR)]


def with_noise(y, snr_db, seed=0):
    rng = np.random.default_rng([seed, 1])  # not the noise of a recording, which would be found
    noise = rng.standard_normal(len(y)) * np.sqrt(np.mean(y**2))
    return (y + noise * 10 ** (-snr_db / 20)).astype(np.float32)


@pytest.mark.parametrize("method", ["auto", "align", "landmark"])
@pytest.mark.parametrize("snr_db", [40, 10, 0])
def test_a_snippet_is_found_where_it_is(recordings, by_method, method, snr_db):
    starts = np.linspace(0.1, 2.4, 12)
    snippets = [
        with_noise(part(y, start), snr_db, seed) for seed, (y, start) in enumerate(zip(recordings, starts, strict=True))
    ]
    best = [matches[0] for matches in by_method[method].match(snippets)]
    right = [match.name == f"tune {i}" for i, match in enumerate(best)]
    assert sum(right) >= (11 if method == "landmark" else 12)  # peaks alone are the first to drown
    assert np.abs([match.offset for match in best] - starts)[right].max() < 0.05
    assert all(isinstance(match, Match) for match in best)


@pytest.mark.slow
def test_latents_find_what_sounds_alike(recordings):
    model = RecordingMatcher(sr=SR, method="latent", random_state=0).fit(recordings[:11], list("abcdefghijk"))
    starts = np.linspace(0.1, 2.4, 11)
    snippets = [part(y, start) for y, start in zip(recordings, starts, strict=False)]
    best = [matches[0] for matches in model.match(snippets, k=1)]
    assert [match.name for match in best] == list("abcdefghijk")
    assert np.abs([match.offset for match in best] - starts).max() < 0.1
    model.add(recordings[11:], ["l"])
    assert model.match([part(recordings[11], 1.0, seconds=0.5)], k=1)[0][0].name == "l"  # less than a chunk
    model.remove(["l", "a"])
    assert model.match([part(recordings[11], 1.0)], k=1)[0][0].name not in {"l", "a"}
    again = RecordingMatcher(sr=SR, method="latent", random_state=0).fit(recordings[:11], list("abcdefghijk"))
    assert_array_equal(again.thresholds_, model.thresholds_)
    hidden = [with_noise(snippet, 0, seed) for seed, snippet in enumerate(snippets)]
    found = [matches[0].name for matches in again.match(hidden, k=1)]
    assert np.mean(np.array(found) == list("abcdefghijk")) < 0.8  # which is why the other methods exist


def test_matches_are_ranked_and_each_recording_is_there_once(recordings, matcher):
    matches = matcher.match([part(recordings[3], 1.0)], k=5)[0]
    assert matches[0].name == "tune 3"
    assert len({match.name for match in matches}) == len(matches) == 5
    assert [match.similarity for match in matches] == sorted((match.similarity for match in matches), reverse=True)
    assert matches[0].similarity > 2 * matches[1].similarity


def test_level_and_sampling_rate_do_not_matter(recordings, matcher):
    from soxr import resample

    snippet = part(recordings[5], 1.2)
    slow = resample(snippet, SR, 11025)
    found = [matches[0] for matches in matcher.match([0.01 * snippet, 3.0 * snippet], k=1)]
    found += [matcher.match([(slow, 11025)], k=1)[0][0]]
    assert [match.name for match in found] == ["tune 5"] * 3
    assert [match.offset for match in found] == pytest.approx([1.2] * 3, abs=0.05)


@pytest.mark.slow
def test_what_is_from_none_of_them_is_unknown(recordings, matcher):
    others = [part(make_recording(seed), 1.0) for seed in range(100, 150)]
    own = [with_noise(part(y, 1.0), 10) for y in recordings]
    assert np.mean(matcher.predict(others) == "unknown") >= 0.96
    assert_array_equal(matcher.predict(own), [f"tune {i}" for i in range(12)])
    assert (matcher.decision_function(own) > 0).all()
    assert_array_equal(matcher.decision_function(others) < 0, matcher.predict(others) == "unknown")
    nobody = clone(matcher).set_params(unknown_label=None).fit(recordings)
    assert nobody.predict([others[0]])[0] is None


@pytest.mark.slow
def test_a_stricter_rate_is_a_higher_threshold(recordings):
    loose, strict = (
        RecordingMatcher(sr=SR, false_match_rate=rate, random_state=0).fit(recordings).thresholds_
        for rate in (0.2, 0.001)
    )
    assert (loose < strict).all()


@pytest.mark.slow
def test_recordings_come_and_go(recordings):
    model = RecordingMatcher(sr=SR, random_state=0).fit(recordings[:6], list("abcdef"))
    thresholds = model.thresholds_.copy()
    snippet = part(recordings[8], 1.0)
    assert model.predict([snippet])[0] == "unknown"
    model.add(recordings[6:], list("ghijkl"))
    assert model.predict([snippet])[0] == "i"
    assert_array_equal(model.thresholds_, thresholds)
    model.remove(["i", "a"])
    assert model.predict([snippet])[0] == "unknown"
    assert model.names_ == list("bcdefghjkl")
    assert model.predict([part(recordings[9], 1.0)])[0] == "j"


@pytest.mark.slow
def test_takes_of_one_name(recordings):
    model = RecordingMatcher(sr=SR, random_state=0).fit(recordings[:4], ["x", "x", "y", "z"])
    assert_array_equal(model.predict([part(recordings[0], 1.0), part(recordings[1], 1.0)]), ["x", "x"])
    assert model.remove(["x"]).names_ == ["y", "z"]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["auto", "landmark"])
def test_many_recordings_are_not_looked_through(recordings, method):
    model = RecordingMatcher(sr=SR, method=method, exhaustive_hours=0, random_state=0).fit(recordings)
    snippets = [with_noise(part(y, 1.3), 10) for y in recordings]
    best = [matches[0] for matches in model.match(snippets)]
    right = [match.name == i for i, match in enumerate(best)]
    assert sum(right) >= 11
    assert np.abs(np.array([match.offset for match in best]) - 1.3)[right].max() < 0.05


@pytest.mark.slow
def test_a_long_recording_is_as_good_as_a_short_one():
    long = make_recording(0, seconds=40.0)
    model = RecordingMatcher(sr=SR, random_state=0).fit([long, make_recording(1)], ["long", "short"])
    for start in (0.0, 8.1, 16.3, 33.3, 38.4):  # blocks begin every 8.192 s
        best = model.match([with_noise(part(long, start), 10)], k=1)[0][0]
        assert best.name == "long"
        assert best.offset == pytest.approx(start, abs=0.05)


@pytest.mark.slow
def test_names_of_files(tmp_path, recordings):
    import soundfile

    paths = [tmp_path / f"take{i}.wav" for i in range(3)]
    for path, y in zip(paths, recordings, strict=False):
        soundfile.write(path, y, SR)
    model = RecordingMatcher(sr=SR, random_state=0).fit(paths)
    assert model.names_ == ["take0", "take1", "take2"]
    assert model.predict([str(paths[1])])[0] == "take1"
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"Recording 1: .*broken\.wav"):
        RecordingMatcher(sr=SR).fit([paths[0], tmp_path / "broken.wav"])
    with pytest.raises(AudioError, match=r"Snippet 0: .*broken\.wav"):
        model.predict([tmp_path / "broken.wav"])
    with pytest.raises(AudioError, match=r"Recording 1: .*broken\.wav"):
        model.add([recordings[5], tmp_path / "broken.wav"], ["new", "broken"])
    assert model.names_ == ["take0", "take1", "take2"]  # none of the two


@pytest.mark.slow
def test_equal_seeds_give_equal_thresholds(recordings):
    first, second = (RecordingMatcher(sr=SR, random_state=3).fit(recordings).thresholds_ for _ in range(2))
    assert_array_equal(first, second)


@pytest.mark.slow
def test_a_new_process_finds_the_same(tmp_path, recordings, matcher):
    joblib.dump(matcher, tmp_path / "matcher.joblib")
    np.save(tmp_path / "snippet.npy", part(recordings[7], 0.7))
    code = (
        "import joblib, numpy as np; "
        f"matcher = joblib.load({str(tmp_path / 'matcher.joblib')!r}, mmap_mode='r'); "
        f"print(repr(matcher.match([np.load({str(tmp_path / 'snippet.npy')!r})], k=3)[0]))"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == repr(matcher.match([part(recordings[7], 0.7)], k=3)[0])
    loaded = joblib.load(tmp_path / "matcher.joblib", mmap_mode="r")
    loaded.add([make_recording(50)], ["new"]).remove(["tune 0"])
    assert loaded.predict([part(make_recording(50), 1.0)])[0] == "new"


@pytest.mark.slow
def test_a_recording_that_is_there_twice_is_still_known(recordings):
    names = [*range(12), "copy"]
    model = RecordingMatcher(sr=SR, random_state=0).fit([*recordings, recordings[3]], list(map(str, names)))
    assert model.predict([part(recordings[3], 1.1)])[0] in {"3", "copy"}


def test_silence_is_from_nowhere(matcher):
    assert matcher.predict([np.zeros(SR, np.float32)])[0] == "unknown"


def test_a_single_recording():
    y = make_recording(0)
    model = RecordingMatcher(sr=SR, random_state=0).fit([y], ["only"])
    assert_array_equal(model.predict([part(y, 1.0), part(make_recording(1), 1.0)]), ["only", "unknown"])


def test_nothing_to_ask_before_a_fit(recordings):
    with pytest.raises(NotFittedError):
        RecordingMatcher(sr=SR).predict(recordings)


def test_what_cannot_be_asked(recordings, matcher):
    with pytest.raises(
        ValueError, match=r"Snippet 0 of 40\.00 s is longer than every recording; the longest has 4\.00"
    ):
        matcher.predict([make_recording(0, seconds=40.0)])
    with pytest.raises(ValueError, match="The name 'tune 2' already exists"):
        matcher.add(recordings[:1], ["tune 2"])
    with pytest.raises(ValueError, match="No recording is named 'tune 99'"):
        matcher.remove(["tune 99"])
    with pytest.raises(ValueError, match="y has 2 names; expected 12"):
        RecordingMatcher(sr=SR).fit(recordings, ["a", "b"])
    with pytest.raises(ValueError, match="k=0"):
        matcher.match(recordings[:1], k=0)
    empty = RecordingMatcher(sr=SR, random_state=0).fit(recordings[:1], ["a"]).remove(["a"])
    with pytest.raises(ValueError, match="All recordings have been removed"):
        empty.predict(recordings[:1])


@pytest.mark.slow
def test_files_of_one_name_in_several_folders_need_names(recordings, tmp_path):
    paths = []
    for site, y in zip(("site1", "site2"), recordings, strict=False):
        (tmp_path / site).mkdir()
        paths.append(str(tmp_path / site / "20240601_050000.wav"))
        sf.write(paths[-1], y, SR)
    matcher = RecordingMatcher(sr=SR, method="landmark", random_state=0)
    with pytest.raises(ValueError, match=r"recordings are named '20240601_050000': '.*site1.*' and '.*site2.*'\. Pass"):
        matcher.fit(paths)
    assert matcher.fit(paths, ["one", "two"]).predict([part(recordings[1], 1.0)]).tolist() == ["two"]
    assert matcher.fit(paths, ["takes", "takes"]).names_ == ["takes", "takes"]
    assert matcher.fit(paths[:1]).names_ == ["20240601_050000"]
