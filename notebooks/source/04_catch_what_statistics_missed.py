# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 50, megabytes: 1200}
# ---

# %% [markdown]
# # Catch what statistics missed with an autoencoder
#
# {{navigation}}
#
# *Before this: you set a limit and started the scoreboard. Now the first neural network has to earn its row on it.*

# %% [markdown]
# **What you'll do.** Build an autoencoder for the shop's orders layer by layer, turn its error into alarms with a reason attached, and find out, kind by kind, whether it was worth the trouble.
#
# **What you'll learn**
# - scale rows for a network without letting the test part leak;
# - build encoder, code and decoder in Keras, train with early stopping, and read a loss curve;
# - turn the reconstruction error into a score, a threshold and an explanation by column;
# - test the knobs: code size, scale of the errors, contaminated training rows;
# - compare a network fairly with PCA, neighbours, and itself untrained.
#
# **What you'll need.** [Lesson 02](02_choose_a_threshold.ipynb) for splits and thresholds; you have seen `model.fit` once. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes about five seconds: it imports TensorFlow.
#
# ***
# ## The question and the data
#
# Lesson 01 ended with a puzzle. Some orders are odd only in how their columns go together: a strange hour *and* a strange country *and* a strange category. A rule for each column sees it only if one of them is strange enough alone. A network that has learned how columns go together might do better. **Does it find what the statistics missed, and what does it miss itself?** A miss costs the shop the order, a false alarm ten minutes of a colleague's time, as before.

# %%
from helpers import datasets, plots
from helpers.checks import lesson_04 as check
from helpers.datasets import order_features
from helpers.detectors import (DenseAutoencoder, Mahalanobis, NearestNeighbours, OneColumn, PCAReconstruction,
    RandomScore, ZScore, from_sklearn)
from helpers.evaluation import quantile_threshold, recall_by_kind
from helpers.results import format_scoreboard, scoreboard

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import MinMaxScaler

plots.use_style()

# %% [markdown]
# The **simulated** orders of lessons 00 to 02, the same 14 features, and the four parts, each with its job: [train](glossary.md#train), validation, calibration, [test](glossary.md#test).

# %%
shop = datasets.load_orders()
features = order_features(shop.data)
parts = datasets.four_splits(shop.labels)
train, validation, calibration, test = (
    features.iloc[rows] for rows in (parts.train, parts.validation, parts.calibration, parts.test))
y_test, kinds_test = shop.labels.iloc[parts.test], shop.kinds.iloc[parts.test]

three = ["country_surprise", "log_amount_ratio", "hours_from_usual"]
axes = train[three].hist(bins=40, log=True, grid=False, layout=(1, 3), figsize=(7.5, 2.4), sharey=True,
                         xlabelsize=7)
axes[0, 0].set_ylabel("normal orders (log scale)")
plt.show()

# %% [markdown]
# *The figure: three histograms with logarithmic counts. The surprise about the country is zero for nearly all orders and reaches 2.6 for a few; the amount ratio has one tall bar at zero and four short ones down to minus 0.22, the coupons; the hours from the usual time fall off smoothly from 0 to 10.*
#
# Three columns, three shapes, and no bell curve fits. A network makes no assumption about shapes; that is its promise.
#
# ## The simplest thing that could work
#
# The rows to beat, from lesson 02: the one-liner, the z-score and Mahalanobis, with a limit that promises 1 % false alarms.

# %%
def by_kind(scores_calibration, scores_test):
    flags = scores_test > quantile_threshold(scores_calibration, 0.01)
    return recall_by_kind(kinds_test, flags)

found = {}
rules = {"one-liner": OneColumn("log_quantity", side="high"), "z-score": ZScore(), "Mahalanobis": Mahalanobis()}
for name, rule in rules.items():
    rule.fit(train)
    found[name] = by_kind(rule.decision_function(calibration), rule.decision_function(test))
print(pd.DataFrame(found).T.map("{:.0%}".format).to_string())

# %% [markdown]
# The one-liner has all bulk orders and hardly anything else. The z-score misses all bulk orders, 12 % of the takeovers and 39 % of the card tests; Mahalanobis adds the takeovers. Bulk orders and card tests are the gap.
#
# ## Rows to inputs
#
# A network learns by small steps of one size for all weights, so its inputs should have similar scales. Two customs: *standardise* (mean 0, standard deviation 1) or *min-max* scaling, which maps the smallest training value to 0 and the largest to 1. The choice is tied to the last layer: a **sigmoid** output lies between 0 and 1 and can only rebuild inputs in that range. So sigmoid and min-max belong together, and a linear output goes with standardised inputs.
#
# What the scaler learns, it learns from training rows. A scaler that has seen the test rows knows the largest odd order before it is judged.

# %%
scaler = MinMaxScaler().fit(train)
X_train, X_validation, X_calibration, X_test = (
    scaler.transform(rows).astype("float32") for rows in (train, validation, calibration, test))
print(f"train: {X_train.min():.1f} to {X_train.max():.1f}; test: {X_test.min():.1f} to {X_test.max():.1f}")
assert X_test.max() > 1.1

# %% [markdown]
# The test rows leave the range from 0 to 1, and that is as it should be: -9 and 11 are amounts that do not fit pieces times price, and no sigmoid can rebuild them. Clipping them into the range would hide them.
#
# ## Encoder, code, decoder
#
# An **autoencoder** copies its input to its output through a narrow place. The **encoder** squeezes the 14 columns into a **code** of 4 numbers; the **decoder** rebuilds 14 columns from the code. With too few numbers to copy everything, it has to learn what usually goes together. For an order that goes together in another way, the rebuilt row is wrong, and the error gives it away.

# %%
keras.utils.set_random_seed(0)
n_columns, code_size = X_train.shape[1], 4
encoder = keras.Sequential([
    keras.Input((n_columns,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(code_size)], name="encoder")
decoder = keras.Sequential([
    keras.Input((code_size,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(n_columns, activation="sigmoid")], name="decoder")
autoencoder = keras.Sequential([encoder, decoder], name="autoencoder")
print(f"{n_columns} -> 32 -> {code_size} -> 32 -> {n_columns}: {autoencoder.count_params():,} weights")

# %% [markdown]
# A `Dense` layer computes $\text{activation}(xW + b)$: a matrix product, a shift, and a bend. **ReLU**, $\max(0, \cdot)$, is the bend; without any, the sigmoid included, encoder and decoder would be two matrices, and the best they could do is PCA. The code has no activation, so that it may take any value.
#
# ## The loss, in mathematics and in code
#
# Let $F(x)$ be the rebuilt row. Training looks for weights that make the mean squared error over normal rows small:
#
# $$\min_F \; \mathbb{E}_{x \sim \text{normal}} \, \lVert F(x) - x \rVert^2$$

# %%
def reconstruction_error(F, x):
    return np.square(F(x) - x).mean(axis=1)

untrained = reconstruction_error(lambda x: autoencoder(x).numpy(), X_validation)
mean_row = reconstruction_error(lambda x: X_train.mean(axis=0), X_validation)
print(f"untrained network {untrained.mean():.2f}, mean row for everyone {mean_row.mean():.3f}")

# %% [markdown]
# Two landmarks before training. The untrained network's mean squared error is 0.12; answering the mean row, whatever comes in, gives 0.041. A trained network must beat the second number, or it has learned nothing about how columns go together.
#
# ## Training
#
# The inputs are their own targets. **Early stopping** watches the loss on the validation rows, normal rows that are not trained on: when it has not improved for five passes, training ends and the best weights return. The test part is not in sight. (**Adam** is the rule for the size of each step, a **batch** the 128 rows that one step looks at.) This takes about ten seconds.
#
# **Before you run:** will the validation loss end above or below the training loss?

# %%
autoencoder.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
history = autoencoder.fit(
    X_train, X_train, validation_data=(X_validation, X_validation), epochs=40, batch_size=128, verbose=0,
    callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)]).history

fig, ax = plt.subplots()
ax.plot(history["loss"], label="training rows")
ax.plot(history["val_loss"], "--", label="validation rows")
ax.axhline(mean_row.mean(), color="grey", linestyle=":")
ax.text(25, mean_row.mean() * 1.08, "mean row", color="grey")
ax.set(yscale="log", xlabel="epoch (one pass over the training rows)", ylabel="loss (log scale)",
       title="Both fall together: it learns")
ax.legend()
plt.show()
assert min(history["val_loss"]) < mean_row.mean() / 2

# %% [markdown]
# *The figure: training and validation loss over 40 epochs on a log scale. Training starts at 0.06, above the dotted line of the mean row at 0.041, validation at 0.035, below it; they cross within a few epochs and flatten near 0.007 and 0.0085, the validation curve above.*
#
# How to read it: both curves falling together is learning. A training curve that falls while the validation curve rises is memorising; that is where early stopping cuts. Here it never cut. Two flat curves above the dotted line would mean that nothing was learned: a learning rate too small, or inputs that were not scaled.
#
# ## The error as a score
#
# The **reconstruction error** of a row is its score. From here on it is lesson 02: scores for calibration rows, a limit that promises 1 %, scores for the test part.

# %% tags=["nbval-ignore-output"]
def rebuild(x):
    return autoencoder(x).numpy()

scores_calibration, scores_test = reconstruction_error(rebuild, X_calibration), reconstruction_error(rebuild, X_test)
limit = quantile_threshold(scores_calibration, 0.01)
found["autoencoder, raw error"] = by_kind(scores_calibration, scores_test)
fig, ax = plt.subplots()
plots.score_histogram(ax, np.log10(scores_test), y_test, threshold=np.log10(limit))
ax.set(xlabel="log10 of the reconstruction error", title="Odd orders have larger errors, most of them")
plt.show()
print(pd.DataFrame(found).T.map("{:.0%}".format).to_string())

# %% [markdown]
# *The figure: histogram of the logarithm of the reconstruction error. Normal orders form a broad hill around minus 2.2; odd ones spread from minus 2 to nearly 1, a little over half of them right of the dashed threshold.*
#
# The digits differ a little between processors; expect 70 to 95 % of the takeovers, nearly all mismatches, and *few wrong prices*: under half. The z-score found every one of those. What happened?
#
# ## Which column gives it away?
#
# The error is a mean over columns, so it can be taken apart again. How large is each column's error on ordinary orders?

# %% tags=["nbval-ignore-output"]
def column_errors(x):
    return pd.DataFrame(np.square(rebuild(x) - x), columns=features.columns)

usual_error = column_errors(X_validation).mean()
print((usual_error / usual_error.min()).sort_values().round(0).astype(int).to_string())
assert usual_error.max() > 20 * usual_error.min()

# %% [markdown]
# Lesson 01's disease in a new place: the columns have different currencies. The hours from the usual time, the category and the customer's history are hard to rebuild; their errors are over a hundred times larger on ordinary orders than that of the price against the product. A wrong price makes an error that is thousands of times the usual one of its column, and too small in the sum: the limit is set by travellers. The cure is the same: **divide each column's error by its usual error**, measured on the validation rows.

# %% tags=["nbval-ignore-output"]
def surprise(x):
    return column_errors(x) / usual_error

score_calibration, score_test = surprise(X_calibration).mean(axis=1), surprise(X_test).mean(axis=1)
found["autoencoder"] = by_kind(score_calibration, score_test)
print(pd.DataFrame(found).T.map("{:.0%}".format).to_string())
before, after = (average_precision_score(y_test, scores) for scores in (scores_test, score_test))
print(f"average precision: raw error {before:.2f}, in units of the usual error {after:.2f}")
assert found["autoencoder"]["wrong price"] > 0.9 > 0.5 > found["autoencoder, raw error"]["wrong price"]
assert after > before

# %% [markdown]
# Wrong prices are back, all of them, and the average precision rises by 0.1 to 0.2. One line of arithmetic did that. The price: between a third and two thirds of the takeovers slip below the limit again. And bulk orders depend on the throw of the first weights: this network finds hardly any, another one most.
#
# The same columns explain an alarm. Here is the strangest order of each kind, the normal ones included, with the two columns that surprised the network most.

# %% tags=["nbval-ignore-output"]
strangest = score_test.groupby(kinds_test.to_numpy()).idxmax()
reasons = surprise(X_test).loc[strangest].apply(
    lambda row: ", ".join(f"{name} (x{row[name]:,.0f})" for name in row.nlargest(2).index), axis=1)
alarm_list = shop.data.iloc[parts.test[strangest]][["category", "quantity", "unit_price", "amount"]]
with pd.option_context("display.max_colwidth", None):
    display(alarm_list.assign(because=reasons.to_numpy()).set_axis(strangest.index))

# %% [markdown]
# The amount mismatch because of its amount ratio, the wrong price because of the price against the product: sentences that the colleague can check in a minute. Reasons are not proofs: an odd value in one column can spoil the rebuilding of another, so read two or three.
#
# ## One network is a throw of dice
#
# Start from other random weights and you get another network, with other errors: with other seeds the average precision above moves by up to 0.15. From here on we import a relative of what you have built. `DenseAutoencoder` standardises the columns (beyond 8 standard deviations they grow like a logarithm), has two layers on each side of the code with **tanh** for the bend, which is bounded, trains four such networks at once with a little noise on their inputs, averages their errors and divides by the usual ones. It also does something new.
#
# ## What a network rebuilds too well
#
# A network draws a smooth surface through the normal rows and rebuilds what lies on it, in a gap between them too. Two columns show it: **simulated** rows on a ring of radius 1, and a code of 2, which has room for the whole plane. We walk through the ring from left to right; six seconds.
#
# **Before you run:** will the network call the empty middle odd?

# %%
rng = np.random.default_rng(0)
angle = rng.uniform(0, 2 * np.pi, 600)
ring = np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.06, (600, 2))
walk = np.column_stack([np.linspace(-1.8, 1.8, 181), np.zeros(181)])
alone, both = (DenseAutoencoder(code_size=2, epochs=60, n_remembered=n).fit(ring).decision_function(walk)
               for n in (0, 10_000))
fig, ax = plt.subplots()
ax.plot(walk[:, 0], alone, label="the network alone")
ax.plot(walk[:, 0], both, "--", label="network and memory")
ax.set(yscale="log", xlabel="first column, on a walk through the middle", ylabel="score (log scale)",
       title="To the network, the empty middle is the most ordinary place")
ax.legend()
plt.show()
assert alone[90] < 1 < 10 < both[90]

# %% [markdown]
# *The figure: two curves of scores, on a log scale, against the first column. Both fall to about 0.2 where the walk crosses the ring, near minus 1 and 1. Between, the network's curve has two low hills and falls to its lowest in the middle; with the memory it is over 100 on most of the way.*
#
# The cure is older than networks: **remember some rows, and rebuild each row a second time, from the three remembered rows that are nearest to it.** What their mean misses is the gap, column by column like the error, in units of the usual gap. The score is the mean of the two. (So the file of a saved detector holds training rows.)
#
# Was it worth it? On other data yes, on our orders no: *Going further* has the numbers.
#
# ## How it fails
#
# **"Too wide a code copies everything"**, says every text: with as many numbers as columns there is nothing to learn, and odd rows are rebuilt as well as ordinary ones. Let us see. This takes about eight seconds.
#
# **Before you run:** 14 columns; codes of 4 and 13 numbers, tanh and ReLU. Which will be best?

# %% tags=["nbval-ignore-output"]
knobs = {}
for size, bend in [(4, "tanh"), (13, "tanh"), (13, "relu")]:
    detector = DenseAutoencoder(code_size=size, activation=bend).fit(train)
    scores = detector.decision_function(test)
    knobs[f"code of {size}, {bend}"] = {"validation error": min(detector.history_.validation_loss),
                                        "average precision": average_precision_score(y_test, scores)}
knobs = pd.DataFrame(knobs).T
print(knobs.round(2).to_string())
assert knobs["average precision"].idxmax() == "code of 13, tanh"
assert knobs.loc["code of 13, relu", "average precision"] < knobs.loc["code of 13, tanh", "average precision"] - 0.1

# %% [markdown]
# With tanh the wide code is the best, at 0.87 or so: a bend that is bounded rebuilds a far value only in part, and the missing part is large beside the tiny error on ordinary orders. With ReLU, which is not bounded, the same code falls by 0.2: there the textbooks are right. The knob is real, and its direction depends on the rest of the network and on the data. The validation *error* cannot choose it: it always prefers the wider code. The default of `DenseAutoencoder` has as many numbers as principal components that hold 95 % of the variance.
#
# **Contaminated training rows** hurt as they hurt the others in lesson 02: 1,400 rows, some of them odd.

# %% tags=["nbval-ignore-output"]
before_test = np.arange(parts.test[0])
clean, dirty = (before_test[shop.labels.iloc[before_test] == label] for label in (0, 1))
rng = np.random.default_rng(0)
for share in [0, 0.1]:
    odd = round(share * 1400)
    rows = np.r_[rng.choice(clean[:8000], 1400 - odd, replace=False), rng.choice(dirty, odd, replace=False)]
    ap = average_precision_score(y_test, DenseAutoencoder().fit(features.iloc[rows]).decision_function(test))
    print(f"{share:4.0%} odd: average precision {ap:.1f}")
assert ap < 0.5

# %% [markdown]
# From over 0.8 to 0.2 or less, below the z-score, which kept 0.4 in lesson 02. Trouble that is in the training rows is learned like any other habit, and a network that is good at learning is good at learning that.
#
# ## The scoreboard
#
# Same features, same rows, same promise. New on it: the autoencoder, **PCA with a code of 4** (an autoencoder of straight lines), and the network **untrained**: the same scaling, noise, memory and division by usual errors around random weights that never moved. This takes about ten seconds.
#
# **Before you run:** what average precision do you give the untrained network? Chance is 0.02.

# %% tags=["nbval-ignore-output"]
detectors = {
    "random": RandomScore(), "one-liner: pieces": OneColumn("log_quantity", side="high"), "z-score": ZScore(),
    "Mahalanobis": Mahalanobis(), "PCA, code of 4": PCAReconstruction(n_components=4),
    "isolation forest": from_sklearn(IsolationForest()), "nearest neighbours": NearestNeighbours(),
    "untrained network": DenseAutoencoder(epochs=1, learning_rate=1e-9), "autoencoder": DenseAutoencoder()}
board = scoreboard(detectors, train, calibration, test, y_test, kinds=kinds_test, seeds=range(2), n_resamples=300)
assert board["average precision"].idxmax() == "autoencoder"
assert 0.65 < board.loc["untrained network", "average precision"] < board.loc["autoencoder", "average precision"]
format_scoreboard(board[[column for column in board if not column.startswith("recall:")]])

# %% [markdown]
# The autoencoder leads with about 0.86, ahead of nearest neighbours at 0.83 by less than the width of either [interval](glossary.md#interval). And now the row above it. **The untrained network reaches about 0.74**, without its memory even 0.78 to 0.84 in three seeds. A random projection rebuilds no order; what it "misses" is mostly each column's own size, in units of that column's usual error, added up. Training adds about 0.1. Published tables seldom have this row. Ask for it.
#
# Two more honest rows, without any network: the mean of the squared z-scores, and Mahalanobis without the column that lesson 02 found to drift.

# %%
sum_of_squares = np.square((test - train.mean()) / train.std()).mean(axis=1)
columns = features.columns.drop("country_surprise")
thirteen = Mahalanobis().fit(train[columns])
plain = thirteen.decision_function(test[columns])
print(f"mean squared z-score {average_precision_score(y_test, sum_of_squares):.2f}, "
      f"Mahalanobis on 13 columns {average_precision_score(y_test, plain):.2f}")
assert average_precision_score(y_test, plain) > 0.85

# %% [markdown]
# The sum alone is a little above the z-score, which takes the maximum. And Mahalanobis on 13 columns is level with the autoencoder. (To be fair: we know that column's fault from orders that overlap the test part; the network needed no such hint.) Is it as good, then? Kind by kind:

# %% tags=["headline"]
recalls = board.filter(like="recall: ").rename(columns=lambda name: name.removeprefix("recall: "))
recalls.loc["Mahalanobis, 13 columns"] = by_kind(thirteen.decision_function(calibration[columns]), plain)
fig, ax = plt.subplots(figsize=(7.5, 3.8))
plots.kinds_table(ax, recalls)
ax.set_title("Percent found of each kind, with a limit that promises 1 % false alarms")
plt.show()
ahead = [kind for kind in recalls if recalls.loc["autoencoder", kind] > recalls.loc["z-score", kind] + 0.15]
print("autoencoder over 15 points ahead of the z-score:", ", ".join(ahead))
takeovers = recalls["account takeover"]
assert takeovers["Mahalanobis, 13 columns"] < 0.4 < 0.8 < takeovers["autoencoder"]

# %% [markdown]
# *The figure: a table of shaded cells, ten detectors by five kinds. The autoencoder finds nine in ten takeovers, all mismatches and wrong prices, about 85 percent of the bulk orders and 81 of the card tests; the untrained network is behind for takeovers, 53, bulk orders, 65, and card tests, 68; the z-score finds no bulk order and 61 percent of the card tests; Mahalanobis on 13 columns has over 80 everywhere but for takeovers, 24.*
#
# So: yes, it catches what the statistics missed, and it is the first row without a hole: no kind below about 80 %. Much of that is a score that weighs columns fairly and adds mild surprises up; the rest is what it learned. Would you run it in the shop? Mahalanobis on 13 columns has the same average precision, but it finds a quarter of the takeovers: the column that drowned the others is also the one that gives a takeover away. The autoencoder keeps the column and finds nine in ten of them. That, and not the average precision, is its gain.

# %% [markdown]
# ## Exercise 1 · count the weights
#
# A network 14 → 8 → 2 → 8 → 14 of `Dense` layers: how many weights has it, shifts included? Store the number in `n_weights`, without building it.
#
# <details><summary>Hint</summary>A layer from a to b columns has a matrix of a × b numbers and b shifts.</details>

# %%
n_weights = ...
### BEGIN SOLUTION
# Each layer: inputs x outputs + outputs. 7,837 training rows for 288 weights: little danger of memorising.
n_weights = sum(a * b + b for a, b in [(14, 8), (8, 2), (2, 8), (8, 14)])
### END SOLUTION

# %% tags=["check"]
check.exercise_1(n_weights)

# %% [markdown]
# ## Exercise 2 · an autoencoder without bends
#
# PCA with four directions is an autoencoder without nonlinearity. Compute the validation loss it would have: fit scikit-learn's `PCA(n_components=4)` on `X_train`, rebuild `X_validation` with `inverse_transform(transform(...))`, and store the mean squared error in `pca_loss`. Compare it with `min(history["val_loss"])`.
#
# <details><summary>Hint</summary><code>rebuilt = pca.inverse_transform(pca.transform(X_validation))</code>; then the mean of the squared difference.</details>

# %%
pca_loss = ...
### BEGIN SOLUTION
# transform gives the code, inverse_transform decodes it. The network's loss is lower: bends help to rebuild.
# (That it rebuilds better does not mean that it detects better: see the scoreboard.)
pca = PCA(n_components=4).fit(X_train)
pca_loss = np.square(pca.inverse_transform(pca.transform(X_validation)) - X_validation).mean()
### END SOLUTION

# %% tags=["check"]
check.exercise_2(pca_loss)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# The patient of many tutorials, written anew, in 13 numbered lines. At least six hold a fault.
#
# ```
#  1  columns = ["order_id", "customer_id", "product_id", "quantity", "unit_price"]
#  2  X = MinMaxScaler().fit_transform(orders[columns])
#  3  X_train, X_test = X[:14000], X[14000:]              # the rows are sorted by time
#  4  inputs = keras.Input((5,))
#  5  code = layers.Dense(5, activation="relu")(inputs)
#  6  outputs = layers.Dense(5, activation="sigmoid")(code)
#  7  model = keras.Model(inputs, outputs)
#  8  model.compile(optimizer="adadelta", loss="mse")
#  9  model.fit(X_train, X_train, epochs=50, validation_data=(X_test, X_test))
# 10  error = model.evaluate(X_test, X_test)
# 11  threshold = 0.1
# 12  anomalies = error > threshold
# 13  print("number of anomalies:", np.sum(anomalies))
# ```
#
# Store the numbers of the faulty lines in the set `faulty`. The check explains what each fault does to these data, and tells you about innocent lines.
#
# <details><summary>Hint</summary>Go through the four parts of lesson 02: what does each row do, and what is the threshold's promise? And what does <code>evaluate</code> return for 6,000 rows?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# Ids, leak, a code as wide as the input, 0.001 as adadelta's learning rate, the test part as validation, one number
# for all rows, a limit from nowhere, a count as the result. Sigmoid with min-max (6) and a split by time (3) are fine.
faulty = {1, 2, 5, 8, 9, 10, 11, 13}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · three alarms a day
#
# Your colleague can read about three orders a day. Choose a limit from `score_calibration` that leads to two to four alarms a day in the test part, which has 24 days. Store it in `my_limit`.
#
# <details><summary>Hint</summary>Start from a promise of 1 %, count the alarms a day, and lower the promise: <code>quantile_threshold(score_calibration, 0.005)</code> and so on. Five odd orders a day are in the test part, so most of a short list is right.</details>

# %%
my_limit = ...
### BEGIN SOLUTION
# One in a thousand ordinary orders passes this limit, so nearly every alarm of the short list is an odd order.
my_limit = quantile_threshold(score_calibration, 0.001)
### END SOLUTION

# %% tags=["check"]
check.exercise_4(my_limit, score_test, y_test)

# %% [markdown]
# ## Exercise 5 · tell her (open)
#
# Write for your colleague, in three or four sentences, what the list is, how many false alarms to expect, and how to read the column "because".
#
# <details><summary>Hint</summary>What was promised, on which orders? What changed the promise in lesson 02? And what can a reason prove?</details>

# %%
my_message = ...
### BEGIN SOLUTION
# One possible answer: a promise on ordinary orders, the drift of lesson 02 named, and reasons called hints.
my_message = """The list holds orders that our model could not rebuild from the habits of shop, product and customer.
I set the limit so that one in a thousand ordinary orders passes it: one false alarm in four days, more if habits drift.
The column "because" names what was most unusual, in multiples of what is usual for that column.
It is a hint where to look first, not a proof; if it names the country, think of holidays."""
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_message)

# %% [markdown]
# ***
# ## Going further (optional): was the memory worth it?
#
# A default that is chosen on the test at hand would be cheating. So there are 24 **development tables**, simulated ones of known structure and real ones, with five seeds each. `make bench BENCH_ARGS="--results development"` computed their mean AUROC; "gain" is over the line before, give or take twice its standard error over the tables.

# %%
by_table = 100 * datasets.load_results("development").pivot_table("auroc", "data", "detector")
steps = ["network, raw error", "network, usual error", "with a plain memory", "with a squashed memory",
         "dense autoencoder"]
gain = by_table[steps].diff(axis=1)
table = pd.DataFrame({"AUROC x 100": by_table.mean(), "gain": gain.mean(), "give or take": 2 * gain.sem()})
print(table.sort_values("AUROC x 100").round(1).to_string(na_rep=""))
assert table.loc["dense autoencoder", "AUROC x 100"] > table.loc["network, usual error", "AUROC x 100"] + 3

# %% [markdown]
# Read it from the bottom. The largest step is a plain memory, three points. Squashing the values (arcsinh, so that one far column does not choose the neighbours) adds half a point, and so does the usual size. The last step counts a gap half-way relative to the gaps around, and its interval holds 0: a table with a tight and a wide cluster gains 16 points, the large digits 4, the other 22 nothing on the mean. It is kept as an insurance.
#
# Two lines are humbling. **The memory alone is level with the detector** on the mean: the network adds one to two points where columns hang together or a tail tells, and takes two away in gaps (`by_table` has each table). And an untrained network with memory is two points behind. On our orders the memory is worth nothing, minus one hundredth of average precision. One table decides little.

# %% [markdown]
# ***
# ## What we learned
# - We scaled rows with a scaler that saw training rows only, and matched it to a sigmoid output.
# - We built encoder, code and decoder, trained with early stopping, and read the loss curve against the mean row.
# - We made a score of the error, a limit from calibration rows, and a reason for each alarm; errors in units of their usual size were worth more than the network.
# - We gave the network a memory for gaps that it rebuilds, chosen on 24 other tables, and turned the knobs: a wide code was best with tanh and poor with ReLU, and contaminated rows took it below the z-score.
# - We put it on the scoreboard beside PCA, neighbours and its untrained self: first by a little, and the only row without a hole.
#
# **In practice** an autoencoder for tables is cheap to run and needs care around it: keep the scaler and the usual errors with the weights (`detector.save(path)` does), retrain on a schedule from rows that somebody checked, and keep the untrained network on the board. If it stops being worse, your training rows are too few, or odd ones are among them.
#
# **Further reading**
# - Goodfellow, Bengio, Courville: *Deep Learning*, MIT Press 2016, chapter 14. Autoencoders from the ground, denoising ones included.
# - Ruff and others: *A Unifying Review of Deep and Shallow Anomaly Detection*, Proceedings of the IEEE 109(5), 2021. Where reconstruction, PCA and one-class methods meet.
# - Bouman, Heskes: *Autoencoders for Anomaly Detection are Unreliable*, 2025. How a network can rebuild far outliers perfectly; lesson 05 repeats the experiment.
# - Han and others: *ADBench: Anomaly Detection Benchmark*, NeurIPS 2022. On 57 tables no unsupervised method is significantly better than the rest.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
