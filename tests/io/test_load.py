import io
import os
import pathlib
import pickle
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import librosa
import numpy as np
import pytest
import soundfile as sf

from skaudio.io import AudioError, load

FORMATS = [
    ("WAV", "PCM_16", 44100),
    ("WAV", "PCM_U8", 8000),
    ("WAV", "PCM_24", 44100),
    ("WAV", "PCM_32", 22050),
    ("WAV", "FLOAT", 48000),
    ("WAV", "DOUBLE", 16000),
    ("WAV", "ULAW", 8000),
    ("WAVEX", "PCM_16", 44100),
    ("RF64", "PCM_16", 44100),
    ("W64", "PCM_16", 44100),
    ("AIFF", "PCM_16", 44100),
    ("AU", "PCM_16", 16000),
    ("CAF", "PCM_16", 44100),
    ("FLAC", "PCM_16", 44100),
    ("FLAC", "PCM_24", 48000),
    ("OGG", "VORBIS", 44100),
    ("OGG", "OPUS", 48000),
    ("MP3", "MPEG_LAYER_III", 44100),
    ("MP3", "MPEG_LAYER_III", 22050),
]
PARTS = [{}, {"offset": 0.4}, {"offset": 0.30001, "duration": 0.5}, {"duration": 99.0}]


@pytest.fixture(scope="module")
def file_of(builders, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("formats"), {}

    def make(format_, subtype, sr, n_channels):
        key = format_, subtype, sr, n_channels
        if key not in made:
            made[key] = folder / ("_".join(map(str, key)) + f".{format_.lower()}")
            content = builders.encoded(builders.tones(n_channels, sr), sr, format_, subtype=subtype)
            made[key].write_bytes(content)
        return made[key]

    return make


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("part", PARTS, ids=str)
@pytest.mark.parametrize(("format_", "subtype", "sr"), FORMATS)
def test_equals_librosa(file_of, format_, subtype, sr, part, n_channels):
    path = file_of(format_, subtype, sr, n_channels)
    for settings in ({"sr": None}, {"mono": False}, {"sr": 16000}):
        y, rate = load(path, **settings, **part)
        expected, expected_rate = librosa.load(path, **settings, **part)
        assert rate == expected_rate
        assert y.dtype == np.float32
        assert y.flags.c_contiguous
        assert y.shape == expected.shape
        np.testing.assert_allclose(y, expected, atol=3e-7)


def test_many_channels_equal_librosa(file_of):
    path = file_of("WAV", "PCM_16", 8000, 5)
    np.testing.assert_allclose(load(path, sr=None)[0], librosa.load(path, sr=None)[0], atol=1e-7)
    assert load(path, sr=4000, mono=False)[0].shape == (5, 6000)


def test_offset_from_the_end(file_of):
    path = file_of("WAV", "PCM_16", 44100, 1)
    whole, _ = load(path, sr=None)
    np.testing.assert_array_equal(load(path, sr=None, offset=-0.5, duration=0.25)[0], whole[-22050:-11025])


def test_part_of_an_mp3_is_the_part_of_the_whole(file_of):
    path = file_of("MP3", "MPEG_LAYER_III", 44100, 2)
    whole, _ = load(path, sr=None)
    np.testing.assert_allclose(load(path, sr=None, offset=0.5, duration=0.25)[0], whole[22050:33075], atol=1e-5)


@pytest.fixture
def content(builders):
    return builders.encoded(builders.tones(1, 8000), 8000)


def test_every_kind_of_item_gives_the_same(content, put, builders):
    path = put("clip.wav", content)
    y, sr = sf.read(path, dtype="float32")
    pcm, _ = sf.read(path, dtype="int16")
    expected = librosa.load(path, sr=16000)[0]
    items = [
        path,
        str(path),
        io.BytesIO(content),
        (y, sr),
        [y, sr],
        (y.tolist(), float(sr)),
        (y.astype(np.float64), np.int64(sr)),
        (pcm, np.int16(sr)),
        (pcm.astype(">i2"), sr),
        {"array": y, "sampling_rate": sr, "path": "elsewhere.wav"},
        {"array": pcm, "sampling_rate": sr},
        {"path": str(path)},
        {"path": path, "bytes": None},
        {"bytes": content, "path": None},
        {"bytes": content, "path": "only/a/name.wav"},
        {"bytes": memoryview(content)},
    ]
    for item in items:
        loaded, rate = load(item, sr=16000)
        assert rate == 16000
        assert loaded.dtype == np.float32
        np.testing.assert_allclose(loaded, expected, atol=1e-6)


def test_an_array_is_at_sr_already():
    y = np.linspace(-1, 1, 1000)
    loaded, sr = load(y, sr=1234, offset=0.1, duration=0.5)
    assert sr == 1234
    np.testing.assert_array_equal(loaded, y.astype(np.float32)[123 : 123 + 617])
    np.testing.assert_array_equal(load([0.0, 0.5, -0.5])[0], [0, 0.5, -0.5])
    np.testing.assert_array_equal(load((0.0, 0.5))[0], [0, 0.5])  # two numbers are no pair


def test_offset_and_duration_count_at_the_clips_own_rate():
    y = np.arange(8000) / 8000
    expected = librosa.resample(y[4000:6000].astype(np.float32), orig_sr=8000, target_sr=16000)
    np.testing.assert_allclose(load((y, 8000), sr=16000, offset=0.5, duration=0.25)[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("pcm", "expected"),
    [
        (np.array([-128, 0, 64], np.int8), [-1, 0, 0.5]),
        (np.array([0, 128, 192], np.uint8), [-1, 0, 0.5]),
        (np.array([-(2**15), 0, 2**14], np.int16), [-1, 0, 0.5]),
        (np.array([-(2**31), 0, 2**30], np.int32), [-1, 0, 0.5]),
        (np.array([-1, 0, 0.5], np.float16), [-1, 0, 0.5]),
    ],
)
def test_pcm_is_scaled(pcm, expected):
    y, _ = load(pcm)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, expected)


def test_what_is_strided_becomes_contiguous():
    y, _ = load(np.arange(10, dtype=np.float32)[::-2])
    assert y.flags.c_contiguous
    np.testing.assert_array_equal(y, [9, 7, 5, 3, 1])


def test_a_file_object_is_read_from_where_it_stands_and_put_back(content, put, tmp_path):
    expected = sf.read(io.BytesIO(content), dtype="float32")[0]
    file = io.BytesIO(b"something else, not audio" + content)
    file.seek(25)
    np.testing.assert_array_equal(load(file, sr=None)[0], expected)
    assert file.tell() == 25
    np.testing.assert_array_equal(load(file, sr=None, offset=1)[0], expected[8000:])
    assert file.tell() == 25
    with open(put("clip.wav", content), "rb") as file:
        np.testing.assert_array_equal(load(file, sr=None)[0], expected)
        assert file.tell() == 0


def test_a_file_object_that_cannot_seek(content):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self._file = io.BytesIO(content)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self._file.readinto(buffer)

    np.testing.assert_array_equal(load(Pipe(), sr=None)[0], sf.read(io.BytesIO(content), dtype="float32")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such file names")
def test_a_path_that_is_not_utf8(content, tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"\xe9t\xe9.wav")
    with open(path, "wb") as file:
        file.write(content)
    assert len(load(os.fsdecode(path), sr=None)[0]) == 12000


def test_a_clip_shorter_than_a_frame_is_no_error():
    for n in (1, 2, 7):
        y, _ = load((np.full(n, 0.5), 44100), sr=8000)
        assert len(y) == int(np.ceil(n * 8000 / 44100))
        assert np.isfinite(y).all()


def test_a_part_of_a_long_file_is_read_alone(put, builders):
    n_bytes = 3 * 3600 * 48000 * 4
    path = put(
        "long.wav", builders.with_sizes(builders.encoded(np.zeros((1, 2)), 48000)[:44], riff=36 + n_bytes, data=n_bytes)
    )
    os.truncate(path, 44 + n_bytes)  # a sparse file
    load(path, duration=0.1)
    tracemalloc.start()
    y, _ = load(path, sr=None, offset=2.9 * 3600, duration=1.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert y.shape == (48000,)
    assert peak < 2e6


def test_threads_give_what_one_thread_gives(file_of):
    paths = [file_of(*settings, 2) for settings in FORMATS]
    paths.append(paths[0].with_name("missing.wav"))

    def try_load(path):
        try:
            return load(path)[0]
        except AudioError as error:
            return str(error)

    expected = [try_load(path) for path in paths]
    with ThreadPoolExecutor(8) as pool:
        for path, y in zip(expected * 3, pool.map(try_load, paths * 3), strict=True):
            np.testing.assert_array_equal(y, path)


def test_the_error_pickles():
    error = pickle.loads(pickle.dumps(AudioError("'a.wav' is empty")))
    assert type(error) is AudioError
    assert isinstance(error, ValueError)
    assert str(error) == "'a.wav' is empty"


def test_importing_and_arrays_need_no_audio_package():
    code = (
        "import sys, skaudio.io; skaudio.io.load([0.0, 0.5]); "
        "print([m for m in ('librosa', 'soundfile', 'soxr', 'audioread', 'scipy', 'numba') if m in sys.modules])"
    )
    src = pathlib.Path(sys.modules["skaudio"].__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(src)}
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.skipif("SKAUDIO_DATA" not in os.environ, reason="SKAUDIO_DATA does not say where the recordings are")
@pytest.mark.parametrize(
    ("pattern", "every"), [("fsdd/recordings/*.wav", 100), ("esc10/*/*.ogg", 40), ("forest/recordings/*.mp3", 5)]
)
def test_recordings_equal_librosa(pattern, every):
    paths = sorted(pathlib.Path(os.environ["SKAUDIO_DATA"]).glob(pattern))[::every]
    assert paths
    for path in paths:
        part = {"offset": 60, "duration": 5} if path.suffix == ".mp3" else {}
        np.testing.assert_allclose(load(path, **part)[0], librosa.load(path, **part)[0], atol=3e-7)
