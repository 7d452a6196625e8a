"""What the simulated streams promise: their drifts, their odd stretches, their seeds."""

from helpers.datasets.streams import DRIFTS, simulate_drift

import numpy as np
import pytest

each_drift = pytest.mark.parametrize("drift", DRIFTS)


def halves(drift, seed):
    """Rows without odd stretches before any drift and in the last third, in units of the first ones' spread."""
    stream = simulate_drift(drift, seed=seed)
    values, normal = stream.data["value"].to_numpy(), stream.labels.to_numpy() == 0
    values = (values - values[:1200].mean()) / values[:1200].std()
    return values[:1344], values[2640:3984], normal[:1344], normal[2640:3984]


@each_drift
def test_the_same_seed_gives_the_same_stream_and_another_another(drift):
    first, again, other = (simulate_drift(drift, seed=seed).data["value"] for seed in (3, 3, 4))
    assert first.equals(again) and not np.allclose(first, other)


@each_drift
@pytest.mark.parametrize("seed", range(20))
def test_labels_kinds_and_events_agree(drift, seed):
    stream = simulate_drift(drift, seed=seed)
    assert len(stream.events) == 8 and set(stream.events["kind"]) == {"spike", "flat", "shape"}
    assert stream.labels.sum() == stream.events["rows"].sum() and stream.labels[:800].sum() == 0
    for event in stream.events.itertuples():
        assert (stream.kinds[event.start : event.end + 1] == event.kind).all() if event.rows > 1 else True
        assert stream.labels[event.start - 1] == 0 == stream.labels[event.end + 1]
    flat = stream.events[stream.events["kind"] == "flat"].iloc[0]
    assert stream.data["value"][flat["start"] - 1 : flat["end"] + 1].nunique() == 1


@pytest.mark.parametrize("seed", range(5))
def test_each_drift_does_what_it_says(seed):
    def by_hour(values, normal):
        rows = values.reshape(-1, 48)
        return np.nanmedian(np.where(normal.reshape(-1, 48), rows, np.nan), axis=0)

    moved, reshaped, noisier = {}, {}, {}
    for drift in DRIFTS:
        early, late, normal_early, normal_late = halves(drift, seed)
        shapes = by_hour(early, normal_early), by_hour(late, normal_late)
        moved[drift] = abs(shapes[1].mean() - shapes[0].mean())
        centred = [shape - shape.mean() for shape in shapes]
        reshaped[drift] = np.std(centred[1] - centred[0])
        rest = [np.diff(v)[n[1:] & n[:-1]] for v, n in ((early, normal_early), (late, normal_late))]
        noisier[drift] = np.subtract(*np.percentile(rest[1], [90, 10])) / np.subtract(*np.percentile(rest[0], [90, 10]))
    assert min(moved["level"], moved["trend"]) > 0.8 > 0.3 > max(moved[d] for d in ("none", "variance", "season"))
    assert reshaped["season"] > 2 * max(reshaped[d] for d in ("none", "level", "variance"))
    assert noisier["variance"] > 1.2 * max(noisier[d] for d in ("none", "level", "trend"))


def test_what_cannot_be_simulated_is_named():
    with pytest.raises(ValueError, match="drift='jump': it is one of 'none'"):
        simulate_drift("jump")
    with pytest.raises(ValueError, match="a stream 40 periods"):
        simulate_drift("level", n_times=1000)
