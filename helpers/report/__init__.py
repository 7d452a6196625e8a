"""A verdict on your own CSV file: read it, describe it, choose a detector, show what is strange and why.

Lesson 09 takes the steps one by one; ``python -m helpers.report my.csv --out report`` takes them all. What is
exported here is imported when it is first used; TensorFlow only when a network is trained.

>>> import numpy as np, pandas as pd
>>> from helpers.report import describe_columns, examine
>>> rng = np.random.default_rng(0)
>>> rows = pd.DataFrame({"length": rng.normal(30, 1, 500), "width": rng.normal(8, 0.5, 500)})
>>> rows.loc[7, "width"] = 80.0
>>> study = examine(rows, describe_columns(rows), seconds=3)
>>> int(study.anomalies["row"].iloc[0])
8
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors; at run time __getattr__ below imports what is asked for
    from .batch import anomaly_table, score_batch
    from .columns.describing import Columns, describe_columns, prepare_series, read_labels
    from .columns.inputs import TableInputs
    from .contest.candidates import Candidate, series_candidates, table_candidates
    from .contest.preparing import Part, Parts, Prepared, prepare, split_rows
    from .contest.ranking import choose, judge, rank, rank_with_labels, rank_without_labels
    from .contest.training import Entry, TooLittleTime, train_candidates
    from .model import OwnModel
    from .reading.files import Reading, UnusableFile, read_table
    from .reasons.rows import explain_rows
    from .study import Study, cross_fitted_strangeness, examine, finish
    from .writing import write_report

__all__ = [
    "Candidate",
    "Columns",
    "Entry",
    "OwnModel",
    "Part",
    "Parts",
    "Prepared",
    "Reading",
    "Study",
    "TableInputs",
    "TooLittleTime",
    "UnusableFile",
    "anomaly_table",
    "choose",
    "cross_fitted_strangeness",
    "describe_columns",
    "examine",
    "explain_rows",
    "finish",
    "judge",
    "prepare",
    "prepare_series",
    "rank",
    "rank_with_labels",
    "rank_without_labels",
    "read_labels",
    "read_table",
    "score_batch",
    "series_candidates",
    "split_rows",
    "table_candidates",
    "train_candidates",
    "write_report",
]

_MODULES = {
    "batch": ("anomaly_table", "score_batch"),
    "contest.candidates": ("Candidate", "series_candidates", "table_candidates"),
    "columns.describing": ("Columns", "describe_columns", "prepare_series", "read_labels"),
    "contest.training": ("Entry", "TooLittleTime", "train_candidates"),
    "reasons.rows": ("explain_rows",),
    "columns.inputs": ("TableInputs",),
    "contest.ranking": ("choose", "judge", "rank", "rank_with_labels", "rank_without_labels"),
    "model": ("OwnModel",),
    "contest.preparing": ("Part", "Parts", "Prepared", "prepare", "split_rows"),
    "reading.files": ("Reading", "UnusableFile", "read_table"),
    "study": ("Study", "cross_fitted_strangeness", "examine", "finish"),
    "writing": ("write_report",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
