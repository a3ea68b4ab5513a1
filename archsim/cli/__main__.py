"""``python -m archsim.cli`` does what ``archsim`` does."""

import sys

from archsim.cli.main import main

sys.exit(main())
