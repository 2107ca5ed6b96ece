"""The feedback page of one notebook, for its student."""
