"""Hostile, broken and odd-but-honest submissions, each graded between two honest students."""

import pytest
from corpus.run import REFUSED, run_corpus, table
from corpus.submission import CLASSES

SLUGS = [kind.slug for kind in CLASSES]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Return the runs over the whole corpus, and what they left on the machine."""
    runs, outside = run_corpus(tmp_path_factory.mktemp("corpus"), CLASSES)
    print(table(runs, outside))
    return runs, outside


@pytest.fixture(scope="module")
def by_slug(corpus):
    """Return how each class went."""
    return {graded.kind.slug: graded for run in corpus[0] for graded in run.graded}


def test_the_classes_are_many_and_have_names_of_their_own():
    assert len(SLUGS) >= 120
    assert len(set(SLUGS)) == len(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_class_gets_what_it_deserves_and_costs_nobody_anything(by_slug, slug):
    graded = by_slug[slug]
    assert not graded.stopped, "somebody was not graded"
    assert not graded.undeserved, f"{graded.points} points, deserved are {graded.kind.points}"
    assert not graded.lost, f"{graded.points} points, neighbours {graded.before}, {graded.after}"
    assert not graded.leaked, "it read a secret"


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
