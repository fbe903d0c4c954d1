"""Start times of recordings, from files made byte by byte as recorders write them, and from names."""

import io
import os
import struct
import warnings
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from skaudio.io import AudioError, audio_info, recording_start

SR = 8000
START = datetime(2023, 4, 1, 5, 0, 0)
PLUS_2 = timezone(timedelta(hours=2))


def chunk(name, content, endian="<"):
    return name + struct.pack(endian + "I", len(content)) + content + b"\0" * (len(content) % 2)


def wav(*before, after=(), n_samples=16):
    """A WAV file of zeros with further chunks before and after its samples."""
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, SR, 2 * SR, 2, 16))
    content = b"WAVE" + fmt + b"".join(before) + chunk(b"data", bytes(2 * n_samples)) + b"".join(after)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def guano(timestamp):
    lines = ["GUANO|Version: 1.0", "Make: Wildlife Acoustics, Inc.", f"Timestamp: {timestamp}", "Loc Position: 51.4 0"]
    return chunk(b"guan", "\n".join(lines).encode())


def audiomoth(zone):
    """The chunk LIST of an AudioMoth: a comment of 384 bytes, padded with null characters, and the artist."""
    comment = (
        f"Recorded at 05:00:00 01/04/2023{zone} by AudioMoth 24F319055FDF2F5B at medium gain while battery was 4.2V"
    )
    tags = chunk(b"ICMT", comment.encode().ljust(384, b"\0")) + chunk(
        b"IART", b"AudioMoth 24F319055FDF2F5B".ljust(32, b"\0")
    )
    return chunk(b"LIST", b"INFO" + tags)


def bext(date="2023-04-01", time="05:00:00"):
    head = b"Field recording".ljust(256, b"\0") + b"Recorder".ljust(32, b"\0") + b"ref".ljust(32, b"\0")
    return chunk(b"bext", head + date.encode().ljust(10, b"\0") + time.encode().ljust(8, b"\0") + bytes(8 + 2 + 254))


def start_or_message(path):
    try:
        return recording_start(path)
    except ValueError as error:
        return str(error)


class TestMetadata:
    @pytest.mark.parametrize(
        ("timestamp", "expected"),
        [
            ("2023-04-01T05:00:00+02:00", START.replace(tzinfo=PLUS_2)),
            ("2023-04-01 05:00:00", START),
            ("2023-04-01 05:00:00 +02:00", START.replace(tzinfo=PLUS_2)),
            ("2023-04-01T05:00:00Z", START.replace(tzinfo=UTC)),
            ("2023-04-01T05:00:00.250-07:00", START.replace(microsecond=250000, tzinfo=timezone(-timedelta(hours=7)))),
            ("2023-04-01T05:00:00+0100", START.replace(tzinfo=timezone(timedelta(hours=1)))),
        ],
    )
    @pytest.mark.parametrize("place", ["before", "after"])
    def test_guano(self, put, timestamp, expected, place):
        path = put("a.wav", wav(guano(timestamp)) if place == "before" else wav(after=[guano(timestamp)]))
        start = recording_start(path)
        assert (start, start.utcoffset()) == (expected, expected.utcoffset())
        assert audio_info(path).n_samples == 16

    @pytest.mark.parametrize(
        ("zone", "minutes"),
        [
            (" (UTC)", 0),
            (" (UTC+2)", 120),
            (" (UTC-3)", -180),
            (" (UTC+5:30)", 330),
            (" (UTC-3:30)", -210),
            (" (UTC-0:30)", -30),
            (" (UTC+8: 5)", 485),  # early versions pad with a space
            ("", None),
        ],
    )
    def test_audiomoth(self, put, zone, minutes):
        start = recording_start(put("a.wav", wav(audiomoth(zone))))
        offset = start.utcoffset()
        assert start.replace(tzinfo=None) == START
        assert (None if offset is None else offset / timedelta(minutes=1)) == minutes

    @pytest.mark.parametrize("separators", ["-:", "__", "::", ".."])
    def test_bwf(self, put, separators):
        date, time = (
            text.replace("-", separators[0]).replace(":", separators[1]) for text in ("2023-04-01", "05:00:00")
        )
        assert recording_start(put("a.wav", wav(bext(date, time)))) == START

    def test_guano_comes_first_and_an_unknown_origination_is_none(self, put):
        path = put(
            "a.wav",
            wav(bext("2000-01-01", "00:00:00"), audiomoth(" (UTC)"), after=[guano("2023-04-01T05:00:00+02:00")]),
        )
        assert recording_start(path) == START.replace(tzinfo=PLUS_2)
        for date in ("", "0000-00-00"):
            path = put("b.wav", wav(bext(date, "00:00:00" if date else "")))
            with pytest.raises(
                ValueError, match=r"The start of '.*b\.wav' is unknown: its metadata \(GUANO.* state no"
            ):
                recording_start(path, source="metadata")

    def test_rf64(self, put):
        fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, SR, 2 * SR, 2, 16))
        sizes = chunk(b"ds64", struct.pack("<QQQI", 0, 32, 16, 0))
        data = b"data" + b"\xff" * 4 + bytes(32)
        path = put("a.wav", b"RF64" + b"\xff" * 4 + b"WAVE" + sizes + fmt + data + guano("2023-04-01 05:00:00"))
        assert recording_start(path) == START

    def test_file_objects_and_records(self, put):
        content = wav(guano("2023-04-01 05:00:00"))
        file = io.BytesIO(b"xyz" + content)
        file.seek(3)
        assert recording_start(file) == START
        assert file.tell() == 3
        assert recording_start({"bytes": content, "path": None}) == START
        assert recording_start({"audio": {"path": str(put("a.wav", content))}}) == START
        with put("a.wav", content).open("rb") as opened:
            assert recording_start(opened) == START

    @pytest.mark.parametrize(
        ("extra", "match"),
        [
            (guano("1/4/2023 5 am"), r"GUANO field Timestamp is '1/4/2023 5 am': expected a date and time of ISO 8601"),
            (guano("2023-04-01"), "GUANO field Timestamp is '2023-04-01': expected a date and time"),
            (guano("1970-01-01T00:00:12Z"), "1970-01-01T00:00:12Z': the clock of the recorder was not set"),
            (
                chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"Recorded at dawn")),
                "comment of AudioMoth is 'Recorded at dawn'",
            ),
            (bext("2023-13-01"), "origination time of BWF is '2023-13-01.*month must be in"),
            (bext("01.04.2023"), r"origination time of BWF is '01\.04\.2023.*expected 10 characters of a date"),
        ],
    )
    def test_fields_that_are_not_valid(self, put, extra, match):
        with pytest.raises(ValueError, match=r"The start of '.*odd\.wav' is unknown: .*" + match):
            recording_start(put("odd.wav", wav(extra)))
        named = put("20230401_050000.wav", wav(extra))
        with pytest.warns(
            UserWarning, match=r"20230401_050000\.wav': .*" + match + r".* taken as 2023-04-01 05:00:00\."
        ):
            assert recording_start(named) == START
        with pytest.raises(ValueError, match="Pass source='name'"):
            recording_start(named, source="metadata")

    def test_chunks_that_are_cut_or_damaged(self, put):
        whole = wav(after=[guano("2023-04-01 05:00:00")])
        for n in range(len(whole)):  # a recorder that lost power: the field is there or not
            path = put("20230401_050000.wav", whole[:n])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert recording_start(path) == START
        rng = np.random.default_rng(0)
        for _ in range(300):
            damaged = bytearray(whole)
            for at in rng.integers(0, len(whole), 4):
                damaged[at] = rng.integers(256)
            outcome = start_or_message(put("a.wav", bytes(damaged)))
            assert isinstance(outcome, datetime) or "a.wav' is unknown" in outcome


class TestNames:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("20230401_050000.WAV", START),
            ("20230401_050000T.WAV", START),
            ("S4A12345_20230401_050000.wav", START),
            ("20230401_050000Z.wav", START.replace(tzinfo=UTC)),
            ("20230401_050000+0200.wav", START.replace(tzinfo=PLUS_2)),
            ("20230401T050000+0200_REC.flac", START.replace(tzinfo=PLUS_2)),
            ("20230401_050000-03:30.wav", START.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
            ("2023-04-01T05:00:00Z.wav", START.replace(tzinfo=UTC)),
            ("2023-04-01 05-00-00.wav", START),
            ("2023-04-01_05.00.00.wav", START),
            ("20230401050000.mp3", START),
            ("20230401_050000-4512.wav", START),  # a counter
            ("20230401_050000_001.wav", START),
            ("/20220101_000000/site 3/20230401_050000.3gp", START),
            ("D:\\20220101_000000\\20230401_050000.wav", START),
        ],
    )
    def test_names_of_recorders(self, name, expected):
        start = recording_start(name)
        assert (start, start.utcoffset()) == (expected, expected.utcoffset())

    @pytest.mark.parametrize(
        ("name", "pattern", "expected"),
        [
            ("owl-01.04.23-5.wav", r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d\d)-(?P<hour>\d)", START),
            (
                "x230401-050000.5Z",
                r"(?P<year>..)(?P<month>..)(?P<day>..)-(?P<hour>..)(?P<minute>..)(?P<second>..)\.(?P<fraction>\d+)(?P<zone>Z)?",
                START.replace(microsecond=500000, tzinfo=UTC),
            ),
            ("5678.230401050000.wav", "%y%m%d%H%M%S", START),
            ("01Apr2023 05h00 +0200.wav", "%d%b%Y %Hh%M %z", START.replace(tzinfo=PLUS_2)),
            ("site/2023-04-01/050000.wav", "%Y-%m-%d/%H%M%S", START),
            ("site\\2023-04-01\\05.wav", r"(?P<year>\d+)-(?P<month>\d+)-(?P<day>\d+)/(?P<hour>\d+)", START),
            ("100%_20230401_05.wav", "%%_%Y%m%d_%H", START),
            ("tape 19690720_201740.wav", "%Y%m%d_%H%M%S", datetime(1969, 7, 20, 20, 17, 40)),
        ],
    )
    def test_other_patterns(self, name, pattern, expected):
        start = recording_start(name, pattern=pattern)
        assert (start, start.utcoffset()) == (expected, expected.utcoffset())

    @pytest.mark.parametrize(
        ("name", "pattern", "match"),
        [
            ("a.wav", None, r"metadata \(GUANO.*\) and file name \(such as .*\) state no time\. Pass a pattern"),
            ("19700101_000012.wav", None, "'19700101_000012' in the file name: the clock of the recorder was not set"),
            ("20230431_050000.wav", None, "'20230431_050000' in the file name is no time: day .*out of range"),
            ("20230401_050000-20230401_060000.wav", None, "has several times, 20230401_050000 and 20230401_060000"),
            ("a.wav", "%Y%m%d_%H%M%S", "pattern='%Y%m%d_%H%M%S' does not match its name"),
            ("a.wav", "%Y%Q", "%Q is not supported; expected a format of strptime with %Y"),
            ("a.wav", r"(?P<year>\d+", "is no regular expression: missing"),
            ("a.wav", r"(?P<year>\d+)(?P<month>\d+)(?P<day>\d+)", "has no group 'hour'; expected .* groups year,"),
            ("20231301_05.wav", "%Y%m%d_%H", "'20231301_05' in the file name is no time: .*does not match format"),
        ],
    )
    def test_errors_name_the_recording(self, name, pattern, match):
        with pytest.raises(ValueError, match=rf"The start of '{name}' is unknown: .*{match}"):
            recording_start(name, pattern=pattern)

    def test_names_that_are_no_text(self):
        assert recording_start(os.fsdecode(b"for\xeat_20230401_050000.wav")) == START


class TestBoth:
    def test_the_name_in_local_time_or_in_utc_agrees(self, put):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for name in ("20230401_050000.wav", "20230401_030000.wav", "20230401_045930.wav", "20230401_030000Z.wav"):
                start = recording_start(put(name, wav(audiomoth(" (UTC+2)"))))
                assert start == START.replace(tzinfo=PLUS_2)

    def test_a_name_that_disagrees_is_named(self, put):
        path = put("20230401_070000.wav", wav(audiomoth(" (UTC)")))
        match = r"070000\.wav' begins at 2023-04-01 05:00:00\+00:00 according to the comment of AudioMoth, but its file"
        with pytest.warns(UserWarning, match=match):
            assert recording_start(path) == START.replace(tzinfo=UTC)
        assert recording_start(path, source="name") == START.replace(hour=7)

    def test_recordings_without_a_start(self, tmp_path):
        with pytest.raises(ValueError, match=r"The start of array of 4 samples is unknown"):
            recording_start(np.zeros(4))
        with pytest.raises(AudioError, match=r"20230401_050000\.wav' cannot be read: No such file.*source='name'"):
            recording_start(tmp_path / "20230401_050000.wav", source="metadata")
        with pytest.raises(ValueError, match="source='clock'; expected one of 'auto', 'metadata', 'name'"):
            recording_start("20230401_050000.wav", source="clock")
