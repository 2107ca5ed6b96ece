"""``python -m nbjudge`` is the command ``nbjudge``."""

import sys

from nbjudge.cli.main import main

sys.exit(main())
