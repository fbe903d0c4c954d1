"""Augmenters: each against what it says it does, and all against what any one owes."""

import inspect

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

import skaudio.augment as augment
from skaudio.augment import (
    VTLP,
    AddNoise,
    BandFilter,
    Clip,
    Compose,
    Convolve,
    FrameVTLP,
    Gain,
    Mix,
    OneOf,
    PitchShift,
    RandomCrop,
    SpecMask,
    TimeShift,
    TimeStretch,
)
from skaudio.io import AudioError

SR = 8000
OF_WAVEFORMS = [
    VTLP(),
    AddNoise(),
    BandFilter(),
    Clip(),
    Compose([TimeShift(), Gain(), AddNoise()]),
    Convolve(),
    Gain(),
    Mix([np.sin(np.arange(3000) / 9)]),
    AddNoise(clips=[np.sin(np.arange(3000) / 9)]),
    OneOf([Gain(), TimeShift(mode="pad")]),
    PitchShift(),
    RandomCrop(seconds=0.2),
    TimeShift(),
    TimeStretch(),
]
OF_FRAMES = [SpecMask(), FrameVTLP(), Compose([SpecMask(), FrameVTLP()])]
CHANGE_LENGTH = (RandomCrop, TimeStretch)


def kind(augmenter):
    return type(augmenter).__name__


def tone(frequency, seconds=0.5, sr=SR, dtype=np.float32):
    return (0.3 * np.sin(2 * np.pi * frequency * np.arange(int(seconds * sr)) / sr)).astype(dtype)


def peak(y, sr=SR):
    return np.abs(np.fft.rfft(y * np.hanning(len(y)))).argmax() * sr / len(y)


def clips_for(augmenter, dtype=np.float32):
    rng = np.random.default_rng(0)
    if augmenter.of == "frames":
        return [rng.standard_normal((n, 6)).astype(dtype) for n in (20, 7, 1)]
    return [tone(f, seconds, dtype=dtype) for f, seconds in ((300, 0.5), (900, 0.3), (500, 0.31))]


def test_every_augmenter_is_looked_at():
    public = {name for name in augment.__all__ if name not in {"Augmenter", "AugmentedEstimator"}}
    assert {kind(augmenter) for augmenter in [*OF_WAVEFORMS, *OF_FRAMES]} == public
    for name in public:
        assert inspect.getdoc(getattr(augment, name))


@pytest.mark.parametrize("augmenter", [*OF_WAVEFORMS, *OF_FRAMES], ids=kind)
@pytest.mark.usefixtures("untouched_global_rng")
class TestAll:
    """What any augmenter owes."""

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_what_comes_out_is_finite_and_of_the_same_kind(self, augmenter, dtype):
        clips = clips_for(augmenter, dtype)
        before = [clip.copy() for clip in clips]
        changed = augmenter.augment(clips, sr=SR, random_state=0)
        for clip, old, new in zip(clips, before, changed, strict=True):
            assert_array_equal(clip, old)
            assert new.dtype == dtype
            assert np.isfinite(new).all()
            if not isinstance(augmenter, CHANGE_LENGTH):
                assert new.shape == old.shape

    def test_a_draw_can_be_kept_and_replayed(self, augmenter):
        clips = clips_for(augmenter)
        changed = augmenter.augment(clips, sr=SR, random_state=3)
        rng = np.random.default_rng(np.random.RandomState(3).randint(2**31 - 1))
        draws = [augmenter.draw(rng) for _ in clips]
        for clip, drawn, expected in zip(clips, draws, changed, strict=True):
            assert_allclose(augmenter.apply(clip, drawn, SR), expected, atol=1e-6)
        assert eval(repr(draws)) == draws  # plain numbers

    def test_equal_seeds_give_equal_results(self, augmenter):
        clips = clips_for(augmenter)
        for a, b in zip(*(clone(augmenter).augment(clips, sr=SR, random_state=1) for _ in range(2)), strict=True):
            assert_array_equal(a, b)

    def test_an_array_is_changed_as_its_rows_are(self, augmenter):
        batch = np.stack([clips_for(augmenter)[0]] * 3)
        expected = augmenter.augment(list(batch), sr=SR, random_state=0)
        for a, b in zip(augmenter.augment(batch, sr=SR, random_state=0), expected, strict=True):
            assert_allclose(a, b, atol=1e-6)

    def test_with_probability_none_nothing_is_changed(self, augmenter):
        clips = clips_for(augmenter)
        never = clone(augmenter).set_params(p=0.0)
        for a, b in zip(never.augment(clips, sr=SR), clips, strict=True):
            assert_array_equal(a, b)
        half = clone(augmenter).set_params(p=0.5)
        rng = np.random.default_rng(0)
        assert 60 < sum(half.draw(rng) is None for _ in range(200)) < 140

    def test_silence_and_very_short_clips(self, augmenter):
        shapes = [(400,), (1,)] if augmenter.of == "waveform" else [(10, 4), (1, 1)]
        for shape in shapes:
            for y in (np.zeros(shape, np.float32), np.ones(shape, np.float32)):
                assert np.isfinite(augmenter.augment([y], sr=SR, random_state=0)[0]).all()

    def test_what_is_no_clip(self, augmenter):
        bad = np.zeros((3, 2)) if augmenter.of == "waveform" else np.zeros(5)
        with pytest.raises(ValueError, match=r"Clip 1 has shape .* expects"):
            augmenter.augment([clips_for(augmenter)[0], bad], sr=SR)
        with pytest.raises(ValueError, match="floating-point"):
            augmenter.augment([clips_for(augmenter)[0].astype(int)], sr=SR)


def test_time_shift():
    y = np.arange(1.0, 11.0)
    assert_array_equal(TimeShift().apply(y, 0.2), np.roll(y, 2))
    assert_array_equal(TimeShift().apply(y, -0.2), np.roll(y, -2))
    assert_array_equal(TimeShift(mode="pad").apply(y, 0.3), [0, 0, 0, *y[:7]])
    assert_array_equal(TimeShift(unit="seconds").apply(y, 0.5, sr=4), np.roll(y, 2))
    assert_array_equal(TimeShift(mode="pad").apply(y, 5.0), np.zeros(10))
    draws = [TimeShift(max_shift=0.1).draw(np.random.default_rng(i)) for i in range(100)]
    assert -0.1 <= min(draws) < -0.08 < 0.08 < max(draws) <= 0.1
    with pytest.raises(ValueError, match=r"TimeShift\(unit='seconds'\) requires the sampling rate"):
        TimeShift(unit="seconds").apply(y, 0.5)


def test_gain_is_in_decibels():
    assert_allclose(Gain().apply(np.array([1.0, -2.0]), -6.0206), [0.5, -1.0], rtol=1e-5)
    assert Gain(gain_db=3).draw(np.random.default_rng(0)) == 3.0


@pytest.mark.parametrize("color", ["white", "pink", "brown"])
@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 20.0])
def test_noise_has_the_power_and_the_colour_asked_for(color, snr_db):
    from scipy.signal import welch

    y = tone(440, 8.0, dtype=np.float64)
    noise = AddNoise(color=color, snr_db=snr_db).augment([y], random_state=0)[0] - y
    assert 10 * np.log10(np.mean(y**2) / np.mean(noise**2)) == pytest.approx(snr_db, abs=1e-3)
    f, power = welch(noise, nperseg=1024)
    band = (f > 0.02) & (f < 0.4)
    slope = np.polyfit(np.log(f[band]), np.log(power[band]), 1)[0]
    assert slope == pytest.approx({"white": 0, "pink": -1, "brown": -2}[color], abs=0.15)


def test_a_clip_longer_than_all_noise_there_is():
    y = np.ones(2**20 + 5000, np.float32)
    assert np.isfinite(AddNoise().augment([y], random_state=0)[0]).all()


def test_backgrounds_from_files_are_brought_to_the_rate_of_the_clip(tmp_path):
    soundfile.write(tmp_path / "hum.wav", tone(500, 2.0, sr=16000), 16000)
    y = np.random.default_rng(0).standard_normal(SR).astype(np.float32)
    mixed = Mix([tmp_path / "hum.wav"], snr_db=0.0).augment([y], sr=SR, random_state=0)[0]
    assert peak(mixed - y) == pytest.approx(500, abs=2)
    with pytest.raises(ValueError, match=r"clips\[0\] has a sampling rate, but that of the clips is unknown"):
        Mix([tmp_path / "hum.wav"]).augment([y])
    with pytest.raises(AudioError, match=r"clips\[0\]: .*nothing\.wav"):
        Mix([tmp_path / "nothing.wav"]).augment([y], sr=SR)
    with pytest.raises(AudioError, match=r"clips\[0\]: .*NaN"):
        Mix([np.full(10, np.nan)]).augment([y], sr=SR)
    for kind in (Mix, AddNoise):
        assert_array_equal(kind(clips=[tmp_path / "hum.wav"], snr_db=0.0).augment([y], sr=SR, random_state=0)[0], mixed)


def test_convolution_keeps_place_and_power():
    y = np.random.default_rng(0).standard_normal(1000)
    wet = Convolve([np.array([0.0, 0.0, 2.0])]).augment([y])[0]  # a delay and a gain, both taken out
    assert_allclose(wet, y, atol=1e-9)
    long = Convolve([np.r_[1.0, np.zeros(5000), 0.5]]).augment([y])[0]
    assert_allclose(long, y, atol=1e-9)
    room = Convolve(reverberation_seconds=0.3, wet=0.5).apply(
        np.r_[1.0, np.zeros(SR - 1)], {"seconds": 0.3, "seed": 0}, sr=SR
    )
    assert np.sum(room**2) == pytest.approx(1.0)
    decay = np.cumsum(room[::-1] ** 2)[::-1]
    assert 10 * np.log10(decay[int(0.1 * SR)] / decay[1]) == pytest.approx(-20.0, abs=2.0)  # 60 dB in 0.3 s
    assert room[0] ** 2 == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("alpha", [0.9, 1.0, 1.12])
@pytest.mark.parametrize("frequency", [400, 1000, 2000])
def test_vtlp_moves_tones_where_the_paper_has_them(alpha, frequency):
    y = tone(frequency, 1.0)
    warped = VTLP().apply(y, alpha, sr=SR)
    assert len(warped) == len(y)
    nyquist, f_hi = SR / 2, 0.8 * SR / 2
    # The map of Jaitly and Hinton, eq. 1, as printed.
    knee = f_hi * min(alpha, 1) / alpha
    ends = nyquist - (nyquist - f_hi * min(alpha, 1)) / (nyquist - knee) * (nyquist - frequency)
    expected = frequency * alpha if frequency <= knee else ends
    assert peak(warped) == pytest.approx(expected, abs=SR / 512 / 2 + 1)
    assert np.sqrt(np.mean(warped**2)) == pytest.approx(np.sqrt(np.mean(y**2)), rel=1e-3)


def test_pitch_and_tempo():
    y = tone(500, 1.0, sr=16000)
    assert peak(PitchShift().apply(y, -12.0, sr=16000), 16000) == pytest.approx(250, abs=3)
    faster = TimeStretch().apply(y, 1.25)
    assert len(faster) == round(len(y) / 1.25)
    assert peak(faster, 16000) == pytest.approx(500, abs=3)


def test_a_band_filter_is_a_butterworth_filter():
    from scipy.signal import butter, sosfreqz

    y = np.zeros(4096)
    y[0] = 1.0
    response = np.abs(np.fft.rfft(BandFilter(order=3).apply(y, (200.0, 2000.0), sr=SR)))
    expected = np.ones(2049)
    for edge, shape in ((200, "highpass"), (2000, "lowpass")):
        sos = butter(3, edge / (SR / 2), shape, output="sos")
        expected *= np.abs(sosfreqz(sos, worN=2 * np.pi * np.arange(2049) / 4096)[1])
    assert_allclose(response, expected, atol=1e-3)
    with pytest.raises(ValueError, match="The band from 5000 Hz to 4000 Hz is empty"):
        BandFilter().apply(y, (5000.0, 8000.0), sr=SR)


def test_clipping_cuts_the_share_asked_for():
    y = np.random.default_rng(0).standard_normal(1000)
    clipped = Clip().apply(y, 10.0)
    assert np.sum(clipped != y) == pytest.approx(100, abs=2)
    assert_array_equal(Clip().apply(y, 0.0), y)


def test_a_crop_is_a_part():
    y = np.arange(100.0)
    for seed in range(20):
        part = RandomCrop(seconds=0.3).augment([y], sr=100, random_state=seed)[0]
        assert len(part) == 30
        assert_array_equal(np.diff(part), 1.0)
    assert_array_equal(RandomCrop(seconds=2.0).augment([y], sr=100)[0], y)


def test_masks_cover_what_they_say():
    frames = np.random.default_rng(0).standard_normal((40, 10))
    masked = SpecMask(n_masks=2, mask_size=0.5).apply(frames, [(0.0, 0.25, 0.0, 0.0), (0.999, 0.1, 0.999, 0.2)])
    changed = masked != frames
    assert changed[:10].all()
    assert changed[36:].all()
    assert changed[:, 8:].all()
    assert not changed[10:36, :8].any()
    assert_allclose(masked[0], frames.mean(axis=0))


def test_a_compose_applies_in_order_and_one_of_applies_one():
    y = np.array([1.0, 2.0])
    both = Compose([Gain(gain_db=20.0), TimeShift(max_shift=0.0)])
    assert_allclose(both.augment([y])[0], [10.0, 20.0])
    either = OneOf([Gain(gain_db=20.0), Gain(gain_db=-20.0)])
    results = {round(float(either.augment([y], random_state=i)[0][0]), 3) for i in range(20)}
    assert results == {0.1, 10.0}


@pytest.mark.parametrize(
    ("augmenter", "message"),
    [
        (AddNoise(snr_db=float("nan")), "snr_db=nan; expected a finite number"),
        (AddNoise(snr_db=(30, 5)), r"snr_db=\(30, 5\); expected .* an ordered pair"),
        (AddNoise(color="purple"), "color='purple'; expected one or more of 'white', 'pink', 'brown'"),
        (AddNoise(color=[]), "expected one or more of"),
        (AddNoise(clips=[]), r"clips=\[\]; expected a list of at least one clip"),
        (Mix([]), r"clips=\[\]; expected a list of at least one clip"),
        (Convolve([]), r"responses=\[\]; expected a list of at least one clip"),
        (Convolve(reverberation_seconds=-1.0), "expected a finite number of at least 0"),
        (TimeStretch(rate=0.0), "rate=0.0; expected a finite number of at least 0.05"),
        (Clip(percent=120), "percent=120; expected at most 100"),
        (VTLP(f_hi=5000.0), "f_hi=5000.0; expected less than half the sampling rate, 4000 Hz"),
        (VTLP(n_fft=510), "n_fft=510; expected a multiple of 4"),
        (Compose([]), r"augmenters=\[\]; expected a list of at least one augmenter"),
        (Compose([Gain(), SpecMask()]), "mixes augmenters of waveforms and of frames"),
        (Gain(p=1.5), "The 'p' parameter of Gain must be"),
        (PitchShift(n_steps="high"), "The 'n_steps' parameter of PitchShift must be"),
    ],
)
def test_what_cannot_be(augmenter, message):
    with pytest.raises(ValueError, match=message):
        augmenter.augment([tone(400)], sr=SR)
