# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 75, megabytes: 1300}
# ---

# %% [markdown]
# # See strange digits with an autoencoder
#
# {{navigation}}
#
# *Before this: an autoencoder for the columns of a table. Now the rows are images, and you can look at what it gets wrong.*

# %% [markdown]
# **What you'll do.** Teach networks what an 8 looks like, choose the error that tells other digits from it, promise 5 % false alarms, and say digit by digit what that finds.
#
# **What you'll learn**
# - train 784 → 128 → 784 on one digit and read its errors as pictures;
# - build a convolutional, denoising autoencoder and walk through its code;
# - choose an error on development images, for every detector alike;
# - set a limit, and judge it digit by digit, with intervals and in euros;
# - find images that a detector rebuilds well and should not, and check range and ink before it.
#
# **What you'll need.** [Lesson 04](04_catch_what_statistics_missed.ipynb): encoder, code, decoder. {{minutes}} minutes to read, 35 for the exercises; {{measured}}. The first cell takes about five seconds: it imports TensorFlow.
#
# ***
# ## The question and the data
#
# A machine sorts forms by a handwritten digit. In the tray for the 8 every image should show an 8. One that does not is a form in the wrong tray. A miss is a payment booked to the wrong account; a false alarm is a glance by a clerk. **Can a detector that has seen eights only tell that something is not an 8?**

# %%
from helpers import datasets, diagrams, plots, training
from helpers.checks import lesson_05 as check
from helpers.detectors import ConvAutoencoder, tolerant_error
from helpers.evaluation import bootstrap_distribution, percentile_interval, quantile_threshold

import ipywidgets as widgets
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

plots.use_style()

# %%
digits = datasets.load_digits_images()
images, which = digits.data / np.float32(255), digits.labels.to_numpy()
plots.image_rows({"first": images[::500], "tenth": images[9::500]}, titles=range(10))
plt.show()

# %% [markdown]
# *The figure: two rows of ten small images, the handwritten digits 0 to 9 twice, in different hands.*
#
# 5,000 **real** images from MNIST, 500 of each digit, 28 × 28 pixels from 0 (paper) to 1 (ink). We train on 300 eights. A development part chooses recipes and sets the limit; the test part is looked at once, near the end.

# %%
split = datasets.one_digit_split(which, normal=8)
develop = datasets.one_digit_split(which, normal=8, development=True)
X = images.reshape(5000, 784)
X_train, X_dev, y_dev = X[develop.train], X[develop.test], develop.labels
print(f"development: 100 eights, {y_dev.sum()} other digits; test: 100 eights, {split.labels.sum()} other digits")

# %% [markdown]
# ## The simplest thing that could work
#
# PCA with 32 directions, the linear autoencoder. Its score is the mean squared error of the rebuilt image. Here are the eight development images that it rebuilds worst.

# %%
def mean_square(difference):
    return np.square(difference).mean(axis=1)

pca_32 = PCA(32, random_state=0).fit(X_train)
errors = mean_square(X_dev - pca_32.inverse_transform(pca_32.transform(X_dev)))
worst = np.argsort(errors)[-8:]
plots.image_rows({"worst": images[develop.test[worst]]}, titles=which[develop.test[worst]])
plt.show()

# %% [markdown]
# *The figure: eight digits in a row, two sixes, two twos and four zeros, broad or heavily drawn; no 8.*
#
# A detector in two lines, and it finds forms in the wrong tray. What is it worth? With 78 % other digits, precision would look splendid by chance. This lesson counts **AUROC**: the chance that a strange image scores above a normal one; 0.5 is a coin.
#
# **Before you run:** which AUROC do you expect from the distance to the mean 8?

# %%
def auroc(scores):
    return roc_auc_score(y_dev, scores)

from_the_mean, from_pca = auroc(mean_square(X_dev - X_train.mean(axis=0))), auroc(errors)
print(f"distance to the mean 8: {from_the_mean:.2f}; PCA with 32 directions: {from_pca:.2f}")
assert from_the_mean < 0.82 < 0.84 < from_pca < 0.87

# %% [markdown]
# 0.80 for the mean, 0.86 for PCA, which knows in which directions eights differ and does not count those. 0.86 is the number to beat.
#
# ## What an error counts
#
# Two things go wrong with a squared error. Each column below is a cut across a stroke of an image and across its drawing, the rebuilt image.

# %%
diagrams.ways_to_see()
plt.show()

# %% [markdown]
# *The figure: four columns, each a stroke with its dashed drawing, and below it what the error counts. 1: a drawing beside its place, 4.0. 2: the same, blurred first, 0.7. 3 and 4: a thin and a broad stroke, both drawn too faintly; the broad one's error is almost four times the thin one's, and divided by the ink both are 0.16.*
#
# A stroke beside its place is counted twice: where it is missing, and where it should not be. A thin digit offers little ink to get wrong. Blurring mends the first, dividing by the ink the second. Now see both in a real network.
#
# ## 784 → 128 → 784
#
# The network of the tutorials: pixels in, 128 numbers, pixels out. A sigmoid fits pixels from 0 to 1. The loss is the **binary cross-entropy** of each pixel: it treats a pixel as the chance of ink. `training.train` does what `model.fit` did in lesson 04, with less overhead. Three seconds.

# %% tags=["nbval-ignore-output"]
training.set_seed(0)
dense = keras.Sequential([
    keras.Input((784,)), layers.Dense(128, activation="relu"), layers.Dense(784, activation="sigmoid")])
training.train(dense, X_train, epochs=100, loss="binary_crossentropy", jit_compile=False)
rebuilt = training.predict(dense, X_dev)
errors = mean_square(X_dev - rebuilt)
print(f"AUROC {auroc(errors):.2f}")
assert 0.80 < auroc(errors) < 0.89

# %% [markdown]
# About 0.84, no better than PCA. Where do the errors sit?

# %% tags=["nbval-ignore-output"]
order = np.argsort(errors)
eights, others = order[y_dev[order] == 0], order[y_dev[order] == 1]
shown = np.r_[eights[:2], eights[-2:], others[:2], others[-2:]]
rows = {"input": X_dev, "rebuilt": rebuilt, "error": np.abs(X_dev - rebuilt)}
plots.image_rows({key: row[shown].reshape(-1, 28, 28) for key, row in rows.items()}, titles=which[develop.test[shown]])
plt.show()

# %% [markdown]
# *The figure: eight columns of input, rebuilt image and error: the two best and the two worst eights, then the two best and the two worst of the other digits. The best eights come back cleanly, with faint outlines as errors; so do the best others, a thin 5 and a 1. The worst eights sprawl, the worst others are broad; all four come back as dark scribble.*
#
# Three things to see. A thin 5 and a 1 are rebuilt as well as a good 8: 128 numbers are enough to copy strokes that no 8 has. They also offer little ink. And the errors of the *best* eights are outlines: strokes a fraction of a pixel beside their place. We repair all three: first the code, then the error.
#
# ## Convolutions and noise
#
# A **convolution** looks at 3 × 3 pixels at a time with the same weights everywhere. With a **stride** of 2 it moves two pixels at a time and so halves height and width. Two of them, a code of 16, and the way back with *transposed* convolutions, which double the image:

# %%
halve = {"kernel_size": 3, "strides": 2, "padding": "same"}
convolutional = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(16, activation="relu", **halve), layers.Conv2D(32, activation="relu", **halve),
    layers.Flatten(), layers.Dense(16, name="code"),
    layers.Dense(7 * 7 * 32, activation="relu"), layers.Reshape((7, 7, 32)),
    layers.Conv2DTranspose(16, activation="relu", **halve), layers.Conv2DTranspose(1, activation="sigmoid", **halve)])
print(" → ".join(str(layer.output.shape[1:]) for layer in convolutional.layers))
assert (convolutional.count_params(), dense.count_params()) == (61_329, 201_616)

# %% [markdown]
# Read the shapes: 28, 14, 7 pixels wide, then 16 numbers, and back. That is 61,329 weights; the dense network has 201,616.
#
# A **denoising** autoencoder sees each image with random noise added and has to draw the *clean* one. Copying no longer pays: the network must know what an 8 looks like. `ConvAutoencoder` builds this network itself and trains it so, 1,000 steps with noise of standard deviation 0.5. It scales the pixels itself, so it is given `digits.data`, from 0 to 255, and draws from 0 to 255 (hence the 255 in the cell). About ten seconds.

# %% tags=["nbval-ignore-output"]
denoising = ConvAutoencoder(random_state=0).fit(digits.data[develop.train])
some = np.r_[eights[[0, -1]], others[[0, 1, -2, -1]]]
inputs = X_dev[some].reshape(-1, 28, 28)
noisy = inputs + np.random.default_rng(0).normal(0, 0.5, inputs.shape)
plots.image_rows({"input": inputs, "noisy": noisy.clip(0, 1), "from clean": denoising.reconstruct(255 * inputs) / 255,
                  "from noisy": denoising.reconstruct(255 * noisy) / 255}, titles=which[develop.test[some]])
plt.show()

# %% [markdown]
# *The figure: six columns, two eights and four other digits. The rows show the input, the input under heavy noise, what the network draws from the clean input and from the noisy one. The ordinary 8 comes back as an 8 in both, the sprawling one as a squat 8; the 5 closes into a slim 8, the 4 and the 2 become dark eights with wrong strokes, the 1 stays a faint blot.*
#
# It draws an 8, or a blur, whatever you show it. The difference between input and drawing is now large where the input is no 8. The price is the second column: an 8 in an unusual hand is drawn badly as well.
#
# ## Walk through the code
#
# Every code of 16 numbers decodes to some drawing. Take two eights, and walk from the code of the one (position 0) to the code of the other (1), and beyond. Beside it, the same mix of the two *images*.
#
# **Before you run:** what lies halfway?

# %%
network = denoising.networks_[0]
middle = [layer.name for layer in network.layers].index("code") + 1
encoder = keras.Sequential(network.layers[:middle])
decoder = keras.Sequential([keras.Input((16,)), *network.layers[middle:]])
positions = np.linspace(0, 3, 31)
mix = np.stack([1 - positions, positions], axis=1)
two = X_train[[13, 15]]
mixed = (mix @ two).reshape(-1, 28, 28)
decoded = training.predict(decoder, mix @ training.predict(encoder, two.reshape(-1, 28, 28, 1)))[..., 0]

# %% tags=["interactive", "nbval-ignore-output"]
def at(position):
    i = np.abs(positions - position).argmin()
    plots.image_rows({"": [mixed[i], decoded[i]]}, titles=["images mixed", "codes mixed"], width=4)
    plt.show()

_ = widgets.interact(at, position=widgets.FloatSlider(value=0.5, min=0, max=3, step=0.1))

# %% [markdown]
# *The figure: with a kernel, a slider for the position and two images that follow it, the mix of the two images and the drawing of the mixed code. Without a kernel nothing is shown here; see the next figure.*

# %% tags=["nbval-ignore-output"]
plots.image_rows({"images": mixed[::5], "codes": decoded[::5]}, titles=positions[::5])
plt.show()

# %% [markdown]
# *The figure: seven positions from 0 to 3, the mixed images above, the decoded codes below. At 0 an upright 8, at 1 a slanted one. Halfway, the images lie on top of each other and the code gives one 8, half slanted. From 2 on the codes lose their loops and break into fragments of a stroke.*
#
# Halfway, the mixed images are two eights on one sheet; the mixed codes are one 8. Beyond 1 nobody has trained it: the drawings turn into shapes that are no digit. A code far from all codes of eights is a warning in itself; *Going further* builds a guard from it.
#
# ## An error that sees as the eye does
#
# Call the mean of an image's squared pixels its *ink*, and the mean ink of all training images $s$. With $\tilde x$ the blurred image $x$ and $\tilde F$ its blurred drawing, the error repaired by both steps of the drawing above is
#
# $$e = \frac{\text{mean of } (\tilde x - \tilde F)^2}{\text{mean of } x^2 + 0.1 \, s}$$
#
# The last term keeps a blank page from dividing by nothing.

# %%
def blurred(rows):
    return gaussian_filter(rows.reshape(-1, 28, 28), (0, 1, 1)).reshape(len(rows), 784)

def ink(x):
    return mean_square(x) + 0.1 * mean_square(X_train).mean()

# %% [markdown]
# A further step is known: after blurring, compare each pixel with the *best* match among the nine pixels around its place (`tolerant_error`). Which steps earn their keep?
#
# ## Choose on development images, for every row alike
#
# Each detector below draws an image again: PCA with four sizes of code, both networks, and the five nearest training eights (five drawings, errors averaged). All are judged by the same five errors.

# %%
def nearest(x):
    model = NearestNeighbors(n_neighbors=5).fit(blurred(X_train))
    return [X_train[column] for column in model.kneighbors(blurred(x), return_distance=False).T]

def with_pca(size):
    pca = PCA(size, random_state=0).fit(X_train)
    return lambda x: [pca.inverse_transform(pca.transform(x))]

draw = {"5 neighbours": nearest, **{f"PCA {size}": with_pca(size) for size in (8, 16, 32, 64)},
        "dense 128": lambda x: [training.predict(dense, x)],
        "denoising 16": lambda x: [training.predict(network, x.reshape(-1, 28, 28, 1)).reshape(-1, 784)]}

# %% tags=["nbval-ignore-output"]
def judged(x, F):
    squared, blur = mean_square(x - F), mean_square(blurred(x) - blurred(F))
    shifts = tolerant_error(x.reshape(-1, 28, 28, 1), F.reshape(-1, 28, 28, 1)).mean(axis=(1, 2))
    return pd.DataFrame({"squared": squared, "blur": blur, "ink": squared / ink(x), "blur, ink": blur / ink(x),
                         "blur, shifts, ink": shifts / ink(x)})

def scores(name, x):
    return pd.concat([judged(x, F) for F in draw[name](x)]).groupby(level=0).mean()

ladder = pd.DataFrame({name: scores(name, X_dev).apply(auroc) for name in draw}).T
print(ladder.round(3).to_string())
eight, sixteen = (bootstrap_distribution(roc_auc_score, y_dev, scores(f"PCA {n}", X_dev)["blur, ink"]) for n in (8, 16))
print("PCA 8 minus PCA 16, blur and ink: {:+.3f} to {:+.3f}".format(*percentile_interval(eight - sixteen)))
assert np.percentile(eight - sixteen, 2.5) < 0 < np.percentile(eight - sixteen, 97.5)
assert (ladder["blur, ink"] > ladder["squared"] + 0.02).all() and (ladder["blur, ink"].iloc[:3] > 0.95).all()

# %% [markdown]
# Read it from left to right. Blur alone and ink alone lift each row a little; **both together lift the neighbours from 0.87 to 0.96 and PCA 16 from 0.85 to 0.96**. Shifts after that give the network 0.01 in this run, PCA 8 and 16 nothing, and cost the neighbours and the wide codes 0.01 or 0.02. We leave them out.
#
# Now from top to bottom. PCA 8 is 0.003 ahead of 16. A bootstrap of the development images, the same draws for both, puts the difference between -0.010 and +0.014: they are alike. We take 16, the size of the network's code. 64 copies too much, and so does the dense network, last with 0.88. Neighbours, PCA 16 and the denoising network lie within about 0.01. The error was the bigger lever than the network. These three, with blur and ink, go to the test.
#
# ## Promise 5 %, and look at the test once
#
# Many tutorials set the limit at the 95th percentile of the scores that they judge. That flags 5 % of anything, of a tray without a single 8 too. Lesson 02's limit comes from *normal* images that were not trained on: here the 100 development eights. Then the test part is opened.
#
# **Before you run:** which digit will be hardest to tell from an 8?

# %% tags=["nbval-ignore-output"]
X_test, y_test, digit = X[split.test], split.labels, which[split.test]
chosen = ["5 neighbours", "PCA 16", "denoising 16"]
on_dev, on_test = ({name: scores(name, x)["blur, ink"] for name in chosen} for x in (X_dev, X_test))
limits = {name: quantile_threshold(on_dev[name][y_dev == 0], 0.05) for name in chosen}
flags = pd.DataFrame({name: on_test[name] > limits[name] for name in chosen})
fig, ax = plt.subplots(figsize=(7, 2))
plots.kinds_table(ax, flags.groupby(digit).mean().T)
ax.set(title="Flagged in the test part, % of each digit (8: false alarms)")
plt.show()

# %% [markdown]
# *The figure: a table of shaded cells, three detectors by ten digits. Zeros, twos and sevens are flagged in more than eight of ten cases by all, fours in seven of ten or more; nines and threes in a third to a half. Ones differ most: neighbours flag two of three, PCA and the network one of five or fewer. In the column of the 8 stand the false alarms, 5 or 6 %.*
#
# The promise of 5 % held: 5 to 7 false alarms among 100 eights. But digits are not alike. Half of the nines and threes pass, and of the ones, with PCA, seven of eight. One number for all strange images hides that.
#
# How sure is the ranking? The **paired** bootstrap draws the same test images for both detectors and takes the difference.

# %% tags=["nbval-ignore-output"]
found, false_alarms = flags[y_test == 1].mean(), flags[y_test == 0].mean()
areas = {name: bootstrap_distribution(roc_auc_score, y_test, on_test[name]) for name in chosen}
for name in chosen:
    own, apart = percentile_interval(areas[name]), percentile_interval(areas[name] - areas["PCA 16"])
    print(f"{name}: {found[name]:.0%} found; AUROC {roc_auc_score(y_test, on_test[name]):.3f}, {own.low:.2f} to "
          f"{own.high:.2f}; minus PCA 16: {apart.low:+.3f} to {apart.high:+.3f}")
assert (found > 0.6).all() and (false_alarms < 0.12).all() and flags["PCA 16"][digit == 1].mean() < 0.3
# %% [markdown]
# PCA and the neighbours cannot be told apart: the difference lies between -0.012 and +0.009. This network is about 0.02 behind, and zero lies outside its interval; how much of that is the dice of one training, the scoreboard shows. At their limits PCA and the neighbours find seven of ten strays, the network six.
#
# ## How it fails
#
# "What was never seen is rebuilt badly" is a hope. Take one 8 and make it $t$ times as bright, up to a hundred times the brightness of ink. Two errors of PCA 16, as a share of the largest among the 100 development eights:

# %% tags=["nbval-ignore-output"]
t = np.array([0.5, 1, 2, 5, 10, 100])
usual = X_dev[y_dev == 0]
along = scores("PCA 16", t[:, None] * usual[0]) / scores("PCA 16", usual).max()
print(along[["squared", "blur, ink"]].set_index(t).rename_axis("t").round(2).to_string())
assert along["squared"].iloc[-1] > 1000 and along["blur, ink"][t >= 1].max() < 0.6

# %% [markdown]
# The squared error notices at twice the brightness. **Our own repair made the detector blind to it**: it forgives whatever has much ink. Is the squared error safe, then? Walk on in PCA's plane, from the mean 8 through a drawing to a hundred times the distance.

# %%
far = X_train.mean(axis=0) + 100 * (draw["PCA 16"](usual[:1])[0] - X_train.mean(axis=0))
print(scores("PCA 16", far)[["squared", "blur, ink"]].round(6).to_string(index=False))
print(f"pixels from {far.min():.0f} to {far.max():.0f}; allowed are 0 to 1")
assert far.min() < -10 and far.max() > 10 and scores("PCA 16", far).max(axis=None) < 1e-6

# %% [markdown]
# Pixels from -60 to 49, and both errors are zero: PCA rebuilds everything in its plane, however far out. A network with a linear output can do the same (Bouman and Heskes, 2025). The cure costs one line and comes *before* any model: are all pixels between 0 and 1? That stops both images. What passes inside the range, you have seen: ones, threes, nines.
#
# ## The scoreboard
#
# The shipped table (`data/results/digits.csv`): each digit in turn is normal, 400 images to train on, the test of this lesson, five seeds for what depends on chance. "Repaired" is blur and ink for every row; a forest has no drawing, so it gets the blurred images at equal ink.

# %% tags=["nbval-ignore-output", "headline"]
shipped = datasets.load_results("digits")
areas = shipped.pivot_table(index="model", columns="digit", values="auroc")
plain = areas.index[~areas.index.str.contains("ink")]
repaired = plain + ", blur and ink"
spread = shipped[shipped["digit"] == 8].groupby("model")["auroc"].agg(lambda a: f"{a.min():.2f} to {a.max():.2f}")
table = pd.DataFrame({"8": areas[8], "seeds": spread, "ten": areas.mean(axis=1, skipna=False)})
board = table.loc[plain, ["8", "ten"]].join(table.loc[repaired].set_axis(plain).add_suffix(", repaired"))
print(board.sort_values("8, repaired").round(3).to_string(na_rep=""))
lead = board.loc[["PCA 16", "5 nearest neighbours"], "ten, repaired"]
assert lead.min() > board.drop(lead.index)["ten, repaired"].drop("PCA 32").max() and abs(lead.diff().iloc[-1]) < 0.005
print(f"promised 5 %: PCA 16 flags {false_alarms['PCA 16']:.0%} of eights, finds {found['PCA 16']:.0%} of other digits")

# %% [markdown]
# **PCA and the neighbours share the lead**, 0.95 or 0.96 on the 8, 0.98 over ten digits (PCA with 32 directions, too). The network follows with 0.91 to 0.94 on the 8 and 0.97 over ten. Without noise it has 0.91 to 0.92, so the noise is perhaps worth 0.01. By the squared error all drawings lie between 0.84 and 0.86 there. Published with about 6,000 training images a digit and another test: Deep SVDD 0.939 on the 8 and 0.948 over ten, OCGAN 0.939 and 0.975. Similar numbers, and not a ranking.
#
# ## Would you run it?
#
# Suppose that 10 of 1,000 forms a day lie in the wrong tray, that a wrong booking costs 25 €, and a clerk's glance 0.20 €.

# %% tags=["nbval-ignore-output"]
def euros_a_day(flagged_eights, found, forms=1000, strays=10):
    glances = (forms - strays) * flagged_eights + strays * found
    return 0.20 * glances + 25 * strays * (1 - found)

costs = {"no check": euros_a_day(0, 0), "a glance at every form": euros_a_day(1, 1)}
costs |= {name: euros_a_day(false_alarms[name], found[name]) for name in chosen}
print(pd.Series(costs).map("{:.0f} €".format).to_string())
assert max(costs[name] for name in chosen) < 110 < 200 <= costs["a glance at every form"] < costs["no check"]

# %% [markdown]
# Yes, for a tray that nobody checks: 80 to 90 € a day instead of 250, with PCA or the neighbours. What is left is misses. No, if a miss must never happen: then a clerk looks at every form, for 200 €. With this error the network buys nothing here that PCA does not give. (With shifts forgiven it was the highest row of the development table.) With thousands of images, or untidy ones, ask again, on development images.

# %% [markdown]
# ## Exercise 1 · the blank page
#
# The scanner feeds a blank page, 784 zeros. It is inside the range. Among the 100 **test eights only**, what share has a *larger* score than the blank page, by PCA 16's error `"squared"` and by its error `"blur, ink"`? Store the two shares (from 0 to 1) in `by_squared` and `by_repaired`.
#
# <details><summary>Hint</summary><code>scores("PCA 16", x)</code> gives all five errors of the rows of <code>x</code>, an array of shape (n, 784). <code>y_test == 0</code> picks the eights.</details>

# %%
by_squared, by_repaired = ..., ...
### BEGIN SOLUTION
# An image without ink has little to get wrong: by its squared error, a blank page is a better 8 than any 8.
# Divided by the (tiny) ink, the little that PCA draws on it is a large error.
blank = scores("PCA 16", np.zeros((1, 784))).iloc[0]
of_eights = scores("PCA 16", X_test[y_test == 0])
by_squared, by_repaired = ((of_eights[error] > blank[error]).mean() for error in ("squared", "blur, ink"))
### END SOLUTION

# %% tags=["check"]
check.exercise_1(by_squared, by_repaired)

# %% [markdown]
# ## Exercise 2 · another tray
#
# Write `tray(digit)` for any normal digit: PCA with 16 directions on the development split's training images, the error with blur and ink, a limit that promises 5 %. It returns two shares of the *test*: of the normal digit flagged, and of the others flagged. The check tries digits 3 and 5.
#
# <details><summary>Hint</summary>Make anew, from <code>datasets.one_digit_split(which, normal=digit, development=True)</code> and from the split of the test, all that depends on the digit: training images, PCA, the images for the limit, labels. <code>judged(x, F)["blur, ink"]</code> may stay: it adds a tenth of the eights' usual ink, which serves for other digits.</details>

# %%
def tray(digit):
    flagged_normal, flagged_others = ..., ...
    ### BEGIN SOLUTION
    # Everything that depends on the digit is made inside; the limit never sees the test.
    own = datasets.one_digit_split(which, normal=digit, development=True)
    final = datasets.one_digit_split(which, normal=digit)
    pca = PCA(16, random_state=0).fit(X[own.train])

    def score(positions):
        return judged(X[positions], pca.inverse_transform(pca.transform(X[positions])))["blur, ink"].to_numpy()

    limit = quantile_threshold(score(own.test[own.labels == 0]), 0.05)
    alarms = score(final.test) > limit
    flagged_normal, flagged_others = alarms[final.labels == 0].mean(), alarms[final.labels == 1].mean()
    ### END SOLUTION
    return flagged_normal, flagged_others

# %% tags=["check"]
check.exercise_2(tray)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# The digit detector of many tutorials, written anew, in 13 numbered lines. Six hold a fault; find at least five. A choice that is only weak, such as the width of the code, does not count.
#
# ```
#  1  (X_train, _), (X_test, _) = keras.datasets.mnist.load_data()
#  2  X_train, X_test = X_train / 255, X_test / 255
#  3  inputs = keras.Input((784,))
#  4  code = layers.Dense(128, activation="relu")(inputs)
#  5  outputs = layers.Dense(784, activation="sigmoid")(code)
#  6  model = keras.Model(inputs, outputs)
#  7  model.compile(optimizer="adadelta", loss="binary_crossentropy")
#  8  model.fit(X_train, X_train, epochs=50, batch_size=256, validation_data=(X_test, X_test))
#  9  rebuilt = model.predict(X_test)
# 10  errors = np.mean(np.square(X_test - rebuilt), axis=1)
# 11  threshold = np.percentile(errors, 95)
# 12  outliers = np.where(errors > threshold)[0]
# 13  print("number of outliers:", len(outliers))
# ```
#
# Store the numbers of the faulty lines in the set `faulty`.
#
# <details><summary>Hint</summary>What is normal here? Which shape do images have? Keras gives adadelta a learning rate of 0.001, and the method was designed for 1. What is the test part used for? What is the number in the last line, before anything has run?</details>

# %%
faulty = ...
### BEGIN SOLUTION
# All digits and no labels, never flattened, adadelta's rate, test part as validation, 5 % whatever comes, a bare count.
faulty = {1, 2, 7, 8, 11, 13}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faulty)

# %% [markdown]
# ## Exercise 4 · seven kinds of normal
#
# Now the digits 0 to 6 are normal and 7, 8, 9 are strange. `rows_train` are the first 300 images of every digit, `rows_judge` the next 100. Compare by AUROC, squared error, 16 directions: `one` PCA fitted on all seven digits, and `seven` PCAs, one a digit, where an image's score is the smallest of its seven errors.
#
# **Before you run:** will seven stiff models beat a wide one?
#
# <details><summary>Hint</summary><code>with_pca</code> fits on the eights: write a function of the training rows like it. The smallest of seven arrays: <code>np.min([...], axis=0)</code>.</details>

# %%
place = np.arange(5000) % 500
rows_train, rows_judge = place < 300, (place >= 300) & (place < 400)
strange = which[rows_judge] > 6
one, seven = ..., ...
### BEGIN SOLUTION
# A model of seven digits learns strokes, and strokes rebuild the other three; a model of one digit does not.
def errors_after(training_rows):
    pca = PCA(16, random_state=0).fit(X[training_rows])
    return mean_square(X[rows_judge] - pca.inverse_transform(pca.transform(X[rows_judge])))

one = roc_auc_score(strange, errors_after(rows_train & (which < 7)))
seven = roc_auc_score(strange, np.min([errors_after(rows_train & (which == digit)) for digit in range(7)], axis=0))
### END SOLUTION

# %% tags=["check"]
check.exercise_4(one, seven)

# %% [markdown]
# ## Exercise 5 · which one for this tray? (open)
#
# The owner tells you more: of 10 strays a day, 6 are ones and 4 are threes. Choose between PCA 16 and the neighbours **on the development part**. `answer` is a dict: `"PCA 16"` and `"5 neighbours"` hold the euros a day of each, if exactly 5 % of 990 eights are flagged and strays are found as often as ones and threes of the development part are; `"run"` is the name of the one that you would run, or `"neither"` (no check at all).
#
# <details><summary>Hint</summary><code>on_dev[name] > limits[name]</code> are the alarms, <code>which[develop.test]</code> the digits. <code>euros_a_day(0.05, share)</code> wants the share of strays found: 0.6 of ones' share and 0.4 of threes'.</details>

# %%
answer = {"PCA 16": ..., "5 neighbours": ..., "run": ...}
### BEGIN SOLUTION
# The same AUROC, and a different decision: recall by kind, weighted with what the tray really gets, decides.
digit_dev = which[develop.test]
for name in ("PCA 16", "5 neighbours"):
    alarms = on_dev[name] > limits[name]
    answer[name] = euros_a_day(0.05, 0.6 * alarms[digit_dev == 1].mean() + 0.4 * alarms[digit_dev == 3].mean())
answer["run"] = "5 neighbours"
### END SOLUTION

# %% tags=["check"]
check.exercise_5(answer)

# %% [markdown]
# ***
# ## Going further (optional)
#
# **Adadelta at Keras's default rate**, the tutorials' habit in line 7 above. Five passes over all 5,000 images, and the same with `adam`; five seconds.

# %% tags=["nbval-ignore-output"]
losses = {}
for optimizer in ["adadelta", "adam"]:
    training.set_seed(0)
    all_digits = keras.Sequential([
        keras.Input((784,)), layers.Dense(128, activation="relu"), layers.Dense(784, activation="sigmoid")])
    all_digits.compile(optimizer=optimizer, loss="binary_crossentropy")
    losses[optimizer] = all_digits.fit(X, X, epochs=5, batch_size=256, verbose=0).history["loss"]
print(pd.DataFrame(losses, index=range(1, 6)).rename_axis("epoch").round(4).to_string())
assert losses["adadelta"][0] - losses["adadelta"][-1] < 0.002
assert losses["adam"][-1] < 0.22

# %% [markdown]
# Adadelta starts at 0.696, no better than the 0.693 of a coin for each pixel, and after five passes only the fourth decimal has moved. Adam is below 0.22. A loss has a scale: 0.69 is ignorance.
#
# **All ten digits in training**, line 1. What did that last network learn to call strange? Its eight largest errors:

# %% tags=["nbval-ignore-output"]
strangest = np.argsort(mean_square(X - training.predict(all_digits, X)))[-8:]
plots.image_rows({"strangest": images[strangest]}, titles=which[strangest])
plt.show()

# %% [markdown]
# *The figure: eight digits of different kinds, each drawn with fat or broad strokes; none is anything but a digit.*
#
# Nothing in these data is abnormal, so nothing abnormal can be found, and nothing can be checked.
#
# **A guard on the code.** An autoencoder with ReLU inside and a linear output is made of planes: far from the data it behaves like PCA. Along the ray, a far image comes back because its code goes along, far outside the region of the eights' codes. So measure that: the Mahalanobis distance of the code, lesson 01's yardstick in 16 columns. A **guard** is a second limit that speaks only far beyond anything that training rows did. Five seconds.

# %% tags=["nbval-ignore-output"]
training.set_seed(0)
inner = keras.Sequential([keras.Input((784,)), layers.Dense(128, activation="relu"), layers.Dense(16)])
outer = keras.Sequential([keras.Input((16,)), layers.Dense(128, activation="relu"), layers.Dense(784)])
linear_output = keras.Sequential([inner, outer])
training.train(linear_output, X_train, epochs=60, jit_compile=False)
codes = training.predict(inner, X_train)
inverse_covariance = np.linalg.inv(np.cov(codes.T))

def code_distance(x):
    z = training.predict(inner, x) - codes.mean(axis=0)
    return np.sqrt(np.einsum("ni,ij,nj->n", z, inverse_covariance, z))

# %% tags=["nbval-ignore-output"]
ray = t[:, None] * usual[0]
drawn_ray, drawn_usual = (training.predict(linear_output, x) for x in (ray, usual))
table = judged(ray, drawn_ray)[["squared", "blur, ink"]] / judged(usual, drawn_usual)[["squared", "blur, ink"]].max()
table["code distance"] = code_distance(ray) / code_distance(usual).max()
print(table.set_index(t).rename_axis("t").round(2).to_string())
beyond = code_distance(X_dev) > 2 * code_distance(X_train).max()
print(f"AUROC of the code distance {auroc(code_distance(X_dev)):.2f}; {beyond.sum()} of {len(X_dev)} images beyond")
assert table["squared"].iloc[-1] > 100 and table["code distance"].iloc[-1] > 10 and beyond.mean() < 0.01

# %% [markdown]
# At twice the brightness the code distance passes the largest of the eights, as the squared error does a little later; the error with blur and ink never does. A guard at twice the largest distance of any training image stays silent on all 460 development images and stops the ray at brightness 5. As a score for strange digits the code distance is near a coin: a 3 has the code of some 8. On this ray a range check does the same work at once; the guard is for networks whose inputs have no natural range.
#
# **A network trained on other digits as a feature extractor.** With many labelled images of *something else*, train a classifier on those, cut its last layer off, and measure the distance to the nearest eights in what is left. Here it learns to tell 0 to 4 apart; digits 5, 6, 7 and 9 are as new to it as the eights. Three seconds.

# %% tags=["nbval-ignore-output"]
others_seen = np.setdiff1d(np.flatnonzero(which < 5), np.r_[develop.test, split.test])
training.set_seed(0)
classifier = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Conv2D(16, 3, strides=2, activation="relu"),
    layers.Conv2D(32, 3, strides=2, activation="relu"), layers.Flatten(), layers.Dense(64, activation="relu"),
    layers.Dense(5, activation="softmax")])
training.train(classifier, images[others_seen, :, :, None], np.eye(5)[which[others_seen]], batch_size=64, epochs=8,
               loss="categorical_crossentropy")
extractor = keras.Sequential(classifier.layers[:-1])
features = training.predict(extractor, images[..., None])
distances = NearestNeighbors(n_neighbors=5).fit(features[develop.train]).kneighbors(features[develop.test])[0]
compared = scores("5 neighbours", X_dev)[["squared", "blur, ink"]].assign(features=np.square(distances).mean(axis=1))
for group, odd in {"0 to 4": which[develop.test] < 5, "5, 6, 7, 9": which[develop.test] > 4}.items():
    rows = (y_dev == 0) | odd
    areas_of_group = compared[rows].apply(lambda score, labels: roc_auc_score(labels, score), labels=y_dev[rows])
    print(f"8 against {group}:", areas_of_group.round(2).to_dict())
    assert areas_of_group["blur, ink"] > areas_of_group["features"]

# %% [markdown]
# The features beat the squared error of pixels against digits that the classifier knows, and not against new ones: it learned what tells 0 to 4 apart, and threw away the rest. With blur and ink the pixels beat the features in both groups. Compare with the repaired error, or features look better than they are. Networks trained on a million photographs of a thousand things throw away less.
#
# ***
# ## What we learned
# - We trained 784 → 128 → 784 on one digit; its pictures showed thin digits passing and outlines as errors.
# - We built a convolutional, denoising autoencoder: between two codes of eights lie eights, beyond them no digit.
# - We chose an error on development images, for every detector alike: blur and ink did more than any network.
# - We set a limit that promised 5 %: seven of ten strays, digit by digit, and 160 € a day saved.
# - We found far images that are rebuilt perfectly, and stop them with a check of the range.
#
# **In practice** check size, range and ink before any model sees it; keep one detector for each kind of normal; show the clerk input, drawing and error.
#
# **Further reading**
# - Vincent and others: *Stacked Denoising Autoencoders*, JMLR 11, 2010. Why noise on the input teaches more than a copy does.
# - Bouman, Heskes: *Autoencoders for Anomaly Detection are Unreliable*, 2025. The ray, with proofs.
# - Ruff and others: *Deep One-Class Classification*, ICML 2018. Deep SVDD and the protocol of the published rows.
# - Perera and others: *OCGAN: One-Class Novelty Detection Using GANs With Constrained Latent Representations*, CVPR 2019. Makes the code itself say what is normal.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open another lesson: two TensorFlow kernels do not fit on Binder.*
