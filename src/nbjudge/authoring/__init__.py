"""For people who write a course: begin a notebook or its hidden tests, check a course, release it.

Read `new` and `adopt` (the beginning), then `check` (all that is looked at before a release).
"""
