"""Many series, or the rows of many units, in one file: each judged by its own past and its own limit, told on one page.

A group is the rows that share a value of one column. What is found is a study a group
(:func:`helpers.report.examine`), put together.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field

from helpers.detectors.storage import StoredDetectorError, replace_file
from helpers.report.batch import FOUND, as_in_training, score_batch
from helpers.report.budget import TimeBudget
from helpers.report.columns.cells import file_rows
from helpers.report.columns.describing import FEWEST_ROWS, describe_columns
from helpers.report.columns.grouping import MOST_GROUPS, group_names
from helpers.report.columns.labels import read_labels
from helpers.report.errors import UnusableFile
from helpers.report.model import OwnModel
from helpers.report.study import Study, examine

import numpy as np
import pandas as pd

__all__ = ["GroupedModel", "GroupedStudy", "examine_groups", "load_own_model", "score_groups"]

FORMAT, VERSION, CONTENT = "anomaly-detection-course models of groups", 1, "groups.json"
NAMED = 3  # groups in a sentence
SHORTEST = 2.0  # seconds for a study


@dataclass(frozen=True, eq=False)
class GroupedModel:
    """A model for each group.

    Parameters
    ----------
    group : str
        The column whose values tell the groups apart.
    models : dict of str to OwnModel
    about : dict
        Whatever JSON can hold.
    """

    group: str
    models: dict[str, OwnModel]
    about: dict = field(default_factory=dict)

    def save(self, path):
        """Write all models to one file; :func:`load_own_model` reads it."""
        replace_file(path, self.write)

    @classmethod
    def load(cls, path):
        """Read what ``save`` wrote."""
        try:
            with zipfile.ZipFile(path) as file:
                content = json.loads(file.read(CONTENT))
                if (content["format"], content["version"]) != (FORMAT, VERSION):
                    raise ValueError("format")
                models = {name: OwnModel.load(_unpacked(file, place)) for name, place in content["places"].items()}
                return cls(content["group"], models, content["about"])
        except (StoredDetectorError, FileNotFoundError):
            raise
        except Exception as error:  # whatever a damaged file makes zipfile, zlib or JSON say
            problem = f"{path} holds no models of groups, or it is damaged or cut short ({type(error).__name__})"
            raise StoredDetectorError(f"{problem}. Make it again.") from error

    def write(self, stream):
        """Write all models to an open binary file, as :meth:`save` does."""
        places = {name: f"{number}/" for number, name in enumerate(self.models)}
        content = {"format": FORMAT, "version": VERSION, "group": self.group, "about": self.about, "places": places}
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(CONTENT, json.dumps(content, indent=1))
            for name, model in self.models.items():
                _pack(model, file, places[name])


@dataclass(frozen=True, eq=False)
class GroupedStudy:
    """What :func:`examine_groups` found.

    Attributes
    ----------
    frame : DataFrame of shape (n, k)
    group : str
        The column whose values tell the groups apart.
    studies : dict of str to Study
    left_out : dict of str to str
        Groups that could not be judged, and why.
    strangeness : ndarray of shape (n,)
        On each group's own scale: 1 is its alarm limit. NaN where a row was not judged.
    anomalies : DataFrame
        Of all groups, strangest first: as in a Study, with the group beside the row.
    """

    frame: pd.DataFrame = field(repr=False)
    group: str
    studies: dict[str, Study] = field(repr=False)
    left_out: dict[str, str]
    strangeness: np.ndarray = field(repr=False)
    anomalies: pd.DataFrame = field(repr=False)

    @property
    def model(self):
        """The models of all groups."""
        return GroupedModel(self.group, {name: study.model for name, study in self.studies.items()})

    @property
    def n_flagged(self):
        """Rows beyond their group's alarm limit."""
        return sum(study.n_flagged for study in self.studies.values())

    @property
    def false_alarm_rate(self):
        """The largest that is promised: that of the group with the fewest rows."""
        return max(study.false_alarm_rate for study in self.studies.values())

    @property
    def notes(self):
        """What a reader should know of the columns, and of how each study was made; what holds for all is said once."""
        said = {}
        for name, study in self.studies.items():
            for note in (*study.columns.notes, *study.notes):
                said.setdefault(note, []).append(name)
        notes = [note if len(own) == len(self.studies) else f"{_some(own)}: {note}" for note, own in said.items()]
        why = {}
        for name, reason in self.left_out.items():
            why.setdefault(reason, []).append(name)
        return (*notes, *(f"Not judged: {_some(names)}. {reason}" for reason, names in why.items()))

    def table(self):
        """A DataFrame with a row for each group: rows, flagged, promised, detector."""
        rows = {
            name: {
                "rows": len(study.frame),
                "flagged": study.n_flagged,
                "promised": f"{study.false_alarm_rate:.2%}",
                "detector": study.chosen,
            }
            for name, study in self.studies.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(self.group)


def examine_groups(
    frame, group, *, labels=None, seconds=60.0, false_alarm_rate=0.01, top=20, random_state=0, progress=None, **meaning
):
    """Examine each group of rows by itself: its own columns, detector and limit.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    group : str
        The column whose values tell the groups apart.
    labels : array of shape (n,), optional
        As for :func:`helpers.report.examine`.
    seconds : float
        For all groups together; but each has two seconds at least.
    false_alarm_rate, top, random_state, progress : see :func:`helpers.report.examine`
    meaning : dict
        What :func:`helpers.report.describe_columns` takes, for every group.

    Returns
    -------
    GroupedStudy

    Raises
    ------
    UnusableFile
        There is no such column, or no group can be judged.

    >>> rng = np.random.default_rng(0)
    >>> rows = pd.DataFrame({"shop": ["A", "B"] * 300, "size": rng.normal(size=600), "cost": rng.normal(size=600)})
    >>> rows.loc[rows["shop"] == "B", "size"] += 100
    >>> rows.loc[7, "size"] = 0.0  # usual for A, not for B
    >>> study = examine_groups(rows, "shop", seconds=2)
    >>> print(study.anomalies.loc[0, "row"], study.anomalies.loc[0, "shop"])
    8 B
    """
    names = _names(frame, group)
    label = meaning.get("label")
    if labels is None and label is not None:
        labels = read_labels(frame[label])
    meaning["leave_out"] = [*_as_list(meaning.get("leave_out", ())), group]
    judged, left_out = _worth_judging(names)
    budget, studies = TimeBudget(seconds, progress), {}
    search = {"false_alarm_rate": false_alarm_rate, "top": top, "random_state": random_state}
    for done, name in enumerate(judged):
        rows = (names == name).to_numpy()
        own = budget.part(done / len(judged), (done + 1) / len(judged))
        own |= {"labels": None if labels is None else labels[rows], "seconds": max(own["seconds"], SHORTEST)}
        try:
            studies[name] = examine(frame[rows], describe_columns(frame[rows], **meaning), **own, **search)
        except UnusableFile as error:
            left_out[name] = str(error)
    if not studies:
        raise UnusableFile(f"None of the {len(left_out):,} groups of {group!r} can be judged. {_first(left_out)}")
    return GroupedStudy(frame, group, studies, left_out, *_together(frame, group, names, studies, top))


def load_own_model(path):
    """Read a model that was saved, of one study or of groups.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    OwnModel or GroupedModel
    """
    return GroupedModel.load(path) if zipfile.is_zipfile(path) and _holds_groups(path) else OwnModel.load(path)


def score_groups(model: GroupedModel, frame, top=20):
    """Score the rows of a new file, each by the model of its group; those of unknown groups stay without a score.

    Parameters
    ----------
    model : GroupedModel
    frame : DataFrame of shape (n, k)
    top : int
        How many of the flagged rows of each group get a reason.

    Returns
    -------
    scores, anomalies : DataFrame
        As :func:`helpers.report.score_batch` gives them, the scores in the order of the frame.
    lacking : bool ndarray of shape (n,)
        See :func:`helpers.report.batch.as_in_training`.
    notes : list of str
    """
    names = _names(frame, model.group)
    scores = pd.DataFrame({"row": file_rows(frame), "strangeness": np.nan, "flagged": False})
    lacking, notes, problems, found = np.zeros(len(frame), bool), _unknown(names, model), {}, []
    for name in names.unique():
        if name not in model.models:
            continue
        at = np.flatnonzero(names == name)
        own, lacking[at], said = as_in_training(model.models[name], frame.iloc[at])
        notes += [f"{name}: {note}" for note in said]
        try:
            own_scores, anomalies = score_batch(model.models[name], own, top)
        except UnusableFile as error:
            problems[name] = str(error)
            continue
        scores.loc[at, ["strangeness", "flagged"]] = own_scores[["strangeness", "flagged"]].to_numpy()
        found.append(anomalies)
    if problems and not found:
        raise UnusableFile(f"No group can be judged. {_first(problems)}")
    notes += [f"Not judged: {name}. {problem}" for name, problem in problems.items()]
    return scores.astype({"flagged": bool, "strangeness": float}), _sorted(found, model.group, frame), lacking, notes


def _holds_groups(path):
    with zipfile.ZipFile(path) as file:
        return CONTENT in file.namelist()


def _pack(model, file, place):
    """Write a model's entries below a place of an open zip file: a zip within, cut short, would pass for the whole."""
    own = io.BytesIO()
    model.write(own)
    with zipfile.ZipFile(own) as entries:
        for entry in entries.namelist():
            file.writestr(f"{place}{entry}", entries.read(entry))


def _unpacked(file, place):
    """The file that :func:`_pack` packed."""
    own = io.BytesIO()
    with zipfile.ZipFile(own, "w") as entries:
        for entry in file.namelist():
            if entry.startswith(place):
                entries.writestr(entry.removeprefix(place), file.read(entry))
    return own


def _names(frame, group):
    if group not in frame.columns:
        known = f"{', '.join(map(str, frame.columns[:10]))}{' …' * (frame.shape[1] > 10)}"
        raise UnusableFile(f"group={group!r}: there is no such column. There are {known}.")
    return group_names(frame, group)


def _worth_judging(names):
    """The groups with rows enough, the largest if there are very many; and why the others are left out."""
    counts = names.value_counts(sort=False)
    small = [name for name in counts.index if counts[name] < FEWEST_ROWS]
    left_out = dict.fromkeys(small, f"They have fewer than {FEWEST_ROWS} rows each: too few to learn what is usual.")
    large = [name for name in counts.index if counts[name] >= FEWEST_ROWS]
    judged = {*sorted(large, key=lambda name: -counts[name])[:MOST_GROUPS]}
    most = f"At most {MOST_GROUPS} groups are judged, the largest: examine a part of the file for the others."
    left_out |= dict.fromkeys([name for name in large if name not in judged], most)
    return [name for name in large if name in judged], left_out


def _together(frame, group, names, studies, top):
    strangeness = np.full(len(frame), np.nan)
    for name, study in studies.items():
        strangeness[(names == name).to_numpy()] = study.strangeness.to_numpy()
    anomalies = _sorted([study.anomalies for study in studies.values()], group, frame)
    return strangeness, anomalies[anomalies["flagged"] | (np.arange(len(anomalies)) < top)]


def _sorted(tables, group, frame):
    """Anomalies of several groups, strangest first, the group beside the row."""
    table = pd.concat(tables) if tables else pd.DataFrame(columns=[*FOUND, *frame.columns])
    table = table.sort_values("strangeness", ascending=False, kind="stable", ignore_index=True)
    own = f"own {group}" if group in FOUND else group
    table.insert(1, own, table.pop(own))
    return table


def _unknown(names, model):
    unknown = names[~names.isin(list(model.models))]
    if unknown.empty:
        return []
    new = f"{model.group!r} holds {unknown.nunique():,} groups that have no detector ({_some(unknown.unique())})"
    return [f"{new}: {len(unknown):,} rows are not judged. Examine a file with enough rows of them first."]


def _some(names):
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _first(problems):
    name, problem = next(iter(problems.items()))
    return f"{name}: {problem}"


def _as_list(names):
    return [names] if isinstance(names, str) else list(names)
