"""`ModelError`: a model file cannot be used."""


class ModelError(ValueError):
    """A model file is missing, invalid or unsuitable."""
