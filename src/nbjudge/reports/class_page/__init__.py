"""The report on a class: points, tasks, mistakes, similar solutions; nothing of it runs code.

Read `read_class`, then `model`, then `html_page`.
"""
