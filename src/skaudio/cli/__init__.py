"""The console script ``skaudio``: thin commands over the public API.

``skaudio search`` finds a good front end and model for a folder of audio, ``skaudio predict`` applies the result, and
``skaudio export`` writes it to an ONNX file; ``skaudio detect`` finds events, ``skaudio count`` counts them, ``skaudio
review`` writes a page to check them; ``skaudio tag`` predicts sound classes; ``skaudio extract`` writes features.
Slow imports happen inside the commands, so that ``skaudio --help`` is fast.
"""

from skaudio.cli._main import main

__all__ = ["main"]
