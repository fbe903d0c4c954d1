import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skaudio.export import ExportError
from skaudio.features import MFCC, Waveform
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling

POOLINGS = [
    StatPooling(stats=("mean",)),
    StatPooling(stats=("median", "p0", "p10", "p99", "p100"), segments=2),
    StatPooling(
        stats=("mean", "std", "min", "max", "iqr", "skew", "kurtosis", "slope"),
        segments=3,
        segment_stats=("mean", "std", "p25"),
    ),
    *(FrameStacker(mode=mode) for mode in ("edge", "constant", "wrap")),
    FrameStacker(0, 2, mode="constant", delay=2, step=3),
    FrameStacker(2, 0, mode="wrap", delay=3),
    *(
        FramePadder(17, pad=side, crop=side, mode=mode)
        for side in ("end", "start", "both")
        for mode in ("edge", "wrap")
    ),
    *(FramePadder(17, pad=side, crop="both") for side in ("end", "start", "both")),
    FramePadder(6, crop="start", flatten=True),
    FramePadder(1, pad="both"),
    FramePadder(200, value="min"),
    FramePadder(200, value=3.0, pad="both"),
    *(MixturePooling(3, covariance_type=kind, random_state=0) for kind in ("diag", "spherical", "tied", "full")),
    MixturePooling(3, output="first_order", random_state=0),
    MixturePooling(3, output="first_order", covariance_type="full", standardize=False, random_state=0),
]


@pytest.mark.parametrize("pooling", POOLINGS, ids=lambda pooling: " ".join(repr(pooling).split())[:60])
def test_the_result_is_that_of_the_pooling(pooling, waveforms, export, assert_same):
    pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=5), pooling).fit(waveforms[:5])
    assert_same(export(pipeline).transform(waveforms), pipeline.transform(waveforms))


def test_statistics_are_equal_to_the_last_digits_of_float32(waveforms, export):
    pipeline = make_pipeline(Waveform(sr=8000), POOLINGS[2]).fit(waveforms)
    found, expected = export(pipeline).transform(waveforms), pipeline.transform(waveforms)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert np.mean(found == expected) > 0.95


def test_a_pipeline_with_pandas_output(waveforms, export, assert_same):
    padder = FramePadder(17, pad="start", flatten=True)
    pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=5), padder).set_output(transform="pandas").fit(waveforms)
    assert_same(export(pipeline).transform(waveforms), pipeline.transform(waveforms).to_numpy())


def test_frames_in_a_data_frame(waveforms, export, assert_same):
    front_end = MFCC(sr=8000, n_mfcc=5)
    model = export(front_end.set_output(transform="pandas"))
    assert_same(model.transform(waveforms), front_end.set_output(transform="default").transform(waveforms))


def test_a_pooling_without_a_front_end_is_refused(export):
    pooling = StatPooling().fit([np.ones((3, 2))])
    with pytest.raises(ExportError, match="front end"):
        export(pooling)
