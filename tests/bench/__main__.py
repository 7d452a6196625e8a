"""`make bench`: every bench_*.py here, as one table. `--only scoring` runs one. Never fails a test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `python tests/bench` and `python -m tests.bench` alike

from harness import main

if __name__ == "__main__":
    sys.exit(main())
