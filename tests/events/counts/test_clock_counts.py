"""Counts of events by clock time, across recordings, beside what was recorded."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.base import BaseEstimator, ClassifierMixin

from skaudio.events import Event, EventDetector, count_events, event_table, recording_starts, write_events
from skaudio.io import AudioError

SR = 8000


def rows(counts):
    """The rows of counts, by their local times."""
    return [(str(time)[:16], *values) for time, *values in counts.itertuples()]


def owls(*onsets):
    return [Event(onset, onset + 1, "owl") for onset in onsets]


class TestBins:
    def test_a_recording_across_hours_splits_its_minutes(self):
        counts = count_events([owls(0, 899.9, 900, 4500)], ["20230401_054500.wav"], "hour", durations=4800)
        assert rows(counts) == [
            ("2023-04-01 05:00", 2, 15.0),
            ("2023-04-01 06:00", 1, 60.0),
            ("2023-04-01 07:00", 1, 5.0),
        ]
        assert counts.index.name == "start_time"
        assert counts.dtypes.astype(str).to_dict() == {"owl": "int64", "recorded_minutes": "float64"}

    def test_no_events_and_no_recording_differ(self):
        names = ["20230401_050000.wav", "20230401_070000.wav"]
        counts = count_events([[], owls(1)], names, "h", durations=600.0)
        assert rows(counts) == [("2023-04-01 05:00", 0, 10.0), ("2023-04-01 07:00", 1, 10.0)]
        assert counts.asfreq("h").owl.isna().tolist() == [False, True, False]

    def test_days_across_midnight(self):
        counts = count_events(
            [owls(1, 3601), owls(5)], ["20230401_230000.wav", "20230402_120000.wav"], "D", durations=7200
        )
        assert rows(counts) == [("2023-04-01 00:00", 1, 60.0), ("2023-04-02 00:00", 2, 180.0)]
        by_name = count_events(
            [owls(1, 3601), owls(5)], ["20230401_230000.wav", "20230402_120000.wav"], "day", durations=7200
        )
        pd.testing.assert_frame_equal(by_name, counts)

    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            ("minute", ["2023-04-05 05:50", "2023-04-05 05:51"]),
            ("30min", ["2023-04-05 05:30"]),
            ("6h", ["2023-04-05 00:00"]),
            (pd.Timedelta(hours=12), ["2023-04-05 00:00"]),
            ("5h", ["2023-04-05 05:00"]),  # from midnight of the first day
            ("2D", ["2023-04-05 00:00"]),
            ("week", ["2023-04-03 00:00"]),  # a Monday
            ("W", ["2023-04-03 00:00"]),
            ("W-SAT", ["2023-04-02 00:00"]),  # weeks that end on Saturday begin on Sunday
            ("month", ["2023-04-01 00:00"]),
            ("ME", ["2023-04-01 00:00"]),
            ("QE", ["2023-04-01 00:00"]),
            ("QS", ["2023-04-01 00:00"]),
            ("year", ["2023-01-01 00:00"]),
            ("YE", ["2023-01-01 00:00"]),
        ],
    )
    def test_frequencies_of_pandas(self, by, expected):
        counts = count_events([owls(0)], ["20230405_055000.wav"], by, durations=119)
        assert [row[0] for row in rows(counts)] == expected
        assert counts.owl.iloc[0] == counts.owl.sum() == 1
        assert counts.recorded_minutes.sum() == pytest.approx(119 / 60)

    @pytest.mark.parametrize(
        ("by", "match"),
        [
            ("fortnight", "by='fortnight': Invalid frequency"),
            ("B", "bins do not follow"),
            ("0h", "must be"),
            (3, "by=3"),
        ],
    )
    def test_frequencies_that_are_none(self, by, match):
        with pytest.raises(ValueError, match=rf"{match}.*Expected 'minute', 'hour'.*'30min'"):
            count_events([[]], ["20230405_055000.wav"], by, durations=60)

    def test_a_clock_that_was_wrong_makes_too_many_bins(self):
        names = ["19700101_000000.wav", "20230405_055000.wav"]
        starts = {names[0]: "1970-01-01", names[1]: "2023-04-05T05:50"}
        with pytest.raises(ValueError, match=r"last from 1970-01-01 00:00:00 to 2023-04-05 05:51:00.*than 1e\+07 bins"):
            count_events([[], []], names, "min", starts=starts, durations=60)

    def test_bins_end_where_the_next_begins(self):
        counts = count_events([owls(3600.4)], ["20230401_050000.wav"], "hour", durations=3600)
        assert rows(counts) == [("2023-04-01 05:00", 1, 60.0)]  # an event up to half a second late belongs to the last


class TestZones:
    def counts(self, start, hours, by="hour", zone="Europe/Berlin", onsets=()):
        starts = pd.Series({"a.wav": pd.Timestamp(start).tz_convert(zone)})
        return count_events([owls(*onsets)], ["a.wav"], by, starts=starts, durations=hours * 3600, labels=["owl"])

    def test_an_hour_that_is_skipped(self):
        counts = self.counts("2023-03-26T00:30Z", 2, onsets=[1799, 1800])  # 01:30 in winter
        assert rows(counts) == [
            ("2023-03-26 01:00", 1, 30.0),
            ("2023-03-26 03:00", 1, 60.0),
            ("2023-03-26 04:00", 0, 30.0),
        ]

    def test_an_hour_that_occurs_twice(self):
        counts = self.counts("2023-10-29T00:00Z", 2.5, onsets=[0, 3600, 3601])  # 02:00 in summer
        assert [str(time) for time in counts.index] == [
            "2023-10-29 02:00:00+02:00",
            "2023-10-29 02:00:00+01:00",
            "2023-10-29 03:00:00+01:00",
        ]
        assert counts.owl.tolist() == [1, 2, 0]
        assert counts.recorded_minutes.tolist() == [60.0, 60.0, 30.0]
        half = self.counts("2023-10-29T00:40Z", 0.5, "30min")  # from 02:40 to 02:10
        assert [str(time)[11:] for time in half.index] == ["02:30:00+02:00", "02:00:00+01:00"]
        assert half.recorded_minutes.tolist() == [20.0, 10.0]

    @pytest.mark.parametrize(("start", "hours"), [("2023-03-25T23:00Z", 23), ("2023-10-28T22:00Z", 25)])
    @pytest.mark.parametrize(("by", "n_bins"), [("D", 1), ("12h", 2), ("hour", None)])
    def test_days_of_23_and_25_hours(self, start, hours, by, n_bins):
        counts = self.counts(start, hours, by, onsets=[0, hours * 3600 - 1])
        assert len(counts) == (n_bins or hours)
        assert counts.recorded_minutes.sum() == hours * 60
        assert (counts.owl.iloc[0], counts.owl.iloc[-1]) == ((2, 2) if by == "D" else (1, 1))

    def test_a_day_that_begins_twice_is_one(self):
        counts = self.counts("2023-11-05T04:00Z", 25, "D", zone="America/Havana")  # back from 01:00 to 00:00
        assert [str(time) for time in counts.index] == ["2023-11-05 00:00:00-04:00"]
        assert counts.recorded_minutes.tolist() == [25 * 60]

    def test_hours_of_zones_with_half_hours(self):
        counts = self.counts("2023-04-01T00:00Z", 1, zone="Asia/Kolkata")
        assert rows(counts) == [("2023-04-01 05:00", 0, 30.0), ("2023-04-01 06:00", 0, 30.0)]

    def test_a_year_in_months(self):
        counts = self.counts("2022-12-31T23:00Z", 365 * 24, "month")
        days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        minutes = np.array(days) * 1440.0
        minutes[[2, 9]] += [-60, 60]
        assert counts.recorded_minutes.tolist() == minutes.tolist()


class TestTables:
    def test_of_recordings_by_shorter_names(self):
        recordings = ["/s1/20230401_050000.wav", "/s2/20230401_050000.wav", "/s2/20230401_060000.wav"]
        events = event_table({"s2/20230401_050000": [Event(1, 2, "owl")], "20230401_060000.wav": [Event(1, 2, "jay")]})
        counts = count_events(
            events, recordings, "hour", durations={"20230401_060000": 60, **dict.fromkeys(recordings[:2], 1800.0)}
        )
        assert counts.columns.tolist() == ["jay", "owl", "recorded_minutes"]
        assert rows(counts) == [("2023-04-01 05:00", 0, 1, 60.0), ("2023-04-01 06:00", 1, 0, 1.0)]
        per_recording = count_events(events, recordings, durations=60)
        assert per_recording.index.tolist() == recordings
        assert per_recording.to_numpy().tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1]]

    def test_durations_are_read_from_the_files(self, tmp_path):
        paths = [tmp_path / "20230401_055958.wav", tmp_path / "20230401_060500.wav"]
        for path in paths:
            sf.write(path, np.zeros(6 * SR), SR)
        write_events(tmp_path / "calls.csv", {"20230401_055958.wav": owls(1, 3)})
        counts = count_events([tmp_path / "calls.csv", []], paths, "hour")
        assert rows(counts) == [("2023-04-01 05:00", 1, 2 / 60), ("2023-04-01 06:00", 1, pytest.approx(10 / 60))]
        paths[1].write_bytes(b"")
        with pytest.raises(AudioError, match=r"Recording 1: '.*060500\.wav' is empty.*can be passed in durations"):
            count_events([[], []], paths, "hour")
        with pytest.warns(
            UserWarning, match=r"Recording 1: '.*060500\.wav' is empty.* It is counted as not recorded\."
        ):
            counts = count_events([owls(1), []], paths, on_error="warn")
        assert counts["owl"].fillna(-1).tolist() == [1, -1]
        assert counts["recorded_minutes"].tolist() == [0.1, 0.0]
        with pytest.raises(ValueError, match="on_error='skip'; expected 'raise' or 'warn'"):
            count_events([[], []], paths, on_error="skip")

    def test_groups_are_counted_separately_in_the_same_bins(self):
        names = ["s1/20230401_053000.wav", "s2/20230402_050000.wav", "s1/20230402_050000.wav"]
        events = {names[0]: owls(1), names[1]: owls(1, 2), names[2]: owls(3)}
        counts = count_events(events, names, "7h", durations=60, groups=np.array(["north", "south", "north"]))
        assert counts.index.names == ["group", "start_time"]
        assert [(group, str(time), *row) for (group, time), *row in counts.itertuples()] == [
            ("north", "2023-04-01 00:00:00", 1, 1.0),
            ("north", "2023-04-02 04:00:00", 1, 1.0),
            ("south", "2023-04-02 04:00:00", 2, 1.0),
        ]
        per_recording = count_events(events, names, durations=60, groups=["north", "south", "north"])
        assert per_recording["owl"].to_dict() == {
            ("north", names[0]): 1,
            ("north", names[2]): 1,
            ("south", names[1]): 2,
        }
        with pytest.raises(ValueError, match="Expected groups of 3 recordings, got 1"):
            count_events(events, names, durations=60, groups=["north"])

    def test_arrays(self):
        pair = (np.zeros(2 * SR), SR)
        counts = count_events([owls(1)], [pair], "hour", starts={0: "2023-04-01T05:59:59"})
        assert rows(counts) == [("2023-04-01 05:00", 0, 1 / 60), ("2023-04-01 06:00", 1, 1 / 60)]
        with pytest.raises(
            ValueError, match=r"Recording 0 \(array of 5 samples\) has no sampling rate\. Pass durations"
        ):
            count_events([[]], [np.zeros(5)])

    def test_without_recordings_and_of_no_length(self):
        for groups in (None, []):
            assert count_events([], [], "hour", groups=groups).columns.tolist() == ["recorded_minutes"]
        assert len(count_events([[]], ["20230401_055958.wav"], "hour", durations=0)) == 0
        names = ["20230401_055958.wav", "20300401_055958.wav"]
        assert len(count_events([owls(1), []], names, "hour", durations=dict(zip(names, (1, 0), strict=True)))) == 1

    @pytest.mark.parametrize(
        ("arguments", "match"),
        [
            ({"events": {"b.wav": owls(1)}}, r"'b\.wav', which matches no recording"),
            (
                {"events": [owls(61)]},
                r"Event\(61, 62, 'owl'\) of the recording '20230401_050000\.wav' begins after .* has 60",
            ),
            ({"durations": 0}, r"Event\(1, 2, 'owl'\) of the recording .* begins after the recording, which has 0 s"),
            ({"labels": ["jay"]}, r"Event\(1, 2, 'owl'\) .* is of none of the classes jay\. Add its label to labels"),
            ({"durations": {"b": 60}}, "table of durations has no entry for the recording '20230401_050000.wav'"),
            ({"durations": {"20230401_050000": np.nan}}, "duration of .* is nan; expected a finite number of seconds"),
            ({"events": [[Event(1, 2, "recorded_minutes")]]}, "A class is named 'recorded_minutes'"),
            ({"starts": {"b": "2023-04-01"}}, "table of starts has no entry"),
        ],
    )
    def test_what_does_not_fit(self, arguments, match):
        arguments = {"events": [owls(1)], "durations": 60, **arguments}
        with pytest.raises(ValueError, match=match):
            count_events(recordings=["20230401_050000.wav"], by="hour", **arguments)
        if "starts" not in arguments:
            with pytest.raises(ValueError, match=match):
                count_events(recordings=["20230401_050000.wav"], **arguments)

    def test_counts_do_not_depend_on_the_order_of_recordings(self):
        rng = np.random.default_rng(0)
        names = [f"202304{rng.integers(1, 29):02d}_{rng.integers(24):02d}0000.wav" for _ in range(40)]
        names = list(dict.fromkeys(names))
        events = {name: owls(*rng.uniform(0, 5400, 5)) for name in names}
        durations = {name: float(rng.uniform(5400, 9000)) for name in names}
        counts = count_events(events, names, "hour", durations=durations)
        assert counts.owl.sum() == 5 * len(names)
        assert counts.recorded_minutes.sum() == pytest.approx(sum(durations.values()) / 60)
        again = count_events(events, names[::-1], "hour", durations=durations)
        pd.testing.assert_frame_equal(again, counts)
        # Each event and each second by hand, as pandas floors naive times.
        times = [
            pd.Timestamp(f"{name[:8]}T{name[9:13]}") + pd.Timedelta(event.onset, "s")
            for name in names
            for event in events[name]
        ]
        by_hand = pd.Series(1, pd.DatetimeIndex(times).floor("h")).groupby(level=0).sum()
        assert counts.owl[counts.owl > 0].to_dict() == by_hand.to_dict()


class Loud(ClassifierMixin, BaseEstimator):
    classes_ = np.array(["background", "call"])

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        loud = np.square(X).mean(axis=1) > 0.01
        return np.column_stack([1.0 - loud, loud])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class TestDetector:
    @pytest.fixture
    def detector(self):
        return EventDetector(Loud(), sr=SR, window_seconds=0.2).fit_clips(np.zeros((2, 1600)), ["background", "call"])

    @pytest.fixture
    def recordings(self, tmp_path):
        """Two recordings: calls after 1 s and 6 s of that across two hours, and none in the other."""
        paths = [str(tmp_path / name) for name in ("20230401_055956.wav", "20230401_080000.wav")]
        y = 0.01 * np.random.default_rng(0).standard_normal(8 * SR)
        sf.write(paths[1], y, SR)
        for onset in (1, 6):
            y[onset * SR : (onset + 1) * SR] *= 30
        sf.write(paths[0], y, SR)
        return paths

    def test_counts_by_the_clock(self, detector, recordings):
        counts = detector.count(recordings, by="hour")
        assert rows(counts) == [
            ("2023-04-01 05:00", 1, pytest.approx(4 / 60)),
            ("2023-04-01 06:00", 1, pytest.approx(4 / 60)),
            ("2023-04-01 08:00", 0, pytest.approx(8 / 60)),
        ]
        pd.testing.assert_frame_equal(count_events(detector.predict(recordings), recordings, "hour"), counts)
        starts = recording_starts(recordings, timezone="UTC").dt.tz_convert("Europe/Berlin")
        in_berlin = detector.count(recordings, by="hour", starts=starts)
        assert in_berlin.index.hour.tolist() == [7, 8, 10]
        assert in_berlin.to_numpy().tolist() == counts.to_numpy().tolist()

    def test_arrays_at_the_rate_of_the_detector(self, detector):
        counts = detector.count([np.zeros(SR * 6)], by="min", starts={0: "2023-04-01T05:00"})
        assert rows(counts) == [("2023-04-01 05:00", 0, pytest.approx(0.1))]

    def test_a_recording_that_cannot_be_decoded_was_not_recorded(self, detector, recordings):
        with open(recordings[1], "wb") as file:
            file.write(b"RIFF")
        detector.set_params(on_error="warn")
        with pytest.warns(UserWarning, match=r"080000\.wav.*The recording is skipped"):
            counts = detector.count(recordings, by="hour")
        assert [row[0] for row in rows(counts)] == ["2023-04-01 05:00", "2023-04-01 06:00"]

    @pytest.mark.parametrize(
        ("arguments", "match"),
        [
            ({"by": "hour", "bin_seconds": 60}, "bin_seconds=60 and by='hour'; expected one of them"),
            ({"by": "fortnight"}, "by='fortnight'"),
            ({"by": "hour", "starts": {"a": "2023-04-01"}}, "no entry for the recording"),
        ],
    )
    def test_errors_come_before_any_computation(self, detector, recordings, arguments, match, monkeypatch):
        monkeypatch.setattr(EventDetector, "_tracks", None)
        with pytest.raises(ValueError, match=match):
            detector.count(recordings, **arguments)
