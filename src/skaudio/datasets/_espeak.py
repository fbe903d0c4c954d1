"""Speech by espeak-ng, in a process of its own: this file is run as a script, and needs the standard library only.

espeak-ng is a synthesiser for a hundred languages [1]_. Its C library comes with the package ``espeakng-loader``
(``skaudio[speak]``), or with the program, as by ``apt install espeak-ng``. It has a global state that outlasts a call:
only in a new process does the same seed produce the same speech.

The script reads a request in JSON from standard input: ``language``, ``voice_numbers`` and ``utterances`` (text, voice
number, words per minute, pitch and pitch range from 0 to 100), ``seed``. It writes a line of JSON (``sr``, ``voices``,
``n_samples`` of each utterance) and the samples, 16-bit; or, after a failure, a line with ``error``.

References
----------
.. [1] https://github.com/espeak-ng/espeak-ng
"""

import ctypes
import importlib.util
import json
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

PACKAGE = "espeakng_loader"
LIBRARY_NAMES = {"win32": "espeak-ng.dll", "darwin": "libespeak-ng.dylib"}
NOT_INSTALLED = (
    "Words are spoken by espeak-ng, which is not installed: pip install 'skaudio[speak]', or install the program, as "
    "by `apt install espeak-ng` or `brew install espeak-ng`."
)
SYNCHRONOUS, UTF_8, CHARACTERS, NO_EXIT = 2, 1, 1, 0x8000  # of the library's interface
RATE, PITCH, PITCH_RANGE = 1, 3, 4
N_SCRIPT_LETTERS = 4  # in a tag such as "fa-latn": another alphabet, not another accent
EFFECTS = ("whisper", "croak", "robo", "demonic", "fast", "storm", "tweaky", "anxious")  # of variants unlike persons

Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class VoiceEntry(ctypes.Structure):
    """Head of the library's description of a voice."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),  # for each, a priority, the tag and a zero; then a zero
        ("identifier", ctypes.c_char_p),
    )


def main() -> None:
    """Answer the request."""
    request = json.load(sys.stdin)
    path, data_folder = _locations()
    if path is None:
        _fail(NOT_INSTALLED)
    library = ctypes.CDLL(path)
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(VoiceEntry))
    sr = library.espeak_Initialize(SYNCHRONOUS, 0, data_folder, NO_EXIT)
    if sr <= 0:
        _fail(f"espeak-ng does not find its data. {NOT_INSTALLED}")
    if hasattr(library, "espeak_ng_SetRandSeed"):  # before version 1.52, the seed was constant
        library.espeak_ng_SetRandSeed(ctypes.c_long(request["seed"]))
    accents, variants = _accents(library, request["language"]), _variants(library)
    voices = [(accents[i % len(accents)], variants[j % len(variants)]) for i, j in request["voice_numbers"]]
    spoken: list[bytes] = []
    callback = Callback(lambda samples, n, _: _append(spoken, samples, n))
    library.espeak_SetSynthCallback(callback)
    lengths, output = [], []
    for text, voice, *settings in request["utterances"]:
        (_, accent), variant = voices[voice]
        library.espeak_SetVoiceByName(f"{accent}+{variant}".encode())
        for parameter, value in zip((RATE, PITCH, PITCH_RANGE), settings, strict=True):
            library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode()
        spoken.clear()
        library.espeak_Synth(encoded, len(encoded) + 1, 0, CHARACTERS, 0, UTF_8, None, None)
        output.append(b"".join(spoken))
        lengths.append(len(output[-1]) // 2)
    names = [f"{tag}+{variant}" for (tag, _), variant in voices]
    _answer({"sr": sr, "voices": names, "n_samples": lengths}, *output)


def _locations() -> tuple[str | None, bytes | None]:
    """Return the paths of the library, if found, and of its data, which an installed one finds itself."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        return find_library("espeak-ng"), None
    folder = Path(package.origin).parent
    library = folder / LIBRARY_NAMES.get(sys.platform, "libespeak-ng.so")
    return str(library), bytes(folder / "espeak-ng-data")


def _accents(library: ctypes.CDLL, language: str) -> list[tuple[str, str]]:
    """Return the tags and identifiers of the voices of a language."""
    accents: dict[str, str] = {}
    known = set()
    for entry in _entries(library.espeak_ListVoices(None)):
        for tag in _tags(entry.languages):
            known.add(tag.split("-")[0])
            is_script = any(len(part) == N_SCRIPT_LETTERS for part in tag.split("-")[1:])
            if (tag == language or tag.startswith(language + "-")) and not is_script:
                accents.setdefault(tag, entry.identifier.decode())
    if not accents:
        _fail(f"language={language!r} is unknown to espeak-ng. Expected one of {', '.join(sorted(known))}.")
    return sorted(accents.items())


def _variants(library: ctypes.CDLL) -> list[str]:
    """Return the names of the variants of a voice."""
    wanted = VoiceEntry(languages=ctypes.cast(ctypes.c_char_p(b"variant"), ctypes.POINTER(ctypes.c_char)))
    names = [
        entry.identifier.decode().split("/")[-1] for entry in _entries(library.espeak_ListVoices(ctypes.byref(wanted)))
    ]
    return sorted(name for name in names if " " not in name and not any(effect in name.lower() for effect in EFFECTS))


def _entries(entries: "ctypes._Pointer[ctypes._Pointer[VoiceEntry]]") -> Iterator[VoiceEntry]:
    i = 0
    while entries[i]:
        yield entries[i].contents
        i += 1


def _tags(languages: "ctypes._Pointer[ctypes.c_char]") -> Iterator[str]:
    start = 0
    while languages[start] != b"\0":
        stop = start + 1
        while languages[stop] != b"\0":
            stop += 1
        yield bytes(languages[start + 1 : stop]).decode()
        start = stop + 1


def _append(spoken: list[bytes], samples: "ctypes._Pointer[ctypes.c_short]", n_samples: int) -> int:
    if samples and n_samples:
        spoken.append(ctypes.string_at(samples, 2 * n_samples))
    return 0


def _fail(error: str) -> None:
    _answer({"error": error})
    sys.exit(0)


def _answer(header: dict, *samples: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.writelines(samples)


if __name__ == "__main__":
    main()
