"""Types that files of `skaudio.export.save` may contain, by names that do not change.

A file refers to a type as ``skaudio.export.stored_types.MFCC``, wherever its module is: one that moves is entered here
under its former name, and old files still load. Types are imported when they are used.

Examples
--------
>>> from skaudio.export import stored_types
>>> stored_types.MFCC
<class 'skaudio.features._mfcc.MFCC'>
"""

from importlib import import_module

_FEATURES = ("STFT", "Waveform", "Spectrogram", "MelSpectrogram", "MFCC", "FunctionFrontEnd", "FeatureCache")
_POOLING = ("StatPooling", "FrameStacker", "FramePadder", "MixturePooling")
_AUGMENT = (
    *("AugmentedEstimator", "Compose", "OneOf", "Gain", "AddNoise", "Mix", "Clip", "TimeShift", "TimeStretch"),
    *("PitchShift", "BandFilter", "Convolve", "VTLP", "RandomCrop", "SpecMask", "FrameVTLP"),
)
_ESTIMATORS = (
    *("CNNClassifier", "CNNRegressor", "CRNNClassifier", "GRUClassifier", "GRURegressor", "LSTMClassifier"),
    *("LSTMRegressor", "AutoencoderLatent", "AutoencoderOutlierDetector", "MixtureClassifier", "SiameseMatcher"),
)

# Module of each type.
LOCATIONS = {
    **dict.fromkeys(_FEATURES, "skaudio.features"),
    **dict.fromkeys(_POOLING, "skaudio.pooling"),
    **dict.fromkeys(_AUGMENT, "skaudio.augment"),
    **dict.fromkeys(_ESTIMATORS, "skaudio.estimators"),
    **dict.fromkeys(("PretrainedEmbedding", "TransferClassifier"), "skaudio.pretrained"),
    **dict.fromkeys(("EventDetector", "CountEstimator"), "skaudio.events"),
    "GroupScaler": "skaudio.preprocessing",
    "RecordingMatcher": "skaudio.matching",
    # Parts of these.
    "Channels": "skaudio.features",
    **dict.fromkeys(
        ("NetworkArchitecture", "EmbeddingArchitecture", "AutoencoderArchitecture"), "skaudio._learning._architecture"
    ),
    "KerasSettings": "skaudio._learning._keras_settings",
    "Learner": "skaudio._learning._learner",
    "Calibration": "skaudio.estimators.siamese._calibration",
    "Enrolment": "skaudio.estimators.siamese._enrolment",
    "Whitening": "skaudio.estimators.siamese._whitening",
    "LandmarkIndex": "skaudio.matching._landmark_index",
    "PrintIndex": "skaudio.matching._print_index",
    "ModelFile": "skaudio.pretrained._model_file",
    "ScoreClassifier": "skaudio.events.training._score_classifier",
    "ScoreCalibration": "skaudio.events.counts._calibration",
    "Tally": "skaudio.events.counts._strata",
}


def __getattr__(name: str) -> type:
    if name not in LOCATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LOCATIONS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *LOCATIONS])
