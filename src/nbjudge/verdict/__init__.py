"""From replies to points: pure functions.

Read `hidden_test` (what a course writes), `scoring`, `compare`, then `explain`.
"""
