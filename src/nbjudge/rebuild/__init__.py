"""The released notebook with a student's text in it.

Read `build`, then `released` and `matching` (which cell is which) and `cell_source`.
"""
