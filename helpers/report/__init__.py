"""A verdict on your own CSV file: read it, describe it, choose a detector, show what is strange and why.

Lesson 11 takes the steps one by one; ``python -m helpers.report my.csv --out report`` takes them all. TensorFlow is
loaded when a network is trained, not before.

>>> import numpy as np, pandas as pd
>>> from helpers.report import describe_columns, examine
>>> rng = np.random.default_rng(0)
>>> rows = pd.DataFrame({"length": rng.normal(30, 1, 500), "width": rng.normal(8, 0.5, 500)})
>>> rows.loc[7, "width"] = 80.0
>>> study = examine(rows, describe_columns(rows), seconds=3)
>>> int(study.anomalies["row"].iloc[0])
8
"""

from helpers.report.batch import anomaly_table, explain_rows, score_batch
from helpers.report.columns.describing import Columns, describe_columns
from helpers.report.columns.inputs import TableInputs
from helpers.report.columns.labels import read_labels
from helpers.report.contest.candidates import Candidate, series_candidates, table_candidates
from helpers.report.contest.choosing import choose, rank
from helpers.report.contest.parts import Part, Parts, split_rows
from helpers.report.contest.preparing import Prepared, prepare, prepare_series
from helpers.report.contest.scoring import finish, strangeness_of_all
from helpers.report.contest.training import Entry, TooLittleTime, train_candidates
from helpers.report.contest.verdict import Verdict, judge
from helpers.report.contest.with_labels import LabelledRanking, rank_with_labels
from helpers.report.contest.without_labels import UnlabelledRanking, rank_without_labels
from helpers.report.errors import UnusableFile
from helpers.report.groups import GroupedModel, GroupedStudy, examine_groups, load_own_model, score_groups
from helpers.report.model import OwnModel, SeriesModel, TableModel
from helpers.report.reading.files import Reading, read_table
from helpers.report.study import Study, examine
from helpers.report.writing import write_report

__all__ = [
    "Candidate",
    "Columns",
    "Entry",
    "GroupedModel",
    "GroupedStudy",
    "LabelledRanking",
    "OwnModel",
    "Part",
    "Parts",
    "Prepared",
    "Reading",
    "SeriesModel",
    "Study",
    "TableInputs",
    "TableModel",
    "TooLittleTime",
    "UnlabelledRanking",
    "UnusableFile",
    "Verdict",
    "anomaly_table",
    "choose",
    "describe_columns",
    "examine",
    "examine_groups",
    "explain_rows",
    "finish",
    "judge",
    "load_own_model",
    "prepare",
    "prepare_series",
    "rank",
    "rank_with_labels",
    "rank_without_labels",
    "read_labels",
    "read_table",
    "score_batch",
    "score_groups",
    "series_candidates",
    "split_rows",
    "strangeness_of_all",
    "table_candidates",
    "train_candidates",
    "write_report",
]
