"""Rebuilding: the released notebook with a student's text in it (`build`).

How their cells are found: `released`, `matching`; what cells hold: `cell_text`, `merged`.
"""
