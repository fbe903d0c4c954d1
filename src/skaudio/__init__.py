"""skaudio: machine learning from audio with scikit-learn.

The packages, in the order of data flow (a package imports only from those above it):

============================  ==========================================================================================
`skaudio.io`                  decode, downmix or select channels, resample, cut, stream long files
`skaudio.dsp`                 pure functions on arrays: framing, STFT, mel, cepstrum, deltas, noise
`skaudio.features`            front ends, clips to frames: MFCC, MelSpectrogram and others, any function, your own
`skaudio.pooling`             frames to fixed size: StatPooling, FrameStacker, FramePadder, MixturePooling
`skaudio.preprocessing`       features on one scale within groups of clips: GroupScaler
`skaudio.augment`             data augmentation of waveforms and frames; AugmentedEstimator
`skaudio.metrics`             for event detection, verification and anomaly detection
`skaudio.nets`                Keras layers, to open a saved network and to build one: masks, pooling over time, scaling
`skaudio.estimators`          CNN, CRNN, LSTM and GRU, classifiers and regressors; autoencoders, siamese matcher
`skaudio.pretrained`          embeddings, tagging and transfer learning with pretrained models
`skaudio.matching`            audio fingerprinting: the recording and offset of a snippet
`skaudio.events`              sound event detection in long recordings, tables of events, counts with intervals
`skaudio.model_selection`     ranked candidates of a search, out-of-fold predictions
`skaudio.inspection`          displays, saliency, importance of frequency bands, reports, review of detections
`skaudio.export`              fitted pipelines to ONNX files and web pages, which run without Python
`skaudio.datasets`            generators, loaders of folders, fetchers
`skaudio.testing`             checks for front ends and estimators of your own
`skaudio.cli`                 the console script ``skaudio``
============================  ==========================================================================================

Importing `skaudio` imports none of them. `skaudio.show_versions` prints what a report of a problem should include.
"""

from skaudio._show_versions import show_versions

__all__ = ["show_versions"]

__version__ = "0.1.0"
