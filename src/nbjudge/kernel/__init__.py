"""Jupyter's classes for kernels that run students' code in a sandbox.

Read `executor` (runs the cells of a notebook), then `manager` and `provisioner` (start and stop
a kernel) and `client` (asks it). `self_test` tries what protects the machine.
"""
