"""Datasets of features at URLs, of recordings at URLs: as on a disk, with versions by ETag, and without locks."""

import errno
import io
import os
import threading
import time

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.pipeline import make_pipeline

from skaudio._parts._part_folder import PartFolder
from skaudio.features import MFCC, extract_to, read_extracted
from skaudio.features._extraction_settings import EXTRACTED
from skaudio.io import AudioError
from skaudio.pooling import StatPooling

SR = 8000


class Meanwhile(MFCC):
    """Something happens to recordings before or after they are read."""

    @staticmethod
    def before(X):
        pass

    @staticmethod
    def after(X):
        pass

    def transform(self, X):
        self.before(X)
        frames = super().transform(X)
        self.after(X)
        return frames


def clip(seed, seconds=0.2):
    rng = np.random.default_rng(seed)
    with io.BytesIO() as file:
        sf.write(file, 0.1 * rng.standard_normal(int(seconds * SR)), SR, format="WAV", subtype="FLOAT")
        return file.getvalue()


@pytest.fixture
def extractor():
    return make_pipeline(MFCC(sr=SR, n_mfcc=4), StatPooling(stats=("mean", "std"))).fit([np.zeros(SR)])


@pytest.fixture(params=["memory", "s3"])
def place(request):
    """A file system, and the URL of a folder in it."""
    if request.param == "memory":
        return request.getfixturevalue("remote"), "memory://nights"
    return request.getfixturevalue("bucket"), "s3://nights"


def put(place, n):
    fs, url = place
    urls = [f"{url}/in/clip{i}.wav" for i in range(n)]
    for i, name in enumerate(urls):
        fs.pipe_file(name, clip(i))
    return urls


def names(place):
    fs, url = place
    fs.invalidate_cache()
    return sorted(path.rpartition("/")[2] for path in fs.find(f"{url}/out"))


def test_it_is_that_of_local_files(place, extractor, tmp_path):
    urls = put(place, 7)
    paths = [tmp_path / f"clip{i}.wav" for i in range(7)]
    for i, path in enumerate(paths):
        path.write_bytes(clip(i))
    result = extract_to(f"{place[1]}/out", urls, extractor, part_size=3)
    assert (result.n_computed, result.broken) == (7, {})
    features, rows = read_extracted(f"{place[1]}/out", urls)
    np.testing.assert_array_equal(features, extractor.transform(paths))
    assert rows["recording"].tolist() == urls
    assert len(names(place)) == 4  # three parts and the settings: no mark of the run, and no note
    assert extract_to(f"{place[1]}/out", urls, extractor).n_computed == 0
    # From the disk to a URL, and from a URL to the disk:
    extract_to(f"{place[1]}/local", paths, extractor)
    np.testing.assert_array_equal(read_extracted(f"{place[1]}/local", paths)[0], features)
    extract_to(tmp_path / "dataset", urls, extractor)
    np.testing.assert_array_equal(read_extracted(tmp_path / "dataset", ["in/clip5.wav"])[0], features[5:6])


def test_other_programs_read_it(place, extractor):
    fs, url = place
    urls = put(place, 5)
    extract_to(f"{url}/out", urls, extractor, part_size=2)
    table = pd.concat(pd.read_parquet(fs.open(f"{url}/out/{name}")) for name in names(place) if name[0] == "p")
    expected = read_extracted(f"{url}/out", urls)[0]
    np.testing.assert_array_equal(np.stack(table.set_index("recording").loc[urls, "features"]), expected)


def test_a_grown_list_and_a_replaced_object(place, extractor):
    fs, url = place
    urls = put(place, 6)
    extract_to(f"{url}/out", urls[:4], extractor, part_size=2)
    fs.pipe_file(urls[1], clip(30))  # of the same size
    assert extract_to(f"{url}/out", urls, extractor, part_size=2).n_computed == 3
    features, rows = read_extracted(f"{url}/out")
    np.testing.assert_array_equal(features, extractor.transform(urls))
    assert rows["recording"].tolist() == urls  # without the row of the former content
    fs.rm_file(urls[0])
    assert extract_to(f"{url}/out", urls, extractor).n_computed == 0  # its features are kept


def test_versions_are_etags(bucket, extractor):
    urls = put((bucket, "s3://nights"), 1)
    extract_to("s3://nights/out", urls, extractor)
    etag = bucket.info(urls[0])["ETag"]
    assert read_extracted("s3://nights/out")[1]["version"].tolist() == [f"{len(clip(0))} ETag {etag}"]


def test_a_server_that_states_no_version(web, extractor, tmp_path):
    web.states_version = False
    web.files["/clip.wav"] = clip(0)
    extract_to(tmp_path / "dataset", [f"{web.url}/clip.wav"], extractor)
    assert read_extracted(tmp_path / "dataset")[1]["version"].tolist() == [f"{len(clip(0))} bytes"]
    assert extract_to(tmp_path / "dataset", [f"{web.url}/clip.wav"], extractor).n_computed == 0


def test_broken_and_missing_objects_are_rows(place, extractor):
    fs, url = place
    urls = put(place, 5)
    fs.pipe_file(urls[1], b"no sound")
    fs.rm_file(urls[3])
    with pytest.warns(UserWarning, match=r"2 recording\(s\) cannot be used"):
        result = extract_to(f"{url}/out", urls, extractor, part_size=2)
    assert set(result.broken) == {urls[1], urls[3]}
    assert result.broken[urls[3]] == "The file does not exist."
    good = read_extracted(f"{url}/out", urls)[1]["error"].isna()
    assert good.tolist() == [True, False, True, False, True]


def test_an_object_that_is_replaced_in_between(bucket, monkeypatch):
    urls = put((bucket, "s3://nights"), 3)

    def replace(X):
        if len(X) > 1:
            bucket.pipe_file(urls[2], clip(40))

    monkeypatch.setattr(Meanwhile, "after", staticmethod(replace))
    replacing = make_pipeline(Meanwhile(sr=SR), StatPooling()).fit([np.zeros(SR)])
    plain = make_pipeline(MFCC(sr=SR), StatPooling()).fit([np.zeros(SR)])
    with pytest.warns(UserWarning, match="clip2.wav: The file was changed while it was read"):
        extract_to("s3://nights/out", urls, replacing)
    assert extract_to("s3://nights/out", urls, replacing).n_computed == 1
    np.testing.assert_array_equal(read_extracted("s3://nights/out", urls)[0], plain.transform(urls))


def test_there_is_no_such_bucket(bucket, extractor, tmp_path):
    urls = put((bucket, "s3://nights"), 2)
    with pytest.raises(FileNotFoundError, match=r"'s3://nowhere/out' cannot be written: there is no such bucket"):
        extract_to("s3://nowhere/out", urls, extractor)
    with pytest.raises(AudioError, match=r"No features of 1 recordings could be computed. The files do not exist"):
        extract_to(tmp_path / "dataset", ["s3://nowhere/clip.wav"], extractor)
    with pytest.raises(FileNotFoundError, match="There is no dataset of extract_to in 's3://nowhere/out'"):
        read_extracted("s3://nowhere/out")


def test_without_rights_nothing_is_written(bucket, extractor, monkeypatch):
    s3fs = pytest.importorskip("s3fs")
    urls = put((bucket, "s3://nights"), 2)
    call, refused = s3fs.S3FileSystem._call_s3, []

    async def refuse(self, method, *arguments, **settings):
        if method in refused:
            raise PermissionError("Access Denied")
        return await call(self, method, *arguments, **settings)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", refuse)
    refused[:] = ["put_object"]
    with pytest.raises(PermissionError, match=r"s3://nights/out.* cannot be written: permission denied .*credentials"):
        extract_to("s3://nights/out", urls, extractor)
    refused[:] = ["head_object"]
    with pytest.raises(PermissionError, match=r"clip\d.wav' cannot be read: permission denied"):
        extract_to("s3://nights/out", urls, extractor)
    refused.clear()
    assert names((bucket, "s3://nights")) == []


def test_a_link_that_expires_keeps_what_is_finished(web, tmp_path, monkeypatch):
    web.files.update({f"/clip{i}.wav": clip(i) for i in range(6)})
    urls = [f"{web.url}/clip{i}.wav" for i in range(6)]

    def expire(X):
        web.status = 403 if len(X) > 1 and urls[4] in X else 200

    monkeypatch.setattr(Meanwhile, "before", staticmethod(expire))
    expiring = make_pipeline(Meanwhile(sr=SR), StatPooling()).fit([np.zeros(SR)])
    with pytest.raises(PermissionError, match=r"clip4.wav' cannot be read: permission denied .*link has not expired"):
        extract_to(tmp_path / "dataset", urls, expiring, part_size=2)
    monkeypatch.undo()
    web.status = 200
    assert extract_to(tmp_path / "dataset", urls, expiring, part_size=2).n_computed == 2
    assert len(read_extracted(tmp_path / "dataset", urls)[0]) == 6


def test_a_server_that_only_sends_files(web, extractor, tmp_path):
    path = tmp_path / "clip.wav"
    path.write_bytes(clip(0))
    with pytest.raises(OSError, match=r"'http://.*' cannot be written: "):
        extract_to(f"{web.url}/out", [path], extractor)


def test_two_runs_at_once_are_both_right(place, extractor):
    urls = put(place, 24)
    results = []

    def run(wanted, part_size):
        results.append(extract_to(f"{place[1]}/out", wanted, extractor, part_size=part_size))

    threads = [threading.Thread(target=run, args=args) for args in ((urls[:20], 2), (urls[4:], 3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.broken for result in results] == [{}, {}]
    extract_to(f"{place[1]}/out", urls, extractor)
    features, rows = read_extracted(f"{place[1]}/out")
    assert rows["recording"].tolist() == sorted(urls)
    np.testing.assert_array_equal(features, extractor.transform(sorted(urls)))
    fs, _ = place
    stored = [name for name in names(place) if name.startswith("part-")]
    every = pd.concat(pd.read_parquet(fs.open(f"{place[1]}/out/{name}")) for name in stored)
    assert sorted(every["recording"]) == sorted(urls)  # once each, for any reader


def test_a_run_in_progress_is_seen_until_it_is_dead(place, extractor, monkeypatch):
    urls = put(place, 4)
    extract_to(f"{place[1]}/out", urls, extractor, part_size=2)
    dataset = PartFolder(f"{place[1]}/out", EXTRACTED)
    dataset.files.write(".part-1.parquet.attempt", b"[[]]")
    with dataset.files.in_progress():
        with pytest.raises(ValueError, match=r"Another run writes to .*pass extend=True"):
            extract_to(f"{place[1]}/out", urls[:2], extractor, extend=False)
        assert ".part-1.parquet.attempt" in names(place)
    dataset.files.write(".run-1.mark", b"")  # of a run that was killed
    with pytest.raises(ValueError, match="Another run writes to"):
        extract_to(f"{place[1]}/out", urls[:2], extractor, extend=False)
    monkeypatch.setattr("skaudio._parts._remote_files.DEAD_SECONDS", 0.0)
    extract_to(f"{place[1]}/out", urls[:2], extractor, extend=False)
    assert read_extracted(f"{place[1]}/out")[1]["recording"].tolist() == urls[:2]
    assert [name for name in names(place) if name[0] == "."] == []


def test_a_mark_is_renewed(remote, extractor, monkeypatch):
    monkeypatch.setattr("skaudio._parts._remote_files.BEAT_SECONDS", 0.01)
    files = PartFolder("memory://nights/out", EXTRACTED).files
    with files.in_progress():
        (first,) = files.times(".run-*").values()
        for _ in range(500):
            if files.times(".run-*").popitem()[1] > first:
                break
            time.sleep(0.01)
        else:
            raise TimeoutError
    assert files.times(".run-*") == {}


def test_a_damaged_part_is_named(place, extractor):
    fs, url = place
    urls = put(place, 2)
    extract_to(f"{url}/out", urls, extractor)
    (part,) = (name for name in names(place) if name[0] == "p")
    content = fs.cat_file(f"{url}/out/{part}")
    fs.pipe_file(f"{url}/out/{part}", content[:100])
    with pytest.raises(ValueError, match=f"'{part}' in '{url}/out' is damaged.*Delete it"):
        extract_to(f"{url}/out", urls, extractor)


def test_a_long_footer(place, extractor, monkeypatch):
    urls = put(place, 3)
    monkeypatch.setattr("skaudio._parts._remote_files.FOOTER_BYTES", 100)
    extract_to(f"{place[1]}/out", urls, extractor)
    assert extract_to(f"{place[1]}/out", urls, extractor).n_kept == 3


def test_a_full_disk_is_named(place, extractor, monkeypatch):
    import pyarrow.parquet as pq

    urls = put(place, 6)
    write, n_tables = pq.ParquetWriter.write_table, []

    def write_table(self, table):
        n_tables.append(len(table))
        if len(n_tables) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, table)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_table)
    with pytest.raises(OSError, match=r"no space left on '.*', where part-.* Make room, and call again") as raised:
        extract_to(f"{place[1]}/out", urls, extractor, part_size=2)
    assert raised.value.errno == errno.ENOSPC
    assert len(names(place)) == 2  # the part that was finished, and the settings
    assert extract_to(f"{place[1]}/out", urls, extractor, part_size=2).n_computed == 4
    np.testing.assert_array_equal(read_extracted(f"{place[1]}/out", urls)[0], extractor.transform(urls))
