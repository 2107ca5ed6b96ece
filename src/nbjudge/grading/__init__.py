"""Decides what is graded, and grades it. No nbgrader application, no Dask, no terminal in here.

Read `assignment` (what is needed of the course), then `plan` (what is graded, and why).
"""
