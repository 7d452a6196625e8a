"""The names that ``helpers.report`` offers, each imported from the module that defines it."""
# ruff: noqa: F401

from helpers.report.batch import anomaly_table, explain_rows, score_batch
from helpers.report.columns.describing import Columns, describe_columns
from helpers.report.columns.inputs import TableInputs
from helpers.report.columns.labels import read_labels
from helpers.report.contest.candidates import Candidate, series_candidates, table_candidates
from helpers.report.contest.choosing import choose, rank
from helpers.report.contest.parts import Part, Parts, split_rows
from helpers.report.contest.preparing import Prepared, prepare, prepare_series
from helpers.report.contest.scoring import cross_fitted_strangeness, finish
from helpers.report.contest.training import Entry, TooLittleTime, train_candidates
from helpers.report.contest.verdict import Verdict, judge
from helpers.report.contest.with_labels import LabelledRanking, rank_with_labels
from helpers.report.contest.without_labels import UnlabelledRanking, rank_without_labels
from helpers.report.errors import UnusableFile
from helpers.report.model import OwnModel, SeriesModel, TableModel
from helpers.report.reading.files import Reading, read_table
from helpers.report.study import Study, examine
from helpers.report.writing import write_report
