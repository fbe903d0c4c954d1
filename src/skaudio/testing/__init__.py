"""Checks for front ends and other audio estimators, in addition to those of scikit-learn.

`sklearn.utils.estimator_checks` covers tables; these cover clips and frame sequences of different lengths.
"""

from skaudio.testing._audio_checks import audio_checks, check_audio_estimator, parametrize_with_audio_checks

__all__ = ["parametrize_with_audio_checks", "check_audio_estimator", "audio_checks"]
