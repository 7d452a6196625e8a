"""Texts as numbers: grouped thousands, decimal commas, signs and units, in the writings of offices and machines."""

import re

import pandas as pd

__all__ = ["decimal_comma", "read_numbers", "units_of"]

SIGNS = r"[$€£¥%]|\s"  # currency, per cent and blanks (thousands in French writing)
PLAIN = r"[-+]?(?:\d+|[1-9]\d{0,2}(?:[GROUP']\d{3})+)(?:[POINT]\d*)?(?:[eE][-+]?\d+)?|[-+]?[POINT]\d+"
ENGLISH = PLAIN.replace("GROUP", ",").replace("POINT", ".")
CONTINENTAL = PLAIN.replace("GROUP", ".").replace("POINT", ",")
IN_BRACKETS = re.compile(r"^\(([^()]*\d[^()]*)\)$")  # accountants' minus
MINUS_BEHIND = re.compile(r"^([\d.,']*\d[\d.,']*)-$")  # that of old office programs
WITH_UNIT = re.compile(r"^(.*\d[.,]?)(\s*)([A-Za-zµμ°%][\w°µμ/²³·*^-]*)$")
SCALES = (  # units of one family, each in the family's first
    {"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
    | {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
    {"s": 1, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "min": 60, "h": 3600},
    {"Wh": 1, "kWh": 1e3, "MWh": 1e6},
    {"W": 1, "mW": 1e-3, "kW": 1e3, "MW": 1e6},
    {"V": 1, "mV": 1e-3, "kV": 1e3},
    {"A": 1, "mA": 1e-3},
    {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    {"m": 1, "mm": 1e-3, "cm": 1e-2, "km": 1e3},
    {"g": 1, "mg": 1e-3, "kg": 1e3, "t": 1e6},
    {"l": 1, "L": 1, "ml": 1e-3, "mL": 1e-3},
    {"Pa": 1, "hPa": 100, "kPa": 1e3, "mbar": 100, "bar": 1e5},
)
ALONE = ("°C", "°F", "C", "F", "K", "psi", "rpm", "ppm", "ppb", "dB", "dBm", "m/s", "km/h", "mph", "l/s", "m3/h")
ALONE += ("m³/h", "EUR", "USD", "GBP", "CHF", "JPY")
SCALES += tuple({unit: 1} for unit in ALONE)
LETTERS = ["A", "B", "C", "F", "K", "L", "l", "t"]  # also those of seats and flats, so only behind a blank


def read_numbers(text, comma=None):
    """Read texts as numbers.

    Understood are grouped thousands, currency and per cent signs, English and continental writing, a minus behind the
    number or brackets in its place, and one unit, or units of one family, behind the number.

    Parameters
    ----------
    text : Series of str, without missing values
    comma : bool, optional
        Whether the comma is the decimal sign, where that is known; else what reads more.

    Returns
    -------
    Series of float64
        NaN for what is no number; of several units of one family in the family's first (bytes, seconds).

    >>> read_numbers(pd.Series(["$1,234.50", "12", "n. a."])).tolist()
    [1234.5, 12.0, nan]
    >>> read_numbers(pd.Series(["1.234,50", "12,5"])).tolist()
    [1234.5, 12.5]
    >>> read_numbers(pd.Series(["(3.50)", "4-", "0,950"])).tolist()
    [-3.5, -4.0, nan]
    >>> read_numbers(pd.Series(["512 MiB", "1.5 GiB"])).tolist()
    [536870912.0, 1610612736.0]
    """
    plain = pd.to_numeric(text, errors="coerce").astype("float64")
    if plain.notna().all():
        return plain
    values = _best_reading(text, plain, comma)
    if values.isna().mean() <= 0.5 or (found := _units(text)) is None:
        return values
    numbers, scales, _ = found
    return _best_reading(numbers, pd.to_numeric(numbers, errors="coerce"), comma) * scales


def decimal_comma(text):
    """Tell from texts of numbers whether the comma is their decimal sign.

    Parameters
    ----------
    text : Series of str, without missing values

    Returns
    -------
    bool or None
        None if both readings fit.

    >>> decimal_comma(pd.Series(["0,950", "1,583"])), decimal_comma(pd.Series(["1,583"]))
    (True, None)
    """
    bare = _bare(text)
    english, continental = (bare.str.fullmatch(pattern).sum() for pattern in (ENGLISH, CONTINENTAL))
    return None if english == continental else bool(continental > english)


def units_of(text):
    """Name the units behind numbers, the commonest first; an empty list if there are none.

    >>> units_of(pd.Series(["350 ms", "360 ms"]))
    ['ms']
    """
    found = _units(text)
    return [] if found is None else found[2]


def _bare(text):
    bare = text.str.replace(SIGNS, "", regex=True)
    return bare.str.replace(IN_BRACKETS, r"-\1", regex=True).str.replace(MINUS_BEHIND, r"-\1", regex=True)


def _best_reading(text, plain, comma):
    bare, readings = _bare(text), [plain.astype("float64")]
    ways = {False: (ENGLISH, "[,']", "."), True: (CONTINENTAL, "[.']", ",")}
    for pattern, group, decimal in ways.values() if comma is None else [ways[comma]]:
        fits = bare.str.fullmatch(pattern)
        digits = bare.where(fits).str.replace(group, "", regex=True).str.replace(decimal, ".", regex=False)
        readings.append(pd.to_numeric(digits).astype("float64"))
    if comma:
        return readings[1]
    return max(readings, key=lambda values: values.notna().sum())


def _units(text):
    """Numbers without their units, the scale of each, and the units; None unless nearly all are of one family."""
    parts = text.str.extract(WITH_UNIT).set_axis(["number", "blank", "unit"], axis=1)
    parts["unit"] = parts["unit"].mask(parts["unit"].isin(LETTERS) & (parts["blank"] == ""))
    counts = parts["unit"].value_counts()
    family = next((family for family in SCALES if len(counts) and counts.index[0] in family), None)
    if family is None or parts["unit"].isin(list(family)).mean() <= 0.5:
        return None
    units = [unit for unit in counts.index if unit in family]
    scales = parts["unit"].map(family if len(units) > 1 else {units[0]: 1.0}).astype("float64")
    return parts["number"].where(scales.notna(), text), scales, units
