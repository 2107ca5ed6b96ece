"""Judging.

A course's hidden tests (`hidden_test`, `course`), comparison with what is expected
(`compare`), points and mistakes (`decide`), and what people read of it (`text`).
"""
