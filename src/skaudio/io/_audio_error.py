"""The one error of decoding and of what clips hold."""


class AudioError(ValueError):
    """A clip cannot be decoded, or what it holds is no usable sound.

    The message says which file or array, what was received, what was expected and what to do.

    Examples
    --------
    >>> from skaudio.io import AudioError, load
    >>> try:
    ...     load("no/such.wav")
    ... except AudioError as error:
    ...     print(error)
    'no/such.wav' does not exist. Expected the path of an audio file; a relative path counts from ...
    """
