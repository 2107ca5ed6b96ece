"""``python -m nbjudge`` is the command ``nbjudge``."""

import sys

from nbjudge.command import main

sys.exit(main())
