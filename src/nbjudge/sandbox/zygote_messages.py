"""What the grader and its zygote say to each other.

Over a SOCK_SEQPACKET socket, one JSON object a message:

- first the zygote is told ``{"modules", "user", "hidden_libraries"}``; by then it has imported what
  every kernel needs;
- it says ``{"left_out": [...], "pid"}``, the modules that start threads, or ``{"error": text}``;
- each request ``{"box", "connection", "environment", "limits"}`` asks for one kernel, whose limit
  ``RLIMIT_AS`` counts from what the zygote has imported; the answer is ``{"pid", "init_pid"}`` with
  three descriptors (the kernel's pidfd, the box's lifeline, a pipe that tells when the kernel is
  ready), or ``{"error": text}``.

Another process of the same grader that connects to the zygote's listening socket gets a zygote of
its own: a fork, which says the same first words to it.
"""

MESSAGE_BYTES = 200_000  # of the largest message
READY = b"ready"  # what a kernel writes into its pipe when it answers; else why it never will
