"""Stated lengths of less common formats, which libsndfile reports in its log only, if at all."""

import re

from skaudio.io._file_reader import FileReader
from skaudio.io._file_view import FileView

# Samples per channel stated in the header, as in libsndfile's log.
N_SAMPLES = {
    "AVR": re.compile(r"^  Frames +: (\d+)$", re.MULTILINE),
    "MPC2K": re.compile(r"^  Frames +: (\d+)$", re.MULTILINE),
    "MAT5": re.compile(r"Rows : \d+ +Cols : (\d+)\n(?!.*Cols)", re.DOTALL),
}
# Lines of the log about missing bytes: stated and actual sizes.
N_BYTES = {
    "MAT4": re.compile(r"File seems to be truncated\. (?P<available>-?\d+) <--> (?P<stated>\d+)"),
    "WVE": re.compile(r"Data length (?P<stated>\d+) should be (?P<available>-?\d+)"),
}
SEVERAL_BLOCKS = "multi-segment file"  # of VOC
TRUNCATED = re.compile("seems to be (a )?truncated", re.IGNORECASE)
NIST_COUNT = re.compile(rb"^sample_count -i (\d+)", re.MULTILINE)
# Formats that state no length: position of the samples.
DATA_BEGIN = {"IRCAM": 1024, "PAF": 2048}
PVF_BEGIN = re.compile(r"Data Offset : (\d+)")
SAMPLE_BYTES = {"PCM_S8": 1, "PCM_16": 2, "PCM_32": 4, "FLOAT": 4, "ULAW": 1, "ALAW": 1}
PAF_24_BYTES = 32  # a block of ten samples


def compare_with_header(reader: FileReader, file: FileView) -> None:
    """Check whether an opened file is truncated, or continues after its stated length.

    VOC, AVR, NIST, MPC2K, MAT4, MAT5 and WVE state their length. PVF, IRCAM and PAF do not: their truncation is
    detected only inside a sample.
    """
    log = reader.file.extra_info
    reader.truncation = _describe_truncation(reader, log, file)
    n_stated, n_available = _n_stated(reader.container, log, file), reader.n_samples
    if n_stated is not None and 0 < n_stated < n_available:
        reader.restrict(0, n_stated)
        reader.length_warning = (
            f"it continues after the length in its header ({n_stated / reader.sr:.2f} s): up to "
            f"{(n_available - n_stated) / reader.sr:.2f} s of audio are ignored."
        )
    elif SEVERAL_BLOCKS in log:
        reader.length_warning = (
            "its samples are in several blocks, whose headers libsndfile decodes as samples: convert it to WAV."
        )


def _describe_truncation(reader: FileReader, log: str, file: FileView) -> str | None:
    container = reader.container
    if container in N_BYTES and (sizes := N_BYTES[container].search(log)):
        stated, available = int(sizes["stated"]), int(sizes["available"])
        return f"its header states {stated} bytes, but it has {max(0, available)}." if available < stated else None
    if TRUNCATED.search(log):
        return "its last block is shorter than stated."
    n_stated = _n_stated(container, log, file)
    if n_stated is not None and n_stated > reader.n_samples:
        return f"its header states {n_stated} samples, but it has {reader.n_samples}."
    begin = int(PVF_BEGIN.findall(log)[0]) if container == "PVF" else DATA_BEGIN.get(container)
    if begin is not None:
        is_paf_24 = (container, reader.subtype) == ("PAF", "PCM_24")
        width = PAF_24_BYTES if is_paf_24 else SAMPLE_BYTES[reader.subtype]
        if (file.size - begin) % (width * reader.n_channels):
            return "it ends inside a sample."
    return None


def _n_stated(container: str, log: str, file: FileView) -> int | None:
    match: re.Match | None
    if container == "NIST":
        match = NIST_COUNT.search(file.bytes_at(0, 1024))
    else:
        match = N_SAMPLES[container].search(log) if container in N_SAMPLES else None
    return int(match[1]) if match else None
