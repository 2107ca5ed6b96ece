"""The command ``nbjudge``: parse the arguments, call the rooms below, print, return the status.

Read `main` first.
"""
