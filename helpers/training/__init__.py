"""Training small networks fast, with a bar and a stop button: TensorFlow is loaded by who trains, not by who shows."""

__all__ = [
    "History",
    "TimeBudgetWarning",
    "TrainingDiverged",
    "predict",
    "random_normal",
    "run_steps",
    "set_seed",
    "train",
]


def __getattr__(name):
    if name not in __all__:  # a submodule, say: `from helpers.training import loop` asks here first
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import helpers.training.layers
    import helpers.training.loop

    return getattr(helpers.training.layers if name == "random_normal" else helpers.training.loop, name)
