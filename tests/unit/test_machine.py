"""As many workers as a container leaves room for."""

import os

import psutil
import pytest

from nbjudge.cluster.resources import cores, free_memory

GB = 1 << 30


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Let the machine have 64 cores, and 200 GB free."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    memory = psutil.virtual_memory()._replace(available=200 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_without_a_container_it_is_the_machine(tmp_path):
    assert (cores(tmp_path), free_memory(tmp_path)) == (64, 200 * GB)


@pytest.mark.parametrize(
    ("limit", "found"),
    [("200000 100000", 2), ("max 100000", 64), ("150000 100000", 1), ("20000 100000", 1), ("", 64)],
)
def test_a_container_has_the_whole_cores_of_its_quota(tmp_path, limit, found):
    assert cores(write(tmp_path, cpu_dot_max=f"{limit}\n")) == found


@pytest.mark.parametrize(("quota", "found"), [("400000", 4), ("-1", 64)])
def test_so_does_one_of_the_first_version(tmp_path, quota, found):
    files = {"cpu__cpu_dot_cfs_quota_us": quota, "cpu__cpu_dot_cfs_period_us": "100000"}
    assert cores(write(tmp_path, **files)) == found


def test_a_container_has_what_it_does_not_use_of_its_memory_and_copies_of_files(tmp_path):
    stat = f"anon {GB}\ninactive_file {GB // 2}\nactive_file 7\n"
    files = {"memory_dot_max": f"{4 * GB}\n", "memory_dot_current": f"{2 * GB}\n"}
    assert free_memory(write(tmp_path, **files, memory_dot_stat=stat)) == 2 * GB + GB // 2
    assert free_memory(write(tmp_path, memory_dot_max="max\n")) == 200 * GB
    assert free_memory(write(tmp_path, memory_dot_max=f"{GB}\n", memory_dot_stat="")) == 0


def test_memory_of_the_first_version(tmp_path):
    files = {
        "memory__memory_dot_limit_in_bytes": f"{8 * GB}",
        "memory__memory_dot_usage_in_bytes": f"{3 * GB}",
        "memory__memory_dot_stat": f"cache 5\ntotal_inactive_file {GB}\n",
    }
    assert free_memory(write(tmp_path, **files)) == 6 * GB
