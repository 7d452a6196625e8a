"""What a series must be, the sentences that say so, and the ways pandas writes the same series."""

from helpers.detectors import RandomSeriesScore, SeasonalNaive, WindowDetector, ZScore, from_sklearn
from helpers.detectors.series.inputs import channel_names, read_point, read_recording, split_recordings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors

HOURS = pd.date_range("2025-03-01", periods=200, freq="h")


@pytest.fixture
def frame():
    """Simulated: two channels with a rhythm of six hours."""
    noise = 0.1 * np.random.default_rng(0).normal(size=(200, 2))
    rhythm = np.sin(2 * np.pi * np.arange(200) / 6)
    return pd.DataFrame(noise + rhythm[:, None], index=HOURS, columns=["load", "flow"])


def spoiled(frame, row, column, value):
    frame = frame.astype(object if isinstance(value, str) else float)
    frame.iloc[row, column] = value
    return frame


def at(frame, times):
    return frame.set_axis(pd.DatetimeIndex(times), axis=0)


REFUSED = {
    "duplicate times": (
        lambda f: at(f, [*HOURS[:50], HOURS[49], *HOURS[51:]]),
        r"has 2025-03-03 01:00:00 more than once \(position 50\): X\[~X.index.duplicated\(\)\]",
    ),
    "disorder": (
        lambda f: at(f, [*HOURS[:50], HOURS[3], *HOURS[51:]]),
        r"goes back from 2025-03-03 01:00:00 to 2025-03-01 03:00:00 \(position 50\): X.sort_index\(\)",
    ),
    "NaT": (lambda f: at(f, [*HOURS[:7], pd.NaT, *HOURS[8:]]), "holds NaT, first at position 7"),
    "times as text": (lambda f: f.set_axis(HOURS.astype(str)), r"index holds text, .*pd.to_datetime\(X.index\)"),
    "NaN": (
        lambda f: spoiled(f, [17, 40], 1, np.nan),
        r"NaN in column 'flow' \(2 of 200 rows, the first at position 17\).*missing='fill'.*missing='gap'",
    ),
    "NaN in an array": (lambda f: spoiled(f, 17, 1, np.nan).to_numpy(), r"NaN in column 1 \(1 of 200 rows"),
    "infinity": (lambda f: spoiled(f, 3, 0, -np.inf), "infinity in column 'load', first at position 3"),
    "text": (lambda f: spoiled(f, 3, 0, "off"), "Column 'load' of X holds text"),
    "text in an array": (lambda f: spoiled(f, 3, 0, "off").to_numpy(), "Column 0 of X holds text"),
    "dates": (lambda f: f.assign(flow=HOURS), "Column 'flow' of X holds text, dates"),
    "no rows": (lambda f: f[:0], "The series is empty: it has no rows"),
    "an empty list": (lambda f: [], "The series is empty"),
    "no columns": (lambda f: f[[]], "The series has no channel"),
    "three dimensions": (lambda f: np.zeros((5, 4, 3)), r"shape \(5, 4, 3\)\. Several recordings are passed as a list"),
    "a number": (lambda f: 3.0, r"shape \(\)"),
    "ragged lists": (lambda f: [[1.0, 2.0], [3.0]], r"rows of different lengths.*list of arrays"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_series_are_named(what, frame):
    spoil, message = REFUSED[what]
    with pytest.raises(ValueError, match=message):
        SeasonalNaive(period=3).fit(spoil(frame))
    detector = SeasonalNaive(period=3).fit(frame).set_threshold(2)
    before = detector.decision_function(frame)
    following = detector.score_next([0.0, 0.0])
    for use in (detector.fit, detector.decision_function, detector.predict, detector.start_stream):
        with pytest.raises(ValueError, match=message):
            use(spoil(frame))
    with pytest.raises(ValueError, match=message):
        detector.decision_function(frame, context=spoil(frame))
    assert detector.threshold_ == 2 and np.array_equal(detector.decision_function(frame), before, equal_nan=True)
    assert detector.start_stream(frame).score_next([0.0, 0.0]) == following


def test_the_bad_one_of_several_recordings_is_named(frame):
    with pytest.raises(ValueError, match=r"Recording 1 \(from 0\): The series holds NaN in column 'load'"):
        SeasonalNaive(period=3).fit([frame, spoiled(frame, 3, 0, np.nan)])


CHANNELS = {
    "fewer": (lambda f: f[["load"]], r"X has 1 channel, but 2 \(load, flow\) were fitted"),
    "more": (lambda f: f.assign(extra=1.0), r"X has 3 channels, but 2 \(load, flow\)"),
    "an array with more": (lambda f: np.zeros((9, 3)), "X has 3 channels, but 2"),
    "order": (lambda f: f[["flow", "load"]], "the channels flow, load, but the detector was fitted on load, flow"),
    "names": (lambda f: f.set_axis(["a", "b"], axis=1), "the channels a, b, but the detector was fitted on load, flow"),
}


@pytest.mark.parametrize("what", CHANNELS)
def test_other_channels_are_named(what, frame):
    change, message = CHANNELS[what]
    detector = SeasonalNaive(period=3).fit(frame)
    for use in (detector.decision_function, detector.start_stream, lambda X: detector.decision_function(frame, X)):
        with pytest.raises(ValueError, match=message):
            use(change(frame))
    with pytest.raises(ValueError, match=r"all recordings need the same|but the first recording has load, flow"):
        SeasonalNaive(period=3).fit([frame, change(frame)])


def test_arrays_carry_no_names(frame):
    detector = SeasonalNaive(period=3).fit(frame)
    expected = detector.decision_function(frame)
    assert np.array_equal(detector.decision_function(frame.to_numpy()), expected, equal_nan=True)
    unnamed = SeasonalNaive(period=3).fit(frame.to_numpy())
    assert unnamed.channel_names_in_ is None and detector.channel_names_in_ == ["load", "flow"]
    assert np.array_equal(unnamed.decision_function(frame.set_axis(["a", "b"], axis=1)), expected, equal_nan=True)


POINTS = {
    "too many": ([1.0, 2.0, 3.0], None, r"has 2 value\(s\), one for each channel, not 3"),
    "NaN": ([1.0, np.nan], None, "point holds NaN.*missing='fill'"),
    "infinity": ([1.0, np.inf], None, "point holds infinity"),
    "text": (["1", "off"], None, "A point is a number, or one number for each channel, not"),
    "another order": (pd.Series({"flow": 1.0, "load": 2.0}), None, "channels flow, load, but .* fitted on load, flow"),
    "the same time": ([1.0, 2.0], HOURS[-1], "The last point came at 2025-03-09 0[7-9]:00:00; the next comes later"),
    "an earlier time": ([1.0, 2.0], HOURS[3], "the next comes later, not at 2025-03-01 03:00:00"),
    "NaT": ([1.0, 2.0], pd.NaT, "time is NaT"),
    "a zone": ([1.0, 2.0], pd.Timestamp("2025-04-01", tz="UTC"), "one has a time zone"),
}


@pytest.mark.parametrize("what", POINTS)
def test_a_stream_that_refuses_a_point_stays_where_it_was(what, frame):
    point, time, message = POINTS[what]
    detector = SeasonalNaive(period=3).fit(frame)
    expected = [detector.score_next(p) for p in ([0.0, 0.0], [0.1, 0.3], [2.0, 0.0])]
    detector.start_stream(frame)
    found = []
    for p in ([0.0, 0.0], [0.1, 0.3], [2.0, 0.0]):
        with pytest.raises(ValueError, match=message):
            detector.score_next(point, time)
        found.append(detector.score_next(p))
    assert found == expected and np.isfinite(expected).all()


def test_a_refused_context_leaves_the_stream_alone(frame):
    detector = SeasonalNaive(period=3).fit(frame)
    expected = detector.start_stream(frame[:50]).score_next([0.0, 0.0])
    detector.start_stream(frame[:50])
    with pytest.raises(ValueError, match="NaN"):
        detector.start_stream(spoiled(frame, 3, 0, np.nan))
    assert detector.score_next([0.0, 0.0]) == expected


def test_a_row_of_the_frame_is_a_point(frame):
    detector = SeasonalNaive(period=3).fit(frame[:150])
    scores = [detector.score_next(row, time) for time, row in frame[150:].iterrows()]
    assert np.array_equal(scores, detector.decision_function(frame[150:], context=frame[:150]))


def test_before_fit(frame):
    detector = SeasonalNaive()
    for use in (
        lambda: detector.decision_function(frame),
        lambda: detector.score_next(1.0),
        lambda: detector.start_stream(),
        lambda: detector.start_stream(frame),
        lambda: detector.calibrate(frame),
    ):
        with pytest.raises(NotFittedError, match=r"SeasonalNaive is not fitted yet. Call fit\(X_train\) first"):
            use()


def test_rows_that_come_faster(frame):
    detector = SeasonalNaive(period=3).fit(frame)
    faster = at(frame, pd.date_range("2025-06-01", periods=200, freq="10min"))
    for use in (detector.decision_function, detector.start_stream, lambda X: detector.decision_function(frame, X)):
        with pytest.raises(ValueError, match=r"X has rows 10min apart, but .* each 1h.*X.resample\('1h'\).mean"):
            use(faster)
    half = at(frame, pd.date_range("2025-06-01", periods=200, freq="30min"))
    with pytest.raises(ValueError, match="30min apart"):
        detector.decision_function(half)


def test_what_was_fitted_can_be_scored_however_its_rows_jitter(frame):
    seconds = 3600 * np.arange(200) + np.random.default_rng(0).integers(0, 1700, 200)
    jittered = at(frame, pd.Timestamp("2025-01-01") + pd.to_timedelta(seconds, unit="s"))
    scores = SeasonalNaive(period=3).fit(jittered).decision_function(jittered)
    assert np.isfinite(scores).mean() > 0.5


def test_rows_that_come_slower_are_all_gaps(frame):
    detector = SeasonalNaive(period=3).fit(frame)
    slower = at(frame, pd.date_range("2025-06-01", periods=200, freq="2h"))
    with pytest.raises(ValueError, match=r"No point can be scored: .*\(one row each 1h as at fit, .*200 rows"):
        detector.decision_function(slower)


def test_too_short_to_learn_from(frame):
    with pytest.raises(ValueError, match=r"period of 24 needs 25 points, but .* has 10 points.* shorter period"):
        SeasonalNaive(period=24).fit(frame[:10])
    with pytest.raises(ValueError, match=r"A window of 30 points is needed, but .* has 20 points.*shorter window"):
        WindowDetector(ZScore(), window=30).fit([frame[:10], frame[:20]])
    with pytest.raises(ValueError, match=r"learns from 2 points at least, but .* has 1 point. Pass a longer series\.$"):
        RandomSeriesScore().fit(frame[:1])
    gappy = frame.drop(HOURS[5::5])  # four hours, a gap, four hours
    with pytest.raises(ValueError, match="has 5 points"):
        WindowDetector(ZScore(), window=6).fit(gappy)
    assert WindowDetector(ZScore(), window=4).fit(gappy).window_ == 4


def test_nothing_but_holes():
    holes = np.where(np.arange(40).reshape(-1, 1) % 2 == [0, 1], np.nan, 1.0)
    for detector in (SeasonalNaive(missing="gap"), WindowDetector(ZScore(), missing="gap")):
        with pytest.raises(ValueError, match="longest stretch of the series without a gap has 0 points"):
            detector.fit(holes)
    with pytest.raises(ValueError, match="Nothing but NaN in column 1: leave it out"):
        SeasonalNaive(missing="fill").fit(np.column_stack([np.ones(9), np.full(9, np.nan)]))


def test_too_short_to_score(frame):
    detector = SeasonalNaive(period=6).fit(frame)
    with pytest.raises(ValueError, match=r"can be scored: a period of 6 needs 7 points .* X has 6 rows.*context="):
        detector.decision_function(frame[:6])
    with pytest.raises(ValueError, match="No point can be scored"):
        detector.decision_function(frame[100:101], context=frame[95:100])
    assert np.isfinite(detector.decision_function(frame[100:101], context=frame[94:100])).all()


def test_an_outage_with_a_context_is_no_mistake(frame):
    for missing in ("fill", "gap"):
        detector = SeasonalNaive(period=6, missing=missing).fit(frame[:100])
        silent = np.nan * frame[100:110]
        assert np.isnan(detector.decision_function(silent, context=frame[:100])).all()
    later = detector.decision_function(frame[150:153], context=frame[:100])  # after a gap
    assert np.isnan(later).all()


def test_context_comes_right_before(frame):
    detector = SeasonalNaive(period=6).fit(frame)
    with pytest.raises(ValueError, match=r"context must end before X begins, but it ends at 2025-03-03 02:00:00 and X"):
        detector.decision_function(frame[50:], context=frame[:51])
    for X, context in ((frame[50:], frame[:50].to_numpy()), (frame[50:].to_numpy(), frame[:50])):
        with pytest.raises(ValueError, match="both X and its context have a DatetimeIndex, or neither"):
            detector.decision_function(X, context=context)
    with pytest.raises(ValueError, match="both X and its context have a time zone, or neither"):
        detector.decision_function(frame[50:], context=frame[:50].tz_localize("UTC"))
    with pytest.raises(ValueError, match=r"X holds 2 recording\(s\) and context 1"):
        detector.decision_function([frame[50:60], frame[60:80]], context=[frame[:50]])
    with pytest.raises(ValueError, match="in a list if X is a list"):
        detector.decision_function([frame[50:]], context=frame[:50])


@pytest.mark.parametrize("missing", ["x", None, True, ["fill"]])
def test_missing_is_one_of_three(missing, frame):
    with pytest.raises(ValueError, match="it is one of 'raise', 'fill', 'gap'"):
        SeasonalNaive(missing=missing).fit(frame)


@pytest.mark.parametrize("value", [0, -3, 2.5, True, "6"])
def test_window_and_period_are_whole_numbers(value, frame):
    with pytest.raises(ValueError, match=r"^window=.*: it is None or a whole number of points, at least 1\."):
        WindowDetector(ZScore(), window=value).fit(frame)
    with pytest.raises(ValueError, match=r"^period=.*: it is None or a whole number of points, at least 1, or a pair"):
        SeasonalNaive(period=value).fit(frame)


@pytest.mark.parametrize("inner", [ZScore, SeasonalNaive(), 3, None, NearestNeighbors()])
def test_a_window_detector_holds_a_detector_of_tables(inner, frame):
    with pytest.raises(ValueError, match="pass a detector of tables, such as PCAReconstruction"):
        WindowDetector(inner, window=3).fit(frame)


def test_scikit_learns_sign_is_not_taken_by_mistake(frame):
    with pytest.raises(ValueError, match=r"scores are low for anomalies; from_sklearn\(...\) turns them"):
        WindowDetector(IsolationForest(), window=3).fit(frame)
    detector = WindowDetector(from_sklearn(IsolationForest(random_state=0)), window=3).fit(frame)
    odd = frame.copy()
    odd.iloc[100] = [4.0, -4.0]
    scores = detector.decision_function(odd)
    assert scores[100:103].min() > np.nanmedian(scores)


def test_pyod_has_our_sign_already(frame):
    knn = pytest.importorskip("pyod.models.knn")
    odd = frame.copy()
    odd.iloc[100] = [4.0, -4.0]
    scores = WindowDetector(knn.KNN(), window=3).fit(frame).decision_function(odd)
    assert np.nanargmax(scores) in (100, 101, 102)


def test_a_series_is_never_changed(frame):
    for X in (frame, frame.to_numpy(), np.asfortranarray(frame.to_numpy()), [frame, frame]):
        before = [x.copy() for x in X] if isinstance(X, list) else X.copy()
        SeasonalNaive(missing="fill").fit(X).decision_function(X)
        assert np.array_equal(np.asarray(X), np.asarray(before))


def test_one_series_or_several():
    one, two = np.zeros(3), np.zeros((4, 1))
    assert [split_recordings(X)[1] for X in (one, [1.0, 2.0], [[1.0], [2.0]], [np.float64(1)])] == [False] * 4
    assert [split_recordings(X)[1] for X in ([one], (one, two), [pd.Series(one)], [pd.DataFrame(two)])] == [True] * 4
    assert channel_names(pd.DataFrame(two)) == ["0"] and channel_names(two) is None


def test_numbers_of_all_kinds_are_read():
    expected = [[1.0], [np.nan], [0.0]]
    for X in (
        pd.DataFrame({"a": pd.array([1, None, 0], "Int64")}),
        pd.Series([True, None, False], dtype="boolean"),
        np.array([1, None, 0], dtype=object),
        [[1.0], [np.nan], [0.0]],
        np.array([1, np.nan, 0], dtype=np.float16),
    ):
        assert np.array_equal(read_recording(X, missing="fill").values, expected, equal_nan=True)
    assert read_point(np.float32(2), 1).dtype == np.float64
    assert read_point([[1, 2]], 2).tolist() == [1.0, 2.0]


# The same series in other words has the same scores.


@pytest.fixture
def naive(frame):
    return SeasonalNaive(period=6).fit(frame[["load"]])


def test_a_series_is_a_frame_with_one_column(frame, naive):
    expected = naive.decision_function(frame[["load"]])
    assert np.array_equal(naive.decision_function(frame["load"]), expected, equal_nan=True)
    assert np.array_equal(naive.decision_function(frame["load"].to_numpy()), expected, equal_nan=True)
    swapped = SeasonalNaive(period=6).fit(frame["load"])
    assert np.array_equal(swapped.decision_function(frame[["load"]]), expected, equal_nan=True)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_units_of_the_index_do_not_matter(unit, frame, naive):
    X = frame[["load"]].drop(HOURS[[70, 71, 120]])
    expected = naive.decision_function(X)
    assert np.isnan(expected).sum() == 6 * 3
    other = X.set_axis(X.index.as_unit(unit), axis=0)
    assert np.array_equal(naive.decision_function(other), expected, equal_nan=True)
    assert np.array_equal(
        SeasonalNaive(period=6).fit(other).decision_function(X)[:50],
        naive.fit(X).decision_function(other)[:50],
        equal_nan=True,
    )
    mixed = naive.decision_function(other[60:], context=X[:60])
    assert np.array_equal(mixed, naive.decision_function(X)[60:], equal_nan=True)
    naive.start_stream(X[:60])
    stream = [naive.score_next(row, time) for time, row in other[60:].iterrows()]
    assert np.array_equal(stream, mixed, equal_nan=True)


def test_periods_are_read_as_their_beginnings(frame, naive):
    X = frame[["load"]].drop(HOURS[[70, 71]])
    periods = X.set_axis(X.index.to_period("h"), axis=0)
    expected = naive.decision_function(X)
    assert np.array_equal(naive.decision_function(periods), expected, equal_nan=True)
    naive.start_stream(periods[:60])
    stream = [naive.score_next(row, period) for period, row in periods[60:].iterrows()]
    assert np.array_equal(stream, expected[60:], equal_nan=True)


def test_months_are_no_gaps():
    months = pd.Series(np.arange(48.0), index=pd.period_range("2020-01", periods=48, freq="M"))
    assert np.isnan(SeasonalNaive(period=12).fit(months).decision_function(months)).sum() == 12


@pytest.mark.parametrize("day", ["2025-03-29", "2025-10-25"])
def test_a_clock_change_is_no_gap_in_a_zone(day):
    utc = pd.date_range(day, periods=72, freq="h", tz="UTC")
    X = pd.DataFrame({"load": np.random.default_rng(0).normal(size=72)}, index=utc)
    local = X.tz_convert("Europe/Berlin")
    assert local.index[0].utcoffset() != local.index[-1].utcoffset()
    detector = SeasonalNaive(period=6).fit(X)
    expected = detector.decision_function(X)
    assert np.isnan(expected).sum() == 6
    assert np.array_equal(detector.decision_function(local), expected, equal_nan=True)
    for before, after in ((local, X), (X, local), (local, local)):
        joined = detector.decision_function(after[20:], context=before[:20])
        assert np.array_equal(joined, expected[20:], equal_nan=True)
    detector.fit(local[:20])
    streamed = [detector.score_next(row, time) for time, row in local[20:].iterrows()]
    assert np.array_equal(streamed, detector.decision_function(local[20:], context=local[:20]))
    with pytest.raises(ValueError, match="Clocks that change cause both: use UTC"):
        detector.decision_function(X.set_axis(pd.DatetimeIndex([*utc[:9], utc[8], *utc[10:]]), axis=0))
