"""The zygotes of one process: each is started once, and all kernels that fit are forks of it."""

from __future__ import annotations

import atexit
import functools
import os

from nbjudge.sandbox.zygote_client import Warm, Zygote

RUN_AS = "nobody"  # the account to run students' code under, unless the course names another


class ZygotePool:
    """Zygotes by what tells one from another: the modules that they import, and their account.

    Who makes a pool closes it. A fork of its process may not use it, and closes its copies of what
    leads to the zygotes (`close_inherited`).
    """

    def __init__(self):
        self._zygotes: dict[tuple[tuple[str, ...], str], Zygote] = {}
        self._expected: tuple[tuple[str, ...], str] | None = None

    def get(self, modules: tuple[str, ...], user: str) -> Zygote:
        """Return the zygote with these modules, started if there is none or it has ended.

        Args:
            modules: names to import.
            user: the unprivileged account to run under where the grader is root; else unused.

        Raises `BoxError` if there is no such account.
        """
        key = modules, user
        if self._expected not in (None, key):
            self.detach(*self._expected)
        self._expected = None
        if key in self._zygotes and not self._zygotes[key].alive:
            self.detach(*key)
        if key not in self._zygotes:
            self._zygotes[key] = Zygote(modules, user)
        return self._zygotes[key]

    def expect(self, modules: tuple[str, ...], user: str) -> None:
        """Start a zygote that will probably be asked for; it ends if another one is instead.

        Raises as `get` does.
        """
        self.get(modules, user)
        self._expected = modules, user

    def attach(self, modules: tuple[str, ...], user: str, warm: Warm) -> None:
        """Let the zygote with these modules be a fork of another process's, which is warm."""
        self._zygotes[modules, user] = Zygote(modules, user, warm)

    def detach(self, modules: tuple[str, ...], user: str) -> None:
        """End the zygote with these modules, and its folder, if there is one."""
        zygote = self._zygotes.pop((modules, user), None)
        if zygote is not None:
            zygote.close()

    def close(self) -> None:
        """End all zygotes."""
        for key in [*self._zygotes]:
            self.detach(*key)

    def close_inherited(self) -> None:
        """In a fork: close the copies of what leads to the zygotes, which go on."""
        for zygote in self._zygotes.values():
            zygote.close_inherited()
        self._zygotes.clear()


def process_pool() -> ZygotePool:
    """Return the pool of this process; it is made when first asked for and ends with the process.

    Kernels of all notebooks share it wherever nobody names another one: nbgrader makes the steps
    of a notebook, and Jupyter makes provisioners, from names of classes, to which no object can be
    handed. A fork has a pool of its own.
    """
    return _pool_of(os.getpid())


@functools.cache
def _pool_of(pid: int) -> ZygotePool:
    pool = ZygotePool()
    atexit.register(_close, pool, pid)
    return pool


def _close(pool: ZygotePool, pid: int) -> None:
    if os.getpid() == pid:  # a fork that ends as Python ends leaves its parent's zygotes alone
        pool.close()
