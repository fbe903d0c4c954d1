"""The error of models that cannot be exported."""


class ExportError(ValueError):
    """A model cannot be exported, or an exported file cannot be used.

    Examples
    --------
    >>> from skaudio.export import ExportError
    >>> issubclass(ExportError, ValueError)
    True
    """
