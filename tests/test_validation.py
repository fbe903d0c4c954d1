"""The one gate: containers of clips and of frames."""

import pathlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_array_equal

from skaudio.estimators import CNNClassifier, SiameseMatcher
from skaudio.features import MFCC
from skaudio.io import AudioError, audio_info, clip_kind, clip_name, load
from skaudio.pooling import StatPooling

SR = 8000
TONES = 0.1 * np.sin(np.outer([0.2, 0.3], np.arange(4000)))


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    names = [str(folder / f"{i}.wav") for i in range(2)]
    for name, y in zip(names, TONES, strict=True):
        soundfile.write(name, y, SR, subtype="FLOAT")
    return names


class Column:
    """A column of strings of another library, as polars has them."""

    def __init__(self, values):
        self.values, self.shape, self.dtype = values, (len(values),), "String"

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.values[i]

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=object)


class Refusing:
    """A tensor in the memory of a GPU."""

    shape, ndim = (2, 4000), 2

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first.")


@pytest.mark.parametrize(
    "column",
    [
        tuple,
        np.array,
        lambda paths: np.array(paths, dtype=object)[:, np.newaxis],
        lambda paths: np.array(paths, dtype=np.dtypes.StringDType()),
        pd.Index,
        pd.Series,
        lambda paths: pd.array(paths, dtype="string"),
        lambda paths: pd.Series(paths, dtype="string"),
        lambda paths: pd.Series(paths, dtype="category"),
        lambda paths: pd.DataFrame({"path": paths}),
        lambda paths: pd.DataFrame({"path": paths}, dtype="string"),
        lambda paths: [pathlib.Path(path) for path in paths],
        Column,
    ],
)
def test_columns_of_paths_are_batches_of_clips(column, paths):
    assert_array_equal(MFCC(sr=SR).fit_transform(column(paths)), MFCC(sr=SR).fit_transform(list(TONES)))


def test_what_is_no_batch_says_what_to_pass(paths):
    front_end = MFCC(sr=SR)
    table = pd.DataFrame({"path": paths, "site": ["a", "b"]})
    with pytest.raises(ValueError, match=r"2 columns \(path, site\), not all numeric.*X\['path'\]"):
        front_end.fit_transform(table)
    assert len(front_end.fit_transform(table["path"])) == 2
    with pytest.raises(TypeError, match=r"for a dict of columns, one column: X\['audio'\]"):
        front_end.fit_transform({"audio": paths, "label": [0, 1]})
    with pytest.raises(TypeError, match=r"Refusing cannot be converted to an array: .*Tensor.cpu\(\)"):
        front_end.fit_transform(Refusing())
    with pytest.raises(TypeError, match="Clip 1: Expected a path"):
        front_end.fit_transform(pd.Series([paths[0], pd.NA], dtype="string"))


class AudioDecoder:
    """What Hugging Face's decoder objects are to a caller."""

    def __init__(self, channels):
        self.channels = channels

    def get_all_samples(self):
        if self.channels is None:
            raise RuntimeError("the stream ends in a packet")
        return SimpleNamespace(data=self.channels, sample_rate=SR)


def test_decoder_objects_are_clips():
    stereo = AudioDecoder(np.float32([TONES[0], 0.5 * TONES[1]]))
    assert clip_kind(stereo) == "record"
    assert clip_name(stereo) == "AudioDecoder object"
    assert audio_info(stereo).n_channels == 2
    y, sr = load(stereo, sr=None)
    assert sr == SR
    np.testing.assert_allclose(y, (TONES[0] + 0.5 * TONES[1]) / 2, atol=1e-7)
    assert load(stereo, sr=None, mono=False)[0].shape == (2, 4000)
    with pytest.raises(AudioError, match="AudioDecoder object cannot decode its clip: the stream ends"):
        load(AudioDecoder(None))


class DataSet:
    """A data set of rows, which has a shape and is no array."""

    shape = (2, 2)

    def __init__(self, audio):
        self.audio = audio

    def __len__(self):
        return len(self.audio)

    def __getitem__(self, i):
        return {"audio": self.audio[i], "label": i}


def test_rows_of_data_sets_are_clips(paths):
    expected = MFCC(sr=SR).fit_transform(list(np.float32(TONES)))
    for audio in (
        [{"array": y, "sampling_rate": SR, "path": None} for y in np.float32(TONES)],
        [{"bytes": pathlib.Path(path).read_bytes(), "path": "gone.wav"} for path in paths],
        [{"bytes": None, "path": path} for path in paths],
        paths,
        [AudioDecoder(np.float32(y[np.newaxis])) for y in TONES],
    ):
        rows = DataSet(audio)
        assert_array_equal(MFCC(sr=SR).fit_transform(rows), expected)
        assert_array_equal(MFCC(sr=SR).fit_transform([rows[0], rows[1]]), expected)
    with pytest.raises(AudioError, match=r"Clip 0: .*got a dict with the keys \['audio', 'label'\]"):
        MFCC(sr=SR).fit_transform([{"audio": TONES[0], "label": 0}])  # of which rate?


class Tensor:
    """A tensor, whose dtype is not NumPy's."""

    dtype = "float32"

    def __init__(self, array):
        self.array, self.shape, self.ndim = array, array.shape, array.ndim

    def __len__(self):
        return len(self.array)

    def __getitem__(self, i):
        return Tensor(self.array[i])

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.array, dtype)


def test_tensors_are_frames():
    frames = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    pooling = StatPooling(stats=("mean",))
    expected = pooling.fit_transform(frames)
    assert_array_equal(pooling.fit_transform(Tensor(frames)), expected)
    assert_array_equal(pooling.fit_transform([Tensor(clip) for clip in frames]), expected)
    with pytest.raises(ValueError, match=r"shape \(3, 5, 4, 1\); expected frames .* as in X\[..., 0\]"):
        pooling.fit(frames[..., np.newaxis])
    assert_array_equal(pooling.fit_transform(frames[..., np.newaxis][..., 0]), expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "network",
    [
        CNNClassifier(epochs=1, filters=4, depth=1),
        SiameseMatcher(epochs=1, tower_params={"filters": 8, "depth": 1}, embedding_dim=8),
    ],
    ids=lambda network: type(network).__name__,
)
def test_labels_are_strings_of_any_kind_and_bytes_are_refused(network):
    frames = np.random.default_rng(0).normal(size=(8, 20, 6)).astype(np.float32)
    names = ["a", "b"] * 4
    strings = [np.array(names, dtype=np.dtypes.StringDType()), pd.array(names, dtype="string"), pd.Index(names)]
    for y in strings:
        assert network.fit(frames, y).classes_.tolist() == ["a", "b"]
    for y in (np.array(names, dtype="S"), [name.encode() for name in names]):
        with pytest.raises(TypeError, match="Convert the labels to a string"):
            network.fit(frames, y)
