"""A page that runs a model in a browser."""

from skaudio.export.page._to_page import to_page

__all__ = ["to_page"]
