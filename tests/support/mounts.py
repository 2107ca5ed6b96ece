"""What only root can try: mounts that nobody else sees."""

import os
import shutil
import subprocess

import pytest

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount and become others")


def with_own_mounts(commands: str) -> subprocess.CompletedProcess:
    """Run shell commands, as root, in mounts that nobody else sees."""
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", commands], capture_output=True, text=True
    )


def without_bubblewrap(commands: str) -> subprocess.CompletedProcess:
    """Run shell commands, as root, where bubblewrap cannot be started."""
    return with_own_mounts(f"mount --bind /dev/null {shutil.which('bwrap')}; {commands}")
