"""The development tables: what their text says of them is so, seeds and shares too."""

from helpers.datasets.development import DEVELOPMENT_TABLES, development_split, simulate_table

import numpy as np
import pytest

SIMULATED = [name for name, kind in DEVELOPMENT_TABLES.items() if kind != "real"]


@pytest.mark.parametrize("name", DEVELOPMENT_TABLES)
def test_a_split_is_clean_and_whole(name):
    split = development_split(name)
    assert np.isfinite(split.train).all() and np.isfinite(split.test).all()
    assert len(split.labels) == len(split.test) and set(split.labels) == {0, 1}
    seen = {row.tobytes() for row in split.train}
    odd = [row.tobytes() for row in split.test[split.labels == 1]]
    assert np.mean([row in seen for row in odd]) < 0.02  # whole numbers may repeat


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_the_share_of_odd_training_rows(share):
    clean, dirty = development_split("clusters"), development_split("clusters", contamination=share)
    n_dirty = len(dirty.train) - len(clean.train)
    assert n_dirty / len(dirty.train) == pytest.approx(share, abs=0.001)
    assert dirty.labels.sum() == clean.labels.sum() - n_dirty
    tested, taught = ({row.tobytes() for row in rows} for rows in (dirty.test, dirty.train))
    assert not tested & taught


@pytest.mark.parametrize("name", SIMULATED)
def test_a_seed_draws_the_same_table_and_another_seed_another(name):
    (normal, odd), (again, _), (other, _) = (simulate_table(name, seed) for seed in (0, 0, 1))
    assert np.array_equal(normal, again) and normal.shape == other.shape and not np.allclose(normal, other)
    assert normal.shape[1] == odd.shape[1]


@pytest.mark.parametrize("name", [name for name, kind in DEVELOPMENT_TABLES.items() if kind == "gaps"])
def test_odd_rows_of_gaps_are_far_out_in_no_column(name):
    normal, odd = simulate_table(name)
    far = np.abs((odd - normal.mean(axis=0)) / normal.std(axis=0))
    assert np.quantile(far, 0.99) < 3.5 and np.median(far) < 1.5


def test_odd_rows_of_broken_relations_are_usual_column_by_column():
    for name in ("factors", "bent", "wide"):
        normal, odd = simulate_table(name)
        z = (odd - normal.mean(axis=0)) / normal.std(axis=0)
        assert np.abs(z).max() < 6 and abs(np.square(z).mean() - 1) < 0.15


def test_an_unknown_table():
    with pytest.raises(ValueError, match=r"name='clouds': it is one of ring, clusters"):
        development_split("clouds")
