"""Help for authors: the beginning of a notebook with judged tasks."""
