"""Recording.

From a graded notebook to what stays: the audit line (`audit`) and what it was made from
(`digest`), a folder that is whole or not there (`folder`), the gradebook's rows (`grades`).
"""
