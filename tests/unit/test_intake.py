"""Reading what students hand in: real files and folders, honest, broken and hostile."""

import errno
import gzip
import json
import os
import random
import resource
import socket
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from marks import slow
from repository import ROOT

from nbjudge.intake import (
    IntakeLimits,
    files,
    find_submissions,
    json_text,
    read_notebook,
    read_submission,
)
from nbjudge.intake.allowed_files import refusal
from nbjudge.intake.names import is_notebook, released_name, student_name_problem
from nbjudge.rebuild.build import known_ids, known_texts

RELEASED = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
HONEST = ROOT / "submitted" / "all_right" / "lab1"
LIMITS = IntakeLimits()


def honest(name="q1_l1_backprop"):
    """Return a submitted notebook as plain data."""
    return json.loads((HONEST / f"{name}.ipynb").read_text("utf-8"))


def sources(notebook):
    """Return the cells' texts."""
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def read(data):
    """Read bytes, or data to be written as JSON, as a notebook file."""
    if not isinstance(data, bytes):
        data = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return read_notebook(data, "q1.ipynb", LIMITS)


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder of one submission."""
    path = tmp_path / "submitted" / "student" / "lab1"
    path.mkdir(parents=True)
    return path


def submitted(folder, **more):
    """Read the submission in `folder`."""
    return read_submission(folder, "student", "lab1", RELEASED, **more)


def put(folder, name, notebook="q1_l1_backprop", age=0):
    """Hand in a notebook under a name, `age` seconds ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((HONEST / f"{notebook}.ipynb").read_bytes())
    os.utime(path, (1.7e9 - age, 1.7e9 - age))
    return path


# --- bytes to cells ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", RELEASED)
def test_every_cell_of_an_honest_notebook_is_read_with_its_ids(name):
    notebook = honest(name)
    found = read(notebook)
    assert not found.problem
    assert not found.notes
    assert [cell.source for cell in found.cells] == sources(notebook)
    assert [cell.cell_id for cell in found.cells] == [cell["id"] for cell in notebook["cells"]]
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    assert [cell.grade_id for cell in found.cells] == ids


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode() + b"\x00" * 4096,
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: json.dumps(json.loads(text), indent=None).encode(),
    ],
    ids=["bom", "utf16", "utf16le", "utf16be", "utf32", "padded", "crlf", "ascii"],
)
def test_a_notebook_is_read_in_whatever_encoding_it_was_saved(encoded):
    text = json.dumps(honest(), ensure_ascii=False, indent=1)
    found = read(encoded(text))
    assert not found.problem
    assert [cell.source for cell in found.cells] == sources(honest())


def test_a_notebook_in_windows_1252_is_read_with_a_note():
    text = json.dumps({"cells": [{"cell_type": "code", "source": "# Größe – λ"}]})
    data = json.loads(text)
    data["cells"][0]["source"] = "# Größe – groß"
    found = read(json.dumps(data, ensure_ascii=False).encode("cp1252"))
    assert found.cells[0].source == "# Größe – groß"
    assert "Windows-1252" in found.notes[0]


def test_windows_line_ends_in_the_cells_are_made_plain():
    notebook = honest()
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    assert [cell.source for cell in read(notebook).cells] == sources(honest())


def test_nul_lone_surrogates_and_odd_line_ends_are_cleaned():
    found = read(
        b'{"cells":[{"cell_type":"code","source":["\\ufeffa\\r\\n","b\\u0000c\\r\\ud800"]}]}'
    )
    assert found.cells[0].source == "a\nbc\n\ufffd"


@pytest.mark.parametrize("version", [3, 4])
def test_old_and_new_formats_are_read(version):
    notebook = nbformat.read(HONEST / "q1_l1_backprop.ipynb", 4)
    data = json.loads(nbformat.writes(nbformat.convert(notebook, version), version=version))
    found = read(data)
    assert not found.problem
    assert [cell.source for cell in found.cells] == sources(honest())
    assert "q1_loss_reg" in [cell.grade_id for cell in found.cells]


def test_headings_and_lines_without_ends_of_the_oldest_formats_are_read():
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Task"]},
        {"cell_type": "code", "input": ["x = 1", "y = 2"]},
    ]
    found = read({"nbformat": 2, "worksheets": [{"cells": cells}, {"cells": None}, None]})
    assert [(c.kind, c.source) for c in found.cells] == [
        ("markdown", "## Task"),
        ("code", "x = 1\ny = 2"),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"nbgrader": None}},
        {"metadata": {"nbgrader": {"grade_id": 7}}},
        {"metadata": {"nbgrader": {"grade_id": "a\nb"}}, "id": "x" * 10_000},
        {"id": None},
        {"id": {"deep": [1, [2, [3]]]}},
        {"outputs": "none", "execution_count": "x", "attachments": 5},
    ],
)
def test_wrong_metadata_cost_a_cell_only_its_ids(cell):
    found = read({"cells": [{"cell_type": "code", "source": "x = 1", **cell}]})
    assert [(c.source, c.grade_id, c.cell_id) for c in found.cells] == [("x = 1", None, None)]


def test_cells_that_are_no_objects_and_sources_that_are_no_text_are_stepped_over():
    cells = [1, None, "x", [], {}, {"source": 5}, {"source": {"a": 1}}, {"source": ["ok", 5, None]}]
    assert [cell.source for cell in read({"cells": cells}).cells] == ["ok"]


def test_odd_numbers_and_deep_nesting_do_no_harm():
    deep = b"[" * 200_000 + b"]" * 200_000
    parts = (
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 1_000_000,
        deep,
        b'{"a":' * 9999 + b"1" + b"}" * 9999,
    )
    for part in parts:
        data = b'{"metadata":%s,"cells":[{"cell_type":"code","metadata":{"x":%s},' % (part, part)
        data += b'"outputs":[%s],"source":"x = 1"}],"nbformat":%s}' % (part, part)
        found = read(data)
        assert [cell.source for cell in found.cells] == ["x = 1"], part[:20]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x00" * 500, "empty"),
        (b"null", "not an object"),
        (b"[]", "not an object"),
        (b'[{"cells": []}]', "not an object"),
        (b"{}", "no cells"),
        (b'{"cells": null}', "no cells"),
        (b'{"cells": {"source": "x"}}', "no cells"),
        (b"import numpy as np\n", "some other text"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (gzip.compress(b"{}", mtime=0), "gzip"),
        (b"\x89PNG\r\n", "image"),
        (b'{"cells": [{"source": "x", "outputs": [[[', "in the middle"),
        (b'{"cells": [{"source": "x = 1\\n', "in the middle"),
        (b'{"cells": [{"source": "x"]]', "damaged at byte"),
        (random.Random(216).randbytes(1000).replace(b"{", b""), "."),
    ],
)
def test_what_is_no_notebook_is_unreadable_and_says_why(data, says):
    found = read(data)
    assert says in found.problem
    assert found.problem.startswith("q1.ipynb ")
    assert found.problem.endswith(".")
    assert not found.cells


@pytest.mark.parametrize("share", [100, slow(1)])
@pytest.mark.parametrize(
    ("before", "part", "number", "after"),
    [
        (b'{"cells": [', b"{},", 2_000_000, b"{}]}"),
        (b'{"x": [', b"[[[{}]]],", 5_000_000, b"1]}"),
    ],
)
def test_what_has_more_values_than_any_notebook_needs_is_unreadable(
    monkeypatch, before, part, number, after, share
):
    for name in ("MOST_VALUES", "MOST_BRACKETS"):
        monkeypatch.setattr(json_text, name, getattr(json_text, name) // share)
    found = read(before + part * (number // share) + after)
    assert "more values" in found.problem
    assert found.problem.startswith("q1.ipynb ")
    assert found.problem.endswith(".")
    assert not found.cells


def test_a_zip_archive_is_unreadable(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.ipynb", "w") as archive:
        archive.writestr("q1.ipynb", "{}")
    assert "zip" in read((tmp_path / "x.ipynb").read_bytes()).problem


def test_a_notebook_cut_off_anywhere_is_unreadable_and_never_an_error():
    data = (HONEST / "q2_momentum.ipynb").read_bytes().rstrip()
    for end in range(1, len(data), 97):
        assert read(data[:end]).problem, end


@pytest.mark.parametrize("every", [610, slow(61)])
def test_any_damaged_byte_ends_in_cells_or_a_sentence(every):
    data = bytearray((HONEST / "q2_momentum.ipynb").read_bytes())
    for position in range(0, len(data), every):
        for byte in b'\x00"[}\\\xff':
            damaged = data[:position] + bytes([byte]) + data[position + 1 :]
            found = read(bytes(damaged))
            assert found.problem or found.cells


def test_a_notebook_with_60_mb_of_images_is_read_with_little_memory_and_soon(tmp_path):
    notebook = honest()
    image = "iVBORw0K" * 950_000
    for cell in [c for c in notebook["cells"] if c["cell_type"] == "code"][:8]:
        cell["outputs"] = [{"output_type": "display_data", "data": {"image/png": image}}]
    path = tmp_path / "big.ipynb"
    path.write_text(json.dumps(notebook))
    assert path.stat().st_size > 60e6
    program = f"""
import resource, pathlib, time
from nbjudge.intake import IntakeLimits, read_notebook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
found = read_notebook(pathlib.Path({str(path)!r}).read_bytes(), "big.ipynb", IntakeLimits())
peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(len(found.cells), repr(found.problem), peak < 150, time.process_time() - start < 10)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == [str(len(notebook["cells"])), "''", "True", "True"], done


def test_images_pasted_into_a_text_do_not_count():
    image = "data:image/png;base64," + "iVBORw0K" * 2_000_000
    cells = [{"cell_type": "markdown", "source": f"My figure ![x]({image}) is fine."}]
    cells.append({"cell_type": "code", "source": "x = 1"})
    found = read({"cells": cells})
    assert [cell.source for cell in found.cells] == ["My figure ![x](data:,) is fine.", "x = 1"]


def test_a_cell_too_large_for_the_limit_costs_only_itself():
    cells = [{"source": "a = 1"}, {"source": "#" * 11_000_000}, {"source": "b = 2"}]
    found = read({"cells": [{"cell_type": "code", **cell} for cell in cells]})
    assert [cell.source for cell in found.cells] == ["a = 1", "b = 2"]
    assert "1 cells were left out" in found.notes[0]


def test_20000_cells_hide_no_answer():
    flood = [{"cell_type": "code", "source": f"x{i} = {i}"} for i in range(20_000)]
    notebook = honest()
    notebook["cells"] = flood + notebook["cells"]
    found = read(notebook)
    ids = [cell.grade_id for cell in found.cells if cell.grade_id]
    assert ids == [cell.grade_id for cell in read(honest()).cells if cell.grade_id]
    assert len(found.cells) == LIMITS.cell_count + len(ids)
    assert any("left out" in note for note in found.notes)


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("q1_l1_backprop.ipynb", "q1_l1_backprop"),
        ("Q1_L1_Backprop.ipynb", "q1_l1_backprop"),
        ("Q1_L1_BACKPROP.IPYNB", "q1_l1_backprop"),
        ("q1_l1_backprop (1).ipynb", "q1_l1_backprop"),
        ("q1_l1_backprop(1).ipynb", "q1_l1_backprop"),
        ("q1_l1_backprop_copy.ipynb", "q1_l1_backprop"),
        ("q1_l1_backprop-Copy1.ipynb", "q1_l1_backprop"),
        ("q1_l1_backprop-2.ipynb", "q1_l1_backprop"),
        ("q1 l1 backprop.ipynb", "q1_l1_backprop"),
        ("q1-l1-backprop [final].ipynb", "q1_l1_backprop"),
        ("smith_12345_q1_l1_backprop.ipynb", "q1_l1_backprop"),
        ("smithjohn_LATE_4711_99_q4_height_weight-3.ipynb", "q4_height_weight"),
        ("Copy of q1_l1_backprop.ipynb", "q1_l1_backprop"),
        ("Kopie von q2_momentum.ipynb", "q2_momentum"),
        ("q1_l1_backprop.ipynb.txt", "q1_l1_backprop"),
        ("q1_l1_backprop.ipynb.json", "q1_l1_backprop"),
        ("q1_l1_backprop.ipynb (2)", "q1_l1_backprop"),
        ("ｑ３_pytorch_l2.ipynb", "q3_pytorch_l2"),
        ("q2_q3_pytorch_l2.ipynb", "q3_pytorch_l2"),
        ("q10_l1_backprop.ipynb", None),
        ("q1.ipynb", None),
        ("q1_l1_backprop_q2_momentum_q3_pytorch_l2.ipynb", None),
        ("Untitled.ipynb", None),
    ],
)
def test_a_notebooks_name_is_recognised_as_browsers_and_lmss_bend_it(name, wanted):
    assert is_notebook(name)
    assert released_name(name, RELEASED) == wanted


def test_of_two_released_names_the_longer_one_is_meant():
    released = ("problem1", "problem1_bonus", "problem10")
    assert released_name("problem1_bonus (1).ipynb", released) == "problem1_bonus"
    assert released_name("problem1_copy.ipynb", released) == "problem1"
    assert released_name("problem10.ipynb", released) == "problem10"


@pytest.mark.parametrize(
    "name",
    [
        *("smith", "Müller, Jörg", "o'brien", "a.b@c.edu", "李雷", "s-1_2", "Jo\u0301se"),
        *("Anna Muster_123_assignsubmission_file", "Gruppe 2 – Lea & Max", "🦊", "a (1)"),
        *("a[1]", "{a}", "a$b", "a;b", "a|b", "a!b", "a^b", "a`b", "a:b", "~a", "a=b"),
    ],
)
def test_names_that_nbgrader_can_work_with_are_fine(name):
    assert student_name_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "a\nb",
        "a\x1b[2Jb",
        "-rf",
        ".hidden",
        "a+b",
        "a\\b",
        "a∕b",
        "a*",
        "a?b",
        " a",
        "a ",
        "\udcff",
        "x" * 200,
        "a\u202eb",
        'a"b',
        "a#b",
        "a%41b",
        "<b>a",
        "",
    ],
)
def test_odd_student_names_are_refused_with_a_reason(name):
    assert student_name_problem(name).startswith("the name")


# --- the folder of all submissions ------------------------------------------------------------


def test_odd_folders_are_refused_with_a_sentence_and_the_others_found(tmp_path):
    for name in ("alice", "bob", "a\nb", "-rf", "x+y"):
        (tmp_path / name / "lab1").mkdir(parents=True)
    os.makedirs(os.fsencode(tmp_path) + b"/\xff\xfe/lab1")
    (tmp_path / "not_yet").mkdir()
    (tmp_path / "a file").write_text("")
    (tmp_path / "linked").symlink_to(tmp_path / "alice")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "lab1").symlink_to(tmp_path / "alice" / "lab1")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "lab1")
    students, refusals = find_submissions(tmp_path, "lab1")
    assert students == ["alice", "bob"]
    assert {r.name for r in refusals} == {
        *("a\\nb", "-rf", "x+y", "linked", "inner", "pipe", "\\udcff\\udcfe")
    }
    assert all(r.reason.isprintable() and r.reason.endswith(".") for r in refusals)


def test_a_single_student_can_be_asked_for(tmp_path):
    for name in ("alice", "bob"):
        (tmp_path / name / "lab1").mkdir(parents=True)
    assert find_submissions(tmp_path, "lab1", "b*")[0] == ["bob"]
    assert find_submissions(tmp_path / "nothing", "lab1") == ([], [])


# --- one submission ---------------------------------------------------------------------------


@pytest.mark.parametrize("student", ["all_right", "half_done", "penalty_lost", "untouched"])
def test_the_sample_class_is_read_without_a_note(root, student):
    found = read_submission(root / "submitted" / student / "lab1", student, "lab1", RELEASED)
    assert list(found.notebooks) == list(RELEASED)
    assert not any(n.problem or n.notes for n in found.notebooks.values())
    assert (found.files, found.timestamp, found.notes) == ({}, None, ())


def test_of_two_candidates_the_newest_counts_and_a_note_says_so(folder):
    put(folder, "q1_l1_backprop.ipynb", age=100)
    put(folder, "q1_l1_backprop (1).ipynb")
    put(folder, ".ipynb_checkpoints/q1_l1_backprop-checkpoint.ipynb", age=-100)
    found = submitted(folder)
    assert found.notebooks["q1_l1_backprop"].file_name == "q1_l1_backprop (1).ipynb"
    assert "newest" in found.notes[0]
    assert "q1_l1_backprop.ipynb" in found.notes[0]


def test_of_two_equally_old_candidates_the_exact_name_counts(folder):
    put(folder, "q1_l1_backprop (1).ipynb")
    put(folder, "q1_l1_backprop.ipynb")
    assert submitted(folder).notebooks["q1_l1_backprop"].file_name == "q1_l1_backprop.ipynb"


def test_a_newer_candidate_that_cannot_be_read_does_not_count(folder):
    put(folder, "q1_l1_backprop.ipynb", age=100)
    (folder / "q1_l1_backprop (1).ipynb").write_text("")
    found = submitted(folder)
    assert found.notebooks["q1_l1_backprop"].file_name == "q1_l1_backprop.ipynb"
    assert "that can be read" in found.notes[0]


def test_notebooks_in_a_folder_of_their_own_are_found_but_nearer_ones_come_first(folder):
    put(folder, "lab1/q1_l1_backprop.ipynb")
    put(folder, "lab1/q2_momentum.ipynb", "q2_momentum")
    put(folder, "q2_momentum.ipynb", "q2_momentum", age=100)
    found = submitted(folder)
    assert found.notebooks["q1_l1_backprop"].file_name == "lab1/q1_l1_backprop.ipynb"
    assert found.notebooks["q2_momentum"].file_name == "q2_momentum.ipynb"


def test_a_notebook_of_another_name_is_known_by_its_cells(folder, root):
    ids = {
        name: known_ids(nbformat.read(root / "release" / "lab1" / f"{name}.ipynb", 4))
        for name in RELEASED
    }
    put(folder, "q1_l1_backprop.ipynb")
    put(folder, "homework final.ipynb", "q2_momentum")
    put(folder, "holiday.ipynb", "q1_l1_backprop")
    found = submitted(folder, known_ids=ids)
    assert found.notebooks["q2_momentum"].file_name == "homework final.ipynb"
    assert set(found.notebooks) == {"q1_l1_backprop", "q2_momentum"}
    assert any("homework final.ipynb was taken for q2_momentum" in note for note in found.notes)
    assert any("holiday.ipynb is none of" in note for note in found.notes)


def test_a_notebook_without_name_and_ids_is_known_by_the_texts_of_its_locked_cells(folder, root):
    notebooks = {
        name: nbformat.read(root / "release" / "lab1" / f"{name}.ipynb", 4) for name in RELEASED
    }
    nb = nbformat.from_dict(notebooks["q2_momentum"])
    for cell in nb.cells:
        cell.metadata, cell.id = {}, f"x{cell.id}"
    nbformat.write(nb, folder / "Untitled.ipynb")
    put(folder, "q1_l1_backprop.ipynb")
    nb.cells = [nbformat.v4.new_code_cell("x = 1")]
    nbformat.write(nb, folder / "Untitled1.ipynb")
    known = {"known_ids": {n: known_ids(nb) for n, nb in notebooks.items()}}
    known["known_texts"] = {n: known_texts(nb) for n, nb in notebooks.items()}
    found = submitted(folder, **known)
    assert found.notebooks["q2_momentum"].file_name == "Untitled.ipynb"
    assert any("Untitled.ipynb was taken for q2_momentum" in note for note in found.notes)
    assert any("Untitled1.ipynb is none of" in note for note in found.notes)


def make_odd(folder, kind, target):
    """Put something that is no file where the notebook should be."""
    path = folder / "q1_l1_backprop.ipynb"
    if kind == "link":
        path.symlink_to(target)
    elif kind == "dangling link":
        path.symlink_to(folder / "nothing")
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        server = socket.socket(socket.AF_UNIX)
        here = os.getcwd()
        os.chdir(folder)  # a socket's path must be short
        server.bind(path.name)
        os.chdir(here)
        server.close()
    elif kind == "hard link":
        os.link(target, path)
    elif kind == "device":
        try:
            os.mknod(path, 0o020666, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root can make a device")


ODD = [
    "link",
    "dangling link",
    "link to a device",
    "pipe",
    "folder",
    "socket",
    "hard link",
    "device",
]


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_of_the_students_is_unreadable_and_stops_nobody(folder, tmp_path, kind):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes((HONEST / "q1_l1_backprop.ipynb").read_bytes())
    make_odd(folder, kind, secret)
    put(folder, "q2_momentum.ipynb", "q2_momentum")
    found = submitted(folder)
    assert found.notebooks["q1_l1_backprop"].problem.startswith("q1_l1_backprop.ipynb is a")
    assert found.notebooks["q1_l1_backprop"].cells == ()
    assert not found.notebooks["q2_momentum"].problem


def test_hard_links_are_read_where_the_instructor_says_so(folder, tmp_path):
    os.link(put(tmp_path, "store.ipynb"), folder / "q1_l1_backprop.ipynb")
    found = submitted(folder, limits=IntakeLimits(hard_links=True))
    assert not found.notebooks["q1_l1_backprop"].problem


def test_a_notebook_that_the_grader_may_not_open_is_no_notebook_that_cannot_be_read(
    folder, monkeypatch
):
    usual = files._open_under

    def forbidden(root, parts, flags):
        if parts == ["q1_l1_backprop.ipynb"]:
            raise PermissionError(errno.EACCES, "Permission denied")
        return usual(root, parts, flags)

    put(folder, "q1_l1_backprop.ipynb")
    monkeypatch.setattr(files, "_open_under", forbidden)
    with pytest.raises(OSError, match=r"q1_l1_backprop.ipynb cannot be opened: Permission denied"):
        submitted(folder)


def test_a_folder_that_is_a_link_is_not_entered(tmp_path):
    (tmp_path / "link").symlink_to(HONEST)
    with pytest.raises(OSError, match="link"):
        submitted(tmp_path / "link")


def test_a_folder_inside_that_is_a_link_is_not_entered(folder):
    (folder / "more").symlink_to(HONEST)
    found = submitted(folder)
    assert not found.notebooks
    assert "more was left out: is a link" in found.notes[0]


def test_a_file_larger_than_the_limit_is_not_loaded(folder):
    with open(folder / "q1_l1_backprop.ipynb", "wb") as file:
        file.truncate(10**12)  # a sparse file: a terabyte that takes no space
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = submitted(folder)
    assert "larger than 200,000,000 bytes" in found.notebooks["q1_l1_backprop"].problem
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_flood_of_files_and_folders_hides_no_notebook(folder):
    put(folder, "q1_l1_backprop.ipynb")
    for i in range(3000):
        (folder / f"{i}.csv").touch()
    deep = folder
    for _ in range(50):
        deep = deep / "d"
        deep.mkdir()
    found = submitted(folder)
    assert not found.notebooks["q1_l1_backprop"].problem
    assert len(found.files) == LIMITS.file_count
    assert len(found.notes) < 50


# --- files beside the notebooks ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["my.csv", "figs/a.png", "helper.py", "my_tools/nets.py", "n.txt"])
def test_data_and_own_helpers_are_kept(name):
    assert refusal(name, ["data/study_hours_train.csv", "course_tools.py"]) == ""


@pytest.mark.parametrize(
    "name",
    [
        "numpy.py",
        "Torch.py",
        "torch/__init__.py",
        "pandas.py",
        "json.py",
        "random/x.py",
        "matplotlib/pyplot.py",
        "IPython/__init__.py",
        "nbjudge.py",
        "nbgrader/x.py",
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "ipykernel_launcher.py",
        "sub/conftest.py",
        "x.pth",
        "x.so",
        "numpy.cpython-311-x86_64-linux-gnu.so",
        "x.pyc",
        "model.pkl",
        "model.pt",
        "model.joblib",
        "matplotlibrc",
        "ipython_config.py",
        "jupyter_server_config.json",
        ".ipython/profile_default/startup/x.py",
        "run.sh",
        "profile_default/startup/x.py",
        ".bashrc",
        "-c.csv",
        "data/study_hours_train.csv",
        "Data/Study_Hours_Train.CSV",
        "data/study_hours_train.csv/x.csv",
        "data.py",
        "course_tools.py",
        "course_tools/__init__.py",
        "x.exe",
        "README",
        "archive.zip",
    ],
)
def test_what_could_take_anothers_place_or_run_by_itself_is_left_out(name):
    assert refusal(name, ["data/study_hours_train.csv", "course_tools.py"])


def test_a_submissions_files_are_read_and_what_is_left_out_is_named(folder):
    put(folder, "q1_l1_backprop.ipynb")
    (folder / "helper.py").write_text("x = 1\n")
    (folder / "numpy.py").write_text("evil = 1\n")
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "figs").mkdir()
    (folder / "figs" / "a.png").write_bytes(b"png")
    (folder / "big.csv").write_bytes(b"1" * 21_000_000)
    os.mkfifo(folder / "pipe.csv")
    found = submitted(folder)
    assert found.files == {"helper.py": b"x = 1\n", "figs/a.png": b"png"}
    for name in ("numpy.py", "link.csv", "big.csv", "pipe.csv"):
        assert any(note.startswith(f"{name} was left out: ") for note in found.notes), name


# --- the time of submission -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-03-02 15:58:23.948203 UTC", datetime(2025, 3, 2, 15, 58, 23, 948203)),
        ("2025-03-02 15:58:23 America/Los_Angeles\n", datetime(2025, 3, 2, 23, 58, 23)),
        ("\ufeff2025-03-02T15:58:23+02:00", datetime(2025, 3, 2, 13, 58, 23)),
        ("", None),
        ("5", None),
        ("yesterday", None),
        ("0001-01-01 00:00:00 UTC", None),
        ("1969-12-31 23:59:59 UTC", None),
        ("99999-99-99", None),
        ("2025" * 1000, None),
        ("2025-01-01 00:00:00 +99999999999", None),
    ],
)
def test_the_timestamp_is_read_or_unknown(folder, text, wanted):
    (folder / "timestamp.txt").write_text(text, encoding="utf-8")
    found = submitted(folder)
    assert found.timestamp == wanted
    assert bool(found.notes) == (wanted is None)


def test_a_time_in_the_future_is_kept_with_a_note(folder):
    (folder / "timestamp.txt").write_text("2999-01-01 00:00:00 UTC")
    found = submitted(folder)
    assert found.timestamp == datetime(2999, 1, 1)
    assert "future" in found.notes[0]


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "bytes"])
def test_a_timestamp_that_is_no_text_file_is_unknown(folder, kind):
    path = folder / "timestamp.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/hostname")
    else:
        path.write_bytes(bytes(range(128, 228)))
    assert submitted(folder).timestamp is None


def test_reading_a_submission_changes_nothing_in_it(folder):
    put(folder, "q1_l1_backprop (1).ipynb")
    (folder / "numpy.py").write_text("")
    before = [(p, p.stat().st_mtime_ns) for p in sorted(Path(folder).rglob("*"))]
    submitted(folder)
    assert before == [(p, p.stat().st_mtime_ns) for p in sorted(Path(folder).rglob("*"))]
