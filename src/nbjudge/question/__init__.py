"""Asking.

What goes into a student's kernel (`ask`, `probe`), how data travels (`wire`), and what
came back (`reply`), read as untrusted data.
"""
