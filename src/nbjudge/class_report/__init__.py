"""The report on a class: one page for instructors, and the same numbers as CSV.

It is made of the gradebook and of the graded folders; nothing runs for it. No student is named
unless that is asked for.
"""
