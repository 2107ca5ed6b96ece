"""Hostile, broken and odd-but-honest submissions, each graded between two honest students.

A 24th of them by workers; ``make corpus`` grades them all, by workers and by one process alone.
"""

import pytest
from corpus.run import REFUSED, busy_machine, chosen, main, run_corpus, sample, table
from corpus.submission import CLASSES

WORKERS = {"by workers": 6, "by one process": 0}  # most of them wait for a limit, not for a core
PARTS = 8  # of the whole corpus, so that it does not hold one of pytest's workers to the end
KINDS = {("a sample", "by workers"): sample(24)} | {
    (f"part {part + 1} of {PARTS}", way): CLASSES[part::PARTS]
    for way in WORKERS
    for part in range(PARTS)
}
BUSY = (  # what has been lost, or called by a wrong name, when the machine was slow
    "deadly_when_asked_prints_without_end",
    "deadly_cells_a_slow_cell_costs_its_own_task_only",
    "honest_slow_but_in_time",
)


def _parameter(which, way):
    name = f"{which} {way}"
    marks = [pytest.mark.xdist_group(f"corpus: {name}")]
    if which != "a sample":
        marks.append(pytest.mark.slow)
    return pytest.param((which, way), id=name, marks=marks)


@pytest.fixture(scope="module", params=[_parameter(*key) for key in KINDS])
def corpus(request, tmp_path_factory):
    """Return the runs over a part of the corpus, and what they left on the machine."""
    which, way = request.param
    kinds = KINDS[which, way]
    runs, outside = run_corpus(tmp_path_factory.mktemp("corpus"), kinds, WORKERS[way])
    print(f"{which} {way}\n{table(runs, outside)}")
    return runs, outside


def test_the_classes_are_many_and_have_names_of_their_own():
    slugs = [kind.slug for kind in CLASSES]
    assert len(slugs) >= 300
    assert len(set(slugs)) == len(slugs)


def test_the_sample_has_classes_of_every_group():
    assert {kind.group for kind in sample(24)} == {kind.group for kind in CLASSES}


def test_the_parts_are_the_whole():
    for way in WORKERS:
        parts = [kinds for (which, by), kinds in KINDS.items() if by == way and "part" in which]
        assert sorted(k.slug for part in parts for k in part) == sorted(k.slug for k in CLASSES)


def test_a_class_gets_what_it_deserves_and_costs_nobody_anything(corpus):
    wrong = []
    for graded in (graded for run in corpus[0] for graded in run.graded):
        slug = graded.kind.slug
        neighbours = f"neighbours {graded.before}, {graded.after}"
        if graded.stopped:
            wrong.append(f"{slug}: somebody was not graded")
        if graded.undeserved or graded.lost:
            got = f"{graded.points} points, deserved are {graded.kind.points}"
            wrong.append(f"{slug}: {got}; {neighbours}")
        if graded.leaked:
            wrong.append(f"{slug}: it read a secret")
    assert wrong == []


def test_every_class_was_graded(corpus, request):
    kinds = KINDS[request.node.callspec.params["corpus"]]
    graded = [graded.kind.slug for run in corpus[0] for graded in run.graded]
    assert sorted(graded) == sorted(kind.slug for kind in kinds)


def test_nothing_outside_autograded_is_changed(corpus):
    runs, outside = corpus
    assert [run.changed for run in runs] == [[] for _ in runs]
    assert outside.marks == []


def test_no_connection_comes_out_of_a_box(corpus):
    assert [run.reached for run in corpus[0]] == [[] for _ in corpus[0]]


def test_no_process_survives(corpus):
    assert corpus[1].survivors == []


def test_the_gradebook_holds_grades_and_nothing_else(corpus):
    assert [run.gradebook_problems for run in corpus[0]] == [[] for _ in corpus[0]]


def test_folders_that_no_student_can_have_are_refused_with_a_reason(corpus):
    for run in corpus[0]:
        assert run.refused_graded == []
        assert run.log.count("Not graded: ") >= len(REFUSED) + 1  # and the link


def test_the_run_ends_well(corpus):
    assert all("submissions graded" in run.log for run in corpus[0])


@pytest.fixture(scope="module")
def busy_corpus(tmp_path_factory):
    """Return the run over a few classes beside processes that take all they get."""
    with busy_machine():
        return run_corpus(tmp_path_factory.mktemp("busy"), chosen(list(BUSY)))


@pytest.mark.slow
def test_on_a_busy_machine_everybody_gets_the_same(busy_corpus):
    runs, outside = busy_corpus
    for graded in (graded for run in runs for graded in run.graded):
        assert not graded.stopped, graded
        assert not graded.undeserved, graded
        assert not graded.lost, graded
    assert outside.survivors == []


@pytest.mark.slow
def test_prints_without_end_are_called_what_they_are_on_a_busy_machine_too(busy_corpus):
    by_slug = {graded.kind.slug: graded for run in busy_corpus[0] for graded in run.graded}
    outcomes = by_slug["deadly_when_asked_prints_without_end"].outcomes
    assert outcomes[0] in ("too much output", "timed out")
    assert outcomes[1:] == ("passed", "passed", "passed")


def test_a_name_that_matches_no_class_is_told_with_the_nearest_names(capsys):
    assert main(["prints_witout_end"]) == 2
    assert "deadly_when_asked_prints_without_end" in capsys.readouterr().err
