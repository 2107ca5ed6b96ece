"""Containers of these tests' own, by runc: what a pod's manifest says of them, on this machine.

An image is not built: the container sees this machine's /usr, Python and this repository.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from repository import ROOT
from slurm import find_program, running
from small_course import environment

CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
IMAGE = ("/usr", *sorted({sys.prefix, sys.base_prefix, str(ROOT)}))
TOP_FOLDERS = ("bin", "lib", "lib64", "sbin")  # links into /usr


@contextlib.contextmanager
def container(pod: Mapping, folder: Path, volumes: Mapping[str, Path], **told) -> Iterator[None]:
    """Run the one container of a pod beside the block.

    Args:
        pod: the pod's spec, as in a manifest. No capability, and no system call filter: it is
            for pods that are `Unconfined`.
        folder: an empty one, for the container's own files.
        volumes: the files of each secret and config map, by its name.
        told: as of `subprocess.Popen`: where its output goes.
    """
    root = folder / "root"
    for name in ("etc", "proc", "tmp"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    for name in TOP_FOLDERS:
        (root / name).symlink_to(f"usr/{name}")
    for name in ("ld.so.cache", "passwd", "group", "hosts", "nsswitch.conf"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    subprocess.run([find_program("runc"), "spec"], cwd=folder, check=True)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(_configured(config, pod, folder, volumes)))
    name = f"nbjudge-{secrets.token_hex(4)}"
    with running("runc", "run", name, cwd=folder, **told):
        yield
    subprocess.run([find_program("runc"), "delete", "--force", name], capture_output=True)


def _configured(config: dict, pod: Mapping, folder: Path, volumes: Mapping[str, Path]) -> dict:
    """Return runc's own default, which masks /proc as each engine does, with what the pod says."""
    (described,), account = pod["containers"], pod["securityContext"]
    assert account["seccompProfile"] == {"type": "Unconfined"}
    variables = {"PATH": environment()["PATH"], "HOME": "/tmp"}
    variables |= {each["name"]: each["value"] for each in described.get("env", ())}
    config["process"] |= {
        "terminal": False,
        "args": described["command"],
        "user": {"uid": account["runAsUser"], "gid": account["fsGroup"]},
        "env": [f"{name}={value}" for name, value in variables.items()],
        "cwd": "/tmp",
        "capabilities": {kind: [] for kind in CAPABILITIES},
        "noNewPrivileges": False,
        "rlimits": [],
    }
    config["root"] = {"path": "root", "readonly": False}
    config["mounts"] += [_bound(path, path) for path in IMAGE]
    kept = {each["name"]: each for each in pod["volumes"]}
    for mount in described["volumeMounts"]:
        copy = _copied(kept[mount["name"]], account["fsGroup"], folder, volumes)
        config["mounts"].append(_bound(copy, mount["mountPath"]))
    shared = ("network", "cgroup")  # the machine's own: workers reach a scheduler outside
    namespaces = config["linux"]["namespaces"]
    config["linux"]["namespaces"] = [each for each in namespaces if each["type"] not in shared]
    for name in ("resources", "seccomp"):
        config["linux"].pop(name, None)
    return config


def _copied(volume: Mapping, group: int, folder: Path, volumes: Mapping[str, Path]) -> str:
    """Copy a secret or a config map, for the pod's group to read; return the folder."""
    secret = volume.get("secret")
    source = volumes[secret["secretName"] if secret else volume["configMap"]["name"]]
    copy = folder / volume["name"]
    shutil.copytree(source, copy)
    for path in copy.iterdir():
        os.chown(path, 0, group)
        path.chmod(secret.get("defaultMode", 0o644) if secret else 0o644)
    return str(copy)


def _bound(source: str, destination: str) -> dict:
    options = ["rbind", "ro"]
    return {"type": "bind", "source": source, "destination": destination, "options": options}
