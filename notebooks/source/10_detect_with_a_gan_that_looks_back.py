# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 75, megabytes: 1300}
# ---

# %% [markdown]
# # Detect with a GAN that looks back
#
# {{navigation}}
#
# *Before this: a discriminator whose score lived on the generator's mistakes. Now the generator is asked: could you have made this?*

# %% [markdown]
# **What you'll do.** Put an encoder beside a generator, score images in three ways, then switch the game off and see what it was worth.
#
# **What you'll learn**
# - train generator, encoder and discriminator of pairs in one step;
# - combine scores of different size without looking at the test;
# - find out what the game adds, by switching it off;
# - measure how much it flatters to choose the moment to stop by labels;
# - decide from a table with baselines and intervals whether a GAN is worth its training.
#
# **What you'll need.** [Lesson 05](05_see_strange_digits.ipynb) for the digits and the tolerant error, [lesson 09](09_train_a_generator_and_a_critic.ipynb) for the game. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes five seconds.
#
# ***
# ## The question and the data
#
# The discriminator of lesson 09 gives a number and no reason. A generator could give one: where its drawing of an image differs, the image is odd. But it draws from a [code](glossary.md#code), and an image comes without one. **Can a GAN learn to look back, from the image to its code, and is it a good detector then?**

# %%
from helpers import datasets, diagrams, plots, training
from helpers.checks import lesson_10 as check
from helpers.detectors import BiGANDetector, NearestNeighbours, tolerant_error
from helpers.evaluation import bootstrap_distribution, percentile_interval, quantile_threshold, rate_interval

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops
from scipy.ndimage import median_filter
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

plots.use_style()
SEED, CODE = 0, 16

# %% [markdown]
# The tray for the 8, the hardest of lesson 05: **real** images, eights are normal, any other digit is a form in the wrong tray. All choices are made on the *development* split, which holds no image of the [test](glossary.md#test).

# %%
digits = datasets.load_digits_images()
which, images = digits.labels.to_numpy(), digits.data / np.float32(255)
development = datasets.one_digit_split(which, normal=8, development=True)
train, dev, y_dev = images[development.train], images[development.test], development.labels
X_train, X_dev = train.reshape(-1, 784), dev.reshape(-1, 784)
print(f"{len(train)} eights to train; to develop on: {(y_dev == 0).sum()} eights, {y_dev.sum()} other digits")

# %% [markdown]
# Begin with a finished one. `BiGANDetector` learns the 300 eights, scores other images, and draws each as it would have made it. About fifteen seconds.

# %% tags=["nbval-ignore-output"]
detector = BiGANDetector(random_state=SEED, verbose=False).fit(train)
strangest = np.argsort(-detector.decision_function(dev))[:8]
plots.image_rows({"image": dev[strangest], "drawn": detector.reconstruct(dev[strangest])})
plt.show()
assert y_dev[strangest].mean() > 0.8

# %% [markdown]
# *The figure: eight images, zeros, sevens and a 2. Below each stands a smudged 8: a bar across the 0, the open side of the 7 closed.*
#
# All eight are in the wrong tray, and you see why: the drawing has strokes that the image lacks. What is that worth?
#
# ## The simplest thing that could work
#
# PCA with 16 directions, judged by lesson 05's tolerant error relative to the ink. And the mean distance to the five nearest training images.
#
# **Before you run:** lesson 05 gave these two about 0.95 and 0.85. Where will the GAN be?

# %%
def relative_error(x, drawn):
    ink = np.square(x).mean(axis=1) + 0.1 * np.square(X_train).mean()
    return tolerant_error(x.reshape(-1, 28, 28, 1), drawn.reshape(-1, 28, 28, 1)).mean(axis=(1, 2)) / ink

def pca_score(x):
    return relative_error(x, pca.inverse_transform(pca.transform(x)))

def lead(labels, scores, rivals):
    """How far the AUROC of `scores` is above that of `rivals`, on the same redrawn images."""
    low, high = percentile_interval(np.subtract(*(bootstrap_distribution(roc_auc_score, labels, values)
                                                  for values in (scores, rivals))))
    return f"{roc_auc_score(labels, scores) - roc_auc_score(labels, rivals):+.3f} [{low:+.3f}, {high:+.3f}]"

# %% tags=["nbval-ignore-output"]
pca = PCA(CODE, random_state=0).fit(X_train)
near = NearestNeighbours(method="mean", scale=False).fit(X_train)
scores = pd.DataFrame({"BiGANDetector": detector.decision_function(dev), "PCA 16": pca_score(X_dev),
                       "5 nearest neighbours": near.decision_function(X_dev)})
areas = scores.apply(lambda score: roc_auc_score(y_dev, score))
print(areas.round(2).to_string())
print("PCA's lead over the BiGAN:", lead(y_dev, scores["PCA 16"], scores["BiGANDetector"]))
assert areas["PCA 16"] - 0.01 > areas["BiGANDetector"] > areas["5 nearest neighbours"] + 0.02

# %% [markdown]
# PCA leads, 0.96 to about 0.92. Lesson 03's bootstrap, *paired* (both judged on the same redrawn images), gives an interval clear of 0. Another training of the BiGAN would move its score too: the scoreboard has five.
#
# ## A way back

# %%
diagrams.pairs_and_gradients()
plt.show()

# %% [markdown]
# *The figure: two ways to a pair. Above, a real image goes through the encoder E; below, a random code goes through the generator G. Both pairs of image and code reach the discriminator D; dashed gradients go from D back to E and G.*
#
# Beside the generator $G$, which turns a code $z$ into an image, stands an **encoder** $E$, which turns an image $x$ into a code. The discriminator sees *pairs*, $(x, E(x))$ or $(G(z), z)$, and says which way they came. This is a **BiGAN**, a bidirectional GAN (Donahue and others; Dumoulin and others, both 2017):
#
# $$\min_{G, E} \max_D \; \mathbb{E}_x\left[\log D(x, E(x))\right] + \mathbb{E}_z\left[\log\left(1 - D(G(z), z)\right)\right]$$
#
# To fool $D$, images must look real, codes random, *and* both must belong together. If $D$ is fooled completely, $E$ undoes $G$: that is the paper's theorem. Exercise 1 shows what goes wrong without pairs.
#
# Three networks with one hidden layer each, and the loss of lesson 09, in logits:

# %%
def dense(n_inputs, n_outputs, last=None):
    hidden = layers.Dense(256, activation="leaky_relu")
    return keras.Sequential([keras.Input((n_inputs,)), hidden, layers.Dense(n_outputs, activation=last)])

def discriminator_loss(real_logits, forged_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(forged_logits))

# %% [markdown]
# $D$'s opponents want the reverse: forged pairs called real, real pairs called forged. That is the same loss with its arguments exchanged. The first part moves $G$, the second $E$.

#
# A **gradient penalty** ("R1", Mescheder and others, 2018) is meant to keep $D$ from winning too clearly. It charges $D$ for its slope at the real pairs $p$: half of $\mathbb{E}\lVert \nabla \ell(p) \rVert^2$. The gradient is with respect to the pair, not to the weights: a tape inside the tape. `stop_gradient` cuts the pairs off from $E$, for the charge is $D$'s alone.

# %%
def penalty(D, pairs):
    pairs = ops.stop_gradient(pairs)
    with tf.GradientTape() as tape:
        tape.watch(pairs)
        total = ops.sum(D(pairs))
    return ops.mean(ops.sum(ops.square(tape.gradient(total, pairs)), axis=1)) / 2

def game(gan, x, z):
    real, forged = ops.concatenate([x, gan.E(x)], axis=1), ops.concatenate([gan.G(z), z], axis=1)
    real_logits, forged_logits = gan.D(real), gan.D(forged)
    return {"D": discriminator_loss(real_logits, forged_logits) + gan.charge * penalty(gan.D, real),
            "GE": discriminator_loss(forged_logits, real_logits)}

# %% [markdown]
# The model is lesson 09's, with two sides: `D`, and `G` with `E`. Its losses come as a function, which we will exchange.

# %%
class BiGAN(keras.Model):
    def __init__(self, both_losses, charge=1.0, seed=SEED):
        super().__init__()
        self.G, self.E, self.D = dense(CODE, 784, "sigmoid"), dense(784, CODE), dense(784 + CODE, 1)
        self.both_losses, self.charge, self.seeds = both_losses, charge, keras.random.SeedGenerator(seed)
        sides = {"D": self.D.trainable_variables, "GE": self.G.trainable_variables + self.E.trainable_variables}
        self.sides = {name: (keras.optimizers.Adam(0.001, beta_1=0.5), weights) for name, weights in sides.items()}

    def call(self, x):
        return self.G(self.E(x))

    def train_step(self, x):
        z = training.random_normal((ops.shape(x)[0], CODE), self.seeds)
        with tf.GradientTape(persistent=True) as tape:
            losses = self.both_losses(self, x, z)
        for name, (optimizer, weights) in self.sides.items():
            optimizer.apply(tape.gradient(losses[name], weights), weights)
        return losses

# %% [markdown]
# ## Three questions to one image
#
# Let $\hat x = G(E(x))$, what $G$ draws from $x$'s own code. Then ask:
#
# - **reconstruction**: how far is $x$ from $\hat x$? The error is PCA's, above.
# - **feature distance**: how far apart are $(x, E(x))$ and $(\hat x, E(x))$ *in the eyes of $D$*, in its last hidden layer? (As in EGBAD, Zenati and others, 2018.)
# - **discriminator** alone: does $D$ call $(x, E(x))$ forged? The score is $-\ell$, as in lesson 09.

# %%
def parts_of(gan, x):
    z = training.predict(gan.E, x)
    drawn = training.predict(gan.G, z)
    real, forged = np.hstack([x, z]), np.hstack([drawn, z])
    features = keras.Sequential(gan.D.layers[:-1])
    apart = np.abs(training.predict(features, real) - training.predict(features, forged)).mean(axis=1)
    return pd.DataFrame({"reconstruction": relative_error(x, drawn), "features": apart,
                         "discriminator": -training.predict(gan.D, real)[:, 0]})

# %% [markdown]
# Eight rounds of 100 steps with Keras's `fit`, about ten seconds. `np.resize` repeats the 300 images until they fill 100 batches. The ladder shows means of the last five rounds.
#
# **Before you run:** which of the three questions will find most of the other digits?

# %%
gans, rounds = {}, {}

def train_bigan(name, both_losses, charge=1.0):
    training.set_seed(SEED)
    gans[name], rounds[name] = BiGAN(both_losses, charge), []
    gans[name].compile(steps_per_execution=100)
    for _ in range(8):
        gans[name].fit(np.resize(X_train, (3200, 784)), batch_size=32, verbose=0)
        parts = parts_of(gans[name], X_dev)
        rounds[name].append(parts.apply(lambda part: roc_auc_score(y_dev, part)))
    return pd.DataFrame({name: pd.DataFrame(seen)[-5:].mean() for name, seen in rounds.items()}).T

# %% tags=["nbval-ignore-output"]
ladder = train_bigan("game", game)
print(ladder.round(2).to_string())
assert ladder.loc["game"].idxmax() == "reconstruction" and ladder.loc["game"].max() < areas["PCA 16"] - 0.01

# %% [markdown]
# The reconstruction finds most, and less than PCA. $D$'s two views are closer to a coin. Look at the reconstruction:

# %% tags=["nbval-ignore-output"]
shown = np.r_[np.flatnonzero(y_dev == 0)[[5, 25, 45, 65]], np.flatnonzero(y_dev == 1)[[10, 50, 130, 170, 250, 290]]]

def drawn_by(name, x):
    return training.predict(gans[name], x).reshape(-1, 28, 28)

plots.image_rows({"$x$": dev[shown], "$G(E(x))$": drawn_by("game", X_dev[shown])})
plt.show()

# %% [markdown]
# *The figure: ten columns, four eights and the digits 0, 1, 3, 4, 6 and 7. Below each image what the generator draws from its code, an 8 for all ten.*
#
# Every image comes back as an 8, and hardly one as *its* 8. So the 7 lies far from its drawing, and so does the second eight.
#
# ## Ask for the way back: the cycle
#
# The theorem says $\hat x = x$ at the end of the game, and after a thousand steps we are not there. So ask for it directly: $G$ and $E$ also minimise the **cycle term**, the squared error of $G(E(x))$, as in ALICE (Li and others, 2017). As in lesson 05 the encoder gets a noisy image and the clean one is the target. The game gets a `weight` for later.
#
# **Before you run:** the cycle term moves only $G$ and $E$. Which column will gain, and which will not?

# %% tags=["nbval-ignore-output"]
VARIANCE = X_train.var(axis=0).mean()

def game_and_cycle(gan, x, z, weight=1.0):
    losses = game(gan, x, z)
    noisy = x + 0.5 * training.random_normal(ops.shape(x), gan.seeds)
    cycle = ops.mean(ops.square(gan(noisy) - x)) / VARIANCE
    return losses | {"GE": weight * losses["GE"] + cycle}

ladder = train_bigan("game + cycle", game_and_cycle)
print(ladder.round(2).to_string())
assert ladder.loc["game + cycle", "reconstruction"] > max(0.91, ladder.loc["game", "reconstruction"] + 0.015)

# %% [markdown]
# There is the step: the reconstruction rises by four points or so. The feature distance gains with it. The discriminator stays at a coin or below.
#
# ## One score of three parts
#
# The parts have different units and cannot be added as they are. `BiGANDetector` measures each in standard deviations from its mean on *normal images that were not trained on*, 15 % of the eights. Then it takes the mean with weights ½, ¼, ¼. Exercise 2 writes that.
#
# **Before you run:** does another part, mixed in, beat the reconstruction alone?

# %% tags=["nbval-ignore-output"]
parts = detector.score_parts(dev)
shares, (_, ax) = np.linspace(0, 1, 21), plt.subplots(figsize=(6, 2.8))
for part, style in [("features", "--"), ("discriminator", "-")]:
    mixed = [roc_auc_score(y_dev, (1 - w) * parts["reconstruction"] + w * parts[part]) for w in shares]
    ax.plot(shares, mixed, style)
    ax.text(1.02, mixed[-1], part, va="center")
assert roc_auc_score(y_dev, parts["reconstruction"]) - 0.01 > areas["BiGANDetector"]
ax.set(xlabel="weight of this part; the reconstruction has the rest", ylabel="AUROC, development")
plt.show()

# %% [markdown]
# *The figure: AUROC against the weight of one part. Both curves begin near 0.95. With the feature distance it falls slowly to 0.8 or more; with the discriminator it is level at first and then plunges far below one half.*
#
# No mixture of two beats the reconstruction alone by more than a hair, and the other parts cost `BiGANDetector` a few points. Below one half, $D$ calls other digits *more* real than eights. Why not turn its sign? Only labels could tell you to.
#
# ## How it fails
#
# **Without the game.** Keep networks, steps and cycle term, and switch the game off: $G$ and $E$ no longer hear what $D$ says. What is left is a denoising autoencoder. $D$ plays on as a spectator.
#
# **Before you run:** which of the parts will suffer?

# %% tags=["nbval-ignore-output"]
def cycle_alone(gan, x, z):
    return game_and_cycle(gan, x, z, weight=0.0)

ladder = train_bigan("cycle, no game", cycle_alone)
print(ladder.round(2).to_string())
on, off = (parts_of(gans[name], X_dev)["reconstruction"] for name in ("game + cycle", "cycle, no game"))
print("what the game adds to the reconstruction:", lead(y_dev, on, off))
assert abs(ladder["reconstruction"].diff()["cycle, no game"]) < 0.04

# %% [markdown]
# The reconstruction does not suffer: off or on, a point or two apart; five seeds follow below. What looked like the GAN's success was the cycle term's. $D$, near a coin as a player, has 0.8 or more as a spectator: it reads the code that $E$ gives an image (Going further).
#
# **Choosing the moment to stop by the labels.** GANomaly's published code (its `lib/model.py`) tests after each epoch and saves the weights when the AUROC on the test set has risen. Do so with our rounds:

# %% tags=["nbval-ignore-output"]
flattered = pd.DataFrame({name: pd.DataFrame(seen).max() - seen[-1] for name, seen in rounds.items()}).T
print("best of eight rounds minus the last one\n" + flattered.round(3).to_string())
assert flattered.to_numpy().max() > 0.05

# %% [markdown]
# About 0.2 for a discriminator that plays, next to nothing with the game off. Such a best round may be truly better, but without labels you could not find it. Fix the steps on *development* data and report the last round.
#
# ## The scoreboard
#
# The shipped table (`python -m tests.bench --results gan` makes it) has five seeds: mean ± standard deviation of the AUROC, on the tests that lessons 05 and 09 have looked at too, and on the **simulated** orders of lessons 01 to 04. The BiGAN is `BiGANDetector`: 2,000 steps, its weights averaged over the last few hundred. "Cycle, no game" is its twin, with the same networks, steps and averaging. "Autoencoder, same size" has as many weights as $E$ and $G$; on digits also the steps and the averaging, on orders its own early stopping.

# %% tags=["headline"]
table = datasets.load_results("gan").replace({"model": {"PCA 16, tolerant error": "PCA"}})
runs_of = table.groupby(["model", "data"])["auroc"]
area, spread = runs_of.mean().unstack(), runs_of.std().unstack()
board = (area.map("{:.3f}".format) + spread.map(" ± {:.3f}".format).replace(" ± nan", "")).where(area.notna(), "")
board["orders, AP"] = table[table["data"] == "orders"].groupby("model")["average_precision"].mean().round(2)
order = ["GAN, discriminator", "BiGAN, discriminator", "BiGAN, features", "BiGAN, reconstruction", "BiGAN, combined",
         "cycle, no game", "autoencoder, same size", "PCA", "5 nearest neighbours"]
print(board.loc[order].to_string())
assert area.loc["BiGAN, discriminator"].max() < 0.7 and area.loc[order[:2], "orders"].max() < 0.4
assert (area.loc["PCA"] == area.loc[order].max()).sum() == 3
print(f"AUROC on digit 8, five seeds: BiGAN {area.loc['BiGAN, combined', 'digit 8']:.2f}, without the game "
      f"{area.loc['cycle, no game', 'digit 8']:.2f}, PCA {area.loc['PCA', 'digit 8']:.2f}")

# %% [markdown]
# PCA has the highest AUROC on all three digits. On the orders it is far behind, and five neighbours are level with the BiGAN. The BiGAN's reconstruction alone is as good as its combination, or better. The discriminators come last. The leads, with their intervals (*plain* is PCA on the digits, neighbours on the orders):

# %%
leads = table.drop_duplicates(["model", "data"]).set_index(["data", "model"])[["lead", "low", "high"]].dropna()
text = leads.apply(lambda row: "{:+.3f} [{:+.3f}, {:+.3f}]".format(*row), axis=1).unstack().fillna("")
print(text[["BiGAN, combined", "BiGAN, reconstruction", "autoencoder, same size"]].set_axis(
    ["BiGAN minus plain", "game on minus off", "autoencoder minus BiGAN"], axis=1).to_string())
assert leads.xs("BiGAN, reconstruction", level="model")["lead"].abs().max() < 0.02
game_on, same_size = (leads.xs(name, level="model") for name in ["BiGAN, reconstruction", "autoencoder, same size"])
assert same_size.loc["digit 4", "low"] > 0 > game_on.loc["digit 4", "high"] and game_on.loc["orders", "low"] > 0
assert (same_size.loc[["digit 0", "digit 8", "orders"], "low"] < 0).all()
assert (leads.xs("BiGAN, combined", level="model")["high"].sort_index() < 0).tolist() == [True, True, False, False]

# %% [markdown]
# The BiGAN is behind the plain row everywhere: on the 0 and the 4 clear of 0; on the 8 and the orders it cannot be told from it. What does the game do to the reconstruction, with more steps than on this page? On the 4 it costs 0.013, clear of 0. On the orders it adds 0.002, clear of 0. On the 8 it adds 0.007, with an interval that ends at 0, and on the 0 nothing. The autoencoder of the same size is ahead of the BiGAN on the 4, and cannot be told from it elsewhere.
#
# ## Would you run it?
#
# A form in the wrong tray is a payment booked to the wrong account, a false alarm a glance by a clerk. Promise 5 % glances. The limit comes from the 100 development eights, which neither model was trained on; the test judges.

# %% tags=["nbval-ignore-output"]
test = datasets.one_digit_split(which, normal=8)
eights, x, y = dev[y_dev == 0], images[test.test], test.labels
judged = {"PCA 16": [pca_score(rows.reshape(-1, 784)) for rows in (eights, x)],
          "BiGAN": [detector.decision_function(rows) for rows in (eights, x)]}
for name, (held_out, scored) in judged.items():
    alarms = scored > quantile_threshold(held_out, 0.05)
    glances, found = ([alarms[y == k].mean(), *rate_interval(alarms[y == k].sum(), (y == k).sum())] for k in (0, 1))
    print("{}: glances at {:.0%} [{:.0%}, {:.0%}] of the eights,".format(name, *glances),
          "finds {:.0%} [{:.0%}, {:.0%}] of the others".format(*found))
    equal = [f"{(scored[y == 1] > np.quantile(scored[y == 0], 1 - share)).mean():.0%}" for share in (0.04, 0.1)]
    print("   at equal glances of 4 % and 10 % it finds", *equal)
    assert glances[1] < 0.05 < glances[2]
print("PCA's lead in AUROC:", lead(y, judged["PCA 16"][1], judged["BiGAN"][1]))

# %% [markdown]
# PCA finds more, and glances more: of 1,000 forms, 20 of them in the wrong tray, about 70 in vain to find 15, the BiGAN 40 to find 13. Both intervals of the glances hold the promised 5 %. The labels of the test can make the glances equal: then the BiGAN finds more at 4 %, PCA at 10 %. Over all limits PCA's AUROC is ahead of this training by a point or two, and of five by 0.009, where the interval holds 0. PCA is at least level, fitted in a moment, and always comes out the same. We would run PCA.
#
# ## When would you choose a GAN?
#
# By these rows: not here. A plain row is ahead or level in every column, the part that works is an autoencoder, and the game moves the AUROC by a point or so, up or down. That holds for 400 training images of a digit, 8,000 orders and small networks.
#
# A reason could be new normal rows, to test a monitor with. Here limits set on drawn eights broke their promise, and a plain normal distribution came closer (Going further).

# %% [markdown]
# ## Exercise 1 · why pairs
#
# In one dimension: $z$ is a standard normal number, $G(z) = 3z + 2$, and the real $x$ have mean 2 and standard deviation 3, so $G$ is perfect. Find `a` and `b` such that $E(x) = ax + b$ undoes $G$. The mirrored encoder $E'(x) = -(x - 2)/3$ gives codes that are standard normal, too. What does $G(E'(8))$ give? Store it in `rebuilt`.
#
# <details><summary>Hint</summary>Solve x = 3z + 2 for z. For the second part, first compute the code of 8, then put it into G.</details>

# %%
a, b, rebuilt = ..., ..., ...
### BEGIN SOLUTION
# x = 3z + 2 gives z = x/3 - 2/3. The mirrored code of 8 is -2, and G(-2) = -4: good codes, wrong pairs.
a, b, rebuilt = 1 / 3, -2 / 3, 3 * -2 + 2
### END SOLUTION

# %% tags=["check"]
check.exercise_1(a, b, rebuilt)

# %% [markdown]
# ## Exercise 2 · one score of many parts
#
# What `BiGANDetector` does with its parts, written by you. `my_score(parts, normal_parts, weights)` gets two DataFrames with the same columns: parts of the images to score, and parts of normal images that were not trained on. Measure each part in standard deviations from its mean, then take the weighted mean of the columns that `weights` (a dict of names and numbers) names. The check tries it on invented parts, one of which is a hundred times as large as another.
#
# <details><summary>Hint</summary>Which of the two frames tells the mean and the spread? If it were <code>parts</code>, an image's score would depend on the images beside it. Try your function with a single image.</details>

# %%
def my_score(parts, normal_parts, weights):
    score = ...
    ### BEGIN SOLUTION
    # Mean and spread come from normal rows that were not trained on, so that new rows never change the score.
    standardised = (parts - normal_parts.mean()) / normal_parts.std(ddof=0)
    score = sum(weight * standardised[name] for name, weight in weights.items()) / sum(weights.values())
    ### END SOLUTION
    return score

# %% tags=["check"]
check.exercise_2(my_score)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# A BiGAN detector in the manner of published code, in 17 numbered lines. `pair` puts images and codes side by side, the networks are those of the lesson, `error` and `score_of` give one number an image, `auroc` is scikit-learn's; `X_train` holds normal images only. Five lines hold a fault; find at least four. (Lines 12 and 17 are one fault: name either.)
#
# ```
#  1  X_train = X_train / X_train.max()
#  2  X_test = X_test / X_test.max()
#  3  for step in range(5000):
#  4      x = X_train[rng.integers(len(X_train), size=64)]
#  5      z = rng.normal(size=(64, 16))
#  6      with tf.GradientTape(persistent=True) as tape:
#  7          real, forged = D(pair(x, E(x))), D(pair(G(z), z))
#  8          loss_D = mean(softplus(-real)) + mean(softplus(forged))
#  9          loss_GE = mean(softplus(-forged))
# 10      D_optimizer.apply(tape.gradient(loss_D, D_weights), D_weights)
# 11      GE_optimizer.apply(tape.gradient(loss_GE, GE_weights), GE_weights)
# 12      if step % 100 == 0: areas.append(auroc(y_test, score_of(X_test)))
# 13  parts = pd.DataFrame({"error": error(X_test), "critic": -D(pair(X_test, E(X_test)))})
# 14  parts = (parts - parts.min()) / (parts.max() - parts.min())
# 15  score = parts.mean(axis=1)
# 16  limit = np.quantile(score[y_test == 0], 0.99)
# 17  print("limit", limit, "AUROC", max(areas))
# ```
#
# Store the numbers of the faulty lines in the set `faulty`.
#
# <details><summary>Hint</summary>Follow the test images and their labels: where do they enter? And which network learns nothing?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# Test images scaled by themselves (2), an encoder without a gradient (9), parts stretched by test scores (14), a limit
# from test labels (16), the best round by test labels as the result (17).
faulty = {2, 9, 14, 16, 17}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · the best of forty
#
# A detector that knows nothing gives random scores, new ones after each of 40 epochs. The test holds 20 odd and 20 normal images. What AUROC does "keep the best epoch" report, on average over 200 such trainings? Store it in `flattery`.
#
# <details><summary>Hint</summary>With <code>scores = rng.random((200, 40, 40))</code> (trainings, epochs, images) an AUROC is the share of pairs in which the odd image's score is higher: compare <code>scores[..., :20, None]</code> with <code>scores[..., None, 20:]</code>.</details>

# %%
rng = np.random.default_rng(0)
flattery = ...
### BEGIN SOLUTION
# AUROC is the share of pairs (odd, normal) in the right order; then the best of each training's epochs, then the mean.
scores = rng.random((200, 40, 40))
areas = (scores[..., :20, None] > scores[..., None, 20:]).mean(axis=(-2, -1))
flattery = areas.max(axis=1).mean()
### END SOLUTION

# %% tags=["check"]
check.exercise_4(flattery)

# %% [markdown]
# ## Exercise 5 · "I have read about GANs" (open)
#
# The owner of the sorting machine wants a GAN. Prepare your answer in four parts:
#
# - `"run"`: the row of the board that you would run for her digits;
# - `"part"`: the part of the BiGAN's score that does the work, `"reconstruction"`, `"features"` or `"discriminator"`;
# - `"game"`: what the game adds to the AUROC of that part on the 8, over five seeds;
# - `"again"`: what would make you compare again, `"another seed"`, `"a better epoch"`, `"more images"` or `"new images wanted"`. Two of these are good reasons: name one, or both in a set.
#
# <details><summary>Hint</summary>All of it stands in the two tables of the scoreboard. For the last part: which of the four could change what the tables say, and which only what you pick from them?</details>

# %%
my_answer = {"run": ..., "part": ..., "game": ..., "again": ...}
### BEGIN SOLUTION
# The table leads to the row, the ablation to the part and its worth; more images are a new question, a seed is not.
game_adds = leads.loc[("digit 8", "BiGAN, reconstruction"), "lead"]
my_answer = {"run": "PCA", "part": "reconstruction", "game": game_adds, "again": "more images"}
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_answer)

# %% [markdown]
# ***
# ## Going further (optional)
#
# **What the gradient penalty buys.** Try it: `train_bigan("no penalty", game_and_cycle, charge=0.0)` is the game with cycle, and $D$'s slope costs nothing. Compare the standard deviation of its last five rounds. (The penalty's rival, **spectral normalisation**, limits the slope of each layer instead.)
#
# **What the spectator sees.** Without a game nobody keeps $E$'s codes as small as random ones. Does the spectator $D$ read the image, the code, or only the code's size? Change one thing at a time.

# %% tags=["nbval-ignore-output"]
spectator = gans["cycle, no game"]
codes = training.predict(spectator.E, X_dev)
noise, spread = np.random.default_rng(SEED).normal(size=codes.shape), codes.std()
blank = np.tile(X_train.mean(axis=0), (len(X_dev), 1))
tried = {"image and its code": (X_dev, codes), "its code, shrunk to spread 1": (X_dev, codes / spread),
         "its code, beside the mean image": (blank, codes), "random code, spread 1": (X_dev, noise),
         f"random code, stretched to spread {spread:.1f}": (X_dev, noise * spread)}
tried = pd.Series({name: roc_auc_score(y_dev, -training.predict(spectator.D, np.hstack(pair))[:, 0])
                   for name, pair in tried.items()})
print(tried.round(2).to_string())
assert tried.iloc[:3].min() > tried.iloc[3:].max() + 0.08

# %% [markdown]
# It reads the code. Size is not what it goes by: shrunk codes serve as well, and random codes of either size leave a coin, though the image stands beside them. With one and the same mean image beside all codes it does nearly as well as with the images. $E(x)$ is information about the image.
#
# **Sharp, or speckled?** GANs are praised for sharp drawings. Are these?

# %% tags=["nbval-ignore-output"]
plots.image_rows({"image": dev[shown], "game": drawn_by("game + cycle", X_dev[shown]),
                  "no game": drawn_by("cycle, no game", X_dev[shown])})
plt.show()

# %% [markdown]
# *The figure: the ten images, and below them their drawings $G(E(x))$ with the game and without: the same soft eights, hardly to be told apart.*
#
# *Edges* is the change from pixel to neighbouring pixel, *specks* what a median over 3 by 3 pixels takes away, both as shares of the ink.

# %% tags=["nbval-ignore-output"]
def texture(x):
    ink = x.sum(axis=(1, 2))
    edges = sum(np.abs(np.diff(x, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    specks = np.abs(x - median_filter(x, (1, 3, 3))).sum(axis=(1, 2))
    return {"edges": (edges / ink).mean(), "specks": (specks / ink).mean()}

new_eights = X_dev[y_dev == 0]
textures = {name: texture(drawn_by(name, new_eights)) for name in ("game + cycle", "cycle, no game")}
textures = pd.DataFrame(textures | {"real eights": texture(new_eights.reshape(-1, 28, 28))}).T
print(textures.round(2).to_string())
assert abs(textures["edges"].diff().iloc[1]) < 0.12 and textures["edges"].idxmax() == "real eights"

# %% [markdown]
# With the game and without, the drawings agree to a few hundredths, and both are softer than real eights. For these networks the praise of sharp drawings does not hold.
#
# **New eights from random codes.** For both, $z$ comes from a normal distribution that fits the encoder's codes. Beside them stand a normal distribution in PCA's space, and images halfway between two neighbours.

# %% tags=["nbval-ignore-output"]
def some_new(name, n):
    """Images of random codes, from a normal distribution that fits the encoder's codes."""
    codes, rng = training.predict(gans[name].E, X_train), np.random.default_rng(2)
    new = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n)
    return training.predict(gans[name].G, new).reshape(-1, 28, 28)

rng, wide, apart = np.random.default_rng(3), PCA(0.99, random_state=0).fit(X_train), cdist(X_train, X_train)
wide_codes = np.sqrt(wide.explained_variance_) * rng.normal(size=(200, wide.n_components_))
first = rng.integers(300, size=200)
second = apart.argsort(axis=1)[first, rng.integers(1, 6, size=200)]
made = {"game": some_new("game + cycle", 200), "no game": some_new("cycle, no game", 200),
        "normal": wide.inverse_transform(wide_codes).clip(0, 1), "halfway": (X_train[first] + X_train[second]) / 2}
made = {source: drawn.reshape(-1, 784) for source, drawn in made.items()}
plots.image_rows({source: drawn[:10].reshape(-1, 28, 28) for source, drawn in made.items()})
plt.show()

# %% [markdown]
# *The figure: four rows of ten new eights. With the game and without it soft eights, a few of them blots or broken; from the normal distribution ragged and broken ones; the images halfway between neighbours look most like real eights, in places doubled.*
#
# **To test a monitor with.** A generator makes normal rows that nobody has photographed. Could they set a monitor's limit, so that no real image has to be kept back for it? Two monitors, PCA and neighbours, learn the 300 eights. Their limits are to keep a promise of 5 % false alarms; the 100 development eights say whether they do. The eights for the limit are these four kinds, 200 of each, and the training images themselves. Without any sampling there are five folds: each fifth of the training images is scored by a monitor that learned the rest.
#
# **Before you run:** whose limit will be nearest to 5 %?

# %% tags=["nbval-ignore-output"]
def monitors(rows):
    """Scores by a PCA and by neighbours that learned `rows`."""
    pca, near = PCA(CODE, random_state=0).fit(rows), NearestNeighbours(method="mean", scale=False).fit(rows)
    return {"PCA": lambda x: relative_error(x, pca.inverse_transform(pca.transform(x))),
            "neighbours": near.decision_function}

# %% [markdown]
# And are they eights? Five nearest neighbours among labelled images of all ten digits, none of the development or test images among them, read each.

# %% tags=["nbval-ignore-output"]
made["training images"] = X_train
scored = {source: {name: score(x) for name, score in monitors(X_train).items()} for source, x in made.items()}
folds = [monitors(X_train[np.arange(300) % 5 != k]) for k in range(5)]
scored["five folds"] = {name: np.concatenate([fold[name](X_train[k::5]) for k, fold in enumerate(folds)])
                        for name in ("PCA", "neighbours")}
kept = pd.DataFrame({name: {source: (score(new_eights) > np.quantile(scores[name], 0.95)).mean()
                            for source, scores in scored.items()} for name, score in monitors(X_train).items()})
labelled = np.setdiff1d(np.arange(len(which)), np.r_[development.test, test.test])
reader = KNeighborsClassifier(5).fit(images.reshape(-1, 784)[labelled], which[labelled])
seen_by_reader = {source: (reader.predict(x) == 8).mean() for source, x in (made | {"new eights": new_eights}).items()}
kept = kept.join(pd.Series(seen_by_reader, name="read as 8"), how="outer").loc[[*scored, "new eights"]]
print("false alarms where 5 % were promised\n" + kept.map("{:.0%}".format).replace("nan%", "").to_string())
assert kept.loc["five folds", ["PCA", "neighbours"]].max() <= 0.1 < kept.drop("five folds")["PCA"].min()
assert kept.loc["new eights", "read as 8"] < kept.loc[["game", "no game", "normal", "halfway"], "read as 8"].min()

# %% [markdown]
# No sampler keeps the promise. The game's limit lets PCA raise a false alarm on most of the real eights: PCA rebuilds its drawings more closely than real eights. The networks without the game do about as well or better, a normal distribution is better still, and five folds, which draw nothing, are on the mark. The reader takes about nine drawings of ten for an 8, whoever made them, and of the real new eights only eight: the drawings are too typical, not too strange. So a GAN's samples earn nothing here that plainer ways do not give.
#
# **The search of AnoGAN** (Schlegl and others, 2017). Before GANs had encoders, the code of an image was *searched*: start from a random $z$ and follow the gradient of $\lVert x - G(z) \rVert^2$ downhill, for each image anew. We try it with the generator of the cycle run: 500 steps for 92 images at once.
#
# **Before you run:** which draws the images more closely, the search or the encoder?

# %% tags=["nbval-ignore-output"]
def search(G, x, steps=500):
    z = tf.Variable(np.random.default_rng(SEED).normal(size=(len(x), CODE)).astype(np.float32))
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build([z])

    def step(_):
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(G(z) - x))
        optimizer.apply([tape.gradient(loss, z)], [z])
        return loss

    training.run_steps(step, steps, batch_size=1, epochs=1)
    return z.numpy()

# %% tags=["nbval-ignore-output"]
tried, odd = X_dev[::5], y_dev[::5] == 1
drawn = {"searched": training.predict(gans["game + cycle"].G, search(gans["game + cycle"].G, tried)),
         "encoded": training.predict(gans["game + cycle"], tried)}
errors = pd.DataFrame({name: np.square(tried - picture).mean(axis=1) for name, picture in drawn.items()}).T
print(pd.DataFrame({"eights": errors.loc[:, ~odd].mean(axis=1), "others": errors.loc[:, odd].mean(axis=1),
                    "AUROC": [roc_auc_score(odd, error) for error in errors.to_numpy()]}).round(3))
assert (errors.loc["searched"] < errors.loc["encoded"]).mean() > 0.9

# %% [markdown]
# The search draws closer: it was told to do nothing else, for 500 steps. That helps the odd images as well as the eights, and the AUROC of the two errors is about the same. It takes 500 steps where the encoder takes one, and wants a number of steps and a starting point. The encoder was put beside the generator for this reason (EGBAD; f-AnoGAN, 2019).
#
# ***
# ## What we learned
# - We trained generator, encoder and discriminator of pairs in one step.
# - We combined scores in standard deviations of held-out normal images; no mixture beat the best part.
# - We switched the game off: the networks rebuilt about as well.
# - We measured that the best of eight rounds, chosen by labels, flatters, least where the score is steady.
# - We decided from a table: PCA led on the digits, neighbours were level on the orders, and the game moved the AUROC by a point or so, up or down.
#
# **In practice** fix recipe and steps beforehand, train several seeds, calibrate on held-out normal rows, watch the spread of what the generator draws, so that a collapse is noticed. And train the same networks once without the game: if that is as good, ship that.
#
# **Further reading**
# - Donahue, Krähenbühl, Darrell: *Adversarial Feature Learning*, ICLR 2017. BiGAN, with the proof that the encoder inverts the generator. (Dumoulin and others, *Adversarially Learned Inference*, ICLR 2017, found it independently.)
# - Zenati and others: *Efficient GAN-Based Anomaly Detection*, 2018. The BiGAN as a detector.
# - Schlegl and others: *f-AnoGAN*, Medical Image Analysis 54, 2019. From search to encoder, on scans of the eye.
# - Mescheder, Geiger, Nowozin: *Which Training Methods for GANs do actually Converge?*, ICML 2018. Where R1 comes from.
# - Li and others: *ALICE: Towards Understanding Adversarial Learning for Joint Distribution Matching*, NeurIPS 2017. Why the game alone leaves images and codes free to disagree.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
