# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 45, megabytes: 1300, without: [method, bug hunt]}
# ---

# %% [markdown]
# # Choose a detector for your own data
#
# {{navigation}}
#
# *Before this: eleven lessons, {{n_detectors}} detectors, and data that we had prepared for you. Now the file is yours, nobody has prepared it, and somebody asks which detector to run.*

# %% [markdown]
# **What you'll do.** Point this notebook at a CSV file, yours or ours, and leave with a detector, its limit, the twenty strangest rows with reasons, and a report that you can defend.
#
# **What you'll learn**
# - decide for each column of an unknown file whether a detector may use it;
# - give all candidates the same rows and a time budget;
# - choose with labels, and say what can still be said without;
# - explain an alarm by its columns, whatever the detector;
# - keep a detector, and score tomorrow's file with it.
#
# **What you'll need.** [Lesson 02](02_choose_a_threshold.ipynb) for the parts of the data and average precision; the other lessons as far as you want to know what is behind a name. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. Training is given 20 seconds, below.
#
# ***
# ## The question and the data
#
# You get a file and a question: **which of these rows are wrong, and how sure are you?** The steps of this lesson work on any table or series in a CSV file, and the second code cell names it. (*What you know beats what you train*, *Choose without labels* and *A series, a report, a command* keep to our data; sentences that begin with "On the orders" are about the orders.) Run the lesson once as it is, on the **simulated** orders that you know from lesson 01, but read raw, as a stranger would get them. Then change that line and run all cells again:
#
# | to examine | the line |
# |---|---|
# | orders (simulated) | `FILE, LABEL, LEAVE_OUT = SHIPPED / "orders.csv.gz", "label", ["kind"]` |
# | Shuttle (real) | `FILE, LABEL, LEAVE_OUT = SHIPPED / "shuttle.csv.gz", "label", []` |
# | water flow (real, a series) | `FILE, LABEL, LEAVE_OUT = SHIPPED / "water_flow.csv.gz", "label", ["kind"]` |
# | your own, without labels | `FILE, LABEL, LEAVE_OUT = "my.csv", None, []` |
#
# The path of your own file is relative to the folder of this notebook. On JupyterLab or Binder you can drop the file into the list of files on the left.

# %%
import tempfile
from pathlib import Path

from helpers import datasets, plots, report, results
from helpers.checks import lesson_11 as check
from helpers.datasets import order_features
from helpers.detectors import Ensemble
from helpers.results import measure
from helpers.training.progress import StageBar

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

plots.use_style()
pd.set_option("display.max_colwidth", None)
SHIPPED = Path(datasets.__file__).parents[2] / "data"

# %%
FILE, LABEL, LEAVE_OUT = SHIPPED / "orders.csv.gz", "label", ["kind"]

# %% [markdown]
# `LABEL` names the column that holds the truth, if there is one. It judges the detectors and keeps the odd rows out of their training; no detector sees it as an input. `LEAVE_OUT` names columns that must not be used. `kind` says which trouble an odd order has: whoever learns from it has read the answers.
#
# ## Read with suspicion
#
# A CSV file says neither which character separates its columns, nor how its letters are stored, nor which of its columns are dates. `read_table` finds out and says what it had to guess.

# %%
reading = report.read_table(FILE)
print(f"{reading.n_rows:,} rows, separated by {reading.delimiter!r}, {reading.encoding}")
print(*reading.notes or ["nothing had to be guessed"], sep="\n")
reading.frame.head(3).T

# %% [markdown]
# Always look at the first rows (here on their side, a column a line). A wrong separator, a heading in the third line or a date read as a number shows here, and costs a day if you notice it after the training.
#
# Some files cannot be used. Then you need a sentence, not a traceback. Here is an export in which somebody changed the format of the dates half way through.
#
# **Before you run:** which day is 01/04/2025?

# %%
with tempfile.TemporaryDirectory() as folder:
    broken = Path(folder, "visits.csv")
    days = pd.date_range("2025-01-01", periods=102)
    written = [*days[:90].strftime("%Y-%m-%d"), *days[90:].strftime("%d/%m/%Y")]
    pd.DataFrame({"day": written, "visitors": np.arange(102) % 17}).to_csv(broken, index=False)
    try:
        print(report.describe_columns(report.read_table(broken).frame).table["why"])
    except report.UnusableFile as error:
        print(str(error).replace(folder, "…"))

# %% [markdown]
# The first of April or the fourth of January? The row before it is 31 March, and you guess. In a file with gaps only the one who wrote it knows. A program that guesses is right often enough to be trusted and wrong often enough to do harm, so this one stops.
#
# ## What is each column?
#
# **Before you run:** the orders have twelve columns. Which would you give to a detector as numbers? Which would you never show it?

# %%
columns = report.describe_columns(reading.frame, label=LABEL, leave_out=LEAVE_OUT)
columns.table[["kind", "missing", "distinct", "example", "decision"]]

# %% [markdown]
# Read the last column against your list. On the orders:
#
# - `order_id` counts up: a number that names something is no quantity. The same holds for customers and products. Their *histories* would tell much, and the plain table does not hold them. Keep this in mind.
# - Quantity, price and amount span several powers of ten and are always above 0: they enter as logarithms, as in lesson 01.
# - Categories, countries and payment methods enter by their rarity, as in lesson 01.
# - The time becomes an hour and a weekday on a circle.
#
# `columns.table` also has a sentence for each decision:

# %%
print(*[f"{name}: {why}" for name, why in columns.table["why"].items()], sep="\n")
print(columns.why_shape)

# %% [markdown]
# The last line decides what an observation *is*: a row of a table, or a point in a series. You can overrule each decision when you call `describe_columns`: `leave_out=`, `keep=`, `time=`, `shape=`.
#
# ## Which detectors, before any training?
#
# `make bench` has run each of the course's {{n_detectors}} detectors, and random scores for comparison, on every data set that they fit, with three seeds. The chart is drawn from that table.

# %%
everything, cost = datasets.load_results("everything"), datasets.load_results("cost")
results.guide_figure(everything)
plt.show()

# %% [markdown]
# *The figure: a tree with three branches, for rows of a table, points in a series, and images. Each branch names the simple detectors to begin with and the network to try next, with what the best of each reached on the course's data; a box below asks, whatever the branch, for the amount of data, for labels and for reasons.*
#
# AP is the average precision; where most test rows are anomalies it is high for anything, and the chart shows AUROC. All three branches say *begin with the simple one*. On the tables a network leads, by a few hundredths over the best simple method. In the water pipe a z-score is perfect, because the one event of its test part is a very low value. Of the images, the 8 seems to call for a network. Lesson 10 found out why: the networks are scored by an error that forgives a shifted stroke, and PCA with the same error is at least level with the BiGAN.
#
# The same runs by one measure for all forms, the mean AUROC; on tables it hides the differences that you saw above. Beside it, seconds for 100,000 **simulated** rows of ten columns, and the reason that a detector can give for an alarm.

# %%
results.guide_table(everything, cost).round(2)

# %% [markdown]
# Read a column from top to bottom: no detector leads everywhere. The plain GAN's 0.16 on tables is worse than chance: it calls odd rows *more* normal (lesson 09). NaN stands under AUROC where a detector does not fit such data, under seconds where it was not timed. And this is how the cost of twelve of them grows with the rows:

# %%
results.cost_figure(cost)
plt.show()

# %% [markdown]
# *The figure: seconds to train (left) and to score (right) against the number of rows, both on log scales, a line for each detector. To train, the simple ones take milliseconds to seconds and the networks seconds, the dense autoencoder a minute and a half for a million rows; to score, all lines rise with the rows, the neighbours' most steeply: they were stopped after two minutes at a million rows, as was the dense autoencoder, training included.*
#
# The neighbours learn in a moment and pay when they score; the autoencoder, which has a memory, pays twice. The other networks pay once: most of them look at the same number of batches, however many rows there are.
#
# Do you trust a table that you have not made? Compute one of its rows again:

# %%
shipped = everything.query("data == 'Shuttle' and detector == 'z-score'").iloc[0]
again = measure("Shuttle", "z-score")
print(f"shipped {shipped['auroc']:.3f}, again {again['auroc']:.3f}")
assert abs(again["auroc"] - shipped["auroc"]) < 0.005

# %% [markdown]
# `measure(data, detector, seed)` does this for any row; one with a network takes some seconds.
#
# ## Four parts, one budget
#
# As in lesson 02, each part of the rows has one job. What was the validation part there, which compared recipes, is the **choice part** here, because it has no other job: whoever picks the best of several detectors on the test part has spent it, so one part ranks them and the test part judges only the winner. Rows with times are cut in the order of time. Rows that are labelled odd neither teach nor calibrate.

# %%
labels = report.read_labels(reading.frame[LABEL]) if LABEL else None
prepared = report.prepare(reading.frame, columns, labels)
prepared

# %% [markdown]
# On the orders, ten inputs: three logarithms, three surprises (the rarer a category, the larger), and four for the clock. The numbers count all rows of a part; of the 8,000, the 163 that are labelled odd are put aside.
#
# Now all candidates learn from the same rows. You give a **time budget**, not a number of epochs: the simple ones go first, each network gets a share of what is left, and what does not fit into the time is left out and says so. The cell takes up to 20 seconds, TensorFlow's start included.

# %% tags=["nbval-ignore-output", "seconds"]
entries = report.train_candidates(prepared, seconds=20, progress=StageBar())
print(*entries, sep="\n")

# %% [markdown]
# The seconds are those of your machine. If it is busy, a network is stopped early or left out. On the orders the choice is the same without them; on your own file give more seconds then.
#
# ## Choose with labels
#
# **Before you run:** the rows are raw, without the past of customers and products. With it, the autoencoder of lesson 04 reached an average precision of 0.87. What do you expect now, and who will lead?

# %% tags=["nbval-ignore-output"]
ranking = report.rank(prepared, entries)
shown = ["average precision", "AP low", "AP high", "behind best", "behind low", "behind high", "agreement", "stability"]
ranking[[column for column in shown if column in ranking]].round(2)

# %% [markdown]
# The rows stand in the order of simplicity. On the orders Mahalanobis leads with about 0.4, where chance has 0.02, and the autoencoder is level with it. The z-score has half of that. `behind best` is the distance to the best one; its interval comes from resamples of the same rows for both. The z-score is 0.19 behind, and its interval, 0.12 to 0.28, does not hold 0: that is more than chance. The autoencoder's does hold 0: it cannot be told from the best.
#
# Whoever takes the highest number lets chance decide between equals. The rule here is another one: **take the simplest that cannot be told from the best.**

# %% tags=["nbval-ignore-output"]
name, why = report.choose(ranking)
print(f"{name}. {why}")
if FILE == SHIPPED / "orders.csv.gz":
    assert 0.2 < ranking["average precision"].max() < 0.5

# %% [markdown]
# Then the test part, once. `finish` sets the limit on the calibration part. **Strangeness** puts the scores of any detector on one scale: 0 is an ordinary row, 1 the alarm limit. The model holds two detectors of a kind that learned from different rows, and takes the higher of their two answers. So no row is judged only by a detector that has seen it (lesson 08's cross-fitting, for files to come as well). `judge` opens the test part. The cell takes a few seconds.

# %% tags=["nbval-ignore-output"]
chosen = next(entry for entry in entries if entry.name == name)
model = report.finish(prepared, chosen, false_alarm_rate=0.01)
strangeness = report.strangeness_of_all(prepared, model)
verdict = report.judge(prepared, strangeness)
assert FILE != SHIPPED / "orders.csv.gz" or 0.008 < dict(verdict.items())["false-alarm rate"] < 0.01
verdict = verdict or {"judged on": "nothing: there are no labels"}
pd.Series({name: round(x, 3) if isinstance(x, float) else x for name, x in verdict.items()}).to_frame("verdict")

# %% [markdown]
# Read it as a promise kept or broken. On the orders it is kept: 1 % false alarms were promised, 0.9 % counted, and the interval holds 1 %. Their recall is the bad news: six of ten odd orders pass. Before you blame the detector, read on.
#
# ## The strangest rows, and why
#
# A list without reasons is a list that nobody works through. Some detectors explain themselves. For all others there is a trial that works with any score, **occlusion**: put the usual value into one column at a time and see how far the score falls. The column whose repair calms the detector gave the row away. Where repairing one column is not enough, the reason says so and names several.
#
# `row` counts as a spreadsheet does without its heading: row 1 is the first one, `reading.frame.iloc[0]`. "Usually" is the range of nine rows in ten.

# %% tags=["nbval-ignore-output"]
strangest = report.anomaly_table(model, reading.frame, strangeness, top=20)
if FILE == SHIPPED / "orders.csv.gz":
    assert (strangest["kind"].head(20) == "amount mismatch").sum() >= 15
strangest[["row", "strangeness", "because", *LEAVE_OUT, *columns.numbers[:3]]].head(20).round(1)

# %% [markdown]
# On the orders read the first rows aloud: one piece at 112.89 and an amount of 11.29; seven pieces at 3.79 and an amount of 265.30. Somebody, or some program, has shifted a decimal point. Several of the values that are named lie in their usual range: they are not large, they do not fit the others. Mahalanobis knows that the logarithm of the amount is nearly the sum of the two others. And be honest about the list: it is of one kind, *amount mismatch*. How many of each kind does it flag in the test part?
#
# %% tags=["nbval-ignore-output"]
if FILE == SHIPPED / "orders.csv.gz":
    judged = reading.frame.iloc[prepared.parts.test].assign(flagged=strangeness[prepared.parts.test] > 1)
    by_kind = judged.groupby("kind")["flagged"].agg(["sum", "size"])
    print(by_kind.T.to_string())
    share = by_kind["sum"] / by_kind["size"]
    assert name != "Mahalanobis" or ((share > 0.8).sum(), (share < 0.008).sum()) == (2, 3)

# %% [markdown]
# It finds nearly all shifted decimal points and bulk orders, and no takeover, card test or wrong price: their numbers are usual ones.
#
# Work through such a list with the one who owns the data, before you tune anything. If most of it gives one and the same reason, leave that column out and run again. And read the rows a little below 1 as well: without labels, odd rows may sit in the calibration part, and of few rows one of them can *be* the limit.
#
# ## Keep it
#
# A detector is worth keeping only with all that belongs to it: the columns, what was done to them, the limit. `save` puts them into one file, without pickle, because opening a pickle can run any program. Here the last hundred rows play the part of tomorrow's file.

# %%
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder, "detector.zip"))
    kept = report.OwnModel.load(Path(folder, "detector.zip"))
tomorrow = reading.frame.tail(100)
assert np.allclose(kept.scores(tomorrow), model.scores(tomorrow), equal_nan=True)
print("the kept detector scores new rows as the first one did")

# %% [markdown]
# Scores and limit stay the same, in another process too, as long as the libraries are the same. If a newer library would change the scores, loading says so.
#
# ## What you know beats what you train
#
# The detectors read the raw orders and found little. Lesson 01 knew something that no detector can find in single rows: *compared with the past*, of this product and of this customer. One line makes such columns. Then the same steps run on the same orders, simple candidates only, and the columns come in three steps: what one order tells about itself (does quantity times price give the amount?), the product's past, and all of the past. This section and the next keep to the orders, whatever file you named above.
#
# **Before you run:** which is worth more, the way from the worst detector to the best (above), or the change of columns?

# %%
shop = datasets.load_orders()
histories = order_features(shop.data).assign(time=shop.data["time"])
simple = [candidate for candidate in report.table_candidates(n_columns=10) if not candidate.network]

def contest(frame, labels=None):
    prepared = report.prepare(frame, report.describe_columns(frame), labels)
    return prepared, report.train_candidates(prepared, simple, seconds=600)

own = ["log_quantity", "log_unit_price", "log_amount_ratio", "hour_sin", "hour_cos", "time"]
product = [*own, "log_price_vs_product", "log_quantity_vs_product"]
frames = [shop.data, histories[own], histories[product], histories]
both = pd.concat([report.rank(*contest(frame, shop.labels))["average precision"] for frame in frames], axis=1)
both.columns = ["raw columns", "own ratio", "product's past", "with the past"]
both.round(2)

# %% [markdown]
# Best against best: from 0.42 to 0.90. The whole way from the worst detector of the raw columns to their best is 0.37. And look from where the gain comes:
#
# - An order's own columns, with the ratio in place of the amount, lift a z-score from 0.22 to the 0.42 of Mahalanobis, which needs no ratio.
# - The product's past lifts four of the six to about 0.6.
# - The customer's past (with the shop's last ten minutes) lifts the z-score to 0.89, level with Mahalanobis. Not everybody gains: PCA falls back.
#
# **Look for better columns before you look for a better detector.** These orders are simulated, and their troubles were made to show against the past; on your data the gain may be smaller. But no command can know your customers and products. You can.
#
# ## Choose without labels
#
# Mostly there are no labels. Two things can be measured then, and neither is accuracy:
#
# - **Agreement**: of a detector's strangest rows (1 %, at least 20), how many are also among the strangest by the mean rank of the others?
# - **Stability**: learning from two halves of the training rows, how many of its strangest rows are the same?
#
# We hide the labels of the orders with their past, train and rank again. Then we look: what would these detectors have found?
#
# **Before you run:** can a detector be perfectly stable and find nothing?

# %%
blind, entries_blind = contest(histories)
ranking_blind = report.rank(blind, entries_blind)
name_blind, why_blind = report.choose(ranking_blind)
print(f"{name_blind}. {why_blind}")
choice = blind.choice()._replace(labels=shop.labels.to_numpy()[blind.parts.choice])
truth = report.rank_with_labels(entries_blind, choice)["average precision"]
ranking_blind[["agreement", "stability"]].join(truth).round(2)

# %% [markdown]
# The z-score is chosen: what others have ahead of it in agreement is within the chance of 40 rows, so the simplest is taken. Look at the last column: here the choice was good, and neither number knew it. The isolation forest agrees more, and finds a third. IQR is perfectly stable and no better than the z-score; a score that always names the largest order number is perfectly stable and finds nothing.
#
# Without labels the odd orders teach too, and the neighbours fall from 0.86 to 0.61. Nothing else differs. To neighbours, an order is ordinary as soon as a few like it have been learned. The z-score loses less. Who has no labels should prefer detectors that a few odd rows cannot bend.
#
# So what can you claim without labels? That a list is reproducible, that several methods share it, and what stands on it. The only test is the one you make by reading the twenty strangest rows, with their reasons.
#
# ## When nobody can choose, take several together
#
# Without labels the choice is a guess. An **ensemble** does not choose: several detectors judge each row. `Ensemble` takes four that see different things: Mahalanobis, the nearest neighbours, scikit-learn's local outlier factor (is it lonelier than its neighbours are?) and the dense autoencoder. Their scores have four currencies, so each is measured in its usual spread on held-out rows; then **the two highest are averaged**.
#
# `make bench BENCH_ARGS="--results ensemble"` tried it on the 24 development tables of lesson 04, three seeds each, with a known share of odd rows among the training rows. Mean AUROC, times 100:
#
# **Before you run:** the autoencoder is the best of the four. Can three weaker ones help it?

# %%
together = datasets.load_results("ensemble")
members = ["Mahalanobis", "NearestNeighbours", "LocalOutlierFactor", "DenseAutoencoder"]
by_share = 100 * together.groupby("contamination")[[*members, "average", "maximum", "ensemble"]].mean().T
print(by_share.rename(columns="{:.0%} odd".format).round(1).to_string())
best = together[members].mean().idxmax()
gain = 100 * (together["ensemble"] - together[best]).groupby([together["contamination"], together["data"]]).mean()
print(f"ahead of {best}\n" + gain.groupby("contamination").agg(["mean", "sem", "min"]).round(1).to_string())
low = gain.groupby("contamination").mean() - 2 * gain.groupby("contamination").sem()
assert low[0.0] < 0 < low[[0.02, 0.05, 0.1]].min() and best == "DenseAutoencoder"

# %% [markdown]
# It can. With clean training rows the ensemble cannot be told from the autoencoder: a point ahead, with a standard error (`sem`) of nearly a point over the tables. The more odd rows teach, the larger the gain, nearly four points at 10 %. The average of all four is behind the autoencoder while the rows are clean, and the maximum is as good as the mean of two. And it is no free lunch: on some tables the autoencoder is ahead, by three points and more.
#
# It explains an alarm by its members: who found the row odd? One of the table's rows again, about five seconds, and its strangest row:

# %% tags=["nbval-ignore-output"]
split = datasets.development_split("clusters", seed=0, contamination=0.05)
four = Ensemble(random_state=0).fit(split.train)
scores = four.decision_function(split.test)
shipped = together.query("data == 'clusters' and contamination == 0.05 and seed == 0")["ensemble"].item()
print(f"shipped {shipped:.2f}, again {roc_auc_score(split.labels, scores):.2f}")
assert abs(roc_auc_score(split.labels, scores) - shipped) < 0.03
four.member_scores(split.test[[scores.argmax()]]).round(1)

# %% [markdown]
# 0 is an ordinary score, 1 about one spread above it. Two members or three shout, the others shrug: that is the rule's reason, on one row.
#
# ## A series, a report, a command
#
# `examine` is the sequence of all the steps above. Here it takes the other road: the hourly flow in a water pipe, **real** (lesson 06). The cell takes up to 15 seconds.

# %% tags=["nbval-ignore-output"]
water = report.read_table(SHIPPED / "water_flow.csv.gz").frame
columns_water = report.describe_columns(water, label="label", leave_out=["kind"])
study = report.examine(water, columns_water, seconds=12, progress=StageBar())
print(columns_water.why_shape, *study.notes, f"{study.chosen}. {study.why}", sep="\n")
print(study.n_flagged, "rows flagged,", study.anomalies["label"].sum(), "of them labelled")
print(study.promise.to_string(index=False))
study.anomalies[["row", "strangeness", "because"]].head(5).round(1)

# %% [markdown]
# The path found a series by its regular step, and took other candidates: persistence, the day before, windows, and an ensemble that looks at a point's value, its change, its season and the shape of the last points. There *are* labels, but four events are few. So all rows judge, each fifth of them by models that did not see it, and it says how little such labels can tell. Where they cannot tell detectors apart, it takes the ensemble.
#
# 48 of the 50 labelled hours are flagged, and more than twice as many others. The table says where: a fifth of the hours that the detector learned from, hardly any of the newest. A promise is for rows like those that set the limit.
#
# `write_report` makes three files of a study: a page that opens in any browser and needs nothing else, the anomalies as CSV, and the detector. It writes where you ask, and never over an older report:

# %%
with tempfile.TemporaryDirectory() as folder:
    written = report.write_report(study, None, folder)
    print(*sorted(path.name for path in written), sep=", ")
    try:
        report.write_report(study, None, folder)
    except FileExistsError as error:
        print(str(error).replace(folder, "…"))

# %% [markdown]
# In a terminal the same work is one command. Type it in the course's folder, with `.venv/bin/python` if no environment is active:
#
# ```
# python -m helpers.report my.csv --out report
# python -m helpers.report tomorrow.csv --detector report/detector.zip --out scored
# ```
#
# The first writes the three files, the second `anomalies.csv` of the new rows. `--help` lists the rest; the exit code tells a script what happened.

# %% tags=["headline"]
raw, past = both["raw columns"], both["with the past"]
assert raw.max() < 0.5 < 0.6 < past["Z-score"] and past["5 nearest neighbours"] > 0.8 and (past > raw).all()
assert both.loc["Z-score", "own ratio"] < both.loc["Z-score", "product's past"] < past["Z-score"]
print("the orders: a z-score that knows the past beats every simple detector of the raw columns")

# %% [markdown]
# That sentence is the one to keep.

# %% [markdown]
# ## Exercise 1 · which columns may a detector use?
#
# A gym wants to find odd memberships. Decide for each column and store a dictionary, `{"member_id": …, …}`, with one of `"number"`, `"category"`, `"date"` or `"leave out"` for each, in `decisions`.
#
# | column | first values |
# |---|---|
# | `member_id` | 20481, 20482, 20483 |
# | `postcode` | 10115, 80331, 50667 |
# | `age` | 34, 51, 29 |
# | `plan` | basic, premium, family |
# | `joined` | 2024-11-03, 2024-11-03, 2024-11-04 |
# | `visits_last_month` | 4, 0, 13 |
# | `currency` | EUR, EUR, EUR |
# | `refund_reason` | empty for 97 of 100 |
#
# <details><summary>Hint</summary>Would the mean of the column mean anything? Is there anything to compare? Who fills it in, and when?</details>

# %%
decisions = ...
### BEGIN SOLUTION
# A number is something whose mean means something; a name that is different in each row, or never, tells nothing apart.
decisions = {
    "member_id": "leave out", "postcode": "category", "age": "number", "plan": "category", "joined": "date",
    "visits_last_month": "number", "currency": "leave out", "refund_reason": "leave out",
}
### END SOLUTION

# %% tags=["check"]
check.exercise_1(decisions)

# %% [markdown] tags=["solution"]
# A postcode is a name made of digits: 80331 is not more than 10115. As a category it is of use if there are few; of thousands, leave it out. The refund reason is not only empty: it is filled in *after* somebody found the membership odd. It is the answer, as `kind` was above.

# %% [markdown]
# ## Exercise 2 · agreement by hand
#
# Write `overlap(first, second, k)`: the share of the k highest scores of `first` that are also among the k highest of `second`. Scores are arrays of the same length.
#
# <details><summary>Hint</summary>`np.argsort(-first)[:k]` gives the places of the k highest; `np.intersect1d` what two lists of places share.</details>

# %%
def overlap(first, second, k):
    answer = ...
    ### BEGIN SOLUTION
    # Places are compared, not scores: two detectors count in different units.
    answer = len(np.intersect1d(np.argsort(-first)[:k], np.argsort(-second)[:k])) / k
    ### END SOLUTION
    return answer

# %% tags=["check"]
check.exercise_2(overlap)

# %% [markdown]
# ## Exercise 3 · the simplest that will do
#
# Write `simplest(ranking)`, the heart of `choose`. The ranking has a row for each detector, simplest first, with the columns `behind best` and `behind low`, the lower end of its interval. Return the name of the first detector that cannot be told from the best. What was left out has NaN.
#
# <details><summary>Hint</summary>A distance whose interval holds 0 may be none: its lower end is at or below 0. What does a comparison with NaN give? If your file has labels, try it: `simplest(ranking)`.</details>

# %%
def simplest(ranking):
    answer = ...
    ### BEGIN SOLUTION
    # NaN <= 0 is False, so what was left out cannot be chosen.
    answer = ranking.index[ranking["behind low"] <= 0][0]
    ### END SOLUTION
    return answer

# %% tags=["check"]
check.exercise_3(simplest)

# %% [markdown]
# ## Exercise 4 · a million rows in twenty seconds
#
# The table `cost` from above has a row for each detector and number of rows, with `train_seconds` and `score_seconds`. Which detectors learned from 1,000,000 rows *and* scored as many in less than 20 seconds together? Give a set of names.
#
# <details><summary>Hint</summary>Start with `cost[cost["rows"] == 1_000_000]`. Where a detector was stopped after two minutes, seconds are missing.</details>

# %%
in_time = ...
### BEGIN SOLUTION
# Both count: the neighbours learn at once and then search for each row.
million = cost[cost["rows"] == 1_000_000]
in_time = set(million.loc[million["train_seconds"] + million["score_seconds"] < 20, "detector"])
### END SOLUTION

# %% tags=["check"]
check.exercise_4(in_time)

# %% [markdown]
# ## Exercise 5 · what you may write to the owner (open)
#
# Take a file of yours that has labels, or Shuttle, and run the lesson on it from the top, or the command in a terminal. Then fill in what the owner will read, from your own run: the `detector` that was chosen, the false alarms `promised` and `achieved`, both as shares, and whether the promise was `kept` (`True` or `False`). And the set `sentences`, the letters of those that you may write:
#
# - **a** "Of normal rows from the same source, about one in a hundred will be flagged."
# - **b** "Every flagged row is an error."
# - **c** "This recall was counted on rows that neither taught the detector nor chose it."
# - **d** "A new kind of trouble will be found as reliably."
# - **e** "No simpler candidate is level with it, as far as the choice part can tell."
#
# <details><summary>Hint</summary>The cell of the verdict prints the share of normal rows that was flagged, with an interval. No file at hand? Copy the line for Shuttle from the table at the top.</details>

# %%
my_report = {"detector": ..., "promised": ..., "achieved": ..., "kept": ..., "sentences": ...}
### BEGIN SOLUTION
# Shuttle's run. A limit promises false alarms; what an alarm means, and what was never seen, it cannot know.
my_report = {"detector": "isolation forest", "promised": 0.01, "achieved": 0.009, "kept": True,
             "sentences": {"a", "c", "e"}}
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_report)

# %% [markdown]
# ## What we learned
# - We decided for each column of an unknown file whether a detector may use it: names are no quantities, answers must not teach, and two formats of one date are a question for the owner.
# - We gave all candidates the same rows and a time budget, and each said what it cost.
# - We chose with labels the simplest that cannot be told from the best, judged it once, and without labels claimed no accuracy.
# - We explained alarms by their columns, with a trial that works for any detector.
# - We kept a detector with its columns and its limit in one file, and scored new rows with it.
#
# **In practice** the first report begins a conversation. The owner reads the twenty rows and says of twelve "that is normal for us": each such sentence is a column that was missing. Add it, examine again, and stop when the list surprises the owner. Then count the alarms of each week: when their number drifts, the source has changed.
#
# **Further reading**
# - Campos and others: *On the Evaluation of Unsupervised Outlier Detection: Measures, Datasets, and an Empirical Study*, Data Mining and Knowledge Discovery 30, 2016. How little separates good detectors, and how much the data decide.
# - Han and others: *ADBench: Anomaly Detection Benchmark*, NeurIPS 2022. Thirty detectors on 57 data sets: without labels, none of them is clearly the best.
# - Zhao, Rossi, Akoglu: *Automatic Unsupervised Outlier Model Selection*, NeurIPS 2021. Choosing without labels, as a research question.
# - Kaufman and others: *Leakage in Data Mining: Formulation, Detection, and Avoidance*, ACM Transactions on Knowledge Discovery from Data 6(4), 2012. Columns that know the answer, and how to find them.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel). This was the last lesson; the [glossary](glossary.md) keeps its words.*
