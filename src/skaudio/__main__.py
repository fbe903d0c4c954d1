"""``python -m skaudio``: the console script when it is not on the path."""

import sys

from skaudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
