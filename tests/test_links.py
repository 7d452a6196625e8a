"""`make links` on a copy: README, repository.json and the lessons' headers follow the address."""

import json
from pathlib import Path

import links
import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILD = "import pathlib, sys\npathlib.Path(__file__).with_name('called').write_text(str(sys.argv[1:]))\n"
README = "# Course\n<!-- binder -->\nsee below\n<!-- /binder -->\nThe end\n"
URL = "https://mybinder.org/v2/gh/ada/course/HEAD?urlpath=lab/tree/notebooks/00_start_here.ipynb"


@pytest.fixture
def course(tmp_path):
    """A course of a README, an unset address, and a build.py that notes how it was called."""
    tools = tmp_path / "notebooks/tools"
    tools.mkdir(parents=True)
    (tmp_path / "README.md").write_text(README)
    (tools / "repository.json").write_text('{"repository": null, "ref": "HEAD"}\n')
    (tools / "build.py").write_text(BUILD)
    return tmp_path


def contents(course):
    return {path: path.read_text() for path in course.rglob("*") if path.is_file()}


def test_readme_settings_and_headers_are_written(course):
    links.main(["ada/course"], course)
    assert f"({URL})" in (course / "README.md").read_text()
    assert (course / "README.md").read_text().endswith("The end\n")
    assert links.read_settings(course) == {"repository": "ada/course", "ref": "HEAD"}
    assert (course / "notebooks/tools/called").read_text() == "['--headers']"


def test_twice_is_as_good_as_once_and_a_tag_replaces_head(course):
    links.main(["ada/course", "v1.0"], course)
    once = contents(course)
    links.main(["ada/course", "v1.0"], course)
    assert contents(course) == once
    assert "/ada/course/v1.0?" in (course / "README.md").read_text()


BAD_NAMES = [[], [""], ["course"], ["https://github.com/ada/course"], ["ada/course/x"], ["a b/c"]]
BAD_TAGS = [["ada/course", "a/b"], ["ada/course", "v1", "v2"]]


@pytest.mark.parametrize("arguments", BAD_NAMES + BAD_TAGS, ids=str)
def test_no_address_gives_one_line_of_help_and_writes_nothing(course, arguments):
    before = contents(course)
    with pytest.raises(SystemExit, match="Usage: make links REPO=owner/name") as stop:
        links.main(arguments, course)
    assert "\n" not in str(stop.value)
    assert contents(course) == before


def test_a_readme_without_markers_is_left_alone(course):
    (course / "README.md").write_text("# Course\n")
    before = contents(course)
    with pytest.raises(SystemExit, match=r"README\.md lacks"):
        links.main(["ada/course"], course)
    assert contents(course) == before


def test_unpublished_has_no_address():
    assert links.binder_url({"repository": None, "ref": "HEAD"}) is None


def test_the_recorded_address_is_what_the_readme_links():
    """On the real files: README and repository.json never disagree."""
    url = links.binder_url(links.read_settings())
    text = (ROOT / "README.md").read_text()
    assert f"({url})" in text if url else "mybinder.org/v2" not in links.BLOCK.search(text)[0]
    assert set(json.loads((ROOT / links.SETTINGS).read_text())) == {"repository", "ref"}
