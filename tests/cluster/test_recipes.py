"""The recipes of docs/cluster.md, run as they stand there: `make recipes`.

Those for Slurm and SSH as a whole; of that for Kubernetes the container of a worker.
"""

import getpass
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
import yaml
from containers import container
from documents import blocks, commands
from ports import free_port
from slurm import find_program, running, slurm, until
from small_course import ASSIGNMENT, build, environment, files, forget_grading, nbgrader, rows, run

PAGE = "docs/cluster.md"
STUDENTS = 6
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in which a class has handed in, and the page's certificates."""
    course = build(tmp_path_factory.mktemp("recipes"), STUDENTS, "c.JudgeExecute.seed = 7")
    (course / "tls").mkdir()
    for line in commands(PAGE):
        if re.match(r"openssl |cp ", line):
            subprocess.run(line, shell=True, check=True, cwd=course / "tls", capture_output=True)
    (course / "dask").mkdir()
    settings, _ = blocks(PAGE, "yaml")
    (course / "dask" / "grading.yaml").write_text(here(course, settings))
    return course


@pytest.fixture(scope="module")
def alone(course):
    """Return what one process has written of the class."""
    nbgrader(course, "autograde", ASSIGNMENT)
    found = files(course), rows(course)
    forget_grading(course)
    return found


def here(course, text):
    """Return a recipe with this course's folder and assignment, and one worker a core."""
    text = text.replace("/home/grader/tls", str(course / "tls")).replace("lab1", ASSIGNMENT)
    return text.replace("jobs=40", "jobs=2").replace("--nworkers 8", "--nworkers 2")


def test_the_script_for_slurm_grades_a_class(ungraded, alone):
    (script,) = (block for block in blocks(PAGE, "python") if "SLURMCluster" in block)
    with slurm() as found:
        more = {"DASK_CONFIG": str(ungraded / "dask"), "SLURM_CONF": found["SLURM_CONF"]}
        said = run(ungraded, sys.executable, "-c", here(ungraded, script), **more)
        assert f"{STUDENTS} submissions graded" in said, said
        asked = [find_program("squeue"), "--noheader"]
        end = time.monotonic() + 60
        while left := subprocess.run(asked, env=found, capture_output=True, text=True).stdout:
            assert time.monotonic() < end, left
            time.sleep(0.5)
    assert (files(ungraded), rows(ungraded)) == alone


def test_workers_that_were_started_by_ssh_grade_a_class(ungraded, alone, tmp_path):
    scheduler, worker, grade = (
        here(ungraded, line)
        for line in commands(PAGE)
        if re.match("dask |nbjudge grade lab1 .*grader.example.org", line)
    )
    port, ssh_port = free_port(), free_port()
    name = f"{socket.gethostname()}:{port}"
    settings = f"DASK_CONFIG={ungraded / 'dask'} PATH={environment()['PATH']}"
    for kind in ("host", "client"):
        made = [find_program("ssh-keygen"), "-q", "-N", "", "-t", "ed25519"]
        subprocess.run([*made, "-f", tmp_path / kind], check=True)
    os.makedirs("/run/sshd", exist_ok=True)
    log = tmp_path / "log"
    with ExitStack() as stack:
        told = {"stdout": stack.enter_context(log.open("w")), "stderr": subprocess.STDOUT}
        options = {"HostKey": tmp_path / "host", "AuthorizedKeysFile": tmp_path / "client.pub"}
        options |= {"StrictModes": "no", "PidFile": "none", "PermitRootLogin": "yes"}
        listen = [f"-o{key}={value}" for key, value in options.items()]
        stack.enter_context(running("sshd", "-D", "-p", str(ssh_port), *listen, **told))
        ssh = [
            *("ssh", "-tt", "-p", str(ssh_port), "-i", str(tmp_path / "client")),
            *("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null"),
            f"{getpass.getuser()}@127.0.0.1",
        ]

        def is_open() -> bool:
            tried = [find_program("ssh"), *ssh[1:], "true"]
            return subprocess.run(tried, capture_output=True).returncode == 0

        until(is_open, "The SSH server")
        for line in (scheduler.replace("8786", str(port)), worker):
            line = line.replace("grader.example.org:8786", name)
            stack.enter_context(running(*ssh, f"{settings} {line}", **told))
        command = shlex.split(grade.replace("grader.example.org:8786", name))
        said = run(ungraded, *command, DASK_CONFIG=str(ungraded / "dask"))
        assert f"{STUDENTS} submissions graded" in said, said + log.read_text()
    assert (files(ungraded), rows(ungraded)) == alone


def test_kubernetes_takes_what_is_to_be_applied():
    import kubernetes_validate

    _, pods = blocks(PAGE, "yaml")
    kinds = []
    for manifest in yaml.safe_load_all(pods):
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
        kinds.append(manifest["kind"])
    assert kinds == ["Service", "Deployment", "Deployment"]


def test_a_worker_in_the_container_of_its_pod_grades_a_class(ungraded, alone, tmp_path):
    port = free_port()
    address = f"tls://localhost:{port}"
    _, pods = blocks(PAGE, "yaml")
    pods = here(ungraded, pods).replace("tls://grading-scheduler:8786", address)
    manifests = {each["metadata"]["name"]: each for each in yaml.safe_load_all(pods)}
    pod = manifests["grading-workers"]["spec"]["template"]["spec"]
    volumes = {"grading-tls": ungraded / "tls", "grading-dask": ungraded / "dask"}
    more = {"DASK_CONFIG": str(ungraded / "dask")}
    scheduler = ("dask", "scheduler", "--protocol", "tls", "--port", str(port))
    config = ungraded / "nbgrader_config.py"
    usual = config.read_text()
    grade = ("nbjudge", "grade", ASSIGNMENT, "--scheduler", address)
    with (
        (tmp_path / "log").open("w") as log,
        running(*scheduler, stdout=log, stderr=log, env=environment() | more),
        container(pod, tmp_path / "pod", volumes, stdout=log, stderr=log),
    ):
        said = run(ungraded, *grade, status=1, **more)
        assert "c.BoxProvisioner.own_proc = False" in said, said
        config.write_text(f"{usual}\nc.BoxProvisioner.own_proc = False\n")
        said = run(ungraded, *grade, **more)
        assert f"{STUDENTS} submissions graded" in said, said
    config.write_text(usual)
    assert (files(ungraded), rows(ungraded)) == alone
