"""What a report of a problem should say: the machine, and versions of packages.

`import skaudio` imports this module: it imports nothing itself.
"""


def show_versions() -> None:
    """Print the machine, Python, the versions of skaudio and its dependencies, and the FFT library in use.

    Include it when you report a problem. Nothing heavy is imported.

    Examples
    --------
    >>> import skaudio
    >>> skaudio.show_versions()  # doctest: +ELLIPSIS
    machine: ...
    FFT: ...
    """
    import os
    import platform
    import sys

    from skaudio.dsp._fft import fft_library

    print(f"machine: {platform.platform()}, {os.cpu_count()} cores")
    print(f"Python: {sys.version.replace(chr(10), ' ')}")
    for name in ["skaudio", *_dependencies()]:
        print(f"{name}: {_version(name)}")
    print(f"FFT: {fft_library()}")


def _dependencies() -> list[str]:
    """Return the names of required and optional packages, without those for tests."""
    import re
    from importlib.metadata import requires

    needed = [line for line in requires("skaudio") or [] if "extra == 'test'" not in line.replace('"', "'")]
    return list(dict.fromkeys(re.split(r"[^\w.-]", line)[0] for line in needed))


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
