"""What librosa does not do, or does differently: batches, short clips, silence, errors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skaudio import dsp


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_batch_equals_its_clips(rng):
    batch = rng.standard_normal((2, 3, 3000)) * np.array([1e-4, 1.0, 100.0])[:, np.newaxis]
    mel = dsp.melspectrogram(batch, sr=8000, n_fft=512, n_mels=20)
    decibels = dsp.power_to_db(mel, top_db=30.0)
    assert decibels.shape == (2, 3, 24, 20)
    for i, j in np.ndindex(2, 3):
        alone = dsp.power_to_db(dsp.melspectrogram(batch[i, j], sr=8000, n_fft=512, n_mels=20), top_db=30.0)
        assert_array_equal(decibels[i, j], alone)


@pytest.mark.parametrize("center", [True, False])
def test_a_clip_shorter_than_a_frame_is_padded_with_zeros(center):
    y = np.ones(10, np.float32)
    padded = np.concatenate([y, np.zeros(502)])
    assert_array_equal(dsp.stft(y, n_fft=512, center=center)[0], dsp.stft(padded, n_fft=512, center=center)[0])


def test_silence_is_finite():
    mel = dsp.melspectrogram(np.zeros(4000), sr=8000, n_fft=256, n_mels=20)
    np.testing.assert_allclose(dsp.power_to_db(mel), -100.0, atol=1e-4)
    assert_array_equal(dsp.normalize(mel), np.zeros(mel.shape))
    assert_array_equal(dsp.trim_silence(np.zeros(4000)), np.zeros(4000))
    assert_array_equal(dsp.set_level(np.zeros(4000), -20.0), np.zeros(4000))


def test_decibels_are_exact_to_float32_for_every_power(rng):
    power = (10.0 ** rng.uniform(-37, 38, 5000)).astype(np.float32)
    exact = 10.0 * np.log10(power.astype(np.float64))
    assert np.abs(dsp.power_to_db(power, amin=1e-37, top_db=None) - exact).max() < 1e-4
    powers_of_ten = dsp.power_to_db(10.0 ** np.arange(-9, 10), top_db=None)
    np.testing.assert_allclose(powers_of_ten, np.arange(-90, 100, 10), rtol=2e-7, atol=1e-5)
    special = dsp.power_to_db(np.array([np.nan, np.inf, -np.inf, -1.0, 0.0, 1e-10, 1.0], np.float32), top_db=None)
    assert_array_equal(special, np.float32([np.nan, np.inf, -100.0, -100.0, -100.0, -100.0, 0.0]))


def test_decibels_do_not_depend_on_place_or_memory(rng):
    power = rng.exponential(size=(3000, 3)).astype(np.float32)
    whole = dsp.power_to_db(power, top_db=None)
    for start, stop in [(0, 1), (7, 8), (1, 2000), (13, 1030), (2999, 3000)]:
        assert_array_equal(dsp.power_to_db(power[start:stop], top_db=None), whole[start:stop])
    assert_array_equal(dsp.power_to_db(power.T, top_db=None), whole.T)
    with pytest.raises(ValueError, match=r"out has shape \(3000, 3\) and dtype float32; expected .* contiguous"):
        dsp.power_to_db(power, out=np.empty((3, 3000), np.float32).T)
    assert dsp.power_to_db(power, top_db=None, out=power) is power
    assert_array_equal(power, whole)


def test_an_output_array_is_for_one_waveform(rng):
    y, out = rng.standard_normal(3000).astype(np.float32), np.empty((24, 20), np.float32)
    settings = {"n_fft": 256, "hop_length": 128}
    assert dsp.melspectrogram(y, sr=8000, n_mels=20, out=out, **settings) is out
    assert_array_equal(out, dsp.melspectrogram(y, sr=8000, n_mels=20, **settings))
    with pytest.raises(ValueError, match=r"y has shape \(2, 3000\), with out; expected a single waveform"):
        dsp.spectrogram(np.stack([y, y]), out=out, **settings)


def test_normalize(rng):
    frames = rng.normal(5.0, 3.0, (200, 4)).astype(np.float32)
    np.testing.assert_allclose(dsp.normalize(frames), (frames - frames.mean(0)) / frames.std(0), atol=1e-5)
    np.testing.assert_allclose(dsp.normalize(frames, variance=False), frames - frames.mean(0), atol=1e-5)
    np.testing.assert_allclose(dsp.normalize(frames, mean=False), frames / frames.std(0), rtol=1e-5)


def test_normalize_leaves_no_more_of_the_mean_than_the_rounding_of_the_values(rng):
    frames = (rng.standard_normal((200, 30)) * np.logspace(-3, 2, 30) - 80.0).astype(np.float32)
    for variance in (False, True):
        normalized = dsp.normalize(frames, variance=variance).astype(np.float64)
        assert (np.abs(normalized.mean(0)) <= np.finfo(np.float32).eps / 2 * np.abs(normalized).mean(0)).all()
    np.testing.assert_allclose(normalized.std(0), 1.0, atol=np.finfo(np.float32).eps)


def test_the_floor_below_the_peak_is_the_same_in_every_clip(rng):
    power = np.append(10.0 ** rng.uniform(0, 3, size=(500, 1)), np.full((500, 1), 1e-9), axis=1)[:, np.newaxis]
    decibels = dsp.power_to_db(power, ref="max", top_db=80.0)
    assert_array_equal(decibels[:, 0], np.tile([0.0, -80.0], (500, 1)))


def test_normalize_takes_rounding_of_a_constant_for_no_variation():
    frames = np.full((1000, 1), -71.3, np.float32)
    assert np.abs(dsp.normalize(frames)).max() < 1e-4


def test_set_level(rng):
    y = dsp.set_level(rng.standard_normal(8000), -23.0)
    assert 20 * np.log10(np.sqrt(np.mean(y.astype(np.float64) ** 2))) == pytest.approx(-23.0, abs=1e-4)


def test_inverse_cepstrum_with_a_lifter(rng):
    log_mel = rng.standard_normal((5, 20))
    whole = dsp.cepstrum(log_mel, n_mfcc=20, lifter=22.0)
    np.testing.assert_allclose(dsp.inverse_cepstrum(whole, n_mels=20, lifter=22.0), log_mel, atol=1e-5)


def test_a_block_boundary_changes_nothing(rng):
    y = rng.standard_normal(400_000).astype(np.float32)  # more frames than a block holds
    whole = dsp.spectrogram(y, n_fft=512, hop_length=128, center=False)
    tail = dsp.spectrogram(y[128 * 1000 :], n_fft=512, hop_length=128, center=False)
    np.testing.assert_allclose(whole[1000:], tail, rtol=1e-5)
    np.testing.assert_allclose(dsp.istft(dsp.stft(y, n_fft=512), n_fft=512, length=len(y)), y, atol=1e-5)


def test_input_is_left_alone(rng):
    y = rng.standard_normal(4000).astype(np.float32)
    before = y.copy()
    power = dsp.spectrogram(dsp.set_level(dsp.trim_silence(y), -20.0), n_fft=256)
    kept = power.copy()
    dsp.normalize(dsp.delta(dsp.power_to_db(power)))
    assert_array_equal(y, before)
    assert_array_equal(power, kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dsp.stft(np.zeros(0)), r"shape \(0,\); expected \(\.\.\., n_samples\)"),
        (lambda: dsp.stft(np.zeros(99), n_fft=64, win_length=65), "win_length=65 is longer than n_fft=64"),
        (
            lambda: dsp.stft(np.zeros(99), n_fft=64, window=np.ones(3)),
            r"window has shape \(3,\); expected \(win_length,\) = \(64,\)",
        ),
        (lambda: dsp.istft(np.zeros((3, 20)), n_fft=64), r"expected \(n_frames, 33\)"),
        (lambda: dsp.melspectrogram(np.zeros(99), sr=8000, fmax=5000), "fmax=5000 do not fit sr=8000"),
        (lambda: dsp.power_to_db(np.ones((1, 1)), amin=0.0), "amin=0.0; expected a power of at least 1.2e-38"),
        (lambda: dsp.power_to_db(np.ones((1, 1)), top_db=-1.0), "top_db=-1.0; expected a non-negative number"),
        (lambda: dsp.dct_matrix(5, 4), "n_out=5 is greater than n_in=4"),
        (lambda: dsp.delta(np.zeros((9, 1)), width=4), "width=4; expected an odd number"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_bands_too_narrow_for_the_fft_are_named_and_zero():
    with pytest.warns(UserWarning, match="of n_mels=100 bands are always zero"):
        mel = dsp.melspectrogram(np.random.default_rng(0).standard_normal(999), sr=8000, n_fft=128, n_mels=100)
    assert (mel.max(axis=0) == 0).any()
    assert np.isfinite(mel).all()


@pytest.mark.parametrize("lifter", [0.0, 22.0])
def test_cepstra_of_an_even_spectrum_are_zero_but_for_the_level(lifter):
    levels = np.array([[-100.0], [-80.0], [-0.1]], np.float32)
    coefficients = dsp.cepstrum(np.repeat(levels, 128, axis=1), n_mfcc=20, lifter=lifter)
    assert_array_equal(coefficients[:, 1:], 0)
    zeroth = levels[:, 0] * np.sqrt(128) * (1 + lifter / 2 * np.sin(np.pi / max(lifter, 1)))
    assert_allclose(coefficients[:, 0], zeroth, rtol=1e-6)
