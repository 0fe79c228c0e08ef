"""What was measured, a line for each case, for scripts/failures."""

import json
import os


def write_line(result):
    print(result)
    if path := os.environ.get("GREETER_FAILURES"):
        with open(path, "a") as results:
            results.write(json.dumps(result) + "\n")
