"""Writing where it would last: the runner compares every file outside autograded/ afterwards."""

from corpus.submission import snippets, submission

TRY = """
def put(path, text="pwned"):
    import os
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a") as file:
            file.write(text)
        print("wrote", path)
    except OSError as error:
        print(path, error)
"""
snippets(
    "writing",
    {
        "gradebook rows": "import sqlite3\ntry:\n"
        "    db = sqlite3.connect('<course>/gradebook.db')\n"
        "    db.execute('update grade set manual_score = 99'); db.commit()\n"
        "except Exception as e: print(e)",
        "gradebook triggers": "import sqlite3\ntry:\n"
        "    db = sqlite3.connect('<course>/gradebook.db')\n"
        "    db.execute('create trigger pwned after update on grade begin "
        "update grade set auto_score = 99; end'); db.commit()\nexcept Exception as e: print(e)",
        "gradebook replaced": TRY + "put('<course>/gradebook.db')\nput('gradebook.db')",
        "other students": TRY + "put('<course>/submitted/<victim>/lab/nn.ipynb')\n"
        "put('<course>/autograded/<victim>/lab/nn.ipynb')",
        "ipython startup": TRY
        + "import os\nput('<home>/.ipython/profile_default/startup/pwned.py')\n"
        "put(os.path.expanduser('~/.ipython/profile_default/startup/pwned.py'))",
        "pth in site packages": TRY + "import site, sys\n"
        "for f in site.getsitepackages() + [site.getusersitepackages(), sys.prefix]:\n"
        "    put(f + '/pwned.pth', 'import os')",
        "python's own files": TRY
        + "import os, numpy, json\nput(os.__file__)\nput(numpy.__file__)\n"
        "put(json.__file__)",
        "bytecode caches": TRY + "import json.decoder as d\nput(d.__cached__)",
        "config files": TRY + "put('<course>/nbgrader_config.py')\nput('<home>/.jupyter/"
        "nbgrader_config.py')\nput('<home>/.bashrc')\nput('/etc/jupyter/pwned.py')\n"
        "put('nbgrader_config.py')",
        "release and hidden tests": TRY + "put('<course>/release/lab/nn.ipynb')\n"
        "put('<course>/hidden_tests/lab/nn.py')\nput('<course>/source/lab/rows.csv')\n"
        "put('rows.csv')",
        "tmp and shm": TRY + "put('/tmp/pwned-outside')\nput('/dev/shm/pwned-outside')\n"
        "put('/var/tmp/pwned-outside')",
        "among the sockets": TRY + "import os\nput('/sockets/pwned')\n"
        "try: os.symlink('/etc/passwd', '/sockets/pwned')\nexcept OSError as e: print(e)\n"
        "try: os.mkfifo('/sockets/pwned')\nexcept OSError as e: print(e)",
        "sockets replaced": "import os\nfor n in os.listdir('/sockets'):\n"
        "    try: os.unlink('/sockets/' + n); os.symlink('/etc/passwd', '/sockets/' + n)\n"
        "    except OSError as e: print(e)",
        "output folder swapped for a link": "import os, shutil\n"
        "for p in ('<course>/autograded', os.getcwd()):\n    try:\n"
        "        shutil.rmtree(p); os.symlink('<home>', p)\n    except OSError as e: print(e)",
        "core pattern": TRY + "put('/proc/sys/kernel/core_pattern', '|/tmp/pwned')\n"
        "put('/proc/self/oom_score_adj', '-1000')\nput('/proc/sysrq-trigger', 'b')",
        "device nodes": "import os, stat\nfor n in (1, 8):\n"
        "    try: os.mknod(f'dev{n}', stat.S_IFBLK | 0o666, os.makedev(n, 0))\n"
        "    except OSError as e: print(e)",
        "set user id program": "import os, shutil\nshutil.copy('/bin/sh', 'sh'); os.chmod('sh', 0o4755)\n"
        "os.system('./sh -c \"id; echo x > <course>/pwned\"; su -c id; sudo id; mount -t tmpfs x /mnt')",
        "cron and services": TRY + "put('/etc/cron.d/pwned')\nput('/var/spool/cron/pwned')\n"
        "put('/etc/systemd/system/pwned.service')\nput('<home>/.config/autostart/pwned')",
        "remount": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.mount(b'none', b'/', None, 0x20 | 0x1000, None), ctypes.get_errno())\n"
        "print(libc.unshare(0x10020000), ctypes.get_errno())",
        "keyring and message queues": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.syscall(248, b'user', b'pwned', b'x', 1, -4), ctypes.get_errno())\n"
        "print(libc.msgget(1, 0o1777), libc.shmget(1, 4096, 0o1777))",
    },
)


@submission("writing", "file beside the notebook that config would load")
def _(work):
    text = work.fill("open('<home>/pwned-by-config', 'w').write('x')\n")
    for name in ("nbgrader_config.py", "jupyter_nbconvert_config.py", "jupyter_config.py"):
        (work.folder / name).write_text(text)
