"""What nbgrader loads.

Its converter (`autograde`), its execute step (`execute`), the stamp of a
release (`release`), the export (`export`); and what an instructor runs or reads besides.
"""
