"""The simulated telemetry is what data/regenerate/telemetry.py and its card promise."""

import gzip
import hashlib
import importlib
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
CHANNELS = ["cpu", "memory", "requests", "latency"]
KINDS = {
    "spike": (1, 3),
    "level shift": (24, 72),
    "slow leak": (144, 264),
    "frozen channel": (18, 60),
    "broken correlation": (36, 96),
}
DAY, WEEK, N_CLEAN = 144, 1_008, 10_080


@pytest.fixture(scope="module")
def simulator():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DATA / "regenerate")
        yield importlib.import_module("telemetry")
    for name in ("telemetry", "gzip_file"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def telemetry():
    return pd.read_csv(DATA / "telemetry.csv.gz", parse_dates=["time"], index_col="time", keep_default_na=False)


@pytest.fixture(scope="module")
def healthy(simulator):
    """The same server in the same weeks, had nothing failed."""
    return simulator.simulate_telemetry(faults=False)


@pytest.fixture(scope="module")
def clean(telemetry):
    return telemetry.iloc[:N_CLEAN]


@pytest.fixture(scope="module")
def schedule(simulator):
    return simulator.draw_schedule(np.random.default_rng(simulator.SEED).spawn(3)[0])


@pytest.fixture(scope="module")
def events(telemetry):
    return events_of(telemetry)


def events_of(table):
    """(kind, channel, slice of rows) of every event, from the labels alone."""
    padded = np.r_[0, table["label"], 0]
    starts, stops = np.flatnonzero(np.diff(padded) == 1), np.flatnonzero(np.diff(padded) == -1)
    return [
        (table["kind"].iloc[start], table["channel"].iloc[start], slice(start, stop))
        for start, stop in zip(starts, stops, strict=True)
    ]


def of_kind(events, kind):
    return [(channel, rows) for found, channel, rows in events if found == kind]


def cpu_gap(table):
    """What requests do not explain of cpu."""
    return table["cpu"] - 5 - 0.45 * table["requests"]


def latency_gap(table):
    """What cpu does not explain of the log of latency."""
    utilisation = table["cpu"] / 100
    return np.log(table["latency"] / (38 * (1 + 0.6 * utilisation / (1 - utilisation))))


# ------------------------------------------------------------------------------------------------- the file


def test_the_script_gives_the_shipped_content(simulator):
    made = hashlib.sha256(simulator.to_csv(simulator.simulate_telemetry())).hexdigest()
    shipped = hashlib.sha256(gzip.decompress((DATA / "telemetry.csv.gz").read_bytes())).hexdigest()
    assert made == shipped


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_gives_other_telemetry_with_the_same_promises(simulator, telemetry, seed):
    other = simulator.simulate_telemetry(seed=seed)
    assert not np.allclose(other["requests"], telemetry["requests"])
    found = events_of(other)
    assert sorted(kind for kind, _, _ in found) == sorted([*KINDS] * 4)
    assert other[CHANNELS].min().min() > 0 and other[["cpu", "memory"]].max().max() <= 98


def test_columns_and_times(telemetry):
    assert telemetry.columns.tolist() == [*CHANNELS, "label", "kind", "channel"]
    assert len(telemetry) == 16 * WEEK and telemetry.index[0] == pd.Timestamp("2025-01-06", tz="UTC")
    assert telemetry.index[0].day_name() == "Monday"
    assert (telemetry["label"] == (telemetry["kind"] != "normal")).all()
    assert ((telemetry["channel"] != "") == (telemetry["label"] == 1)).all()


def test_values_are_physical(telemetry):
    assert telemetry[["cpu", "memory"]].min().min() > 0 and telemetry[["cpu", "memory"]].max().max() < 100
    assert (telemetry["requests"] > 0).all() and (telemetry["latency"] > 30).all()


# ---------------------------------------------------------------------------------------------- normal life


def test_the_first_ten_weeks_hold_no_fault(telemetry, clean, healthy):
    assert clean["label"].sum() == 0
    pd.testing.assert_frame_equal(
        clean[CHANNELS], healthy[CHANNELS].iloc[:N_CLEAN], check_freq=False, check_index_type=False
    )


def test_days_and_weeks_have_a_rhythm(clean):
    hourly = clean["requests"].groupby(clean.index.hour).mean()
    assert hourly.idxmax() in (19, 20) and hourly.idxmin() in (3, 4) and hourly.max() > 4 * hourly.min()
    daily = clean["requests"].groupby(clean.index.day_of_week).mean()
    assert daily[[5, 6]].max() < 0.95 * daily[:5].min()


def test_noise_is_autocorrelated(clean):
    gap = cpu_gap(clean)[clean.index.hour > 3]
    assert 0.4 < gap.autocorr(1) < 0.8
    log_change = np.log(clean["requests"]).diff(WEEK)
    assert log_change.autocorr(1) > 0.8


def test_cpu_follows_requests_at_once_and_memory_slowly(clean):
    lagged = {name: [clean[name].corr(clean["requests"].shift(lag)) for lag in range(0, 48, 6)] for name in CHANNELS}
    assert np.argmax(lagged["cpu"]) == 0 and lagged["cpu"][0] > 0.95
    assert 1 <= np.argmax(lagged["memory"]) <= 4 and max(lagged["memory"]) > 0.7


def test_latency_rises_with_utilisation(clean):
    by_cpu = clean["latency"].groupby(pd.cut(clean["cpu"], [0, 15, 30, 45, 60, 100]), observed=True).median()
    assert (by_cpu.diff().dropna() > 0).all() and by_cpu.diff().iloc[-1] > by_cpu.diff().iloc[1]
    assert latency_gap(clean).std() < 0.06


def test_backups_every_night_are_not_labelled(clean):
    nights = cpu_gap(clean)[clean.index.strftime("%H:%M") == "02:10"]
    assert len(nights) == 70 and nights.min() > 10 > cpu_gap(clean)[clean.index.hour == 5].max()


def test_restarts_on_sundays_empty_the_caches(healthy):
    drop = healthy["memory"].diff()
    at_four = healthy.index[(healthy.index.day_of_week == 6) & (healthy.index.strftime("%H:%M") == "04:00")]
    assert len(at_four) == 16 and (drop[at_four] < -5).all()
    assert drop.drop(at_four).min() > -2.5


def test_marketing_bursts_are_not_labelled_and_keep_the_couplings(telemetry, schedule):
    _, bursts = schedule
    assert [row // WEEK + 1 for row in bursts] == [2, 4, 7, 9, 12, 15]
    for row in bursts:
        during = telemetry.iloc[row : row + 54]
        assert during["label"].sum() == 0 and during.index[0].day_of_week < 5 and 9 <= during.index[0].hour < 17
        usual = np.mean([telemetry["requests"].iloc[row + 3 + days * DAY] for days in (-7, 7) if row + days * DAY > 0])
        assert telemetry["requests"].iloc[row + 3] > 1.2 * usual
        assert cpu_gap(during.iloc[:12]).abs().median() < 3


def test_requests_grow(healthy):
    weekly = healthy["requests"].groupby(np.arange(len(healthy)) // WEEK).mean()
    slope = np.polyfit(weekly.index, np.log(weekly), 1)[0] * 16
    assert 0.02 < slope < 0.14


def test_hiccups_are_rare_and_not_labelled(clean):
    assert 0.003 < (latency_gap(clean) > np.log(1.2)).mean() < 0.008


# --------------------------------------------------------------------------------------------------- events


def test_twenty_events_of_five_kinds(events):
    assert [kind for kind in KINDS for _ in range(4)] == sorted((kind for kind, _, _ in events), key=list(KINDS).index)
    for first in range(0, 20, 5):
        assert {kind for kind, _, _ in events[first : first + 5]} == set(KINDS)


def test_lengths_and_distances(events):
    for kind, _, rows in events:
        assert KINDS[kind][0] <= rows.stop - rows.start <= KINDS[kind][1]
    gaps = [later.start - earlier.stop for (_, _, earlier), (_, _, later) in pairwise(events)]
    assert min(gaps) >= 36 and events[0][2].start >= N_CLEAN + 18
    weeks = {rows.start // WEEK for _, _, rows in events}
    assert weeks == set(range(10, 16))


@pytest.mark.parametrize("seed", range(20))
def test_every_schedule_keeps_its_distances(simulator, seed):
    events, bursts = simulator.draw_schedule(np.random.default_rng(seed))
    planned = np.arange(6 * DAY + 24, 16 * WEEK, WEEK)
    assert all(later.start - earlier.stop >= 36 for earlier, later in pairwise(events))
    assert events[0].start >= N_CLEAN + 18 and events[-1].stop <= 16 * WEEK - 18
    assert not any(
        ((planned >= event.start) & (planned < event.stop)).any() for event in events if event.kind == "slow leak"
    )
    assert all(event.start >= burst + 54 + 18 or event.stop <= burst - 18 for event in events for burst in bursts)


def test_events_keep_away_from_bursts(events, schedule):
    for burst in schedule[1]:
        assert all(rows.start >= burst + 54 + 18 or rows.stop <= burst - 18 for _, _, rows in events)


def test_nothing_changes_outside_events_but_the_aftermath(telemetry, healthy, events):
    """cpu and requests: nothing. latency: the row of an unplanned restart. memory: until the next planned restart."""
    changed = (telemetry[CHANNELS].to_numpy() != healthy[CHANNELS].to_numpy()) & (telemetry[["label"]] == 0).to_numpy()
    after_leak = [rows.stop for _, rows in of_kind(events, "slow leak")]
    assert not changed[:, [0, 2]].any()
    assert np.flatnonzero(changed[:, 3]).tolist() == after_leak
    planned = np.arange(6 * DAY + 24, 16 * WEEK, WEEK)
    since_restart = np.concatenate([np.arange(row, planned[planned > row][0]) for row in after_leak])
    others = np.setdiff1d(np.flatnonzero(changed[:, 1]), since_restart)
    aftermath = (telemetry["memory"] - healthy["memory"]).abs().iloc[others]
    assert aftermath.max() < 5 and len(others) < 3 * DAY


def test_spikes_are_short_and_of_the_stated_height(telemetry, healthy, events):
    stated = {"cpu": 40.0, "memory": 6.0, "requests": 1.7, "latency": 5.0}
    found = {channel: rows for channel, rows in of_kind(events, "spike")}
    assert set(found) == set(stated)
    for channel, rows in found.items():
        now, usual = telemetry[channel].iloc[rows], healthy[channel].iloc[rows]
        change = now - usual if channel in ("cpu", "memory") else now / usual
        assert np.allclose(change, stated[channel], rtol=0.02)


def test_two_spikes_stay_inside_what_other_days_show(telemetry, clean, events):
    for channel, rows in of_kind(events, "spike"):
        inside = telemetry[channel].iloc[rows].max() < clean[channel].max()
        assert inside == (channel in ("memory", "requests"))


def test_level_shifts_have_the_stated_size_from_end_to_end(telemetry, healthy, events):
    stated = {"cpu": 22.0, "memory": 4.0, "requests": 0.65, "latency": 1.7}
    found = {channel: rows for channel, rows in of_kind(events, "level shift")}
    assert set(found) == set(stated)
    for channel, rows in found.items():
        now, usual = telemetry[channel].iloc[rows], healthy[channel].iloc[rows]
        change = now - usual if channel in ("cpu", "memory") else now / usual
        assert np.allclose(change, stated[channel], rtol=0.02)


def test_faults_of_the_server_have_consequences(telemetry, events):
    """A stuck process slows the server; fewer visitors need less cpu. Both as the couplings say."""
    for channel, rows in of_kind(events, "level shift"):
        during = telemetry.iloc[rows]
        assert (abs(cpu_gap(during).median()) < 3) == (channel != "cpu")
        assert (abs(latency_gap(during).median()) < 0.1) == (channel != "latency")


def test_leaks_creep_up_to_a_restart(telemetry, healthy, events):
    grown = []
    for channel, rows in of_kind(events, "slow leak"):
        leaked = (telemetry["memory"] - healthy["memory"]).iloc[rows]
        own = leaked - leaked.iloc[0]
        assert channel == "memory" and np.abs(own - np.linspace(0, own.iloc[-1], len(own))).max() < 0.05
        assert telemetry["memory"].iloc[rows.stop] < telemetry["memory"].iloc[rows.stop - 1] - 8
        assert not set(range(rows.start, rows.stop)) & set(range(6 * DAY + 24, 16 * WEEK, WEEK))
        grown.append(round(own.iloc[-1]))
    assert sorted(grown) == [9, 17, 26, 38]


def test_each_channel_freezes_once(telemetry, healthy, events):
    frozen = of_kind(events, "frozen channel")
    assert sorted(channel for channel, _ in frozen) == sorted(CHANNELS)
    for channel, rows in frozen:
        assert (telemetry[channel].iloc[rows] == telemetry[channel].iloc[rows.start - 1]).all()
        others = [name for name in ("cpu", "requests", "latency") if name != channel]
        assert (telemetry[others].iloc[rows] == healthy[others].iloc[rows]).all(axis=None)


def test_nothing_else_stands_still(telemetry):
    for channel in CHANNELS:
        usual = telemetry.loc[telemetry["kind"] != "frozen channel", channel]
        run = usual.groupby((usual != usual.shift()).cumsum()).size()
        assert run.max() <= 5


def test_broken_correlations_are_ordinary_courses_of_another_hour(telemetry, clean, events):
    broken = of_kind(events, "broken correlation")
    assert sorted(channel for channel, _ in broken) == ["cpu", "cpu", "latency", "requests"]
    for channel, rows in broken:
        course = telemetry[channel].iloc[rows].to_numpy()
        windows = np.lib.stride_tricks.sliding_window_view(clean[channel].to_numpy(), len(course))
        origin = np.flatnonzero((windows == course).all(axis=1))
        assert len(origin) == 1
        away = abs((origin[0] - rows.start + DAY // 2) % DAY - DAY // 2)
        assert 24 <= away <= 72


def test_broken_correlations_take_over_without_a_large_jump(telemetry, clean, events):
    for channel, rows in of_kind(events, "broken correlation"):
        jump = abs(telemetry[channel].iloc[rows.start] - telemetry[channel].iloc[rows.start - 1])
        assert jump <= clean[channel].diff().abs().quantile(0.99)


def test_couplings_break_there_and_only_there(telemetry, healthy, clean, events):
    """Everything else that disturbs cpu against requests or latency against cpu is another fault, said to do so."""
    usual_cpu = cpu_gap(clean)[clean.index.hour > 3].abs()
    usual_latency = latency_gap(clean).abs()
    for kind, channel, rows in events:
        cpu = cpu_gap(telemetry.iloc[rows]).abs().mean() / usual_cpu.mean()
        latency = latency_gap(telemetry.iloc[rows]).abs().mean() / usual_latency.mean()
        if kind == "broken correlation":
            assert (cpu > 4) == (channel != "latency") and (latency > 3) == (channel != "requests")
            others = [name for name in CHANNELS if name != channel]
            assert (telemetry[others].iloc[rows] == healthy[others].iloc[rows]).all(axis=None)
    ordinary = telemetry[telemetry["label"] == 0]
    assert cpu_gap(ordinary)[ordinary.index.hour > 3].abs().max() < 10
