"""The kernel's room: students' code runs in a box, in a process forked from a warm one.

Read in this order: `zygote` (the warm process), `box` (bubblewrap's namespaces), `cage` (what a
forked process gives up before it becomes a kernel), `warm` (the grader's end of the zygote),
`provisioner` and `manager` (how Jupyter starts and stops such a kernel).
"""
