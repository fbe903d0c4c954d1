"""What every user gives goes without a name; all else by name, so that its order is free."""

import inspect

import pytest
from sklearn.base import clone
from tests.common.instances import public_estimators

POSITIONAL = {
    **{name: ["sr"] for name in ("Waveform", "STFT", "Spectrogram", "MelSpectrogram", "MFCC", "RecordingMatcher")},
    "StatPooling": ["stats"],
    "GroupScaler": [],
    "FunctionFrontEnd": ["function"],
    "FrameStacker": ["n_before", "n_after"],
    "FramePadder": ["n_frames"],
    "MixturePooling": ["n_components"],
    "VTLP": ["alpha"],
    "FrameVTLP": ["alpha"],
    "AddNoise": ["color"],
    "BandFilter": ["low_hz", "high_hz"],
    "Clip": ["percent"],
    "Gain": ["gain_db"],
    "PitchShift": ["n_steps"],
    "RandomCrop": ["seconds"],
    "SpecMask": ["n_masks", "mask_size"],
    "TimeShift": ["max_shift"],
    "TimeStretch": ["rate"],
    "Mix": ["clips"],
    "Convolve": ["responses"],
    "Compose": ["augmenters"],
    "OneOf": ["augmenters"],
    "AugmentedEstimator": ["estimator", "augmenters"],
    "CNNClassifier": ["architecture"],
    "CNNRegressor": ["architecture"],
    "CRNNClassifier": ["filters"],
    **{name: ["units"] for name in ("LSTMClassifier", "LSTMRegressor", "GRUClassifier", "GRURegressor")},
    "AutoencoderLatent": ["n_components"],
    "AutoencoderOutlierDetector": ["n_components"],
    "MixtureClassifier": ["n_components"],
    "SiameseMatcher": ["tower"],
    "PretrainedEmbedding": ["model"],
    "TransferClassifier": ["base", "head"],
    "CountEstimator": ["n_strata"],
    "EventDetector": ["estimator"],
}


CLASSES = public_estimators()


def test_every_class_is_looked_at():
    assert {cls.__name__ for cls in CLASSES} == set(POSITIONAL)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_obvious_parameters_go_without_a_name_and_no_others(cls):
    parameters = inspect.signature(cls).parameters.values()
    without = [parameter.name for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    assert without == POSITIONAL[cls.__name__]
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters if parameter.name not in without)
    given = [object() for _ in without]
    made = cls(*given)
    assert [made.get_params(deep=False)[name] for name in without] == given
    cloned = clone(cls(*["given"] * len(given)), safe=False).get_params(deep=False)
    assert [cloned[name] for name in without] == ["given"] * len(given)
