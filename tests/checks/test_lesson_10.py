"""Answers to the exercises of lesson 10, and what the checks say to them."""

from helpers.checks import lesson_10
from helpers.datasets import load_results
from tests.checks.answers import check_cases, crash

import numpy as np


def score_of(**wrong):
    """`my_score` of lesson 10, exercise 2, right but for what the arguments say."""

    def my_score(parts, normal_parts, weights):
        if wrong.get("swapped"):
            parts, normal_parts = normal_parts, parts
        if wrong.get("all_parts"):
            weights = dict.fromkeys(parts, 1.0) | weights
        ruler = parts if wrong.get("own") else normal_parts
        scale = 1.0 if wrong.get("centred") else ruler.std(ddof=wrong.get("ddof", 0))
        centre = 0.0 if wrong.get("uncentred") else ruler.mean()
        z = parts if wrong.get("raw") else (parts - centre) / scale
        if wrong.get("by_place"):
            z = z.iloc[:, : len(weights)].set_axis(list(weights), axis=1)
        total = sum((1 if wrong.get("equal") else weight) * z[name] for name, weight in weights.items())
        if wrong.get("per_part"):
            return total / len(weights)
        return total if wrong.get("total") else total / (len(weights) if wrong.get("equal") else sum(weights.values()))

    return my_score


def by_numpy(parts, normal_parts, weights):
    """Right, and without pandas."""
    names = list(weights)
    new, held_out = parts[names].to_numpy(), normal_parts[names].to_numpy()
    return np.average((new - held_out.mean(axis=0)) / held_out.std(axis=0), axis=1, weights=list(weights.values()))


def by_sample(parts, normal_parts, weights):
    """Right, row by row from the last to the first."""
    return score_of()(parts, normal_parts, weights).iloc[::-1]


LEADS = load_results("gan").query("data == 'digit 8'").groupby("model")["lead"].first()
GAME = float(LEADS["BiGAN, reconstruction"])


def letter(**parts):
    """Answer exercise 5 rightly, but for what the arguments say."""
    return [{"run": "PCA", "part": "reconstruction", "game": GAME, "again": "more images"} | parts]


CASES = {
    1: [
        ([..., ..., ...], "empty"),
        ([1 / 3, -2 / 3, -4], "right"),
        ([0.333, -0.667, np.float64(-4)], "right"),
        ([3, 2, -4], "are G itself"),
        ([-1 / 3, 2 / 3, -4], "mirrored encoder; a x + b"),
        ([1, 0, -4], "E(5) is 5"),
        ([1 / 3, -2 / 3, 8], "your own E"),
        ([1 / 3, -2 / 3, -2], "put it through G"),
        ([1 / 3, -2 / 3, 5], "is not 5"),
        ([None, 1, 1], "is empty"),
        (["three", 1, 1], "not a str"),
    ],
    2: [
        ([lambda parts, normal_parts, weights: ...], "empty"),
        ([score_of()], "right"),
        ([score_of(ddof=1)], "right"),
        ([score_of(own=True)], "standardised by themselves"),
        ([score_of(total=True)], "divide by the sum"),
        ([score_of(equal=True)], "multiply each by its weight"),
        ([score_of(all_parts=True)], "that part alone"),
        ([score_of(raw=True)], "decides nearly alone"),
        ([by_numpy], "right"),
        ([by_sample], "right"),
        ([score_of(swapped=True)], "Perhaps the two are exchanged"),
        ([score_of(centred=True)], "nothing is divided"),
        ([score_of(uncentred=True)], "was not taken away"),
        ([score_of(by_place=True)], "take each by its name"),
        ([score_of(per_part=True)], "number of parts"),
        ([lambda parts, normal_parts, weights: parts["features"]], "row 0"),
        ([crash], "KeyError"),
        ([0.5], "a function is needed"),
        ([lambda parts, normal_parts, weights: 0.5], "shape"),
    ],
    3: [
        ([...], "empty"),
        ([{2, 9, 14, 16, 17}], "right"),
        ([[2, 9, 12, 14, 16]], "right"),
        ([{2, 9, 12, 16}], "right"),
        ([{9, 14, 16, 17}], "right"),
        ([{2, 9}], "2 found, 4"),
        ([{2, 12, 17}], "2 found, 4"),
        ([set(range(1, 18))], "11 of these 16 lines are innocent"),
        ([{2, 9, 14, 16, 8}], "line 8 is innocent"),
        ([{18}], "there is no line 18"),
        ([{2, ...}], "empty"),
        ([set()], "0 found"),
        ([5], "a set of line numbers"),
    ],
    4: [
        ([...], "empty"),
        ([0.697], "right"),
        ([np.float64(0.70)], "right"),
        ([0.6926], "right"),
        ([0.717], "turned round"),
        ([0.727], "turned round"),
        ([0.574], "turned round"),
        ([0.5], "one round gives"),
        ([0.83], "too high"),
        ([0.741], "best of 200 trainings"),
        ([0.75], "best of 200 trainings"),
        ([69.3], "no AUROC"),
        ([0.193], "report the AUROC itself"),
        ([0.6], "is not it"),
        ([np.zeros(200)], "200 of them"),
        ([None], "is empty"),
    ],
    5: [
        ([...], "empty"),
        ([{"run": ..., "part": ..., "game": ..., "again": ...}], "empty"),
        (letter(), "right"),
        (letter(again="new images wanted", game=round(GAME, 3)), "right"),
        (letter(run=" pca ", part="Reconstruction"), "right"),
        (letter(run="PCA 16", again={"more images", "new images wanted"}), "right"),
        (letter(again=["new images wanted"], game=round(GAME, 2)), "right"),
        (letter(again={"more images", "another seed"}), "five seeds"),
        (letter(again=3), "a set of two"),
        (letter(again={"more images", ...}), "empty"),
        (letter(game=-0.0134), "the 4; the question is about the 8"),
        (letter(game=0.003), "the combined score"),
        (letter(game=-0.019), "the two trainings of this lesson"),
        (letter(run="BiGAN, combined"), "below PCA on all three digits"),
        (letter(run="cycle, no game"), "below PCA on all three digits"),
        (letter(part="discriminator"), "weakest part"),
        (letter(part="features"), "follows the reconstruction"),
        (letter(game=-GAME), "wrong sign"),
        (letter(game=float(LEADS["BiGAN, combined"])), "lead over PCA"),
        (letter(game=0.95), "with the game minus without"),
        (letter(game=0.1), "is not 0.1"),
        (letter(again="another seed"), "five seeds"),
        (letter(again="a better epoch"), "by labels only"),
        (letter(run="a bigger GAN"), "is one of"),
        ([{"run": "PCA"}], "'part'"),
        (["Use PCA."], "a dict"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_10, CASES)
