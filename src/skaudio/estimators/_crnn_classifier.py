"""CRNN that tells classes, of clips and over time."""

from skaudio._assembly import assembled
from skaudio.estimators._convolutional_recurrent import ConvolutionalRecurrentBody
from skaudio.estimators._frame_classification import FrameClassifierHead


@assembled
class CRNNClassifier(ConvolutionalRecurrentBody, FrameClassifierHead):
    """Convolutional recurrent network [3]_ from frame sequences to classes, of clips and of each of their frames.

    Convolutions see what sounds at a time, GRU layers in both directions what came before and what follows. Time is
    kept fine, at a quarter of the frames: what it is for is to tell when something happens, by `predict_frames`, be it
    trained on labels of frames (`fit_frames`) or of clips alone (`fit`). By default labels are neither smoothed nor
    mixed: frames without an event are to be surely so.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNClassifier : Without recurrent layers: faster, and as good for whole clips.
    skaudio.events.EventDetector : Events in long recordings by what this tells of frames.

    Notes
    -----
    Trained on clips alone, a recurrent network sees both sides of a frame and may predict for each frame what it
    predicts for the clip. Of dog barks and crowing roosters of ESC-10, tagged by clip, this one found 90 % of the
    frames that sound, and 31 % of those that do not; ``CNNClassifier(pooling="linear_softmax")`` 85 % and 20 %.

    References
    ----------
    .. [3] E. Cakir, G. Parascandolo, T. Heittola, H. Huttunen and T. Virtanen, "Convolutional recurrent neural networks
       for polyphonic sound event detection", IEEE/ACM Transactions on Audio, Speech, and Language Processing 25(6),
       2017.
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import CRNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> there = [np.arange(40) // 10 == rng.integers(4) for _ in range(60)]  # in a quarter of each clip
    >>> X = [rng.normal(0, 1, (40, 8)) + 3 * now[:, np.newaxis] for now in there]
    >>> model = CRNNClassifier(filters=4, depth=2, units=8, epochs=20, random_state=0)
    >>> model = model.fit_frames(X[:50], there[:50])
    >>> found = model.predict_frames(X[50:])[..., 1] > 0.5
    >>> bool(np.mean(found == there[50:]) > 0.9)
    True
    """

    label_smoothing: float = 0.0
    mixup: float = 0.0
