"""What an LMS gives comes into the course: all that can be taken, and a sentence for the rest."""

import stat
import time
import unicodedata
import zipfile

import pytest
from linear import check
from lms_files import (
    GERMAN_COLUMNS,
    canvas_gradebook,
    moodle_place,
    moodle_worksheet,
    written,
    zipped,
)

from nbjudge.errors import ArchiveError, RosterError
from nbjudge.intake.names import student_name_problem
from nbjudge.lms.archive import FILE_BYTES, opened
from nbjudge.lms.collect import Places, collect, read_people
from nbjudge.lms.roster import made_id, read_roster

NOTEBOOK = "q1_l1_backprop.ipynb"


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "submitted", tmp_path / "downloaded" / "lab1", "lab1")


def submitted(places):
    """Return the content of all submissions, by student and path."""
    return {
        path.relative_to(places.submitted).as_posix(): path.read_bytes()
        for path in sorted(places.submitted.rglob("*"))
        if path.is_file()
    }


def take(archive, kind, places, roster=None):
    return collect(archive, kind, read_roster(roster) if roster else None, places)


# --- Moodle --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["/", "_/", "_"])
def test_moodles_folders_of_all_versions_and_its_renamed_files_are_understood(
    tmp_path, places, end
):
    name = moodle_place("Ada King", 101) + end + NOTEBOOK
    done = take(zipped(tmp_path / "m.zip", [(name, "{}")]), "moodle", places)
    assert done.new == ["Ada_King_101"]
    assert submitted(places) == {f"Ada_King_101/lab1/{NOTEBOOK}": b"{}"}


def test_moodles_worksheet_says_who_is_who(tmp_path, places):
    worksheet = moodle_worksheet(
        tmp_path / "w.csv", [(101, "Ada King"), (102, "Ada King"), (103, "Zoë Ωmega")]
    )
    files = [(f"{moodle_place('Ada King', n)}/{NOTEBOOK}", f"{n}") for n in (101, 102, 999)]
    done = take(zipped(tmp_path / "m.zip", files), "moodle", places, worksheet)
    assert done.new == ["Ada_King_101", "Ada_King_102", "Ada_King_999"]
    assert done.unknown == ["Ada_King_999"]
    assert done.missing == ["Zoë_Ωmega_103"]


def test_a_worksheet_in_another_language_says_who_is_who(tmp_path, places):
    roster = moodle_worksheet(
        tmp_path / "w.csv",
        [(101, "Ada Müller"), (102, "Bo Li")],
        columns=GERMAN_COLUMNS,
        word="Teilnehmer/in",
    )
    files = [(f"{moodle_place('Ada Müller', 101)}/{NOTEBOOK}", "{}")]
    done = take(zipped(tmp_path / "m.zip", files), "moodle", places, roster)
    assert (done.new, done.missing) == (["Ada_Müller_101"], ["Bo_Li_102"])


def test_a_file_where_moodle_puts_a_folder_is_named_and_the_rest_is_taken(tmp_path, places):
    files = [
        (moodle_place("Ada_B King", 1), "{}"),
        (f"{moodle_place('Bo_C Li', 2)}/{NOTEBOOK}", ""),
    ]
    done = take(zipped(tmp_path / "m.zip", files), "moodle", places)
    assert done.new == ["Bo_C_Li_2"]
    assert "it is a file where Moodle puts a folder" in done.refused[0]


def test_what_was_typed_into_moodle_is_named(tmp_path, places):
    files = [
        ("Ada King_101_assignsubmission_onlinetext/onlinetext.html", "my answer"),
        (f"{moodle_place('Ada King', 101)}/{NOTEBOOK}", "{}"),
    ]
    done = take(zipped(tmp_path / "m.zip", files), "moodle", places)
    (refused,) = done.refused
    assert "it was typed into Moodle and is no file" in refused


def test_the_folders_name_is_remembered_for_the_way_back(tmp_path, places):
    place = moodle_place("Ada King", 101)
    take(zipped(tmp_path / "m.zip", [(f"{place}/{NOTEBOOK}", "{}")]), "moodle", places)
    people = read_people(places.downloaded)
    assert people == {"Ada_King_101": {"from": "moodle", "key": "101", "place": place}}


# --- Canvas --------------------------------------------------------------------------------------


def test_canvas_files_are_brought_together_and_the_newest_counts(tmp_path, places):
    gradebook = canvas_gradebook(tmp_path / "c.csv", [(7, "King, Ada", "aking")])
    files = [
        (f"kingada_7_20_{NOTEBOOK}", "old"),
        (f"kingada_LATE_7_31_{NOTEBOOK.replace('.', '-1.')}", "new"),
        ("kingada_7_32_notes.txt", "x"),
        ("readme.txt", "y"),
    ]
    done = take(zipped(tmp_path / "c.zip", files), "canvas", places, gradebook)
    assert submitted(places) == {f"aking/lab1/{NOTEBOOK}": b"new", "aking/lab1/notes.txt": b"x"}
    assert done.late == ["aking"]
    assert [line.split(":")[0] for line in done.refused] == [
        f"kingada_7_20_{NOTEBOOK}",
        "readme.txt",
    ]


# --- folders -------------------------------------------------------------------------------------


def test_a_zip_with_a_folder_for_each_student_is_taken_as_it_is(tmp_path, places):
    files = [(f"lab1/{who}/{NOTEBOOK}", who) for who in ("ada", "bo")]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert done.new == ["ada", "bo"]


def test_google_classrooms_files_are_taken_by_the_name_before_the_title(tmp_path, places):
    folder = tmp_path / "drive"
    folder.mkdir()
    (folder / f"Ada King - {NOTEBOOK}").write_text("{}")
    (folder / "Untitled.ipynb").write_text("{}")
    roster = written(
        tmp_path / "r.csv", [["id", "first_name", "last_name"], ["aking", "Ada", "King"]]
    )
    done = take(folder, "folder", places, roster)
    assert submitted(places) == {f"aking/lab1/{NOTEBOOK}": b"{}"}
    assert "it lies in no student's folder" in done.refused[0]


def test_a_students_own_zip_is_opened_if_no_notebook_is_beside_it(tmp_path, places):
    inner = zipped(tmp_path / "inner.zip", [(f"my work/{NOTEBOOK}", "{}"), ("../x", "no")])
    files = [("ada/work.zip", inner.read_bytes()), ("bo/broken.zip", b"PK nothing")]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert submitted(places) == {f"ada/lab1/my work/{NOTEBOOK}": b"{}"}
    assert any("../x" in line for line in done.refused)
    assert any("bo/broken.zip" in line for line in done.refused)


def test_a_students_zip_of_very_many_files_is_refused(tmp_path, places):
    inner = zipped(tmp_path / "inner.zip", [(f"{n}.txt", "") for n in range(2001)])
    files = [("ada/work.zip", inner.read_bytes()), (f"bo/{NOTEBOOK}", "")]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert done.new == ["bo"]
    assert "more than 2,000 files" in done.refused[0]


def test_a_file_in_the_place_of_a_students_folder_is_said(tmp_path, places):
    places.submitted.mkdir()
    (places.submitted / "ada").write_text("")
    files = [(f"{who}/{NOTEBOOK}", "{}") for who in ("ada", "bo")]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert done.new == ["bo"]
    assert "is a file: move it" in done.refused[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"ada": 1}', '{"ada": {"key": "1"}}'])
def test_a_damaged_list_of_people_is_said_and_nothing_is_written(tmp_path, places, content):
    places.downloaded.mkdir(parents=True)
    (places.downloaded / "people.json").write_text(content)
    with pytest.raises(ArchiveError, match="put it aside and collect again"):
        take(zipped(tmp_path / "f.zip", [(f"ada/{NOTEBOOK}", "{}")]), "folder", places)
    assert not places.submitted.exists()


# --- again ---------------------------------------------------------------------------------------


def test_collecting_twice_changes_nothing(tmp_path, places):
    archive = zipped(tmp_path / "f.zip", [(f"ada/{NOTEBOOK}", "1")])
    take(archive, "folder", places)
    done = take(archive, "folder", places)
    assert (done.new, done.changed, done.same) == ([], [], ["ada"])


def test_what_was_handed_in_before_is_kept_beside(tmp_path, places):
    for number in (1, 2, 3):
        archive = zipped(tmp_path / f"{number}.zip", [(f"ada/{NOTEBOOK}", f"{number}")])
        done = take(archive, "folder", places)
    assert done.changed == ["ada"]
    assert submitted(places) == {f"ada/lab1/{NOTEBOOK}": b"3"}
    earlier = places.downloaded / "earlier" / "ada"
    assert [(earlier / n / NOTEBOOK).read_text() for n in ("1", "2")] == ["1", "2"]
    assert len(list((places.downloaded / "archive").iterdir())) == 3


# --- hostile and broken --------------------------------------------------------------------------


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ada/../../../evil.py", "leads out of its folder"),
        ("/etc/cron.d/evil", "root of a disk"),
        ("C:/evil", "root of a disk"),
        ("ada/..\\..\\evil", "leads out of its folder"),
        ("ada//evil", "an empty part"),
        ("ada/ev\nil", "control characters"),
        ("ada/" + "x" * 300, "too long"),
        ("ada/" + "x/" * 30 + "y", "too long"),
        (link("ada/link"), "a link"),
    ],
)
def test_a_hostile_name_is_refused_and_the_rest_is_taken(tmp_path, places, name, why):
    archive = zipped(tmp_path / "f.zip", [(name, "evil"), (f"bo/{NOTEBOOK}", "{}")])
    before = set(tmp_path.rglob("*"))
    done = take(archive, "folder", places)
    assert done.new == ["bo"]
    assert why in done.refused[0]
    new = set(tmp_path.rglob("*")) - before
    assert all(places.submitted in p.parents or places.downloaded in p.parents for p in new
               if p.is_file())  # fmt: skip
    assert "evil" not in str(submitted(places))


def test_two_files_of_one_name_are_not_mixed(tmp_path, places):
    composed, apart = (unicodedata.normalize(form, "é.txt") for form in ("NFC", "NFD"))
    files = [
        *((f"ada/{name}", name) for name in (NOTEBOOK, composed, apart)),
        (f"ada/{NOTEBOOK}/inside", "x"),
    ]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert set(submitted(places)) == {f"ada/lab1/{NOTEBOOK}", f"ada/lab1/{composed}"}
    assert [line.count("the same name") for line in done.refused] == [1, 1]


def test_a_bomb_costs_no_more_than_the_size_of_a_file_and_is_named(tmp_path, places):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/bomb.ipynb", bytes(FILE_BYTES + 1))
        archive.writestr(f"bo/{NOTEBOOK}", "{}")
    begin = time.process_time()
    done = take(tmp_path / "bomb.zip", "folder", places)
    assert time.process_time() - begin < 10
    assert done.new == ["bo"]
    assert "larger than 64 MB" in done.refused[0]


def test_a_damaged_file_costs_itself(tmp_path, places):
    path = zipped(tmp_path / "f.zip", [(f"ada/{NOTEBOOK}", "a" * 50), (f"bo/{NOTEBOOK}", "{}")])
    data = path.read_bytes()
    path.write_bytes(data.replace(b"a" * 50, b"a" * 49 + b"b", 1))
    done = take(path, "folder", places)
    assert done.new == ["bo"]
    assert "it is damaged" in done.refused[0]


def test_an_encrypted_file_is_named(tmp_path, places):
    path = zipped(tmp_path / "f.zip", [(f"ada/{NOTEBOOK}", "{}"), (f"bo/{NOTEBOOK}", "{}")])
    data = bytearray(path.read_bytes())
    for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(sign) + place] |= 1
    path.write_bytes(data)
    done = take(path, "folder", places)
    assert done.new == ["bo"]
    assert "it is encrypted" in done.refused[0]


def test_names_in_utf8_that_do_not_say_so_are_read(tmp_path, places):
    path = zipped(tmp_path / "f.zip", [(f"Zoe/{NOTEBOOK}", "{}")])
    path.write_bytes(path.read_bytes().replace(b"Zoe", "Zö".encode()))
    assert take(path, "folder", places).new == ["Zö"]


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>log in</html>", b"\x1f\x8b gz"])
def test_what_is_no_archive_is_said_in_a_sentence(tmp_path, places, content):
    (tmp_path / "f.zip").write_bytes(content)
    with pytest.raises(ArchiveError, match="no zip archive that can be read"):
        take(tmp_path / "f.zip", "folder", places)
    assert not places.submitted.exists()


def test_the_wrong_kind_is_said_in_a_sentence(tmp_path, places):
    archive = zipped(tmp_path / "f.zip", [(f"ada/{NOTEBOOK}", "{}")])
    with pytest.raises(ArchiveError, match="has no submission in the form of --from moodle"):
        take(archive, "moodle", places)


def test_many_names_take_a_time_that_is_linear_in_their_number(tmp_path):
    def make(number):
        names = [f"s{n}/a/b/c/{NOTEBOOK}" for n in range(number)]
        return number, zipped(tmp_path / f"{number}.zip", [(name, "") for name in names])

    def step(made):
        number, path = made
        with opened(path) as archive:
            assert len(archive.names) == number

    check(step, make, 1000)


# --- rosters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "has no rows"),
        (b"id\n\xff\xfe\n", "not in UTF-8"),
        (b"colour\nred\n", "has no people"),
        (b"id,name\nada,Ada\nada,Bo\n", "more than one row for ada"),
        (b'id\n"ada\n', "no CSV file"),
        (b",,\n1,2,3\n", "has no people"),
        (b"id,name\na/b,Ada\n", "The id a/b cannot be used: .* looks like a slash"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said(tmp_path, content, why):
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(RosterError, match=why):
        read_roster(tmp_path / "r.csv")


@pytest.mark.parametrize(
    "name", ["Ada King", "=cmd()", "", "../..", "-rf", "a" * 500, "👩‍🔬", "a+b", "###", "?" * 500]
)
def test_a_made_id_is_one_that_nbgrader_can_work_with(name):
    for key in ("101", name):
        assert student_name_problem(made_id(name, key)) == ""


def test_folders_whose_names_have_the_same_words_are_two_students(tmp_path, places):
    files = [(f"{who}/{NOTEBOOK}", who) for who in ("Ada King", "Ada#King", "###", "%%%")]
    done = take(zipped(tmp_path / "f.zip", files), "folder", places)
    assert len(set(done.new)) == 4
    assert not any(map(student_name_problem, done.new))
    assert take(zipped(tmp_path / "f.zip", files), "folder", places).same == done.new
