"""A Slurm of these tests' own, on this machine alone: one controller, one node, gone after them."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import free_port

INSTALL = (
    "tests/cluster/test_recipes.py needs Slurm, an SSH server and runc. Run this line, then the "
    "tests again:\n  sudo apt-get install slurmctld slurmd slurm-client munge openssh-server runc"
)
START_SECONDS = 60
# accounting, cgroups and plugins for a network are left out: one node has no use for them
CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
""".lstrip()


def find_program(name: str) -> str:
    """Return the path of a program; fail with the line that installs it."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.fail(INSTALL, pytrace=False)
    return found


@contextlib.contextmanager
def running(*command: str, **more) -> Iterator[subprocess.Popen]:
    """Give a program that runs in the foreground; it is stopped after the block."""
    process = subprocess.Popen([find_program(command[0]), *command[1:]], **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(answers, what: str) -> None:
    """Wait until a function returns something true; fail after a minute."""
    end = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > end:
            pytest.fail(f"{what} does not answer.", pytrace=False)
        time.sleep(0.2)


@contextlib.contextmanager
def slurm() -> Iterator[dict[str, str]]:
    """Give a running Slurm as the environment in which ``sbatch`` and ``squeue`` find it."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        for each in ("munge", "state", "spool"):
            (folder / each).mkdir(mode=0o755)
        folder.chmod(0o755)
        key = folder / "munge" / "key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        configuration = folder / "slurm.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=folder,
                host=socket.gethostname().split(".")[0],
                user=getpass.getuser(),
                cores=os.cpu_count(),
                megabytes=int(0.9 * memory),
                controller=free_port(),
                node=free_port(),
            )
        )
        environment = {**os.environ, "SLURM_CONF": str(configuration)}
        at = [f"--{part}={folder}/munge/{part}" for part in ("socket", "pid-file", "log-file")]
        log = stack.enter_context((folder / "log").open("w"))
        told = {"stdout": log, "stderr": log}
        stack.enter_context(
            running(
                *("munged", "--foreground", "--force", f"--key-file={key}"),
                *(f"--seed-file={folder}/munge/seed", *at),
                **told,
            )
        )
        until((folder / "munge" / "socket").exists, "munged")
        for program in ("slurmctld", "slurmd"):
            stack.enter_context(
                running(program, "-D", "-f", str(configuration), env=environment, **told)
            )

        def is_idle() -> bool:
            asked = [find_program("sinfo"), "--noheader", "--format=%T"]
            done = subprocess.run(asked, env=environment, capture_output=True, text=True)
            return done.stdout.strip() == "idle"

        until(is_idle, "Slurm")
        yield environment
