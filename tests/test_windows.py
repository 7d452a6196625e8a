"""Series to windows and back, against slow versions that say what is meant; the period of simulated rhythms."""

from helpers.windows import dominant_period, gap_starts, make_windows, to_points, window_ends, windows_at

import numpy as np
import pandas as pd
import pytest


def slow_windows(values, window, stride, starts):
    """Each window and the position of its last point, found by walking."""
    found = []
    for start, stop in zip(starts, [*starts[1:], len(values)], strict=True):
        first = start
        while first + window <= stop:
            found.append((values[first : first + window], first + window - 1))
            first += stride
    return found


def random_case(seed):
    rng = np.random.default_rng(seed)
    n_times, window, stride = int(rng.integers(1, 40)), int(rng.integers(1, 8)), int(rng.integers(1, 4))
    gaps = rng.choice(np.arange(1, n_times), size=min(n_times - 1, int(rng.integers(0, 5))), replace=False)
    shape = (n_times,) if seed % 2 else (n_times, 3)
    return rng.normal(size=shape), window, stride, [0, *np.sort(gaps).tolist()]


each_case = pytest.mark.parametrize("seed", range(60))


@each_case
def test_windows_and_their_ends(seed):
    values, window, stride, starts = random_case(seed)
    expected = slow_windows(values, window, stride, starts)
    ends = window_ends(len(values), window, stride, starts)
    windows = make_windows(values, window, stride, starts)
    assert ends.tolist() == [end for _, end in expected]
    assert windows.shape == (len(expected), window, *values.shape[1:])
    for found, (slow, _) in zip(windows, expected, strict=True):
        assert np.array_equal(found, slow)
    assert np.array_equal(windows_at(values, ends, window), windows)


@each_case
def test_scores_come_back_to_the_last_point_of_their_window(seed):
    values, window, stride, starts = random_case(seed)
    ends = [end for _, end in slow_windows(values, window, stride, starts)]
    scores = np.random.default_rng(seed).normal(size=(len(ends), *values.shape[1:]))
    points = to_points(scores, len(values), window, stride, starts)
    assert points.shape == values.shape
    assert np.array_equal(points[ends], scores)
    assert np.isnan(np.delete(points, ends, axis=0)).all()


@each_case
def test_the_way_there_and_back_is_exact(seed):
    values, window, _, starts = random_case(seed)
    windows = make_windows(values, window, 1, starts)
    last = to_points(windows[:, -1], len(values), window, 1, starts)
    scored = ~np.isnan(last.reshape(len(values), -1)).all(axis=1)
    assert np.array_equal(last[scored], values[scored])


def test_windows_are_a_copy():
    values = np.zeros(4)
    make_windows(values, 2)[:] = 1
    assert not values.any()


def test_no_points_have_no_windows():
    assert make_windows(np.empty((0, 2)), 3).shape == (0, 3, 2)
    assert to_points([], 0, 3).shape == (0,)


@pytest.mark.parametrize("value", [0, -1, 2.0, True, None, "3"])
@pytest.mark.parametrize("name", ["window", "stride"])
def test_lengths_are_whole_and_positive(name, value):
    with pytest.raises(ValueError, match=f"{name} is a whole number of points, at least 1, not"):
        window_ends(9, **{"window": 2, "stride": 1, name: value})


@pytest.mark.parametrize("starts", [(), (1,), (0, 3, 3), (0, 4, 2), (0, 9)])
def test_starts_ascend_from_zero(starts):
    with pytest.raises(ValueError, match="starts must ascend from 0 and lie inside the 9 points"):
        make_windows(np.arange(9), 2, starts=starts)


def test_another_number_of_windows_is_refused():
    with pytest.raises(ValueError, match=r"4 windows are given, but 6 points have 5 windows of 2 points \(stride 1, 1"):
        to_points(np.zeros(4), 6, 2)
    with pytest.raises(ValueError, match=r"3 windows are given, but 6 points have 4 .* 2 stretches"):
        to_points(np.zeros(3), 6, 2, starts=(0, 3))


def test_a_window_does_not_begin_before_the_series():
    with pytest.raises(ValueError, match="No window of 3 points ends at position 1: the first ends at 2"):
        windows_at(np.arange(9), np.array([4, 1]), 3)


def slow_gap_starts(times, step):
    return [0, *[i for i in range(1, len(times)) if times[i] - times[i - 1] > 1.5 * step]]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_gaps_in_any_unit_and_zone(unit, zone):
    every = pd.date_range("2025-03-29", periods=60, freq="h", tz=zone).as_unit(unit)  # a clock change inside
    for seed in range(5):
        times = every[np.sort(np.random.default_rng(seed).choice(60, size=50, replace=False))]
        expected = slow_gap_starts(times, pd.Timedelta("1h"))
        assert gap_starts(times).tolist() == gap_starts(times, pd.Timedelta("1h")).tolist() == expected
        assert len(expected) > 1
    assert gap_starts(every).tolist() == [0]


def test_a_gap_is_more_than_one_and_a_half_steps():
    seconds = np.cumsum([0, 10, 10, 15, 10, 16, 10])
    times = pd.DatetimeIndex(pd.Timestamp("2025") + pd.to_timedelta(seconds, unit="s"))
    assert gap_starts(times).tolist() == [0, 5]
    assert gap_starts(times, pd.Timedelta("20s")).tolist() == [0]
    assert gap_starts(times[:1]).tolist() == gap_starts(times[:0]).tolist() == [0]


def rhythm(seed=0, n_days=35, period=24, noise=0.4):
    """Simulated: a daily rhythm, a weekly one, noise."""
    rng = np.random.default_rng(seed)
    at = np.arange(n_days * period)
    daily = np.sin(2 * np.pi * at / period) + 0.4 * np.sin(4 * np.pi * at / period)
    return daily + 0.4 * np.sin(2 * np.pi * at / (7 * period)) + noise * rng.normal(size=len(at))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("period", [7, 12, 24, 96, 144])
def test_the_day_is_found_beside_the_week(period, seed):
    assert abs(dominant_period(rhythm(seed, period=period)) - period) <= period // 50


@pytest.mark.parametrize(
    "disturb",
    [
        lambda x: x + np.linspace(0, 50, len(x)),
        lambda x: x + np.where(np.arange(len(x)) % 211 == 0, 100, 0),
        lambda x: 1e-9 * x,
        lambda x: 1e6 + x,
        lambda x: np.column_stack([x, np.full(len(x), 3.0), np.full(len(x), 0.1), np.zeros(len(x))]),
        lambda x: np.column_stack([x, rhythm(seed=9), np.random.default_rng(1).normal(size=len(x))]),
        lambda x: (x > 1).astype(float),
    ],
    ids=["trend", "spikes", "tiny unit", "high level", "constant channels", "several channels", "mostly zero"],
)
def test_the_day_is_found_in_spite_of(disturb):
    assert dominant_period(disturb(rhythm())) == 24


@pytest.mark.parametrize("period", [5, 10, 24, 50])
def test_a_rhythm_seen_exactly_three_times(period):
    values = np.tile(np.cos(2 * np.pi * np.arange(period) / period), 3)
    assert abs(dominant_period(values) - period) <= 1


def test_the_period_is_never_longer_than_asked_for():
    assert dominant_period(rhythm(), longest=24) == 24
    found = dominant_period(rhythm(), longest=20)
    assert found is None or found <= 20


@pytest.mark.parametrize(
    "values",
    [np.full(200, 0.1), np.zeros((200, 2)), 1e6 * np.linspace(0, 1, 200), np.arange(8.0), np.empty((0, 2)), [1.0]],
    ids=["constant", "two constants", "straight line", "short", "empty", "one point"],
)
def test_no_rhythm(values):
    assert dominant_period(values) is None


def test_noise_has_no_rhythm():
    rng = np.random.default_rng(0)
    assert all(dominant_period(rng.normal(size=(500, 2))) is None for _ in range(20))
