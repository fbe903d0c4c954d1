"""Preprocessing of features and frames across clips."""

from skaudio.preprocessing._group_scaler import GroupScaler

__all__ = ["GroupScaler"]
