"""How detectors train and use networks, which loads TensorFlow: not before it is needed."""

import math

import numpy as np

__all__ = ["predict", "train_network"]


def train_network(detector, kept, held_out, seed, *, steps, epochs, patience):
    """Train ``detector.model_`` with early stopping on held-out rows.

    Parameters
    ----------
    detector : Detector
        Its epochs, batch_size, learning_rate (of Adam), patience, time_budget and verbose are used.
    kept, held_out : tuples (inputs, targets) of arrays
    seed : int
        Of the order of the rows.
    steps : int
        If the detector's epochs are None: about so many steps, whatever the length of the table; early stopping does
        the rest.
    epochs : tuple of int
        The fewest and the most epochs that these steps may become.
    patience : tuple of int
        If the detector's patience is None: the larger of so many epochs, and of the epochs that hold so many steps.

    Returns
    -------
    helpers.training.loop.History

    Raises
    ------
    helpers.training.loop.TrainingDiverged
        If the loss becomes NaN or infinite.

    >>> from types import SimpleNamespace
    >>> from helpers.detectors.tables.autoencoder import dense_network
    >>> detector = SimpleNamespace(model_=dense_network(2, (4,), 1), epochs=None, batch_size=10, learning_rate=0.01,
    ...                            patience=None, time_budget=None, verbose=False)
    >>> rows = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    >>> pairs = [(part, part[:, None]) for part in (rows[:50], rows[50:])]  # five steps an epoch
    >>> len(train_network(detector, *pairs, seed=0, steps=15, epochs=(1, 100), patience=(8, 60)).loss)
    3
    """
    from helpers.training.loop import train

    import keras

    steps_an_epoch = math.ceil(len(kept[0]) / detector.batch_size)
    return train(
        detector.model_,
        *kept,
        validation_data=held_out,
        batch_size=detector.batch_size,
        seed=seed,
        epochs=detector.epochs or int(np.clip(steps // steps_an_epoch, *epochs)),
        optimizer=keras.optimizers.Adam(detector.learning_rate),
        patience=detector.patience or max(patience[0], math.ceil(patience[1] / steps_an_epoch)),
        time_budget=detector.time_budget,
        verbose=bool(detector.verbose),
    )


def predict(model, inputs):
    """What a trained network makes of its inputs; see :func:`helpers.training.loop.predict`."""
    from helpers.training import loop

    return loop.predict(model, inputs)
