"""Progress bars that leave nothing behind: in a notebook one line that is rewritten, elsewhere standard error."""

import sys

from tqdm import tqdm

__all__ = ["StageBar", "in_notebook", "progress_bar"]


def progress_bar(shown=None, **options):
    """Make a tqdm bar that disappears when it is closed. TQDM_DISABLE=1 in the environment silences every bar.

    Parameters
    ----------
    shown : bool or None
        None shows it in notebooks only.
    **options
        For tqdm.

    Returns
    -------
    tqdm.tqdm

    >>> with progress_bar(False, total=3) as bar:
    ...     bar.update()
    """
    notebook = in_notebook()
    shown = notebook if shown is None else shown
    file = _DisplayedLine() if notebook else sys.stderr
    return tqdm(leave=False, file=file, ncols=80, **options, **({} if shown else {"disable": True}))


class StageBar:
    """Shows how far a study is: a bar in a notebook or a terminal, else one line a stage on standard error.

    What :func:`helpers.report.train_candidates` and its like take as ``progress``: it is called with the share that is
    done and the name of the stage. Built in lesson 11.

    Parameters
    ----------
    quiet : bool
        Show nothing.

    >>> bar = StageBar(quiet=True)
    >>> bar(0.5, "learning: Z-score")
    >>> bar.close()
    """

    def __init__(self, quiet=False):
        self.quiet, self.bar, self.told = quiet, None, set()

    def __call__(self, done, text):
        """Show that the share `done` is done, and the stage `text`."""
        if self.quiet:
            return
        if not in_notebook() and not sys.stderr.isatty():
            self._tell(text)
            return
        if self.bar is None:
            self.bar = progress_bar(True, total=1.0, bar_format="{percentage:3.0f}% |{bar:20}| {elapsed} {desc}")
        self.bar.set_description_str(text, refresh=False)
        self.bar.n = min(done, 1.0)
        self.bar.refresh()
        if done >= 1.0:
            self.close()

    def _tell(self, text):
        if text not in self.told:
            print(text, file=sys.stderr, flush=True)
        self.told.add(text)

    def close(self):
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def in_notebook():
    """Whether this code runs in a Jupyter kernel.

    >>> in_notebook()
    False
    """
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


class _DisplayedLine:
    """A file for tqdm that rewrites one notebook output, so that a finished bar leaves nothing in the file.

    (tqdm.auto leaves widgets there, their state in the notebook's metadata, and shows them despite TQDM_DISABLE=1.)
    """

    def __init__(self):
        self.handle = None

    def write(self, text):
        text = text.strip("\r\n ")
        if self.handle is None and text:
            from IPython.display import display

            self.handle = display({"text/plain": text}, raw=True, display_id=True)
        elif self.handle is not None:
            self.handle.update({"text/plain": text}, raw=True)

    def flush(self):
        """Do nothing: outputs are sent at once."""
