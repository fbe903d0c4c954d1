"""Datasets of features by URL, of recordings by URL."""

import io
import re

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.pipeline import make_pipeline

from skaudio.features import MFCC, extract_to, read_extracted
from skaudio.pooling import StatPooling

SR = 8000


@pytest.fixture(params=["memory", "s3"])
def nights(request):
    """The URL of a folder, and its file system."""
    files = request.getfixturevalue("remote" if request.param == "memory" else "bucket")
    return f"{request.param}://nights/june", files


def wav(seed):
    content = io.BytesIO()
    sf.write(content, 0.1 * np.random.default_rng(seed).standard_normal(2000 + 10 * seed), SR, format="WAV")
    return content.getvalue()


def names(files, url):
    files.invalidate_cache()
    return sorted(path.rpartition("/")[2] for path in files.find(url))


@pytest.fixture
def urls(nights):
    url, files = nights
    urls = [f"{url}/recordings/{i}.wav" for i in range(5)]
    for i, one in enumerate(urls):
        files.pipe(one, wav(i))
    return urls


def test_a_remote_dataset_is_resumed_extended_and_read(nights, urls):
    url, files = nights
    extractor = make_pipeline(MFCC(sr=SR, n_mfcc=4), StatPooling()).fit(urls[:1])
    assert extract_to(f"{url}/features", urls[:3], extractor, part_size=2).n_computed == 3
    assert extract_to(f"{url}/features/", urls, extractor, part_size=2).n_computed == 2
    files.pipe(urls[1], wav(7))
    assert extract_to(f"{url}/features", urls, extractor, part_size=2).n_computed == 1
    files.rm(urls[0])
    result = extract_to(f"{url}/features", urls, extractor, part_size=2)
    assert (result.n_computed, result.n_kept, result.broken) == (0, 5, {})
    features, rows = read_extracted(f"{url}/features", urls)
    np.testing.assert_array_equal(features[1:], extractor.transform(urls[1:]))
    assert rows["recording"].tolist() == urls
    found = names(files, f"{url}/features")
    assert found[0] == "_extraction.json"
    assert all(re.fullmatch(r"part-\w+\.parquet", name) for name in found[1:])
    tables = [pd.read_parquet(io.BytesIO(files.cat_file(f"{url}/features/{name}"))) for name in found[1:]]
    assert sorted(pd.concat(tables)["recording"]) == urls


def test_a_remote_dataset_of_another_is_refused(nights, urls):
    url, _ = nights
    extract_to(f"{url}/features", urls, MFCC(sr=SR))
    with pytest.raises(ValueError, match=f"'{url}/features' has features with extractor"):
        extract_to(f"{url}/features", urls, MFCC(sr=SR, n_mfcc=3))
    with pytest.raises(FileExistsError, match=r"has no _extraction\.json, but '0\.wav'"):
        extract_to(f"{url}/recordings", urls, MFCC(sr=SR))
    with pytest.raises(FileNotFoundError, match=r"no _extraction\.json"):
        read_extracted(f"{url}/elsewhere")


def test_no_such_bucket_is_an_error_before_anything_is_computed(bucket, tmp_path, monkeypatch):
    sf.write(tmp_path / "a.wav", np.zeros(SR), SR)
    monkeypatch.setattr("skaudio.features._extraction_run.computed_parts", None)
    with pytest.raises(FileNotFoundError, match="s3://elsewhere/features/"):
        extract_to("s3://elsewhere/features", [tmp_path / "a.wav"], MFCC(sr=SR))
