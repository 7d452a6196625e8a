# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 60, megabytes: 1300}
# ---

# %% [markdown]
# # Forecast the next hour and notice when it is wrong
#
# {{navigation}}
#
# *Before this, a row or a picture was judged by itself. From here on it is judged by what came before it.*

# %% [markdown]
# **What you'll do.** Forecast the flow in a water pipe hour by hour with an LSTM, raise an alarm when the forecast is wrong, judge the alarms in time, and repeat it on a server with four channels and five kinds of fault.
#
# **What you'll learn**
# - cut a series into windows without losing one and without crossing a gap, and split it by time;
# - build an LSTM forecaster and say what each gate does;
# - set a limit on forecast errors, and let it follow when the level drifts;
# - judge alarms in time: events found, delay, false alarms a day;
# - tell which fault which detector sees, and how long after it starts.
#
# **What you'll need.** [Lesson 04](04_catch_what_statistics_missed.ipynb) for training and early stopping. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes about five seconds.
#
# ***
# ## The question and the data
#
# A water utility in Italy measures the flow in a branch of its pipes, once an hour. A loss that nobody notices runs until morning; a false alarm at three at night sends somebody out with a torch. **Can we tell, from the hours before, that this hour is not as it should be?**

# %%
from helpers import datasets, evaluation, plots, training
from helpers.checks import lesson_06 as check
from helpers.detectors import (LSTMForecaster, PCAReconstruction, RandomSeriesScore, SeasonalNaive, WindowDetector,
    ZScore)
from helpers.evaluation import (alarms_threshold, detection_delay, event_recall, event_table, false_alarms_per_day,
    rolling_threshold, rolling_z)
from helpers.windows import gap_starts, make_windows, to_points, window_ends

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LinearRegression

plots.use_style()

# %% [markdown]
# The data are **real**: 1,268 hours of spring 2022. Look before you compute. (`plots.series` hatches the events and leaves gaps open.)

# %%
water = datasets.load_water_flow()
flow, labels = water.data["flow"], water.labels
fig, (whole, week) = plt.subplots(2, 1, figsize=(7.5, 4.4))
plots.series(whole, flow, labels)
plots.series(week, flow.iloc[405:573])
whole.set(ylabel="flow [l/s]", title="Eight weeks with four events")
week.set(ylabel="flow [l/s]", title="One quiet week, 20 times as close")
plt.show()

# %% [markdown]
# *The figure: above, a nearly flat line around 102 litres a second over eight weeks, with a climb to 106 on 28 March and three deep falls to 24, on 24 and 29 March and 27 April, and one small peak on 3 April; some stretches are missing, most of them in May. Below, one week in April between 99.5 and 103.7: low nights, high mornings, no two days alike.*
#
# Three falls that anyone can see, a peak that is easily overlooked, and a daily rhythm of two litres a second under it all. The utility tells of three low values (losses or maintenance) and one small peak (a pump), without times. **The times are ours**: the falls are the runs below 99 l/s. A rule with a limit is bound to find those; watch its false alarms, and the peak. The climb of 28 March is not in the utility's text, so it carries no label.

# %%
starts = gap_starts(flow.index)
gaps = pd.Series(flow.index[starts[1:]] - flow.index[starts[1:] - 1]) - pd.Timedelta("1h")
begin = water.events["start"].dt.strftime("%d %B %H:%M")
print(water.events.assign(start=begin)[["start", "rows", "kind"]].to_string())
print(f"{len(flow)} hours, {len(gaps)} gaps with {gaps.sum() / pd.Timedelta('1h'):.0f} missing hours, the longest "
      f"{gaps.max() / pd.Timedelta('1h'):.0f}")
assert flow.index.is_unique and str(flow.index.tz) == "UTC"

# %% [markdown]
# Two traps before we start. **Gaps**: ten holes with 111 hours. A line drawn across them invents water that nobody measured, so ours stay open. **The clock**: on 27 March the local clock jumped from two to three in the night. Read as local times, the file has a missing hour that never existed (and in autumn an hour twice). Ours are in UTC, where every hour comes once; a rhythm of people then moves by an hour on that day, once.
#
# ## Split by time
#
# A random split would train on the hour after the one it is tested on. So: first train, later test, and between two parts at least a window (here a day) or a gap, so that no window lies in both. But there is no long clean beginning: three of the four events come in the first 15 days. We take the clean stretch in the middle. What comes after it is the [test](glossary.md#test), with one event; what came before it can only be *discovered* afterwards, by a model that was trained later.

# %%
parts = {"before": slice(0, 316), "train": slice(340, 580), "validation": slice(604, 711),
         "calibration": slice(711, 829), "test": slice(829, 1268)}
for name, rows in parts.items():
    times, n_events = flow.index[rows], (labels.iloc[rows].diff() == 1).sum()
    print(f"{name:<12} {times[0]:%d %B} to {times[-1]:%d %B}: {len(times):4d} hours, {n_events} events")

# %% [markdown]
# The third event, the peak, lies twelve rows before the training rows: it is used for nothing but discovery later. Row 711 begins after a gap, and so does row 829: no window reaches back over it.
#
# ## Judge alarms in time
#
# In lessons 01 to 05 a row was found or not. Nobody counts hours of a burst pipe. What counts:
# - **event recall**: the share of events with at least one alarm inside;
# - **detection delay**: from an event's start to its first alarm;
# - **false alarms a day**: runs of flags that touch no event, over the normal time. A run is one alarm, however long: the phone rings once.
#
# **Before you run:** count the three for these twelve hours yourself.

# %%
toy_labels = [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
toy_flags = [0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0]
print(f"recall {event_recall(toy_labels, toy_flags):.0f}, delay {detection_delay(toy_labels, toy_flags)[0]:.0f} h, "
      f"false alarms a day {false_alarms_per_day(toy_labels, toy_flags, rows_per_day=24):.1f}")

# %% [markdown]
# One event, found an hour late. Three runs of flags, of which the middle one touches the event: two false alarms in nine normal hours, or 5.3 a day.
#
# A limit needs a promise. In lesson 02 it was a share of rows; here it is a number of alarms: `alarms_threshold` looks for the lowest limit with no more than so many *alarms a week* on calibration scores. One alarm is kept in reserve, since the same hours choose the limit: four weeks at one a week allow three. Five days cannot promise one a week at all. At two a week (0.29 a day) they allow none, so the limit is the largest calibration score: a promise that hangs on one hour.

# %%
def promised_limit(scores):
    return alarms_threshold(scores[parts["calibration"]], rows_per_day=24, alarms_per_week=2)

def judge(scores, limit):
    flags = np.where(np.isnan(scores), np.nan, scores > limit)[parts["test"]]
    odd = labels.iloc[parts["test"]]
    return {"events found": event_recall(odd, flags), "delay [h]": detection_delay(odd, flags).median(),
            "false alarms a day": false_alarms_per_day(odd, flags, rows_per_day=24)}

# %% [markdown]
# (A score that could not be computed is NaN, is never an alarm, and its hour does not count as watched.)
#
# ## The simplest thing that could work
#
# Two one-liners: how far *below* the usual level, and how far from it on either side. And two forecasts that cost nothing: **persistence**, "as an hour ago", and **seasonal naive**, "as at the same hour yesterday". The score is how wrong they are.
#
# **Before you run:** all falls go from 102 to 24. Which rule will have the fewest false alarms?

# %%
def change_since(series, hours):
    return (series - series.shift(freq=f"{hours}h").reindex(series.index)).abs()

usual = flow.iloc[parts["train"]].median()
scores = {"below the median": usual - flow, "distance from the median": (flow - usual).abs(),
          "persistence": change_since(flow, 1), "seasonal naive": change_since(flow, 24)}
scores = {name: values.to_numpy() for name, values in scores.items()}
board = pd.DataFrame({name: judge(values, promised_limit(values)) for name, values in scores.items()}).T
print(board.round(1).to_string())
assert (board["events found"] == 1).all() and (board["delay [h]"] == 0).all()
assert board.loc["distance from the median", "false alarms a day"] > 1

# %% [markdown]
# All four find the event in its first hour. They differ in their false alarms. "Below the median" and persistence have two each in 17 days. The distance from the median promised 0.29 false alarms a day and gives 1.1: we will see why. Seasonal naive gives 0.6, among them an **echo**: a day after a fall it compares with the fall. (`shift(freq=...)` moves by the clock, not by rows, so gaps do no harm here.)
#
# For falls, one line is enough before any network is built. Which of the three early events does each rule find, with the same limits, and at what price?

# %%
def events_before(scores):
    rows = slice(0, 340)
    flags = np.where(np.isnan(scores), np.nan, scores > promised_limit(scores))[rows]
    found = event_table(labels.iloc[rows], flags, kinds=water.kinds.iloc[rows])
    column = pd.Series(np.where(found["found"], "found", "-"), index=found["kind"])
    a_day = false_alarms_per_day(labels.iloc[rows], flags, rows_per_day=24)
    return pd.concat([column, pd.Series({"false alarms a day": f"{a_day:.1f}"})])

print(pd.DataFrame({name: events_before(values) for name, values in scores.items()}).T.to_string())

# %% [markdown]
# As expected, the peak needs a rule with two sides. Persistence has that, and in the test it was as quiet as the shortest rule: it is the row to beat. In March no rule was quiet: the level was low at night, and "below the median" called nearly once a day. (Two of the finds are luck. For the second fall, the distance from the median and seasonal naive were already loud on 28 March, in the climb that nobody labelled.)
#
# ## From a series to windows
#
# A network needs rows of equal length. A **window** is a stretch of neighbouring points; the next one starts a point later.

# %%
def windows_of(values, window):
    return np.array([values[i : i + window] for i in range(len(values) - window + 1)])

toy = np.arange(10, 16)
print(windows_of(toy, 3).tolist())
assert len(windows_of(toy, 3)) == 6 - 3 + 1

# %% [markdown]
# Six points, four windows. The `+ 1` is the classic to forget. Here is its sibling, from a popular example with windows of 288 points, which calls a point odd when *all* windows that hold it are odd, and takes them as `odd_windows[i - 287 : i]`. With our windows of three that is `[i - 2 : i]`. Which windows hold point 3, and which does the slice take?

# %%
window, point = 3, 3
holding = [i for i in range(4) if point in range(i, i + window)]
sliced = list(range(4))[point - window + 1 : point]
print("windows that hold point 3:", holding, " the slice takes:", sliced)
assert sliced == holding[:-1]

# %% [markdown]
# A Python slice ends before its end: the last window is lost, the one that *starts* at the point. And a second thing: that window ends two points later. A rule that asks it cannot speak before they have come. We want scores that are **causal**, with nothing after a point in its score. So a window is named after its *last* point, and scores it alone.
#
# `make_windows` from `helpers` is `windows_of` with gaps respected. Our windows have 25 hours: 24 to read and 1 to forecast. Scaling, as in lesson 04, from training rows only.

# %%
window = 24
mean, spread = flow.iloc[parts["train"]].mean(), flow.iloc[parts["train"]].std()
values = ((flow - mean) / spread).to_numpy("float32")
windows = make_windows(values, window + 1, starts=starts)
ends = window_ends(len(values), window + 1, starts=starts)
X, y = windows[:, :-1, None], windows[:, -1:]
print(f"{len(windows_of(values, window + 1))} windows if gaps are ignored, {len(windows)} that cross none")
print("inputs", X.shape, "targets", y.shape)
assert len(windows) < len(windows_of(values, window + 1))

# %% [markdown]
# A hundred and twenty windows are gone: after each gap the first 24 hours have no complete past (120 and not 10 times 24, because in May some stretches are shorter than a day and lose all they have). That is the price of not inventing water, and it will cost us an event.

# %%
def inside(part):
    """Windows that lie in a part with all their hours."""
    return (ends - window >= parts[part].start) & (ends < parts[part].stop)

print({part: int(inside(part).sum()) for part in parts})
assert not (inside("train") & inside("validation")).any()

# %% [markdown]
# ## An LSTM, gate by gate
#
# A **recurrent network** reads a window point by point and carries a state along. The **LSTM** (long short-term memory) carries two: the memory cell $c$ and the output $h$. At each step it looks at the new point $x_t$ and at its own last output $h_{t-1}$, and computes three **gates** between 0 (shut) and 1 (open), and a candidate $g$:
#
# $$i = \sigma(x_t W_i + h_{t-1} U_i + b_i), \quad f \text{ and } o \text{ likewise}, \quad g = \tanh(x_t W_g + h_{t-1} U_g + b_g)$$
# $$c_t = f \, c_{t-1} + i \, g \qquad h_t = o \tanh(c_t)$$
#
# The **forget gate** $f$ says how much of the memory stays, the **input gate** $i$ how much of the new is written, the **output gate** $o$ how much is shown; $\sigma$ is lesson 04's sigmoid. In Keras that is one line.

# %%
training.set_seed(0)
forecaster = keras.Sequential([
    keras.Input((window, 1)),
    layers.LSTM(16, name="lstm"),
    layers.Dense(1)])
print(f"{forecaster.count_params():,} weights for {inside('train').sum()} training windows")

# %% [markdown]
# More weights than windows: without early stopping this could memorise. The target is the next hour. `training.train` does what `forecaster.fit` does, many times faster for an LSTM on a processor; two seconds.
#
# **Before you run:** will it beat the four landmarks on the validation rows? One is a straight line through the same 24 hours: linear regression.

# %% tags=["nbval-ignore-output"]
fit_on, check_on = inside("train"), inside("validation")
history = training.train(
    forecaster, X[fit_on], y[fit_on], validation_data=(X[check_on], y[check_on]), epochs=150, patience=15,
    optimizer=keras.optimizers.Adam(0.01))
line = LinearRegression().fit(X[fit_on, :, 0], y[fit_on])
forecasts = {"mean of the training rows": 0 * y, "seasonal naive": X[:, 0], "persistence": X[:, -1],
             "linear regression": line.predict(X[:, :, 0]), "LSTM": training.predict(forecaster, X)}
rmse = {name: spread * np.sqrt(np.square(f - y)[check_on].mean()) for name, f in forecasts.items()}
print(f"stopped after {len(history.loss)} epochs; root mean squared error on validation rows [l/s]:")
print(pd.Series(rmse).round(2).to_string())
assert rmse["LSTM"] < 0.95 * rmse["persistence"] < 0.95 * rmse["seasonal naive"]

# %% [markdown]
# The LSTM errs by a quarter of a litre a second, in 102; persistence by a third, seasonal naive by half. The digits differ between processors; expect 0.23 to 0.30 for the LSTM and 0.28 for the straight line. So most of the gain over persistence needs no network. (Width, window and step size were chosen on these validation rows.)
#
# ## What do the gates do?
#
# The equations again, in numpy, with the same letters. If we understood them, we get Keras's numbers.

# %% tags=["nbval-ignore-output"]
W, U, b = forecaster.get_layer("lstm").get_weights()

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def lstm_step(x, h, c):
    i, f, g, o = np.split(x @ W + h @ U + b, 4)  # Keras's order
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c, (i, f, o)

h = c = np.zeros(16)
for x in X[0]:
    h, c, gates = lstm_step(x, h, c)
difference = np.abs(h - forecaster.get_layer("lstm")(X[:1]).numpy()[0]).max()
print(f"largest difference to Keras: {difference:.0e}")
assert difference < 1e-5

# %% [markdown]
# Equal up to the last digits. Now let it walk over three quiet days and watch. The first day warms it up; of the 16 units we look at the one whose input gate moves most.

# %% tags=["nbval-ignore-output"]
h, c, watched = np.zeros(16), np.zeros(16), []
for x in values[388:460, None]:
    h, c, gates = lstm_step(x, h, c)
    watched.append(gates)
gates = np.array(watched)[24:]  # (48 hours, 3 gates, 16 units)
busiest = np.ptp(gates[:, 0], axis=0).argmax()
fig, (above, below) = plt.subplots(2, 1, figsize=(7.5, 4), sharex=True)
plots.series(above, flow.iloc[412:460])
above.set(ylabel="flow [l/s]", title="Two days, and the gates of one unit")
for k, (name, style) in enumerate({"input": "-", "forget": "--", "output": ":"}.items()):
    below.plot(flow.index[412:460], gates[:, k, busiest], style, label=f"{name} gate")
below.set(ylabel="0 = shut, 1 = open", ylim=(0, 1))
below.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.2))
plt.show()
half_life = np.log(0.5) / np.log(gates[:, 1].mean(axis=0))
print(f"half of a memory is gone after {half_life.min():.1f} h in the quickest unit, "
      f"{half_life.max():.1f} h in the slowest")
assert np.ptp(gates[:, 0, busiest]) > 0.3 and half_life.max() > 2 * half_life.min()

# %% [markdown]
# *The figure: above, the flow over two days, low at night and high by day. Below, the three gates of one unit: the input gate opens from 0.3 in the evening to about 0.8 at the end of the night and falls to 0.25 by noon; the forget gate stays between 0.8 and 0.9; the output gate peaks at 0.7 in the early morning.*
#
# This unit follows the night. While the flow is low its *input gate* opens and it writes; the *forget gate* keeps four fifths or more of the memory each hour; in the early morning the *output gate* opens and shows what was written, when the flow is about to jump by a litre. By noon it writes little. (Another processor may end with another such unit, or with its mirror image.)
#
# The forget gate has a plain reading: at a value of $f$, half of a memory is gone after $\log 0.5 / \log f$ hours. The quickest unit forgets half in about an hour, the slowest in a third of a day: of yesterday at this hour it has an eighth left.
#
# ## Errors, limit, alarms
#
# The score of an hour is the size of its forecast error, put at the window's last point. Then the limit from calibration rows and the three numbers, as before.
#
# **Before you run:** persistence had 0.1 false alarms a day. On validation rows the LSTM forecasts better. Fewer, then?

# %% tags=["nbval-ignore-output"]
error = spread * np.abs(training.predict(forecaster, X) - y)[:, 0]
scores["LSTM"] = to_points(error, len(flow), window + 1, starts=starts)
limit = promised_limit(scores["LSTM"])
board.loc["LSTM"] = judge(scores["LSTM"], limit)
print(board.round(1).to_string())
fig, ax = plt.subplots(figsize=(7.5, 3))
rows = parts["test"]
errors = pd.Series(scores["LSTM"], flow.index).iloc[rows]
plots.series(ax, errors, labels.iloc[rows], (errors > limit).astype(int), limit)
ax.set(yscale="log", ylim=(0.01, 200), ylabel="forecast error [l/s]", title="Found at once, and many false alarms")
plt.show()
assert board.loc["LSTM", "events found"] == 1 and board.loc["LSTM", "delay [h]"] <= 1
assert board.loc["LSTM", "false alarms a day"] > 2 / 7

# %% [markdown]
# *The figure: the LSTM's forecast errors in the test part on a log scale, mostly between 0.03 and 0.7 litres a second, with a hatched event on 27 April where they reach 75. A dashed threshold runs at about 0.75; crosses mark the event and about a dozen short passages over the threshold after it, in late April, early May and mid-May; long stretches in May have no score.*
#
# The held-out event is found in its first hour, with 0.8 false alarms a day (0.7 to 2 on other machines) where 0.29 were promised and persistence has 0.1. The forecast was the best on validation hours. What happened to it?
#
# ## How it fails: the level drifts
#
# A promise holds for hours like the calibration hours. Are they?

# %%
for name in ("train", "calibration", "test"):
    ordinary = flow.iloc[parts[name]][labels.iloc[parts[name]] == 0]
    print(f"{name:<12} median {ordinary.median():.1f} l/s, {(ordinary > 103.5).mean():4.0%} of the hours above 103.5")

# %% [markdown]
# The pipe carries 1.3 litres a second more than in the training days: more than half of its daily rhythm. How do the forecasts fare there, and at which levels does the LSTM raise alarms?

# %% tags=["nbval-ignore-output"]
ordinary_hours = inside("test") & ~make_windows(labels == 1, window + 1, starts=starts).any(axis=1)
rmse = {name: spread * np.sqrt(np.square(f - y)[ordinary_hours].mean()) for name, f in forecasts.items()}
print(pd.Series(rmse).drop("mean of the training rows").round(2).to_string())
level = pd.cut(flow.iloc[ends][ordinary_hours], [99, 102, 103, 103.5, 104, 110])
over = pd.Series(error > limit, flow.index[ends])[ordinary_hours].groupby(level, observed=True).mean()
print(over.map("{:.0%}".format).rename_axis("flow [l/s]").to_string())
assert rmse["LSTM"] > rmse["persistence"] and over.iloc[-1] > 0.4 > 0.1 > over.iloc[1]

# %% [markdown]
# On ordinary test hours the best forecast has become the worse one: about 0.4 litres, persistence 0.3. And the alarms come from the new level: below 103 almost none, above 104, where training had hardly an hour, most of them (expect over half). The network has no practice there, and its tanh flattens out. Persistence does not care about the level. The distance from the median counts it as odd, and "below the median" is on the safe side of this drift, by luck.
#
# One cure is a limit that follows: the median of the last week's scores plus $k$ times their spread, computed from the past alone. `rolling_threshold` does that, and `rolling_z` gives calibration scores in units of $k$, so that the promise chooses $k$.

# %% tags=["nbval-ignore-output"]
WEEK = 7 * 24
for name in ["distance from the median", "persistence", "LSTM"]:
    k = promised_limit(rolling_z(scores[name], WEEK))
    board.loc[f"{name}, rolling limit"] = judge(scores[name], rolling_threshold(scores[name], WEEK, k))
print(board[["events found", "false alarms a day"]].sort_index().round(1).to_string())
assert board.loc["LSTM, rolling limit", "events found"] == 1
for name in ["distance from the median", "LSTM"]:
    fixed, rolling = board.loc[[name, f"{name}, rolling limit"], "false alarms a day"]
    assert rolling < 0.7 * fixed

# %% [markdown]
# The event is still found, and where the level drifted the rolling limit pays: from 1.1 to 0.2 for the distance from the median, and to 0.1 for the LSTM (0.5 at most elsewhere). Persistence did not drift; it goes to 0.3, as promised, and nothing is gained. A rolling limit has a price: what lasts for days becomes the new normal, a slow leak included. The other cure is a forecast that does not know the level: exercise 2.
#
# And the three events before the training rows, discovered backwards?

# %% tags=["nbval-ignore-output"]
rows = slice(0, 340)
blind = np.isnan(scores["LSTM"][rows])
flags = np.where(blind, np.nan, scores["LSTM"][rows] > limit)
found = event_table(labels.iloc[rows], flags, kinds=water.kinds.iloc[rows])
found["hours with a score"] = [(~blind[e.start : e.start + e.length]).sum() for e in found.itertuples()]
print(found[["kind", "length", "found", "hours with a score"]].to_string())
assert found["found"].tolist() == [True, False, True]

# %% [markdown]
# The small peak is found. The deep fall of 29 March is *missed*: the hour from two is missing, four hours before it, and a forecaster that reads 24 hours is blind for 24 hours after a gap. Keep a rule without memory running beside every network: "below the median" found it.
#
# ## Four channels, five faults
#
# One pipe with huge falls cannot tell detectors apart. So: a web server with four channels, a row each ten minutes for 16 weeks. The data are **simulated** (there is no such server), frozen before any detector saw them, with 20 faults of five kinds in the last six weeks.

# %%
server = datasets.load_telemetry()
fig, axes = plt.subplots(4, 1, figsize=(7.5, 5), sharex=True)
units = {"cpu": "cpu [%]", "memory": "memory [%]", "requests": "requests [1/s]", "latency": "latency [ms]"}
for ax, (channel, unit) in zip(axes, units.items(), strict=True):
    plots.series(ax, server.data[channel].iloc[144:576])
    ax.set_ylabel(unit)
axes[0].set_title("Three ordinary days")
fig.align_ylabels()
plt.show()

# %% [markdown]
# *The figure: four lines over three days. Requests rise from 15 at night to over 100 in the evening; cpu follows them at once, with a short block at two every night, the backup; memory follows with some hours' delay; latency is rougher, with single high points.*
#
# The faults: a **spike** lasts one to three rows; a **level shift** lifts or lowers a channel for hours; in a **slow leak** memory creeps up for a day or two until a restart; a **frozen channel** repeats one value for hours; in a **broken correlation** a channel follows another day's course, while the others go on. One of each, in the channel where it sits:

# %%
week = 7 * 144
test = server.data.iloc[10 * week :]
y_test, kinds_test = server.labels.iloc[10 * week :], server.kinds.iloc[10 * week :]
one_each = server.events.groupby("kind").nth(1).reset_index()
fig, axes = plt.subplots(1, 5, figsize=(10, 2.6))
for ax, event in zip(axes, one_each.itertuples(), strict=True):
    around = slice(event.start - pd.Timedelta("8h"), event.end + pd.Timedelta("8h"))
    plots.series(ax, server.data.loc[around, event.channel], server.labels.loc[around])
    length = f"{event.rows / 6:.0f} h" if event.rows > 5 else f"{10 * event.rows} min"
    ax.set(title=f"{event.kind},\n{length}", ylabel=units[event.channel])
    ax.xaxis.set_visible(False)
    ax.get_legend().remove()
plt.show()

# %% [markdown]
# *The figure: five small plots with the fault hatched. Broken correlation: cpu shows a smooth hump, a short block near its end, then a cliff back to 50 percent. Frozen channel: cpu stands still at 44 for five hours. Slow leak: memory creeps from 47 to 71 percent in 33 hours and drops to 38 at the restart. Level shift: cpu is lifted by about 20 points for 12 hours, with the daily rhythm on top. Spike: a tower of memory for half an hour, from 37 to 43 percent; the step down before it is Sunday's planned restart.*
#
# Each value in the first, second and last plot is one that the channel has on other days. Only the hour, the stillness, the neighbours give it away.
#
# ## The scoreboard
#
# Weeks 1 to 6 train (the LSTM holds their last fifth out to stop in time), weeks 7 to 10 calibrate, weeks 11 to 16 are the test. `SeasonalNaive` is your `change_since`, in units of each channel's usual change, and takes the strangest channel; `WindowDetector` hands windows to a detector of tables, with `window=1` single rows; `LSTMForecaster` is a relative of your network: it reads all four channels, takes each window's level out, divides the squared errors of its last eight forecasts by their usual size and averages them, so a score of 10 is ten times the usual. Windows are six hours and one row long for PCA and LSTM alike. This takes about 15 seconds.

# %%
train, calibration = server.data.iloc[: 6 * week], server.data.iloc[6 * week : 10 * week]
detectors = {
    "random": RandomSeriesScore(), "z-score": WindowDetector(ZScore(), window=1),
    "seasonal naive": SeasonalNaive(period=144), "PCA, one row": WindowDetector(PCAReconstruction(), window=1),
    "PCA, six hours": WindowDetector(PCAReconstruction(), window=37), "LSTM": LSTMForecaster(window=37)}
calibration_scores, test_scores = {}, {}
for name, detector in detectors.items():
    detector.fit(train)
    calibration_scores[name] = pd.Series(detector.decision_function(calibration, context=train), calibration.index)
    test_scores[name] = pd.Series(detector.decision_function(test, context=calibration), test.index)

# %% [markdown]
# The promise: at most one false alarm a week. Two rules of counting: alarms less than an hour apart count as one (`merge`), and an alarm in the hour after a fault's end is no find and no false alarm either: the jump back is part of it (`tolerance`). Both are choices, and the counts depend on them; with `merge=0` and `tolerance=0` you can see how much.
#
# **Before you run:** which kinds will the z-score never see? Which detector will see a broken correlation?

# %% tags=["nbval-ignore-output"]
HOUR, DAY = 6, 144  # rows

def judge_server(on_calibration, on_test):
    limit = alarms_threshold(on_calibration, rows_per_day=DAY, alarms_per_week=1, merge=HOUR)
    flags = np.where(np.isnan(on_test), np.nan, on_test > limit)
    a_day = false_alarms_per_day(y_test, flags, rows_per_day=DAY, tolerance=HOUR, merge=HOUR)
    return event_table(y_test, flags, kinds=kinds_test, index=test.index), 7 * a_day

def summary(judged):
    found = pd.DataFrame({name: table.groupby("kind")["found"].sum() for name, (table, _) in judged.items()}).T
    found["all 20"] = found.sum(axis=1)
    return found.assign(**{"false alarms a week": [round(weekly, 1) for _, weekly in judged.values()]})

judged = {name: judge_server(calibration_scores[name], test_scores[name]) for name in detectors}
print(summary(judged).to_string())
assert judged["LSTM"][0]["found"].sum() < 7 < judged["PCA, six hours"][0]["found"].sum()

# %% [markdown]
# The LSTM is nearly last, with three of twenty. And it is *silent*: 0.2 false alarms a week where one was allowed. Seasonal naive finds 13 and breaks its promise three times over, echoes included. PCA on windows has 11 within its promise. The z-score sees no broken correlation and no frozen channel: each value by itself is ordinary.
#
# A limit that is too high comes from calibration scores. Which hours set it?

# %% tags=["nbval-ignore-output"]
loudest = calibration_scores["LSTM"].groupby(calibration.index.floor("D")).agg(["max", "idxmax"]).nlargest(7, "max")
print("\n".join(f"{row.idxmax:%A %d %B %H:%M}  {row.max:6.0f}" for row in loudest.itertuples()))
assert (loudest["idxmax"].dt.day_name() == "Sunday").sum() == 4

# %% [markdown]
# One Wednesday and four Sundays at four in the morning, far above the rest. The card of the data tells of both: the server is *restarted* every Sunday at four, and of six marketing bursts 5 March is one. Nothing odd, and nothing that a forecast can foresee from the six hours before. PCA judges what is there, not what comes, and minds less. A forecaster is surprised by news, and a plan is news to it.
#
# The cure is no better network. It is the plan: nobody wants an alarm about a restart that they ordered. (The burst stays in; it takes up one of the three alarms that four weeks allow.) The same rule for all detectors:

# %% tags=["nbval-ignore-output", "headline"]
def without_restarts(scores):
    """No score from four to six on Sundays: the score remembers eight forecasts, 80 minutes."""
    return scores.mask((scores.index.day_name() == "Sunday") & scores.index.hour.isin([4, 5]))

judged = {name: judge_server(without_restarts(calibration_scores[name]), without_restarts(test_scores[name]))
          for name in detectors}
print(summary(judged).to_string())
total = summary(judged)["all 20"]
print("faults found, of 20:", "; ".join(f"{name} {total[name]}" for name in total.index))
assert total["LSTM"] > 6 and total["PCA, six hours"] > 6 and total["random"] < 4

# %% [markdown]
# From 3 to 11, because without the restarts its limit falls to a quarter. False alarms rise with it, from 0.2 to nearly three a week, where one was promised: four weeks of calibration allow three alarms in all, so a limit hangs on a handful of loud hours. PCA gains nothing. One network is a throw of dice here, too: two other seeds found 8 and 9 faults, with 1.6 and 2.3 false alarms a week. Expect 7 to 12 and 1 to 4 on your machine.
#
# Some kept the promise and some did not, so these finds cannot be compared yet. For a comparison only, give every detector the lowest limit that has at most one false alarm a week *in the test weeks themselves*: an **oracle's limit**, which nobody knows beforehand, and the same for all. Five seconds.

# %% tags=["nbval-ignore-output"]
def with_an_oracle(on_test):
    for limit in np.nanquantile(on_test, np.linspace(0.9, 1, 1001)):
        flags = np.where(np.isnan(on_test), np.nan, on_test > limit)
        a_day = false_alarms_per_day(y_test, flags, rows_per_day=DAY, tolerance=HOUR, merge=HOUR)
        if 7 * a_day <= 1:
            return event_table(y_test, flags, kinds=kinds_test, index=test.index), 7 * a_day

equal = {name: with_an_oracle(without_restarts(test_scores[name])) for name in detectors}
print(summary(equal).to_string())
assert summary(equal)["false alarms a week"].max() <= 1 and summary(equal).loc["LSTM", "all 20"] < total["LSTM"]

# %% [markdown]
# At equal rates both kinds of PCA find 9, seasonal naive 8, the z-score 7 and the LSTM about as many (expect 5 to 10). What seasonal naive and the LSTM found beyond that, they had bought with false alarms. The random score finds 3, by luck: it is the floor. Which one to take depends on what you fear: the LSTM has three spikes of four, one more than any other; frozen channels are found by PCA, if at all; the z-score, five lines of lesson 01, has most slow leaks.
#
# How long after its start? The median over the faults that were found at these equal rates; a dash where none was.

# %% tags=["nbval-ignore-output"]
delays = pd.DataFrame({name: table.groupby("kind")["delay"].median() for name, (table, _) in equal.items()}).T
fig, ax = plt.subplots(figsize=(7.5, 3.2))
plots.delay_table(ax, delays)
ax.set_title("Median delay at one false alarm a week")
plt.show()

# %% [markdown]
# *The figure: a table of shaded cells, six detectors by five kinds. Spikes are found in their first row by all but the random score. Level shifts take ten minutes with seasonal naive, an hour with PCA and the LSTM, five hours with the z-score. Broken correlations take six to ten hours, frozen channels four with PCA; the z-score has a dash for both, seasonal naive and the LSTM for the second. Slow leaks take from an hour and a half to a day.*
#
# Jumps are found at once, or within the hour. Broken correlations are found hours late, when the copied course contains a jump that the hour does not explain, such as a night's backup in the afternoon. Slow leaks look quick with seasonal naive and the LSTM. Do not believe it yet.
#
# **Which channel gives it away?** The LSTM's score is a mean over channels, so it can be taken apart. For each fault that the LSTM found with its own limit: the broken channel, and the channel that was loudest at the first alarm.

# %% tags=["nbval-ignore-output"]
by_channel = detectors["LSTM"].channel_scores(test, context=calibration)
heard = server.events.assign(delay=judged["LSTM"][0]["delay"].to_numpy()).dropna(subset="delay")
alarm = heard["start"] + heard["delay"]
heard = heard.assign(loudest=by_channel.loc[alarm].idxmax(axis=1).to_numpy(), clock=alarm.dt.strftime("%H:%M"))
print(heard.sort_values("kind")[["kind", "channel", "loudest", "delay", "clock"]].to_string(index=False))
nobody = ~np.any([table["found"] for name, (table, _) in judged.items() if name != "random"], axis=0)
jumps = heard[heard["kind"].isin(["level shift", "spike"])]
assert (jumps["channel"] == jumps["loudest"]).mean() > 0.5
leaks = server.events.loc[server.events["kind"] == "slow leak", "rows"] / DAY
by_chance = (1 - np.exp(-leaks * judged["LSTM"][1] / 7)).sum()
print(f"the leaks last {leaks.sum():.1f} days; as many alarms at random would find {by_chance:.1f} of the 4")
print("found by none of the six:", ", ".join(server.events[nobody]["channel"] + " " + server.events[nobody]["kind"]))

# %% [markdown]
# For spikes and level shifts the loudest channel is mostly the broken one: an alarm with an address. For the slow leaks the loudest channel was never memory: alarms fell on the cpu in the hour of the backup, after two in the morning, and on the latency. **Long events collect lucky alarms**: the four leaks last 5.6 days, so alarms at the LSTM's rate, thrown at random, would find one or two of the four. A forecast of the next ten minutes follows a creeping channel step by step and never errs by much. Leaks need a yardstick that does not move: the z-score, with its 18 hours.
#
# And some faults none of the six found, such as a third of the visitors sent elsewhere, or a memory that freezes. Say so when you hand over a detector.
#
# ## A metric that crowns chance
#
# Many papers about anomalies in time report a **point-adjusted F1**: if one point of an event is flagged, all its points count as found. It sounds fair, since somebody was called. Let us give it our scores, and the random one, each with its best possible limit.
#
# **Before you run:** the F1 of the random score, point by point and adjusted?

# %% tags=["nbval-ignore-output"]
f1 = pd.DataFrame({name: {"best F1": evaluation.oracle_f1(y_test, values),
                          "point-adjusted": evaluation.point_adjusted_f1(y_test, values)}
                   for name, values in test_scores.items()}).T
print(f1.round(2).to_string())
assert f1.loc["random", "point-adjusted"] > 0.9 > f1.loc["PCA, six hours", "point-adjusted"]

# %% [markdown]
# The random score leaps to 0.92, ahead of the z-score, seasonal naive and PCA on windows. The reason is luck again: a leak of 200 rows needs one lucky flag among 200 to count in full, so a high limit with a few random flags collects nearly all rows. Kim and others showed it in 2022. When you read 0.9 in a paper, look for the words "point adjustment". Even the honest best F1 needs a floor: flagging every row gives 0.4 here, because a quarter of the rows lie in events.

# %% [markdown]
# ## Exercise 1 · count the windows
#
# A record of 200 points has gaps before row 30 and before row 40. A forecaster reads 24 points and forecasts one. How many windows are there? Store the number in `n_windows`.
#
# <details><summary>Hint</summary>Three stretches. How many points does a window have, the forecast one included?</details>

# %%
n_windows = ...
### BEGIN SOLUTION
# 30, 10 and 160 points; n points hold n - 25 + 1 windows of 25, and never fewer than none.
n_windows = sum(max(length - 25 + 1, 0) for length in (30, 10, 160))
### END SOLUTION

# %% tags=["check"]
check.exercise_1(n_windows)

# %% [markdown]
# ## Exercise 2 · forecast the change
#
# The LSTM on the water failed because it knows the level. Take it away: from each window's 24 hours *and* from its target subtract the last known hour, `X[:, -1]`. Store the results in `X_change` and `y_change`, in the shapes of `X` and `y`. (The solution trains the same network on them. Its fixed limit then gives 0.1 to 0.3 false alarms a day instead of 0.8: the best row of the pipe.)
#
# <details><summary>Hint</summary><code>last = X[:, -1]</code> has the shape (n, 1); inputs have a third axis, so there it is <code>last[:, None]</code>.</details>

# %% tags=["nbval-ignore-output"]
X_change, y_change = ..., ...
### BEGIN SOLUTION
# The last known hour is all that the target and the inputs share of the level; it is known before the target comes.
X_change, y_change = X - X[:, -1][:, None], y - X[:, -1]
training.set_seed(0)
relative = keras.Sequential([keras.Input((window, 1)), layers.LSTM(16), layers.Dense(1)])
training.train(relative, X_change[fit_on], y_change[fit_on], validation_data=(X_change[check_on], y_change[check_on]),
               epochs=150, patience=15, optimizer=keras.optimizers.Adam(0.01))
error = spread * np.abs(training.predict(relative, X_change) - y_change)[:, 0]
relative_scores = to_points(error, len(flow), window + 1, starts=starts)
# With a fixed limit: 0.1 to 0.3 false alarms a day in three seeds, instead of 0.7 to 2.
board.loc["LSTM, changes"] = judge(relative_scores, promised_limit(relative_scores))
assert board.loc["LSTM, changes", "false alarms a day"] < board.loc["LSTM", "false alarms a day"]
### END SOLUTION

# %% tags=["check"]
check.exercise_2(X_change, y_change, windows)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# A detector in the manner of many examples, on our water, in 13 numbered lines. At least five hold a fault.
#
# ```
#  1  flow = pd.read_csv("flow.csv", index_col="time")["flow"]
#  2  flow.index = pd.to_datetime(flow.index, utc=True)
#  3  flow = flow.resample("1h").mean().interpolate()
#  4  flow = (flow - flow.mean()) / flow.std()
#  5  train, test = flow.to_numpy()[:580], flow.to_numpy()[829:]
#  6  windows = np.stack([train[i : i + 24] for i in range(len(train) - 24 + 1)])
#  7  model.fit(windows, windows, validation_split=0.1, epochs=50)
#  8  threshold = error(model, windows).max()
#  9  windows_test = np.stack([test[i : i + 24] for i in range(len(test) - 24 + 1)])
# 10  odd_windows = error(model, windows_test) > threshold
# 11  odd = [i for i in range(23, len(test) - 23) if odd_windows[i - 23 : i].all()]
# 12  adjusted = point_adjust(as_flags(odd, len(test)), labels[829:])
# 13  print("F1:", f1_score(labels[829:], adjusted))
# ```
#
# Store the numbers of the faulty lines in the set `faulty`. The check explains what each fault does, and tells you about innocent lines.
#
# <details><summary>Hint</summary>What does line 3 do to the ten gaps? Which events lie before row 580? How many points do two neighbouring windows share?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# Invented water, a scaler and a training part that saw events, overlapping windows as validation, the largest training
# error as the limit, a lost window that also looks ahead, and point adjustment. 13 prints what 12 has spoiled.
faulty = {3, 4, 5, 7, 8, 11, 12}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · the same hour of last week
#
# Sundays are not like Mondays, so a colleague wants seasonal naive with a period of a week. Fit it on `train`, score `calibration` and `test` (with `context=`, as above), and call `judge_server` with the two arrays of scores, restarts included. Store the number of faults found in `n_found` and the false alarms a week in `weekly`.
#
# <details><summary>Hint</summary><code>SeasonalNaive(period=7 * DAY)</code>; <code>judge_server</code> returns the table, whose column <code>found</code> you add up, and the false alarms a week.</details>

# %%
n_found, weekly = ..., ...
### BEGIN SOLUTION
# A week ago is a fairer day to compare with, and a longer echo: seven days after each fault and each campaign.
by_week = SeasonalNaive(period=7 * DAY).fit(train)
table, weekly = judge_server(by_week.decision_function(calibration, context=train),
                             by_week.decision_function(test, context=calibration))
n_found = table["found"].sum()
### END SOLUTION

# %% tags=["check"]
check.exercise_4(n_found, weekly)

# %% [markdown]
# ## Exercise 5 · the rule for the night shift (open)
#
# Write the rule for the water utility's night shift, in three or four sentences: which alarm calls somebody at three in the morning, which waits until eight, and what happens in the hours after a gap.
#
# <details><summary>Hint</summary>Count the false alarms of each rule, in March too, and the events it misses. What was blind on 29 March?</details>

# %%
my_rule = ...
### BEGIN SOLUTION
# One possible answer: the silent rule wakes people, the curious one writes a list, and blindness is announced.
my_rule = """Below 99 l/s: call at once, day and night. It needs no history, so it also works in the hours after a gap.
A forecast error above the rolling limit goes on the morning list with a plot of the last two days.
If data are missing for an hour, the screen says: forecaster blind until this time tomorrow, the low-flow rule is on.
Planned maintenance is entered beforehand and mutes both."""
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_rule)

# %% [markdown]
# ***
# ## What we learned
# - We cut a series into windows without losing one, never across a gap, and split it by time; a gap left us blind for a day.
# - We built an LSTM, rebuilt its gates in numpy, and watched one unit's gates follow the night.
# - We set a limit by alarms a week; it broke when the level drifted, and a rolling one mended that.
# - We judged alarms by events found, delay and false alarms a day, and saw point-adjusted F1 crown a random score.
# - We saw which fault each detector finds and how late: the water's falls needed one line, and on the server the LSTM was quick with jumps, found no frozen channel, had its leaks mostly by luck, and was no better than PCA on windows in all.
#
# **In practice** scores come one point at a time: `detector.score_next(point)` continues from the last window and agrees with what you saw here. Store times in UTC and convert for people. Tell the detector the plan: maintenance, campaigns, holidays. Retrain on a schedule, from weeks that somebody declared ordinary, and compare false alarms a week with the promise every Monday: it is the first thing that drift breaks. Keep the one-liner running beside the network.
#
# **Further reading**
# - Hundman and others: *Detecting Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding*, KDD 2018. Forecast errors with a limit that follows, on a real mission.
# - Malhotra and others: *Long Short Term Memory Networks for Anomaly Detection in Time Series*, ESANN 2015. The first of many: errors of several steps ahead, joined.
# - Kim and others: *Towards a Rigorous Evaluation of Time-series Anomaly Detection*, AAAI 2022. Why point adjustment crowns chance.
# - Liu, Paparrizos: *The Elephant in the Room: Towards A Reliable Time-Series Anomaly Detection Benchmark* (TSB-AD), NeurIPS 2024. Simple methods against networks on many series.
# - Hyndman, Athanasopoulos: *Forecasting: Principles and Practice*, third edition, 2021, chapter 5. Naive forecasts, residuals and how to judge them; free online.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
