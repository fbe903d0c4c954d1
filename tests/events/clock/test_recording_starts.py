"""Start times of recordings as a table, and clock times of events."""

import struct
import warnings
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from skaudio.events import Event, event_table, read_events, recording_starts, with_clock_times, write_events

NAMES = ["site1/20230401_050000.WAV", "site2/20230401_050000.WAV", "site2/20230401_060000.WAV"]


def guano_wav(timestamp):
    """An empty WAV file at 8 kHz with a GUANO chunk, byte by byte."""
    fields = f"GUANO|Version: 1.0\nTimestamp: {timestamp}\n".encode()
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + struct.pack("<I", 0)
    chunks += b"guan" + struct.pack("<I", len(fields)) + fields + b"\0" * (len(fields) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.fixture
def record(tmp_path):
    """Write recordings by the times of their metadata; return their paths."""

    def write(*timestamps):
        paths = [str(tmp_path / f"{i}.wav") for i in range(len(timestamps))]
        for path, timestamp in zip(paths, timestamps, strict=True):
            with open(path, "wb") as file:
                file.write(guano_wav(timestamp))
        return paths

    return write


def texts(series):
    return list(map(str, series))


def test_starts_from_names():
    starts = recording_starts(NAMES)
    assert starts.index.tolist() == NAMES
    assert (starts.index.name, starts.name, str(starts.dtype)) == ("recording", "start", "datetime64[us]")
    assert texts(starts) == ["2023-04-01 05:00:00", "2023-04-01 05:00:00", "2023-04-01 06:00:00"]


class TestZones:
    def test_a_zone_that_is_stated_stays(self, record):
        starts = recording_starts(record("2023-04-01T05:00:00+02:00", "2023-04-01T06:00:00+0200"))
        assert texts(starts) == ["2023-04-01 05:00:00+02:00", "2023-04-01 06:00:00+02:00"]

    def test_zones_on_either_side_of_a_change_become_utc_or_the_zone_of_a_place(self, record):
        paths = record("2023-03-25T05:00:00+01:00", "2023-03-26T05:00:00+02:00")
        with pytest.warns(UserWarning, match=r"have 2 offsets from UTC: all are converted to UTC\. Pass timezone"):
            assert texts(recording_starts(paths)) == ["2023-03-25 04:00:00+00:00", "2023-03-26 03:00:00+00:00"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            starts = recording_starts(paths, timezone="Europe/Berlin")
        assert starts.dt.hour.tolist() == [5, 5]
        assert texts(starts) == ["2023-03-25 05:00:00+01:00", "2023-03-26 05:00:00+02:00"]

    def test_with_and_without_a_zone(self, record):
        paths = record("2023-04-01T05:00:00+02:00", "2023-04-01T05:00:00")
        match = (
            r"The start of '.*0\.wav' has a time zone \(2023-04-01 05:00:00\+02:00\), but that of '.*1\.wav' has none"
        )
        with pytest.raises(ValueError, match=match):
            recording_starts(paths)
        starts = recording_starts(paths, timezone="UTC")
        assert texts(starts) == ["2023-04-01 03:00:00+00:00", "2023-04-01 05:00:00+00:00"]

    @pytest.mark.parametrize(("name", "kind"), [("20230326_023000.wav", "never"), ("20231029_023000.wav", "twice")])
    def test_times_that_a_zone_has_never_or_twice(self, name, kind):
        match = (
            rf"timezone='Europe/Berlin': .* of the recording '{name}' occurs twice there, or never, .*Pass the offset"
        )
        with pytest.raises(ValueError, match=match):
            recording_starts([name], timezone="Europe/Berlin")
        starts = recording_starts([name], timezone="+01:00").dt.tz_convert("Europe/Berlin")
        assert starts.dt.hour.tolist() == [{"never": 3, "twice": 2}[kind]]

    def test_zones_that_are_unknown(self):
        with pytest.raises(ValueError, match="timezone='Berlin' is unknown; expected a name such as"):
            recording_starts(NAMES, timezone="Berlin")

    def test_zones_of_any_kind(self):
        for zone in (timezone(timedelta(hours=2)), "UTC+02:00", "+02:00"):
            assert recording_starts(NAMES, timezone=zone).iloc[0] == pd.Timestamp("2023-04-01T05:00:00+02:00")


class TestTables:
    @pytest.mark.parametrize("kind", ["dict", "series", "frame"])
    def test_of_any_kind_in_any_order_with_more_recordings(self, kind):
        starts = {
            "site2/20230401_060000": "2023-04-01 08:00:30",
            "elsewhere.wav": "2020-01-01T00:00",
            "/data/site2/20230401_050000.WAV": datetime(2023, 4, 1, 7),
            "site1/20230401_050000.WAV": np.datetime64("2023-04-01T06:00"),
        }
        table = {
            "dict": lambda: starts,
            "series": lambda: pd.Series(starts),
            "frame": lambda: pd.DataFrame({"start": starts.values(), "recording": starts.keys()}),
        }[kind]()
        expected = ["2023-04-01 06:00:00", "2023-04-01 07:00:00", "2023-04-01 08:00:30"]
        assert texts(recording_starts(NAMES, table)) == expected

    def test_starts_of_arrays_are_by_index(self):
        assert texts(recording_starts([np.zeros(3), "a.wav"], {"a": "2023-04-01", 0: "2023-04-02"})) == [
            "2023-04-02 00:00:00",
            "2023-04-01 00:00:00",
        ]

    def test_the_result_is_such_a_table(self):
        starts = recording_starts(NAMES, timezone="Europe/Berlin")
        pd.testing.assert_series_equal(recording_starts(NAMES, starts), starts)

    @pytest.mark.parametrize(
        ("table", "match"),
        [
            ({NAMES[0]: "2023-04-01"}, "table of starts has no entry for the recording 'site2/20230401_050000.WAV'"),
            ({"20230401_050000.WAV": "2023-04-01"}, r"'20230401_050000\.WAV'.* matches"),
            (
                dict.fromkeys(NAMES, "01/04/2023 05:00"),
                "start of the recording .* is '01/04/2023 05:00'; expected a dat",
            ),
            (dict.fromkeys(NAMES, 5.0), "is 5.0; expected a datetime, or text in ISO 8601"),
            (dict.fromkeys(NAMES, pd.NaT), "is NaT; expected a datetime"),
            (pd.DataFrame({"recording": NAMES, "time": NAMES}), "has no column 'start'; found recording, time"),
            (
                pd.DataFrame({"recording": ["a", "a"], "start": ["2023-04-01", "2023-04-02"]}),
                "has 2023-04-01 and 2023-04-02 for the recording 'a'",
            ),
            (["2023-04-01"], "Expected starts as a data frame with the columns recording and start.* got list"),
            ("clock", "source='clock'; expected one of 'auto', 'metadata', 'name'"),
        ],
    )
    def test_tables_that_do_not_fit(self, table, match):
        with pytest.raises(ValueError, match=match):
            recording_starts(NAMES, table)

    def test_a_pattern_is_for_names(self):
        with pytest.raises(ValueError, match="omit it with a table of starts"):
            recording_starts(NAMES, dict.fromkeys(NAMES, "2023-04-01"), pattern="%Y")


def test_warnings_about_many_recordings_are_one(tmp_path):
    paths = [tmp_path / f"2023040{i}_070000.wav" for i in range(1, 8)]
    for path in paths:
        path.write_bytes(guano_wav("2023-05-01T05:00:00Z"))
    with pytest.warns(UserWarning, match="but its file name states") as caught:
        recording_starts(paths)
    (warning,) = caught
    assert all(path.name in str(warning.message) for path in paths[:5])
    assert str(warning.message).endswith("There are 2 more such recordings.")


class TestTimesOfEvents:
    def test_across_midnight_to_the_microsecond(self):
        events = event_table({"20230401_235900.WAV": [Event(1.5, 60.25, "owl"), Event(75.000001, 80, "owl", 0.5)]})
        table = with_clock_times(events)
        assert list(table.columns) == ["recording", "onset", "offset", "label", "score", "start_time", "end_time"]
        assert texts(table.start_time) == ["2023-04-01 23:59:01.500000", "2023-04-02 00:00:15.000001"]
        assert texts(table.end_time) == ["2023-04-02 00:00:00.250000", "2023-04-02 00:00:20"]
        assert "start_time" not in events.columns

    def test_where_clocks_are_changed(self):
        starts = recording_starts(["20230326_013000.wav"], timezone="Europe/Berlin")
        table = with_clock_times({"20230326_013000": [Event(1800, 1801, "owl")]}, starts)
        assert texts(table.start_time) == ["2023-03-26 03:00:00+02:00"]

    def test_tables_with_rows_without_events_and_none(self):
        table = pd.DataFrame(
            {"recording": NAMES[:2], "onset": [1.0, np.nan], "offset": [2.0, np.nan], "label": ["x", None]}
        )
        assert texts(with_clock_times(table).start_time) == ["2023-04-01 05:00:01", "NaT"]
        assert with_clock_times(event_table([])).columns.tolist()[-2:] == ["start_time", "end_time"]
        with pytest.raises(ValueError, match=r"The start of 'a\.wav' is unknown"):
            with_clock_times({"a.wav": [Event(1, 2, "owl")]})

    def test_tables_with_times_are_written_and_read(self, tmp_path):
        table = with_clock_times({NAMES[0]: [Event(1.5, 60.25, "owl")]})
        for suffix in (".csv", ".parquet"):
            write_events(tmp_path / f"a{suffix}", table)
            pd.testing.assert_frame_equal(read_events(tmp_path / f"a{suffix}"), table.iloc[:, :4])
        assert "2023-04-01 05:00:01.500" in (tmp_path / "a.csv").read_text()
