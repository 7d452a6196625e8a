"""The shipped table of heartbeats cut anywhere, the claims of lesson 08 on it, and how its windows are made."""

from itertools import pairwise

from helpers.datasets import load_results
from helpers.results.tables import heartbeats as bench

import numpy as np
import pytest


@pytest.fixture(scope="module")
def heartbeats():
    return load_results("heartbeats")


@pytest.fixture(scope="module")
def means(heartbeats):
    return heartbeats.groupby(["case", "model"])[["swapped", "slower"]].mean()


def test_rows_are_those_of_the_definition(heartbeats):
    assert [tuple(row) for row in heartbeats[bench.KEYS].to_numpy()] == bench.jobs()
    for change in ("swapped", "slower"):
        low, figure, high = (heartbeats[f"{change}{end}"] for end in ("_low", "", "_high"))
        assert (low <= figure).all() and (figure <= high).all()


def test_networks_notice_what_pca_does_not(means):
    anywhere = means.loc["anywhere"]
    assert anywhere.loc[["PCA 4", "PCA 8", "PCA 32", "largest step"], "swapped"].max() < 0.7
    assert anywhere.loc[["LSTM 32", "dense 8"], "swapped"].min() > 0.9 > anywhere.loc["5 nearest neighbours", "swapped"]


@pytest.mark.parametrize("case", ["anywhere", "anywhere, 50 cuts"])
def test_lstm_is_level_on_order_and_ahead_on_tempo(means, case):
    gap = means.loc[case].loc["LSTM 32"] - means.loc[case].loc["dense 8"]
    assert abs(gap["swapped"]) < 0.03 < gap["slower"]


def test_more_cuts_help_neighbours(means):
    gain = means.loc["anywhere, 50 cuts"] - means.loc["anywhere"]
    assert gain.loc["5 nearest neighbours", "swapped"] > 0.05 > abs(gain.loc["dense 8", "swapped"])


def test_short_windows_beat_own_length_and_resampling_loses_tempo(means):
    own, short = means.loc["lengths, own"].loc["LSTM 32"], means.loc["lengths, short windows"]
    assert (
        short.loc[["5 nearest neighbours", "dense 8", "LSTM 32"], ["swapped", "slower"]] > own[["swapped", "slower"]]
    ).all(axis=None)
    assert means.loc["lengths, resampled"]["slower"].max() < 0.5


def test_no_sample_is_on_two_sides_and_no_odd_beat_inside():
    ecg, parts, odd = bench.ordinary()
    reach = bench.JOINED * bench.LONGEST
    assert all(later[0] - earlier[-1] > 2 * reach for earlier, later in pairwise(parts))
    number = np.arange(len(ecg), dtype=float)
    cuts, beats = bench.cut_anywhere(number, parts[2], odd, 10, np.random.default_rng(0), True)
    assert all(cut[0] <= beat <= cut[-1] for cut, beat in zip(cuts, beats, strict=True))
    assert not any(((odd >= cut[0]) & (odd <= cut[-1])).any() for cut in cuts)
    assert {len(cut) for cut in cuts} <= set(range(160, 401, 16))


def test_changes():
    window = np.arange(8.0)
    assert bench.swap_halves(window).tolist() == [4, 5, 6, 7, 0, 1, 2, 3]
    slower = bench.play_slower(window)
    assert len(slower) == 8 and np.allclose(np.diff(slower), np.diff(slower)[0]) and np.median(slower) == 0


def test_a_batch_holds_one_length():
    padded, lengths = bench.batches([np.ones(length) for length in (40, 40, 60)])
    assert lengths.tolist() == [40, 60] and padded.shape == (2, bench.BATCH, bench.LONGEST)
    assert (padded.sum(axis=2) == lengths[:, None]).all()


def test_figures_as_text(heartbeats):
    text = bench.with_intervals(heartbeats, "anywhere", "swapped")["PCA 8"]
    assert text == "0.65 (0.58-0.72)"
