"""Namespaces, limits and the zygote: how a student's process is kept from everything else.

Read `zygote_server` (the process that kernels are forked from), `bubblewrap` (namespaces),
`lockdown` (what a fork gives up before it runs a student's code), then the grader's end:
`zygote_messages`, `zygote_client`, `zygote_pool`. Change it only together with an attempt in
`escape_attempts` and an entry in the corpus.
"""
