"""`ModelError`: a model file cannot be used."""


class ModelError(ValueError):
    """A model file is not there, is none, or is not what is asked of it."""
