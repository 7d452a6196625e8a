"""data/results/ensemble.csv: an ensemble and each of its members on the development tables, three seeds.

The training rows hold a known share of odd ones (`contamination`; small tables have too few odd rows for the largest
shares, and get half of those that they have). Every column of a row comes from one fit of the ensemble, whose members
learn from the same rows; a member is judged by its own scores. `average` and `maximum` combine the same comparable
scores in other ways than `ensemble`, the mean of the two highest.
"""

from helpers.datasets.development import DEVELOPMENT_TABLES, development_split
from helpers.detectors import Ensemble

from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2)
SHARES = (0.0, 0.02, 0.05, 0.1)
KEYS = ["data", "contamination", "seed"]
MEMBERS = ["Mahalanobis", "NearestNeighbours", "LocalOutlierFactor", "DenseAutoencoder"]
COLUMNS = ["data", "kind", "contamination", "seed", *MEMBERS, "average", "maximum", "ensemble"]


def jobs():
    """Table, share of odd training rows and seed of each row."""
    return [(data, share, seed) for data in DEVELOPMENT_TABLES for share in SHARES for seed in SEEDS]


def compute_row(data, contamination, seed):
    """AUROC of each member and of three ways to combine them."""
    split = development_split(data, seed, contamination)
    ensemble = Ensemble(random_state=seed).fit(split.train)
    scores = ensemble.member_scores(split.test)
    columns = dict(scores.items()) | {
        "average": scores.mean(axis=1),
        "maximum": scores.max(axis=1),
        "ensemble": ensemble.decision_function(split.test),
    }
    worth = {name: round(roc_auc_score(split.labels, column), 4) for name, column in columns.items()}
    row = {"data": data, "kind": DEVELOPMENT_TABLES[data], "contamination": contamination, "seed": seed} | worth
    print(*row.values(), sep=",", flush=True)
    return row
