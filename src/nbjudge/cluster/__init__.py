"""Grading with many processes, on this machine or on others, by Dask's scheduler.

`course` is what a worker is given once, `worker` what it does, `pool` hands out submissions and
takes what comes back, `local` starts workers on this machine, `address` finds those elsewhere.
Gradebook and course stay with the one process that writes; see `nbjudge.record.writer`.
"""
