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

if TYPE_CHECKING:  # for editors; at run time __getattr__ imports all of it when a name is asked for
    from helpers.report._names import *  # noqa: F403


def __getattr__(name):  # the command needs none of these names, and answers --help without the detectors
    return getattr(import_module("helpers.report._names"), name)


def __dir__():
    return dir(import_module("helpers.report._names"))
