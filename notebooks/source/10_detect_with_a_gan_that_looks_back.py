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
# *Before this: a generator and a discriminator, whose score lived on the generator's mistakes. Now the generator itself is asked: could you have made this?*

# %% [markdown]
# **What you'll do.** Put an encoder beside the generator, score images in three ways, and find out with fair comparisons what the game between the networks adds to the score.
#
# **What you'll learn**
# - train generator, encoder and discriminator of pairs in one step;
# - combine scores of different size without looking at the test;
# - say what a gradient penalty buys, and what a cycle term buys;
# - measure how much it flatters to choose the moment to stop by labels;
# - decide from a table with baselines whether a GAN is worth its training.
#
# **What you'll need.** [Lesson 05](05_see_strange_digits.ipynb) for the digits and the tolerant error, [lesson 09](09_train_a_generator_and_a_critic.ipynb) for the game. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes about five seconds: it imports TensorFlow.
#
# ***
# ## The question and the data
#
# The discriminator of lesson 09 gives an image a number and no reason. A generator could give one: if it can draw an eight much like this one, the image is ordinary; where its drawing differs, the image is odd. But a generator draws from a [code](glossary.md#code), and an image comes without one. **Can a GAN learn to look back, from the image to its code, and is it a good detector then?**

# %%
import time

from helpers import datasets, plots, training
from helpers.checks import lesson_10 as check
from helpers.detectors import BiGANDetector, NearestNeighbours, tolerant_error

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

plots.use_style()
SEED, CODE = 0, 16

# %% [markdown]
# The tray for the 8 again, the hardest of lesson 05: **real** images, eights are normal, every other digit is a form in the wrong tray. This lesson makes many choices, so it makes them on the *development* split, which holds no image of the [test](glossary.md#test). Of its 300 training eights, 45 stay out of the training; they will standardise the scores.

# %%
digits = datasets.load_digits_images()
which, X = digits.labels.to_numpy(), digits.data.reshape(-1, 784) / np.float32(255)
development = datasets.one_digit_split(which, normal=8, development=True)
X_train, X_validation = X[development.train[:255]], X[development.train[255:]]
X_dev, y_dev = X[development.test], development.labels
print(f"{len(X_train)} eights to train, {len(X_validation)} to standardise; "
      f"development test: {(y_dev == 0).sum()} eights, {y_dev.sum()} other digits")

# %% [markdown]
# As in lesson 05 we count AUROC: the chance that another digit scores above an eight.
#
# ## The simplest thing that could work
#
# PCA with 16 directions, judged by lesson 05's tolerant error relative to the ink; and the mean distance to the five nearest training images.
#
# **Before you run:** lesson 05 gave them about 0.95 and 0.85 on its test. Will the development split agree?

# %%
USUAL_INK = np.square(X_validation).mean()

def relative_error(x, drawn):
    ink = np.square(x).mean(axis=1) + 0.1 * USUAL_INK
    return tolerant_error(x.reshape(-1, 28, 28, 1), drawn.reshape(-1, 28, 28, 1)).mean(axis=(1, 2)) / ink

def auroc(scores):
    return roc_auc_score(y_dev, scores)

pca = PCA(CODE, random_state=0).fit(X_train)
neighbours = NearestNeighbours(method="mean", scale=False).fit(X_train)
plain = {"PCA 16, tolerant error": auroc(relative_error(X_dev, pca.inverse_transform(pca.transform(X_dev)))),
         "5 nearest neighbours": auroc(neighbours.decision_function(X_dev))}
print({name: round(area, 2) for name, area in plain.items()})
assert plain["PCA 16, tolerant error"] > 0.93 > 0.9 > plain["5 nearest neighbours"]

# %% [markdown]
# It does: 0.95 and 0.87. PCA with the right error is the number to beat.
#
# ## A way back
#
# Beside the generator $G$, which turns a code $z$ into an image, stands an **encoder** $E$, which turns an image $x$ into a code. Now there are two ways to get an image with its code: a real image and what $E$ says about it, $(x, E(x))$, or a random code and what $G$ draws from it, $(G(z), z)$. The discriminator sees *pairs* and says which way they came. This is a **BiGAN**, a bidirectional GAN (Donahue and others; Dumoulin and others, both 2017):
#
# $$\min_{G, E} \max_D \; \mathbb{E}_x\left[\log D(x, E(x))\right] + \mathbb{E}_z\left[\log\left(1 - D(G(z), z)\right)\right]$$
#
# Why pairs? To fool $D$, the images must look real *and* the codes look random *and* a pair of image and code must be as frequent from one side as from the other. If $D$ is fooled completely, $E$ undoes $G$: that is the theorem of the paper. Exercise 1 shows what goes wrong without pairs.
#
# Three small networks with one hidden layer each, and the loss of lesson 09, in logits:

# %%
def dense(n_inputs, n_outputs, last=None):
    return keras.Sequential([keras.Input((n_inputs,)), layers.Dense(256, activation="leaky_relu"),
                             layers.Dense(n_outputs, activation=last)])

def discriminator_loss(real_logits, forged_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(forged_logits))

def pair(x, z):
    return ops.concatenate([x, z], axis=1)

# %% [markdown]
# The opponents of $D$ want the reverse: forged pairs called real, and real pairs called forged. That is the same loss with its arguments exchanged. The first part moves $G$, the second moves $E$: without it the encoder would have nothing to learn from.

# %%
class BiGAN(keras.Model):
    def __init__(self, seed=SEED):
        super().__init__()
        training.set_seed(seed)
        self.G, self.E, self.D = dense(CODE, 784, "sigmoid"), dense(784, CODE), dense(784 + CODE, 1)
        self.features = keras.Sequential(self.D.layers[:-1])
        self.seeds, self.players = keras.random.SeedGenerator(seed), {}
        for name, networks in {"D": [self.D], "GE": [self.G, self.E]}.items():
            weights = [weight for network in networks for weight in network.trainable_variables]
            optimizer = keras.optimizers.Adam(0.001, beta_1=0.5)
            optimizer.build(weights)
            self.players[name] = optimizer, weights

    def losses(self, x, z):
        real_logits, forged_logits = self.D(pair(x, self.E(x))), self.D(pair(self.G(z), z))
        return {"D": discriminator_loss(real_logits, forged_logits),
                "GE": discriminator_loss(forged_logits, real_logits)}

# %% [markdown]
# `features` is $D$ without its last layer; we will need it for a score. The training step and the loop are those of lesson 09, with two sides instead of two networks:

# %%
def one_step(gan, x):
    z = training.random_normal((x.shape[0], CODE), gan.seeds)
    with tf.GradientTape(persistent=True) as tape:
        losses = gan.losses(x, z)
    for name, (optimizer, weights) in gan.players.items():
        optimizer.apply(tape.gradient(losses[name], weights), weights)
    return losses["D"]

def play(gan, look, rounds=10, steps=100, batch_size=64):
    """What `look(gan)` saw before the first round and after each."""
    rows, seen = tf.constant(X_train), [look(gan)]
    training.run_steps(lambda positions: one_step(gan, tf.gather(rows, positions % len(rows))), steps * batch_size,
                       batch_size=batch_size, epochs=rounds, after_epoch=lambda: seen.append(look(gan)))
    return seen

# %% [markdown]
# ## Three questions to one image
#
# Let $\hat x = G(E(x))$, the image that $G$ draws from $x$'s own code. Then ask:
#
# - **reconstruction**: how far is $x$ from $\hat x$? Once by the squared error, once by the tolerant error relative to the ink;
# - **feature distance**: how far apart are $(x, E(x))$ and $(\hat x, E(x))$ *in the eyes of $D$*, that is, in its last hidden layer? (As in EGBAD, Zenati and others, 2018.)
# - **discriminator** alone: does $D$ call $(x, E(x))$ forged? The score is $-\ell$, as in lesson 09.

# %%
def logits(gan, x):
    return training.predict(gan.D, np.concatenate([x, training.predict(gan.E, x)], axis=1))[:, 0]

def parts_of(gan, x):
    z = training.predict(gan.E, x)
    drawn = training.predict(gan.G, z)
    real, forged = np.concatenate([x, z], axis=1), np.concatenate([drawn, z], axis=1)
    apart = np.abs(training.predict(gan.features, real) - training.predict(gan.features, forged))
    return pd.DataFrame({"squared": np.square(x - drawn).mean(axis=1), "reconstruction": relative_error(x, drawn),
                         "features": apart.mean(axis=1), "discriminator": -logits(gan, x)})

# %% [markdown]
# The parts have different units, so they cannot be added as they are. Each is measured in standard deviations from its mean on *normal images that were not trained on*, the 45. No test image has a say in it. The weights (half for the reconstruction, a quarter each for the two views of $D$) are those of `BiGANDetector`, chosen on development data against equal ones only; exercise 2 tries others.

# %%
WEIGHTS = {"reconstruction": 0.5, "features": 0.25, "discriminator": 0.25}

def standardised(parts, normal_parts):
    return (parts - normal_parts.mean()) / normal_parts.std(ddof=0)

def combined(parts, weights):
    return sum(weight * parts[name] for name, weight in weights.items()) / sum(weights.values())

def look(gan):
    parts = standardised(parts_of(gan, X_dev), parts_of(gan, X_validation))
    areas = parts.assign(combined=combined(parts, WEIGHTS)).apply(auroc)
    return {"areas": areas, "parts": parts, "logits": [logits(gan, x).mean() for x in (X_train, X_validation)]}

# %% [markdown]
# 1,000 steps of the pure game, about eight seconds.
#
# **Before you run:** which of the three questions will find most of the other digits?

# %% tags=["nbval-ignore-output"]
runs = {"BiGAN": BiGAN()}
seen = {"BiGAN": play(runs["BiGAN"], look)}
ladder = pd.DataFrame({"untrained": seen["BiGAN"][0]["areas"], "BiGAN": seen["BiGAN"][-1]["areas"]}).T
print(ladder.round(2).to_string())
assert ladder.loc["BiGAN", list(WEIGHTS)].idxmax() == "reconstruction"
assert ladder.loc["BiGAN", "combined"] < plain["PCA 16, tolerant error"] - 0.04

# %% [markdown]
# Read the last row. The reconstruction finds most, 0.8 to 0.9 with the tolerant error; the two views of $D$ are closer to a coin; the combination ends at 0.80 to 0.85, far below PCA. The first row is the same networks before any step: they draw grey noise for every image, and their squared error already has 0.75. A plain squared error of 0.75 proves nothing, and training did not raise it. Why is the reconstruction not better? Look at it.

# %% tags=["nbval-ignore-output"]
shown = np.r_[np.flatnonzero(y_dev == 0)[[5, 25, 45, 65]], np.flatnonzero(y_dev == 1)[[10, 50, 130, 170, 250, 290]]]

def looked_back(gan, x):
    return training.predict(gan.G, training.predict(gan.E, x)).reshape(-1, 28, 28)

Z = np.random.default_rng(1).normal(size=(len(shown), CODE))
plots.image_rows({"$x$": X_dev[shown].reshape(-1, 28, 28), r"$G(E(x))$": looked_back(runs["BiGAN"], X_dev[shown]),
                  "$G(z)$": training.predict(runs["BiGAN"].G, Z).reshape(-1, 28, 28)},
                 titles=which[development.test][shown])
plt.show()

# %% [markdown]
# *The figure: ten columns, four eights and the digits 0, 1, 3, 4, 6 and 7. Below each image what the generator draws from its code, a speckled 8 for all ten; below these, eights from random codes, of the same rough kind.*
#
# Every image comes back as an 8, and hardly one as *its* 8: the first eight and the 1 get nearly the same drawing, and so do the thin eight and the 7. $G$ draws eights, but $G$ and $E$ are far from undoing each other. That finds the 7, whose bar is missing in its drawing, and hurts every eight in an unusual hand.
#
# ## A stabiliser: the gradient penalty
#
# A $D$ that is sure of itself is steep: its output climbs from forged to real within a small step, and is flat elsewhere. That tells $G$ and $E$ little about where to go. The **gradient penalty** "R1" (Mescheder and others, 2018) charges $D$ for its slope at the real pairs:
#
# $$R_1 = \frac{\gamma}{2}\, \mathbb{E}_x \left\lVert \nabla \ell(x, E(x)) \right\rVert^2$$
#
# The gradient is taken with respect to the *pair*, not to the weights. In code, a tape inside the tape; with $\gamma = 1$:

# %%
def squared_slope(D, pairs):
    pairs = ops.stop_gradient(pairs)
    with tf.GradientTape() as tape:
        tape.watch(pairs)
        total = ops.sum(D(pairs))
    return ops.mean(ops.sum(ops.square(tape.gradient(total, pairs)), axis=1))

class PenalisedBiGAN(BiGAN):
    def losses(self, x, z):
        losses = super().losses(x, z)
        losses["D"] += 1 / 2 * squared_slope(self.D, pair(x, self.E(x)))
        return losses

# %% [markdown]
# About ten seconds: the slope of a slope costs a second pass.
#
# **Before you run:** will the AUROC rise?

# %% tags=["nbval-ignore-output"]
runs["+ R1"] = PenalisedBiGAN()
seen["+ R1"] = play(runs["+ R1"], look)
ladder.loc["+ R1"] = seen["+ R1"][-1]["areas"]
print(ladder.round(2).to_string())
for name, frames in seen.items():
    on_training, on_new = np.mean([frame["logits"] for frame in frames[-5:]], axis=0)
    swing = np.std([frame["areas"]["combined"] for frame in frames[-5:]])
    print(f"{name}: mean logit {on_training:.1f} on training eights, {on_new:.1f} on new ones; swing {swing:.3f}")
assert np.mean([f["logits"] for f in seen["+ R1"][-5:]]) < np.mean([f["logits"] for f in seen["BiGAN"][-5:]]) / 2

# %% [markdown]
# $D$ has calmed down. Without the penalty its logit on real pairs is about 2, so $D$ is 0.9 sure; with it 0.2 or 0.3, not far from a shrug. That is what the penalty buys: a game that stays open, in which $G$ and $E$ get slopes they can follow.
#
# And the AUROC? The combination moved by a few hundredths, in other seeds now up, now down. Look at the swing, its standard deviation over the last five rounds: it is of the same size. From one seed nobody can tell such a difference from luck. We keep the penalty because it keeps $D$ from winning, not for the AUROC. (Its rival, **spectral normalisation**, limits the slope of each layer instead; on development images it made our detector worse, 0.80 against 0.89. Measured, not run here.)
#
# ## What few images need: the cycle
#
# The theorem says $\hat x = x$ at the end of the game. With 255 images and 1,000 steps the game is nowhere near its end. So ask for it directly: let $G$ and $E$ also minimise the **cycle term**, the squared error of $G(E(x))$, as ALICE does (Li and others, 2017). As in lesson 05 the encoder gets a noisy image and the clean one is the target. The error counts as a share of the images' variance, so that its weight does not depend on the units. `game` is a switch for later. About fifteen seconds.
#
# **Before you run:** the cycle term moves only $G$ and $E$. Which column will gain, and which will not?

# %%
VARIANCE = float(X_train.var(axis=0).mean())

class CycleBiGAN(PenalisedBiGAN):
    game = 1.0

    def losses(self, x, z):
        losses = super().losses(x, z)
        noisy = x + 0.5 * training.random_normal(x.shape, self.seeds)
        cycle = ops.mean(ops.square(self.G(self.E(noisy)) - x)) / VARIANCE
        losses["GE"] = self.game * losses["GE"] + cycle
        return losses

# %% tags=["nbval-ignore-output"]
runs["+ R1 + cycle"] = CycleBiGAN()
seen["+ R1 + cycle"] = play(runs["+ R1 + cycle"], look)
ladder.loc["+ R1 + cycle"] = seen["+ R1 + cycle"][-1]["areas"]
print(ladder.round(2).to_string())
assert ladder.loc["+ R1 + cycle", "reconstruction"] > 0.92
assert ladder.loc["+ R1 + cycle", "combined"] > max(0.9, ladder.loc["+ R1", "combined"])
assert ladder.loc["+ R1 + cycle", "discriminator"] < 0.65

# %% [markdown]
# There is the jump: 0.92 to 0.95 for the combination, and 0.93 or more for the reconstruction alone, level with PCA. The feature distance follows it. The discriminator alone is at a coin or below it. The combination is no better than its best part. What does each part find strange, and which digits do eights' drawings pass for?

# %% tags=["nbval-ignore-output"]
final = seen["+ R1 + cycle"][-1]["parts"]
strangest = {name: np.argsort(-final[name].to_numpy())[:7] for name in WEIGHTS}
missed = np.flatnonzero(y_dev == 1)[np.argsort(final["reconstruction"][y_dev == 1].to_numpy())[:7]]
rows = {name: X_dev[places].reshape(-1, 28, 28) for name, places in strangest.items()}
plots.image_rows(rows | {"missed": X_dev[missed].reshape(-1, 28, 28),
                         "$G(E(x))$": looked_back(runs["+ R1 + cycle"], X_dev[missed])})
plt.show()

# %% [markdown]
# *The figure: five rows of seven images. The strangest by reconstruction are sevens and a wide 0; by feature distance twos, sevens and a 9; by the discriminator a mixture of digits and sprawling eights. The missed digits are ones, sixes, nines and a 3; their drawings are the same digits, thickened or faintly closed to an 8.*
#
# The first two rows show other digits, and you can see why: strokes where no 8 has any. The discriminator's row has eights in it: it objects to a hand, not to a digit. The misses are digits that an 8 contains or nearly closes. A 1 comes back as a slim 8, a 9 as itself or with a heavier foot, and the tolerant error forgives what is left.
#
# ## How it fails
#
# **Choosing the moment to stop by the labels.** The score changes while you train; lesson 09 showed it. Published code (GANomaly's among others) computes the AUROC on the test set after each epoch and keeps the best one. Do the same with our ten rounds, and see what it is worth.

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 2, sharey=True)
flattered = {}
for ax, part in zip(axes, ["combined", "discriminator"], strict=True):
    for (name, frames), style in zip(seen.items(), ["o:", "s--", "^-"], strict=True):
        areas = [frame["areas"][part] for frame in frames[1:]]
        ax.plot(100 * np.arange(1, 11), areas, style, markersize=4, label=name)
        flattered[name, part] = {"last": areas[-1], "best of ten": max(areas), "gained": max(areas) - areas[-1]}
    ax.set(xlabel="training steps", title=part)
axes[0].set(ylabel="AUROC on development images")
axes[1].legend(loc="upper right")
plt.show()
flattered = pd.DataFrame(flattered).T
print(flattered.round(3).to_string())
assert flattered["gained"].max() > 0.05 > flattered.loc[("+ R1 + cycle", "combined"), "gained"]

# %% [markdown]
# *The figure: two panels of AUROC over ten rounds. Combined score: the cycle run on top, climbing from about 0.9; the other two below it between 0.8 and 0.9 with single leaps upwards. Discriminator alone: three restless curves between 0.3 and 0.8, two of them mostly below one half.*
#
# Ten looks at the labels gain up to a tenth for the combination, and mostly one or two tenths for the discriminator alone. The less steady the score, the more there is to gain: the labels repair it after the fact. The cycle run's combination, which is steady, has the least to gain.
#
# Is at least a part of the gain real, a round that *is* better? Choose the round of the first run by 20 eights and 20 other digits, and look at the same round on all other images. The mean of fifty such choices:

# %% tags=["nbval-ignore-output"]
rng, pairs = np.random.default_rng(0), []
for _ in range(50):
    here = np.concatenate([rng.choice(np.flatnonzero(y_dev == label), 20, replace=False) for label in (0, 1)])
    there = np.setdiff1d(np.arange(len(y_dev)), here)
    scores = [combined(frame["parts"], WEIGHTS) for frame in seen["BiGAN"][1:]]
    chosen_on, checked_on = ([roc_auc_score(y_dev[side], score[side]) for score in scores] for side in (here, there))
    pairs.append((max(chosen_on), checked_on[np.argmax(chosen_on)]))
on_chosen, on_others = np.mean(pairs, axis=0)
blindly = np.mean([frame["areas"]["combined"] for frame in seen["BiGAN"][1:]])
print(f"best round by 40 images {on_chosen:.3f}, the same round on the others {on_others:.3f}; any round {blindly:.3f}")
assert on_chosen > on_others + 0.005

# %% [markdown]
# The forty images that chose the round praise it more than the 420 others confirm, by 0.03 to 0.06 in the seeds that we tried: that part is flattery. Of the rest little is left: a round taken blindly is at most 0.05 behind the chosen one. And without labels you cannot see these curves at all. What you can do is what this lesson does: fix steps and recipe on *development* data, write them down, and report the last round. With no labelled development data at all, fix them on another data set of the kind.
#
# **What is the game good for?** Train the same networks with the same cycle term once more, and switch the game off: $G$ and $E$ no longer care what $D$ says. What is left of them is a denoising autoencoder. $D$ plays on as a spectator. Fifteen seconds again.
#
# **Before you run:** which of the parts will suffer?

# %% tags=["nbval-ignore-output"]
class NoGame(CycleBiGAN):
    game = 0.0

runs["cycle, no game"] = NoGame()
seen["cycle, no game"] = play(runs["cycle, no game"], look)
ladder.loc["cycle, no game"] = seen["cycle, no game"][-1]["areas"]
print(ladder.round(2).to_string())
played, watched = ladder.loc["+ R1 + cycle"], ladder.loc["cycle, no game"]
assert abs(played["reconstruction"] - watched["reconstruction"]) < 0.03
assert watched["discriminator"] > played["discriminator"] + 0.15 and watched["combined"] > played["combined"] - 0.03

# %% [markdown]
# The reconstruction does not suffer: 0.94 or 0.95 with the game, 0.95 or 0.96 without. The combination is as good or a little better. What looked like the GAN's success was the cycle term's, a denoising autoencoder, judged by the tolerant error.
#
# And look at the discriminator: about 0.85 or more as a spectator, about one half or below as a player. The spectator's work is easy in two ways: nobody trains its $G$ to forge, and nobody keeps $E$'s codes as small as random ones. How much of its knowledge is the second, that is, nothing about images at all?

# %% tags=["nbval-ignore-output"]
spectator = runs["cycle, no game"]
codes = training.predict(spectator.E, X_dev)
random_codes = np.random.default_rng(SEED).normal(size=codes.shape).astype(np.float32)
blind = auroc(-training.predict(spectator.D, np.concatenate([X_dev, random_codes], axis=1))[:, 0])
print(f"spread of E's codes {codes.std():.1f} (random ones: 1.0)")
print(f"spectator's AUROC {watched['discriminator']:.2f}, with random codes beside the images {blind:.2f}")
assert codes.std() > 2 and blind < watched["discriminator"] - 0.1

# %% [markdown]
# Most of it: this spectator looks at the code. (One that sees images only reaches 0.88 as well, measured in two seeds and not run here: poor forgeries teach, as in the plane.) As a player $D$ has neither hint. Whichever of the two it is, what the score knows are the opponents' faults.
#
# So why play? In theory, for a $G$ whose codes are well spread, and for drawings that are sharp. For this detector, on 255 images, we can find no reason.
#
# ## The scoreboard
#
# The test of lesson 05, looked at once: 400 eights to train on (`BiGANDetector` holds 15 % of them out to standardise), 100 eights and 450 other digits to judge. `BiGANDetector` is what you have built, trained for 2,000 steps; the $G$ and $E$ that score are running averages of their last few hundred states, so that the last step's wobble is averaged out. About fifteen seconds.

# %% tags=["nbval-ignore-output"]
split = datasets.one_digit_split(which, normal=8)
train, test = digits.data[split.train], digits.data[split.test]
detector = BiGANDetector(random_state=SEED, verbose=False).fit(train)
live = detector.score_parts(test).apply(lambda part: roc_auc_score(split.labels, part)).add_prefix("BiGAN, ")
live["BiGAN, combined"] = roc_auc_score(split.labels, detector.decision_function(test))
print(live.round(2).to_string())
assert live["BiGAN, combined"] > 0.9 and live["BiGAN, discriminator"] < 0.65
assert abs(live["BiGAN, combined"] - live["BiGAN, reconstruction"]) < 0.02

# %% [markdown]
# As on the development images: the reconstruction does the work, the feature distance follows at a distance, the discriminator is below a coin. The combination is not above its best part.
#
# One seed is an anecdote. The shipped table (`data/results/gan.csv`) has five for every row that depends on chance, mean ± standard deviation, for three digits and for the **simulated** orders of lessons 01 to 04 (14 features, 2 % odd orders in the test, so their average precision stands beside the AUROC). "Same size" is a denoising autoencoder of dense layers with as many units as $E$ and $G$, scored by the same errors; "GAN, discriminator" is `GANDetector`, the relative of lesson 09's network; "PCA 32" and "PCA" take the squared error. Seconds are those of a training on digit 8, on a machine that was busy with other work; on a free one the BiGAN takes 11.

# %%
table = datasets.load_results("gan")
runs_of = table.groupby(["model", "data"])
area, spread = runs_of["auroc"].mean().unstack(), runs_of["auroc"].std().unstack()
board = area.map("{:.3f}".format) + spread.map(" ± {:.3f}".format)
board["orders, AP"] = runs_of["average_precision"].mean().unstack()["orders"].map("{:.2f}".format)
board["8, live"] = live.map("{:.3f}".format)
board["seconds"] = runs_of["seconds"].mean().unstack()["digit 8"].map("{:.1f}".format)
order = ["GAN, discriminator", "BiGAN, discriminator", "BiGAN, features", "BiGAN, reconstruction", "BiGAN, combined",
         "autoencoder, same size", "autoencoder, convolutional", "PCA 16, tolerant error", "PCA 32", "PCA",
         "5 nearest neighbours"]

# %% tags=["nbval-ignore-output", "headline"]
print(board.loc[order].fillna("").replace({" ± nan": "", "nan": ""}, regex=True).to_string())
bigan, images = area.loc["BiGAN, combined"], ["digit 0", "digit 4", "digit 8"]
assert abs(live["BiGAN, combined"] - bigan["digit 8"]) < 0.05
assert (area.loc["BiGAN, reconstruction"] > bigan - 0.005).all() and area.loc["BiGAN, discriminator"].max() < 0.7
assert (area.loc["PCA 16, tolerant error", images] > area.loc["BiGAN, reconstruction", images]).all()
assert area.loc[["GAN, discriminator", "BiGAN, discriminator"], "orders"].max() < 0.4
ahead = bigan > area.loc["autoencoder, same size"]
assert ahead.any() and not ahead["orders"] and area.loc[order[:2]].max().lt(area.loc[order[2:]].min()).all()
print(f"AUROC on digit 8, five seeds: BiGAN {bigan['digit 8']:.2f}, its reconstruction alone "
      f"{area.loc['BiGAN, reconstruction', 'digit 8']:.2f}, PCA 16 {area.loc['PCA 16, tolerant error', 'digit 8']:.2f}")

# %% [markdown]
# Four things to read.
#
# On all three digits, **PCA with the same error is ahead of the BiGAN**, in about a second or less instead of half a minute. The autoencoder of the same size, scored by the same errors, is behind the BiGAN on the 8 (0.931 to 0.944), level on the 0, and ahead on the 4 and on the orders; there it is level with the reconstruction alone.
#
# Inside the BiGAN, the reconstruction alone is as good as the combination or better in every column, so a user would not miss the rest.
#
# The discriminators are the weakest rows, that of the plain GAN as well as the BiGAN's. On the orders both are far below one half: they call odd orders *more* real than ordinary ones. Nothing warns you of that but labels.
#
# And the spreads: a method whose five seeds differ by more than its lead has not shown one.
#
# ## When would you choose a GAN?
#
# By this table: not for these four problems. No column has a GAN at its top, the part of the BiGAN that works is an autoencoder, and it costs the most seconds. That is a statement about 400 images, 8,000 orders and small dense networks, and not about every GAN.
#
# What could be reasons all the same? You need *generated* rows besides, for tests or for sharing. Or a GAN leads on *your* development data, over five seeds, beside PCA, an autoencoder of the same size and its own networks with the game off. That last row is the one that published tables leave out. (So does ours: you have seen it for one seed, on development images. Over seeds 0 to 4 the reconstruction had 0.94 to 0.95 with the game and 0.95 to 0.96 without.)

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
# ## Exercise 2 · other weights
#
# Write `my_score(parts, normal_parts, weights)`: standardise the DataFrame `parts` on `normal_parts`, then take the weighted mean of the columns that `weights` (a dict) names. The check tries it on invented parts. Then, if you like, compare weights (a discriminator of 0, say) with `auroc(my_score(parts_of(gan, X_dev), parts_of(gan, X_validation), weights))`, on development images only.
#
# <details><summary>Hint</summary>Two functions of this lesson do it. Mind the order of their arguments.</details>

# %%
def my_score(parts, normal_parts, weights):
    score = ...
    ### BEGIN SOLUTION
    # Mean and spread come from normal rows that were not trained on, so that new rows never change the score.
    score = combined(standardised(parts, normal_parts), weights)
    ### END SOLUTION
    return score

# %% tags=["check"]
check.exercise_2(my_score)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# A BiGAN detector in the manner of published code, in 17 numbered lines. `pair`, `softplus` and the networks are those of the lesson, `error` and `score_of` give one number an image, `auroc` is scikit-learn's; `X_train` holds normal images only. Five lines hold a fault; find at least four. (Lines 12 and 17 are one fault.)
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
# The owner of the sorting machine wants a GAN. Write her three or four sentences: what the table says, which part of the BiGAN's score does the work, what you would run, and what would make you compare again.
#
# <details><summary>Hint</summary>Which row leads on the digits? What changed when the game was switched off? And what would be different with 60,000 photographs?</details>

# %%
my_answer = ...
### BEGIN SOLUTION
# One possible answer: the table first, then the ablation, then a condition for coming back.
my_answer = """On your digits PCA with the tolerant error finds more than the GAN and trains in less than a second.
What is good about the GAN's score is its reconstruction, and the same networks reconstruct as well without the game.
I would run PCA, check its promise on held-out eights, and look at the digits that it misses.
With many more images, or if you also need generated ones, I would compare both again, with five seeds each."""
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_answer)

# %% [markdown]
# ***
# ## Going further (optional)
#
# **The search of AnoGAN** (Schlegl and others, 2017). Before GANs had encoders, the code of an image was *searched*: start from a random $z$ and follow the gradient of $\lVert x - G(z) \rVert^2$ downhill, for each image anew. We try it with the generator of the cycle run: 500 steps for 92 images at once.
#
# **Before you run:** which draws the images more closely, the search or the encoder? And which is faster?

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
cycle_gan, tried = runs["+ R1 + cycle"], X_dev[::5]
start = time.perf_counter()
searched = search(cycle_gan.G, tried)
by_search = (time.perf_counter() - start) / len(tried)
start = time.perf_counter()
encoded = training.predict(cycle_gan.E, X_dev)
by_encoder = (time.perf_counter() - start) / len(X_dev)
drawn = {"searched": training.predict(cycle_gan.G, searched), "encoded": looked_back(cycle_gan, tried).reshape(-1, 784)}
errors = pd.DataFrame({name: np.square(tried - images).mean(axis=1) for name, images in drawn.items()}).T
odd = y_dev[::5] == 1
print(pd.DataFrame({"eights": errors.loc[:, ~odd].mean(axis=1), "others": errors.loc[:, odd].mean(axis=1)}).round(3))
assert (errors.loc["searched"] < errors.loc["encoded"]).mean() > 0.9 and by_search > 10 * by_encoder
pd.Series({"search": by_search, "encoder": by_encoder}, name="seconds an image").to_frame().T.round(6)

# %% [markdown]
# The search draws closer: it was told to do nothing else, for 500 steps. That helps the odd images as well as the eights, so it need not make a better score. And it costs hundreds of times as much for each image, most of it for compiling the loop here; alone, one image takes as long as ninety. It also wants a number of steps and a starting point. The encoder was put beside the generator for this reason (EGBAD; f-AnoGAN, 2019).
#
# ***
# ## What we learned
# - We trained generator, encoder and discriminator of pairs in one step: the opponents' loss is the discriminator's with its arguments exchanged.
# - We combined three scores in standard deviations of held-out normal images; no test image had a say.
# - We saw the gradient penalty buy a calmer discriminator, and the cycle term buy the detector.
# - We measured that the best of ten rounds, chosen by labels, flatters, least where the score is steady, and that other images do not confirm it.
# - We decided from a table: on three data sets a simpler method led, on the fourth one was level, and the networks reconstructed as well with the game switched off.
#
# **In practice** keep the recipe fixed and the seeds many: decide the number of steps beforehand, average the ranks of several trainings, calibrate the limit on held-out normal rows. Log the spread of generated samples with every training, so that a collapse is noticed, and train the same networks once without the game: if that is as good, ship that.
#
# **Further reading**
# - Donahue, Krähenbühl, Darrell: *Adversarial Feature Learning*, ICLR 2017. BiGAN, with the proof that the encoder inverts the generator. (Dumoulin and others, *Adversarially Learned Inference*, ICLR 2017, is the same idea found independently.)
# - Zenati and others: *Efficient GAN-Based Anomaly Detection*, 2018. The BiGAN as a detector, with the feature distance used here.
# - Schlegl and others: *f-AnoGAN: Fast Unsupervised Anomaly Detection with Generative Adversarial Networks*, Medical Image Analysis 54, 2019. From search to encoder, on scans of the eye.
# - Mescheder, Geiger, Nowozin: *Which Training Methods for GANs do actually Converge?*, ICML 2018. Where R1 comes from, with a two-line example in which the plain game circles for ever.
# - Li and others: *ALICE: Towards Understanding Adversarial Learning for Joint Distribution Matching*, NeurIPS 2017. Why the game alone leaves images and codes free to disagree, and the cycle term as the cure.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
