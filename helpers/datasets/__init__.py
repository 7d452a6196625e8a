"""The data that ships with the course, the parts into which it is split, and the tables of results."""

from helpers.datasets.blobs import BLOB_CENTRES, eight_blobs, odd_places, on_circle
from helpers.datasets.development import (
    DEVELOPMENT_TABLES,
    DevelopmentTable,
    development_split,
    simulate_table,
)
from helpers.datasets.features import ORDER_FEATURES, order_features
from helpers.datasets.files import DataFileError, Dataset, verify_files
from helpers.datasets.images import DigitSplit, load_all_digits_images, load_digits_images, one_digit_split
from helpers.datasets.memory import marked_numbers
from helpers.datasets.results import load_results
from helpers.datasets.series import (
    ExerciseSplit,
    Recordings,
    load_heartbeats,
    load_labelled_heartbeats,
    load_telemetry,
    load_watch,
    load_water_flow,
    one_exercise_split,
)
from helpers.datasets.tables import Splits, four_splits, load_orders, load_shuttle

__all__ = [
    "BLOB_CENTRES",
    "DEVELOPMENT_TABLES",
    "ORDER_FEATURES",
    "DataFileError",
    "Dataset",
    "DevelopmentTable",
    "DigitSplit",
    "ExerciseSplit",
    "Recordings",
    "Splits",
    "development_split",
    "eight_blobs",
    "four_splits",
    "load_all_digits_images",
    "load_digits_images",
    "load_heartbeats",
    "load_labelled_heartbeats",
    "load_orders",
    "load_results",
    "load_shuttle",
    "load_telemetry",
    "load_watch",
    "load_water_flow",
    "marked_numbers",
    "odd_places",
    "on_circle",
    "one_digit_split",
    "one_exercise_split",
    "order_features",
    "simulate_table",
    "verify_files",
]
