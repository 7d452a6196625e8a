# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 60, megabytes: 1300}
# ---

# %% [markdown]
# # Watch a server, and say how many alarms a week it costs
#
# {{navigation}}
#
# *Before this: one pipe with huge falls, which could not tell detectors apart. Now: four channels, twenty faults.*

# %% [markdown]
# **What you'll do.** Put eight detectors on a server with five kinds of fault, give them all the same promise of one false alarm a week, find out why some break it, and decide which one you would run.
#
# **What you'll learn**
# - count faults found and alarms a week, with intervals, and the time spent under alarm;
# - tell which fault which detector sees, and which finds are luck;
# - give a detector the plan: what is announced is not odd;
# - compare detectors at equal rates, and spot two ways in which such figures flatter.
#
# **What you'll need.** [Lesson 06](06_forecast_the_next_hour.ipynb) for windows, forecasts and alarms in time. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes about five seconds.
#
# ***
# ## The question and the data
#
# You are on call for a web server. Each false alarm costs somebody an evening; each missed fault, customers. **How many faults will you find if you accept one false alarm a week?**

# %%
from helpers import datasets, plots
from helpers.checks import lesson_07 as check
from helpers.detectors import (LSTMForecaster, PCAReconstruction, RandomSeriesScore, SeasonalNaive, WindowDetector,
    ZScore)
from helpers.evaluation import (alarms_threshold, count_interval, event_table, events_from_labels,
    false_alarms_per_day, oracle_f1, point_adjusted_f1, rate_interval)
from helpers.windows import make_windows

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.linear_model import LinearRegression

plots.use_style()
HOUR, DAY, WEEK = 6, 144, 1008  # rows

# %% [markdown]
# Four channels, a row each ten minutes for 16 weeks. The data are **simulated** (there is no such server), frozen before any detector saw them.

# %%
server = datasets.load_telemetry()
units = {"cpu": "cpu [%]", "memory": "memory [%]", "requests": "requests [1/s]", "latency": "latency [ms]"}
fig, axes = plt.subplots(4, 1, figsize=(7.5, 5), sharex=True)
for ax, channel in zip(axes, units, strict=True):
    plots.series(ax, server.data[channel].iloc[144:576])
    ax.set_ylabel(units[channel])
axes[0].set_title("Three ordinary days")
fig.align_ylabels()
plt.show()

# %% [markdown]
# *The figure: four lines over three days. Requests rise from 15 at night to over 100 in the evening; cpu follows them at once, with a short block at two every night, the backup; memory follows with some hours' delay; latency is rougher, with single high points.*
#
# ## The simplest thing that could work
#
# Lesson 01's z-score, on single rows. Weeks 1 to 6 teach it, weeks 7 to 10 calibrate, weeks 11 to 16 are the test, with 20 faults. `WindowDetector` hands windows of a series to a detector of tables; with `window=1` these are rows.
#
# **Before you run:** will its strangest row of six weeks be a fault?

# %%
train, watched = server.data.iloc[: 6 * WEEK], server.data.iloc[6 * WEEK :]
test = slice(4 * WEEK, None)  # of the watched rows; those before it calibrate
y_test, kinds = server.labels.iloc[10 * WEEK :], server.kinds.iloc[10 * WEEK :]
scores = pd.DataFrame(index=watched.index)
scores["z-score"] = WindowDetector(ZScore(), window=1).fit(train).decision_function(watched)
strangest = scores["z-score"].iloc[test].idxmax()
print(f"{strangest:%A %d %B %H:%M}, score {scores['z-score'].max():.0f}: {kinds[strangest]}")
assert kinds[strangest] == "spike"

# %% [markdown]
# It is one: a spike of the latency, 35 standard deviations high. So there is a detector, and a find. What about the other 19? There are five kinds, four of each. A **spike** lasts one to three rows; a **level shift** lifts or lowers a channel for hours; in a **slow leak** memory creeps up for a day or two until a restart; a **frozen channel** repeats one value for hours; in a **broken correlation** a channel follows another day's course, while the others go on.

# %%
one_each = server.events.groupby("kind").nth(1).reset_index()
fig, axes = plt.subplots(2, 3, figsize=(7.5, 4.4))
for ax, event in zip(axes.flat, one_each.itertuples(), strict=False):
    around = slice(event.start - pd.Timedelta("8h"), event.end + pd.Timedelta("8h"))
    plots.series(ax, server.data.loc[around, event.channel], server.labels.loc[around])
    ax.set(title=f"{event.kind},\n{event.rows / HOUR:.1f} h", ylabel=units[event.channel])
    ax.xaxis.set_visible(False)
    ax.get_legend().remove()
axes.flat[-1].axis("off")
plt.show()

# %% [markdown]
# *The figure: five small plots with the fault hatched. Broken correlation: cpu shows a smooth hump, then a cliff back to 50 percent. Frozen channel: cpu stands still at 44 for five hours. Slow leak: memory creeps from 47 to 71 percent in 33 hours and drops at the restart. Level shift: cpu is lifted by about 20 points for 12 hours. Spike: a tower of memory for half an hour; the step down before it is Sunday's planned restart.*
#
# In the broken correlation, the frozen channel and the spike of memory each value is one that the channel has on other days. Only the hour, the stillness, the neighbours give it away.
#
# ## Count alarms
#
# Two rules of counting, both choices. Alarms less than an hour apart are one (*merge*): who is looking already is not called again. An alarm in the hour after a fault's end is no find and no false alarm either (*tolerance*): the jump back is part of it.
#
# `judge` counts, above a limit: the faults found, the false alarms, and the share of normal rows under alarm. The last matters, because an alarm that never ends is one alarm.

# %%
events = events_from_labels(y_test)
near = y_test.to_numpy(bool).copy()
for _, stop in events:
    near[stop : stop + HOUR] = True  # tolerance

def judge(score, limit):
    flags = score.iloc[test].to_numpy() > limit  # a missing score is never above it
    rows = np.flatnonzero(flags)
    alarm = np.cumsum(np.diff(rows, prepend=-DAY) > HOUR + 1)  # each row's alarm; merge
    false = len(np.unique(alarm)) - len(np.unique(alarm[near[rows]]))
    return np.array([flags[start:stop].any() for start, stop in events]), false, flags[~near].mean()

weeks = np.sum(~near) / WEEK
by_helper = false_alarms_per_day(y_test, scores["z-score"].iloc[test] > 4, DAY, tolerance=HOUR, merge=HOUR)
assert np.isclose(judge(scores["z-score"], 4)[1], by_helper * 7 * weeks)
print(f"{weeks:.1f} weeks of normal rows in the test")

# %% [markdown]
# (`false_alarms_per_day` counts the same; ours is quick enough to try every limit later.) The promise of one false alarm a week becomes a limit on the calibration weeks, by `alarms_threshold`. A row of the table:

# %%
def limit_of(score):
    return alarms_threshold(score.iloc[: 4 * WEEK], rows_per_day=DAY, alarms_per_week=1, merge=HOUR)

def row(found, false, share):
    low, high = np.array(rate_interval(found.sum(), 20)) * 20
    fewest, most = np.array(count_interval(false)) / weeks
    return {"found": found.sum(), "of 20, 95 %": f"{low:.0f} to {high:.0f}", "alarms a week": round(false / weeks, 1),
            "95 %": f"{fewest:.1f} to {most:.1f}", "under alarm": f"{share:.1%}"}

# %% [markdown]
# ## Eight detectors, one promise
#
# Beside the z-score and a random score: **seasonal naive**, with a period of a day, and with two, a day *and* a week, where the nearer of both values counts; **PCA** on single rows and on windows of six hours; and two forecasters, a straight line and an LSTM.
#
# `LSTMForecaster` is a relative of lesson 06's network. It reads six hours of all four channels with their level taken out, and forecasts the next row. Its score is a weighted mean of the last eight squared errors, each in units of its usual size, with 42 % of the weight on the newest. We train it from three starts, half a minute in all. The straight line gets the same: windows, level, units, weights.

# %%
def pairs(z, past=29):
    """Each row as a target, the 29 before it as inputs, with their level taken out of both: with 8 errors, 37 rows."""
    windows = make_windows(z, past + 1)
    windows = windows - windows[:, :-1].mean(axis=1, keepdims=True)
    return windows[:, :-1].reshape(len(windows), -1), windows[:, -1]

spread = (train.quantile(0.75) - train.quantile(0.25)) / 1.349  # the standard deviation of a normal distribution
inputs, targets = pairs((server.data - train.median()) / spread)
fitted = int(0.8 * len(train))
line = LinearRegression().fit(inputs[: fitted - 37], targets[: fitted - 37])
squared = np.square(line.predict(inputs) - targets)
squared = (squared / squared[fitted : 6 * WEEK - 29].mean(axis=0)).mean(axis=1)
linear = make_windows(squared, 8) @ np.array([1 / 12] * 7 + [5 / 12])

# %%
detectors = {
    "random": RandomSeriesScore(),
    "naive, day": SeasonalNaive(period=DAY), "naive, day or week": SeasonalNaive(period=(DAY, WEEK)),
    "PCA, one row": WindowDetector(PCAReconstruction(), window=1),
    "PCA, six hours": WindowDetector(PCAReconstruction(), window=37),
    **{f"LSTM, start {seed}": LSTMForecaster(window=37, random_state=seed) for seed in range(3)}}
for name, detector in detectors.items():
    scores[name] = detector.fit(train).decision_function(watched, context=train)
scores.insert(6, "straight line", linear[-len(watched) :])

# %% [markdown]
# **Before you run:** which kinds will the z-score never see? Which detector will see a broken correlation?

# %% tags=["nbval-ignore-output"]
board = pd.DataFrame({name: row(*judge(score, limit_of(score))) for name, score in scores.items()}).T
print(board.to_string())
forecasters = ["straight line", "LSTM, start 0", "LSTM, start 1", "LSTM, start 2"]
assert board.loc[forecasters, "found"].max() < 7 < board.loc["PCA, six hours", "found"]

# %% [markdown]
# But for the random score the forecasters are last, with two or three faults of twenty. And they are *silent*: 0.2 to 0.7 false alarms a week where one was allowed. Seasonal naive by the day finds 13 and breaks its promise three times over. The intervals are wide: four alarms in four weeks are compatible with one in four weeks and with two a week.
#
# ## How it fails: a plan is news to a forecaster
#
# A limit that is too high comes from calibration scores. Which hours set it?

# %% tags=["nbval-ignore-output"]
calm = scores["LSTM, start 0"].iloc[: 4 * WEEK]
loudest = calm.groupby(calm.index.floor("D")).agg(["max", "idxmax"]).nlargest(7, "max")
print("\n".join(f"{day.idxmax:%A %d %B %H:%M}  {day.max:6.0f}" for day in loudest.itertuples()))
assert (loudest["idxmax"].dt.day_name() == "Sunday").sum() == 4

# %% [markdown]
# One Wednesday and four Sundays at four in the morning, far above the rest. The data's card tells of both: the server is *restarted* every Sunday at four, and 5 March had a marketing burst. Nothing odd, and nothing that a forecast can foresee from the six hours before.
#
# The cure is no better network. It is the plan: nobody wants an alarm about a restart that they ordered. (The burst stays in: nobody told the people on call.) The same rule for every row:
#
# ## The scoreboard

# %% tags=["nbval-ignore-output", "headline"]
restart = (scores.index.day_name() == "Sunday") & scores.index.hour.isin([4, 5])  # a score remembers 80 minutes
planned = scores.copy()
planned[restart] = np.nan
weeks = np.sum(~near & ~restart[test]) / WEEK  # what is muted is not watched
board = pd.DataFrame({name: row(*judge(score, limit_of(score))) for name, score in planned.items()}).T
print(board.to_string())
print("faults found, of 20:", "; ".join(f"{name} {board.loc[name, 'found']}" for name in board.index[[3, 2, 5, 0]]))
assert board.loc[forecasters, "found"].min() > 5 and board.loc["random", "found"] < 4

# %% [markdown]
# The forecasters wake up: from two or three faults to between 8 and 11. So the restarts were the cause; nothing else was changed. PCA and the z-score gain nothing: they judge what is there, not what comes. Two rows lead. Seasonal naive finds 13 by the day and 14 by day or week, the LSTM 8 to 11, depending on its start alone (expect 7 to 12 elsewhere, and one to four false alarms a week). But they ring more often than promised, and who rings more finds more. And look at the last column: PCA on six hours rings once a week, as promised, and is on for 7 % of the normal time.
#
# Move the limit yourself: how many faults, false alarms, and how much time under alarm?

# %% tags=["interactive", "nbval-ignore-output"]
def limit_below(name, rows_above):
    return planned[name].iloc[test].dropna().nlargest(rows_above).iloc[-1]

def above(name, rows_above):
    score, limit = planned[name].iloc[test], limit_below(name, rows_above)
    found, false, share = judge(planned[name], limit)
    _, ax = plt.subplots(figsize=(7.5, 2.4))
    plots.series(ax, score, y_test, score > limit, limit)
    ax.set(yscale="log", ylabel="score")
    plt.show()
    print(f"{name}: {found.sum()} faults, {false / weeks:.1f} false alarms a week, "
          f"{share:.1%} of normal rows under alarm")

choices = widgets.SelectionSlider(options=[10, 30, 100, 200, 300, 500, 700, 1000, 2000, 4000, 6000], value=100)
_ = widgets.interact(above, name=list(planned), rows_above=choices)

# %% [markdown]
# *The figure: with a kernel, a list of detectors, a slider over the number of rows above the limit, the score over six weeks with events, alarms and limit, and a line of counts. Without a kernel, see the next figure.*

# %%
above("PCA, six hours", 700)
found, false, _ = judge(planned["PCA, six hours"], limit_below("PCA, six hours", 6000))
assert found.all() and false == 1

# %% [markdown]
# *The figure: the score of PCA on six hours over six weeks on a log scale, with 20 hatched faults. With 700 rows above the dashed limit, thick red alarms stand in about half of the hatched spans and many reach beyond them; the two tallest end hours after their fault.*
#
# The windows hold the fault for six hours after its end, so the alarm goes on. Now push the slider to 6,000 rows: all 20 faults found and one false alarm, since one alarm without end touches every event. Without the share under alarm, such a limit looks perfect.
#
# ## At equal rates
#
# For a comparison only, give every detector the lowest limit that has at most one false alarm a week *in the test weeks themselves*, as every higher limit has: an **oracle's limit**, which nobody knows beforehand. It looks at each distinct score, from the top down. Five seconds.

# %% tags=["nbval-ignore-output"]
def oracles_limit(score):
    limits = np.unique(score.iloc[test].dropna())[::-1]
    too_many = next(i for i, limit in enumerate(limits) if judge(score, limit)[1] > weeks)
    return limits[too_many - 1]

equal = {name: judge(score, oracles_limit(score)) for name, score in planned.items()}
table = pd.DataFrame({name: row(*result) for name, result in equal.items()}).T
leader = equal["naive, day or week"][0]
table["leader only"], table["not leader"] = zip(*[((leader & ~found).sum(), (found & ~leader).sum())
                                                  for found, _, _ in equal.values()], strict=True)
table["chance"] = [binomtest(only, max(only + other, 1)).pvalue for only, other in zip(table["leader only"],
                   table["not leader"], strict=True)]
print(table.drop(columns="95 %").round(2).to_string())
assert table["found"].idxmax() == "naive, day or week" and table.loc["PCA, six hours", "found"] == 11
assert max(table.loc[forecasters, "found"]) < 11 and judge(planned["random"], -1)[0].all()

# %% [markdown]
# Seasonal naive by day or week finds 13, PCA on windows 11 (with 7 % of the normal rows under alarm), on single rows 9, the z-score 7, the LSTM 7 or 8 (expect 5 to 10), the straight line 5. The random score finds 3, by luck: it is the floor.
#
# With 20 faults each interval is nine or ten faults wide. But all rows saw the *same* faults, so compare in pairs: of the faults that only one of two found, how many were the leader's (`leader only`)? If the two were equally good, each would be a coin's throw, and `chance` says how often coins fall as unevenly. Against the z-score six to none, 3 %; against the straight line ten to two, 4 %. These are hints and no more: the leader was picked because it led, and nine rows were compared with it. Against the LSTM, six or seven to one, coins do as well in 7 to 12 % of cases. Against the LSTM and PCA nothing is decided.
#
# Which kinds?

# %% tags=["nbval-ignore-output"]
kind = server.events["kind"]
print(pd.DataFrame({name: pd.Series(found).groupby(kind).sum() for name, (found, _, _) in equal.items()}).T.to_string())
nobody = ~np.any([found for name, (found, _, _) in equal.items() if name != "random"], axis=0)
print("found by none:", ", ".join(server.events["channel"][nobody] + " " + kind[nobody]))
assert equal["LSTM, start 0"][0][kind == "frozen channel"].sum() <= 1
assert not equal["z-score"][0][kind == "broken correlation"].any()

# %% [markdown]
# Spikes: the forecasters see three of four, one more than the others. Frozen channels: day-or-week naive sees three, the forecasters none or one. What stands still is no surprise to a forecast: in three of the four spans the LSTM errs about as much as on any day (*Going further*). Slow leaks: day-or-week naive has all four, the z-score three. Broken correlations: the z-score sees none, each value by itself is ordinary. And three faults are found by nobody, a level shift of the requests among them. Say so when you hand over a detector.
#
# ## Lucky alarms
#
# At its own limit LSTM start 0 had found three leaks. Did it see them? A leak lasts more than a day, and an alarm rings somewhere in it now and then. The control: as many alarms, thrown at random over the six weeks.

# %% tags=["nbval-ignore-output"]
long = server.events["rows"][kind == "slow leak"] / WEEK
leaks = {}
for name, score in planned.items():
    found, false, _ = judge(score, limit_of(score))
    by_luck = 1 - np.exp(-long * false / weeks)  # of a Poisson variable: at least one alarm in a leak's time
    n, chances = found[kind == "slow leak"].sum(), np.ones(1)  # the chances of no leak, one, two, ... by luck
    for p in by_luck:
        chances = np.convolve(chances, [1 - p, p])
    leaks[name] = {"leaks found": n, "by luck": by_luck.sum(), "chance of so many": chances[n:].sum()}
print(pd.DataFrame(leaks).T.round(2).to_string())
assert leaks["z-score"]["by luck"] < 1 < leaks["LSTM, start 0"]["by luck"]
assert max(leaks[name]["chance of so many"] for name in ("z-score", "naive, day or week", "PCA, six hours")) < 0.05

# %% [markdown]
# The four leaks last 5.6 days, so at the rate of LSTM start 0 luck alone finds one or two (on your machine as many as stand in the table). There luck finds three or more in a fifth of cases. The other starts found one, luck's share, and so did the straight line. A forecast of the next ten minutes follows a creeping channel step by step: in no leak does memory's error reach the limit (*Going further*). The leaks of the z-score, of PCA on windows and of day-or-week naive are hardly luck: 2 % or less. These three compare with something older than the leak, the training weeks or last week; the forecasts compare with the last six hours, which creep along.
#
# ## A metric that crowns chance
#
# Many papers report a **point-adjusted F1**: if one point of an event is flagged, all its points count as found. Give it our scores, each with its best limit.
#
# **Before you run:** the F1 of the random score, point by point and adjusted?

# %% tags=["nbval-ignore-output"]
f1 = pd.DataFrame({name: {"best F1": oracle_f1(y_test, score.iloc[test]),
                          "point-adjusted": point_adjusted_f1(y_test, score.iloc[test])}
                   for name, score in scores.items()}).T
print(f1.round(2).to_string())
assert f1.loc["random", "point-adjusted"] > 0.9 > f1.loc["PCA, six hours", "point-adjusted"]

# %% [markdown]
# The random score leaps to 0.92, ahead of all but PCA on single rows. Luck again: a leak of 200 rows needs one lucky flag to count in full. When you read 0.9 in a paper, look for the words "point adjustment". Even the honest best F1 needs a floor: flagging every row gives 0.4 here, because a quarter of the rows lie in events.
#
# ## Would you run it?
#
# At one false alarm a week: seasonal naive by day or week, for 13 or 14 of 20 faults; its own limit gave 1.6 a week, and its interval, 0.7 to 3.4, still holds the promise. It costs one subtraction, and a week of waiting after each gap, when the z-score can stand in: it needs no past. Beside it the z-score adds nothing, as the table of pairs shows. An LSTM beside it, for one more spike and twice the alarms, we would not. (These are faults as a simulator imagines them, four of each. Your server has others.)

# %% [markdown]
# ## Exercise 1 · the same hour of last week, only
#
# A colleague wants seasonal naive with the week *alone*. Fit it on `train`, score `watched` with `context=train`, take the restarts out, and judge it at `limit_of`. Store faults found, false alarms a week, and the share of normal rows under alarm in `last_week`. Would you take it, and why is it so different from day *or* week?
#
# <details><summary>Hint</summary><code>pd.Series(..., watched.index).mask(restart)</code> is what <code>limit_of</code> and <code>judge</code> want; <code>judge</code> returns the three, the second as a count for all <code>weeks</code>.</details>

# %%
last_week = {"found": ..., "alarms a week": ..., "under alarm": ...}
### BEGIN SOLUTION
# A week ago is a fair day to compare with where it was ordinary; one odd hour then is an odd hour now.
by_week = SeasonalNaive(period=WEEK).fit(train).decision_function(watched, context=train)
by_week = pd.Series(by_week, watched.index).mask(restart)
found, false, share = judge(by_week, limit_of(by_week))
last_week = {"found": found.sum(), "alarms a week": false / weeks, "under alarm": share}
### END SOLUTION

# %% tags=["check"]
check.exercise_1(last_week)

# %% [markdown]
# ## Exercise 2 · adjust the points
#
# Write `point_adjust(labels, flags)`: a new array in which an event with at least one flag is flagged throughout, and everything else stays. The check tries it on small cases, then gives it 1 % of random flags on the server's six weeks.
#
# <details><summary>Hint</summary><code>events_from_labels(labels)</code> gives start and stop of each event. Copy the flags first, or you change what you were given.</details>

# %%
def point_adjust(labels, flags):
    ### BEGIN SOLUTION
    # Only inside events, and only where one of their rows is flagged; false alarms stay as they are.
    adjusted = np.array(flags)
    for start, stop in events_from_labels(labels):
        adjusted[start:stop] = adjusted[start:stop].any()
    return adjusted
    ### END SOLUTION
    return ...

# %% tags=["check"]
check.exercise_2(point_adjust)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# A monitor for the server and its evaluation, in 12 numbered lines. At least five hold a fault.
#
# ```
#  1  scores = detector.fit(data[: 10 * WEEK]).decision_function(data)
#  2  calibration, test = scores[6 * WEEK : 10 * WEEK], scores[10 * WEEK :]
#  3  calibration[restarts(calibration)] = np.nan
#  4  limit = np.nanquantile(test, 0.99)
#  5  flags = test > limit
#  6  flags = point_adjust(labels, flags)
#  7  alarms = alarm_episodes(flags, merge=3 * DAY)
#  8  found = [flags[start:stop].any() for start, stop in events_from_labels(labels)]
#  9  false = sum(labels[start:stop].mean() < 0.5 for start, stop in alarms)
# 10  runs = [evaluate(LSTMForecaster(random_state=seed)) for seed in range(20)]
# 11  best = max(runs, key=lambda run: run.found)
# 12  print(f"{best.found} of 20 faults, {best.false} false alarms in {WEEKS} weeks")
# ```
#
# Lines 1 to 9 are what `evaluate` does. Store the numbers of the faulty lines in the set `faulty`.
#
# <details><summary>Hint</summary>Who sees which weeks? What happens on a Sunday of the test? When is an alarm false? Who chooses the seed?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# Calibration weeks that trained, a plan for calibration only, a limit from the test, point adjustment, alarms merged
# over three days, a long alarm around a short fault called false, and the luckiest of twenty seeds.
faulty = {1, 3, 4, 6, 7, 9, 11}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · hand it over (open)
#
# Choose the row of `board` that you would run, and write what the person on call must know: the most false alarms to be ready for in a quarter of 13 weeks, by the upper end of the interval of `count_interval`; a kind of fault of which it found at most one of four at its own limit (`"none"` if there is no such kind); and whether the restarts are muted by hand, `"yes"` or `"no"`. Store it in `handover`.
#
# <details><summary>Hint</summary>The count of false alarms is the second thing that <code>judge</code> returns, in <code>weeks</code> weeks. Kinds: <code>pd.Series(found).groupby(kind).sum()</code>.</details>

# %%
handover = {"detector": ..., "alarms in 13 weeks": ..., "blind to": ..., "mute restarts": ...}
### BEGIN SOLUTION
# One of several: the row that leads. It found two or more of each kind, and that is said, too.
found, false, _ = judge(planned["naive, day or week"], limit_of(planned["naive, day or week"]))
handover = {"detector": "naive, day or week", "alarms in 13 weeks": 13 * count_interval(false).high / weeks,
            "blind to": "none", "mute restarts": "yes"}
assert pd.Series(found).groupby(kind).sum().min() > 1
### END SOLUTION

# %% tags=["check"]
check.exercise_4(handover, planned)

# %% [markdown]
# ## Going further (optional)
#
# **How late?** The median delay over the faults that were found at equal rates; a dash where none was.

# %% tags=["nbval-ignore-output"]
delays = {}
for name in ["z-score", "naive, day", "naive, day or week", "PCA, one row", "PCA, six hours", "LSTM, start 0"]:
    flags = planned[name].iloc[test] > oracles_limit(planned[name])
    delays[name] = event_table(y_test, flags, kinds=kinds, index=y_test.index).groupby("kind")["delay"].median()
fig, ax = plt.subplots(figsize=(7.5, 3.2))
plots.delay_table(ax, pd.DataFrame(delays).T)
ax.set_title("Median delay at one false alarm a week")
plt.show()

# %% [markdown]
# *The figure: a table of shaded cells, six detectors by five kinds. Spikes are found in their first row by all. Level shifts take from 20 minutes with seasonal naive by the day to five hours with the z-score. Broken correlations take six to ten hours, frozen channels three to six where they are found. Slow leaks take half a day to a day, but 1.5 hours with seasonal naive by the day and 4 with the LSTM, which found one each.*
#
# Spikes are found at once, level shifts within hours, broken correlations and frozen channels hours late.
#
# **Which channel gives it away?** The LSTM's score is a mean over channels, so it can be taken apart. For each fault found at its own limit: the broken channel, and the loudest one at the first alarm.

# %% tags=["nbval-ignore-output"]
forecaster, score = detectors["LSTM, start 0"], planned["LSTM, start 0"]
by_channel = forecaster.channel_scores(watched, context=train)
heard = event_table(y_test, score.iloc[test] > limit_of(score), kinds=kinds, index=y_test.index)
heard = heard.assign(channel=server.events["channel"].to_numpy()).dropna(subset="delay")
heard["loudest"] = by_channel.loc[heard["start"] + heard["delay"]].idxmax(axis=1).to_numpy()
print(heard.sort_values("kind")[["kind", "channel", "loudest", "delay"]].to_string(index=False))

# %% [markdown]
# For spikes and level shifts the loudest channel is mostly the broken one: an alarm with an address. For the slow leaks it is not memory: another sign that these alarms were luck.
#
# **What the LSTM does not notice.** Inside each leak and each frozen span: the broken channel's median error in units of its usual one, and its largest share of the score in units of the limit.

# %% tags=["nbval-ignore-output"]
usual_error = by_channel.iloc[test][~near].median()
inside = {}
for event in server.events[kind.isin(["slow leak", "frozen channel"])].sort_values("kind").itertuples():
    error = by_channel.loc[event.start : event.end, event.channel]
    inside[event.kind, f"{event.channel}, {event.start:%d %B}"] = {
        "median error": error.median() / usual_error[event.channel], "largest share": error.max() / 4 / limit_of(score)}
inside = pd.DataFrame(inside).T
print(inside.round(2).to_string())
assert inside["largest share"].max() < 1 and (inside.loc["frozen channel", "median error"] < 2).sum() == 3

# %% [markdown]
# No channel reaches the limit alone. In three of the four frozen spans the error is about the usual one; the latency, rough on any day, stands out when it stands still. In the leaks memory errs by up to some five times its usual, small amount: not enough.

# %% [markdown]
# ***
# ## What we learned
# - We counted faults and alarms a week with intervals, and the share of normal rows under alarm, without which an alarm that never ends looks perfect.
# - We saw which fault each detector finds: forecasters see jumps and miss what stands still, and have leaks mostly by luck.
# - We gave every detector the plan, and the forecasters went from three faults to eight or more.
# - We compared at equal rates, where day-or-week naive led and the LSTM did not, and saw point-adjusted F1 crown a random score.
#
# **In practice** scores come one point at a time: `detector.score_next(point)` agrees with what you saw. Tell the detector the plan: maintenance, campaigns, holidays. Count alarms each Monday against the promise.
#
# **Further reading**
# - Kim and others: *Towards a Rigorous Evaluation of Time-series Anomaly Detection*, AAAI 2022. Why point adjustment crowns chance.
# - Liu, Paparrizos: *The Elephant in the Room: Towards A Reliable Time-Series Anomaly Detection Benchmark* (TSB-AD), NeurIPS 2024. Simple methods against networks on many series.
# - Hundman and others: *Detecting Spacecraft Anomalies Using LSTMs and Nonparametric Dynamic Thresholding*, KDD 2018. Many channels, and pruning of alarms.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
