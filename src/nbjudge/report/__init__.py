"""What instructors read of a class.

While it is graded (`progress`), at the end of a run (`summary`, `moved`), and whenever they ask:
the points (`points`, `grades`, `grades_table`).
"""
