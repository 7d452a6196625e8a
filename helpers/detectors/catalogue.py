"""The catalogue of detectors: all that the course says of each in one place, and the only list of them.

The scoreboard over all data, its figures and its guide, the report's contest, the quality floors and the tests that
every detector must pass are read from it. To add a detector: its module, an import in ``helpers.detectors``, an entry
here, after the last one that is simpler.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.detectors.base import Detector
from helpers.detectors.gan.detectors import BiGANDetector, GANDetector
from helpers.detectors.images.autoencoder import ConvAutoencoder
from helpers.detectors.series.base import SeriesDetector
from helpers.detectors.series.baselines import RandomSeriesScore, SeasonalNaive, WindowDetector
from helpers.detectors.series.lstm import LSTMAutoencoder, LSTMForecaster
from helpers.detectors.tables.adapters import from_sklearn
from helpers.detectors.tables.autoencoder import DenseAutoencoder
from helpers.detectors.tables.base import ColumnwiseDetector, TabularDetector
from helpers.detectors.tables.baselines import NearestNeighbours, OneColumn, PCAReconstruction, RandomScore
from helpers.detectors.tables.ensemble import Ensemble
from helpers.detectors.tables.statistical import IQR, Mahalanobis, ModifiedZScore, ZScore

from sklearn.base import clone
from sklearn.ensemble import IsolationForest

__all__ = ["BASES", "CATALOGUE", "FAMILIES", "CatalogueEntry", "Contender", "Floor", "on_scoreboard"]

FAMILIES = {  # to a colour of helpers.plots.PALETTE
    "statistics": 0,
    "LSTM": 1,
    "neighbours and trees": 2,
    "several together": 3,
    "dense networks": 5,
}
BASES = (Detector, TabularDetector, ColumnwiseDetector, SeriesDetector)  # what others are derived from: no entries


@dataclass(frozen=True)
class Floor:
    """What a detector must reach whatever versions are installed.

    Attributes
    ----------
    data : str
        Simulated data that it is made for, by their name in tests/test_quality.py.
    auroc : float
        It must exceed this.
    parameters : mapping
        That make it quick.
    """

    data: str
    auroc: float
    parameters: Mapping = field(default_factory=dict)


@dataclass(frozen=True)
class Contender:
    """How a detector stands in the report's contest for one kind of data.

    Attributes
    ----------
    name : str
    idea : str
        One line for a reader; ``{value}`` stands for "its value", or "its strangest channel" if there are several.
    lesson : str, optional
        Where it is explained, if not in the entry's own lesson.
    fewest_columns : int
        In fewer columns it is left out.
    """

    name: str
    idea: str
    lesson: str = ""
    fewest_columns: int = 1


@dataclass(frozen=True)
class CatalogueEntry:
    """One detector, and all that the course says of it.

    Attributes
    ----------
    name : str
        On the scoreboard, in figures and in the guide.
    detector : Detector
        Unfitted, with its class's defaults.
    family : str
        One of ``FAMILIES``.
    kinds : tuple of str
        The kinds of data it takes ("tables", "images", "series"); the first that a data set has is used. A detector of
        tables stands on a series through :class:`helpers.detectors.WindowDetector`.
    lesson : str
        Where it is built or first used, such as "01".
    choose_when : str
        When to choose it, in one line.
    explains : str
        How it says why; "" if it only guesses.
    chance : bool
        Whether two seeds give two results.
    network : bool
        Whether it trains with TensorFlow, whose import does not count as training time.
    one_point : bool
        On a series it looks at each point by itself, not at windows.
    on_series : Detector, optional
        The one to use on series instead.
    recipes : mapping
        Parameters on the scoreboard instead of the defaults, by a task's recipe (``helpers.results.tasks``): what a
        lesson uses there. Pixels, and channels scaled before, share one unit already.
    left_out : str
        Why it has no rows on the scoreboard; "" if it has.
    cost : bool
        Whether data/results/cost.csv holds its seconds by the number of rows.
    contenders : mapping
        How it stands in the report's contest, by kind of data.
    floor : Floor, optional
        None for one that guesses, or whose class another entry tests.
    small : tuple of mapping
        Parameters for tests of the interface, the quickest first: small and trained briefly.

    >>> CATALOGUE["GAN"].kinds, CATALOGUE["PCA"].chance
    (('images', 'tables', 'series'), False)
    """

    name: str
    detector: Detector
    family: str
    kinds: tuple[str, ...]
    lesson: str
    choose_when: str
    explains: str
    chance: bool = False
    network: bool = False
    one_point: bool = False
    on_series: Detector | None = None
    recipes: Mapping[str, Mapping] = field(default_factory=dict)
    left_out: str = ""
    cost: bool = False
    contenders: Mapping[str, Contender] = field(default_factory=dict)
    floor: Floor | None = None
    small: tuple[Mapping, ...] = ({},)

    def unfitted(self, kind, **parameters):
        """A new detector for one kind of data.

        Parameters
        ----------
        kind : {"tables", "images", "series"}
        **parameters
            Instead of the defaults; of the detector itself, where windows carry it to a series.

        Returns
        -------
        Detector
            For series, one whose ``window`` or ``period`` is None may need it set.

        >>> CATALOGUE["PCA"].unfitted("series", n_components=3)
        WindowDetector(detector=PCAReconstruction(n_components=3))
        """
        of_series = kind == "series"
        made = clone(self.on_series if of_series and self.on_series else self.detector).set_params(**parameters)
        if of_series and not isinstance(made, SeriesDetector):
            return WindowDetector(made, window=1 if self.one_point else None)
        return made

    def small_ones(self):
        """Detectors for tests of the interface, one for each of ``small``."""
        return [clone(self.detector).set_params(**parameters) for parameters in self.small]


def on_scoreboard():
    """The entries that have rows on the scoreboard over all data, in its order.

    Returns
    -------
    dict
        Name to :class:`CatalogueEntry`.

    >>> list(on_scoreboard())[:2]
    ['random', 'z-score']
    """
    return {name: entry for name, entry in CATALOGUE.items() if not entry.left_out}


TABLES, SERIES, EITHER, ALL = ("tables",), ("series",), ("tables", "series"), ("images", "tables", "series")
RING = {"code_size": 2, "hidden": (32, 32), "steps": 800, "learning_rate": 3e-3}
RHYTHM = {"window": 24, "epochs": 15}
SMALL_GAN = {"hidden": (4,), "steps": 2, "batch_size": 16}
SMALL_LSTM = {"window": 12, "units": 4, "epochs": 2}

_ENTRIES = (  # simplest first: the order of the scoreboard and of the report's contest
    CatalogueEntry(
        "random",
        RandomScore(),
        "statistics",
        EITHER,
        lesson="03",
        choose_when="you want to see what looks good by luck",
        explains="",
        chance=True,
        on_series=RandomSeriesScore(),
        small=({"random_state": 0},),
    ),
    CatalogueEntry(
        "z-score",
        ZScore(),
        "statistics",
        EITHER,
        lesson="01",
        choose_when="odd values stand out in one column, and everybody must understand why",
        explains="by column",
        one_point=True,
        cost=True,
        contenders={
            "tables": Contender("Z-score", "how many standard deviations its strangest value is from the mean"),
            "series": Contender(
                "Z-score of a point", "how many standard deviations {value} is from the mean, whatever came before"
            ),
        },
        floor=Floor("far rows", 0.95),
    ),
    CatalogueEntry(
        "modified z-score",
        ModifiedZScore(),
        "statistics",
        EITHER,
        lesson="01",
        choose_when="the training rows may hold outliers that would spoil mean and standard deviation",
        explains="by column",
        one_point=True,
        floor=Floor("far rows", 0.95),
    ),
    CatalogueEntry(
        "IQR fences",
        IQR(),
        "statistics",
        EITHER,
        lesson="01",
        choose_when="columns are skewed, or you want the fences of a box plot",
        explains="by column",
        one_point=True,
        cost=True,
        contenders={
            "tables": Contender("IQR", "how many interquartile ranges its strangest value is beyond the quartiles")
        },
        floor=Floor("far rows", 0.95),
    ),
    CatalogueEntry(
        "one column",
        OneColumn(),
        "statistics",
        TABLES,
        lesson="03",
        choose_when="one column is known to give it away",
        explains="by column",
        left_out="a rule for one named column of one table",
        floor=Floor("far rows", 0.95),
        small=({}, {"side": "high"}),
    ),
    CatalogueEntry(
        "persistence",
        SeasonalNaive(period=1),
        "statistics",
        SERIES,
        lesson="06",
        choose_when="a series drifts slowly, and a sudden jump is what you look for",
        explains="by its jump",
        contenders={"series": Contender("persistence", "how much {value} jumped")},
    ),
    CatalogueEntry(
        "seasonal naive",
        SeasonalNaive(),
        "statistics",
        SERIES,
        lesson="06",
        choose_when="a series repeats itself after a known period",
        explains="by the value one period ago",
        cost=True,
        contenders={"series": Contender("seasonal naive", "how far {value} is from that one period earlier")},
        floor=Floor("rhythm of a point", 0.8, {"period": 24}),
        small=({"period": 12},),
    ),
    CatalogueEntry(
        "windows",
        WindowDetector(PCAReconstruction()),
        "statistics",
        SERIES,
        lesson="07",
        choose_when="a detector of tables is to look at the last points of a series",
        explains="as the detector that it carries does",
        left_out="it stands there under the names of the detectors that it carries",
        floor=Floor("rhythm", 0.9, {"detector__n_components": 2, "window": 24}),
        small=({"window": 12},),
    ),
    CatalogueEntry(
        "Mahalanobis",
        Mahalanobis(),
        "statistics",
        EITHER,
        lesson="01",
        choose_when="columns move together along straight lines, and an odd row breaks that",
        explains="by trial: usual values put in",
        cost=True,
        contenders={
            "tables": Contender(
                "Mahalanobis", "how far it is from the centre, knowing how the columns move together", fewest_columns=2
            )
        },
        floor=Floor("broken relations", 0.9),
        small=({}, {"covariance": "robust"}, {"covariance": "empirical"}),
    ),
    CatalogueEntry(
        "PCA",
        PCAReconstruction(),
        "statistics",
        EITHER,
        lesson="03",
        choose_when="there are many columns or pixels that share a few directions",
        explains="by column, what it could not rebuild",
        cost=True,
        recipes={
            "digits": {"n_components": 32, "scale": False},
            "watch": {"n_components": 32, "scale": False},
        },
        contenders={
            "tables": Contender("PCA", "what a few directions shared by the columns cannot rebuild", fewest_columns=2),
            "series": Contender("PCA on windows", "what a few usual shapes cannot rebuild of the last points", "07"),
        },
        floor=Floor("broken relations", 0.9, {"n_components": 2}),
        small=({}, {"n_components": 0.5, "scale": False}),
    ),
    CatalogueEntry(
        "isolation forest",
        from_sklearn(IsolationForest()),
        "neighbours and trees",
        EITHER,
        lesson="03",
        choose_when="columns have different units and shapes, rows are many, and nothing may be tuned",
        explains="by trial: usual values put in",
        chance=True,
        cost=True,
        contenders={
            "tables": Contender("isolation forest", "how few random cuts set it apart from the others"),
            "series": Contender(
                "isolation forest on windows",
                "how few random cuts set the last points apart from other windows",
                "07",
            ),
        },
        floor=Floor("far rows", 0.85, {"estimator__random_state": 0}),
        small=({"estimator__n_estimators": 10, "estimator__random_state": 0},),
    ),
    CatalogueEntry(
        "5 nearest neighbours",
        NearestNeighbours(n_neighbors=5),
        "neighbours and trees",
        EITHER,
        lesson="03",
        choose_when="normal rows form groups of any shape, and there are fewer than 100,000",
        explains="by the neighbours themselves",
        cost=True,
        recipes={"digits": {"method": "mean", "scale": False}, "watch": {"scale": False}},
        contenders={"tables": Contender("5 nearest neighbours", "how far the fifth most similar known row is")},
        floor=Floor("broken relations", 0.9),
        small=({"n_neighbors": 2}, {"n_neighbors": 2, "method": "mean", "scale": False}),
    ),
    CatalogueEntry(
        "dense autoencoder",
        DenseAutoencoder(),
        "dense networks",
        EITHER,
        lesson="04",
        choose_when="normal rows are known to be normal, and hang together in ways that no straight line shows",
        explains="by column, what it could not rebuild",
        chance=True,
        network=True,
        cost=True,
        contenders={
            "tables": Contender(
                "autoencoder", "what small networks, and the rows most like it, cannot rebuild", fewest_columns=2
            )
        },
        floor=Floor("broken relations", 0.85, {"code_size": 2, "epochs": 40}),
        small=({"epochs": 2, "hidden": (4,), "n_members": 2},),
    ),
    CatalogueEntry(
        "ensemble",
        Ensemble(),
        "several together",
        EITHER,
        lesson="11",
        choose_when="odd rows may be among the training rows, or nobody knows what an odd row looks like",
        explains="by member: who found it odd",
        chance=True,
        network=True,
        floor=Floor("broken relations", 0.9, {"detectors": [Mahalanobis(), NearestNeighbours()]}),
        small=({"detectors": [ZScore(), NearestNeighbours(n_neighbors=2)]},),
    ),
    CatalogueEntry(
        "convolutional autoencoder",
        ConvAutoencoder(verbose=False),
        "dense networks",
        ("images",),
        lesson="05",
        choose_when="one observation is an image, and a shape may sit a little to the side",
        explains="by part of the image",
        chance=True,
        network=True,
        floor=Floor("digits", 0.9, {"steps": 100, "random_state": 0}),
        small=({"code_size": 4, "width": 4, "steps": 60, "random_state": 0},),
    ),
    CatalogueEntry(
        "LSTM forecaster",
        LSTMForecaster(),
        "LSTM",
        SERIES,
        lesson="06",
        choose_when="the next point follows from those before it, and a forecast helps whoever asks why",
        explains="by the forecast beside the value",
        chance=True,
        network=True,
        cost=True,
        recipes={"watch": {"validation_fraction": 1 / 6}},  # the sixth person, as for the autoencoder
        contenders={"series": Contender("LSTM forecaster", "how wrong a network's last forecasts were")},
        floor=Floor("rhythm", 0.85, RHYTHM),
        small=(SMALL_LSTM,),
    ),
    CatalogueEntry(
        "LSTM autoencoder",
        LSTMAutoencoder(),
        "LSTM",
        SERIES,
        lesson="08",
        choose_when="whole shapes such as heartbeats or gestures are normal or odd",
        explains="by the window rebuilt",
        chance=True,
        network=True,
        cost=True,
        recipes={"watch": {"level": "keep", "learning_rate": 0.01, "validation_fraction": 1 / 6}},
        contenders={"series": Contender("LSTM autoencoder", "what a network cannot write again of the last points")},
        floor=Floor("rhythm", 0.85, RHYTHM),
        small=(SMALL_LSTM,),
    ),
    CatalogueEntry(
        "GAN",
        GANDetector(verbose=False),
        "dense networks",
        ALL,
        lesson="09",
        choose_when="you want new rows like the old ones more than a score",
        explains="not at all",
        chance=True,
        network=True,
        cost=True,
        floor=Floor("ring", 0.8, RING),
        small=(SMALL_GAN,),
    ),
    CatalogueEntry(
        "BiGAN",
        BiGANDetector(verbose=False),
        "dense networks",
        ALL,
        lesson="10",
        choose_when="images or rows are many, simpler networks were tried, and no single column's tail tells",
        explains="by what it could not rebuild",
        chance=True,
        network=True,
        cost=True,
        contenders={
            "tables": Contender(
                "BiGAN", "what a generator cannot rebuild, or its opponent calls made up", "10", fewest_columns=2
            )
        },
        floor=Floor("ring", 0.8, RING),
        small=(SMALL_GAN,),
    ),
)
CATALOGUE = {entry.name: entry for entry in _ENTRIES}
