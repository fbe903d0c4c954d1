"""`AudioError`: a clip cannot be decoded or used."""


class AudioError(ValueError):
    """A clip cannot be decoded, or its content is not usable sound.

    The message states the file or array, what was received, what was expected and how to fix it.

    Examples
    --------
    >>> from skaudio.io import AudioError, load
    >>> try:
    ...     load("no/such.wav")
    ... except AudioError as error:
    ...     print(error)
    'no/such.wav' does not exist. Expected the path of an audio file; relative paths are resolved from ...
    """
