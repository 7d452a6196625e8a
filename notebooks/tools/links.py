"""`make links REPO=owner/name`: write the Binder links into README.md and the lessons.

The address is kept in repository.json, from which build.py makes each lesson's navigation line.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "notebooks/tools/repository.json"
BLOCK = re.compile(r"<!-- binder -->.*?<!-- /binder -->", re.DOTALL)
HELP = "Usage: make links REPO=owner/name [REF=tag], e.g. make links REPO=ada/anomaly-course REF=v1.0"


def read_settings(root=ROOT):
    """Where the course is published: {"repository": "owner/name" or None, "ref": a tag or "HEAD"}."""
    return json.loads((root / SETTINGS).read_text())


def binder_url(settings, notebook="00_start_here.ipynb"):
    """The address that opens one notebook on Binder, or None as long as the course is unpublished."""
    if settings["repository"] is None:
        return None
    return (
        f"https://mybinder.org/v2/gh/{settings['repository']}/{settings['ref']}?urlpath=lab/tree/notebooks/{notebook}"
    )


def parse(arguments):
    """Settings from the command line; SystemExit with one line of help if they are no address."""
    match = re.fullmatch(r"([\w-]+/[\w.-]+)(?: ([\w.-]+))?", " ".join(arguments))
    if not match:
        raise SystemExit(HELP)
    return {"repository": match[1], "ref": match[2] or "HEAD"}


def with_badge(readme, settings):
    """README's text with the badge between its two markers."""
    if not BLOCK.search(readme):
        raise SystemExit("README.md lacks <!-- binder --> and <!-- /binder -->: put both where the badge belongs.")
    badge = f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder_url(settings)})"
    return BLOCK.sub(f"<!-- binder -->\n{badge}\n<!-- /binder -->", readme)


def main(arguments, root=ROOT):
    """Write the address that the command line names into settings, README and lessons."""
    settings = parse(arguments)
    readme = root / "README.md"
    text = with_badge(readme.read_text(), settings)
    readme.write_text(text)
    (root / SETTINGS).write_text(json.dumps(settings) + "\n")
    subprocess.run([sys.executable, root / "notebooks/tools/build.py", "--headers"], check=True)
    print(f"Binder opens {binder_url(settings)}")


if __name__ == "__main__":
    main(sys.argv[1:])
