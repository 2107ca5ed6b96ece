"""What crosses the border to a student's kernel.

Read `request` (the question), `probe` (the code that asks it in the kernel), `codec` (how values
travel), then `reply` (what came back, read as data that nobody trusts).
"""
