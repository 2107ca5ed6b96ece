"""What stays on disk and in the gradebook.

Read `audit` (the lines of a grading) and `digests` (what it was made from), then `graded_folder`
and `writer`.
"""
