"""What nearest rows cannot rebuild: the formula, computed again by hand, and the places where it is easily wrong."""

from helpers.detectors.tables.neighbourhood import N_AROUND, N_NEAREST, SMALLEST_GAP, Neighbourhood

import numpy as np
import pytest

rng = np.random.default_rng(0)
ROWS = rng.normal(size=(120, 4)).astype(np.float32)
HELD_OUT = rng.normal(size=(60, 4)).astype(np.float32)


def nearest_to(row, rows, n):
    return np.argsort(np.square(rows.astype(float) - row).sum(axis=1))[:n]


def gaps_by_hand(row, neighbourhood):
    rows, row = np.arcsinh(neighbourhood.rows), np.arcsinh(row)
    gap = np.square(row - rows[nearest_to(row, rows, N_NEAREST)].mean(axis=0))
    around = neighbourhood.around[nearest_to(row, rows, N_AROUND)].mean()
    return gap / neighbourhood.usual_gap / np.sqrt(around)


def test_gaps_are_the_formula():
    neighbourhood = Neighbourhood.learned(ROWS, HELD_OUT)
    expected = [gaps_by_hand(row, neighbourhood) for row in HELD_OUT[:10]]
    assert np.allclose(neighbourhood.column_gaps(HELD_OUT[:10]), expected, rtol=1e-4)


def test_gaps_around_a_row_leave_the_row_itself_out():
    neighbourhood = Neighbourhood.learned(ROWS, HELD_OUT)
    squashed = np.arcsinh(ROWS)
    own = [np.square(row - squashed[nearest_to(row, squashed, N_NEAREST + 1)[1:]].mean(axis=0)) for row in squashed]
    around = SMALLEST_GAP + (np.array(own) / neighbourhood.usual_gap).mean(axis=1)
    scale = neighbourhood.around / around
    assert np.allclose(scale, scale[0], rtol=1e-4)


def test_the_usual_gap_is_one():
    assert Neighbourhood.learned(ROWS, HELD_OUT).column_gaps(HELD_OUT).mean() == pytest.approx(1, rel=0.01)


def test_a_thin_place_is_judged_by_its_own_gaps():
    tight, wide = rng.normal(-5, 0.05, (200, 2)), rng.normal(5, 1, (200, 2))
    rows = np.concatenate([tight, wide]).astype(np.float32)
    neighbourhood = Neighbourhood.learned(rows[::2], rows[1::2])
    off = np.array([[-5.6, -5.0], [5.6, 5.0]], np.float32)  # as far from either centre
    beside_tight, beside_wide = neighbourhood.column_gaps(off).mean(axis=1)
    assert beside_tight > 5 * beside_wide


def test_a_far_column_does_not_choose_the_neighbours_alone():
    groups = np.array([[0, 0, 0, 5.0], [3, 3, 3, 0.0]], np.float32)
    rows = np.repeat(groups, 30, axis=0) + rng.normal(0, 0.1, (60, 4)).astype(np.float32)
    neighbourhood = Neighbourhood.learned(rows[::2], rows[1::2])
    odd = np.array([[3, 3, 3, 40.0]], np.float32)  # like the second group but for its last column
    assert neighbourhood.column_gaps(odd)[0].argmax() == 3


@pytest.mark.parametrize("n", [1, 2, 3, 4, 11])
def test_few_rows(n):
    assert np.isfinite(Neighbourhood.learned(ROWS[:n], HELD_OUT).column_gaps(HELD_OUT)).all()


def test_equal_rows():
    same = np.zeros((50, 3), np.float32)
    neighbourhood = Neighbourhood.learned(same, same[:9])
    usual, odd = neighbourhood.column_gaps(np.array([[0, 0, 0], [0, 1, 0]], np.float32))
    assert (usual == 0).all() and np.isfinite(odd).all() and odd.argmax() == 1 and odd.max() > 10
