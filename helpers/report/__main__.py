"""Examine a table or a series in a file for anomalies, or score a new batch with a detector that was saved."""

import argparse
import shlex
import sys
from pathlib import Path

from helpers.detectors.storage import StoredDetectorError
from helpers.report.batch import as_in_training, score_batch
from helpers.report.columns.describing import describe_columns
from helpers.report.columns.labels import read_labels
from helpers.report.errors import UnusableFile
from helpers.report.groups import GroupedModel, GroupedStudy, examine_groups, load_own_model, score_groups
from helpers.report.reading.files import read_table
from helpers.report.reasons.wording import in_short
from helpers.report.study import examine
from helpers.report.writing import REPORT_FILES, OutputExists, refuse_existing, write_report, write_tables
from helpers.training.progress import StageBar

__all__ = ["main"]

SHOWN_GROUPS = 10
FILES = (
    "CSV, TSV or JSON lines, plain or .gz, .bz2, .xz, .zip, .zst; an Excel sheet or Parquet. The last two and .zst "
    "need packages: pip install -e '.[files]'"
)
DONE, UNUSABLE, EXISTS, ALARM, PARTLY, INTERRUPTED = 0, 1, 3, 4, 5, 130
EPILOG = """\
examples:
  python -m helpers.report my.csv                          a verdict on the screen, no file written
  python -m helpers.report my.csv --out report             report.html, anomalies.csv and detector.zip as well
  python -m helpers.report my.csv --label fraud --out report        rank the detectors by labels
  python -m helpers.report shops.csv --group shop --out report      many series in one file, each by its own past
  python -m helpers.report readings.txt --shape series              rows that follow each other, without times
  python -m helpers.report new.csv --detector report/detector.zip --out scored     score a new batch

exit codes:
  0  done
  1  the file cannot be used; the sentence on stderr says why and what to do
  2  wrong options
  3  an output file exists already (--overwrite replaces it)
  4  with --fail-on-alarm: rows were flagged
  5  with --detector: some rows could not be judged (too little came before them, an unknown group), or lack a value
     that training never lacked
  130  interrupted; nothing was written
"""


def main(arguments=None):
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line if None.

    Returns
    -------
    int
        The exit code (see ``--help``).
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    progress = StageBar(options.quiet)
    try:
        run = _score_batch if options.detector else _examine
        return run(options, progress, f"python -m helpers.report {shlex.join(arguments)}")
    except (UnusableFile, StoredDetectorError) as error:
        return _refuse(progress, error, UNUSABLE)
    except OutputExists as error:
        return _refuse(progress, error, EXISTS)
    except FileNotFoundError as error:
        return _refuse(progress, f"There is no file {error.filename}.", UNUSABLE)
    except OSError as error:  # of the output: a full disk, say; the input's are told by whoever reads it
        problem = f"{error.filename or options.out}: {error.strerror}. Nothing was written." if error.errno else error
        return _refuse(progress, problem, UNUSABLE)
    except KeyboardInterrupt:
        return _refuse(progress, "Interrupted; nothing was written.", INTERRUPTED)
    finally:
        progress.close()


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m helpers.report",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help=FILES)
    parser.add_argument("--out", metavar="FOLDER", help="write the results there; without it, nothing is written")
    parser.add_argument("--overwrite", action="store_true", help="replace results of an earlier run in that folder")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    _add_reading(parser.add_argument_group("reading the file"))
    _add_meaning(parser.add_argument_group("what the columns mean"))
    _add_search(parser.add_argument_group("the search"))
    _add_batch(parser.add_argument_group("scoring a new batch"))
    return parser


def _add_reading(group):
    group.add_argument("--delimiter", help="recognised if not given")
    group.add_argument("--encoding", help="utf-8 if not given; old spreadsheets often need cp1252")
    group.add_argument("--rows", type=_positive(int), help="read a random sample of so many rows, for large files")
    group.add_argument("--columns", nargs="+", metavar="COLUMN", help="read these columns only")
    group.add_argument(
        "--missing", nargs="+", default=[], metavar="VALUE", help="what stands for no value, such as -200"
    )


def _add_meaning(group):
    group.add_argument("--label", metavar="COLUMN", help="holds the truth: ranks the detectors, never teaches them")
    group.add_argument(
        "--anomaly", action="append", metavar="VALUE", help="the label's value for anomaly; may be repeated"
    )
    group.add_argument(
        "--normal",
        action="append",
        metavar="VALUE",
        help="the label's value for normal; may be repeated; '' is the empty cell",
    )
    group.add_argument("--leave-out", nargs="+", default=[], metavar="COLUMN", help="columns that must not be used")
    group.add_argument("--keep", nargs="+", default=[], metavar="COLUMN", help="columns to use in spite of doubts")
    group.add_argument(
        "--category", nargs="+", default=[], metavar="COLUMN", help="numbers that are names, such as codes"
    )
    group.add_argument("--time", metavar="COLUMN", help="the column that orders the rows: dates, or numbers that count")
    group.add_argument(
        "--group", metavar="COLUMN", help="many series or units in one file: judge the rows of each by themselves"
    )
    group.add_argument(
        "--shape", choices=("table", "series"), help="recognised if not given; rows without times can be a series, too"
    )


def _add_search(group):
    group.add_argument("--seconds", type=_positive(float), default=60.0, help="time budget (default: 60)")
    group.add_argument("--false-alarm-rate", type=_share, default=0.01, help="to promise, 0 to 1 (default: 0.01)")
    group.add_argument("--top", type=_positive(int), default=20, help="anomalies to explain (default: 20)")
    group.add_argument("--seed", type=int, default=0, help="the same seed gives the same report (default: 0)")


def _add_batch(group):
    group.add_argument("--detector", metavar="FILE", help="a detector.zip of an earlier run: score FILE with it")
    group.add_argument("--all", action="store_true", help="also write scores.csv with every row's score")
    group.add_argument("--fail-on-alarm", action="store_true", help="exit with 4 if rows are flagged")


def _positive(kind):
    def convert(text):
        if (value := kind(text)) <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    convert.__name__ = kind.__name__  # argparse names it when the text is no number
    return convert


def _share(text):
    if not 0 < (value := float(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} does not lie between 0 and 1")
    return value


_share.__name__ = "share"


def _given(options, *names):
    return {name: getattr(options, name) for name in names}


def _read(options, progress, missing=()):
    layout = _given(options, "delimiter", "encoding", "rows", "columns") | {"missing": options.missing or missing}
    return read_table(options.file, **layout, random_state=options.seed, progress=progress)


def _examine(options, progress, command):
    if options.out:
        refuse_existing(options.out, REPORT_FILES, options.overwrite)
    reading = _read(options, progress)
    frame, written = reading.frame, []
    meaning = _given(options, "label", "leave_out", "keep", "category", "time", "shape")
    search = {"random_state": options.seed, **_given(options, "seconds", "top", "false_alarm_rate")}
    if options.group:
        search["labels"] = _labels(frame, options)
        study = examine_groups(frame, options.group, progress=progress, **search, **meaning)
    else:
        columns = describe_columns(frame, **meaning)
        study = examine(frame, columns, labels=_labels(frame, options), progress=progress, **search)
    if options.out:
        written = write_report(study, reading, options.out, overwrite=options.overwrite, command=command)
    progress.close()
    _print_study(study, reading, written)
    return DONE


def _labels(frame, options):
    return read_labels(frame[options.label], options.anomaly, options.normal) if options.label else None


def _print_study(study, reading, written):
    name, rows = Path(reading.path).name, f"{len(study.frame):,} rows"
    if isinstance(study, GroupedStudy):
        notes = study.notes
        told = [f"{name}: {rows}, {len(study.studies):,} groups of {study.group!r} judged each by itself"]
        told += [
            f"  {group}: {own.n_flagged:,} of {len(own.frame):,} rows flagged by {own.chosen}"
            for group, own in list(study.studies.items())[:SHOWN_GROUPS]
        ]
        told += [f"  and {len(study.studies) - SHOWN_GROUPS:,} more"] * (len(study.studies) > SHOWN_GROUPS)
    else:
        notes = (*study.columns.notes, *study.notes)
        told = [f"{name}: {rows} as a {study.columns.shape}", f"detector: {study.chosen}. {study.why}"]
    print(*(f"note: {note}" for note in (*reading.notes, *notes)), *told, sep="\n")
    print(f"flagged: {study.n_flagged:,} rows, at a promised false-alarm rate of {study.false_alarm_rate:.2%}")
    for _, row in study.anomalies.head(3).iterrows():
        print(f"  row {row['row']}: strangeness {in_short(row['strangeness'])}; {row['because']}")
    _print_files(written)


def _print_files(written):
    for path in written:
        print(f"written: {path}")


def _score_batch(options, progress, command):
    names = ("anomalies.csv", "scores.csv") if options.all else ("anomalies.csv",)
    if options.out:
        refuse_existing(options.out, names, options.overwrite)
    model = load_own_model(options.detector)
    reading = _read(options, progress, model.about.get("missing", ()))
    scores, anomalies, lacking, notes = _judged(model, reading.frame, options.top)
    tables = dict(zip(names, (anomalies, scores), strict=False))
    written = write_tables(tables, options.out) if options.out else []
    progress.close()
    n_flagged, n_unscored = int(scores["flagged"].sum()), int(scores["strangeness"].isna().sum())
    for note in (*reading.notes, *notes):
        print(f"note: {note}")
    print(f"{Path(options.file).name}: {n_flagged:,} of {len(scores):,} rows flagged by {_judge(model)}")
    print(*_not_judged(n_unscored, int(lacking.sum())), sep="\n", end="\n" * bool(n_unscored or lacking.any()))
    _print_files(written)
    if options.fail_on_alarm and n_flagged:
        return ALARM
    return PARTLY if n_unscored or lacking.any() else DONE


def _judged(model, frame, top):
    if isinstance(model, GroupedModel):
        return score_groups(model, frame, top)
    frame, lacking, notes = as_in_training(model, frame)
    return (*score_batch(model, frame, top=top), lacking, notes)


def _judge(model):
    if isinstance(model, GroupedModel):
        return f"the detectors of {len(model.models):,} groups of {model.group!r}"
    return model.name


def _not_judged(n_unscored, n_lacking):
    if n_unscored:
        yield f"not judged: {n_unscored:,} rows, whose values or whose past are missing"
    elif n_lacking:
        yield f"judged in part: {n_lacking:,} rows, which lack a value that training never lacked"


def _refuse(progress, message, code):
    progress.close()
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
