"""What training does to frames, each change against what it says it does."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_wine

from skaudio._frames import Channels, with_channels
from skaudio._learning._augmentation import BY_KIND, Augmentation
from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier, GRUClassifier, SiameseMatcher
from skaudio.features import MFCC, MelSpectrogram, Spectrogram

MEAN, DEVIATION = np.full(6, -50.0, np.float32), np.full(6, 2.0, np.float32)


def change(augmentation, frames, lengths, targets=None, seed=0, **kind):
    targets = np.eye(len(frames), dtype=np.float32) if targets is None else targets
    rng = np.random.default_rng(seed)
    return augmentation(frames.copy(), np.array(lengths), targets, mean=MEAN, deviation=DEVIATION, rng=rng, **kind)


@pytest.fixture
def ramps():
    """Two clips of 20 and 12 frames whose values tell the frame and the channel: 100 t + c."""
    frames = (100.0 * np.arange(20)[:, np.newaxis] + np.arange(6)).astype(np.float32)
    batch = np.stack([frames, frames])
    batch[1, 12:] = MEAN
    return batch


def test_nothing_asked_for_changes_nothing(ramps):
    frames, lengths, targets = change(Augmentation(), ramps, [20, 12])
    assert_array_equal(frames, ramps)
    assert_array_equal(lengths, [20, 12])
    assert_array_equal(targets, np.eye(2))


def test_a_crop_is_a_part_of_the_clip(ramps):
    for seed in range(20):
        frames, lengths, _ = change(Augmentation(crop=0.5), ramps, [20, 12], seed=seed)
        for clip, length, before in zip(frames, lengths, (20, 12), strict=True):
            assert before // 2 <= length <= before
            times = clip[:length, 0] / 100
            assert_allclose(np.diff(times), 1, atol=1e-3)
            assert times[0] >= 0
            assert times[-1] <= before - 1
            assert_array_equal(clip[length:], np.tile(MEAN, (20 - length, 1)))


def test_padding_at_both_ends_is_not_cropped():
    clip = np.zeros((100, len(MEAN)), np.float32)
    clip[40:50, 0] = np.arange(1, 11)  # ten frames that sound, and one of the padding at each end
    starts = []
    for seed in range(50):
        frames, lengths, _ = change(Augmentation(crop=0.5), clip[np.newaxis], [100], seed=seed, one_length=True)
        assert 94 <= lengths[0] <= 100
        assert set(np.arange(1, 11)) <= set(frames[0, :, 0])
        starts.append(int(frames[0, :, 0].argmax()) - 9)
    assert min(starts) < 38
    assert max(starts) <= 40


def test_a_clip_of_equal_frames_is_cropped_by_less_than_one_frame():
    _, lengths, _ = change(Augmentation(crop=0.9), np.ones((1, 100, len(MEAN)), np.float32), [100], one_length=True)
    assert lengths[0] == 100


def test_only_networks_for_clips_of_one_length_leave_padding_out(monkeypatch):
    calls = []

    def record(self, frames, lengths, targets, **settings):
        calls.append(settings["one_length"])
        return frames, lengths, targets

    monkeypatch.setattr(Augmentation, "__call__", record)
    X, y = np.random.default_rng(0).standard_normal((6, 8, 8)).astype(np.float32), np.arange(6) % 2
    for network, one_length in ((CNNClassifier("plain", epochs=1), True), (CNNClassifier("lenet", epochs=1), False)):
        del calls[:]
        network.fit(X, y)
        assert set(calls) == {one_length}


def test_a_stretch_changes_the_tempo_by_no_more_than_asked_for(ramps):
    tempi = []
    for seed in range(40):
        frames, lengths, _ = change(Augmentation(stretch=0.25), ramps, [20, 12], seed=seed)
        tempi += [np.median(np.diff(frames[1, : lengths[1] - 1, 0])) / 100]
        assert (lengths <= 20).all()
    assert 0.79 < min(tempi) < 0.9
    assert 1.1 < max(tempi) < 1.26


def test_a_warp_stretches_and_shifts_the_channel_axis(ramps):
    stretches, shifts = [], []
    for seed in range(60):
        frames, _, _ = change(Augmentation(warp=0.2), ramps, [20, 12], seed=seed)
        where = frames[:, 5] - 500  # the channel that is read at each
        stretches += list((where[:, 4] - where[:, 2]) / 2)
        shifts += list(where[:, 2] - 2 * (where[:, 3] - where[:, 2]))
    assert 0.79 < min(stretches) < 0.9
    assert 1.1 < max(stretches) < 1.21
    assert max(np.abs(shifts)) < 0.1 * 6 + 0.01
    assert max(np.abs(shifts)) > 0.4


def test_equalization_is_a_smooth_gain_over_channels_and_constant_in_time(ramps):
    gains = []
    for seed in range(200):
        frames, _, _ = change(Augmentation(equalization=0.5), ramps, [20, 12], seed=seed)
        gain = frames - ramps
        assert_allclose(gain, gain[:, :1].repeat(20, axis=1), atol=1e-2)
        gains += list(gain[:, 0] / 2.0)  # in deviations
    waves = np.cos(np.pi * np.outer(np.arange(3), np.linspace(0, 1, 6)))
    gains = np.array(gains)
    found = gains @ np.linalg.pinv(waves)
    assert_allclose(found @ waves, gains, atol=1e-2)
    assert_allclose(found.std(axis=0), 0.5, atol=0.06)


def test_masks_are_mean_and_no_larger_than_asked_for(ramps):
    masked = 0
    for seed in range(20):
        frames, _, _ = change(Augmentation(time_masks=1, channel_masks=1, mask_size=0.5), ramps, [20, 12], seed=seed)
        changed = frames != ramps
        assert_array_equal(frames[changed], -50.0)
        for clip, length in zip(changed, (20, 12), strict=True):
            assert clip.all(axis=1).sum() <= length // 2
            assert clip[:length].all(axis=0).sum() <= 3
            masked += clip.any()
    assert masked > 30


def test_mixing_blends_a_clip_and_its_target_with_those_of_another(ramps):
    one, other = np.full((1, 4, 6), 1.0, np.float32), np.full((1, 4, 6), 3.0, np.float32)
    for seed in range(10):
        frames, _, targets = change(Augmentation(mixup=0.5), np.concatenate([one, other]), [4, 4], seed=seed)
        assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
        assert (np.diag(targets) >= 0.5).all()
        assert_allclose(frames[:, 0, 0], targets @ [1.0, 3.0], rtol=1e-5)


def test_targets_of_frames_go_where_the_frames_go(ramps):
    targets = (ramps[..., :1] / 1000).astype(np.float32)  # each frame's own time
    for seed in range(5):
        augmentation = Augmentation(crop=0.4, stretch=0.2, mixup=0.3)
        frames, lengths, moved = change(augmentation, ramps, [20, 20], targets, seed=seed)
        assert moved.shape == (2, 20, 1)
        assert_allclose(moved[0, : lengths[0], 0], frames[0, : lengths[0], 0] / 1000, atol=0.06)


FRAMES = np.random.default_rng(0).normal(size=(6, 12, 8)).astype(np.float32)
TARGETS = [0, 1, 0, 1, 0, 1]
TINY = {"architecture": "lenet", "filters": 4, "epochs": 1, "random_state": 0}


def of_kind(kind, **facts):
    return with_channels(FRAMES, Channels(tuple("abcdefgh"), kind=kind, **facts))


@pytest.mark.parametrize(
    ("X", "channels", "expected"),
    [
        (of_kind("bands", decibels=True), "auto", "bands"),
        (of_kind("bands"), "auto", "other"),
        (of_kind("cepstra"), "auto", "cepstra"),
        (of_kind("embedding"), "auto", "other"),
        (of_kind("waveform"), "auto", "other"),
        (of_kind("unknown"), "auto", "other"),
        (FRAMES, "auto", "other"),
        (FRAMES, "bands", "bands"),
        (of_kind("bands", decibels=True), "other", "other"),
    ],
)
def test_what_is_done_goes_by_what_channels_are(X, channels, expected):
    model = CNNClassifier(channels=channels, **TINY).fit(X, TARGETS)
    assert model._augmentation(FRAMES) == BY_KIND[expected]


def test_nothing_warps_what_is_no_spectrum():
    for kind in ("cepstra", "other"):
        assert BY_KIND[kind].warp == BY_KIND[kind].equalization == BY_KIND[kind].channel_masks == 0


def test_parameters_that_are_given_count():
    model = CNNClassifier(augmentation=None, mixup=0.3, **TINY).fit(FRAMES, TARGETS)
    assert model._augmentation(FRAMES) == Augmentation(mixup=0.3)
    model = CNNClassifier(frequency_warp=0.0, time_shift=0.4, **TINY).fit(of_kind("bands", decibels=True), TARGETS)
    assert model._augmentation(FRAMES) == replace(BY_KIND["bands"], warp=0.0, crop=0.4)
    assert CNNClassifier(augmentation=None, **TINY).fit(FRAMES, TARGETS)._augmentation(FRAMES) == Augmentation()


def test_the_keyword_network_masks_on_request_alone():
    bands = of_kind("bands", decibels=True)
    model = CNNClassifier(**{**TINY, "architecture": "keyword"}).fit(bands, TARGETS)
    assert model._augmentation(FRAMES) == replace(BY_KIND["bands"], time_masks=0, channel_masks=0)
    model = CNNClassifier(**{**TINY, "architecture": "keyword"}, spec_augment=True).fit(bands, TARGETS)
    assert model._augmentation(FRAMES) == BY_KIND["bands"]


def test_clips_with_several_labels_are_not_mixed_by_default():
    indicator = np.eye(2, dtype=int)[TARGETS]
    assert CNNClassifier(**TINY).fit(FRAMES, indicator)._augmentation(FRAMES) == replace(BY_KIND["other"], mixup=0.0)
    assert CNNClassifier(mixup=0.3, **TINY).fit(FRAMES, indicator)._augmentation(FRAMES).mixup == 0.3


def test_dense_layers_are_not_trained_on_what_moves_along_bands():
    X = of_kind("bands", decibels=True)
    assert SiameseMatcher("dense", epochs=1).fit(X, TARGETS)._augmentation(X) == BY_KIND["other"]
    assert SiameseMatcher("gru", epochs=1).fit(X, TARGETS)._augmentation(X) == BY_KIND["bands"]
    assert SiameseMatcher("dense", epochs=1, frequency_warp=0.1).fit(X, TARGETS)._augmentation(X).warp == 0.1


def test_derivatives_are_warped_as_what_they_are_of_and_have_no_gain(ramps):
    ramps = ramps[:1]
    both = np.concatenate([ramps, 3 * ramps], axis=2)
    facts = {"mean": np.tile(MEAN, 2), "deviation": np.tile(DEVIATION, 2), "rng": np.random.default_rng(0)}
    warped, *_ = Augmentation(warp=0.3, deltas=1)(both.copy(), np.array([20]), np.eye(1), **facts)
    assert not np.allclose(warped, both)
    assert_allclose(warped[..., 6:], 3 * warped[..., :6], rtol=1e-5)
    gained, *_ = Augmentation(equalization=0.5, deltas=1)(both.copy(), np.array([20]), np.eye(1), **facts)
    assert_array_equal(gained[..., 6:], both[..., 6:])
    assert not np.allclose(gained[..., :6], both[..., :6])


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(20, random_state=0)


class TestPlainArraysThatLookLikeBands:
    """Only `channels` can say so: a hint, and no guess."""

    def fit(self, frames, digits, **params):
        plain = [np.array(clip) for clip in frames]
        return CNNClassifier(**TINY, **params).fit(plain, digits.target)

    @pytest.mark.parametrize("front_end", [MelSpectrogram(sr=8000), MelSpectrogram(n_mels=20), Spectrogram(sr=8000)])
    def test_log_spectra_get_a_hint(self, digits, front_end):
        with pytest.warns(UserWarning, match="set channels='bands' for augmentation of spectra"):
            self.fit(front_end.fit_transform(digits.data), digits)

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("params", [{"channels": "other"}, {"channels": "bands"}, {"augmentation": None}])
    def test_not_who_has_said_it(self, digits, params):
        self.fit(MelSpectrogram(sr=8000).fit_transform(digits.data), digits, **params)
        CNNClassifier(**TINY).fit(MelSpectrogram(sr=8000).fit_transform(digits.data), digits.target)

    @pytest.mark.slow
    @pytest.mark.filterwarnings("error")
    def test_cepstra_noise_and_tables_do_not_look_like_bands(self, digits):
        self.fit(MFCC(sr=8000).fit_transform(digits.data), digits)
        self.fit(np.random.default_rng(0).normal(size=(20, 30, 40)), digits)
        CNNClassifier(**TINY).fit(np.random.default_rng(0).normal(size=(20, 9)), digits.target)


def digits_as(front_end):
    """A hundred digits to learn from and fifty to test, of the same speakers."""
    spoken = make_spoken_digits(150, random_state=0)
    return front_end.fit_transform(spoken.data), spoken.target, np.arange(150) >= 100


def embeddings():
    """Windows of an embedding: 64 channels in no order, ten classes, more noise than difference."""
    rng = np.random.default_rng(0)
    y = np.arange(150) % 10
    windows = rng.normal(0, 0.8, (10, 64))[y][:, np.newaxis] + rng.normal(0, 2.0, (150, 8, 64))
    return windows.astype(np.float32), y, np.arange(150) >= 100


def axes():
    """Six axes of a sensor: the pace and the loudness of steps differ from walk to walk, their ringing by class."""
    rng = np.random.default_rng(0)
    y, t = np.arange(90) % 2, np.arange(100) / 50
    walks = []
    for label in y:
        since_step = t % (1 / rng.uniform(1.6, 2.2))
        ringing = np.exp(-6 * since_step) * np.sin(2 * np.pi * (6.0 + 1.5 * label) * since_step)
        walks.append(rng.uniform(0.5, 2.0) * np.outer(ringing, rng.normal(1.0, 0.2, 6)))
    return np.stack(walks).astype(np.float32), y, np.arange(90) >= 60


def table():
    X, y = load_wine(return_X_y=True)
    return X, y, np.arange(len(y)) % 3 == 0


HOP = {"n_fft": 512, "hop_length": 256}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "load"),
    [
        (CNNClassifier("lenet", filters=8), partial(digits_as, MelSpectrogram(sr=8000, n_mels=32, **HOP))),
        (CNNClassifier("lenet", filters=8), partial(digits_as, MFCC(sr=8000, **HOP))),
        (CNNClassifier("lenet", filters=8), axes),
        (CNNClassifier("lenet"), table),
        (GRUClassifier(24, n_layers=1), embeddings),
        (SiameseMatcher("dense"), embeddings),
    ],
    ids=["bands", "cepstra", "axes", "table", "embeddings", "embeddings, compared"],
)
def test_no_default_is_worse_than_without_augmentation(model, load):
    """The bound of benchmarks/defaults.py, on small versions of its inputs."""
    frames, y, test = load()
    default, none = (
        clone(model).set_params(random_state=0, **params).fit(frames[~test], y[~test]).score(frames[test], y[test])
        for params in ({}, {"augmentation": None})
    )
    error = np.sqrt(max(default * (1 - default), none * (1 - none)) / test.sum())
    assert default >= none - error
