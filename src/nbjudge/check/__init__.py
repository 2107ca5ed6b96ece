"""Checking a course before it is released.

Its hidden tests alone (`formulas`), with the graded cells that name them (`cells`), and with the
teacher's own solutions (`solution`).
"""
