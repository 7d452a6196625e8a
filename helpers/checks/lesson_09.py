"""Checks of the exercises of lesson 09, a generator and a discriminator."""

from helpers.checks.core import (
    Wrong,
    as_choice,
    as_list,
    as_number,
    as_parts,
    bug_hunt,
    demand_all,
    exercise,
    refuse,
    try_out,
)
from helpers.datasets import load_results

import numpy as np

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

FAULTS = {
    1: "the scaler saw the test rows",
    4: "real rows are drawn from all of X, so the discriminator is taught that test rows, odd ones included, are real",
    9: "the generator's loss rewards being caught: its forgeries should be called real, so the label is ones",
    11: "the gradient is taken for the discriminator's weights and applied to the generator's: it belongs to G_weights",
    12: "the weights are chosen by the AUROC on the test part: the labels have trained the detector (line 13 carries "
    "it out)",
    14: "one half is where the discriminator is undecided, and a good game ends near it on normal rows: how many of "
    "them are flagged is left to chance (exercise 4 counts them). The limit comes from held-out normal rows. And the "
    "weights kept in line 13 were never loaded: the flags come from the last ones",
    15: "the best of forty test results is reported as the result, and not even that of the network that sets the "
    "flags: the weights kept in line 13 were never loaded",
}
SAME = {13: 12}  # line 13 carries out what line 12 decides
INNOCENT = {
    2: "the number of training rows, and a start for best",
    3: "a number of steps that was fixed beforehand is as good as any",
    5: "new random numbers in each step, as it should be",
    6: "one tape for two gradients has to be persistent",
    7: "the forged rows keep their history, which the generator's gradient needs; the discriminator's gradient is "
    "taken for its own weights only, so nothing has to be stopped or frozen",
    8: "real rows are labelled 1 and forged ones 0, as it should be",
    10: "the discriminator's loss, gradient, optimizer and weights belong together",
}


def optimal(x: float) -> float:
    """Divide p by p + q for p = N(0, 1) and q = N(0, 2²).

    >>> round(optimal(0), 3)
    0.667
    """
    p, q = np.exp(-(x**2) / 2), np.exp(-(x**2) / 8) / 2
    return float(p / (p + q))


@exercise
def exercise_1(at_0, at_5) -> str:
    """Evaluate the optimal discriminator at 0 and at 5, for forged numbers with twice the standard deviation.

    >>> exercise_1(0.5, 0.5)
    not yet: at 0: 0.5 would mean that real and forged are equally dense there, but the wider curve is half as high
    """
    for place, answer in ((0, at_0), (5, at_5)):
        value, right = as_number(answer, f"at_{place}"), optimal(place)
        if np.isclose(value, 1 - right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:.4g} is q / (p + q), the chance of being forged; D is that of being real")
        if value == round(right, 3) and not np.isclose(value, right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:g} is rounded; do not round, D is small there and not zero")
        if place == 0 and value == 0.5:
            raise Wrong(
                "at 0: 0.5 would mean that real and forged are equally dense there, but the wider curve is half as high"
            )
        if not np.isclose(value, right, rtol=0.02, atol=0):
            raise Wrong(f"at {place}: {value:.4g} is not p / (p + q), with p and q the two normal densities there")
    return "two thirds at 0, one in six thousand at 5: a generator that scatters too widely makes a good detector"


@exercise
def exercise_2(one_step) -> str:
    """Try a training step on two tiny networks, each side alone and then both.

    >>> exercise_2(lambda G, D, optimizer_G, optimizer_D, real, z: (0.0, 0.0))
    not yet: D has not moved: give its optimizer the gradient of D's loss and D.trainable_variables
    """
    for player in "DG":
        _judge(player, _Trial(one_step, **{"rate_G": 0.0, "rate_D": 0.0, f"rate_{player}": 0.05}))
    _judge_order(_Trial(one_step, rate_G=0.05, rate_D=2.0))
    return "each loss moves its own network, and G answers D as it is now"


class _Trial:
    """One step of the learner on tiny networks: how far each has moved, and what was returned."""

    def __init__(self, one_step, rate_G, rate_D):
        import keras

        rng = np.random.default_rng(3)
        self.real, self.z = (rng.normal(size=(16, 2)).astype("float32") for _ in range(2))
        self.G, self.D = (_tiny(n_outputs, rng) for n_outputs in (2, 1))
        seen_z = _watched(self.G)
        optimizers = keras.optimizers.SGD(rate_G), keras.optimizers.SGD(rate_D)
        before = _flat(self.G), _flat(self.D)
        self.slopes, self.losses = self._reference()
        seen_z.clear()  # what the learner's step gives to G, and not the reference
        self.returned = _run(one_step, self.G, self.D, *optimizers, self.real, self.z)
        self.other_z = any(z.shape != self.z.shape or not np.allclose(z, self.z) for z in seen_z)
        self.moved = {"G": _flat(self.G) - before[0], "D": _flat(self.D) - before[1]}
        self._put_G_back(before[0])  # G answers D after its move, from where G itself was
        self.slopes_after, self.losses_after = self._reference()

    def _put_G_back(self, old):
        shapes = [weight.shape for weight in self.G.get_weights()]
        parts = np.split(old, np.cumsum([np.prod(shape) for shape in shapes])[:-1])
        self.G.set_weights([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])

    def _reference(self):
        """Slopes of every loss that a step might follow, in the weights of both networks, and the losses."""
        import tensorflow as tf

        with tf.GradientTape(persistent=True) as tape:
            real, forged = self.D(self.real), self.D(self.G(self.z))
            of_real, of_forged = (tf.reduce_mean(tf.nn.softplus(logits)) for logits in (-real, forged))
            fooled = tf.reduce_mean(tf.nn.softplus(-forged))
            swapped = tf.reduce_mean(tf.nn.softplus(real)) + fooled
            values = {
                "D": of_real + of_forged,
                "G": fooled,
                "formula": -of_forged,
                "swapped": swapped,
                "real": of_real,
                "forged": of_forged,
            }
        slopes = {
            (name, player): _joined(tape.gradient(value, network.trainable_variables), network)
            for name, value in values.items()
            for player, network in (("G", self.G), ("D", self.D))
        }
        return slopes, {name: float(value) for name, value in values.items()}


def _tiny(n_outputs, rng):
    import keras

    network = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(n_outputs)]
    )
    network.set_weights([rng.normal(size=weight.shape) for weight in network.get_weights()])
    return network


def _watched(network):
    """A list that takes in every batch that the network is given, where it is called with numbers."""
    seen, call = [], network.call

    def watched(batch, *args, **kwargs):
        if isinstance(batch, np.ndarray) or hasattr(batch, "numpy"):
            seen.append(np.array(batch))
        return call(batch, *args, **kwargs)

    network.call = watched
    return seen


def _flat(network):
    return np.concatenate([weight.ravel() for weight in network.get_weights()])


def _joined(slopes, network):
    parts = zip(slopes, network.get_weights(), strict=True)
    return np.concatenate([np.zeros(w.size) if slope is None else np.ravel(slope) for slope, w in parts])


def _run(one_step, *arguments):
    """Call the learner's step; what TensorFlow and Keras say of the usual slips, in the course's words."""
    slips = {
        "ersistent": "a tape answers once: take a second tape for the second loss (you need D after its move anyway)",
        "No gradients": "a gradient is None: a loss was computed outside of its tape, or does not depend on the "
        "weights that you asked for",
        "ariables": "an optimizer was given weights that are not its own: optimizer_D moves D, optimizer_G moves G",
    }
    try:
        answer = try_out(one_step, *arguments)
    except (RuntimeError, ValueError, KeyError) as error:
        refuse({sentence: part in str(error) for part, sentence in slips.items()})
        raise
    parts = as_list(answer, "return both losses: return loss_D, loss_G")
    if len(parts) != 2:
        raise Wrong(f"return two losses, D's and G's; this returns {len(parts)}")
    demand_all(parts)
    return [as_number(part, "a loss") for part in parts]


def _along(moved, slope):
    """Whether a movement goes straight down a slope, however far."""
    length = np.linalg.norm(moved) * np.linalg.norm(slope)
    return bool(length > 0 and -(moved @ slope) > 0.9995 * length)


MOVES_OTHER = {
    "D": "D's step moves G as well: D's optimizer gets the gradient in D.trainable_variables, and these alone",
    "G": "G's step moves D as well: its gradient runs through D, and is applied to G.trainable_variables alone",
}
GOES_ASTRAY = {  # where a player goes that does not follow its own loss, from the slopes of all losses in its weights
    "D": {
        "the labels are swapped: D learns to call real points forged and forged ones real": lambda of: of["swapped"],
        "D runs up its loss: an optimizer goes down what it is given, so the sign must not be turned": (
            lambda of: -of["D"]
        ),
        "D's loss has only its real half: forged points, too, are to be called what they are": lambda of: of["real"],
        "D's loss has only its forged half: real points, too, are to be called what they are": lambda of: of["forged"],
        "D moves along G's loss: it learns to be fooled": lambda of: of["G"],
        "D moves in G's step too: G's loss moves G alone": lambda of: of["D"] + of["G"],
    },
    "G": {
        "G learns to be caught: it wants its points to be called real": lambda of: of["forged"],
        "G runs up its loss, so it learns to be caught: it wants its points to be called real": lambda of: -of["G"],
        "that is the formula's log(1 - D), which hardly slopes where D is sure; take -log D": lambda of: of["formula"],
        "G moves along D's loss too: D's loss moves D alone": lambda of: of["G"] + of["forged"],
    },
}
OWN_LOSS = {"D": "that of real points called real and forged ones forged", "G": "the mean of -log D on its points"}


def _judge(player, trial):
    """Whether the one player that has a rate goes down the slope of its own loss, and else what it does."""
    other = {"D": "G", "G": "D"}[player]
    slopes, moved = {name: trial.slopes[name, player] for name in trial.losses}, trial.moved[player]
    still = (
        f"{player} has not moved: give its optimizer the gradient of {player}'s loss and {player}.trainable_variables"
    )
    fresh = (
        "G was given other random numbers than z. The paper draws anew for G's move, and the game goes as well; here "
        "both losses are to come from the z that the function is handed"
    )
    refuse({MOVES_OTHER[player]: trial.moved[other].any(), still: not moved.any(), fresh: trial.other_z})
    if _along(moved, slopes[player]):
        return
    refuse({sentence: _along(moved, way(slopes)) for sentence, way in GOES_ASTRAY[player].items()})
    raise Wrong(f"{player} does not go down the slope of its own loss, {OWN_LOSS[player]}")


def _judge_order(trial):
    moved, (loss_D, loss_G) = trial.moved["G"], trial.returned
    hints = {
        "G answers D as it was before its move: compute G's loss on a tape of its own, after D's optimizer": not _along(
            moved, trial.slopes_after["G", "G"]
        )
        and _along(moved, trial.slopes["G", "G"]),
        "return D's loss first, then G's": np.isclose(loss_G, trial.losses["D"], rtol=0.001)
        and not np.isclose(loss_D, trial.losses["D"], rtol=0.001),
    }
    refuse(hints)
    if not any(np.isclose(loss_D, share * trial.losses["D"], rtol=0.001) for share in (1, 0.5)):
        raise Wrong(
            f"D's loss should be {trial.losses['D']:.3f} on the points of the test, and you return {loss_D:.3f}"
        )
    if not np.isclose(loss_G, trial.losses_after["G"], rtol=0.001):
        raise Wrong(
            f"G's loss is {trial.losses_after['G']:.3f} after D's move, before its own; you return {loss_G:.3f}"
        )


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=5, same=SAME)


@exercise
def exercise_4(share_at_half, limit, score_calibration) -> str:
    """Find the share of calibration scores above 0, and the limit that promises 1 %.

    >>> exercise_4(0.5, 0.0, np.linspace(-1, 1, 1000))
    not yet: a limit of 0 flags 50.0 % of the calibration points; 1 % was promised. Use quantile_threshold
    """
    scores = np.asarray(score_calibration, dtype=float)
    share, right = as_number(share_at_half, "share_at_half"), float((scores > 0).mean())
    if share > 1:
        raise Wrong(f"{share:g} is a count or percent; a share lies between 0 and 1")
    if np.isclose(share, 1 - right, atol=0.001) and not np.isclose(share, right, atol=0.001):
        raise Wrong("that is the share called real; flagged are the scores above 0")
    if not np.isclose(share, right, atol=0.001):
        raise Wrong(f"the share is not {share:.3f}: count the scores above 0 in score_calibration")
    chosen = as_number(limit, "limit")
    flagged = float((scores > chosen).mean())
    hints = {
        "a mean plus so many standard deviations promises a rate for a bell curve only, and nothing says that these "
        "scores are one. Count instead: quantile_threshold": _of_a_bell(chosen, scores),
        f"a limit of {chosen:g} flags {100 * flagged:.1f} % of the calibration points; 1 % was "
        "promised. Use quantile_threshold": flagged > 0.01,
        f"that limit flags {flagged * len(scores):.0f} of {len(scores):,}: it hides odd points too. It "
        "should flag just under 1 %": flagged < 0.005,
    }
    refuse(hints)
    promised = (flagged * len(scores) + 1) / (len(scores) + 1)
    return (
        f"one half flags {100 * right:.0f} % of normal points, the calibrated limit {100 * flagged:.1f} %, and "
        f"promises {100 * promised:.2f} % of new ones"
    )


def _of_a_bell(limit, scores):
    """Whether a limit is the mean plus a usual number of standard deviations, or a bell curve's quantile."""
    usual = [scores.mean() + k * scores.std(ddof=ddof) for k in (2, 2.326, 2.33, 2.5, 2.576, 3) for ddof in (0, 1)]
    return bool(np.isclose(limit, usual, rtol=1e-4, atol=0).any())


PARTS = ("flipped", "neighbours", "to know it takes", "stop by", "run it")
NEEDED = ("labels", "more steps", "more seeds", "a lower loss")
STOPS = ("best AUROC on the test", "lowest loss of G", "what samples cover", "fixed beforehand")


@exercise
def exercise_5(answer) -> str:
    """Judge a flipped discriminator on the orders, from the shipped table.

    >>> exercise_5(dict.fromkeys(PARTS, 0.18))
    not yet: 0.18 is the AUROC as it stands in the table; with the sign turned every pair changes its order: 1 - AUROC
    """
    flipped, neighbours, needed, stop, run = as_parts(answer, PARTS)
    table = load_results("gan")
    means = table[table["data"] == "orders"].groupby("model")["auroc"].mean()
    gan, best = means["GAN, discriminator"], means["5 nearest neighbours"]
    value = as_number(flipped, "flipped")
    hints = {
        f"{value:g} is the AUROC as it stands in the table; with the sign turned every pair changes its order: "
        "1 - AUROC": abs(value - gan) < 0.006,
        f"{value:g} is not in the unit of the AUROC, which lies between 0 and 1": not 0 <= value <= 1,
        f"flipped: {value:g} is not 1 minus the mean of the five seeds of 'GAN, discriminator' on the orders": abs(
            value - (1 - gan)
        )
        >= 0.006,
    }
    refuse(hints)
    value = as_number(neighbours, "neighbours")
    if abs(value - best) >= 0.006:
        raise Wrong(f"neighbours: {value:g} is not the AUROC of '5 nearest neighbours' on the orders")
    if as_choice(needed, NEEDED, "'to know it takes'") != "labels":
        raise Wrong(
            f"{needed}: all five seeds lie below one half, and the losses know nothing of odd orders. Which sign is "
            "right shows only where odd orders are known"
        )
    refuse(
        {
            "the best AUROC on the test lets the labels train the detector": as_choice(stop, STOPS, "'stop by'")
            == STOPS[0],
            "the losses of a good game and of a collapsed one were alike: they tell you nothing": as_choice(
                stop, STOPS, "'stop by'"
            )
            == STOPS[1],
        }
    )
    if as_choice(run, ("yes", "no"), "'run it'") == "yes":
        raise Wrong(
            f"with labels to turn the sign it reaches {1 - gan:.2f}, and neighbours reach {best:.2f} without any"
        )
    return f"{1 - gan:.2f} bought with labels, against {best:.2f} without: on the digits the same turn would harm"
