"""Labels that somebody else wrote, as 0 (normal) and 1 (anomaly)."""

from helpers.report.errors import UnusableFile

import numpy as np

__all__ = ["ANOMALY_WORDS", "NORMAL_WORDS", "PLAINLY_NORMAL", "UNLABELLED", "read_labels"]

UNLABELLED, EMPTY = -1, ""

PLAINLY_NORMAL = {"normal", "ok", "okay", "good", "benign", "genuine", "legit", "legitimate", "inlier", "healthy"}
PLAINLY_NORMAL |= {"no failure", "nominal"}
NORMAL_WORDS = PLAINLY_NORMAL | {"regular", "no", "n", "false", "f", "negative", "0"}
ANOMALY_WORDS = {"anomaly", "anomalous", "abnormal", "outlier", "fraud", "fraudulent", "attack", "fault", "faulty"}
ANOMALY_WORDS |= {"failure", "defect", "bad", "odd", "yes", "y", "true", "t", "positive", "1"}
SHOWN = 6


def read_labels(column, anomaly=None, normal=None):
    """A column of labels as 0 (normal) and 1 (anomaly); -1 where it is empty and nobody knows.

    Without `anomaly` are understood: 0 and 1, booleans, words such as normal and fraud; or one word for normal and any
    others (the kinds of anomalies) beside it.

    Parameters
    ----------
    column : Series of shape (n,)
    anomaly : value or sequence of values, optional
        What stands for an anomaly; all else is normal. Needed where the words do not say it, as with -1 and 1, of which
        either has been used for anomalies.
    normal : value or sequence of values, optional
        What stands for normal, where that is easier to say: all else is an anomaly. An empty text is the empty cell.

    Returns
    -------
    ndarray of shape (n,), of 0, 1 and -1

    Raises
    ------
    UnusableFile
        No labels, unknown words, one class only, more anomalies than normal rows without `anomaly` saying so.

    >>> import pandas as pd
    >>> read_labels(pd.Series(["normal", "spike", None, "normal"]))
    array([ 0,  1, -1,  0])
    >>> read_labels(pd.Series([-1, 1, 1]), anomaly=-1)
    array([1, 0, 0])
    >>> read_labels(pd.Series(["spike", None, None]), normal="")
    array([1, 0, 0])
    """
    words = column.map(_word).where(column.notna(), EMPTY)
    means_something = EMPTY in (_words_of(anomaly) + _words_of(normal))
    known = (words != EMPTY).to_numpy() | means_something
    if not known.any():
        raise UnusableFile(f"The label column {column.name!r} is empty in every row. Leave it out (leave_out=).")
    if anomaly is None and normal is None and not known.all() and words[known].nunique() == 1:
        _refuse_one_word(column.name, words[known].iloc[0])
    odd = _odd_values(column.name, words[known], anomaly, normal)
    labels = np.where(known, words.isin(odd).to_numpy().astype(int), UNLABELLED)
    _refuse_one_kind(column.name, labels, list(words[known].unique()))
    share = np.mean(labels[known])
    if anomaly is None and normal is None and share > 0.5:
        raise UnusableFile(
            f"{share:.0%} of the labels in {column.name!r} would be anomalies ({_some(odd)}). If that is "
            f"meant, pass anomaly={odd[0]!r} (--anomaly {odd[0]}); if not, name the other value."
        )
    return labels


def _refuse_one_kind(name, labels, values):
    if not ((labels == 1).any() and (labels == 0).any()):
        alike = f"{'anomalies' if (labels == 1).any() else 'normal'} ({_some(values)})"
        raise UnusableFile(f"All labels in {name!r} are {alike}: a label column needs both. Leave it out (leave_out=).")


def _refuse_one_word(name, word):
    role = "anomaly" if word in NORMAL_WORDS else "normal"
    raise UnusableFile(
        f"The label column {name!r} holds {word} or nothing. If nothing means {role}, say so: {role}='' (--{role} ''). "
        "If it means that nobody looked, labels of both kinds are needed."
    )


def _words_of(named):
    return [] if named is None else [_word(value) for value in _listed(named)]


def _listed(named):
    return list(named) if isinstance(named, list | tuple | set) else [named]


def _word(value):
    """A value as text: 1, 1.0, True-free and lower case, so that what is typed on a command line fits too."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower().rstrip(".")


def _odd_values(name, words, anomaly, normal):
    counts = words.value_counts()
    values = list(counts.index)
    if anomaly is not None and normal is not None:
        raise UnusableFile("Say which values are anomalies or which are normal, not both.")
    if anomaly is not None:
        return _wanted(name, values, anomaly)
    if normal is not None:
        usual = _wanted(name, values, normal)
        return [value for value in values if value not in usual]
    known = all(value in NORMAL_WORDS | ANOMALY_WORDS for value in values)
    kinds = values[0] in PLAINLY_NORMAL  # the commonest word; the others say which anomaly
    if known or kinds:
        return [value for value in values if value not in NORMAL_WORDS]
    raise UnusableFile(
        f"The label column {name!r} holds {_some(values)}: which stands for an anomaly? "
        f"Pass anomaly=… (--anomaly), for example the rare {values[-1]!r}, or normal=… (--normal)."
    )


def _wanted(name, values, named):
    wanted = _words_of(named)
    unknown = [value for value in wanted if value not in values]
    if unknown:
        raise UnusableFile(f"No row of {name!r} holds {unknown[0]!r}. It holds {_some(values)}.")
    return wanted


def _some(values):
    values = [value or "nothing" for value in values]
    return ", ".join(map(str, values[:SHOWN])) + (f" … ({len(values)} values)" if len(values) > SHOWN else "")
