"""Making what students wrote and drew inert.

Instructors and students see text and images, and
nothing of it runs, in notebooks, pages, logs.
"""
