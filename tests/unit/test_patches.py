"""What nbjudge replaces in other libraries is there to be replaced, and a vanished name is said."""

import pytest

from nbjudge.errors import PatchError
from nbjudge.nbgrader_ext import patches
from nbjudge.nbgrader_ext.patches import PATCHES, Patch, missing
from nbjudge.nbgrader_ext.private_names import OVERRIDES, PrivateName


def test_the_installed_libraries_have_every_name_of_the_table():
    assert missing() == []


def test_a_name_that_has_vanished_is_said_with_library_and_version():
    gone = Patch("nbgrader.apps.api", "Autogrades", "for a test", "nbjudge.errors:PatchError")
    private = PrivateName("nbclient.client", "NotebookClient._gone", "none")
    first, second = missing((*PATCHES, gone), (*OVERRIDES, private))
    assert first.startswith("nbgrader 0.9.")
    assert "has no nbgrader.apps.api.Autogrades; nbjudge supports nbgrader" in first
    assert "has no nbclient.client.NotebookClient._gone" in second
    with pytest.raises(PatchError, match="has no nbgrader"):
        patches.apply([gone])


def test_a_module_that_has_vanished_is_said_too():
    gone = Patch("nbgrader.apps.gone", "Autograde", "for a test", "nbjudge.errors:PatchError")
    assert "has no nbgrader.apps.gone.Autograde" in missing([gone], [])[0]


class Library:
    """A class that sets one attribute and reads another, which it has lost."""

    def __init__(self):
        self.kept = 1

    def read(self):
        """Read self.lost, which nobody sets."""
        return self.kept + self.lost


def test_an_attribute_that_a_class_only_reads_has_vanished():
    assert PrivateName(__name__, "Library.kept", "for a test").exists()
    assert not PrivateName(__name__, "Library.lost", "for a test").exists()


def test_applying_twice_is_no_error_and_every_replacement_is_in_its_place():
    import nbgrader.apps.api
    import nbgrader.coursedir

    from nbjudge.nbgrader_ext.autograde import JudgeAutograde
    from nbjudge.nbgrader_ext.replacements import default_gradebook_url

    patches.apply()
    patches.apply()
    assert nbgrader.apps.api.Autograde is JudgeAutograde
    assert nbgrader.coursedir.CourseDirectory._db_url_default is default_gradebook_url


@pytest.mark.parametrize("row", [*PATCHES, *OVERRIDES])
def test_every_row_says_why_and_for_which_versions(row):
    assert len(row.why) > 20
    assert "<" in row.versions
