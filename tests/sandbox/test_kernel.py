"""The boxed kernel: what protects the machine, what happens to deadly cells, how fast it starts."""

import contextlib
import json
import logging
import multiprocessing
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from jupyter_core.utils import run_sync
from marks import slow
from mounts import only_root, with_own_mounts, without_bubblewrap
from nbformat.v4 import new_code_cell
from repository import ROOT
from traitlets.config import Config

from nbjudge import temp_folders as own_folder
from nbjudge.cli.doctor import doctor
from nbjudge.errors import WarmProcessError
from nbjudge.kernel.executor import ExecutionLimits, KernelFactory, NotebookExecutor
from nbjudge.kernel.manager import BoxKernelManager, check_box, running
from nbjudge.outcomes import Outcome
from nbjudge.sandbox.bubblewrap import BoxPlan, open_box
from nbjudge.sandbox.linux import reap_orphans
from nbjudge.sandbox.zygote_client import Zygote

CONFIG = Config({"BoxProvisioner": {"preload": ["numpy"], "memory": 600 << 20}})


LOG = logging.getLogger("test")


@contextlib.contextmanager
def executor(folder="", course_files="", config=CONFIG, boxed=True, **limits):
    """Yield an executor whose kernel has started; `limits` are those of `ExecutionLimits`."""
    limits = ExecutionLimits(**{"timeout": 60, **limits})
    kernels = KernelFactory(config, boxed)
    found = NotebookExecutor(kernels, limits, LOG, str(folder), str(course_files))
    with contextlib.closing(found):
        found.start()
        yield found


def run_cells(*sources, **how):
    """Run cells in one kernel; return how each ended, and the cells."""
    cells = [new_code_cell(source) for source in sources]
    with executor(**how) as found:
        return [found.run(cell) for cell in cells], cells


def run(tmp_path, *sources, **how):
    """Run cells in one boxed kernel; return how each ended, and what each printed."""
    ends, cells = run_cells(*sources, folder=tmp_path, **how)
    return ends, ["".join(o.get("text", "") for o in cell.outputs) for cell in cells]


def ask(tmp_path, source, **how):
    """Ask in one boxed kernel; return how that ended, and the displays."""
    taken = []
    with executor(tmp_path, **how) as found:
        return found.ask(source, taken.append), taken


DEADLY = {
    "exits at once": ("import os; os._exit(1)", Outcome.KERNEL_DIED),
    "crashes": ("import ctypes; ctypes.string_at(0)", Outcome.KERNEL_DIED),
    "loops": ("while True: pass", Outcome.TIMED_OUT),
    "stops itself": ("import os; os.kill(os.getpid(), 19)", Outcome.TIMED_OUT),
    "ignores interrupts": (
        "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass",
        Outcome.TIMED_OUT,
    ),
    "takes memory in many processes": (
        "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n"
        "        x = bytearray(os.urandom(1 << 20)) * 120\n        time.sleep(60)\ntime.sleep(60)",
        Outcome.OUT_OF_MEMORY,
    ),
}


SAMPLE = ("exits at once", "ignores interrupts", "takes memory in many processes")


@pytest.mark.parametrize("how", [how if how in SAMPLE else slow(how) for how in DEADLY])
def test_a_deadly_cell_costs_itself_and_the_cells_around_it_go_on(tmp_path, how):
    deadly, outcome = DEADLY[how]
    limits = {"timeout": 5, "interrupt_seconds": 3} if outcome is Outcome.TIMED_OUT else {}
    ends, printed = run(tmp_path, "a = 41", deadly, "print(a + 1)", **limits)
    assert ends == [None, outcome, None]
    assert printed[2] == "42\n"


def test_a_second_deadly_cell_ends_the_notebook(tmp_path):
    deadly = "import os; os._exit(1)"
    ends, printed = run(tmp_path, deadly, "a = 1", deadly, "print(a)")
    assert ends == [Outcome.KERNEL_DIED, None, Outcome.KERNEL_DIED, Outcome.KERNEL_DIED]
    assert "The cells after it did not run." in printed[2]


def test_a_flood_of_output_stops_its_kernel(tmp_path):
    flood = "import sys\nwhile True:\n    sys.__stdout__ and print('x' * 1_000_000, flush=True)"
    ends, printed = run(tmp_path, flood, "print(1)", timeout=60, sent_bytes=5_000_000)
    assert ends == [Outcome.TOO_MUCH_OUTPUT, None]
    assert len(printed[0]) < 3_000_000


PRINTS = "while True: print('x' * 100_000)"


@pytest.mark.parametrize(
    "flood", [PRINTS, slow("while True: print('x')"), "print('x' * 300_000_000)"]
)
def test_prints_without_end_are_too_much_output_and_nothing_else(tmp_path, flood):
    ends, printed = run(tmp_path, "a = 1", flood, "print(a)", sent_bytes=3_000_000)
    assert ends == [None, Outcome.TOO_MUCH_OUTPUT, None]
    assert len(printed[1]) < 2 << 20
    assert printed[2] == "1\n"


def test_while_the_judge_asks_displays_are_taken_and_nothing_else_is_kept(tmp_path):
    source = (
        "from IPython.display import display, clear_output\n"
        "for k in range(3000):\n    print('x' * 1000)\n    display({'a/b': str(k)}, raw=True)\n"
        "clear_output()\n1 / 0"
    )
    # none of them is lost, although they come faster than they are read
    assert ask(tmp_path, source) == (None, [{"a/b": str(k)} for k in range(3000)])


def test_prints_without_end_when_asked_are_too_much_output(tmp_path):
    assert ask(tmp_path, PRINTS, sent_bytes=10_000_000) == (Outcome.TOO_MUCH_OUTPUT, [])


def test_the_log_has_the_source_of_cells_and_never_that_of_questions(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG), executor(tmp_path) as found:
        found.run(new_code_cell("a = 'the students own'"))
        found.ask("b = 'the judges own'", lambda data: None)
    assert "the students own" in caplog.text
    assert "the judges own" not in caplog.text


def test_what_is_left_may_be_cut_short_and_then_no_kernel_is_replaced(tmp_path):
    with executor(tmp_path) as found:
        found.limit_rest(1)
        start = time.monotonic()
        assert found.ask("while True: pass", lambda data: None) is Outcome.TIMED_OUT
        assert time.monotonic() - start < 30
        assert found.run(new_code_cell("1")) is Outcome.TIMED_OUT
    with executor(tmp_path) as found:
        found.limit_rest(60)
        assert found.run(new_code_cell("import os; os._exit(1)")) is Outcome.KERNEL_DIED
        assert found.lost is Outcome.KERNEL_DIED


def test_who_is_given_up_runs_nothing_any_more_and_is_closed_twice_without_harm(tmp_path):
    with executor(tmp_path) as found:
        found.give_up(Outcome.TIMED_OUT)
        cell = new_code_cell("1")
        assert found.run(cell) is Outcome.TIMED_OUT
        found.close()


def test_outputs_look_as_in_jupyter(tmp_path):
    sources = (
        "import sys\nprint('a')\nprint('w', file=sys.stderr)\nprint('b')",
        "for k in range(2000): print(f'\\r{k}', end='', flush=True)",
        "from IPython.display import clear_output\n"
        "for k in range(50):\n    clear_output(wait=True)\n    print(k)",
        "print('abc\\b\\bd')",
    )
    ends, printed = run(tmp_path, *sources)
    assert ends == [None] * len(sources)
    assert printed == ["a\nb\nw\n", "1999", "49\n", "ad\n"]


def test_warnings_logs_and_errors_look_as_in_a_kernel_without_a_box(tmp_path):
    sources = (
        "import warnings\nwarnings.warn('careful')",
        "import logging\nlogging.warning('told')\nlogging.getLogger('traitlets').warning('too')",
        "def deep():\n    return 1 / 0\ndeep()",
    )
    shown = []
    for boxed in (True, False):
        _, cells = run_cells(*sources, folder=tmp_path, boxed=boxed)
        text = json.dumps([cell.outputs for cell in cells])
        shown.append(re.sub(r"/\S*/ipykernel_\d+/\d+\.py", "FILE", text))
    assert "FILE:2: UserWarning: careful" in shown[0]
    assert shown[0] == shown[1]


def test_one_output_that_is_too_large_is_left_out_with_a_word_and_costs_nothing(tmp_path):
    source = (
        "a = 1\nfrom IPython.display import display\n"
        "display({'text/plain': 'x' * 50_000_000}, raw=True)\nprint(a)"
    )
    ends, printed = run(tmp_path, source, "print(a + 1)")
    assert ends == [None, None]
    assert re.fullmatch(r"\[An output of [\d,]+ bytes was left out\.\]\n1\n", printed[0])
    assert printed[1] == "2\n"


def test_long_lines_cost_the_grader_seconds(tmp_path):
    sources = (
        "print(list(range(45000)))",
        "print('x' * 1_000_000)",
        f"a = '{'y' * 1_000_000}'\nprint(len(a))",
    )
    begin = time.process_time()
    ends, printed = run(tmp_path, *sources)
    assert time.process_time() - begin < 10
    assert ends == [None] * 3
    assert printed[0] == f"{list(range(45000))}\n"
    assert printed[1] == "x" * 1_000_000 + "\n"
    assert printed[2] == "1000000\n"


def test_the_notebook_as_a_whole_has_a_limit(tmp_path):
    ends, _ = run(tmp_path, "import time; time.sleep(2)", "1", "2", notebook_timeout=1)
    assert ends[-1] is Outcome.TIMED_OUT


def test_a_figure_is_drawn_although_matplotlib_was_imported_before(tmp_path):
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    config = Config({"BoxProvisioner": {"preload": ["matplotlib.pyplot"]}})
    _, (cell,) = run_cells(source, folder=tmp_path, config=config)
    assert any("image/png" in output.get("data", {}) for output in cell.outputs)


def test_two_kernels_do_not_share_random_numbers(tmp_path):
    source = "import random, numpy as np; print(random.random(), np.random.rand())"
    first, second = (run(tmp_path, source)[1] for _ in range(2))
    assert first != second


def test_input_is_answered_with_an_empty_line(tmp_path):
    ends, printed = run(tmp_path, "print(repr(input('name? ')))")
    assert ends == [None]
    assert printed[0].endswith("''\n")


@pytest.mark.parametrize("waiting", ["while input() != 'stop': pass", "breakpoint()"])
def test_who_waits_for_another_answer_than_an_empty_line_hears_that_nobody_is_there(
    tmp_path, waiting
):
    ends, printed = run(tmp_path, waiting, "print('on')")
    assert ends == [None, None]
    assert printed[0].count("\n") < 3000
    assert printed[1] == "on\n"


@pytest.mark.parametrize("boxed", [True, False], ids=["boxed", "without a box"])
def test_files_beside_the_notebook_are_there_and_the_courses_own_win(tmp_path, boxed):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_text("the student's")
    (tmp_path / "own.txt").write_text("mine")
    (tmp_path / "other.ipynb").write_text("{}")
    course = tmp_path / "course"
    (course / "data").mkdir(parents=True)
    (course / "data" / "rows.csv").write_text("the course's")
    source = "import os; print(open('data/rows.csv').read(), open('own.txt').read(), os.listdir())"
    _, (printed,) = run(tmp_path, source, course_files=course, boxed=boxed)
    assert printed.startswith("the course's mine")
    assert "ipynb" not in printed


def test_files_that_fill_more_than_half_of_the_disk_are_there_to_be_read(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "large.bin").write_bytes(bytes(20 << 20))
    (tmp_path / "small.txt").write_text("mine")
    config = Config({"BoxProvisioner": {**CONFIG.BoxProvisioner, "disk": 8 << 20}})
    sources = (
        "print(len(open('data/large.bin', 'rb').read()))",
        "print(open('small.txt').read()); open('small.txt', 'w').write('anew')",
        "open('out.bin', 'wb').write(bytes(3 << 20))",
    )
    ends, printed = run(tmp_path, *sources, config=config)
    assert ends == [None] * len(sources)
    assert printed == [f"{20 << 20}\n", "mine\n", ""]


@pytest.mark.parametrize("boxed", [True, False], ids=["boxed", "without a box"])
def test_a_notebook_writes_anew_the_files_that_it_wrote_when_it_was_handed_in(tmp_path, boxed):
    (tmp_path / "figures").mkdir()
    for name in ("results.csv", "figures/loss.png", "log.txt"):
        (tmp_path / name).write_text("1")
    source = (
        "for name, mode in (('results.csv', 'w'), ('figures/loss.png', 'w'), ('log.txt', 'a')):\n"
        "    print('2', file=open(name, mode), flush=True)\n"
        "print([open(n).read() for n in ('results.csv', 'figures/loss.png', 'log.txt')])"
    )
    ends, printed = run(tmp_path, source, boxed=boxed)
    assert (ends, printed) == ([None], ["['2\\n', '2\\n', '12\\n']\n"])
    assert (tmp_path / "results.csv").read_text() == "1"


def test_nothing_is_left_of_a_kernel_without_a_box_however_it_ended(tmp_path, monkeypatch):
    (place := tmp_path / "run").mkdir()
    (submission := tmp_path / "submission").mkdir()
    monkeypatch.setattr(own_folder, "_place", lambda kind: str(place))
    ends, _ = run(submission, "import os; os._exit(1)", "1", boxed=False)
    assert ends == [Outcome.KERNEL_DIED, None]
    assert not list(place.iterdir())


def test_what_a_killed_grader_has_left_is_removed_and_nothing_else(tmp_path, monkeypatch):
    (place := tmp_path / "run").mkdir()
    monkeypatch.setattr(own_folder, "_place", lambda kind: str(place))
    used = own_folder.OwnFolder(own_folder.OPEN).path
    (place / "of-somebody-else").mkdir()
    for kind in (own_folder.OPEN, own_folder.WARM, own_folder.COURSE, own_folder.BESIDE):
        (place / f"{kind}left").mkdir()
    for folder in place.iterdir():
        os.utime(folder, (0, 0))
    own_folder.remove_abandoned()
    assert {folder.name for folder in place.iterdir()} == {used.name, "of-somebody-else"}


def test_a_kernel_that_was_started_ahead_for_another_assignment_is_not_used(tmp_path):
    told = {}
    for name in ("first", "second", "second, made anew"):
        files = tmp_path / name.partition(",")[0]
        files.mkdir(exist_ok=True)
        (files / "rows.csv").write_text(name)
        source = "print(open('rows.csv').read(), end='')"
        _, (told[name],) = run("", source, course_files=files)
    assert told == {name: name for name in told}


def test_everything_that_the_doctor_tries_is_stopped(capsys):
    assert doctor(CONFIG), capsys.readouterr().out


def test_the_doctor_sees_that_a_kernel_without_a_box_is_open():
    done = subprocess.run(
        [sys.executable, "-m", "nbjudge", "doctor", "--unboxed"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "got through" in done.stdout


@pytest.mark.slow
def test_an_environment_may_be_a_link(tmp_path):
    linked = tmp_path / "environment"
    linked.symlink_to(sys.prefix)
    python = linked / Path(sys.executable).relative_to(sys.prefix)
    done = subprocess.run([python, "-m", "nbjudge", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@only_root
def test_root_gives_its_rights_away_before_anything_of_a_students_runs():
    async def users():
        manager = BoxKernelManager(kernel_name="python3", config=CONFIG)
        async with running(manager):
            return psutil.Process(manager.provisioner.pid).uids()

    assert 0 not in run_sync(users)()


@only_root
def test_an_ordinary_user_has_boxes_too():
    script = (
        "from traitlets.config import Config\nfrom nbjudge.cli.doctor import doctor\n"
        "import os, sys\nassert os.getuid() == 65534\nsys.exit(not doctor(Config()))"
    )
    # mounts of their own make Python and this repository visible to the user, wherever they lie
    folders = sorted({sys.prefix, sys.base_prefix, str(ROOT)})
    steps = ["set -e; mount -t tmpfs -o mode=777 none /mnt"]
    for number, folder in enumerate(folders):
        steps.append(f"mkdir /mnt/{number}; mount --bind {folder} /mnt/{number}")
    for hidden in ("/root", "/home"):
        steps.append(f"mount -t tmpfs -o mode=755 none {hidden}")
    for number, folder in enumerate(folders):
        steps.append(f"mkdir -p {folder}; mount --bind /mnt/{number} {folder}")
    steps.append(
        "exec setpriv --reuid=65534 --regid=65534 --clear-groups env -C /mnt HOME=/mnt "
        f"TMPDIR=/mnt XDG_RUNTIME_DIR= {sys.executable} -c '{script}'"
    )
    done = with_own_mounts("\n".join(steps))
    assert done.returncode == 0, done.stdout + done.stderr


# what Docker, Podman and Kubernetes do to a container's /proc
MASKED = """
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -t tmpfs -o ro none /proc/fs
"""


@pytest.mark.slow
@only_root
def test_in_a_container_boxes_can_be_had_without_a_proc_of_their_own(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    doctor_here = f"{MASKED}\ncd {tmp_path}; {sys.executable} -m nbjudge doctor"
    done = with_own_mounts(doctor_here)
    assert done.returncode == 1
    assert "c.BoxProvisioner.own_proc = False" in " ".join(done.stdout.split())
    with (tmp_path / "nbgrader_config.py").open("a") as file:
        file.write("c.BoxProvisioner.own_proc = False\n")
    done = with_own_mounts(doctor_here)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("account", ["root", "nobody-of-that-name"])
@only_root
def test_root_is_refused_without_an_account_to_run_under(account):
    from nbjudge.errors import BoxError

    with pytest.raises(BoxError, match="run_as"):
        check_box(Config({"BoxProvisioner": {"run_as": account}}))


@only_root
def test_without_bubblewrap_the_two_ways_on_are_told(tmp_path):
    done = without_bubblewrap(f"cd {tmp_path}; {sys.executable} -m nbjudge doctor")
    assert done.returncode == 1
    assert "bubblewrap (bwrap) cannot be started" in done.stdout
    assert "--unboxed" in done.stdout


def test_nothing_is_left_when_a_kernel_has_ended(tmp_path):
    run(tmp_path, "import subprocess\nsubprocess.Popen(['sleep', '12345'], start_new_session=True)")
    assert_no_sleeper_after_a_moment()


def assert_no_sleeper_after_a_moment():
    until = time.monotonic() + 30
    while sleepers() and time.monotonic() < until:
        time.sleep(0.1)
    assert sleepers() == []


def test_a_submission_cannot_keep_its_box_open(tmp_path):
    stop = (
        "import os, signal, subprocess\n"
        "for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):\n"
        "    for pid in range(1, os.getpid()): os.kill(pid, number)\n"
        "subprocess.Popen(['sleep', '12345'])"
    )
    ends, _ = run(tmp_path, stop)
    assert ends == [None]
    assert_no_sleeper_after_a_moment()


@pytest.mark.parametrize("openers", [20, slow(150)])
def test_no_box_is_left_whenever_its_opener_is_killed(openers, tmp_path):
    # forked, so that it may become the parent of what killed openers leave
    parent = multiprocessing.get_context("fork").Process(
        target=kill_openers_and_wait_for_what_they_leave, args=[tmp_path, openers]
    )
    parent.start()
    parent.join(120)
    left = boxes_with(tmp_path)
    parent.kill()
    assert (parent.exitcode, left) == (0, [])


def kill_openers_and_wait_for_what_they_leave(folder, openers):
    # A look at all processes may come before the last box is bubblewrap's, so they are waited for.
    reap_orphans()
    moments = random.Random(20261125)
    for _ in range(openers):
        opener = multiprocessing.get_context("fork").Process(
            target=open_box, args=[BoxPlan(str(folder), str(folder))]
        )
        opener.start()
        children = Path(f"/proc/{opener.pid}/task/{opener.pid}/children")
        while opener.is_alive() and not children.read_text():
            pass
        time.sleep(moments.uniform(0, 0.01))
        opener.kill()
        opener.join()
    with contextlib.suppress(ChildProcessError):  # none is left
        while True:
            os.wait()


def test_a_cell_that_kills_all_it_can_kills_what_it_has_started(tmp_path):
    kills = (
        "import os, subprocess\n"
        "started = subprocess.Popen(['sleep', '12345'])\n"
        "os.kill(-1, 9)\n"
        "print(started.wait())"
    )
    ends, printed = run(tmp_path, kills, "print(2)")
    assert (ends, printed) == ([None, None], ["-9\n", "2\n"])


def test_orphans_that_have_ended_do_not_count_as_processes(tmp_path):
    orphans = (
        "import os, warnings\n"
        "warnings.simplefilter('ignore')  # Python 3.12 warns of forks beside threads\n"
        "for _ in range(300):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        if os.fork() == 0: os._exit(0)\n"
        "        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "print('all')"
    )
    config = Config(CONFIG)
    config.BoxProvisioner.processes = 50
    ends, printed = run(tmp_path, orphans, config=config)
    assert (ends, printed) == ([None], ["all\n"])


def boxes_with(folder):
    """Return the processes of boxes in which `folder` is."""
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [command for command in commands if command[:1] == ["bwrap"] and str(folder) in command]


def sleepers():
    """Return the processes that the tests above have started."""
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [command for command in commands if "12345" in command]


def test_exit_in_a_cell_does_not_cost_the_cells_after_it(tmp_path):
    ends, printed = run(tmp_path, "a = 1\nexit()", "import time; time.sleep(1); print(a)")
    assert ends == [None, None]
    assert printed[1] == "1\n"


def test_a_warm_process_that_is_killed_while_it_starts_is_no_missing_box():
    zygote = Zygote(("numpy",), "nobody")
    try:
        zygote._process.process.kill()
        zygote._process.process.wait()
        with pytest.raises(WarmProcessError, match="while it got ready"):
            zygote.wait_until_warm()
    finally:
        zygote.close()
