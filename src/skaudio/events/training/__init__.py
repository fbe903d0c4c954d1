"""Training of a detector's classifier: labels, sets of windows, and held-out scores."""

from skaudio.events.training._event_classes import classes_of_events, classes_overlap, event_classes
from skaudio.events.training._held_out import held_out_folds
from skaudio.events.training._score_classifier import ScoreClassifier
from skaudio.events.training._tags import tag_lists
from skaudio.events.training._training import Training
from skaudio.events.training._window_classifier import WindowClassifier, last_step

__all__ = [
    "ScoreClassifier",
    "Training",
    "WindowClassifier",
    "classes_of_events",
    "classes_overlap",
    "event_classes",
    "held_out_folds",
    "last_step",
    "tag_lists",
]
