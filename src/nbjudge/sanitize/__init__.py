"""Makes untrusted text, markdown and images safe to show: text and figures stay, code does not.

Read `text`, then `markdown` and `notebook`.
"""
