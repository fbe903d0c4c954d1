"""Opening of encoded files: format, actual length, and workarounds for libsndfile."""

import io
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from skaudio.io._audio_error import AudioError
from skaudio.io._chained_reader import ChainedReader
from skaudio.io._chunks import Samples, find_samples, wav_codec
from skaudio.io._file_reader import FileReader
from skaudio.io._file_view import FileView
from skaudio.io._libsndfile import CannotOpenError, is_broken_sds
from skaudio.io._mpeg import MAX_FRAME_BYTES, Run, count_frames, is_stated_whole, length_header
from skaudio.io._ogg import LOG_OF_ODD_END, describe_ogg_truncation, ogg_links
from skaudio.io._stated_length import compare_with_header

HEAD_BYTES = 2**9
UNKNOWN_LENGTH = 2**63 - 1
MPEG_CODEC = 0x50  # of WAV files, for Layers I and II, which libsndfile does not support in WAV
# A few hours of silence in FLAC may have fewer bytes; it is then read piece by piece.
SAMPLES_PER_BYTE = 64
# Bytes per sample of the codecs that can be read without a header.
SAMPLE_BYTES = {"PCM_U8": 1, "PCM_S8": 1, "PCM_16": 2, "PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8}
SAMPLE_BYTES |= {"ULAW": 1, "ALAW": 1}
# Some writers include the header in the size of the samples.
MAX_SLIP_BYTES = 128
# An MP3 file may be one or two frames shorter than stated: encoders disagree on counting the header's frame.
N_TOLERATED_FRAMES = 2
# First bytes of files that may be concatenated; libsndfile reads no more of the second than is in the same block.
MAGIC = {"FLAC": b"fLaC\0\0\0\x22", "OGG": b"OggS\0\x02"}
BLOCK_BYTES = 2**16
# Not .au and .snd: without an AU header, libsndfile would decode such a file as telephone speech.
KNOWN_BY_SUFFIX = (b".mp3", b".vox", b".vox6", b".vox8", b".gsm", b".sd2")


def open_encoded(
    source: int | str | bytes | io.BytesIO | None, file: FileView, name: str, path: str | bytes | None = None
) -> FileReader | ChainedReader:
    """Open an encoded clip with libsndfile.

    Parameters
    ----------
    source : int, str, bytes, BytesIO or None
        Alternative that libsndfile reads faster than `file`: its descriptor or path, or its content in memory.
    file : FileView
        The file.
    name : str
        Name used in messages.
    path : str, bytes or None
        Path of the file: libsndfile recognises some formats by the suffix only.

    Raises
    ------
    CannotOpenError
        If libsndfile cannot open it.
    AudioError
        If it can, but the content is not usable sound.
    Exception
        Any exception raised when reading the file.
    """
    head = file.bytes_at(0, HEAD_BYTES)
    if is_broken_sds(file, head):
        raise AudioError(
            f"{name} is damaged or cut short: it is a MIDI sample dump with broken or missing blocks. Copy or record "
            "it again."
        )
    samples = find_samples(file, head)
    if samples is not None and samples.next_file is not None:
        return _open_concatenated(file, samples.next_file, name)
    correction = samples.correction if samples is not None else None
    try:
        # A separate view: libsndfile requires that nothing else changes the position.
        opened = file.part(correction=correction) if source is None or correction is not None else source
        reader = FileReader(opened, name)
    except CannotOpenError:
        if samples is not None and wav_codec(file, head) == MPEG_CODEC:
            return _open_mpeg_in_wav(file, samples, name)
        if path is None or not os.fsencode(path).lower().endswith(KNOWN_BY_SUFFIX):
            raise
        reader = FileReader(os.fsencode(path) if os.name == "posix" else path, name)
    try:
        whole = _completed(reader, file, samples)
    except BaseException:
        reader.close()
        raise
    whole.max_plausible_samples = SAMPLES_PER_BYTE * file.size
    return whole


def _completed(reader: FileReader, file: FileView, samples: Samples | None) -> FileReader | ChainedReader:
    """Compare libsndfile's view of a file with its actual content, and correct it."""
    if samples is not None and reader.subtype.startswith("MPEG"):
        reader.close()
        return _open_mpeg_in_wav(file, samples, reader.name)
    if samples is not None:
        return _all_samples(reader, file, samples)
    if reader.container == "MP3":
        return _whole_mpeg(reader, file)
    if reader.container == "OGG" and LOG_OF_ODD_END in reader.file.extra_info:
        return _whole_ogg(reader, file)
    if reader.container in MAGIC:
        reader.check_end = partial(_describe_next_file, reader, file)
    elif reader.container != "RAW":
        compare_with_header(reader, file)
    if reader.n_samples == UNKNOWN_LENGTH:
        raise AudioError(
            f"{reader.name} cannot be decoded: its header does not state the number of samples, as when an encoder "
            "writes to a pipe (`ffmpeg -i old new` completes it)."
        )
    return reader


def _open_concatenated(file: FileView, next_file: int | None, name: str) -> FileReader | ChainedReader:
    """Open concatenated files with chunks as one clip."""
    begins = [0]
    while next_file is not None:
        begins.append(begins[-1] + next_file)
        rest = file.part(begins[-1])
        samples = find_samples(rest, rest.bytes_at(0, HEAD_BYTES))
        next_file = samples.next_file if samples is not None else None
    parts = zip(begins, [*begins[1:], file.size], strict=True)
    return _chained([partial(open_encoded, None, file.part(begin, end), name) for begin, end in parts])


def _describe_next_file(reader: FileReader, file: FileView) -> str | None:
    """Describe the file that follows the end of the first one, if any."""
    end = reader.bytes_read()
    if end is None:
        return None
    position = max(1, end - BLOCK_BYTES)
    begin = file.bytes_at(position, 2 * BLOCK_BYTES).find(MAGIC[reader.container])
    if begin < 0:
        return None
    seconds = (file.size / (position + begin) - 1) * reader.n_samples / reader.sr
    return (
        f"another {reader.container} file was appended to it: about {seconds:.2f} s are ignored. Store each "
        "recording in a separate file."
    )


def _all_samples(reader: FileReader, file: FileView, samples: Samples) -> FileReader | ChainedReader:
    """Open a file with chunks with its actual number of samples, regardless of its header."""
    stated, available = samples.n_stated, samples.n_available
    frame_bytes = SAMPLE_BYTES.get(reader.subtype, 0) * reader.n_channels
    n_bytes = available if stated is None else min(stated, available)
    if frame_bytes and n_bytes // frame_bytes != reader.n_samples:
        reader = _without_header(reader, file.part(samples.begin, samples.begin + n_bytes // frame_bytes * frame_bytes))
    if stated is not None and stated > available:
        missing = stated - available
        if frame_bytes and missing <= min(samples.begin, MAX_SLIP_BYTES) and missing < available:
            reader.length_warning = (
                f"its header states {stated} bytes of samples, but it has {available}, which are all read."
            )
        else:
            reader.truncation = f"its header states {stated} bytes, but it has {available}."
    elif samples.n_unexplained and reader.n_samples:
        seconds = samples.n_unexplained / n_bytes * reader.n_samples / reader.sr
        reader.length_warning = (
            f"it continues after the length in its header ({reader.n_samples / reader.sr:.2f} s): up to "
            f"{seconds:.2f} s of audio are ignored. Correct the header, as by "
            "`ffmpeg -ignore_length 1 -i old.wav new.wav`."
        )
    elif reader.n_samples == 0 and n_bytes:
        raise AudioError(
            f"{reader.name} is incomplete: the sizes in its header are placeholders, and its codec "
            f"({reader.subtype}) requires them. Correct the header with another program."
        )
    return reader


def _without_header(reader: FileReader, samples: FileView) -> FileReader:
    header = reader.file
    endian = header.endian if header.endian != "FILE" else _endian_of(reader.container)
    facts = {"samplerate": header.samplerate, "channels": header.channels, "subtype": reader.subtype, "endian": endian}
    whole = FileReader(samples, reader.name, format="RAW", **facts)
    whole.call_at_close(reader.close)
    return whole


def _endian_of(container: str) -> str:
    return "BIG" if container in ("AIFF", "SVX", "AU", "CAF") else "LITTLE"


def _whole_ogg(reader: FileReader, file: FileView) -> FileReader | ChainedReader:
    links = ogg_links(file)
    if len(links) < 2:
        reader.truncation = describe_ogg_truncation(file)
        return reader
    reader.close()
    parts = [partial(_open_part, file, begin, end, reader.name) for begin, end in links]
    chain = _chained(parts)
    chain.truncation = describe_ogg_truncation(file)
    return chain


def _open_part(file: FileView, begin: int, end: int, name: str) -> FileReader:
    return FileReader(file.part(begin, end), name)


def _open_mpeg_in_wav(file: FileView, samples: Samples, name: str) -> FileReader | ChainedReader:
    n_bytes = samples.n_available if samples.n_stated is None else min(samples.n_stated, samples.n_available)
    inside = file.part(samples.begin, samples.begin + n_bytes)
    reader = _whole_mpeg(FileReader(inside.part(), name), inside)
    if n_bytes < (samples.n_stated or 0):
        reader.truncation = f"its header states {samples.n_stated} bytes, but it has {n_bytes}."
    return reader


def _whole_mpeg(reader: FileReader, file: FileView) -> FileReader | ChainedReader:
    """Open an MPEG file with all its frames, whether or not it states their number."""
    stated = length_header(file)
    if stated is not None and is_stated_whole(file, stated):
        position, frame, header = stated
        reader.n_missing_tolerated = N_TOLERATED_FRAMES * frame.n_samples
        n_missing = position + header.n_bytes - file.size
        if 0 < n_missing <= N_TOLERATED_FRAMES * MAX_FRAME_BYTES:
            seconds = reader.n_missing_tolerated / reader.sr
            reader.length_warning = f"its last {n_missing} bytes are missing, up to {seconds:.2f} s of audio."
        return reader
    frames = count_frames(file)
    if not frames.runs:  # free bit rate: libsndfile's estimate is correct
        reader.n_missing_tolerated = reader.n_samples
        return reader
    reader.close()
    whole = _chained([partial(_open_run, file, run, reader.name) for run in frames.runs])
    if frames.truncated and (frames.runs[-1].header is None):
        whole.truncation = "it ends inside a frame of its MPEG stream."
    elif frames.n_junk_bytes:
        whole.length_warning = (
            f"{frames.n_junk_bytes} bytes between its frames are not audio: it is damaged or concatenated."
        )
    return whole


def _open_run(file: FileView, run: Run, name: str) -> FileReader:
    spf, header = run.frame.n_samples, run.header
    if header is not None and not header.is_vbri and header.n_frames >= run.n_frames:
        reader = FileReader(file.part(run.begin, run.end), name)
    else:
        # Without a correct header, libsndfile estimates the length from the size, which zeros make large enough.
        n_zeros = max(0, run.n_frames * (run.frame.n_bytes + 1) - (run.end - run.sound_begin))
        reader = FileReader(file.part(run.sound_begin, run.end, n_zeros=n_zeros + 2 * MAX_FRAME_BYTES), name)
        n_leading = header.n_leading if header is not None else 0
        reader.restrict(n_leading, max(0, run.n_frames * spf - n_leading))
    reader.n_missing_tolerated = N_TOLERATED_FRAMES * spf
    return reader


def _chained(openers: Sequence[Callable[[], FileReader | ChainedReader]]) -> FileReader | ChainedReader:
    """Concatenate parts to one clip, up to the first incompatible one, with a warning."""
    first = openers[0]()
    if len(openers) == 1:
        return first
    facts: list[Any] = []
    for opener in openers:
        with opener() as part:
            facts.append((part.sr, part.n_channels, part.n_samples))
    first.close()
    n_parts = next((i for i, fact in enumerate(facts) if fact[:2] != facts[0][:2]), len(facts))
    chain = ChainedReader(openers[:n_parts], [fact[2] for fact in facts[:n_parts]])
    if n_parts < len(facts):
        seconds = sum(fact[2] / fact[0] for fact in facts[n_parts:])
        chain.length_warning = (
            f"its parts differ in sampling rate or number of channels: {seconds:.2f} s are ignored, from the first "
            "part that differs. Convert the parts separately."
        )
    return chain
