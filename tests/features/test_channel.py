"""Clips of several channels: their average, one of them, each of them, or all side by side."""

from typing import ClassVar

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.dsp import melspectrogram, power_to_db
from skaudio.events import EventDetector
from skaudio.features import MFCC, STFT, MelSpectrogram, Waveform
from skaudio.io import AudioError, OpenClip, iter_blocks, load, split_channels
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding

SR = 8000
STEREO = np.random.default_rng(0).normal(0, 0.1, (4000, 2)).astype(np.float32)
AXES = ["x", "y", "z"]


@pytest.fixture(params=["file", "pair", "channels first", "record", "torch-like"])
def stereo(request, tmp_path):
    """The same clip of two channels in several ways."""
    soundfile.write(tmp_path / "stereo.wav", STEREO, SR, subtype="FLOAT")
    ways = {
        "file": tmp_path / "stereo.wav",
        "pair": (STEREO, SR),
        "channels first": (STEREO.T, SR),
        "record": {"array": STEREO.T, "sampling_rate": SR},
        "torch-like": {"path": str(tmp_path / "stereo.wav")},
    }
    return ways[request.param]


def test_none_is_the_average(stereo):
    assert_allclose(load(stereo, sr=None)[0], STEREO.mean(axis=1), atol=1e-7)
    assert_allclose(Waveform(sr=SR).fit_transform([stereo])[0, :, 0], STEREO.mean(axis=1), atol=1e-7)


@pytest.mark.parametrize("channel", [0, 1])
def test_a_number_is_one_channel(stereo, channel):
    assert_array_equal(load(stereo, sr=None, channel=channel)[0], STEREO[:, channel])
    assert_array_equal(Waveform(sr=SR, channel=channel).fit_transform([stereo])[0, :, 0], STEREO[:, channel])
    (block,) = iter_blocks(stereo, channel=channel)
    assert_array_equal(block.y, STEREO[:, channel])
    expected = Waveform(sr=16000).fit_transform([(STEREO[:, channel], SR)])
    assert_array_equal(Waveform(sr=16000, channel=channel).fit_transform([stereo]), expected)


def test_where_there_is_no_such_channel(stereo):
    with pytest.raises(AudioError, match=r"has no channel 2: it has 2 channels, 0 to 1"):
        load(stereo, sr=None, channel=2)
    with pytest.raises(AudioError, match=r"Clip 0: .* has no channel 5"):
        MFCC(sr=SR, channel=5).fit_transform([stereo])
    with pytest.raises(AudioError, match=r"has no channel 1: it has only channel 0"):
        load((STEREO[:, 0], SR), channel=1)
    with pytest.raises(ValueError, match="'channel' parameter of MFCC"):
        MFCC(channel=-1).fit([stereo])
    assert_array_equal(load((STEREO[:, 0], SR), sr=None, channel=0)[0], STEREO[:, 0])


def test_each_channel_as_a_clip(stereo):
    clips = split_channels([stereo, (STEREO[:, 0], SR)])
    assert len(clips) == 3
    frames = Waveform(sr=SR).fit_transform(clips)
    assert_array_equal(frames[:, :, 0], STEREO.T[[0, 1, 0]])
    assert_array_equal(Waveform(sr=SR, channel=0).fit_transform(clips[1:2])[0, :, 0], STEREO[:, 1])  # its own counts


def test_a_column_of_a_data_set_is_no_channel():
    row = {"audio": {"array": STEREO.T, "sampling_rate": SR}, "channel": "left"}
    assert_allclose(load(row, sr=None)[0], STEREO.mean(axis=1), atol=1e-7)
    assert_array_equal(Waveform(sr=SR).fit_transform(split_channels([row]))[:, :, 0], STEREO.T)


def test_channels_are_apart_in_the_cache(stereo, tmp_path):
    cached = Waveform(sr=SR, memory=tmp_path / "cache")
    for _ in range(2):
        frames = cached.fit_transform(split_channels([stereo]))
        assert_array_equal(frames[:, :, 0], STEREO.T)
        assert_array_equal(cached.set_params(channel=1).transform([stereo])[0, :, 0], STEREO[:, 1])
        cached.set_params(channel=None)


def test_what_cannot_be_split_says_so(tmp_path):
    with pytest.raises(AudioError, match=r"Clip 0: The sampling rate of .* is unknown"):
        split_channels([STEREO[:, 0]])
    with pytest.raises(AudioError, match=r"Clip 1: .*does not exist"):
        split_channels([(STEREO, SR), tmp_path / "none.wav"])


def test_a_bare_array_of_channels_wants_to_be_asked_for():
    with pytest.raises(AudioError, match=r"Clip 0: .*2 columns look like channels"):
        MFCC(sr=SR).fit_transform([STEREO])
    assert_array_equal(Waveform(sr=SR, channel=1).fit_transform([STEREO])[0, :, 0], STEREO[:, 1])
    with pytest.raises(AudioError, match="expected one dimension"):  # rather a spectrogram
        MFCC(sr=SR).fit_transform([(np.zeros((300, 64)), SR)])


class TestAxes:
    """Sensors: each axis has a spectrum of its own."""

    walks: ClassVar = [
        np.random.default_rng(i).normal(size=(n, 3)).astype(np.float32) for i, n in enumerate((300, 400))
    ]

    @pytest.mark.parametrize(
        "front_end", [MelSpectrogram(n_mels=8, n_fft=64), MFCC(n_mels=8, n_mfcc=4, n_fft=64, deltas=1), STFT(n_fft=16)]
    )
    def test_each_axis_is_what_it_is_alone(self, front_end):
        front_end.set_params(sr=50)
        together = type(front_end)(**{**front_end.get_params(), "channel": AXES}).fit_transform(self.walks)
        for i in range(3):
            alone = front_end.fit_transform([walk[:, i] for walk in self.walks])
            n = alone[0].shape[1]
            for a, b in zip(together, alone, strict=True):
                assert_array_equal(a[:, i * n : (i + 1) * n], b)

    def test_against_the_function(self):
        front_end = MelSpectrogram(sr=50, n_fft=64, n_mels=8, hop_length=16, channel=AXES, top_db=None)
        frames = front_end.fit_transform(self.walks)
        expected = melspectrogram(self.walks[1][:, 2], sr=50, n_fft=64, hop_length=16, n_mels=8)
        assert_allclose(frames[1][:, 16:], power_to_db(expected, top_db=None), atol=1e-4)

    def test_names_times_and_frequencies(self):
        front_end = MelSpectrogram(sr=50, n_fft=64, n_mels=12, channel=AXES)
        names = front_end.get_feature_names_out()
        assert names[[0, 3, 12, 35]].tolist() == ["x_mel_00", "x_mel_03", "y_mel_00", "z_mel_11"]
        channels = front_end.fit_transform(self.walks)[0].channels
        assert channels.names == tuple(names)
        assert channels.kind == "unknown"  # the last band of an axis is no neighbour of the first of the next
        assert channels.silence == (-100.0,) * 36
        assert channels.hop_seconds == 16 / 50
        assert_array_equal(front_end.channel_frequencies()[:12], front_end.channel_frequencies()[12:24])
        table = StatPooling().set_output(transform="pandas").fit_transform(front_end.transform(self.walks))
        assert "y_mel_03_mean" in table.columns

    def test_one_array_of_equally_long_ones(self):
        batch = np.stack([walk[:300] for walk in self.walks])
        front_end = MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=AXES)
        assert_array_equal(front_end.fit_transform(batch), front_end.fit_transform(list(batch)))
        assert_array_equal(Waveform(sr=50, channel=AXES).fit_transform(batch), batch)

    def test_axes_are_cut_and_scaled_together(self):
        walk = np.zeros((300, 3), np.float32)
        walk[100:200, 0], walk[150:250, 1] = 1.0, 0.5
        frames = Waveform(sr=50, channel=AXES, trim_db=40.0, level=-20.0).fit_transform([walk])[0]
        assert_allclose(np.sqrt(np.square(frames).mean()), 0.1, rtol=1e-5)
        assert_allclose(frames[:, 0].max(), 2 * frames[:, 1].max())
        padded = Waveform(sr=50, channel=AXES, pad_to=10.0).fit_transform([walk])
        assert padded.shape == (1, 500, 3)

    def test_as_many_names_as_axes(self):
        with pytest.raises(AudioError, match=r"Clip 0: .*has 3 channels, but channel=\['x', 'y'\] names 2"):
            MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=["x", "y"]).fit_transform(self.walks)
        with pytest.warns(UserWarning, match="Clip 1: .*has 1 channels, but"):
            frames = MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=AXES, on_error="warn").fit_transform(
                [self.walks[0], np.zeros(300)]
            )
        assert np.isnan(frames[1]).all()

    def test_what_needs_one_waveform_says_so(self):
        front_end = MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=AXES, top_db=None)
        frames = front_end.fit_transform(self.walks)
        with pytest.raises(ValueError, match="cannot be inverted: its frames are those of several channels"):
            front_end.inverse_transform(frames)
        detector = EventDetector(
            make_pipeline(StatPooling(), LogisticRegression()), front_end=front_end, window_seconds=2.0
        )
        with pytest.raises(ValueError, match=r"front_end has channel=.*expected the index of one channel"):
            detector.fit([(np.zeros(3000), 50)], [[(1.0, 2.0, "step")]])

    def test_their_average_is_what_is_shown(self):
        front_end = Waveform(sr=50, channel=AXES)
        assert_allclose(front_end.waveform(self.walks[0]), self.walks[0].mean(axis=1), rtol=1e-5)

    def test_a_model_of_windows_takes_each(self):
        def loudness(windows):
            return np.abs(windows).max(axis=1, keepdims=True)

        model = PretrainedEmbedding(loudness, sr=50, window_seconds=2.0, channel=AXES)
        pooled = model.fit_transform(self.walks)
        for i in range(3):
            alone = PretrainedEmbedding(loudness, sr=50, window_seconds=2.0)
            assert_allclose(pooled[:, i], alone.fit_transform([walk[:, i] for walk in self.walks])[:, 0], rtol=1e-6)
        assert model.get_feature_names_out().tolist() == [
            "x_embedding_0_mean",
            "y_embedding_0_mean",
            "z_embedding_0_mean",
        ]


def test_an_open_clip_says_how_many_channels_it_has():
    with OpenClip((STEREO, SR), sr=None) as clip:
        assert (clip.n_channels, clip.n_samples) == (2, 4000)
