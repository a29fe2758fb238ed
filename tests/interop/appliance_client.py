#!/usr/bin/python3
"""A stranger's client of the whole appliance: Debian's python3-grpcio (gRPC C-core) and the published .proto files.

usage: appliance_client.py DIR [--case NAME]... [--drain]

DIR holds fixture.json of a running appliance, as appliance-up.sh writes it. Prints a line of JSON for each case:
{"case": "sign_hash", "ok": true, "error": null, "milliseconds": 12}. With --drain it then opens streams, prints
{"event": "streaming"}, and expects that somebody stops the appliance (SIGTERM, appliance-down.sh). A signer's code
serves once, so a second run needs a minute's wait or another appliance. Exit code 0 when no case has an error."""
import argparse
import json
import sys
import time
import traceback

from python import calls, drain, streams, timestamps
from python.appliance import Appliance


def run(case, appliance):
    started = time.monotonic()
    error = None
    try:
        case(appliance)
    except Exception:
        error = traceback.format_exc(limit=-4)
    milliseconds = round((time.monotonic() - started) * 1000)
    print(json.dumps({"case": case.__name__, "ok": error is None, "error": error, "milliseconds": milliseconds}),
          flush=True)
    return error is None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", metavar="DIR")
    arguments.add_argument("--case", action="append", dest="cases")
    arguments.add_argument("--drain", action="store_true")
    given = arguments.parse_args()
    cases = [case for case in calls.CASES + streams.CASES + timestamps.CASES
             if not given.cases or case.__name__ in given.cases]
    if given.drain:
        cases += drain.CASES
    with Appliance(given.folder) as appliance:
        passed = [run(case, appliance) for case in cases]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
