"""Data sets: seeded generators, loaders of folders and tables, and fetchers of public recordings.

All return a `sklearn.utils.Bunch` with ``data`` (clips, or paths of clips), ``target``, ``groups`` (speaker, fold,
machine or site: groups for cross-validation), ``target_names`` and ``DESCR``.
"""

from skaudio._data_home import get_data_home
from skaudio.datasets._corpus import DatasetError
from skaudio.datasets._esc10 import fetch_esc10
from skaudio.datasets._folder import load_folder
from skaudio.datasets._fsdd import fetch_spoken_digits
from skaudio.datasets._machine_hum import make_machine_hum
from skaudio.datasets._scenes import make_scenes
from skaudio.datasets._sound_events import make_sound_events
from skaudio.datasets._speak_words import speak_words
from skaudio.datasets._spoken_digits import make_spoken_digits

__all__ = [
    "make_spoken_digits",
    "speak_words",
    "make_sound_events",
    "make_machine_hum",
    "make_scenes",
    "load_folder",
    "fetch_spoken_digits",
    "fetch_esc10",
    "get_data_home",
    "DatasetError",
]
