"""Libraries that the warm process imports, and what some of them do that a fork cannot bear."""

import json
import subprocess
import sys
import venv

# as pyarrow does when pandas imports it
STARTS_A_THREAD = """
import threading, time
READY = threading.Event()
def stay():
    READY.set()
    time.sleep(1e6)
threading.Thread(target=stay, daemon=True).start()
"""


# run by an environment of its own
RUN_CELLS = """
import json, logging, sys, test_kernel
logging.basicConfig()
modules, *cells = map(json.loads, sys.argv[1:])
config = test_kernel.Config({"BoxProvisioner": {"preload": modules}})
print(json.dumps(test_kernel.run(".", *cells, config=config)[1]))
"""


def run_with_libraries(folder, modules, preload, *cells):
    """Run cells in one boxed kernel that has more modules; return what each printed, and the log.

    `modules` are texts by name, `preload` the names that the warm process imports.
    """
    venv.create(folder / "environment", symlinks=True)
    (packages,) = (folder / "environment").glob("lib/python*/site-packages")
    for name, text in modules.items():
        (packages / f"{name}.py").write_text(text)
    (packages / "others.pth").write_text("\n".join(name for name in sys.path if name))
    python = folder / "environment" / "bin" / "python"
    command = [python, "-c", RUN_CELLS, *map(json.dumps, (preload, *cells))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


def test_a_library_that_starts_threads_is_imported_by_each_kernel_itself(tmp_path):
    preload = ["numpy", "busy", "busier", "json.tool"]
    warm = f"import sys; print([name in sys.modules for name in {preload}])"
    itself = "import busy; print(busy.READY.wait(9))"
    modules = {"busy": STARTS_A_THREAD, "busier": STARTS_A_THREAD}
    printed, log = run_with_libraries(tmp_path, modules, preload, warm, itself)
    assert printed == ["[True, False, False, True]\n", "True\n"]
    assert "because they start threads: busy, busier" in log


def test_libraries_of_many_gigabytes_leave_room_for_the_student(tmp_path):
    # as CUDA's are: mapped, and hardly ever touched
    large = "import mmap\nPAGES = mmap.mmap(-1, 12 << 30, mmap.MAP_PRIVATE, mmap.PROT_READ)\n"
    makes = "import large, numpy as np\nprint(np.ones(100 << 20, dtype=np.int8).sum())"
    printed, _ = run_with_libraries(tmp_path, {"large": large}, ["numpy", "large"], makes)
    assert printed == [f"{100 << 20}\n"]


def test_a_module_that_ends_its_program_when_it_is_imported_is_left_out(tmp_path):
    modules = {"ends": "import sys\nsys.exit('bye')\n"}
    printed, _ = run_with_libraries(tmp_path, modules, ["ends", "numpy"], "print(1)")
    assert printed == ["1\n"]
