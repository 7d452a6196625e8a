"""The scoreboard over all data: every detector of the catalogue on every task that it fits.

The shipped table is data/results/everything.csv. ``measure(data, detector, seed)`` computes any row of it again.
Nothing is tuned here: a detector has its class's defaults, or the recipe that a lesson gives for this kind of data.
"""

from importlib import import_module

from helpers.detectors.catalogue import on_scoreboard
from helpers.evaluation.measuring import judge, scores_of, seeded, timed
from helpers.evaluation.thresholds import quantile_threshold
from helpers.results.tasks import TASKS

__all__ = ["SEEDS", "fitting_pairs", "load_network_library", "measure", "seeds_of", "unfitted"]

SEEDS = (0, 1, 2)
FALSE_ALARM_RATE = 0.01


def fitting_pairs():
    """Every pair of a data set's and a detector's name that fit together, in the order of the table.

    Yields
    ------
    tuple of str
        A key of ``TASKS`` and one of ``on_scoreboard()``.

    >>> pairs = list(fitting_pairs())
    >>> ("orders", "z-score") in pairs, ("orders", "LSTM forecaster") in pairs, ("digit 8", "GAN") in pairs
    (True, False, True)
    """
    for data, task in TASKS.items():
        for detector, entry in on_scoreboard().items():
            if set(entry.kinds) & set(task.views):
                yield data, detector


def seeds_of(detector):
    """The seeds that a detector is measured with: one where chance has no part.

    Parameters
    ----------
    detector : str

    Returns
    -------
    tuple of int

    >>> seeds_of("PCA"), seeds_of("isolation forest")
    ((0,), (0, 1, 2))
    """
    return SEEDS if on_scoreboard()[detector].chance else SEEDS[:1]


def unfitted(data, detector, seed=0):
    """The detector as it stands on this data set, before ``fit``.

    Parameters
    ----------
    data, detector : str
        Keys of ``TASKS`` and ``on_scoreboard()`` that fit together.
    seed : int

    Returns
    -------
    Detector

    Raises
    ------
    ValueError
        A name that is not there, or a detector that does not take such data.

    >>> unfitted("telemetry", "PCA").window, unfitted("digit 8", "PCA").n_components, unfitted("orders", "GAN", 2)
    (37, 32, GANDetector(random_state=2, verbose=False))
    """
    task, entry, kind = _matched(data, detector)
    made = entry.unfitted(kind, **entry.recipes.get(task.recipe, {}))
    parameters = made.get_params()
    missing = [name for name in ("window", "period") if name in parameters and parameters[name] is None]
    return seeded(made.set_params(**{name: getattr(task, name) for name in missing}), seed)


def measure(data, detector, seed=0):
    """Fit a detector on a data set and judge it on the test part: one row of the table, without peak memory.

    Parameters
    ----------
    data, detector : str
        Keys of ``TASKS`` and ``on_scoreboard()``.
    seed : int

    Returns
    -------
    dict
        data, mark, detector, seed; auroc, average_precision; recall_at_1, the share of anomalies above the threshold
        that at most 1 % of the *test's* normal rows pass (nobody knows it beforehand: for comparison only);
        train_seconds, with compiling and without importing TensorFlow; score_microseconds a row or point, the better of
        two passes; n_train, n_test (rows, or points that are judged), prevalence (the share of anomalies).

    Raises
    ------
    ValueError
        A name that is not there, or a detector that does not take such data.

    >>> row = measure("water flow", "persistence")
    >>> row["mark"], row["n_train"], row["n_test"], row["prevalence"]
    ('real', 240, 367, 0.0436)
    """
    task, entry, kind = _matched(data, detector)
    model, given = unfitted(data, detector, seed), task.views[kind]()
    load_network_library(entry)
    _, train_seconds = timed(model.fit, given.train)
    passes = [timed(scores_of, model, given.test, given.context) for _ in range(2)]  # the first compiles
    scores, score_seconds = passes[0][0], min(seconds for _, seconds in passes)
    worth = _worth(scores, given)
    return {
        "data": data,
        "mark": task.mark,
        "detector": detector,
        "seed": seed,
        "auroc": round(worth.auroc, 4),
        "average_precision": round(worth.average_precision, 4),
        "recall_at_1": round(worth.recall, 4),
        "train_seconds": round(train_seconds, 4),
        "score_microseconds": round(1e6 * score_seconds / len(scores), 3),
        "n_train": sum(map(len, given.train)) if isinstance(given.train, list) else len(given.train),
        "n_test": len(given.labels),
        "prevalence": round(float(given.labels.mean()), 4),
    }


def _worth(scores, given):
    """Judged where the task says so, at a threshold that one in a hundred of its own normal rows passes."""
    judged = scores if given.judged is None else scores[given.judged]
    return judge(given.labels, judged, quantile_threshold(judged[given.labels == 0], FALSE_ALARM_RATE))


def load_network_library(entry):
    """Import TensorFlow for a detector that trains with it, so that its import does not count as training time.

    Parameters
    ----------
    entry : CatalogueEntry
    """
    if entry.network:
        import_module("helpers.training.loop")


def _matched(data, detector):
    """The task, the detector's entry, and the kind of data by which they meet."""
    entries = on_scoreboard()
    for name, known in ((data, TASKS), (detector, entries)):
        if name not in known:
            raise ValueError(f"{name!r} is not on the scoreboard; there are: {', '.join(known)}.")
    task, entry = TASKS[data], entries[detector]
    kind = next((kind for kind in entry.kinds if kind in task.views), None)
    if kind is None:
        raise ValueError(
            f"{detector!r} takes {' or '.join(entry.kinds)}, but {data!r} comes as "
            f"{' or '.join(task.views)}: fitting_pairs() lists what fits."
        )
    return task, entry, kind
