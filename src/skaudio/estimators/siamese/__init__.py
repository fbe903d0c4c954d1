"""Siamese network for verification and few-shot classification, and its parts."""

from skaudio.estimators.siamese._matcher import SiameseMatcher

__all__ = ["SiameseMatcher"]
