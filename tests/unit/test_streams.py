r"""What a cell has printed is shown as a terminal would, and the first of it is never lost."""

import itertools
import re

import pytest

from nbjudge.kernel.output_collector import KeptOutputs
from nbjudge.kernel.terminal_text import StreamText, settled

PIECES = ("a", "bc", "\n", "\r", "\r\n", "x\ry", "\b")


def slowly(text):
    """Do what a terminal's line does, one character after the other."""
    done, line, overwrite = [], [], False
    for character in text:
        if character == "\n":
            done += [*line, "\n"]
            line, overwrite = [], False
        elif character == "\r":
            overwrite = True
        elif character == "\b":
            line = line[:-1]
        else:
            line = [character] if overwrite else [*line, character]
            overwrite = False
    return "".join(done + line)


def nbclients_way(text):
    """Join as nbclient does."""
    return re.sub(r".*\r(?=[^\n])", "", text)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_text_is_overwritten_as_in_a_terminal_however_it_is_cut(length):
    for pieces in itertools.product(PIECES[:-1], repeat=length):
        stream = StreamText(1000)
        for piece in pieces:
            stream.write(piece)
        assert stream.text() == settled("".join(pieces)).rstrip("\r")
        assert stream.text() == slowly("".join(pieces)), pieces


@pytest.mark.parametrize(
    "text",
    ["", "a\nb\n", "10%\r20%\r30%\n", "a\r\nb\r\n", "ab\rc", "x\r", "a\n\rb\rc\nd", "\rstart"],
)
def test_ordinary_text_looks_as_nbclient_shows_it(text):
    assert settled(text).replace("\r\n", "\n") == nbclients_way(text).replace("\r\n", "\n")


def test_a_backspace_takes_away_the_character_before_it_and_no_line_end():
    assert settled("abc\b\bd") == "ad"
    assert settled("a\n\b\bb") == "a\nb"
    assert settled("abc\b\b\b\bx\ny\bz") == "x\nz"


def test_a_settled_text_is_settled():
    for pieces in itertools.product(PIECES, repeat=4):
        once = settled("".join(pieces))
        assert settled(once) == once


def test_a_progress_bar_of_any_length_is_its_last_state():
    stream = StreamText(1000)
    for percent in range(100_000):
        stream.write(f"\r{percent}|{'#' * 60}|")
    stream.write("\ndone\n")
    assert stream.text() == f"99999|{'#' * 60}|\ndone\n"


def test_of_a_flood_head_and_tail_are_kept_and_the_rest_is_counted():
    stream = StreamText(1000)
    for number in range(10_000):
        stream.write(f"{number}\n")
    text, all_of_it = stream.text(), "".join(f"{number}\n" for number in range(10_000))
    head, left_out, tail = re.fullmatch(
        r"(.*)\n\.\.\. ([\d,]+) characters left out \.\.\.\n(.*)", text, re.DOTALL
    ).groups()
    assert all_of_it.startswith(head)
    assert all_of_it.endswith(tail)
    assert len(head) + len(tail) == 1000
    assert len(head) + len(tail) + int(left_out.replace(",", "")) == len(all_of_it)


def kept(*messages, most=1000):
    """Return what is kept of some messages."""
    outputs = []
    keeper = KeptOutputs(outputs, most)
    for kind, content in messages:
        if kind == "clear":
            keeper.clear(wait=content)
        else:
            keeper.add(kind, content)
    keeper.finish()
    return outputs


def out(text, name="stdout"):
    return "stream", {"name": name, "text": text}


def shown(text):
    return "display_data", {"data": {"text/plain": text}, "metadata": {"any": "thing"}}


def test_all_prints_of_a_cell_are_one_output_in_the_place_of_the_first():
    outputs = kept(out("a"), shown("figure"), out("w", "stderr"), out("b"), out("x", "stderr"))
    assert [o.get("text", o.output_type) for o in outputs] == ["ab", "display_data", "wx"]


def test_where_both_streams_meet_stdout_comes_first():
    outputs = kept(out("w", "stderr"), out("a"), shown("figure"))
    assert [o.get("name") for o in outputs] == ["stdout", "stderr", None]


def test_cleared_outputs_are_gone_at_once_or_when_the_next_one_comes():
    assert kept(out("a"), ("clear", False)) == []
    assert [o.text for o in kept(out("a"), ("clear", True))] == ["a"]
    assert [o.text for o in kept(out("a"), ("clear", True), out("b"))] == ["b"]


def test_an_animation_is_its_last_frame():
    frames = [message for k in range(100) for message in (shown("x" * 500), ("clear", True))]
    outputs = kept(*frames, shown("last"))
    assert [o.data["text/plain"] for o in outputs] == ["last"]


def test_the_error_and_the_result_that_decide_on_points_survive_any_flood():
    flood = [shown("x" * 100)] * 50
    error = ("error", {"ename": "E", "evalue": "x" * 9000, "traceback": ["y" * 9000, "z"]})
    result = ("execute_result", {"data": {"text/plain": "0.5"}, "execution_count": 1})
    outputs = kept(*flood, error, error, result, result)
    assert [o.output_type for o in outputs[-2:]] == ["error", "execute_result"]
    assert outputs[-1].data["text/plain"] == "0.5"
    assert len(outputs[-2].evalue) <= 1000
    assert len(outputs) < 10
