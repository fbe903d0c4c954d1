"""Datasets that runs write in parts, to a local or remote folder: resumed, extended, and written by several at once."""
