"""Checks of the exercises of lesson 05, autoencoders on images of digits."""

from functools import cache

from helpers.checks.core import Wrong, as_choice, as_list, as_number, as_parts, bug_hunt, exercise, refuse, try_out
from helpers.datasets.images import load_digits_images, one_digit_split
from helpers.detectors.images.errors import squared_error, tolerant_error
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

FAULTS = {
    1: "all ten digits are in the training and in the test, and the labels are thrown away: nothing is abnormal, "
    "nothing can be checked",
    2: "the images are never flattened: line 3 expects 784 numbers a row, and line 8 stops with a ValueError",
    7: "adadelta's default learning rate in Keras is 0.001: fifty passes move the loss from 0.696 to 0.694",
    8: "the test part as validation data: what is tuned or stopped on it is judged on it",
    11: "the 95th percentile of the very scores that are judged: 5 % are called strange, whatever comes",
    13: "a count, known beforehand (5 % of 10,000), as the only result: no picture, no precision, no cost",
}
INNOCENT = {
    4: "a weak choice, not a fault: the wide code copies too much, but the program is right with it",
    5: "a sigmoid output goes with pixels from 0 to 1",
    6: "a model from inputs to outputs, as it should be",
    10: "with flattened images the mean over axis 1 is one number for each image, as it should be",
    12: "this gives positions of single images, as it should; the limit comes from line 11",
}
SAME = {3: 2, 9: 2}  # where the missing flatten may be found as well
STRAYS = {1: 0.6, 3: 0.4}
TRAYS = (3, 5)  # the digits that exercise 2 tries
RIGHT = "right"
SAME_SHARES = 0.003  # nearer than that, two ways give the same: an image among 450 is 0.002
DETECTORS = ("PCA 16", "5 neighbours")


@cache
def pixels() -> np.ndarray:
    """Read the images as rows of 784 pixels from 0 to 1."""
    return load_digits_images().data.reshape(-1, 784) / np.float32(255)


@cache
def digit_of() -> np.ndarray:
    """Read the digit of each image."""
    return load_digits_images().labels.to_numpy()


def errors(rows, drawn, ink_of, kind="repaired") -> np.ndarray:
    """Compute each row's error: plain squares, of blurred images by ink, or that with shifts forgiven."""
    squares = squared_error(rows[:, :, None], drawn[:, :, None]).mean(axis=1)
    if kind == "squared":
        return squares
    images, drawings = rows.reshape(-1, 28, 28, 1), drawn.reshape(-1, 28, 28, 1)
    blurred = tolerant_error(images, drawings, shift=int(kind == "shifted")).mean(axis=(1, 2))
    return blurred if kind == "blurred" else blurred / (np.square(rows).mean(axis=1) + 0.1 * np.square(ink_of).mean())


@cache
def tray_of(
    digit: int,
    kind: str = "repaired",
    fitted: str = "development",
    limited: str = "development",
    inked: int | None = None,
) -> tuple:
    """Compute the shares of the normal digit and of the others that PCA 16 flags in the test, at a promised 5 %.

    The usual ink is that of the normal digit or, as in the lesson's `judged`, that of another: `inked`.
    """
    own, final = (one_digit_split(digit_of(), digit, development=part) for part in (True, False))
    train_rows = (own if fitted == "development" else final).train
    train = pixels()[train_rows]
    pca = PCA(16, random_state=0).fit(train)
    ink_of = train if inked is None else pixels()[one_digit_split(digit_of(), inked, development=True).train]

    def score(positions):
        rows = pixels()[positions]
        return errors(rows, pca.inverse_transform(pca.transform(rows)), ink_of, kind)

    if limited == "percentile":
        limit = np.percentile(score(final.test), 95)
    elif limited == "interpolated":
        limit = np.percentile(score(own.test[own.labels == 0]), 95)
    elif limited == "training":
        limit = quantile_threshold(score(train_rows), 0.05)
    else:
        judge = own if limited == "development" else final
        limit = quantile_threshold(score(judge.test[judge.labels == 0]), 0.05)
    alarms = score(final.test) > limit
    return alarms[final.labels == 0].mean(), alarms[final.labels == 1].mean()


@cache
def shares_above_blank() -> dict[str, tuple[float, float]]:
    """Compute which share of test eights, and of all test images, PCA 16 finds stranger than a blank page."""
    own, final = (one_digit_split(digit_of(), 8, development=part) for part in (True, False))
    train, test, blank = pixels()[own.train], pixels()[final.test], np.zeros((1, 784), np.float32)
    pca = PCA(16, random_state=0).fit(train)
    found = {}
    for kind in ("squared", "repaired"):
        ours, empty = (errors(rows, pca.inverse_transform(pca.transform(rows)), train, kind) for rows in (test, blank))
        found[kind] = ((ours > empty)[final.labels == 0].mean(), (ours > empty).mean())
    return found


@cache
def seven_digits() -> dict[str, float]:
    """Compute the AUROC of one PCA of seven digits, and of seven PCAs joined in three ways."""
    place, which = np.arange(5000) % 500, digit_of()
    judge = pixels()[(place >= 300) & (place < 400)]
    strange = which[(place >= 300) & (place < 400)] > 6

    def after(rows):
        pca = PCA(16, random_state=0).fit(pixels()[rows & (place < 300)])
        return np.square(judge - pca.inverse_transform(pca.transform(judge))).mean(axis=1)

    many = [after(which == digit) for digit in range(7)]
    scores = {"one": after(which < 7), "all": after(which < 10), "smallest": np.min(many, axis=0)}
    scores |= {"mean": np.mean(many, axis=0), "largest": np.max(many, axis=0)}
    return {name: float(roc_auc_score(strange, score)) for name, score in scores.items()}


@cache
def shares_of_strays(test: bool = False) -> dict[str, dict[int, float]]:
    """Compute which share of ones and of threes each detector flags, on the development part or the test."""
    own, final = (one_digit_split(digit_of(), 8, development=part) for part in (True, False))
    train, part = pixels()[own.train], final if test else own
    pca = PCA(16, random_state=0).fit(train)
    near = NearestNeighbors(n_neighbors=5).fit(_blurred(train))

    def both(rows):
        columns = near.kneighbors(_blurred(rows), return_distance=False).T
        of_pca = errors(rows, pca.inverse_transform(pca.transform(rows)), train)
        return {"PCA 16": of_pca, "5 neighbours": np.mean([errors(rows, train[i], train) for i in columns], axis=0)}

    usual, scores = both(pixels()[own.test[own.labels == 0]]), both(pixels()[part.test])
    digit = digit_of()[part.test]
    alarms = {name: scores[name] > quantile_threshold(usual[name], 0.05) for name in DETECTORS}
    return {name: {stray: float(alarms[name][digit == stray].mean()) for stray in STRAYS} for name in DETECTORS}


def euros(found: float, flagged_eights: float = 0.05) -> float:
    """What a day costs in lesson 05, if this share of 10 strays among 1,000 forms is found."""
    return 0.20 * (990 * flagged_eights + 10 * found) + 25 * 10 * (1 - found)


def _blurred(rows):
    return gaussian_filter(rows.reshape(-1, 28, 28), (0, 1, 1)).reshape(len(rows), 784)


@exercise
def exercise_1(by_squared, by_repaired) -> str:
    """Find the shares of test eights that are stranger than a blank page, by two errors: all of them, and none.

    >>> exercise_1(1.0, 0.5)
    not yet: by_repaired is not 0.5: count the test eights whose "blur, ink" error is larger than the blank page's
    """
    squared, repaired = as_number(by_squared, "by_squared"), as_number(by_repaired, "by_repaired")
    (_, _), (_, of_all) = shares_above_blank().values()
    refuse(
        {
            "a share lies between 0 and 1; yours looks like a count or percent": max(squared, repaired) > 1,
            "that is the other way round: which error gives a blank page almost nothing, and which share of eights "
            "lies above it?": (squared, repaired) == (0, 1),
            f"by_squared is not {squared:g}: compare PCA 16's squared error of each test eight with its squared error "
            "of np.zeros((1, 784))": not np.isclose(squared, 1),
            f"by_repaired = {repaired:.3f} is the share of all 550 test images; the question is about the 100 eights": (
                np.isclose(repaired, of_all, atol=0.003)
            ),
            "a thousandth of the eights or less: is that one eight of 100, or a rounding?": 0 < repaired < 0.005,
            f'by_repaired is not {repaired:g}: count the test eights whose "blur, ink" error is larger than the blank '
            "page's": not np.isclose(repaired, 0),
        }
    )
    return (
        "by its squared error every 8 is stranger than a blank page, by the repaired one none is. With the squared "
        "error, check the ink before the model"
    )


@exercise
def exercise_2(tray) -> str:
    """Write the tray of any digit: shares of the normal digit and of the others that are flagged in the test.

    >>> exercise_2(lambda digit: (0.5, 0.5))
    not yet: digit 3: (0.500, 0.500), where (0.060, 0.873) was expected, give or take a few images
    """
    found = {}
    for digit in TRAYS:
        answer = as_list(try_out(tray, digit), "two shares are needed: flagged_normal, flagged_others")
        if len(answer) != 2:
            raise Wrong(f"two shares are needed, and tray({digit}) returns {len(answer)} values")
        found[digit] = [as_number(part, "a share that tray returns") for part in answer]
    found = np.array([*found.values()])
    distance = {sentence: _distance(found, ways) for sentence, ways in _trays().items()}
    nearest = min(distance, key=distance.get)  # the right one comes first, so it wins a tie
    if nearest != RIGHT and distance[nearest] <= SAME_SHARES:
        raise Wrong(nearest)
    for digit, shares in zip(TRAYS, found, strict=True):
        wanted = tray_of(digit)
        if not np.allclose(shares, wanted, rtol=0, atol=0.025):
            raise Wrong(
                f"digit {digit}: ({shares[0]:.3f}, {shares[1]:.3f}), where ({wanted[0]:.3f}, {wanted[1]:.3f}) was "
                "expected, give or take a few images"
            )
    return "other trays, other shares: for the 5 fewer others are found than for the 3, at no more false alarms"


@cache
def _trays() -> dict[str, list[np.ndarray]]:
    """What the right way and wrong ones give for the digits of `TRAYS`, with either usual ink."""
    wrong = {
        RIGHT: {},
        "that is the plain squared error; use blur and ink": {"kind": "squared"},
        "that is not divided by the ink": {"kind": "blurred"},
        "shifts are forgiven; use blur and ink without them": {"kind": "shifted"},
        "the limit comes from images of the test; take the development split's": {"limited": "test"},
        "the limit is the 95th percentile of the scores that are judged": {"limited": "percentile"},
        "the limit comes from training images, which PCA has drawn in practice; take the development split's": {
            "limited": "training"
        },
        "np.percentile puts the limit between two scores, a little too low for the promise; quantile_threshold takes "
        "the next score": {"limited": "interpolated"},
        "PCA has learned from the 100 images that set the limit: fit it on the development split's training images": {
            "fitted": "test"
        },
    }
    ways = {
        sentence: [np.array([tray_of(digit, inked=ink, **way) for digit in TRAYS]) for ink in (None, 8)]
        for sentence, way in wrong.items()
    }
    ways["the two shares are swapped: the normal digit's comes first"] = [way[:, ::-1] for way in ways[RIGHT]]
    ways["these are the shares of the tray for the 8: something inside still belongs to the 8"] = [
        np.array([tray_of(8)] * len(TRAYS))
    ]
    return ways


def _distance(found, ways):
    """The largest difference between shares, for the way that is nearest."""
    return min(np.abs(found - way).max() for way in ways)


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=5, same=SAME)


@exercise
def exercise_4(one, seven) -> str:
    """Compare one PCA of seven digits with the smallest error of seven PCAs.

    >>> exercise_4(0.5, 0.857)
    not yet: one is not 0.500: fit PCA(16) on the first 300 images of the digits 0 to 6, judge the next 100 of all ten
    """
    one, seven = as_number(one, "one"), as_number(seven, "seven")
    areas = seven_digits()

    def near(value, *names):
        return any(abs(value - areas[name]) < 0.004 for name in names)

    refuse(
        {
            "one and seven are swapped": near(one, "smallest") and near(seven, "one"),
            "below 0.5: are the labels turned round? Strange are the digits above 6": (
                near(1 - one, "one") or near(1 - seven, "smallest")
            ),
            "one PCA has learned from all ten digits; only 0 to 6 are normal": near(one, "all"),
            f"one is not {one:.3f}: fit PCA(16) on the first 300 images of the digits 0 to 6, judge the next 100 of "
            "all ten": not near(one, "one"),
            "that is the mean of the seven errors; an image is normal if one model can draw it": near(seven, "mean"),
            "that is the largest of the seven errors; an image is normal if one model can draw it": (
                near(seven, "largest")
            ),
            f"seven is not {seven:.3f}: fit a PCA(16) on each of the digits 0 to 6, and take each image's smallest "
            "error": not near(seven, "smallest"),
        }
    )
    return (
        f"{one:.2f} against {seven:.2f}: give each kind of normal a detector of its own. More directions do not close "
        "the gap: one PCA with 112 of them has 0.75. With blur and ink it is 0.79 against 0.93"
    )


@exercise
def exercise_5(answer) -> str:
    """Choose between two detectors by what a day costs, with the strays that this tray gets.

    >>> exercise_5({"PCA 16": 163.2, "5 neighbours": 128.5, "run": "PCA 16"})
    not yet: by your own figures another choice is cheaper than PCA 16; a day without a check costs 250 €
    """
    *costs, run = as_parts(answer, [*DETECTORS, "run"])
    costs = {name: as_number(cost, name) for name, cost in zip(DETECTORS, costs, strict=True)}
    run = as_choice(run, [*DETECTORS, "neither"], "what to run")
    on_development, on_test = shares_of_strays(), shares_of_strays(test=True)
    for name, cost in costs.items():
        shares = on_development[name]
        found = sum(weight * shares[stray] for stray, weight in STRAYS.items())
        turned = 0.4 * shares[1] + 0.6 * shares[3]
        of_test = sum(weight * on_test[name][stray] for stray, weight in STRAYS.items())
        near = [abs(cost - euros(share)) < 1.5 for share in (of_test, turned, np.mean([*shares.values()]))]
        sentences = (
            f"{name}: that comes from the test part; choose on the development part",
            f"{name}: the weights are turned round: 0.6 for the ones, 0.4 for the threes",
            f"{name}: that weighs ones and threes alike; 6 of 10 strays are ones",
        )
        if abs(cost - euros(found)) > 1.5:
            refuse(dict(zip(sentences, near, strict=True)))
            raise Wrong(
                f"{name}: not {cost:.4g} €: take the share of ones and of threes above the limit on the development "
                "part, weigh them 0.6 and 0.4, and give that to euros_a_day with 0.05"
            )
    if run != min(costs, key=costs.get):
        raise Wrong(f"by your own figures another choice is cheaper than {run}; a day without a check costs 250 €")
    return (
        "the neighbours: the same AUROC as PCA, and a cheaper day in this tray. 40 ones and 40 threes decide it, so "
        "count the strays again after a month"
    )
