"""Detectors ranked without labels: how far each agrees with the others and with itself."""

from dataclasses import dataclass

from helpers.report.budget import TimeBudget
from helpers.report.contest.candidates import ENSEMBLE
from helpers.report.contest.ranking import Ranking, Standing, common_rows, costs, score_all
from helpers.report.contest.training import fit_again

import numpy as np
from scipy.stats import rankdata

__all__ = ["UnlabelledRanking", "UnlabelledStanding", "rank_without_labels"]

TOP_SHARE, TOP_ROWS = 0.01, 20  # the strangest rows that are compared: the larger of both
NORMAL_QUANTILE = 1.96  # of a 95 % interval
SHOWN_ALONE = 3
MANY_TIES = 2  # times as many rows at the border of the top as have room in it


@dataclass(frozen=True)
class UnlabelledStanding(Standing):
    """What one candidate shares with the others, and with itself.

    Attributes
    ----------
    agreement, stability : float in [0, 1]
        NaN for what was not measured.
    is_scored : bool
        Whether there was time to score the rows that are compared.
    alone : tuple of int
        Rows among its strangest that are among no other's, strangest first, as the part numbers them.
    """

    is_scored: bool = False
    agreement: float = np.nan
    stability: float = np.nan
    alone: tuple = ()

    @property
    def lesser(self):
        """The smaller of both numbers, as far as they are known."""
        return np.fmin(self.agreement, self.stability)

    def measures(self):
        """Titles and values, a dict."""
        alone = len(self.alone) if self.is_scored else np.nan
        return {"agreement": self.agreement, "stability": self.stability, "found alone": alone}


@dataclass(frozen=True, eq=False)
class UnlabelledRanking(Ranking):
    """What can be said of the candidates without labels: no accuracy.

    Attributes
    ----------
    standings : tuple of UnlabelledStanding
    n_top : int
        The strangest rows that were compared.
    """

    n_top: int
    by_labels = False
    promised_for = "rows like the calibration rows"
    warning = (
        "Agreement and stability are no accuracy: detectors can agree, again and again, on rows that are strange and "
        "yet right."
    )

    @property
    def is_stability_known(self):
        """Whether it was measured of any candidate."""
        return not all(np.isnan(standing.stability) for standing in self.standings)

    @property
    def caption(self):
        """Of the figure."""
        shown = "Agreement (circles) and stability (triangles)" if self.is_stability_known else "Agreement"
        return f"{shown} of each detector: shares of the strangest rows, no accuracy."

    @property
    def ranked(self):
        """Standings of the candidates that were compared with others, a list."""
        return [standing for standing in self.standings if not np.isnan(standing.agreement)]

    def choose(self):
        """The ensemble; else the simplest that is not distinguishable from the best: :func:`helpers.report.choose`."""
        scored = [standing for standing in self.standings if standing.is_scored]
        if not scored:
            raise ValueError("No candidate has a score: there is nothing to choose from.")
        if together := [standing for standing in scored if standing.name == ENSEMBLE]:
            return ENSEMBLE, self._why_together(*together)
        if len(scored) == 1:
            n_trained = sum(not np.isnan(standing.score_microseconds) for standing in self.standings)
            done = "trained" if n_trained == 1 else "compared"
            return scored[0].name, f"It is the only one that could be {done} in the time."
        ranked = self.ranked
        ranked = [standing for standing in ranked if not np.isnan(standing.stability)] or ranked
        best = max(ranked, key=lambda standing: standing.lesser)
        chosen = next(standing for standing in ranked if self._is_level(standing.lesser, best.lesser))
        return chosen.name, self._why(chosen, best, is_simplest=chosen is ranked[0])

    def _why_together(self, ensemble):
        why = "Without labels nobody can say which detector is best, so several judge each row together."
        if np.isnan(ensemble.agreement):
            return why
        shared = f"It shares {ensemble.agreement:.0%} of its strangest {self.n_top} rows with the single detectors"
        return f"{why} {shared}; that is no accuracy."

    def _is_level(self, share, best):
        error = np.sqrt((share * (1 - share) + best * (1 - best)) / self.n_top)
        return best - share <= NORMAL_QUANTILE * error

    def _why(self, chosen, best, is_simplest):
        known = f"It shares {chosen.agreement:.0%} of its strangest {self.n_top} rows with the other detectors"
        if not np.isnan(chosen.stability):
            known += f" and {chosen.stability:.0%} with itself when it learns from other rows"
        ending = (
            f"What {best.name} has ahead of it is within the chance of {self.n_top} rows: the simpler one is chosen."
        )
        if chosen is best:
            ending = "It is the simplest." if is_simplest else "No simpler one does so well."
        return f"{known}; neither number is an accuracy. {ending}"

    def draw(self, ax):
        """Draw both numbers of each candidate that was measured, the simplest on top."""
        from helpers import plots  # loads matplotlib

        ranked = self.ranked[::-1]
        places = np.arange(len(ranked))
        agreement, stability = ([getattr(standing, name) for standing in ranked] for name in ("agreement", "stability"))
        ax.plot(agreement, places + 0.1, "o", color=plots.PALETTE[0], label="agreement with the others")
        if self.is_stability_known:
            ax.plot(stability, places - 0.1, "^", color=plots.PALETTE[2], label="stability over resamples")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        ax.set_xlabel("share of the strangest rows that is the same (not an accuracy)")

    def texts(self):
        """What a reader compares, with no more digits than hold: title to texts."""
        rows = [standing.measures() for standing in self.standings]
        shares = {
            title: ["–" if np.isnan(row[title]) else f"{row[title]:.2f}" for row in rows]
            for title in ("agreement", "stability")
        }
        return shares | {"rows that only it finds": [_listed(standing.alone) for standing in self.standings]}


def rank_without_labels(entries, part, train, *, random_state=0, stability=True, seconds=None, progress=None):
    """How far detectors agree on the strangest rows, and how far each agrees with itself. Neither is accuracy.

    "agreement" is the share of a detector's strangest rows (1 %, at least 20) that are among the strangest by the mean
    rank of the other detectors. Kinsmen agree: Z-score and IQR look at the same thing. "stability" is the share that
    two fits, each on another half of the training rows, have in common: what changes with the half is chance.

    Parameters
    ----------
    entries : list of Entry
    part : Part
        Rows that no detector has learned from; labels are not looked at.
    train : Part
        The rows they learned from.
    random_state : int
    stability : bool
        Whether to measure it: each detector learns twice more.
    seconds : float, optional
        Stability that does not fit in is left out, and noted.
    progress : callable, optional

    Returns
    -------
    UnlabelledRanking
    """
    budget, rng = TimeBudget(seconds, progress), np.random.default_rng(random_state)
    scores, notes = score_all(entries, part, budget, until=0.3)
    scores, kept = common_rows(scores)
    n_top = _n_top(len(next(iter(scores.values()))))
    tops = {name: _top(own, n_top, rng) for name, own in scores.items()}
    measures = {
        name: {
            "is_scored": True,
            "agreement": _agreement(name, scores, n_top, rng),
            "alone": _alone(name, tops, part.positions[kept]),
        }
        for name in scores
    }
    for name, own in scores.items():
        if (tied := _tied(own, n_top)) > MANY_TIES * n_top:
            notes[name].append(f"{tied:,} rows share the score at the border of the strangest {n_top}")
    for i, entry in enumerate(entry for entry in entries if entry.name in scores and stability):
        budget.tell(0.3 + 0.7 * i / len(scores), f"learning again, twice: {entry.name}")
        measures[entry.name]["stability"], problem = _stability(entry, part, train, budget, rng)
        notes[entry.name] += problem
    standings = (UnlabelledStanding(*costs(entry, notes), **measures.get(entry.name, {})) for entry in entries)
    return UnlabelledRanking(tuple(standings), n_top)


def _n_top(n_rows):
    return int(min(max(TOP_ROWS, np.ceil(TOP_SHARE * n_rows)), max(1, n_rows // 2)))


def _agreement(name, scores, n_top, rng):
    others = [rankdata(own) for other, own in scores.items() if other != name]
    return _overlap(scores[name], np.mean(others, axis=0), n_top, rng) if others else np.nan


def _alone(name, tops, positions):
    """Rows that no other single detector has among its strangest."""
    others = [top for other, top in tops.items() if other not in (name, ENSEMBLE)]
    found = tops[name][~np.isin(tops[name], np.concatenate(others))] if others else []
    return tuple(int(positions[i]) for i in found)


def _listed(rows):
    """How many, and the first of them."""
    if not rows:
        return "none"
    shown = ", ".join(f"{row + 1:,}" for row in rows[:SHOWN_ALONE])
    return f"{len(rows)}: {shown}{' …' * (len(rows) > SHOWN_ALONE)}"


def _overlap(first, second, n_top, rng):
    """The share of the n highest scores that two detectors have in common; ties are broken by lot."""
    return len(np.intersect1d(_top(first, n_top, rng), _top(second, n_top, rng))) / n_top


def _top(scores, n_top, rng):
    return np.lexsort((rng.random(len(scores)), -scores))[:n_top]


def _tied(scores, n_top):
    return int((scores == np.partition(scores, -n_top)[-n_top]).sum())


def _stability(entry, part, train, budget, rng):
    """The overlap of two fits on halves of the training rows; NaN and a note if there is no time for them."""
    left = budget.left()
    if entry.fit_seconds + 2 * entry.scoring_seconds(len(part.X)) > left:
        return np.nan, [f"stability not measured: {max(0, left):.0f} s were left"]
    try:
        fits = [fit_again(entry, half, entry.fit_seconds / 2) for half in train.halves(rng)]
        scores, _ = common_rows({i: part.scores_by(detector) for i, detector in enumerate(fits)})
    except ValueError:  # such as half a series that is shorter than the window
        return np.nan, ["stability not measured: half of the training rows are too few"]
    return _overlap(*scores.values(), _n_top(len(scores[0])), rng), []
