"""Grading with several processes, on this machine or on others, through Dask's scheduler.

Read `course_bundle` (what a worker gets), `worker` (what it does), `pool` (which hands out
submissions), then `local_cluster` and `scheduler_address` (where workers are).
"""
