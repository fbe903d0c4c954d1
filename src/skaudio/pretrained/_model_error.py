"""`ModelError`: a model file cannot be used."""


class ModelError(ValueError):
    """A model file is missing, invalid or unsuitable.

    Examples
    --------
    >>> from skaudio.pretrained import ModelError, PretrainedEmbedding
    >>> try:
    ...     PretrainedEmbedding("no/such.tflite", sr=16000).fit([[0.0] * 16000])
    ... except ModelError as error:
    ...     print(error)
    Model 'no/such.tflite' ...
    """
