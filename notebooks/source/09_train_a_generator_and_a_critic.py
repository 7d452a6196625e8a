# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 60, megabytes: 1300}
# ---

# %% [markdown]
# # Train a generator and a critic
#
# {{navigation}}
#
# *Before this: networks that rebuild or predict, and err where something is odd. Now two networks play against each other, and one of them is asked what is odd.*

# %% [markdown]
# **What you'll do.** Train a network to forge normal data and another to catch the forgeries, watch them play, and find out when the second one makes a good detector.
#
# **What you'll learn**
# - write the game of two networks as one Keras training step;
# - tell a game that went well from one that collapsed, when the losses cannot;
# - use the discriminator's output as an anomaly score, and say where it comes from;
# - explain why a better generator can mean a worse detector;
# - put the score on a board with plain baselines.
#
# **What you'll need.** [Lesson 04](04_catch_what_statistics_missed.ipynb) for training by hand, [lesson 05](05_see_strange_digits.ipynb) for the digits. {{minutes}} minutes to read, 30 for the exercises; {{measured}}. The first cell takes about five seconds: it imports TensorFlow.
#
# ***
# ## The question and the data
#
# Whoever can forge banknotes that pass must know very well what a banknote looks like. So must whoever catches the forgeries. **Can two networks that train each other on normal data tell us what is not normal?** Tutorials say yes and show faces. We begin where everything can be drawn: points in the plane.

# %%
from helpers import datasets, plots, training
from helpers.checks import lesson_09 as check
from helpers.detectors import NearestNeighbours
from helpers.evaluation import quantile_threshold

import ipywidgets as widgets
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

plots.use_style()
SEED = 0

# %% [markdown]
# The points are **simulated**, here and now: eight blobs on a ring. Normal points come from the blobs, odd ones of four kinds from where no blob is: in the gaps between neighbouring blobs, in the hole of the ring, at the rim of a blob (4 to 5 of its standard deviations from its centre), and far outside.

# %%
def on_circle(angle, radius):
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

CENTRES = on_circle(np.arange(8) * np.pi / 4, 2)

def eight_blobs(n, rng):
    return CENTRES[rng.integers(8, size=n)] + rng.normal(0, 0.15, (n, 2))

rng = np.random.default_rng(7)
angle, turn = rng.uniform(0, 2 * np.pi, (2, 100))
points, normal = eight_blobs(2000, rng), eight_blobs(500, rng)
odd = {"gap": on_circle(np.pi / 8 + np.arange(100) * np.pi / 4, 2) + rng.normal(0, 0.1, (100, 2)),
       "hole": rng.normal(0, 0.3, (100, 2)),
       "rim": CENTRES[np.arange(100) % 8] + on_circle(turn, rng.uniform(0.6, 0.75, 100)),
       "far": on_circle(angle, rng.uniform(4, 8, 100))}

# %%
fig, ax = plt.subplots(figsize=(5.4, 4.4))
ax.scatter(*points.T, s=4, color=plots.NORMAL, alpha=0.35, linewidths=0)
for marker, (kind, places) in zip("x+1*", odd.items(), strict=True):
    ax.scatter(*places.T, s=20, color=plots.ODD, marker=marker, linewidths=0.9, label=kind)
ax.legend(title="odd", loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.2)
ax.set(xlabel="first coordinate", ylabel="second coordinate", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
plt.show()

# %% [markdown]
# *The figure: eight tight blue blobs on a ring; odd points in red lie between neighbouring blobs, in a cloud at the centre, and close around each blob. The 100 far points lie outside the frame, but for a few in its corners.*
#
# 2,000 points to train on, 500 normal ones and 100 of each odd kind to test on. A wrong decision costs nothing here; that is the point of a sandbox.
#
# ## The simplest thing that could work
#
# The distance from the centre. Then the distance to the fifth nearest training point.
#
# **Before you run:** which kinds does the distance from the centre miss?

# %%
def areas(score_normal, score_odd):
    """AUROC of each kind against the normal points."""
    return {kind: roc_auc_score(np.repeat([0, 1], [len(score_normal), len(score)]), np.r_[score_normal, score])
            for kind, score in score_odd.items()}

def areas_of(score):
    return areas(score(normal), {kind: score(places) for kind, places in odd.items()})

neighbours = NearestNeighbours(scale=False).fit(points)
board = pd.DataFrame({"distance from the centre": areas_of(lambda x: np.linalg.norm(x, axis=1)),
                      "nearest neighbours": areas_of(neighbours.decision_function)}).T
print(board.round(2).to_string())
assert board.loc["nearest neighbours"].min() > 0.99 and board.loc["distance from the centre", "hole"] < 0.01

# %% [markdown]
# The distance finds the far points, tosses a coin for gaps and rims, and calls the hole the most normal place of all. Nearest neighbours find everything. In two dimensions you need no network; we are here to watch one.
#
# ## A game in one formula
#
# A **generator** $G$ turns random numbers $z$ into points. A **discriminator** $D$, the critic of the title, looks at a point and says how likely it is that it is real: 1 = real, 0 = forged. Together they are a **GAN**, a generative adversarial network (Goodfellow and others, 2014). They play for one number:
#
# $$\min_G \max_D \; \mathbb{E}_x\left[\log D(x)\right] + \mathbb{E}_z\left[\log\left(1 - D(G(z))\right)\right]$$
#
# $D$ wants it large: near 1 on real points, near 0 on forged ones. $G$ wants it small, and can only touch the second part. This is a **minimax** game: what one gains, the other loses.
#
# Two small networks. The discriminator ends without a sigmoid, in the **logit** $\ell$, with $D = 1/(1+e^{-\ell})$: it is above 0 where $D$ says real.

# %%
def dense(n_inputs, widths, n_outputs, activation, last=None):
    hidden = [layers.Dense(width, activation=activation) for width in widths]
    return keras.Sequential([keras.Input((n_inputs,)), *hidden, layers.Dense(n_outputs, activation=last)])

training.set_seed(SEED)
generator = dense(2, (64, 64), 2, "relu")
discriminator = dense(2, (64, 64), 1, "leaky_relu")
print(f"{generator.count_params():,} weights in G, {discriminator.count_params():,} in D")

# %% [markdown]
# A leaky ReLU keeps a small slope below zero, so that no unit of $D$ stops passing gradients: they are all that $G$ learns from.
#
# The losses, in logits: $-\log D = \mathrm{softplus}(-\ell)$ and $-\log(1 - D) = \mathrm{softplus}(\ell)$, where $\mathrm{softplus}(\ell) = \log(1 + e^\ell)$. For $G$ we take $-\log D(G(z))$ and not the formula's $\log(1 - D(G(z)))$: it pulls the same way and does not fade when $D$ is sure. (With it, gain and loss balance only roughly.) You will see the difference below.

# %%
def discriminator_loss(real_logits, forged_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(forged_logits))

def generator_loss(forged_logits):
    return ops.mean(ops.softplus(-forged_logits))

undecided = ops.zeros(1)
print(f"D = 1/2 everywhere: discriminator {float(discriminator_loss(undecided, undecided)):.2f}, "
      f"generator {float(generator_loss(undecided)):.2f}")

# %% [markdown]
# 1.39 and 0.69: $2 \log 2$ and $\log 2$, the losses when $D$ cannot tell.
#
# ## The game as one training step
#
# In Keras, a model with its own `train_step` trains in its own way. Both losses come out of one pass. A `GradientTape` records it; `persistent` lets us ask the record twice. Then each player moves along the gradient of *its* loss, with respect to *its* weights: two optimizers, two lists of weights.

# %%
class GAN(keras.Model):
    def __init__(self, generator, discriminator, generator_rate=0.001, discriminator_rate=0.001, seed=SEED):
        super().__init__()
        self.G, self.D, self.seeds = generator, discriminator, keras.random.SeedGenerator(seed)
        self.players = {}
        for name, network, rate in [("D", self.D, discriminator_rate), ("G", self.G, generator_rate)]:
            optimizer = keras.optimizers.Adam(rate, beta_1=0.5)
            optimizer.build(network.trainable_variables)
            self.players[name] = optimizer, network.trainable_variables

    def train_step(self, real):
        z = training.random_normal((ops.shape(real)[0], self.G.input_shape[1]), self.seeds)  # Keras's, but quick
        with tf.GradientTape(persistent=True) as tape:
            forged = self.G(z, training=True)
            real_logits, forged_logits = self.D(real, training=True), self.D(forged, training=True)
            losses = {"D": discriminator_loss(real_logits, forged_logits), "G": generator_loss(forged_logits)}
        for name, (optimizer, weights) in self.players.items():
            optimizer.apply(tape.gradient(losses[name], weights), weights)
        return losses

# %% [markdown]
# Read `train_step` slowly; it is the whole method. $z$ is drawn anew in each step, so $G$ never sees the same numbers twice. `forged` carries its history with it: the gradient of $G$'s loss runs through $D$ into $G$, and $D$'s weights stay where they are. Momentum is the share of its last direction that an optimizer keeps: 0.5 here (`beta_1`) instead of Adam's 0.9, because against an opponent who moves old directions are bad advice (a habit since Radford and others, 2016).
#
# This is an ordinary Keras model: `gan.compile()` and `gan.fit(points)` run it. We run the same step in the loop of the course's helper `training`, which puts many small steps into one compiled call, and look at both networks after every 200 steps. You may skip the cell; `play` repeats the step and keeps the losses and what we look at.

# %%
def play(gan, rows, look, rounds=20, steps=200, batch_size=128):
    """Losses of each round (a DataFrame), and what `look(gan)` saw before the first and after each."""
    rows, sums, losses, seen = tf.constant(rows, tf.float32), tf.Variable([0.0, 0.0]), [], [look(gan)]

    def step(positions):
        values = gan.train_step(tf.gather(rows, positions % len(rows)))
        sums.assign_add([values["D"], values["G"]])
        return values["D"]

    def after_each_round():
        losses.append(sums.numpy() / steps)
        sums.assign([0.0, 0.0])
        seen.append(look(gan))

    training.run_steps(step, steps * batch_size, batch_size=batch_size, epochs=rounds, after_epoch=after_each_round)
    return pd.DataFrame(losses, columns=["D", "G"], index=steps * np.arange(1, rounds + 1)), seen

# %% [markdown]
# What we look at: 1,000 forged points from the same $z$ every time, $D$'s logit on a grid, on the test points, and on a circle far outside. None of this is used in training.

# %%
Z = np.random.default_rng(1).normal(size=(1000, 2))
side = np.linspace(-4, 4, 81)
GRID = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
CIRCLE = on_circle(np.linspace(0, 2 * np.pi, 73), 6)

def logits(gan, x):
    return training.predict(gan.D, x)[:, 0]

def portrait(gan):
    return {"forged": training.predict(gan.G, Z), "grid": logits(gan, GRID), "circle": logits(gan, CIRCLE),
            "normal": logits(gan, normal), "odd": {kind: logits(gan, places) for kind, places in odd.items()}}

# %% [markdown]
# 4,000 steps, about five seconds. Rates of 0.001 were the first that we tried; no odd point had a say.
#
# **Before you run:** after 4,000 steps of this duel, which loss will be low?

# %% tags=["nbval-ignore-output"]
gan = GAN(generator, discriminator)
losses, frames = play(gan, points, portrait)
print(losses.iloc[[0, 4, 9, 19]].round(2).rename_axis("steps").to_string())
assert 1.2 < losses["D"].iloc[-1] < 1.42 and 0.65 < losses["G"].iloc[-1] < 0.85

# %% [markdown]
# Neither. Both end near 1.39 and 0.69, where $D$ cannot tell, and on the way they move little. Nothing in these numbers looks like learning. Look at the points instead.
#
# ## Step through the game
#
# Move the slider. Blue is where $D$ says real, red where it says forged; the dots are $G$'s points. You need a running kernel; the strip below shows six of the frames without one.

# %% tags=["interactive", "nbval-ignore-output"]
def draw(ax, frame, title):
    surface = ax.imshow(expit(frame["grid"]).reshape(81, 81), extent=(-4, 4, -4, 4), origin="lower", cmap="RdBu",
                        vmin=0, vmax=1)
    ax.scatter(*frame["forged"][:400].T, s=3, color="black", linewidths=0)
    ax.set(xlim=(-4, 4), ylim=(-4, 4), xticks=[-2, 2], yticks=[-2, 2], title=title)
    return surface

def at(round_number):
    fig, ax = plt.subplots(figsize=(4.4, 3.6))
    fig.colorbar(draw(ax, frames[round_number], f"after {200 * round_number} steps"), label="D: forged 0, real 1")
    plt.show()

slider = widgets.IntSlider(value=20, min=0, max=20, description="round", continuous_update=False)
_ = widgets.interact(at, round_number=slider)

# %% [markdown]
# *The figure: with a kernel, one map per round; without one, nothing.*

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 6, figsize=(7.5, 1.7), sharex=True, sharey=True)
for ax, round_number in zip(axes, [0, 1, 2, 4, 8, 20], strict=True):
    draw(ax, frames[round_number], f"{200 * round_number} steps")
plt.show()

# %% [markdown]
# *The figure: six maps. At first the forged points lie in one heap at the centre; after 200 and 400 steps they are a wide cloud; after 800 a ring; then eight clumps with a few points between them. From there on the map is a star: white spokes through the eight blobs, red between them, inside and outside.*
#
# The points are pushed out of the red; wherever too many of them gather, $D$ turns red, and they move on. At the end they sit on the blobs, and there the map is white: $D$ cannot tell any more. Count what the eye sees:

# %% tags=["nbval-ignore-output"]
def blobs_hit(forged):
    distance = np.linalg.norm(forged[:, None] - CENTRES, axis=2)
    near = distance.min(axis=1) < 0.45
    share = np.bincount(distance.argmin(axis=1)[near], minlength=8) / len(forged)
    return int((share > 0.02).sum())

hit = [blobs_hit(frame["forged"]) for frame in frames]
print("blobs hit after each 800 steps:", hit[::4])
assert hit[0] == 0 and hit[-1] == 8 and abs(expit(frames[-1]["normal"]).mean() - 0.5) < 0.06

# %% [markdown]
# A blob counts if at least 2 % of the forged points lie within three standard deviations of its centre. All eight are hit.
#
# ## The discriminator as a detector
#
# The recipe of the tutorials: train on normal data, then score a point by $1 - D(x)$. What does not look real is odd. We rank by $-\ell$, which gives the same order and does not round near 0 and 1.
#
# **Before you run:** $D$ says about one half on normal points now. Can it still find the odd ones?

# %% tags=["nbval-ignore-output"]
def score_areas(frame):
    return areas(-frame["normal"], {kind: -score for kind, score in frame["odd"].items()})

over_time = pd.DataFrame([score_areas(frame) for frame in frames], index=[0, *losses.index])
fig, ax = plt.subplots()
for kind, style in zip(odd, ["-", "--", "-.", ":"], strict=True):
    ax.plot(over_time[kind], style, label=kind)
ax.axhline(0.5, color="grey", linewidth=0.8)
ax.legend(ncols=4, loc="lower right")
ax.set(xlabel="training steps", ylabel="AUROC of 1 - D", ylim=(0, 1.05), title="A score that changes while you train")
plt.show()
board.loc["discriminator"] = over_time.iloc[-1]
mean_D = {kind: expit(score).mean() for kind, score in {**frames[-1]["odd"], "normal": frames[-1]["normal"]}.items()}
print(pd.DataFrame({"AUROC at the end": over_time.iloc[-1], "mean D": mean_D}).round(2).to_string(na_rep=""))
assert over_time.iloc[-1][["gap", "hole", "far"]].min() > 0.8 and 0.6 < over_time.iloc[-1]["rim"] < 0.99

# %% [markdown]
# *The figure: four curves of AUROC against training steps. They start anywhere, below and above one half, and climb within about 1,000 steps (in some seeds 2,000). Then the hole stays near 1; far and gap are mostly close to it, with dips; the rim is the lowest and the most restless.*
#
# It works. The hole, which the one-liner called most normal, is found; so are the gaps and the far points. The rims are the least steady, and gap and far dip too: stop one round earlier, and the numbers are others. $D$ says about 0.5 here and 0.4 there, and for a ranking that is enough. Where does this knowledge come from? Follow the forged points:

# %% tags=["nbval-ignore-output"]
def visits(forged):
    to_gaps = np.linalg.norm(forged[:, None] - on_circle(np.pi / 8 + np.arange(8) * np.pi / 4, 2), axis=2)
    return {"hole": (np.linalg.norm(forged, axis=1) < 0.75).mean(), "gaps": (to_gaps.min(axis=1) < 0.3).mean()}

visited = pd.DataFrame([visits(frame["forged"]) for frame in frames], index=over_time.index)
print((100 * visited.loc[[0, 200, 400, 800, 1600, 4000]]).round(1).rename_axis("% forged in").T.to_string())
assert visited.loc[200:2000, "hole"].max() > 0.005 and visited.loc[3200:, "hole"].mean() < 0.02
assert visited.loc[3200:, "gaps"].mean() > 0.005

# %% [markdown]
# On its way the wide cloud crosses the hole (when, depends on the seed); in the end hardly a point is there, and $D$ still calls it forged. Into the gaps $G$ drops a few percent to the end. **The score knows the generator's mistakes, past and present.** What if there are none?
#
# ## What if the generator makes no mistakes?
#
# For one place $x$, let $p$ be the density of real points there and $q$ that of forged ones. $D$ should choose the value $d$ that makes $p \log d + q \log (1 - d)$ largest. Set the derivative $p/d - q/(1-d)$ to zero:
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}$$
#
# This is the **optimal discriminator**. If $G$ succeeds, $q = p$ and $D^* = 1/2$ *everywhere*: in the blobs, in the gaps, in the hole. The goal of the training is to make this score know nothing.
#
# We can test that, because we own a perfect generator: the simulator. Let $D$ tell 8,000 of its points (four times what the GAN had) from 8,000 others of its own. For contrast a bad generator, which scatters points evenly over a square. And between them a good one with 1 % of such noise: for $D^*$ that would do, because where no real point lies any forged one outweighs it. The generators are fixed, so $D$ is an ordinary classifier; six seconds in all.
#
# **Before you run:** which of the three makes the best detector?

# %% tags=["nbval-ignore-output"]
def discriminator_against(forged):
    training.set_seed(SEED)
    classifier = dense(2, (64, 64), 1, "leaky_relu")
    both, real = np.r_[eight_blobs(8000, rng), forged], np.repeat([[1.0], [0.0]], 8000, axis=0)
    training.train(classifier, both, real, batch_size=256, epochs=30, seed=SEED,
                   loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return lambda x: -training.predict(classifier, x)[:, 0]

rng = np.random.default_rng(SEED)
square = rng.uniform(-4, 4, (8000, 2))
perfect, noise = discriminator_against(eight_blobs(8000, rng)), discriminator_against(square)
good = discriminator_against(np.r_[eight_blobs(7920, rng), square[:80]])
for name, score in {"a perfect generator": perfect, "1 % noise": good, "even noise": noise}.items():
    board.loc[f"D against {name}"] = areas_of(score)
print(board.tail(4).round(2).to_string())
on_normal = expit(-perfect(normal))
print(f"D on normal points, perfect generator: {on_normal.min():.2f} to {on_normal.max():.2f}")
assert board.loc["D against even noise"].min() > 0.9 and abs(on_normal - 0.5).max() < 0.15
assert abs(board.loc["D against a perfect generator"].mean() - 0.5) < 0.25
assert board.loc["D against 1 % noise", ["gap", "hole", "rim"]].max() < 0.8

# %% [markdown]
# Against the perfect generator $D$ is close to one half everywhere, and what is left is noise: with other seeds the hole came out at 0.3 or 0.6 (measured, not run here). Against even noise $D$ finds every kind: where $q$ is flat, $D^*$ rises with $p$, and a density is what a detector wants. (Far points outside the square are found too; nothing guarantees it.) With 1 % of noise it finds the far points only, and the hole counts as *more* real than the blobs: in practice $D$ sees too few forgeries there to learn it.
#
# Our GAN stands between. It detects *because* its generator is imperfect. This is the odd thing about the recipe: it trains a good generator to get a detector, and the detector lives on what is bad about the generator.
#
# ## How it fails
#
# **Mode collapse.** A generator that is fast against a slow discriminator does not need all eight blobs. It finds the place that $D$ believes in most, and moves there with everything. The same networks, the generator's rate doubled, the discriminator's cut to a tenth (in three seeds the cut alone was enough, in two of them the doubling: measured, not run here). Five seconds.
#
# **Before you run:** how will the losses differ from those of the good game?

# %% tags=["nbval-ignore-output"]
training.set_seed(SEED)
collapsed = GAN(dense(2, (64, 64), 2, "relu"), dense(2, (64, 64), 1, "leaky_relu"),
                generator_rate=0.002, discriminator_rate=0.0001)
collapsed_losses, collapsed_frames = play(collapsed, points, portrait)
fig, axes = plt.subplots(1, 6, figsize=(7.5, 1.7), sharex=True, sharey=True)
for ax, round_number in zip(axes, [0, 1, 17, 18, 19, 20], strict=True):
    draw(ax, collapsed_frames[round_number], f"{200 * round_number} steps")
plt.show()

# %% [markdown]
# *The figure: six maps of the collapsed game. The forged points lie in one short streak or clump, in another place in each of the last frames; most blobs never have a forged point; the map is pale.*
#
# One clump, which jumps and often hits no blob at all. As soon as $D$ has learned to distrust the place, $G$ is elsewhere. This is **mode collapse**: all forged points are nearly alike, whatever the $z$. In textbooks they sit on a few of the modes (the blobs); here often on none. Now the losses of both games:

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(1, 2, sharey=True)
for ax, run, title in zip(axes, [losses, collapsed_losses], ["game A", "game B"], strict=True):
    for player, style, value in [("D", "-", 1.386), ("G", "--", 0.693)]:
        ax.plot(run[player], style)
        ax.axhline(value, color="grey", linewidth=0.8)
        ax.text(4000, run[player].iloc[-1] + 0.04, player)
    ax.set(xlabel="training steps", title=title, ylim=(0, 1.7))
axes[0].set_ylabel("loss")
plt.show()
ends = [run.iloc[-5:].mean() for run in (losses, collapsed_losses)]
print(f"last 1,000 steps: good game D {ends[0]['D']:.2f}, G {ends[0]['G']:.2f}; "
      f"collapsed D {ends[1]['D']:.2f}, G {ends[1]['G']:.2f}")
hits = [[blobs_hit(frame["forged"]) for frame in seen[-5:]] for seen in (frames, collapsed_frames)]
print("blobs hit in the last five rounds:", *hits)
assert (ends[0] - ends[1]).abs().max() < 0.1 and min(hits[0]) >= 7 and max(hits[1]) <= 5

# %% [markdown]
# *The figure: two panels of loss curves. They differ in the first 800 steps; from there on you can hardly tell them apart: the discriminator's at about 1.38, the generator's at about 0.70, on the grey lines of a $D$ that cannot tell.*
#
# B is the collapsed one. The same losses, within a tenth; eight blobs in one game, a few at best in the other (none to three in five seeds). **A GAN's losses say how evenly the players are matched, not how well they play.** Look at samples, count what they cover, measure their spread.
#
# What does the collapsed game's $D$ score?

# %% tags=["nbval-ignore-output"]
board.loc["discriminator, collapsed"] = score_areas(collapsed_frames[-1])
print(board.loc[["discriminator", "discriminator, collapsed"]].round(2).to_string())
assert board.loc["discriminator, collapsed"].mean() < board.loc["discriminator"].mean() - 0.1

# %% [markdown]
# Much less. It has seen too few places to know more than the last clumps.
#
# **Far away, anything goes.** Ask the collapsed game's $D$ about a circle three times as far out as the blobs. For each direction and moment: which share of normal points does $D$ find more real than the point there? It should be 1.

# %% tags=["nbval-ignore-output"]
found = np.array([(frame["normal"][:, None] > frame["circle"]).mean(axis=0) for frame in collapsed_frames]).T
fig, ax = plt.subplots(figsize=(5, 2.4))
shading = ax.imshow(found, extent=(-100, 4100, 0, 360), origin="lower", aspect="auto", vmin=0, vmax=1)
ax.set(xlabel="training steps", ylabel="direction [degrees]", yticks=[0, 90, 180, 270, 360],
       title="Dark: more real than the normal points")
fig.colorbar(shading, label="share of normal points\nfound more real")
plt.show()
assert (found[:, -5:] < 0.2).mean() > 0.1

# %% [markdown]
# *The figure: directions against training steps; broad dark patches, in which a far point counts as more real than the normal ones, come and go in changing directions to the end.*
#
# Hardly any point, real or forged, was ever there, so nothing holds $D$ in its place, and the optimal discriminator is $0/0$. A [guard](glossary.md#guard) like lesson 05's (the distance to the training data) costs one line. Use it.
#
# **A discriminator that wins at once.** Let $G$ stand still for 400 steps while $D$ learns fast, at a rate of 0.01. How steep is $G$'s loss afterwards? Per logit, the formula's $\log(1-D)$ has the slope $-D$, and $-\log D$ has $-(1-D)$. Three seconds.

# %% tags=["nbval-ignore-output"]
def literal_loss(forged_logits):
    return ops.mean(ops.log(1 - ops.sigmoid(forged_logits)))

def steepness(gan, loss):
    """Length of the gradient in the generator's weights."""
    with tf.GradientTape() as tape:
        value = loss(gan.D(gan.G(Z)))
    return float(tf.linalg.global_norm(tape.gradient(value, gan.G.trainable_variables)))

training.set_seed(SEED)
winner = GAN(dense(2, (64, 64), 2, "relu"), dense(2, (64, 64), 1, "leaky_relu"),
             generator_rate=0.0, discriminator_rate=0.01)
_, winner_frames = play(winner, points, portrait, rounds=2)
steep = {"by the formula": steepness(winner, literal_loss), "by -log D": steepness(winner, generator_loss)}
print(f"mean D on forged points {expit(logits(winner, winner_frames[-1]['forged'])).mean():.4f}")
print("gradient in G's weights:", ", ".join(f"{name} {value:.2g}" for name, value in steep.items()))
assert steep["by the formula"] < 0.05 * steep["by -log D"]

# %% [markdown]
# $D$ is right practically always. The formula leaves $G$ a gradient of almost nothing; $-\log D$ still tells it where to go. (Adam stretches small gradients, so that with the formula, too, $G$ may recover, as it did in part with two other seeds: measured, not run here.) What practitioners do besides: limit how steep $D$ may become (a gradient penalty or spectral normalisation). Lesson 10 uses one and measures what it buys.
#
# ## The same on digits
#
# The **real** images of lesson 05, again with the 8 as normal: 400 eights to train on, 100 eights and 450 other digits to test. The same class `GAN`, other networks: 16 random numbers → 784 pixels with a sigmoid, and 784 pixels → logit. 2,500 steps, about fifteen seconds. The rates and the number of steps were chosen by looking at forged images of a training on the development split; scores of other digits played no part.
#
# **Before you run:** the forged eights will change for 2,500 steps. Will the detector get better?

# %%
digits = datasets.load_digits_images()
split = datasets.one_digit_split(digits.labels, normal=8)
X = digits.data.reshape(-1, 784) / np.float32(255)
X_train, X_test, y_test = X[split.train], X[split.test], split.labels
Z_digits = np.random.default_rng(0).normal(size=(400, 16))

def digit_portrait(gan):
    return {"forged": training.predict(gan.G, Z_digits), "test": logits(gan, X_test), "train": logits(gan, X_train)}

# %% tags=["nbval-ignore-output"]
training.set_seed(SEED)
digit_gan = GAN(dense(16, (128, 256), 784, "relu", "sigmoid"), dense(784, (256, 128), 1, "leaky_relu"))
digit_losses, digit_frames = play(digit_gan, X_train, digit_portrait, rounds=10, steps=250, batch_size=64)
rows = {f"{250 * n:,}": digit_frames[n]["forged"][:10].reshape(-1, 28, 28) for n in (0, 1, 4, 10)}
plots.image_rows(rows | {"real": digits.data[split.train[:10]] / 255})
plt.show()
variety = {250 * n: len(set(cdist(digit_frames[n]["forged"], X_train).argmin(axis=1))) for n in (1, 4, 10)}
print("different nearest training eights of 400 forged ones, by steps:", variety)
assert variety[250] <= 5 and variety[2500] > 10

# %% [markdown]
# *The figure: five rows of ten images, named by the training steps. Grey noise before training; after 250 and 1,000 steps ten times nearly the same speckled figure, something like an 8; after 2,500 steps different figures, several of them readable as slanted eights, with ragged strokes; the last row are real ones.*
#
# From noise to rough eights of more than one hand, by way of a game that nearly collapsed on the same figure: at first all 400 forged images resemble the same one or two training eights, at the end dozens. Neither network was ever told what an 8 is. Now the score.

# %% tags=["nbval-ignore-output"]
digit_areas = pd.Series([roc_auc_score(y_test, -frame["test"]) for frame in digit_frames], index=range(0, 2501, 250))
pca = PCA(32, random_state=0).fit(X_train)
plain = {"distance to the mean image": np.square(X_test - X_train.mean(axis=0)).sum(axis=1),
         "PCA 32": np.square(X_test - pca.inverse_transform(pca.transform(X_test))).sum(axis=1),
         "nearest neighbours": NearestNeighbours(method="mean", scale=False).fit(X_train).decision_function(X_test)}
plain = {name: roc_auc_score(y_test, scores) for name, scores in plain.items()}
fig, ax = plt.subplots()
ax.plot(digit_areas, "o-", label="1 - D")
for (name, area), style in zip(plain.items(), ["--", "-.", ":"], strict=True):
    ax.axhline(area, color="grey", linestyle=style, label=name)
ax.legend(loc="lower right", ncols=2)
ax.set(xlabel="training steps", ylabel="AUROC", ylim=(0.1, 1), title="More varied eights, no better detector")
plt.show()
print(f"AUROC at the end {digit_areas.iloc[-1]:.2f}, at the best of the ten rounds {digit_areas.iloc[1:].max():.2f}")
assert digit_areas.iloc[-1] < plain["PCA 32"]

# %% [markdown]
# *The figure: the AUROC of 1 - D against training steps, with the three baselines as horizontal lines near 0.75 and, two of them together, 0.85. The curve jumps to about 0.7 or 0.8 within 500 steps and wobbles; in five seeds it ended between 0.5 and 0.8, always below the upper two lines.*
#
# The forged eights get more varied and the detector does not improve. One curve does not explain why. Some rounds on the way look fine: **GANomaly's published code keeps the epoch with the best AUROC on the test set.** For our run it would report the second number printed above, and the labels would have trained the detector. Without labels you cannot see the curve. What does $D$ look at?

# %% tags=["nbval-ignore-output"]
D_of = {name: expit(digit_frames[-1]["test"][digits.labels[split.test] == name]).mean() for name in range(10)}
rng, specked = np.random.default_rng(0), X_test[y_test == 0].copy()
for image in specked:
    image[rng.choice(784, 30, replace=False)] = 1
print("mean D by digit:", ", ".join(f"{name}: {value:.2f}" for name, value in D_of.items()))
print(f"eights with 30 black specks: {expit(logits(digit_gan, specked)).mean():.2f}")
assert expit(logits(digit_gan, specked)).mean() < 0.5 * D_of[8] and max(np.delete(list(D_of.values()), 8)) > 0.5

# %% [markdown]
# Here $D$ is far from undecided. It calls most eights real, and some other digits too, in this run the zeros (which digits, depends on the seed). Thirty specks turn an 8 into a forgery. It looks for what gives *this generator* away, its specks, more than for the shape of an 8.
#
# ## The scoreboard
#
# Digit 8 live, and the shipped table of digits 0, 4 and 8 with five seeds each (`data/results/gan.csv`). Its GAN is not quite ours: `GANDetector`, a relative in `helpers` with a gradient penalty and an averaged generator, which lesson 10 explains. The untrained discriminator is round 0 of the run above.

# %% tags=["nbval-ignore-output", "headline"]
live = {"random": roc_auc_score(y_test, np.random.default_rng(SEED).random(len(y_test))),
        "untrained discriminator": digit_areas.iloc[0], **plain, "GAN, discriminator": digit_areas.iloc[-1]}
table = datasets.load_results("gan").replace({"model": {"5 nearest neighbours": "nearest neighbours"}})
table = table[table["data"].str.startswith("digit")].groupby(["model", "data"])["auroc"]
shipped, spread = table.mean().unstack(), table.std().unstack()
text = shipped.map("{:.2f}".format) + spread.map(" ± {:.2f}".format).replace(" ± nan", "")
digit_board = pd.DataFrame({"8, live": pd.Series(live).map("{:.2f}".format)}).join(
    text.rename(columns="{}, shipped".format)).fillna("")
print(digit_board.loc[list(live)].to_string())
behind = shipped.loc["GAN, discriminator"] < shipped.loc[["PCA 32", "nearest neighbours"]].min() - 0.1
assert behind.all() and spread.loc["GAN, discriminator"].max() > 0.05
live_behind = digit_areas.iloc[-1] < min(plain["PCA 32"], plain["nearest neighbours"])
print(f"discriminator behind PCA and neighbours: live {bool(live_behind)}, shipped on {behind.sum()} digits of 3")

# %% [markdown]
# The discriminator stays below PCA and neighbours, live and on all three digits of the table. And look at the spread over five seeds: two runs of the same program, with nothing changed but the first random numbers, may be further apart than two methods.
#
# What the plane taught holds here. The score depends on the generator's mistakes, and these depend on the seed and on the moment you stop. Lesson 10 asks the other half of the network: not whether the discriminator likes an image, but whether the generator could have made it.

# %% [markdown]
# ## Exercise 1 · what the optimal discriminator says
#
# Real numbers follow a normal distribution with mean 0 and standard deviation 1; forged ones have mean 0 and standard deviation 2. What does the optimal discriminator say at 0, and what at 5? Store the values in `at_0` and `at_5`; do not round them.
#
# <details><summary>Hint</summary>The density is exp(-x²/(2 s²)) / (s √(2π)); the factor √(2π) cancels in p/(p+q).</details>

# %%
at_0, at_5 = ..., ...
### BEGIN SOLUTION
# D* = p/(p+q). A generator that scatters too widely leaves a D that falls off outwards: a good score by its fault.
def optimal(x):
    p, q = np.exp(-x**2 / 2), np.exp(-x**2 / 8) / 2
    return p / (p + q)

at_0, at_5 = optimal(0.0), optimal(5.0)
### END SOLUTION

# %% tags=["check"]
check.exercise_1(at_0, at_5)

# %% [markdown]
# ## Exercise 2 · the loss of the formula
#
# Write `formula_loss(logits)`: what $G$ minimises by the formula, the mean of $\log(1 - D)$ over the forged points, from an array of logits. It must survive a logit of 1,000, where $1 - D$ is zero for the computer and `literal_loss` above breaks.
#
# <details><summary>Hint</summary>log(1 − D) is −softplus(logit), and <code>np.logaddexp(0, x)</code> is a softplus that does not overflow.</details>

# %%
def formula_loss(logits):
    loss = ...
    ### BEGIN SOLUTION
    # log(1 - D) = -softplus(logit): computed from the logit, no logarithm of zero can occur.
    loss = -np.logaddexp(0, logits).mean()
    ### END SOLUTION
    return loss

# %% tags=["check"]
check.exercise_2(formula_loss)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# A GAN detector for a table in the style of many tutorials, in 15 numbered lines. `discriminator` ends in a sigmoid; `bce` is the binary cross-entropy of labels and outputs; `auroc` is scikit-learn's; `X_train` holds normal rows only. Seven lines hold a fault; find at least five.
#
# ```
#  1  X = StandardScaler().fit_transform(np.r_[X_train, X_test])
#  2  n, best = len(X_train), 0
#  3  for step in range(4000):
#  4      real = X[rng.integers(len(X), size=128)]
#  5      z = rng.normal(size=(128, 16))
#  6      with tf.GradientTape(persistent=True) as tape:
#  7          forged = generator(z)
#  8          loss_D = bce(ones, discriminator(real)) + bce(zeros, discriminator(forged))
#  9          loss_G = bce(zeros, discriminator(forged))
# 10      D_optimizer.apply(tape.gradient(loss_D, D_weights), D_weights)
# 11      G_optimizer.apply(tape.gradient(loss_G, D_weights), G_weights)
# 12      if step % 100 == 0 and auroc(y_test, 1 - discriminator(X[n:])) > best:
# 13          best, kept = auroc(y_test, 1 - discriminator(X[n:])), discriminator.get_weights()
# 14  flags = 1 - discriminator(X[n:]) > 0.5
# 15  print("AUROC", best)
# ```
#
# Store the numbers of the faulty lines in the set `faulty`.
#
# <details><summary>Hint</summary>Follow the test rows: where do they enter? Follow the generator: what does it want, and along whose gradient does it move? And what does D say about normal rows when the game goes well?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# Scaler and training see test rows (1, 4); G wants to be caught and moves along D's gradient (9, 11); the epoch is
# chosen by test labels and reported as the result (12, 15); half of the normal rows lie on each side of 1/2, and the
# weights kept in line 13 are never loaded again, so that the flags and the printed AUROC belong to two networks (14).
faulty = {1, 4, 9, 11, 12, 14, 15}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · a limit for the discriminator
#
# Below are 1,000 new normal points in the plane and their scores $-\ell$ from the good game. Which share of them would "forged if $D < 1/2$" flag? Store it in `share_at_half`. Then set `limit` so that at most 1 % of normal points are flagged, and not many fewer.
#
# <details><summary>Hint</summary>D < 1/2 where the score −ℓ is above 0: count the scores above 0 in <code>score_calibration</code>. For the promise, lesson 02 has <code>quantile_threshold</code>.</details>

# %%
score_calibration = -logits(gan, eight_blobs(1000, np.random.default_rng(100)))
share_at_half, limit = ..., ...
### BEGIN SOLUTION
# One half is where D is undecided, and on normal points a good game ends undecided: the limit comes from calibration.
share_at_half = (score_calibration > 0).mean()
limit = quantile_threshold(score_calibration, 0.01)
### END SOLUTION

# %% tags=["check"]
check.exercise_4(share_at_half, limit, score_calibration)

# %% [markdown]
# ## Exercise 5 · "let us use a GAN" (open)
#
# A colleague has seen the forged eights and wants to score the shop's orders with a GAN's discriminator. Write three or four sentences: what the score knows, what you would compare it with, and how you would decide when to stop training.
#
# <details><summary>Hint</summary>The generator's mistakes; the baselines of the board; several seeds; and no labels.</details>

# %%
my_answer = ...
### BEGIN SOLUTION
# One possible answer: the source of the score, a fair comparison, and a rule fixed before labels are seen.
my_answer = """The discriminator knows how our generator's orders differ from real ones, not what odd orders look like.
I would put it on the same board as Mahalanobis, PCA and nearest neighbours, with five seeds and their spread.
I would fix the number of steps beforehand, by the coverage of generated orders, and never by the labels of the test.
Far from all training rows I would trust a distance, not the discriminator."""
### END SOLUTION

# %% tags=["check"]
check.exercise_5(my_answer)

# %% [markdown]
# ***
# ## What we learned
# - We wrote the game as one `train_step`: one pass, two losses, two optimizers, each with its own weights.
# - We told a good game from a collapsed one by counting what the samples cover; the losses at the end were the same within a tenth.
# - We used $1 - D(x)$ as a score: in the plane it found gaps, hole and far points, because the generator had made its mistakes there, or passed through.
# - We explained why a better generator can mean a worse detector: $D^* = p/(p+q)$ is one half wherever it succeeds, and against a perfect one the score was noise.
# - We put it on the board: on digits it ended below PCA and neighbours, with a wide spread over the seeds.
#
# **In practice** a discriminator alone is seldom a detector to rely on. If you have one anyway, judge the samples before the score, train several seeds and average their ranks, calibrate the limit on held-out normal rows, and put a distance guard in front. And remember $D$ against even noise: in the plane, telling real points from widely scattered ones worked better than the game.
#
# **Further reading**
# - Goodfellow and others: *Generative Adversarial Nets*, NeurIPS 2014. The game, the optimal discriminator, and the remark about log(1 − D), in nine pages.
# - Radford, Metz, Chintala: *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*, ICLR 2016. The habits that made GANs of images train.
# - Schlegl and others: *Unsupervised Anomaly Detection with Generative Adversarial Networks to Guide Marker Discovery*, IPMI 2017. AnoGAN: search the code that rebuilds an image; lesson 10 tries it.
# - Zenati and others: *Efficient GAN-Based Anomaly Detection*, 2018. An encoder in place of the search.
# - Gulrajani and others: *Improved Training of Wasserstein GANs*, NeurIPS 2017. The gradient penalty, and what it is good for.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
