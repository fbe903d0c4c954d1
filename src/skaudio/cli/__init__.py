"""The console script ``skaudio``: thin commands over the public API.

``skaudio search`` finds a good front end and model for a folder of audio, ``skaudio predict`` applies what it wrote;
``skaudio detect`` finds events, ``skaudio tag`` names what is to be heard.
What takes long to import is imported inside the commands, so that ``skaudio --help`` answers at once.
"""

from skaudio.cli._main import main

__all__ = ["main"]
