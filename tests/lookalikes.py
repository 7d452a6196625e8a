"""Small simulated files of nine kinds that people bring; written, and frozen, before any detector was tried on them.

Each gives a frame as it would be read from a CSV file, and which of its rows are odd. The oddities are injected.
"""

import numpy as np
import pandas as pd

__all__ = ["LOOKALIKES", "look_alike"]


def look_alike(kind, seed=0):
    """A frame of one kind, and its labels: 1 where a row is odd, else 0."""
    frame, labels = LOOKALIKES[kind](np.random.default_rng([seed, *kind.encode()]))
    return frame, np.asarray(labels, int)


def _drift(rng, n, step, pull=0.0):
    """A value that wanders, pulled back to 0 by a share of its distance."""
    level = np.zeros(n)
    for i, change in enumerate(rng.normal(0, step, n - 1), start=1):
        level[i] = (1 - pull) * level[i - 1] + change
    return level


def _marked(n, *events):
    labels = np.zeros(n, int)
    for start, length in events:
        labels[start : start + length] = 1
    return labels


def _failures(rng, n=3000):
    """A machine's jobs; a failure has a reason in two columns together: heat, power, or strain."""
    air = 300 + _drift(rng, n, 0.15, 0.005)
    process = air + 10 + _drift(rng, n, 0.1, 0.02)
    speed = 1380 + rng.gamma(3, 55, n)
    torque = np.clip(64000 / speed + rng.normal(0, 7, n), 4, None)
    wear = np.arange(n) * 2.2 % 240
    grade = rng.choice(["L", "M", "H"], n, p=[0.6, 0.3, 0.1])
    power = torque * speed * 2 * np.pi / 60
    strain = wear * torque > np.select([grade == "L", grade == "M"], [11000, 12000], 13000)
    odd = strain | (power < 4200) | (power > 9100) | ((process - air < 9.2) & (speed < 1420))
    columns = {"air": air, "process": process, "speed": speed.round(), "torque": torque, "wear": wear.round()}
    return pd.DataFrame({"grade": grade, **columns}).round(1), odd


def _valve(rng, n=1150):
    """Eight channels of a test bench by the second; for a third of the time a valve is half closed."""
    labels = _marked(n, (570, 400))
    closed = labels * (0.6 + 0.4 * np.sin(np.arange(n) / 25) ** 2)
    channels = {
        "acceleration_1": 0.027 + 0.0004 * rng.normal(size=n) - 0.0006 * closed,
        "acceleration_2": 0.040 + 0.0006 * rng.normal(size=n) + 0.0004 * closed,
        "current": 2.3 + 0.25 * rng.normal(size=n) - 0.2 * closed,
        "pressure": 0.05 + 0.25 * rng.standard_t(5, n),
        "temperature": 79 + _drift(rng, n, 0.04, 0.002),
        "thermocouple": 26 + np.arange(n) / n + 0.02 * rng.normal(size=n),
        "voltage": 230 + 9 * rng.normal(size=n),
        "flow": 32 + np.round(rng.normal(0, 0.5, n)) - 1.2 * closed,
    }
    return pd.DataFrame({"time": pd.date_range("2020-03-09 10:00", periods=n, freq="s"), **channels}), labels


def _temperature(rng, n=4000):
    """A machine's temperature every five minutes; four times it breaks down, and hours before count as odd, too."""
    events = [(700, 110), (1900, 110), (2650, 110), (3500, 110)]
    value = 88 + 4 * np.sin(np.arange(n) * 2 * np.pi / 288) + _drift(rng, n, 0.9, 0.01) + rng.normal(0, 0.6, n)
    for start, length in events:
        fall = rng.uniform(25, 55)
        value[start + 40 : start + length - 20] -= fall * np.hanning(length - 60) ** 0.5
    times = pd.date_range("2013-12-02 21:15", periods=n, freq="5min")
    return pd.DataFrame({"timestamp": times, "value": value.round(3)}), _marked(n, *events)


def _taxi(rng, weeks=10):
    """Passengers every half hour, with a day and a week; five days are unlike their weekday."""
    n = weeks * 7 * 48
    hour, weekday = np.arange(n) % 48 / 2, np.arange(n) // 48 % 7
    working = 9 + 7 * np.exp(-(((hour - 8.5) / 2) ** 2)) + 10 * np.exp(-(((hour - 19) / 3) ** 2)) - 7 * (hour < 5)
    resting = (
        12 + 6 * np.exp(-(((hour - 15) / 5) ** 2)) + 4 * np.exp(-(((hour - 23) / 2) ** 2)) - 5 * (np.abs(hour - 6) < 2)
    )
    value = np.where(weekday < 5, working * (1 + 0.03 * weekday), resting) * 1000
    value *= 1 + 0.04 * np.sin(np.arange(n) / n * 5) + 0.04 * rng.normal(size=n)
    events = [(48 * day, 48) for day in (19, 30, 43, 52, 64)]
    for (start, length), factor in zip(events, (0.45, 0.6, 1.5, 0.35, 0.6), strict=True):
        value[start : start + length] *= factor
    times = pd.date_range("2014-10-06", periods=n, freq="30min")
    return pd.DataFrame({"timestamp": times, "value": value.clip(10).round()}), _marked(n, *events)


def _connections(rng, n=3000):
    """Connections to a server; scans, floods and tried passwords among them."""
    service = rng.choice(["http", "smtp", "dns", "ftp", "other"], n, p=[0.6, 0.15, 0.15, 0.06, 0.04])
    columns = {
        "protocol": np.where(service == "dns", "udp", "tcp"),
        "service": service,
        "flag": rng.choice(["SF", "S1", "REJ"], n, p=[0.95, 0.02, 0.03]),
        "duration": np.where(rng.random(n) < 0.8, 0, rng.lognormal(2, 1.5, n)).round(),
        "sent": rng.lognormal(5.5, 0.7, n).round(),
        "received": np.where(service == "dns", 100, rng.lognormal(7.5, 1.3, n)).round(),
        "logins_failed": (rng.random(n) < 0.01).astype(int),
        "count": rng.gamma(2, 4, n).round() + 1,
        "error_rate": np.where(rng.random(n) < 0.93, 0, rng.random(n)).round(2),
    }
    frame, odd = pd.DataFrame(columns), np.zeros(n, int)
    scans, floods, guesses = np.split(rng.permutation(n)[:100], [40, 80])
    odd[np.concatenate([scans, floods, guesses])] = 1
    frame.loc[scans, ["flag", "sent", "received"]] = "REJ", 0.0, 0.0
    frame.loc[scans, "count"], frame.loc[scans, "error_rate"] = (
        rng.integers(60, 250, 40),
        rng.uniform(0.7, 1, 40).round(2),
    )
    frame.loc[floods, ["protocol", "service", "sent", "received"]] = "icmp", "echo", 1032.0, 0.0
    frame.loc[floods, "count"] = rng.integers(300, 511, 40)
    frame.loc[guesses, "service"], frame.loc[guesses, "logins_failed"] = "ftp", rng.integers(2, 6, 20)
    return frame, odd


def _latency(rng, n=3000):
    """Waiting time of a disk by the minute, heavy-tailed and busier by day; a score of short spells far above."""
    busy = 1 + 0.4 * np.sin(np.arange(n) * 2 * np.pi / 1440)
    value = busy * rng.lognormal(1.6, 0.35, n) * np.where(rng.random(n) < 0.02, 3, 1)
    events = [
        (int(start), int(rng.integers(1, 6))) for start in np.linspace(90, n - 90, 20) + rng.integers(-40, 40, 20)
    ]
    for start, length in events:
        value[start : start + length] = rng.uniform(60, 600, length)
    return pd.DataFrame({"time": pd.date_range("2015-02-01", periods=n, freq="min"), "await": value.round(2)}), _marked(
        n, *events
    )


def _demand(rng, weeks=26):
    """Hourly load of a region with day, week and season; a heat wave, a blackout, a holiday, a value that stays."""
    n = weeks * 168
    hour, day = np.arange(n) % 24, np.arange(n) // 24
    shape = 1 + 0.18 * np.sin((hour - 9) * 2 * np.pi / 24) + 0.05 * np.sin((hour - 6) * 4 * np.pi / 24)
    warmth = np.sin(np.pi * np.arange(n) / n) + 0.25 * np.repeat(_drift(rng, weeks * 7, 0.5, 0.4), 24)
    value = 29000 * shape * np.where(day % 7 < 5, 1, 0.9) * (1 + 0.15 * warmth) + 350 * rng.normal(size=n)
    events = [(24 * 40, 96), (24 * 88 + 15, 6), (24 * 112, 24), (24 * 150 + 3, 12)]
    heat, outage, holiday, frozen = (slice(start, start + length) for start, length in events)
    value[heat] *= 1 + 0.25 * np.tile(np.exp(-(((np.arange(24) - 16) / 6.0) ** 2)), 4)
    value[outage] *= 0.6
    value[holiday] *= 0.82
    value[frozen] = value[frozen.start]
    return pd.DataFrame({"Datetime": pd.date_range("2006-03-06", periods=n, freq="h"), "MW": value.round()}), _marked(
        n, *events
    )


def _air(rng, n=2500):
    """Hourly gases from one street, which rise and fall together; sensors stand still, jump, or lose their scale."""
    hour, weekday = np.arange(n) % 24, np.arange(n) // 24 % 7
    traffic = 1.2 + np.sin((hour - 8) * 2 * np.pi / 12) * (hour > 5) * np.where(weekday < 5, 0.5, 0.25)
    level = np.exp(0.25 * np.log(np.abs(traffic) + 0.2) + _drift(rng, n, 0.12, 0.08))
    names = {"CO": 2.0, "NMHC": 210, "C6H6": 10, "NOx": 240, "NO2": 110, "O3": 1000}
    channels = {
        name: size * level ** (-0.4 if name == "O3" else 0.9) * np.exp(0.08 * rng.normal(size=n))
        for name, size in names.items()
    }
    frame = pd.DataFrame({"stamp": pd.date_range("2004-03-10 18:00", periods=n, freq="h"), **channels})
    frame["T"] = 18 + 6 * np.sin((hour - 9) * 2 * np.pi / 24) + _drift(rng, n, 0.4, 0.01)
    events = [(400, 30), (900, 1), (1300, 24), (1801, 2), (2200, 36)]
    frame.loc[400:429, "NOx"] = frame["NOx"][400]
    frame.loc[900, "CO"] = 11.9
    frame.loc[1300:1323, "NO2"] *= 0.35
    frame.loc[1801:1802, "C6H6"] = 63.0
    frame.loc[2200:2235, "O3"] = 2 * frame["O3"][2200:2235]
    for start in rng.integers(50, n - 50, 6):
        frame.loc[start : start + 3, list(names)] = np.nan
    labels = _marked(n, *events) * frame["CO"].notna()
    return frame.round(dict.fromkeys(frame.columns[1:], 2)), labels


def _bikes(rng, days=120):
    """Hires of bicycles by the hour beside the weather; a frozen thermometer, a storm, a day without bicycles."""
    n = days * 24
    hour, weekday = np.arange(n) % 24, np.arange(n) // 24 % 7
    warm = (
        0.5
        + 0.2 * np.sin(np.arange(n) / n * 3)
        + 0.08 * np.sin((hour - 9) * 2 * np.pi / 24)
        + _drift(rng, n, 0.01, 0.02)
    )
    rush = np.exp(-((hour - 8) ** 2) / 3) + 1.3 * np.exp(-((hour - 17.5) ** 2) / 5)
    stroll = 0.9 * np.exp(-((hour - 14) ** 2) / 18)
    mean = 20 + 320 * np.where(weekday < 5, rush + 0.4 * stroll, stroll) * warm
    columns = {
        "date": pd.date_range("2012-05-07", periods=n, freq="h"),
        "temp": warm,
        "feels_like": 0.93 * warm + 0.02 + 0.012 * rng.normal(size=n),
        "humidity": np.clip(0.6 - 0.5 * (warm - 0.5) + _drift(rng, n, 0.03, 0.05), 0.1, 1),
        "wind": rng.gamma(3, 0.06, n),
        "hires": rng.poisson(mean * rng.gamma(25, 1 / 25, n)),
    }
    frame = pd.DataFrame(columns).round(dict.fromkeys(["temp", "feels_like", "humidity", "wind"], 3))
    events = [(24 * 33, 24), (24 * 70 + 6, 14), (24 * 101 + 5, 16)]
    frame.loc[24 * 33 : 24 * 34 - 1, "feels_like"] = 0.242
    frame.loc[24 * 70 + 6 : 24 * 70 + 19, ["wind", "hires"]] = rng.uniform(0.7, 0.9), 2
    frame.loc[24 * 101 + 5 : 24 * 101 + 20, "hires"] = rng.poisson(3, 16)
    return frame, _marked(n, *events)


LOOKALIKES = {
    "failures": _failures,
    "valve": _valve,
    "temperature": _temperature,
    "taxi": _taxi,
    "connections": _connections,
    "latency": _latency,
    "demand": _demand,
    "air": _air,
    "bikes": _bikes,
}
