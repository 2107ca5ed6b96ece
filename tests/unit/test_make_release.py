"""A release that cannot be made, or is wrong, leaves the old one and the gradebook as they were."""

import os

import pytest

from nbjudge.authoring.release import ReleaseFiles, make_release


@pytest.fixture
def files(tmp_path):
    """Return a course with an old release, all of a minute ago."""
    texts = {
        "source/lab/a.ipynb": "source",
        "release/lab/a.ipynb": "old",
        "hidden_tests/lab/a.py": "",
        "hidden_tests/other/b.py": "",
        "source/other/b.ipynb": "",
        "data/numbers.csv": "1",
        "nbgrader_config.py": "",
        "gradebook.db": "old grades",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folders = (tmp_path / name for name in ("source/lab", "release/lab", "hidden_tests"))
    found = ReleaseFiles(tmp_path, *folders, tmp_path / "gradebook.db")
    for path in (*tmp_path.rglob("*"), tmp_path):
        age(path)
    return found


def age(path, seconds=60):
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def generate(files):
    files.release.mkdir(exist_ok=True)
    (files.release / "a.ipynb").write_text("new")
    (files.root / "gradebook.db").write_text("new cells")
    return True


def make(files, check=lambda quick: True, made=True):
    """Make a release; return whether it went well, and what was said."""
    said = []
    return make_release(files, check, lambda: generate(files) and made, said.append), said


def state(files):
    return [(files.root / name).read_text() for name in ("release/lab/a.ipynb", "gradebook.db")]


def test_what_was_just_made_is_current_until_something_it_is_made_from_is_newer(files):
    assert not files.is_current()
    assert make(files) == (True, [])
    assert state(files) == ["new", "new cells"]
    assert files.is_current()
    for name in ("source/other/b.ipynb", "hidden_tests/other/b.py", "gradebook.db"):
        age(files.root / name, -600)
    assert files.is_current()


@pytest.mark.parametrize(
    "name",
    ["source/lab/a.ipynb", "hidden_tests/lab/a.py", "data/numbers.csv", "nbgrader_config.py"],
)
def test_what_a_release_is_made_from_makes_it_old(files, name):
    make(files)
    age(files.root / name, -600)
    assert not files.is_current()


def test_a_notebook_that_is_gone_and_a_release_that_is_gone_are_seen(files):
    make(files)
    (files.source / "a.ipynb").unlink()
    assert not files.is_current()
    make(files)
    (files.release / "a.ipynb").unlink()
    files.release.rmdir()
    assert not files.is_current()


def test_what_is_seen_before_changes_nothing(files):
    done, said = make(files, lambda quick: not quick)
    assert (done, state(files)) == (False, ["old", "old grades"])
    assert said == ["No release was made. Mend this first."]


def test_what_nbgrader_cannot_make_leaves_the_old_release(files):
    done, (said,) = make(files, made=False)
    assert not done
    assert state(files)[0] == "old"
    assert "release/lab could not be made anew; it is as it was" in said
    assert not files.is_current()


def test_a_solution_that_is_wrong_puts_back_the_release_and_the_gradebook(files):
    done, (said,) = make(files, lambda quick: quick)
    assert (done, state(files)) == (False, ["old", "old grades"])
    assert said == "release/lab and the gradebook are as they were. Mend this first."


def test_where_there_was_nothing_there_is_nothing_again(files):
    (files.release / "a.ipynb").unlink()
    files.release.rmdir()
    files.gradebook.unlink()
    assert not make(files, lambda quick: quick)[0]
    assert not files.release.exists()
    assert not files.gradebook.exists()


def test_a_gradebook_that_somebody_has_written_to_meanwhile_stays(files):
    def check(quick):
        if not quick:
            files.gradebook.write_text("new cells, and a comment")
        return quick

    done, (said,) = make(files, check)
    assert (done, state(files)) == (False, ["old", "new cells, and a comment"])
    assert said.startswith(
        "release/lab is as it was, and the gradebook knows the new cells already"
    )


def test_a_link_in_the_release_is_put_back_as_a_link(files):
    (files.release / "data").symlink_to("nowhere")
    assert not make(files, lambda quick: quick)[0]
    assert (files.release / "data").readlink().name == "nowhere"


def test_whoever_stops_it_has_the_old_release(files):
    def check(quick):
        if not quick:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        make(files, check)
    assert state(files) == ["old", "old grades"]
