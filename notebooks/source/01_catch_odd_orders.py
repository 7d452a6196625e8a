# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 20, megabytes: 700}
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
# **What you'll need.** [Lesson 00](00_start_here.ipynb), pandas, a mean and a median. {{minutes}} minutes to read, 30 for the exercises; {{measured}}.
#
# ***
# ## The question and the data
#
# The shop's colleague can look at five orders a day. An odd order that she does not see costs the shop its value, typically 50 euros and for a bulk order thousands; one that she checks in vain costs her ten minutes
# and now and then a customer's patience. **Which orders should be on her list?**

# %%
from helpers import datasets, plots
from helpers.checks import lesson_01 as check
from helpers.datasets import ORDER_FEATURES, order_features
from helpers.detectors import IQR, Mahalanobis, ModifiedZScore, ZScore

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

plots.use_style()
shop = datasets.load_orders()
orders = shop.data
orders.sample(4, random_state=1).T

# %% [markdown]
# Four orders, one a column. They are **simulated**, as in lesson 00: 20,000 in 90 days, 400 of them odd, of five kinds. Judging rules on the orders they were set on would flatter them, so
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
print(f"mean {past['amount'].mean():.0f} €, median {past['amount'].median():.0f} €")

# %% [markdown]
# *The figure: left, amounts in euros; nearly all 12,000 orders stand in the first bar and single orders trail off to 70,000 euros. Right, the same amounts as logarithms form a jagged hill around 3.4, which is 30 euros, with a longer slope to the right.*
#
# The mean is three times the typical order: a few giants pull it up. Such a **heavy tail** is what money, file sizes and waiting times look like. On the right, equal steps
# multiply the amount by equal factors, and the hill is far more symmetrical. The jags are popular products: many orders cost exactly as much as one of them.
#
# ## The simplest thing that could work
#
# One line: show the largest amounts. To compare it with all that follows, every rule gets the same **alarm budget**, 160 orders for the 32 days: five a day on average. (Taking the 160 highest at the end uses all 32 days at once; a limit for the moment itself is the subject of lesson 02.) We count which share of each kind is among them, its recall, and
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
# The line finds nearly all bulk orders and nothing else. One alarm in five is right; most of the others are honest people who bought electronics. Chance would be right in one of 50. This is the row to beat.
#
# ## How far is far? The z-score
#
# A distance needs a unit. The **z-score** counts in standard deviations from the mean:
#
# $$z = \frac{x - \mu}{\sigma}$$
#
# with $\mu$ and $\sigma$ taken from the past, so that today's orders are not measured with a ruler that they bent themselves. (`ddof=0` divides by $n$; pandas would divide by $n - 1$.)

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
mu, sigma = past["amount"].mean(), past["amount"].std(ddof=0)
print(f"suspicious: below {mu - 3 * sigma:.0f} € or above {mu + 3 * sigma:.0f} €")
print(f"within one standard deviation: {(z.abs() < 1).mean():.1%} of the orders (normal: 68.3 %)")

# %% [markdown]
# Suspiciously small begins at minus two thousand euros. That the shares agreed is an accident: the giants stretch the ruler until 99 % of the orders lie within one unit. **A z-score assumes a hill; check the hill before you quote
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
ax.set(xlabel="z-score of the log amount", ylabel="density", title="Closer to a bell curve, not equal to it")
plt.show()
print(f"z > 3: {(z_log > 3).mean():.2%};  z < -3: {(z_log < -3).mean():.2%}  (normal: 0.13 % each)")

# %% [markdown]
# *The figure: histogram of the z-scores of the log amounts with the bell curve drawn over it. Bars and curve roughly agree, but the bars are jagged, lean to the left of zero and stop at minus 2.2; the few orders beyond the dashed line at 3 are too few to see.*
#
# Better: the ruler fits the orders. Still the right tail holds three times what the bell curve promises, and on the left nobody spends less than two euros. So read a z-score as a *rank with a unit*, not as a probability. How good is the rank?

# %%
scores = z_score(np.log(recent["amount"]), log_amount).abs()
recall, precision = found(scores)
print(f"bulk orders {recall['bulk order']:.0%}, precision {precision:.0%}")
assert set(scores.nlargest(budget).index) == set(recent["amount"].nlargest(budget).index)

# %% [markdown]
# The same list as before, order by order; the `assert` would stop the lesson if it were not. Logarithm, shift and scale keep the sequence of the amounts, and the smallest amounts are not far enough out to matter. Rescaling one column gives no better list. Before we add columns, the ruler itself has a weakness.
#
# ## Masking: the odd one hides itself
#
# Suppose that we judge a customer by her own orders. There are few of them; here are one customer's ten.

# %%
customer = orders.loc[orders["customer_id"] == 11824, "amount"]
print(sorted(customer))
print(f"largest z-score: {z_score(customer, customer).max():.2f}")
assert z_score(customer, customer).max() <= np.sqrt(len(customer) - 1)

# %% [markdown]
# Nine orders between 11 and 87 euros, one of 4,218, and its z-score is 3.00. A million euros would also score 3.00: the larger the outlier, the larger the mean and the standard deviation it is measured with. Among $n$ values no z-score
# can exceed $\sqrt{n-1}$, which is 3 for ten; with pandas' $n-1$ in the standard deviation the bound is $(n-1)/\sqrt{n}$ (Shiffler 1988), 2.85. This is **masking**: an odd value spoils the ruler and hides behind it.
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
# From 3 to 460. The other nine lie between -1.5 and 6.8; the 6.8 is her second largest order, 87 euros among others near 20. With ten values the rule flags an honest order, too, but it is not blind.
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
# With 1.5, seven in a thousand normal values lie outside. With 1, four in a hundred: too many to look at. With 2, not one in a thousand: a sample of a hundred would hardly ever show one. It is a convention, and like the 3 it counts on a hill.

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
# *The figure: two box plots. Above, in euros, the box reaches from 15 to 77, the whisker to 170, and a dense row of circles runs on to the right edge, where the axis is cut. Below, in logarithms, the box lies between two long whiskers, with circles at the right end only.*
#
# In a **box plot** the box is the middle half, the whiskers end at the last value inside the fences, circles are outside. The same rule on the same orders calls 12.8 % or 1.2 % odd. Choose the scale before the fence.
#
# ## Several columns
#
# An order has more than an amount. The plainest extension: score each column, keep the largest, $\max_j |z_j|$. That comes at a cost: every column is another chance for a false alarm.

# %%
for columns in [1, 3, 14, 100]:
    share = 1 - 0.9973 ** columns
    print(f"{columns:3} independent normal columns: {share:5.1%} of ordinary rows have some |z| > 3")

# %% [markdown]
# With 100 columns every fourth ordinary row has at least one value beyond 3. So a limit for one column is no limit for many; lesson 02 sets limits by counting alarms instead.
#
# The other weakness is that the largest $|z|$ looks at one column at a time. In these data three columns belong together: the amount is pieces times price, less a coupon of 5 to 20 % on every tenth order.

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
# *The figure: dots form a narrow band along the diagonal from 2 to 56,000 euros, slightly thickened downwards by coupons; about thirty crosses lie a step above or below the band, between 8 and 900 euros.*
#
# Each cross lies in the usual range of both axes. What is odd is the combination. The **Mahalanobis distance** measures along the cloud's own axes: a step across the band counts for more than a step along it.
#
# $$d(x) = \sqrt{(x - \mu)^\top \, \Sigma^{-1} \, (x - \mu)}$$
#
# $\Sigma$ is the **covariance matrix**: how much each column varies, and how much each pair varies together. With one column, $d$ is $|z|$.

# %%
def mahalanobis(X, past):
    mu, Sigma = past.mean(), np.atleast_2d(np.cov(past, rowvar=False, ddof=0))
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
# From here on we import the rules from `helpers.detectors`: the ones above behind one interface, `fit` on the past, `decision_function` for scores (the first three rules take the largest over the columns). Three things are added.
#
# - `IQR` needs a score to rank by: how many interquartile ranges a value lies beyond the nearer quartile. 1.5 is the fence.
# - Where over half of a column is a single value (most orders are for one piece), MAD and IQR are 0 and nothing can be divided by them. Then the mean distance from the median steps in, scaled to match. So the two rows look alike below.
# - `Mahalanobis` shrinks $\Sigma$ a little towards uncorrelated columns, which keeps it invertible. `covariance="empirical"` is your formula.

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
# Three columns, three rules that look at one column at a time, one result: bulk orders. Mahalanobis adds all mismatches but one. Wrong prices, card tests and takeovers stay at zero, and no other distance will help: **their numbers lie inside the cloud.** A price of 50 euros is ordinary until you know that it is the price
# of a cream.
#
# ## What history changes
#
# So we tell the row what came before. `order_features` computes 14 columns from each order and the orders before it. A **feature** is such a column, made to be looked at by a method. Ids are used to look up history, never as numbers. An order's columns do not change when later orders arrive: a test makes sure.

# %%
features = order_features(orders)
takeover = shop.kinds[shop.kinds == "account takeover"].index[-1]
typical = features[shop.labels == 0].median()
with pd.option_context("display.max_colwidth", None):
    display(pd.DataFrame({"one takeover": features.loc[takeover].round(2), "normal orders": typical.round(2),
                          "meaning": ORDER_FEATURES}))

# %% [markdown]
# First one account takeover, then the median over the normal orders. The takeover's hour is far from this customer's usual one, and country and category are ones she never ordered from (a surprise of 0 means "as always").
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
# Precision rises from 21 % to about one half (for Mahalanobis, from 39 %). Same rules, same budget, other columns: **features do more than formulas.** Wrong prices, card tests and takeovers appear. And yet look at the first column: the bulk orders, which every rule found before, are nearly gone. Why?
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
# Mahalanobis inherits the trouble, since it squares and adds such units. Account takeovers differ from a holiday only in that hour and category are odd as well, and the largest $|z|$ cannot add that up. And a doubled amount is only six standard deviations out, because the mismatches in the past have stretched that column's ruler: masking again.
#
# What does a practitioner do? First, mend the loud column. Here we cap its z-score at 5.

# %%
columns_z = z_score(features_recent, features_past).abs()
columns_z["country_surprise"] = columns_z["country_surprise"].clip(upper=5)
recall, precision = found(columns_z.max(axis=1))
print(recall.map("{:.0%}".format).to_string())
print(f"precision {precision:.0%}")
assert precision > 0.8 and recall["bulk order"] == 1 and recall["account takeover"] < 0.2

# %% [markdown]
# One cap, and 83 % of the alarms are right; the bulk orders are back. The price: most takeovers, which live on that column. (And a caution: we found the cap by looking at the very orders it is judged on. Lesson 02 shows how to avoid that.) Two more remedies:
#
# - **Give each kind its own rule and its own share of the budget.** A rule for amounts, one for prices, one for bursts: easy to explain, easy to maintain.
# - **Learn how columns go together**, curved and conditional: which hour and category go with a holiday, and which with a stolen password? That is the question that lesson 04 takes to an autoencoder.
#
# ## Where the simple rule nearly wins: real data
#
# **Shuttle** is **real**: 49,097 rows of nine columns recorded on a space shuttle ([data card](../data/README.md)). The largest operating class counts as normal, five rare ones as odd (7.2 %). `four_splits` cuts the rows in order; its training part holds normal rows only, the novelty setting of lesson 00, and its test part is the last 30 %.

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
# The **AUROC** is the probability that a random anomaly gets a higher score than a random normal row: 0.5 is chance, 1 is perfect; lesson 02 takes it apart. All four rules reach about 0.99. What remains for a neural network is the last hundredth.

# %%
fig, ax = plt.subplots()
plots.score_histogram(ax, X_test["sensor_1"], y_test)
ax.set(xlabel="first column (unit not published)", ylabel="rows (log scale)",
       title="One column of nine separates most of the rare classes")
plt.show()

# %% [markdown]
# *The figure: histogram of one column's values, counts on a log scale. Normal rows fill the range from about 35 to 68, with a single one at 27; nearly all odd ones stand to the right of it, in groups from 70 to 125, and a few dozen hide among the normal ones.*
#
# One column nearly does it alone. Many published comparisons use data like these, where nearly every method scores about 0.99 and a table of decimals crowns a winner. The honest report: *use the z-score, it is one line, and everybody on call can explain it.*
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
# *The figure: a table of shaded cells, eight rules by five kinds and precision. On raw columns three rules have 100 for bulk and nearly nothing else, Mahalanobis also 97 for mismatch. With history all four rules have 47 for mismatch and 55 to 88 for price, card test and takeover, but under 10 for bulk; precision rises from 21 (Mahalanobis 39) to a little over 50.*
#
# No row is best everywhere, and none is safe to call "the" detector. Lesson 02 builds the table that we keep to the end of the course, with thresholds, [intervals](glossary.md#interval) and the plain baselines.

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
# Find wrong prices in two lines, as *discovery in a batch*: for all 20,000 orders, compute how far the log of the unit price lies from the median log price of its own product (absolute value). Store the Series in `price_gap`. How many of its 80 largest values are wrong prices? Then divide by each product's standard deviation, as a z-score would: how many are left, and why?
#
# <details><summary>Hint</summary><code>.groupby(orders["product_id"]).transform("median")</code> returns the median of its group for every row.</details>

# %%
price_gap = ...
### BEGIN SOLUTION
# The product is the context. All 80 are wrong prices. Divided by the product's standard deviation it is 60: where
# a product has few orders, the wrong price stretches its own ruler. Masking, once more.
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
# It has five faults. Write `alarms` so that it returns a boolean Series: True where some $|z| > 3$ in the **logs** of quantity, unit price or amount, with mean and standard deviation from the past. The check tells you which fault is left, and what it does to these data.
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
# Combine the 14 columns in a better way than their largest $|z|$: add instead of maximise, mend a loud column, leave one out that says nothing. Learn only from `features_past`. Store your scores for the recent orders, a Series with the index of `features_recent`, in `my_scores`. The check counts what your 160 alarms find; the largest $|z|$ finds 84, and 100 is the bar.
#
# <details><summary>Hint</summary>Takeovers are odd in three columns at once. What does a sum see that a maximum does not?</details>

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
# so has our detector. How much does it matter here, with 2 % odd orders in the past, on two columns?

# %%
pair = ["log_unit_price", "log_amount_vs_customer"]
bulk_orders = features_recent.loc[shop.kinds[recent.index] == "bulk order", pair]
for covariance in ["empirical", "robust"]:
    rule = Mahalanobis(covariance=covariance).fit(features_past[pair])
    bulk = np.median(rule.decision_function(bulk_orders))
    scores = pd.Series(rule.decision_function(features_recent[pair]), index=recent.index)
    _, precision = found(scores)
    print(f"{covariance:10} bulk orders {bulk:.1f} (median), all orders {scores.quantile(0.99):.1f} (99 % quantile), "
          f"{precision:.0%} of 160 alarms right")

# %% [markdown]
# The robust ruler is shorter: bulk orders lie 40 % farther out, and so do the outermost of all orders. The list is no better. On these two columns masking changes the unit, not the order; on the amount ratio it mattered. Lesson 02 measures what 1, 5 and 10 % of odd rows do to several rules.
#
# ***
# ## What we learned
# - We computed z-scores, modified z-scores and fences by hand, and saw that each counts on a hill: first the scale, then the rule.
# - We saw masking (a z-score that cannot exceed the square root of n - 1) and swamping (one thief's fourteen orders make four honest ones look odd), and used median, MAD and a long past against them.
# - We measured in several columns, and with Mahalanobis along the cloud.
# - We turned history into columns: the same rules on better columns more than doubled the z-score's precision.
# - We compared rules kind by kind with 160 alarms each, saw one loud column crowd out what a plainer table had found, and capped it.
#
# **In practice** rules like these run in production for decades because everybody understands them. They need care: recompute the ruler from a long, recent past; leave out days you know to be odd; write down for every column why it is there; and watch the share of alarms by column, since a column that
# raises most of them is a column to mend.
#
# **Further reading**
# - Iglewicz, Hoaglin: *How to Detect and Handle Outliers*, ASQC 1993. The modified z-score and its 3.5, in 80 readable pages.
# - Tukey: *Exploratory Data Analysis*, Addison-Wesley 1977. Fences, box plots and the habit of looking first.
# - Shiffler: *Maximum Z scores and outliers*, The American Statistician 42(1), 1988. The bound behind exercise 2, with n - 1 in the standard deviation.
# - Rousseeuw, Hubert: *Anomaly detection by robust statistics*, WIREs Data Mining and Knowledge Discovery 8, 2018. A short tour of median, MAD and the minimum covariance determinant.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open [lesson 02](02_choose_a_threshold.ipynb).*
