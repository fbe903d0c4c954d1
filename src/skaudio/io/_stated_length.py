"""What the headers of less known formats state, and libsndfile says in its log only, if at all."""

import re
from typing import Any

from skaudio.io._file_view import FileView

# Numbers of samples that a channel has by the header; groups are searched in libsndfile's log.
N_SAMPLES = {
    "AVR": re.compile(r"^  Frames +: (\d+)$", re.MULTILINE),
    "MPC2K": re.compile(r"^  Frames +: (\d+)$", re.MULTILINE),
    "MAT5": re.compile(r"Rows : \d+ +Cols : (\d+)\n(?!.*Cols)", re.DOTALL),
}
# Lines of the log where bytes are missing: those promised, those there.
N_BYTES = {
    "MAT4": re.compile(r"File seems to be truncated\. (?P<there>-?\d+) <--> (?P<stated>\d+)"),
    "WVE": re.compile(r"Data length (?P<stated>\d+) should be (?P<there>-?\d+)"),
    "SVX": re.compile(r"^ ?(?:FORM|BODY) : (?P<stated>\d+) \(should be (?P<there>-?\d+)\)", re.MULTILINE),
}
TRUNCATED = re.compile("seems to be (a )?truncated", re.IGNORECASE)
NIST_COUNT = re.compile(rb"^sample_count -i (\d+)", re.MULTILINE)
# Formats that state no length: position of the samples.
DATA_BEGIN = {"IRCAM": 1024, "PAF": 2048}
PVF_BEGIN = re.compile(r"Data Offset : (\d+)")
SAMPLE_BYTES = {"PCM_S8": 1, "PCM_16": 2, "PCM_32": 4, "FLOAT": 4, "ULAW": 1, "ALAW": 1}
PAF_24_BYTES = 32  # a block of ten samples


def how_less_known_is_cut(file: FileView, sound_file: Any) -> str | None:
    """Say how the end of an opened file is missing, by its header and libsndfile's log; None where it is whole.

    VOC, AVR, NIST, MPC2K, MAT4, MAT5, WVE and SVX state their length. PVF, IRCAM and PAF do not: they are known to be
    cut only where they end inside a sample.
    """
    container, log, n_there = sound_file.format, sound_file.extra_info, sound_file.frames
    if container in N_BYTES and (sizes := N_BYTES[container].search(log)):
        stated, there = int(sizes["stated"]), int(sizes["there"])
        return f"its header promises {stated} bytes, {max(0, there)} are there." if there < stated else None
    if TRUNCATED.search(log):
        return "its last block is shorter than it states."
    n_stated = _n_stated(container, log, file)
    if n_stated is not None and n_stated > n_there:
        return f"its header promises {n_stated} samples, {n_there} are there."
    begin = int(PVF_BEGIN.search(log)[1]) if container == "PVF" else DATA_BEGIN.get(container)
    if begin is not None:
        is_paf_24 = (container, sound_file.subtype) == ("PAF", "PCM_24")
        width = PAF_24_BYTES if is_paf_24 else SAMPLE_BYTES[sound_file.subtype]
        if (file.size - begin) % (width * sound_file.channels):
            return "it ends inside a sample."
    return None


def _n_stated(container: str, log: str, file: FileView) -> int | None:
    if container == "NIST":
        match = NIST_COUNT.search(file.bytes_at(0, 1024))
    else:
        match = N_SAMPLES[container].search(log) if container in N_SAMPLES else None
    return int(match[1]) if match else None
