"""Regenerate data/telemetry.csv.gz: SIMULATED telemetry of an invented web server, a row each 10 minutes, 16 weeks.

How to run it, from the top of the repository (a second, no network):

    python data/regenerate/telemetry.py

Nothing here is real: there is no such server, and nothing ever failed. The generator is seeded and FROZEN: it was
written, looked at for plausibility (rhythms, ranges, couplings, every event) and tested before any detector saw its
data. A later change needs a reason that is not a detector's score.

Normal life of this server
--------------------------
- `requests` [1/s], the mean over ten minutes: a workday has a shoulder at noon and a peak at 20:00, a weekend starts
  later and stays lower; nights are quiet. Around that go a slow noise (some days are busier) and a fast one, both
  autocorrelated.
- `cpu` [%] follows requests at once: 5 % idle, 0.45 % for each request a second, and noise.
- `memory` [%] follows requests slowly (time constant three hours); caches fill in the days after a restart.
- `latency` [ms] rises with utilisation as a queue does: 38 ms x (1 + 0.6 u / (1 - u)) with u = cpu / 100, and noise
  in proportion. Above 90 % of memory the server swaps and is slower still (with the shipped seed it never gets there).
Times are UTC, so no clock changes. A Monday comes first.

What is odd and yet normal, and never labelled
----------------------------------------------
- six marketing bursts (weeks 2, 4, 7, 9, 12 and 15): requests rise by 40 to 80 % within half an hour and fade over
  hours; cpu, memory and latency follow as they always do;
- a backup at 02:00 every night raises cpu by about 18 points for 40 to 60 minutes;
- a restart every Sunday at 04:00 empties the caches: memory drops, latency is a quarter higher for one row;
- requests grow by 8 % over the 16 weeks, and what follows them grows along;
- hiccups: 0.5 % of the rows have a latency 20 to 50 % higher, without a cause that the channels show.

The five kinds of fault (label 1), four events each
---------------------------------------------------
They lie in the last six weeks, one in each twentieth of them; the first ten weeks hold none. Every five events in a
row hold every kind once. Two events are at least six hours apart, an event and a marketing burst at least three.
Strengths go from what anyone would see to what may be missed, as in life:
- "spike", 1 to 3 rows. A runaway job (cpu + 40 points), a lock in the database (latency x 5), a crawler (requests
  x 1.7), one huge report (memory + 6 points). The last two stay inside what the channel does on other days.
- "level shift", 4 to 12 hours. A stuck process (cpu + 22 points), a slow service behind the server (latency x 1.7), a
  load balancer that sends a third of the visitors elsewhere (requests x 0.65), a worker too many (memory + 4 points).
- "slow leak", 24 to 44 hours. Memory creeps up by 38, 26, 17 or 9 points in all, until somebody restarts the server.
  Its first hours look like nothing: a delay of hours is no shame. A planned restart never falls into a leak.
- "frozen channel", 3 to 10 hours. The agent that reads a channel hangs and reports its last value again and again;
  each channel freezes once. On a flat stretch of the day only the lack of noise gives it away.
- "broken correlation", 6 to 16 hours. One channel (cpu twice, requests, latency) shows an ordinary course from another
  hour of another, ordinary day, 4 to 12 hours away in the day, chosen to take over with as small a jump as there is. In
  life: a dashboard mixes up two servers in different time zones. Every value is ordinary; only together with the
  other channels is it wrong.
A fault that happens to the server has its consequences: a cpu or requests fault moves latency too, memory needs some
hours to forget a requests fault, and after a leak's restart it stays lower until the next planned one (this aftermath
is not labelled). A frozen channel and a broken correlation are faults of the measuring: the other channels stay as
they were.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from gzip_file import DATA_DIR, update_gzip
from scipy.signal import lfilter

__all__ = ["CHANNELS", "N_CLEAN", "N_ROWS", "START", "Event", "draw_schedule", "main", "simulate_telemetry", "to_csv"]

SEED = 20_250_106
START = pd.Timestamp("2025-01-06", tz="UTC")  # a Monday
STEP = pd.Timedelta(minutes=10)
HOUR, DAY, WEEK = 6, 144, 1_008  # rows
N_ROWS, N_CLEAN = 16 * WEEK, 10 * WEEK
CHANNELS = ["cpu", "memory", "requests", "latency"]
DECIMALS = {"cpu": 1, "memory": 2, "requests": 1, "latency": 1}

# requests a second at 0, 1, ... 24 o'clock; all days meet at midnight
WORKDAY = np.array(
    [42, 30, 22, 18, 17, 19, 27, 42, 60, 72, 79, 84, 87, 83, 80, 79, 82, 88, 96, 103, 106, 98, 80, 59, 42.0]
)
WEEKEND = np.array(
    [42, 33, 26, 20, 18, 17, 20, 27, 38, 50, 60, 67, 71, 71, 69, 68, 69, 73, 78, 83, 84, 77, 66, 53, 42.0]
)
GROWTH = 0.08  # of the requests over all rows
BURST_WEEKS = (2, 4, 7, 9, 12, 15)  # counted from 1
BURST_ROWS = 9 * HOUR
BACKUP_HOUR, RESTART_HOUR = 2, 4  # the restart: on Sundays

SPIKE, SHIFT, LEAK, FROZEN, BROKEN = "spike", "level shift", "slow leak", "frozen channel", "broken correlation"
FACTOR_CHANNELS = ("requests", "latency")  # a strength multiplies these and is added to the others
EVENTS = {  # kind: shortest and longest [rows], then four pairs of channel and strength
    SPIKE: (1, 3, [("latency", 5.0), ("cpu", 40.0), ("requests", 1.7), ("memory", 6.0)]),
    SHIFT: (4 * HOUR, 12 * HOUR, [("cpu", 22.0), ("latency", 1.7), ("requests", 0.65), ("memory", 4.0)]),
    LEAK: (24 * HOUR, 44 * HOUR, [("memory", 38.0), ("memory", 26.0), ("memory", 17.0), ("memory", 9.0)]),
    FROZEN: (3 * HOUR, 10 * HOUR, [("requests", None), ("cpu", None), ("latency", None), ("memory", None)]),
    BROKEN: (6 * HOUR, 16 * HOUR, [("cpu", None), ("requests", None), ("latency", None), ("cpu", None)]),
}
N_EVENTS = 20
MARGIN = 3 * HOUR  # free rows on both sides of an event


@dataclass(frozen=True)
class Event:
    """A fault: rows `start` to `stop` (not included); `strength` None for faults of the measuring."""

    kind: str
    channel: str
    start: int
    stop: int
    strength: float | None


def main() -> None:
    """Write data/telemetry.csv.gz."""
    print(update_gzip(DATA_DIR / "telemetry.csv.gz", to_csv(simulate_telemetry())))


def to_csv(telemetry: pd.DataFrame) -> bytes:
    r"""Write the file's content (uncompressed): times to the minute, \n at line ends."""
    text = telemetry.to_csv(date_format="%Y-%m-%dT%H:%MZ", lineterminator="\n")
    return text.encode("ascii")


def simulate_telemetry(seed: int = SEED, *, faults: bool = True) -> pd.DataFrame:
    """All rows, indexed by time, with `CHANNELS`, `label`, `kind` and `channel` (where the fault sits, "" if none).

    Without `faults` the same seed gives the same server in the same 16 weeks, had nothing failed.
    """
    schedule_rng, noise_rng, measuring_rng = np.random.default_rng(seed).spawn(3)
    events, bursts = draw_schedule(schedule_rng)
    if not faults:
        events = []
    telemetry = run_server(noise_rng, events, bursts)
    break_measuring(measuring_rng, telemetry, events, bursts)
    return label_rows(telemetry.round(DECIMALS), events)


# ------------------------------------------------------------------------------------------ what happens when


def draw_schedule(rng: np.random.Generator) -> tuple[list[Event], np.ndarray]:
    """Draw the faults, in order of time, and the first rows of the marketing bursts, until they fit together."""
    while True:
        events = draw_events(rng)
        free = [free_burst_rows(week, events) for week in BURST_WEEKS]
        leaks_are_whole = not any(restarts()[event.start : event.stop].any() for event in events if event.kind == LEAK)
        if leaks_are_whole and all(map(len, free)):
            return events, np.array([rng.choice(rows) for rows in free])


def draw_events(rng: np.random.Generator) -> list[Event]:
    """One event in each twentieth of the last six weeks; every five in a row hold every kind."""
    of_kind = {kind: iter(rng.permutation(4)) for kind in EVENTS}
    kinds = [kind for _ in range(4) for kind in rng.permutation(list(EVENTS))]
    edges = np.linspace(N_CLEAN, N_ROWS, N_EVENTS + 1).astype(int)
    events = []
    for kind, low, high in zip(kinds, edges[:-1], edges[1:], strict=True):
        shortest, longest, variants = EVENTS[kind]
        channel, strength = variants[next(of_kind[kind])]
        length = int(rng.integers(shortest, longest + 1))
        start = int(rng.integers(low + MARGIN, high - MARGIN - length + 1))
        events.append(Event(str(kind), channel, start, start + length, strength))
    return events


def free_burst_rows(week: int, events: list[Event]) -> np.ndarray:
    """Rows of `week` (from 1) at which a burst can start: a workday, 9 to 17 o'clock, no fault near."""
    rows = np.arange((week - 1) * WEEK, (week - 1) * WEEK + 5 * DAY)
    rows = rows[(rows % DAY >= 9 * HOUR) & (rows % DAY < 17 * HOUR)]
    near = [(rows + BURST_ROWS + MARGIN > event.start) & (rows - MARGIN < event.stop) for event in events]
    return rows[~np.any(near, axis=0)]


def restarts() -> np.ndarray:
    """Mark the row of each planned restart."""
    return np.arange(N_ROWS) % WEEK == 6 * DAY + RESTART_HOUR * HOUR


# ----------------------------------------------------------------------------------------------- the server


def run_server(rng: np.random.Generator, events: list[Event], bursts: np.ndarray) -> pd.DataFrame:
    """Simulate the four channels with the faults that happen to the server itself, not rounded."""
    effect = fault_effects(events)
    requests = simulate_requests(rng, bursts) * effect["requests"]
    cpu = 5 + 0.45 * requests + backups(rng) + autocorrelated(rng, 1.5, 0.6) + effect["cpu"]
    cpu = cpu.clip(1, 98)
    restarted = restarts()
    restarted[[event.stop for event in events if event.kind == LEAK]] = True
    memory = (simulate_memory(rng, requests, restarted) + effect["memory"]).clip(5, 98)
    latency = simulate_latency(rng, cpu, memory) * np.where(restarted, 1.25, 1.0) * effect["latency"]
    index = pd.date_range(START, periods=N_ROWS, freq=STEP, name="time", unit="s")
    return pd.DataFrame({"cpu": cpu, "memory": memory, "requests": requests, "latency": latency}, index=index)


def fault_effects(events: list[Event]) -> dict[str, np.ndarray]:
    """Say what each channel is multiplied by or, cpu and memory, what is added to it."""
    effect = {name: np.full(N_ROWS, float(name in FACTOR_CHANNELS)) for name in CHANNELS}
    for event in events:
        if event.kind in (SPIKE, SHIFT):
            effect[event.channel][event.start : event.stop] = event.strength
        elif event.kind == LEAK:
            effect["memory"][event.start : event.stop] = np.linspace(0, event.strength, event.stop - event.start)
    return effect


def simulate_requests(rng: np.random.Generator, bursts: np.ndarray) -> np.ndarray:
    """Simulate requests a second without faults: rhythm, growth, bursts and noise."""
    row = np.arange(N_ROWS)
    hour = row % DAY / HOUR
    rhythm = np.where(row % WEEK < 5 * DAY, np.interp(hour, range(25), WORKDAY), np.interp(hour, range(25), WEEKEND))
    noise = autocorrelated(rng, 0.05, 0.99) + autocorrelated(rng, 0.03, 0.7)
    burst = np.zeros(N_ROWS)
    for start, height in zip(bursts, rng.uniform(0.4, 0.8, size=len(bursts)), strict=True):
        hours = np.arange(BURST_ROWS) / HOUR
        fading = 0.5 ** (np.maximum(hours - 0.5, 0) / 1.3)
        burst[start : start + BURST_ROWS] = height * np.minimum(hours / 0.5, 1) * fading
    return rhythm * (1 + GROWTH * row / N_ROWS) * (1 + burst) * np.exp(noise)


def backups(rng: np.random.Generator) -> np.ndarray:
    """Points of cpu that the nightly backup takes: 4 to 6 rows from 02:00."""
    extra = np.zeros(N_ROWS)
    for start in range(BACKUP_HOUR * HOUR, N_ROWS, DAY):
        extra[start : start + rng.integers(4, 7)] = rng.normal(18, 1.5)
    return extra


def simulate_memory(rng: np.random.Generator, requests: np.ndarray, restarted: np.ndarray) -> np.ndarray:
    """Percent of memory without faults: a base, sessions that follow requests slowly, caches since the restart."""
    follow = 1 - np.exp(-1 / (3 * HOUR))
    sessions, _ = lfilter([follow], [1, follow - 1], requests, zi=[(1 - follow) * requests[0]])
    row = np.arange(N_ROWS)
    last = np.maximum.accumulate(np.where(restarted, row, -DAY))  # the last one before START: on Sunday, a day ago
    caches = 9 * (1 - np.exp(-(row - last) / (2.5 * DAY)))
    return 32 + 0.15 * sessions + caches + autocorrelated(rng, 0.35, 0.8)


def simulate_latency(rng: np.random.Generator, cpu: np.ndarray, memory: np.ndarray) -> np.ndarray:
    """Milliseconds: a queue's waiting time, swapping, noise in proportion and hiccups."""
    utilisation = cpu / 100
    swapping = 1 + 0.15 * np.maximum(memory - 90, 0)
    hiccup = np.where(rng.random(N_ROWS) < 0.005, rng.uniform(1.2, 1.5, size=N_ROWS), 1.0)
    noise = np.exp(autocorrelated(rng, 0.04, 0.5))
    return 38 * (1 + 0.6 * utilisation / (1 - utilisation)) * swapping * hiccup * noise


def autocorrelated(rng: np.random.Generator, spread: float, memory: float) -> np.ndarray:
    """Noise of standard deviation `spread` in which each row keeps the share `memory` of the row before: AR(1)."""
    shocks = rng.normal(size=N_ROWS) * spread * np.sqrt(1 - memory**2)
    shocks[0] = rng.normal() * spread
    return lfilter([1.0], [1.0, -memory], shocks)


# ---------------------------------------------------------------------------------------- faults of the measuring


def break_measuring(rng: np.random.Generator, telemetry: pd.DataFrame, events: list[Event], bursts: np.ndarray) -> None:
    """Change `telemetry` where a channel freezes or shows another time's course."""
    for event in events:
        values = telemetry[event.channel].to_numpy(copy=True)
        if event.kind == FROZEN:
            values[event.start : event.stop] = values[event.start - 1]
        elif event.kind == BROKEN:
            donor = draw_donor(rng, values, event, bursts)
            values[event.start : event.stop] = values[donor : donor + event.stop - event.start]
        telemetry[event.channel] = values


def draw_donor(rng: np.random.Generator, values: np.ndarray, event: Event, bursts: np.ndarray) -> int:
    """First row of an ordinary stretch whose course differs and that takes over with a small jump.

    Among the stretches of the first ten weeks without a burst, 4 to 12 hours away in the day and different by at least
    15 % of the channel's ordinary range on average, one of the five with the smallest jump.
    """
    length = event.stop - event.start
    clean = values[:N_CLEAN]
    starts = np.arange(N_CLEAN - length)
    away = np.abs((starts - event.start + DAY // 2) % DAY - DAY // 2) >= 4 * HOUR
    with_burst = np.any([(starts + length > burst) & (starts < burst + BURST_ROWS) for burst in bursts], axis=0)
    starts = starts[away & ~with_burst]
    courses = np.lib.stride_tricks.sliding_window_view(clean, length)[starts]
    difference = np.abs(courses - values[event.start : event.stop]).mean(axis=1)
    starts = starts[difference >= 0.15 * np.subtract(*np.quantile(clean, [0.99, 0.01]))]
    jump = np.abs(clean[starts] - values[event.start - 1])
    return int(rng.choice(starts[np.argsort(jump, kind="stable")[:5]]))


def label_rows(telemetry: pd.DataFrame, events: list[Event]) -> pd.DataFrame:
    """Append `label`, `kind` and `channel`."""
    label, kind, channel = np.zeros(N_ROWS, int), np.full(N_ROWS, "normal", object), np.full(N_ROWS, "", object)
    for event in events:
        rows = slice(event.start, event.stop)
        label[rows], kind[rows], channel[rows] = 1, event.kind, event.channel
    return telemetry.assign(label=label, kind=kind, channel=channel)


if __name__ == "__main__":
    main()
