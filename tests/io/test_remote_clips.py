"""Clips by URL: their samples are those of local files, and little is moved for a part."""

import io
import os
import sys

import numpy as np
import pytest
import soundfile as sf

from skaudio.features import MFCC
from skaudio.io import AudioError, audio_info, clip_key, duration_seconds, iter_blocks, load, recording_start

pytest.importorskip("fsspec")
FORMATS = [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16")]


@pytest.mark.parametrize(("format_", "subtype"), FORMATS)
@pytest.mark.parametrize("scheme", ["memory", "s3", "http", "http without ranges", "http without sizes"])
def test_samples_are_those_of_a_local_file(builders, request, put, scheme, format_, subtype):
    content = builders.encoded(builders.tones(2, 16000, seconds=40), 16000, format_, subtype=subtype)
    path = str(put(f"clip.{format_.lower()}", content))
    if scheme in {"memory", "s3"}:
        files = request.getfixturevalue("remote" if scheme == "memory" else "bucket")
        url = f"{scheme}://nights/clip.{format_.lower()}"
        files.pipe(url, content)
    else:
        web = request.getfixturevalue("web")
        web.ranges = scheme == "http"
        web.states_size = scheme != "http without sizes"
        web.files["/clip"] = content
        url = f"{web.url}/clip"
    temporary = set(os.listdir(os.path.dirname(put("x", b""))))
    for settings in ({"sr": None}, {"sr": 8000, "mono": False}, {"sr": None, "offset": 25.3, "duration": 2}):
        np.testing.assert_array_equal(load(url, **settings)[0], load(path, **settings)[0])
    np.testing.assert_array_equal(load({"path": url})[0], load(path)[0])
    assert audio_info(url) == audio_info(path)
    for block, expected in zip(iter_blocks(url, block_seconds=7), iter_blocks(path, block_seconds=7), strict=True):
        np.testing.assert_array_equal(block.y, expected.y)
    assert set(os.listdir(os.path.dirname(put("x", b"")))) == temporary


def test_front_ends_in_threads_that_read_the_same_files(builders, remote, put):
    contents = [builders.encoded(builders.tones(1, 8000, seconds=1 + i), 8000) for i in range(3)]
    paths = [str(put(f"{i}.wav", content)) for i, content in enumerate(contents)] * 20
    for i, content in enumerate(contents):
        remote.pipe(f"memory://nights/{i}.wav", content)
    urls = [f"memory://nights/{i}.wav" for i in range(3)] * 20
    expected = MFCC(sr=8000).fit_transform(paths)
    for frames, local in zip(MFCC(sr=8000, n_jobs=8).fit_transform(urls), expected, strict=True):
        np.testing.assert_array_equal(frames, local)


@pytest.mark.parametrize(("format_", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")])
def test_five_seconds_of_a_long_recording_move_little(builders, web, put, format_, subtype):
    rng = np.random.default_rng(0)
    seconds = 300 if format_ == "OGG" else 600 if format_ == "FLAC" else 1190
    y = (rng.standard_normal(44100 * 10) * 3000).astype(np.int16)
    night = io.BytesIO()
    with sf.SoundFile(night, "w", 44100, 1, subtype, format=format_) as file:
        for _ in range(seconds // 10):
            file.write(y)
    web.files["/night"] = content = night.getvalue()
    assert len(content) > (100e6 if format_ == "WAV" else 1.5e6)
    part, _ = load(f"{web.url}/night", sr=None, offset=seconds / 2, duration=5)
    assert len(part) == 5 * 44100
    assert sum(web.log) <= 1.5e6
    web.log.clear()
    assert duration_seconds(f"{web.url}/night") == seconds
    assert sum(web.log) <= 0.5e6


def test_a_whole_recording_is_read_once_in_large_blocks(builders, web):
    web.files["/night"] = content = builders.encoded(builders.tones(1, 44100, seconds=300), 44100, "FLAC")
    load(f"{web.url}/night", sr=None)
    assert sum(web.log) <= 1.02 * len(content)
    assert len(web.log) <= 12  # of 18 MB


def test_of_an_mp3_file_what_is_before_the_part_is_read_but_not_what_follows(builders, web):
    web.files["/night"] = content = builders.encoded(builders.tones(1, 44100, seconds=200), 44100, "MP3")
    load(f"{web.url}/night", sr=None, offset=20, duration=5)
    assert 0.1 * len(content) < sum(web.log) < 0.5 * len(content)


def test_formats_that_are_decoded_from_a_path_are_copied(remote, put, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    content = np.random.default_rng(0).integers(0, 256, 3000).astype(np.uint8).tobytes()
    path = put("voice.vox", content)  # dialogic ADPCM has no header
    remote.pipe("memory://nights/voice.vox", content)
    np.testing.assert_array_equal(load("memory://nights/voice.vox", sr=None)[0], load(path, sr=None)[0])
    remote.pipe("memory://nights/song.m4a", b"\0\0\0\x20ftypM4A " * 20)
    monkeypatch.setitem(sys.modules, "audioread", None)
    with pytest.raises(AudioError, match=r"'memory://nights/song\.m4a' cannot be decoded.*pip install audioread"):
        load("memory://nights/song.m4a")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_errors_name_the_url(remote, bucket, web, builders):
    remote.pipe("memory://nights/empty.wav", b"")
    remote.pipe("memory://nights/text.wav", b"no sound" * 99)
    remote.pipe("memory://nights/cut.wav", builders.encoded()[:-999])
    remote.pipe("memory://nights/whole.wav", builders.encoded())
    remote.mkdir("memory://folder")
    bucket.pipe("nights/folder/a.wav", b"no sound" * 99)
    errors = {
        "memory://nights/none.wav": r"does not exist.*Expected the URL of an audio file",
        "s3://nights/none.wav": "does not exist",
        "s3://no-such-bucket/a.wav": "does not exist.*NoSuchBucket",
        f"{web.url}/none.wav": "does not exist.*404",
        "memory://nights": "does not exist.* not of a folder",
        "memory://folder": "is a folder",
        "s3://nights/folder": "is a folder",
        "memory://nights/empty.wav": r"is empty \(0 bytes\)",
        "memory://nights/text.wav": "cannot be decoded",
        "memory://nights/cut.wav": "is cut short",
        "nothing://nights/a.wav": "Protocol not known: nothing",
    }
    for url, message in errors.items():
        with pytest.raises(AudioError, match=f"'{url}' {message}" if "nothing" not in url else message):
            load(url)
    good = "memory://nights/whole.wav"
    with pytest.warns(UserWarning, match=r"10 clip\(s\) cannot be used"):
        frames = MFCC(on_error="warn").fit_transform([*list(errors)[:-1], good])
    assert [bool(np.isnan(rows).any()) for rows in frames] == [True] * 10 + [False]


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ImportError, match=r's3://nights/a.wav.*pip install "skaudio\[remote\]"'):
        load("s3://nights/a.wav")


def test_local_files_do_not_need_the_package(builders, put, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    path = put("night 1.wav", builders.encoded())
    np.testing.assert_array_equal(load(path.as_uri())[0], load(path)[0])
    assert clip_key(path.as_uri()) == clip_key(path)


def test_keys_change_with_the_content_and_nothing_is_read_for_them(builders, bucket, web, tmp_path, monkeypatch):
    content = builders.encoded(sr=8000)
    bucket.pipe("nights/a.wav", content)
    web.files["/a.wav"] = content
    for url, replace in [
        ("s3://nights/a.wav", lambda other: bucket.pipe("nights/a.wav", other)),
        (f"{web.url}/a.wav", lambda other: web.files.update({"/a.wav": other})),
    ]:
        front_end = MFCC(sr=8000, memory=tmp_path)
        web.log.clear()
        key, frames = clip_key(url), front_end.fit_transform([url])
        assert clip_key(url) == key
        n_moved = sum(web.log)
        np.testing.assert_array_equal(front_end.transform([url]), frames)
        assert sum(web.log) == n_moved
        bucket.ls("nights")  # fsspec keeps listings
        replace(content[:-2] + b"ab")
        assert clip_key(url) != key
        assert not np.array_equal(front_end.transform([url]), frames)


def test_a_server_that_states_no_version_is_not_cached(builders, web, tmp_path):
    web.states_version = False
    web.files["/a.wav"] = content = builders.encoded(sr=8000)
    with pytest.raises(ValueError, match="states no version"):
        clip_key(f"{web.url}/a.wav")
    for end in (b"ab", b"cd"):
        web.files["/a.wav"] = content[:-2] + end
        frames = MFCC(sr=8000, memory=tmp_path).fit_transform([f"{web.url}/a.wav"])
        np.testing.assert_array_equal(frames, MFCC(sr=8000).fit_transform([{"bytes": web.files["/a.wav"]}]))


def test_a_recording_that_is_replaced_while_it_is_read_is_an_error(builders, bucket, monkeypatch):
    monkeypatch.setattr("skaudio._remote.RETRY_SECONDS", ())
    content = builders.encoded(builders.tones(1, 44100, seconds=60))
    bucket.pipe("nights/a.wav", content)
    blocks = iter_blocks("s3://nights/a.wav", block_seconds=2)
    next(blocks)
    bucket.pipe("nights/a.wav", content[:-2] + b"ab")
    with pytest.raises(OSError, match=r"'s3://nights/a\.wav' cannot be read: FileExpired"):
        list(blocks)
    assert duration_seconds("s3://nights/a.wav") == 60


def test_keys_of_open_files_without_reading_them(builders, bucket, put, tmp_path):
    content = builders.encoded(sr=8000)
    bucket.pipe("nights/a.wav", content)
    path = put("a.wav", content)

    class Counted(io.BufferedReader):
        def read(self, *args):
            raise AssertionError("it was read")

    with Counted(io.FileIO(path)) as file, open(path, "rb") as again:
        key = clip_key(file)
        assert clip_key(again) == key
        again.seek(44)
        assert clip_key(again) != key  # of what follows
    put("a.wav", content[:-2] + b"abcd")
    with open(path, "rb") as other:
        assert clip_key(other) != key
    with bucket.open("nights/a.wav") as file:
        key = clip_key(file)
        assert file.cache.total_requested_bytes == 0
        assert clip_key(file) == key
        frames = MFCC(sr=8000, memory=tmp_path / "cache").fit_transform([file])
    np.testing.assert_array_equal(frames, MFCC(sr=8000).fit_transform([{"bytes": content}]))
    bucket.pipe("nights/a.wav", content[:-2] + b"ab")
    with bucket.open("nights/a.wav") as file:
        assert clip_key(file) != key


def test_errors_name_an_open_remote_file(bucket):
    bucket.pipe("nights/text.wav", b"no sound" * 99)
    with bucket.open("nights/text.wav") as file, pytest.raises(AudioError, match=r"'s3://nights/text\.wav' cannot be"):
        load(file)


def test_the_start_of_a_recording(remote):
    remote.pipe("memory://nights/20230401_050000.wav", b"no sound" * 99)
    assert str(recording_start("memory://nights/20230401_050000.wav")) == "2023-04-01 05:00:00"
    assert str(recording_start("memory://none/20230401_050000.wav")) == "2023-04-01 05:00:00"
    with pytest.raises(AudioError, match=r"memory://none/a\.wav.*does not exist"):
        recording_start("memory://none/a.wav", source="metadata")
