# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Catch odd orders with Z-scores and IQR
#
# {{navigation}}
#
# *Before this: you sorted orders by amount and found one kind of trouble of five. Now you learn to say how far is far.*

# %% [markdown]
# **What you'll do.** Rank a shop's orders by how unusual they are, with four classical rules, and find out which trouble each rule sees, which it cannot see, and what changes when a rule knows the customer's past.
#
# **What you'll learn**
# - compute z-scores, modified z-scores and Tukey's fences by hand, and say what each assumes;
# - recognise masking and swamping, and choose statistics that resist them;
# - measure distance in several columns at once, correlated ones included;
# - turn history into columns that look only backwards;
# - compare rules kind by kind under one alarm budget.
#
# **What you'll need.** [Lesson 00](00_start_here.ipynb), pandas, a mean and a median. 45 minutes to read, 30 for the exercises; {{measured}}.
#
# ***
# ## The question and the data
#
# The shop's colleague can look at four or five orders a day. An odd order that she does not see costs the shop its value, on average some hundred euros; one that she checks in vain costs her ten minutes
# and now and then a customer's patience. **Which orders should be on her list?**

# %%
from helpers import datasets, plots
from helpers.checks import lesson_01 as check
from helpers.detectors import IQR, Mahalanobis, ModifiedZScore, ZScore
from helpers.features import order_features

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

plots.use_style()
shop = datasets.load_orders()
orders = shop.data
orders.sample(3, random_state=1)

# %% [markdown]
# The orders are **simulated**, as in lesson 00: 20,000 in 90 days, 400 of them odd, of five kinds. Judging rules on the orders they were set on would flatter them, so
# we cut by time: rules learn from `past` and are judged on `recent`. Nobody has marked the past. Some 240 odd orders are in it, and a rule has to live with that.

# %%
past, recent = orders.iloc[:12_000], orders.iloc[12_000:]
days = recent["time"].dt.date.nunique()
print(f"{len(past)} orders to learn from; {len(recent)} to judge, in {days} days")

# %% [markdown]
# A first look at what the orders are worth.
#
# **Before you run:** half of the amounts lie below 32 euros. What shape do you expect, and where is the mean?

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3))
left.hist(past["amount"], bins=80)
left.set(yscale="log", xlabel="amount [€]", ylabel="orders (log scale)", title="Euros: one wall, a long tail")
right.hist(np.log(past["amount"]), bins=80)
right.set(xlabel="log of the amount", ylabel="orders", title="Logarithms: a hill")
plt.show()

# %% [markdown]
# *The figure: left, amounts in euros; nearly all 12,000 orders stand in the first bar and single orders trail off to 70,000 euros. Right, the same amounts as logarithms form a jagged hill around 3.4, which is 30 euros, with a longer slope to the right.*
#
# The mean of the past is 104 euros, three times the typical order: a few giants pull it up. Such a **heavy tail** is what money, file sizes and waiting times look like. On the right, equal steps
# multiply the amount by equal factors, and the hill is nearly symmetrical. The jags are popular products: many orders cost exactly as much as one of them.
#
# ## The simplest thing that could work
#
# One line: show the largest amounts. To compare it with all that follows, every rule gets the same **alarm budget**, 160 orders, four or five a day. We count which share of each kind is among them, its recall, and
# which share of the list is odd at all, its precision.

# %%
budget = 160
kinds = ["bulk order", "wrong price", "amount mismatch", "card testing", "account takeover"]

def found(scores):
    """Recall of each kind, and precision, when the orders with the highest scores are shown."""
    listed = shop.kinds[scores.nlargest(budget).index].value_counts()
    there = shop.kinds[scores.index].value_counts()
    return (listed / there).reindex(kinds).fillna(0), (budget - listed.get("normal", 0)) / budget

# %% [markdown]
# `scores` is a Series with one number for each recent order, the higher the odder. The labels appear in this function only: to judge, never to learn.

# %%
recall, precision = found(recent["amount"])
print(recall.map("{:.0%}".format).to_string())
print(f"precision {precision:.0%}")
assert recall["bulk order"] > 0.9 and recall.drop("bulk order").max() == 0

# %% [markdown]
# The line finds nearly all bulk orders and nothing else. One alarm in five is right; the other four are honest people who bought furniture. Chance would be right in one of 50. This is the row to beat.
#
# ## How far is far? The z-score
#
# A distance needs a unit. The **z-score** counts in standard deviations from the mean:
#
# $$z = \frac{x - \mu}{\sigma}$$
#
# with $\mu$ and $\sigma$ taken from the past, so that today's orders are not measured with a ruler that they bent themselves.

# %%
def z_score(x, past):
    mu, sigma = past.mean(), past.std(ddof=0)
    return (x - mu) / sigma

z = z_score(past["amount"], past["amount"])
print(f"z > 3: {(z > 3).mean():.2%} of the past orders;  z < -3: {(z < -3).mean():.2%}")

# %% [markdown]
# Why compare with 3? Because in a **normal distribution**, the bell curve, only 0.27 % of the values lie more than three standard deviations from the mean, 0.13 % on each side. Here it is 0.24 %.
# So the amounts are normal?
#
# **Before you run:** a standard deviation of 780 euros around a mean of 104. Where is the limit below which an order would be suspiciously *small*?

# %%
mu, sigma = past["amount"].mean(), past["amount"].std()
print(f"suspicious: below {mu - 3 * sigma:.0f} € or above {mu + 3 * sigma:.0f} €")
print(f"within one standard deviation: {(z.abs() < 1).mean():.1%} of the orders (normal: 68.3 %)")

# %% [markdown]
# Suspiciously small begins at minus two thousand euros. The two shares agreed by accident: the ruler is one that the giants have stretched so far that 99 % of the orders lie within one unit. **A z-score assumes a hill; check the hill before you quote
# the 0.27 %.** With logarithms we have one.

# %%
log_amount = np.log(past["amount"])
z_log = z_score(log_amount, log_amount)
fig, ax = plt.subplots()
ax.hist(z_log, bins=90, density=True, color=plots.NORMAL, alpha=0.6)
grid = np.linspace(-4, 6, 300)
ax.plot(grid, stats.norm.pdf(grid), color="black")
ax.text(-3.9, 0.2, "normal distribution\n(black line)")
plots.label_line(ax, 3, "z = 3")
ax.set(xlabel="z-score of the log amount", ylabel="density", title="Closer, not equal: the right tail is too long, the left one ends")
plt.show()
print(f"z > 3: {(z_log > 3).mean():.2%};  z < -3: {(z_log < -3).mean():.2%}  (normal: 0.13 % each)")

# %% [markdown]
# *The figure: histogram of the z-scores of the log amounts with the bell curve drawn over it. Bars and curve roughly agree, but the bars are jagged, lean to the left of zero, stop at minus 2.2 and trail off to plus 6 beyond the dashed line at 3.*
#
# Better: the ruler fits the orders. Still the right tail holds three times what the bell curve promises, and on the left nobody spends less than two euros. So read a z-score as a *rank with a unit*, not as a probability. How good is the rank?

# %%
scores = z_score(np.log(recent["amount"]), log_amount).abs()
recall, precision = found(scores)
print(f"bulk orders {recall['bulk order']:.0%}, precision {precision:.0%}")
assert set(scores.nlargest(budget).index) == set(recent["amount"].nlargest(budget).index)

# %% [markdown]
# The same list as before, order by order; the `assert` would stop the lesson if it were not. Logarithm, shift and scale keep the sequence of the amounts, and the smallest amounts are not far enough out to matter. One column of amounts holds no more news. Before we add columns, the ruler itself has a weakness.
#
# ## Masking: the odd one hides itself
#
# Judge a customer by her own orders: a good idea, with few data. Here is one with ten.

# %%
customer = orders.loc[orders["customer_id"] == 11824, "amount"]
print(sorted(customer))
print(f"largest z-score: {z_score(customer, customer).max():.2f}")
assert z_score(customer, customer).max() <= np.sqrt(len(customer) - 1)

# %% [markdown]
# Nine orders between 11 and 87 euros, one of 4,218, and its z-score is 3.00, not a hair more. A million euros would not be either: the larger the outlier, the larger the mean and the standard deviation it is measured with. Among $n$ values no z-score
# can exceed $\sqrt{n-1}$ (Shiffler 1988), which is 3 for ten. This is **masking**: an odd value spoils the ruler and hides behind it.
#
# The cure is a ruler that a single value cannot bend. The **median** $\tilde{x}$ is the middle value, and the **median absolute deviation** (MAD) is the middle distance from it. Iglewicz and Hoaglin's **modified z-score** uses both:
#
# $$M = 0.6745 \, \frac{x - \tilde{x}}{\mathrm{MAD}}, \qquad \mathrm{MAD} = \mathrm{median}\,|x_i - \tilde{x}|$$
#
# The constant makes it agree with $z$ on normal data, where the MAD is $0.6745\,\sigma$. Its authors suggest a look at everything above 3.5.

# %%
def modified_z_score(x, past):
    median = past.median()
    mad = (past - median).abs().median()
    return 0.6745 * (x - median) / mad

m = modified_z_score(customer, customer)
print("modified z-scores:", m.sort_values().round(1).tolist())

# %% [markdown]
# From 3 to 460. The other nine lie between -1.5 and 6.8; the 6.8 is her second largest order, 87 euros among others near 20. With few data the rule is jumpy, but it is not blind.
#
# How many odd values can a statistic bear? The share from which on they can drag it anywhere is its **breakdown point**: 0 % for mean and standard deviation (one value suffices), 50 % for median and MAD, the most there can be.
#
# ## Swamping: the odd make the others look odd
#
# And when the odd ones are the majority? Remember the thief who tested cards on the eighth of April, from 13:03 to 13:08. Suppose that a monitor compares the orders of each half hour with each other.

# %%
in_half_hour = orders["time"].between("2025-04-08 13:00", "2025-04-08 13:30")
half_hour = orders[in_half_hour]
log_half_hour = np.log(half_hour["amount"])
view = half_hour[["amount"]].assign(
    kind=shop.kinds[half_hour.index],
    among_themselves=modified_z_score(log_half_hour, log_half_hour).abs().round(1),
    against_the_past=modified_z_score(log_half_hour, log_amount).abs().round(1))
print(view.sort_values("amount").to_string(index=False))
honest, thief = view[view["kind"] == "normal"], view[view["kind"] == "card testing"]
assert (honest["among_themselves"] > 3.5).sum() == 4 and (thief["among_themselves"] > 3.5).sum() == 0

# %% [markdown]
# Fourteen of the 20 orders are the thief's, so the middle is a card test. Measured among themselves, four honest orders lie beyond 3.5 and not one of the thief's: **swamping**. No statistic can know that the majority is wrong. The last column measures with the ruler of the past, and no honest
# order stands out. The thief's do not either: small amounts are ordinary. The lesson: take the ruler from a period that is long, or known to be clean. Whether a burst shows then is a matter of columns, not of rulers.
#
# ## Tukey's fences
#
# John Tukey asked for a rule that one can draw by hand. Let $Q_1$ and $Q_3$ be the **quartiles**, below which lie 25 % and 75 % of the values, and $\mathrm{IQR} = Q_3 - Q_1$ the **interquartile range**, the width of the middle half. Odd is what lies beyond the **fences**
#
# $$Q_1 - k \cdot \mathrm{IQR} \quad\text{or}\quad Q_3 + k \cdot \mathrm{IQR}, \qquad k = 1.5$$
#
# Where does 1.5 come from? From what it means for a bell curve.

# %%
def fences(past, k=1.5):
    q1, q3 = past.quantile(0.25), past.quantile(0.75)
    return q1 - k * (q3 - q1), q3 + k * (q3 - q1)

for k in [1.0, 1.5, 2.0, 3.0]:
    fence = stats.norm.ppf(0.75) * (1 + 2 * k)
    print(f"k = {k}: fences at ±{fence:.2f} standard deviations, {2 * stats.norm.sf(fence):.4%} outside")

# %% [markdown]
# With 1.5, seven in a thousand normal values lie outside. With 1, four in a hundred: too many to look at. With 2, too few in the samples of a hundred that Tukey drew by hand. Asked why 1.5, he is said to have answered that 1 is too small and 2 is too large. It is a convention, and like the 3 it counts on a hill.

# %%
fig, (above, below) = plt.subplots(2, 1, figsize=(7, 3.2))
above.boxplot(past["amount"], orientation="horizontal", widths=0.6, flierprops={"markersize": 3})
above.set(yticks=[], xlabel="amount [€]", xlim=(0, 600), title="Euros: every eighth order is outside")
below.boxplot(log_amount, orientation="horizontal", widths=0.6, flierprops={"markersize": 3})
below.set(yticks=[], xlabel="log of the amount", title="Logarithms: every hundredth")
plt.show()
low, high = fences(past["amount"])
low_log, high_log = fences(log_amount)
print(f"outside: {(past['amount'] > high).mean():.1%} in euros, {(log_amount > high_log).mean():.1%} in logarithms")

# %% [markdown]
# *The figure: two box plots. Above, in euros, the box reaches from 15 to 77, the whisker to 170, and an unbroken row of circles covers everything from there to the right edge. Below, in logarithms, the box lies in the middle between two long whiskers, with some circles at the right end only.*
#
# In a **box plot** the box is the middle half, the whiskers end at the last value inside the fences, circles are outside. The same rule on the same orders calls 12.8 % or 1.2 % odd. A fence is no measure of oddness before the scale is right.
#
# ## Several columns
#
# An order has more than an amount. The plainest extension: score each column, keep the largest, $\max_j |z_j|$. It has a price. Every column is another chance for a false alarm.

# %%
for columns in [1, 3, 14, 100]:
    share = 1 - 0.9973 ** columns
    print(f"{columns:3} independent normal columns: {share:5.1%} of ordinary rows have some |z| > 3")

# %% [markdown]
# With 100 columns every fourth ordinary row has one value beyond 3. So a limit for one column is no limit for many; lesson 02 sets limits by counting alarms instead.
#
# The other weakness is that the largest $|z|$ looks at one column at a time. In these data three columns belong together: pieces, price, amount.

# %%
def logs(frame):
    return np.log(frame[["quantity", "unit_price", "amount"]])

fig, ax = plt.subplots(figsize=(6, 4))
expected = recent["quantity"] * recent["unit_price"]
plots.dots_and_crosses(ax, expected, recent["amount"], shop.kinds[recent.index] == "amount mismatch",
                       labels=("all other orders", "amount mismatch"))
ax.set(xscale="log", yscale="log", xlabel="pieces × price [€] (log scale)", ylabel="amount [€] (log scale)",
       title="Ordinary in every column, far from the line")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# *The figure: dots form a narrow band along the diagonal from 3 to 10,000 euros, slightly thickened downwards by coupons; about thirty crosses lie a clear step above or below the band, in the middle of both axes' ranges.*
#
# Each cross is ordinary to the left-right eye and to the up-down eye. What is odd is the combination. The **Mahalanobis distance** measures along the cloud's own axes: a step across the band counts for more than a step along it.
#
# $$d(x) = \sqrt{(x - \mu)^\top \, \Sigma^{-1} \, (x - \mu)}$$
#
# $\Sigma$ is the **covariance matrix**: how much each column varies, and how much each pair varies together. With one column, $d$ is $|z|$.

# %%
def mahalanobis(X, past):
    mu, Sigma = past.mean(), np.cov(past, rowvar=False)
    centred = (X - mu).to_numpy()
    return np.sqrt(np.einsum("ij,jk,ik->i", centred, np.linalg.inv(Sigma), centred))

d = pd.Series(mahalanobis(logs(recent), logs(past)), index=recent.index)
largest_z = z_score(logs(recent), logs(past)).abs().max(axis=1)
distances = pd.DataFrame({"largest |z|": largest_z, "Mahalanobis": d})
medians = distances.groupby(shop.kinds[recent.index]).median().loc[["normal", "amount mismatch"]]
print(medians.round(1).to_string())
assert medians.loc["amount mismatch", "Mahalanobis"] > 5 * medians.loc["normal", "Mahalanobis"]

# %% [markdown]
# Typical mismatches have ordinary z-scores, and by Mahalanobis they stand six times as far out as a typical normal order. In `einsum`, `ij,jk,ik->i` multiplies vector, matrix and vector for each row $i$, which is the formula.
#
# ## Which rule sees which trouble?
#
# From here on we import the rules from `helpers.detectors`. They are what you have written, with errors that speak and one interface: `fit` on the past, `decision_function` for scores. A test holds them to your versions.

# %%
def recall_table(past_columns, recent_columns, detectors):
    rows = {}
    for name, detector in detectors.items():
        scores = detector.fit(past_columns).decision_function(recent_columns)
        recall, precision = found(pd.Series(scores, index=recent_columns.index))
        rows[name] = recall
        rows[name]["precision"] = precision
    return pd.DataFrame(rows).T

detectors = {"z-score": ZScore(), "modified z": ModifiedZScore(), "IQR": IQR(), "Mahalanobis": Mahalanobis()}
raw = recall_table(logs(past), logs(recent), detectors)
print(raw.map("{:.0%}".format).to_string())

# %% [markdown]
# Three columns, three rules that look at one column at a time, one result: bulk orders. Mahalanobis adds the mismatches, all of them. Wrong prices, card tests and takeovers stay at zero, and no better formula will change that: **nothing in the row is odd.** A price of 50 euros is ordinary until you know that it is the price
# of a cream.
#
# ## What history changes
#
# So we tell the row what came before. `order_features` computes 14 columns for each order from the orders *before* it: the price against this product's earlier prices, the amount against this customer's earlier amounts, how surprising the country is for this customer, how many orders she placed
# in the last ten minutes. Ids are used to look up history, never as numbers. An order's columns do not change when later orders arrive: a test makes sure.

# %%
features = order_features(orders)
takeover = shop.kinds[shop.kinds == "account takeover"].index[-1]
typical = features[shop.labels == 0].median()
pd.DataFrame({"one takeover": features.loc[takeover], "typical normal order": typical}).round(2)

# %% [markdown]
# On the left one account takeover. Its hour is far from this customer's usual one, and country and category are ones she never ordered from (a surprise of 0 means "as always"). On the right the typical normal order.
#
# **Before you run:** which kinds will the rules find now? Will they still find the bulk orders?

# %% tags=["headline"]
features_past, features_recent = features.loc[past.index], features.loc[recent.index]
history = recall_table(features_past, features_recent, detectors)
print(history.map("{:.0%}".format).to_string())
before, after = raw.loc["z-score", "precision"], history.loc["z-score", "precision"]
print(f"160 alarms by z-score: {before:.0%} right on raw columns, {after:.0%} with history")
assert after > 2 * before and (history["bulk order"] < 0.2).all()

# %% [markdown]
# Precision rises from 21 % to about one half. Same rules, same budget, other columns: **features do more than formulas.** Wrong prices, card tests and takeovers appear. And yet look at the first column: the bulk orders, which every rule found before, are gone. Why?
#
# ## How it fails
#
# Which columns raise the false alarms? The detectors can say how far each column is out, with `column_scores`.

# %%
detector = ZScore().fit(features_past)
scores = pd.Series(detector.decision_function(features_recent), index=recent.index)
listed = scores.nlargest(budget).index
reason = detector.column_scores(features_recent.loc[listed]).idxmax(axis=1)
print(reason[shop.labels[listed] == 0].value_counts().to_string())
bulk = scores[shop.kinds[recent.index] == "bulk order"]
print(f"on the list from {scores[listed].min():.1f}; bulk orders have a median of {bulk.median():.1f}")
assert set(reason[shop.labels[listed] == 0]) == {"country_surprise"}

# %% [markdown]
# Every single false alarm comes from one column: the surprise about the country. These are travellers. Most customers always order from one country, so the column is zero nearly everywhere, its standard deviation is tiny, and an order from a holiday is "ten standard deviations" out. A bulk order
# is only seven, in a column that varies more. **Standard deviations of different columns are not the same currency.** The column with the heaviest tail speaks loudest.
#
# Mahalanobis inherits the trouble, since it squares and adds such units. Account takeovers need three mild surprises at once (hour, country, category), which the largest $|z|$ cannot add up. And an amount halved or doubled is hard to tell from the spread that coupons leave: 47 % found, and all of them on raw columns, where the band was narrow.
#
# What does a practitioner do?
# - **Put the columns into one currency**: replace each value by how rare it was in the past (its tail probability), or cap it.
# - **Give each kind its own rule and its own share of the budget.** A rule for amounts, one for prices, one for bursts: easy to explain, easy to maintain.
# - **Learn how columns go together**, curved and conditional: what is the usual country *for a traveller*? That is the question lesson 03 takes to an autoencoder.
#
# ## Where the simple rule nearly wins: real data
#
# Do not conclude that z-scores are for beginners. **Shuttle** is **real**: 49,097 readings of nine sensors in a space shuttle's radiator system, labelled by people; 7.2 % are something else than normal operation. Fit on normal rows, judge the last 30 %.

# %%
shuttle = datasets.load_shuttle()
parts = datasets.four_splits(shuttle.labels)
X_train, X_test = shuttle.data.iloc[parts.train], shuttle.data.iloc[parts.test]
y_test = shuttle.labels.iloc[parts.test]
auroc = {name: roc_auc_score(y_test, rule.fit(X_train).decision_function(X_test))
         for name, rule in detectors.items()}
print(pd.Series(auroc).map("{:.3f}".format).to_string())
assert min(auroc.values()) > 0.98

# %% [markdown]
# The **AUROC** is the probability that a random anomaly gets a higher score than a random normal row: 0.5 is chance, 1 is perfect; lesson 02 takes it apart. All four rules reach 0.99. What remains for a neural network is the last hundredth.

# %%
fig, ax = plt.subplots()
plots.score_histogram(ax, X_test["sensor_1"], y_test)
ax.set(xlabel="sensor 1 (unit not published)", ylabel="readings (log scale)",
       title="One sensor of nine separates most of the anomalies")
plt.show()

# %% [markdown]
# *The figure: histogram of one sensor's readings, counts on a log scale. Normal readings fill the range from about 35 to 68; nearly all odd ones stand to the right of it, in groups from 70 to 125, and a few dozen hide among the normal ones.*
#
# One sensor nearly does it alone. Many published comparisons use data like these, where every method scores above 0.99 and a table of decimals crowns a winner. The honest report: *use the z-score, it is one line, and everybody on call can explain it.*
#
# ## The scoreboard, first rows
#
# What we know so far about the orders, in one picture.

# %%
board = pd.concat({"raw columns": raw, "with history": history})
board.index = [f"{rule}, {columns}" for columns, rule in board.index]
fig, ax = plt.subplots(figsize=(7.5, 3.8))
plots.kinds_table(ax, board)
ax.set_title("Percent found of each kind, and precision, with 160 alarms")
plt.show()

# %% [markdown]
# *The figure: a table of shaded cells, eight rules by five kinds and precision. On raw columns three rules have 100 for bulk and nearly nothing else, Mahalanobis also about 97 for mismatch. With history all four rules have 47 for mismatch and 55 to 88 for price, card test and takeover, but under 10 for bulk; precision rises from 21 to a little over 50.*
#
# No row is best everywhere, and none is safe to call "the" detector. Lesson 02 builds the table that we keep to the end of the course, with thresholds, intervals and the plain baselines.

# %% [markdown]
# ## Exercise 1 · a fence in euros
#
# Compute the upper Tukey fence ($k = 1.5$) of the *logarithms* of the past amounts and translate it back into euros. Store it in `fence`.
#
# <details><summary>Hint</summary><code>fences(log_amount)</code> gives both fences in logarithms; the inverse of the natural logarithm is <code>np.exp</code>.</details>

# %%
fence = ...
### BEGIN SOLUTION
# Quantiles survive a change of scale, so the fence can be set where the data form a hill and read where people think.
fence = np.exp(fences(log_amount)[1])
### END SOLUTION

# %% tags=["check"]
check.exercise_1(fence)

# %% [markdown]
# ## Exercise 2 · how many before a z-score can speak?
#
# Among $n$ values no z-score exceeds $\sqrt{n - 1}$. What is the smallest $n$ for which a z-score can be *greater* than 3 at all? Store it in `n`. Then think of every dashboard that flags $|z| > 3$ over the last week.
#
# <details><summary>Hint</summary>Solve the inequality, or try a list of zeros with a single one in it, for growing n.</details>

# %%
n = ...
### BEGIN SOLUTION
# sqrt(n - 1) > 3 means n > 10: with seven daily values the alarm cannot ring, whatever happens.
n = 11
### END SOLUTION

# %% tags=["check"]
check.exercise_2(n)

# %% [markdown]
# ## Exercise 3 · the price that is wrong for its product
#
# Find wrong prices in one line, as *discovery in a batch*: for all 20,000 orders, compute how far the log of the unit price lies from the median log price of its own product (absolute value). Store the Series in `price_gap`. How many of its 80 largest values are wrong prices? Try the mean instead of the median, too.
#
# <details><summary>Hint</summary><code>.groupby(orders["product_id"]).transform("median")</code> returns the median of its group for every row.</details>

# %%
price_gap = ...
### BEGIN SOLUTION
# The product is the context. The median is not bent by the wrong prices themselves, the mean is: with several wrong prices
# among few orders it moves towards them, and ordinary prices begin to look odd.
log_price = np.log(orders["unit_price"])
price_gap = (log_price - log_price.groupby(orders["product_id"]).transform("median")).abs()
### END SOLUTION

# %% tags=["check"]
check.exercise_3(price_gap)

# %% [markdown]
# ## Exercise 4 · Spot the bug
#
# A tutorial's detector, written anew. It runs and returns alarms.
#
# ```python
# def alarms(past, recent):
#     columns = ["customer_id", "quantity", "unit_price", "amount"]
#     z = (recent[columns] - recent[columns].mean()) / recent[columns].std()
#     score = z.max(axis=1)
#     return score > np.percentile(score, 95)
# ```
#
# It has at least four faults. Write `alarms` so that it returns a boolean Series: True where some $|z| > 3$ in the **logs** of quantity, unit price or amount, with mean and standard deviation from the past. The check tells you which fault is left, and what it does to these data.
#
# <details><summary>Hint</summary>You have both parts already: <code>logs</code> and <code>z_score</code>. Ask of each line: would this alarm change if *other* recent orders were missing?</details>

# %%
def alarms(past, recent):
    flags = ...
    ### BEGIN SOLUTION
    # No ids; the ruler comes from the past; both directions count; the limit does not depend on who else ordered today.
    flags = (z_score(logs(recent), logs(past)).abs() > 3).any(axis=1)
    ### END SOLUTION
    return flags

# %% tags=["check"]
check.exercise_4(alarms)

# %% [markdown]
# ## Exercise 5 · a better list (open)
#
# Combine the 14 columns in a better way than their largest $|z|$: add instead of maximise, cap the loud columns, use ranks. Learn only from `features_past`. Store your scores for the recent orders, a Series with the index of `features_recent`, in `my_scores`. The check counts what your 160 alarms find; the largest $|z|$ finds 84.
#
# <details><summary>Hint</summary>Takeovers are mildly odd in three columns at once. What does a sum see that a maximum does not?</details>

# %%
my_scores = ...
### BEGIN SOLUTION
# A sum adds mild surprises up, so takeovers rise; the one loud column of the travellers no longer decides alone.
my_scores = z_score(features_recent, features_past).abs().sum(axis=1)
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_scores)

# %% [markdown]
# ***
# ## Going further (optional)
#
# The Mahalanobis distance uses mean and covariance, so it can be masked like a z-score. The **minimum covariance determinant** looks for the half of the rows with the tightest cloud and measures from there: the median's idea in several columns. scikit-learn has it, and
# so has our detector. How much does it matter here, with 2 % odd orders in the past, on the two columns that vary most?

# %%
pair = ["log_unit_price", "log_amount_vs_customer"]
bulk_orders = features_recent.loc[shop.kinds[recent.index] == "bulk order", pair]
for covariance in ["empirical", "robust"]:
    rule = Mahalanobis(covariance=covariance).fit(features_past[pair])
    distance = np.median(rule.decision_function(bulk_orders))
    print(f"{covariance:10} median distance of a bulk order: {distance:.1f}")

# %% [markdown]
# The robust ruler is shorter, so the same orders lie half as far out again. A longer distance is not yet a better list: what counts is how the normal orders' distances grow. Lesson 02 measures what 1, 5 and 10 % of odd rows in the training data do to each rule.
#
# ***
# ## What we learned
# - We computed z-scores, modified z-scores and fences by hand, and saw that each counts on a hill: first the scale, then the rule.
# - We saw masking (a z-score that cannot exceed the square root of n - 1) and swamping (fourteen thieves who make six customers look odd), and used median, MAD and a long past against them.
# - We measured in several columns, and with Mahalanobis along the cloud.
# - We turned history into columns: the same rules on better columns doubled the precision.
# - We compared rules kind by kind with 160 alarms each, and saw one loud column crowd out what a plainer table had found.
#
# **In practice** rules like these run in production for decades because everybody understands them. They need care: recompute the ruler from a long, recent past; leave out days you know to be odd; write down for every column why it is there; and watch the share of alarms by column, since a column that
# raises most of them is a column to mend.
#
# **Further reading**
# - Iglewicz, Hoaglin: *How to Detect and Handle Outliers*, ASQC 1993. The modified z-score and its 3.5, in 80 readable pages.
# - Tukey: *Exploratory Data Analysis*, Addison-Wesley 1977. Fences, box plots and the habit of looking first.
# - Shiffler: *Maximum Z scores and outliers*, The American Statistician 42(1), 1988. The bound behind exercise 2, in two pages.
# - Rousseeuw, Hubert: *Anomaly detection by robust statistics*, WIREs Data Mining and Knowledge Discovery 8, 2018. A short tour of median, MAD and the minimum covariance determinant.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open [lesson 02](02_choose_a_threshold.ipynb).*
