"""The modules beside the fuzz test can be imported by it, as they can by the program."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
