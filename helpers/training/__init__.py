"""Training small networks fast, with a bar and a stop button: TensorFlow is loaded by who trains, not by who shows."""

__all__ = ["History", "TimeBudgetWarning", "TrainingDiverged", "predict", "run_steps", "set_seed", "train"]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from helpers.training import loop

    return getattr(loop, name)
