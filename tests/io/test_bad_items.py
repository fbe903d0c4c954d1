"""Clips that are no clips, and parameters that are none."""

import io
import pathlib

import numpy as np
import pytest

from skaudio.io import AudioError, audio_info, iter_blocks, load

Y = np.zeros(100, dtype=np.float32)


@pytest.mark.parametrize(
    ("item", "error", "match"),
    [
        (3, TypeError, "Expected a path, .* got 3 of type int"),
        (0.5, TypeError, "got 0.5 of type float"),
        (np.float32(1), TypeError, "of type float32"),
        (None, TypeError, "got None of type NoneType"),
        (object(), TypeError, "of type object"),
        ({1, 2}, TypeError, "of type set"),
        (b"a.wav", TypeError, r"Got bytes, which may be a path or the content.*os.fsdecode\(path\), or {'bytes'"),
        (bytearray(9), TypeError, "Got bytearray"),
        (io.StringIO("text"), TypeError, r"is a text stream. .*open\(path, 'rb'\)"),
        (np.zeros((2, 100)), AudioError, r"array of shape \(2, 100\) has shape \(2, 100\); .* y.mean\(axis=0\)"),
        (np.array(0.5), AudioError, r"has shape \(\)"),
        ([[0.0, 0.1], [0.2, 0.3]], AudioError, r"has shape \(2, 2\)"),
        (np.zeros(0), AudioError, "array of 0 samples has no samples"),
        ([], AudioError, "has no samples"),
        (Y.astype(complex), TypeError, "has dtype complex128; expected floating-point numbers, or PCM.* y.real"),
        (Y.astype(bool), TypeError, "has dtype bool"),
        (Y.astype(object), TypeError, "has dtype object.* ragged"),
        ([0.1, None], TypeError, "has dtype object"),
        (["a.wav", "b.wav", "c.wav"], TypeError, "has dtype <U5"),
        ([[0.1], [0.1, 0.2], [0.3]], TypeError, "cannot be converted to an array"),
        (Y.astype(np.int64), TypeError, r"has dtype int64.*y.astype\(np.int16\), or scale"),
        ([0, 1, 2], TypeError, "has dtype int64"),
        (Y.astype(np.uint16), TypeError, "has dtype uint16"),
        (np.array([0, np.nan, np.inf]), AudioError, "has 2 samples that are NaN, infinite .* at index 1"),
        (np.array([1e300, 0.0]), AudioError, "has 1 samples that are .* beyond float32"),
        ((8000, Y), TypeError, r"A pair must be \(y, sr\), got 8000 first: its parts are swapped"),
        (([0.1, 0.2], 0), AudioError, "The sampling rate of array of 2 samples at 0 Hz must be a positive number"),
        ((Y, -1), AudioError, "must be a positive number of samples per second, got -1"),
        ((Y, float("nan")), AudioError, "must be a positive number of samples per second, got nan"),
        ((Y, float("inf")), AudioError, "got inf"),
        ((Y, "8000"), TypeError, "must be a number of samples per second, got '8000' of type str"),
        ((Y, None), TypeError, "got None of type NoneType"),
        ((Y, True), TypeError, "got True of type bool"),
        ((Y, Y), TypeError, "must be a number of samples per second"),
        ((np.zeros((2, 9)), 8000), AudioError, r"array of shape \(2, 9\) at 8000 Hz has shape"),
        (("a.wav", 8000), TypeError, "with an array y, got 'a.wav' at 8000 Hz"),
        ({}, AudioError, r"got a dict with the keys \[\]"),
        ({"audio": Y, "label": 1}, AudioError, r"got a dict with the keys \['audio', 'label'\]"),
        ({"path": None, "bytes": None}, AudioError, "one of them not None"),
        ({"path": 3}, TypeError, "'path' must be a str or PathLike, got 3 of type int"),
        ({"bytes": "a.wav"}, TypeError, "'bytes' must be the content of a file, got str"),
        ({"array": Y}, AudioError, "A dict with 'array' also needs 'sampling_rate'"),
        ({"array": Y, "sampling_rate": 0}, AudioError, "must be a positive number"),
        ({"array": Y, "sampling_rate": "8 kHz"}, TypeError, "got '8 kHz' of type str"),
        ({"array": np.zeros((2, 9)), "sampling_rate": 8000}, AudioError, r"has shape \(2, 9\)"),
        ({"path": "no/such.wav"}, AudioError, "'no/such.wav' does not exist"),
        (pathlib.Path("no", "such.wav"), AudioError, "such.wav' does not exist"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, (str, dict, tuple)) else None,
)
def test_bad_item(item, error, match):
    for function in (load, lambda item: next(iter_blocks(item, sr=22050))):
        with pytest.raises(error, match=match):
            function(item)
    if "NaN" not in match and "float32" not in match[30:]:  # samples are not looked at
        with pytest.raises(error, match=match):
            audio_info(item)


def test_decoders_of_hugging_face_datasets():
    class AudioDecoder:
        def get_all_samples(self):
            pass

    with pytest.raises(TypeError, match=r"of type AudioDecoder. .*cast_column\('audio', Audio\(decode=False\)\)"):
        load(AudioDecoder())


def test_file_objects_that_cannot_be_read(tmp_path):
    closed = io.BytesIO(b"abc")
    closed.close()
    with pytest.raises(AudioError, match=r"BytesIO object cannot be read: .*closed.* open for reading"):
        load(closed)
    with (
        open(tmp_path / "out.wav", "wb") as file,
        pytest.raises(AudioError, match=r"binary file '.*out.wav' cannot be read"),
    ):
        load(file)
    with (
        open(tmp_path / "out.wav") as file,
        pytest.raises(TypeError, match=r"binary file '.*out.wav' is a text stream"),
    ):
        load(file)


@pytest.mark.parametrize(
    ("parameters", "error", "match"),
    [
        ({"sr": 0}, AudioError, "sr must be a positive number of samples per second, got 0"),
        ({"sr": float("nan")}, AudioError, "sr must be a positive number"),
        ({"sr": "22050"}, TypeError, "sr must be a number of samples per second, got '22050' of type str"),
        ({"sr": True}, TypeError, "sr must be a number"),
        ({"offset": "1"}, TypeError, "offset must be a number of seconds"),
        ({"offset": float("nan")}, AudioError, "offset must be a finite number of seconds, got nan"),
        ({"duration": 0}, AudioError, "duration must be a finite number of seconds above 0, got 0"),
        ({"duration": -1.0}, AudioError, "duration must be a finite number of seconds above 0"),
        ({"duration": "all"}, TypeError, "duration must be a number of seconds, got 'all'"),
        (
            {"offset": 2.0},
            AudioError,
            r"offset=2.0 s is outside array of 8000 samples at 8000 Hz, which is 1.000 s long",
        ),
        ({"offset": 1.0}, AudioError, "offset=1.0 s is outside"),
        ({"offset": -1.5}, AudioError, "offset=-1.5 s is outside"),
        ({"duration": 1e-6}, AudioError, "duration=1e-06 is less than one sample"),
    ],
    ids=str,
)
def test_bad_parameter(parameters, error, match):
    clip = (np.zeros(8000), 8000)
    with pytest.raises(error, match=match):
        load(clip, **parameters)
    with pytest.raises(error, match=match):
        list(iter_blocks(clip, **parameters))


def test_offset_beyond_the_end_of_a_file(put, builders):
    path = put("clip.wav", builders.encoded())
    with pytest.raises(AudioError, match=r"offset=1.5 s is outside '.*clip.wav', which is 1.500 s long"):
        load(path, offset=1.5)


def test_nothing_tells_the_rate_of_an_array():
    with pytest.raises(AudioError, match=r"The sampling rate of array of 100 samples is unknown: pass sr, or"):
        load(Y, sr=None)
