"""Limits for scores, and what the alarms that they raise are worth: in rows, and in time."""

from helpers.evaluation.contaminated import contaminated_threshold
from helpers.evaluation.counts import count_interval
from helpers.evaluation.events import (
    alarm_episodes,
    detection_delay,
    event_recall,
    event_table,
    events_from_labels,
    false_alarms_per_day,
    oracle_f1,
    point_adjusted_f1,
    rows_in_a_day,
)
from helpers.evaluation.metrics import (
    Interval,
    bootstrap_distribution,
    bootstrap_interval,
    percentile_interval,
    precision_at_k,
    rate_interval,
    recall_by_kind,
)
from helpers.evaluation.thresholds import (
    cost_threshold,
    cross_validated_threshold,
    cross_validation_table,
    pot_threshold,
    quantile_threshold,
)
from helpers.evaluation.thresholds_in_time import alarms_threshold, rolling_threshold, rolling_z

__all__ = [
    "Interval",
    "alarm_episodes",
    "alarms_threshold",
    "bootstrap_distribution",
    "bootstrap_interval",
    "contaminated_threshold",
    "cost_threshold",
    "count_interval",
    "cross_validated_threshold",
    "cross_validation_table",
    "detection_delay",
    "event_recall",
    "event_table",
    "events_from_labels",
    "false_alarms_per_day",
    "oracle_f1",
    "percentile_interval",
    "point_adjusted_f1",
    "pot_threshold",
    "precision_at_k",
    "quantile_threshold",
    "rate_interval",
    "recall_by_kind",
    "rolling_threshold",
    "rolling_z",
    "rows_in_a_day",
]
