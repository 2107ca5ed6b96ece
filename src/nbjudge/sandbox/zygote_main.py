"""Starts the zygote, by this file's path.

    python -I zygote_main.py PACKAGE_FOLDER CONTROL LISTENER [MODULE_TO_LEAVE_OUT ...]

With -I Python looks for modules in its own folders alone, so the one in which the package `nbjudge`
lies is named. CONTROL and LISTENER are descriptors of sockets; see `zygote_messages`.
"""

import gc
import os
import socket
import sys

if __name__ == "__main__":
    gc.disable()  # while it imports: it would look again and again at what stays
    sys.path.insert(0, sys.argv[1])
    from nbjudge.sandbox.zygote_server import main

    sys.path.remove(sys.argv[1])
    control, listener = (socket.socket(fileno=int(number)) for number in sys.argv[2:4])
    main(control, listener, sys.argv[4:])
    # what imported libraries do at a program's end is nothing for its forks, the kernels
    os._exit(0)
