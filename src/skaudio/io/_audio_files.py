"""Listing of the recordings in a folder."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from skaudio._remote import remote_files
from skaudio._urls import is_url, local_path
from skaudio._warnings import warn_user

# Formats of `load`: first those of libsndfile, then those of audioread, if ffmpeg is installed.
AUDIO_EXTENSIONS = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".mp1", ".mpga"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph", ".nist", ".voc", ".8svx", ".svx", ".avr", ".paf"),
    *(".pvf", ".ircam", ".vox", ".gsm", ".m4a", ".m4b", ".aac", ".ac3", ".wma", ".amr", ".mka", ".weba", ".webm"),
    *(".mp4", ".3gp", ".spx", ".wv", ".tta", ".ape"),
)
# Other files that may contain audio: videos, samples without a header, rare codecs.
OTHER_AUDIO_EXTENSIONS = (
    *(".avi", ".mov", ".mkv", ".mpg", ".mpeg", ".m4v", ".wmv", ".asf", ".flv", ".ts", ".mts", ".ogv", ".3g2", ".mxf"),
    *(".raw", ".pcm", ".sd2", ".sds", ".xi", ".wve", ".caff", ".adts", ".dts", ".eac3", ".g722", ".awb", ".ra", ".rm"),
    *(".dsf", ".dff", ".mpc", ".shn", ".tak", ".aax", ".qcp"),
)


def find_audio_files(
    folder: str | Path, extensions: Sequence[str] = AUDIO_EXTENSIONS
) -> tuple[list[PurePath], Counter]:
    """Find the recordings below a folder, at any depth, without hidden files.

    Parameters
    ----------
    folder : str or Path
        The folder, or its URL.
    extensions : sequence of str
        Suffixes of recordings, in lower case.

    Returns
    -------
    files : list of PurePath
        Relative to the folder, sorted.
    others : Counter
        Number of other files that may contain sound, by suffix; for `warn_of_others`.
    """
    relative: Iterable[PurePath]
    if is_url(folder):
        relative = remote_files(str(folder))
    else:
        folder = Path(local_path(folder))
        relative = (file.relative_to(folder) for file in folder.rglob("*") if file.suffix)
    files: list[PurePath] = []
    others: Counter[str] = Counter()
    for file in relative:
        suffix, is_shown = file.suffix.lower(), not any(part.startswith(".") for part in file.parts)
        if is_shown and suffix in extensions and (isinstance(folder, str) or (folder / file).is_file()):
            files.append(file)
        elif is_shown and suffix in OTHER_AUDIO_EXTENSIONS:
            others[suffix] += 1
    return sorted(files, key=lambda file: file.parts), others


def warn_of_others(folder: str | Path, others: Counter) -> None:
    """Warn if files that may contain audio are ignored."""
    if others:
        counts = ", ".join(f"{n} {suffix}" for suffix, n in sorted(others.items()))
        warn_user(
            f"{others.total()} file(s) in {str(folder)!r} may contain audio and are ignored: {counts}. Convert them, "
            "or pass their suffixes to skaudio.datasets.load_folder as extensions.",
        )
