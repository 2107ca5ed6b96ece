"""The kernel that students' code runs in: ipykernel's, started in a fork inside the box."""

import gc
import logging
import os
import random
import sys
import zlib
from collections.abc import Iterable
from types import MappingProxyType

import zmq
from ipykernel import ipkernel
from ipykernel.compiler import XCachingCompiler, get_tmp_directory
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from nbjudge.sandbox import lockdown
from nbjudge.sandbox.blocking_iopub import PatientPublisher, make_patient
from nbjudge.sandbox.bubblewrap import FILES, HOME
from nbjudge.sandbox.zygote_messages import READY

MOST_LINES = 200  # that `input` is answered with
SETTINGS = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})


class SysWithoutModules:
    """Python's module `sys`, but for its list of modules, which is empty."""

    modules = MappingProxyType({})

    def __getattr__(self, name: str):
        """Return what `sys` has."""
        return getattr(sys, name)


class QuickCompiler(XCachingCompiler):
    """ipykernel's compiler, with a hash for the names of cells that is not computed in Python."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Return a cell's file name, which warnings show."""
        text = raw_code.encode(errors="surrogatepass")
        return f"{get_tmp_directory()}{os.sep}{zlib.crc32(text)}.py"


class StudentKernel(IPythonKernel):
    """A kernel that nobody sits in front of."""

    compiler_class = QuickCompiler
    asked = 0  # how often a line was asked for

    def __init__(self, **kwargs):
        """See `IPythonKernel`, which looks at every module to tell a debugger of its file.

        There is no debugger, and a look at a module copies the memory that it lies in.
        """
        # private: ipykernel ipkernel.sys, there is no setting for that list of files
        ipkernel.sys = SysWithoutModules()
        super().__init__(**kwargs)
        ipkernel.sys = sys

    def raw_input(self, prompt: str = "") -> str:
        """Answer `input()` with an empty line, as if Return had been pressed.

        Raises `EOFError` after `MOST_LINES`: a debugger, or a loop that waits for another answer,
        would ask for ever.
        """
        print(prompt)
        self.asked += 1
        if self.asked > MOST_LINES:
            raise EOFError("nobody is there to answer")
        return ""

    def getpass(self, prompt: str = "", stream: object = None) -> str:
        """Answer `getpass()` with an empty line."""
        return self.raw_input(prompt)


class StudentKernelApp(IPKernelApp):
    """ipykernel's application, told its connection by the grader and not by a file."""

    kernel_class = StudentKernel
    outstream_class = "nbjudge.sandbox.blocking_iopub.PatientStream"
    connection: dict  # set before `initialize`

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Take the settings that there are; building a parser for none would take its time."""
        self.update_config(SETTINGS)

    def init_connection_file(self) -> None:
        """Take the sockets' names and the session's key as the grader gave them."""
        self.load_connection_info(self.connection)

    def init_iopub(self, context: zmq.Context) -> None:
        """Publish to a grader that may be slower than what is published."""
        publisher = context.socket(zmq.XPUB)
        publisher.linger = 1000
        make_patient(publisher)
        # private: ipykernel IPKernelApp._bind_socket, no public method binds to a name of ours
        self.iopub_port = self._bind_socket(publisher, self.iopub_port)
        self.iopub_thread = PatientPublisher(publisher, pipe=True, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket

    def write_connection_file(self) -> None:
        """Write nothing: the grader knows the connection."""

    def log_connection_info(self) -> None:
        """Say nothing: nobody reads it."""

    def _configure_logging(self) -> None:
        """Let the log go nowhere; traitlets' way to stderr, which is closed, takes its time."""
        # private: traitlets Application._configure_logging, `logging_config` takes as long
        logging.getLogger(type(self).__name__).addHandler(logging.NullHandler())


def run_kernel(request: dict, forgotten: Iterable[str]) -> None:
    """Become a student's kernel; returns when the kernel has ended.

    Args:
        request: as in `zygote_messages`, with ``ready``: a descriptor that is told `READY` when
            the kernel answers, or why it never will.
        forgotten: names of the modules that are to be imported anew, if at all.
    """
    try:
        lockdown.forget_the_grader(request["environment"], HOME)
        lockdown.copy_files(FILES, HOME, request["limits"]["RLIMIT_FSIZE"] // 2)
        lockdown.set_limits(request["limits"])
        lockdown.lock()
        app = make_app(request["connection"], forgotten)
    except BaseException as error:
        os.write(request["ready"], f"{type(error).__name__}: {error}".encode())
        raise
    os.write(request["ready"], READY)
    os.close(request["ready"])
    app.start()
    app.close()


def make_app(connection: dict, forgotten: Iterable[str]) -> StudentKernelApp:
    """Return the kernel's application, listening on its sockets."""
    gc.disable()  # a collection would touch, and so copy, what is shared with the other forks
    reseed()
    sys.argv = ["ipykernel_launcher"]
    sys.path.insert(0, "")
    app = StudentKernelApp.instance()
    app.connection = connection
    app.initialize([])  # finds the class of its streams among the modules
    for name in forgotten:
        sys.modules.pop(name, None)
    # `exit()` would end the kernel some time after its cell, and cost the cells after it. Not by a
    # class of our own: students' libraries know a notebook by the name of its shell's class.
    app.shell.ask_exit = lambda: print("exit() and quit() are ignored here.")
    gc.enable()
    return app


def reseed() -> None:
    """Give this fork random numbers of its own; all forks began with the same states."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        # not torch.seed(), which for each kind of accelerator writes down where it was called
        sys.modules["torch"].default_generator.seed()
