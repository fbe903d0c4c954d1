"""skaudio: learning from sound, the scikit-learn way.

The house, in the order in which sound flows through it (a folder imports only from those above it):

============================  ==========================================================================================
`skaudio.io`                  decode, downmix, resample, cut, stream long files
`skaudio.dsp`                 pure functions on arrays: framing, STFT, mel, cepstrum, deltas, noise
`skaudio.features`            front ends, clips to frames: Waveform, STFT, Spectrogram, MelSpectrogram, MFCC
`skaudio.pooling`             frames to fixed size: StatPooling, FrameStacker, FramePadder, MixturePooling
`skaudio.augment`             random changes of waveforms and of frames; AugmentedEstimator
`skaudio.metrics`             of events, of verification and of anomalous sounds
`skaudio.nets`                Keras graphs only: towers, recurrent stacks, autoencoders, pooling over time
`skaudio.estimators`          CNN, CRNN, LSTM and GRU, classifiers and regressors; autoencoders, siamese matcher
`skaudio.pretrained`          embeddings, tags and transfer from pretrained models, YAMNet or any file
`skaudio.matching`            which recording a snippet is from, and where in it
`skaudio.events`              events of scores over time, tables of events
`skaudio.inspection`          displays; saliency and importance of bands, seen and heard
`skaudio.datasets`            generators, loaders of folders, fetchers
`skaudio.cli`                 the console script ``skaudio``
============================  ==========================================================================================

Importing `skaudio` imports none of them.
"""

__version__ = "0.1.0"
