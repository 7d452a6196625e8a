"""data/results/heartbeats.csv: who sees a changed order in ordinary heartbeats, and a changed tempo, five seeds.

Ordinary beats of the unlabelled record, cleaned as in lesson 08 and split by time, 60 : 20 : 20, with four beats left
out between the parts: no sample is on two sides. A window that holds a beat far from the median beat is left out. The
test windows are normal; with their two halves swapped (`swapped`), or played a quarter slower (`slower`), they are the
anomalies. Each figure is an AUROC; `low` and `high` hold 95 % of its resamples by beat. Cases:

- anywhere: 60 steps, the beat anywhere in them, 10 cuts tried a beat.
- anywhere, 50 cuts: the same test, more rows to learn from.
- lengths: recordings of 40 to 100 steps, the beat anywhere in them. "own": batches of one length each, neither padding
  nor mask. "resampled": stretched to 60 steps. "padded": zeros in front, the error of the recording's own steps. "short
  windows": all windows of 40 steps; the recording's score is its strangest window.

Everything was fixed before a network scored a test window: 2,500 steps of 32 windows, Adam from 0.01 down along a
cosine, the best epoch by the rebuilding error of the validation windows, which hold nothing that was changed. Added
afterwards, because seed 3 fell far behind at the recordings' own length: 5,000 steps there, for it and for seed 0.
"""

from functools import lru_cache

from helpers import training
from helpers.datasets import load_heartbeats
from helpers.detectors import NearestNeighbours, PCAReconstruction
from helpers.evaluation import bootstrap_interval
from helpers.windows import make_windows, windows_at

import numpy as np
import pandas as pd
from scipy.signal import find_peaks
from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2, 3, 4)
KEYS = ["case", "model", "seed"]
COLUMNS = [*KEYS, "swapped", "swapped_low", "swapped_high", "slower", "slower_low", "slower_high"]
JOINED, BEFORE, WINDOW = 4, 96, 240  # samples
STEPS, SHORTEST, LONGEST = 60, 40, 100  # of four samples
BATCH, N_STEPS = 32, 2500
ANYWHERE, MANY_CUTS = "anywhere", "anywhere, 50 cuts"
OWN, RESAMPLED, PADDED, SHORT = (f"lengths, {way}" for way in ("own", "resampled", "padded", "short windows"))
PLAIN = ("largest step", "PCA 4", "PCA 8", "PCA 32", "5 nearest neighbours")
NETWORKS = ("dense 8", "dense 32", "LSTM 32")
LONGER, LONGER_SEEDS = "LSTM 32, 5000 steps", (0, 3)


def jobs():
    """Case, model and seed of each row; models without chance in them have seed 0 only."""
    wanted = [(ANYWHERE, name) for name in (*PLAIN, *NETWORKS)] + [(OWN, "LSTM 32")]
    wanted += [(MANY_CUTS, name) for name in (*PLAIN, *NETWORKS)]
    wanted += [(case, name) for case in (RESAMPLED, SHORT) for name in (*PLAIN, "dense 8", "LSTM 32")]
    wanted += [(PADDED, name) for name in (*PLAIN[1:], "dense 8")]
    rows = [(*pair, seed) for seed in SEEDS for pair in wanted if seed == 0 or pair[1] in NETWORKS]
    return rows + [(OWN, LONGER, seed) for seed in LONGER_SEEDS]


def compute_row(case, model, seed):
    """Fit, score what is normal and what is changed, and judge."""
    parts = parts_of(case)
    scores = scores_of(case, model, seed)
    figures = [figure for change in ("swapped", "slower") for figure in judged(scores, parts, change)]
    row = dict(zip(COLUMNS, (case, model, seed, *np.round(figures, 4).tolist()), strict=True))
    print(*row.values(), sep=",", flush=True)
    return row


def judged(scores, parts, change):
    """AUROC of changed windows against normal ones, and its interval by beat; equal up to rounding is equal."""
    normal, changed = scores["test"], scores[change]
    labels = np.repeat([0, 1], [len(normal), len(changed)])
    together, beats = np.round(np.r_[normal, changed], 6), parts["beat"]
    blocks = np.r_[beats, beats + beats.max() + 1]
    return roc_auc_score(labels, together), *bootstrap_interval(roc_auc_score, labels, together, blocks=blocks)


def with_intervals(table, case, change):
    """Figures of a case as text, "0.94 (0.91-0.97)", one a model; figure and ends are means over the seeds."""
    means = (
        table[table["case"] == case].groupby("model", sort=False)[[change, f"{change}_low", f"{change}_high"]].mean()
    )
    return means.apply(lambda row: "{:.2f} ({:.2f}-{:.2f})".format(*row), axis=1)


@lru_cache
def ordinary():
    """ECG, the spikes of the three parts of ordinary beats, and the spikes that no window may hold."""
    ecg = load_heartbeats().data["ecg"].to_numpy()
    beats = find_beats(ecg)
    beats = beats[(beats >= BEFORE) & (beats + WINDOW - BEFORE <= len(ecg))]
    intervals = pd.Series(np.diff(beats))
    relative = (intervals / intervals.rolling(9, center=True, min_periods=1).median()).to_numpy()
    on_time = (np.abs(np.r_[1, relative] - 1) < 0.1) & (np.abs(np.r_[relative, 1] - 1) < 0.1)
    rows = levelled(windows_at(ecg, beats + WINDOW - BEFORE - 1, WINDOW))
    distance = np.square(rows - np.median(rows[on_time], axis=0)).mean(axis=1)
    near = distance <= np.quantile(distance[on_time], 0.8)
    return ecg, split_by_time(beats[on_time & near]), beats[~near]


def find_beats(ecg):
    """Positions of the spikes."""
    return find_peaks(ecg, prominence=0.6, distance=108, wlen=108)[0]


def levelled(windows):
    """Four neighbouring samples averaged, the window's median taken out."""
    windows = windows.reshape(len(windows), -1, JOINED).mean(axis=2)
    return windows - np.median(windows, axis=1, keepdims=True)


def split_by_time(beats):
    """The first 60 %, the next 20 % and the last 20 %, with four beats left out between them."""
    first, second = int(0.6 * len(beats)), int(0.8 * len(beats))
    return beats[:first], beats[first + 4 : second], beats[second + 4 :]


@lru_cache(maxsize=2)
def parts_of(case):
    """Windows of the three parts, the changed test windows, and the beat of each test window."""
    ecg, (train, validation, test), odd = ordinary()
    n_cuts, anyhow = (50 if case == MANY_CUTS else 10, 10, 10), case.startswith("lengths")
    cuts = [
        cut_anywhere(ecg, beats, odd, n, np.random.default_rng(seed), anyhow)
        for seed, (beats, n) in enumerate(zip((train, validation, test), n_cuts, strict=True))
    ]
    windows = [[levelled(window[None])[0] for window in part] for part, _ in cuts]
    scale = np.concatenate(windows[0]).std()
    train, validation, test = ([window / scale for window in part] for part in windows)
    changed = {"swapped": [swap_halves(window) for window in test], "slower": [play_slower(window) for window in test]}
    return {
        "train": train,
        "validation": validation,
        "test": test,
        **changed,
        "beat": np.unique(cuts[2][1], return_inverse=True)[1],
    }


def cut_anywhere(ecg, beats, odd, n_cuts, rng, anyhow):
    """Windows that hold the beat anywhere, none of the odd ones, and lie inside the record; and the beat of each."""
    beats = np.repeat(beats, n_cuts)
    lengths = JOINED * (
        rng.integers(SHORTEST // 4, LONGEST // 4 + 1, len(beats)) * 4 if anyhow else np.full(len(beats), STEPS)
    )
    starts = beats - rng.integers(0, lengths)
    stops = starts + lengths
    clean = np.searchsorted(odd, starts - 40) == np.searchsorted(odd, stops + 40)
    kept = np.flatnonzero(clean & (starts >= 0) & (stops <= len(ecg)))
    return [ecg[starts[i] : stops[i]] for i in kept], beats[kept]


def swap_halves(window):
    """The second half first."""
    return np.roll(window, len(window) // 2)


def play_slower(window):
    """The first 80 % in the time of the whole, its median taken out again."""
    stretched = resampled(window[: len(window) * 4 // 5], len(window))
    return stretched - np.median(stretched)


def resampled(window, n_steps):
    """Stretched or squeezed to so many steps, in straight lines."""
    return np.interp(np.linspace(0, len(window) - 1, n_steps), np.arange(len(window)), window)


def scores_of(case, model, seed):
    """Scores of the test windows and of the changed ones."""
    parts = parts_of(case)
    if case == OWN:
        return own_length(parts, seed, 5000 if model == LONGER else N_STEPS)
    as_rows = {RESAMPLED: stretch, PADDED: pad, SHORT: slide}.get(case, plainly)
    (train, _), (validation, _) = as_rows(parts["train"]), as_rows(parts["validation"])
    errors = errors_of(model, train, validation, seed)
    result = {}
    for name in ("test", "swapped", "slower"):
        rows, recording = as_rows(parts[name])
        each = errors(rows)
        if case == PADDED:
            own = np.arange(LONGEST) >= LONGEST - np.array([len(window) for window in parts[name]])[:, None]
            result[name] = (each * own).sum(axis=1) / own.sum(axis=1)
        else:
            result[name] = np.maximum.reduceat(each.mean(axis=1), np.unique(recording, return_index=True)[1])
    return result


def plainly(windows):
    """Windows of one length as rows, and the number of the window of each row."""
    return np.stack(windows), np.arange(len(windows))


def stretch(windows):
    """All to 60 steps."""
    return plainly([resampled(window, STEPS) for window in windows])


def pad(windows):
    """All to 100 steps, zeros in front."""
    return plainly([np.pad(window, (LONGEST - len(window), 0)) for window in windows])


def slide(windows):
    """All stretches of 40 steps, four steps apart."""
    cut = [make_windows(window, SHORTEST, stride=JOINED) for window in windows]
    return np.concatenate(cut), np.repeat(np.arange(len(cut)), [len(rows) for rows in cut])


def errors_of(model, train, validation, seed):
    """A function of rows: their errors, step by step (n, n_steps), or (n, 1) if there is one a row only."""
    kind, _, number = model.partition(" ")
    if model == "largest step":
        return lambda rows: np.abs(np.diff(rows, axis=1)).max(axis=1, keepdims=True)
    if model == "5 nearest neighbours":
        detector = NearestNeighbours(5, scale=False).fit(train)
        return lambda rows: detector.decision_function(rows)[:, None]
    if kind == "PCA":
        pca = PCAReconstruction(int(number), scale=False).fit(train)
        return lambda rows: pca._column_scores(rows.T).T
    network = fitted(kind, int(number.split(",")[0]), train, validation, seed)
    shape = (-1, *network.input_shape[1:])
    return lambda rows: np.square(rows - training.predict(network, rows.reshape(shape)).reshape(rows.shape))


def fitted(kind, size, train, validation, seed):
    """A trained dense network or LSTM autoencoder with a code of this size."""
    training.set_seed(seed)
    network = dense(train.shape[1], size) if kind == "dense" else lstm(train.shape[1], size)
    shape = (-1, *network.input_shape[1:])
    epochs = int(np.ceil(N_STEPS / np.ceil(len(train) / BATCH)))
    training.train(
        network,
        train.reshape(shape),
        validation_data=validation.reshape(shape),
        epochs=epochs,
        batch_size=BATCH,
        seed=seed,
        optimizer=adam(),
        verbose=False,
    )
    return network


def adam(n_steps=N_STEPS):
    """Steps that shrink along a cosine, the largest ones clipped."""
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, n_steps), clipnorm=1.0)


def dense(n_steps, size):
    """Two layers of 64 around the code."""
    from keras import Input, Sequential, layers

    around = [layers.Dense(64, activation="tanh") for _ in range(2)]
    return Sequential([Input((n_steps,)), around[0], layers.Dense(size), around[1], layers.Dense(n_steps)])


def lstm(n_steps, units):
    """Lesson 08's network for one channel."""
    import keras
    from keras import layers

    inputs = keras.Input((n_steps, 1))
    repeated = layers.RepeatVector(n_steps)(layers.LSTM(units)(inputs))
    backwards = layers.Dense(1)(layers.LSTM(units, return_sequences=True)(repeated))
    return keras.Model(inputs, keras.ops.flip(backwards, axis=1))


def own_length(parts, seed, n_steps):
    """Scores of an LSTM autoencoder that reads each recording at its own length; a batch holds one length."""
    from helpers.training.layers import FusedLSTM

    import tensorflow as tf
    from keras import layers

    training.set_seed(seed)
    encoder, decoder, output = (
        FusedLSTM(layers.LSTM(32)),
        FusedLSTM(layers.LSTM(32, return_sequences=True)),
        layers.Dense(1),
    )

    def errors(x):
        repeated = tf.repeat(encoder(x)[:, None], tf.shape(x)[1], axis=1)
        return tf.square(tf.reverse(output(decoder(repeated)), [1]) - x)[:, :, 0]

    errors(tf.zeros((1, SHORTEST, 1)))
    weights = [variable for layer in (encoder, decoder, output) for variable in layer.trainable_variables]
    padded, lengths = batches(parts["train"])
    optimizer = adam(n_steps)
    optimizer.build(weights)

    def step(chosen):
        batch = tf.gather(padded, chosen)[0]
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(errors(batch[:, : tf.gather(lengths, chosen)[0], None]))
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return value

    compiled = tf.function(errors, input_signature=[tf.TensorSpec([None, None, 1], tf.float32)])

    def score(windows):
        result, of = np.empty(len(windows)), np.array([len(window) for window in windows])
        for length in np.unique(of):
            rows = np.flatnonzero(of == length)
            result[rows] = (
                compiled(np.stack([windows[i] for i in rows])[:, :, None].astype("float32")).numpy().mean(axis=1)
            )
        return result

    training.run_steps(
        step,
        len(padded),
        variables=weights,
        validate=lambda: score(parts["validation"]).mean(),
        batch_size=1,
        epochs=int(np.ceil(n_steps / len(padded))),
        seed=seed,
        verbose=False,
        jit_compile=False,
    )
    return {name: score(parts[name]) for name in ("test", "swapped", "slower")}


def batches(windows):
    """Batches of recordings of one length (n_batches, 16, 100), what is behind them zero, and the lengths."""
    of, found, lengths = np.array([len(window) for window in windows]), [], []
    for length in np.unique(of):
        rows = np.flatnonzero(of == length)
        rows = np.resize(rows, -(-len(rows) // BATCH) * BATCH).reshape(-1, BATCH)
        found += [np.pad(np.stack([windows[i] for i in chosen]), ((0, 0), (0, LONGEST - length))) for chosen in rows]
        lengths += [length] * len(rows)
    return np.stack(found).astype("float32"), np.array(lengths, "int32")
