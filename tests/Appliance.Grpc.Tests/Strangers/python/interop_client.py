"""A stranger's client: Debian's python3-grpcio (gRPC C-core) against the test service.

usage: interop_client.py PORT PROTO_ROOT... [--case NAME]...

PROTO_ROOT are the folders that protoc finds the .proto files in. Prints a line of JSON for each case:
{"case": "empty_unary", "error": null, "milliseconds": 12}. Exit code 0 when no case has an error."""
import argparse
import json
import sys
import time
import traceback

import beyond
import published
from server import Server


def run(case, server):
    started = time.monotonic()
    error = None
    try:
        case(server)
    except Exception:
        error = traceback.format_exc(limit=-3)
    milliseconds = round((time.monotonic() - started) * 1000)
    print(json.dumps({"case": case.__name__, "error": error, "milliseconds": milliseconds}), flush=True)
    return error is None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("proto_roots", nargs="+")
    arguments.add_argument("--case", action="append", dest="cases")
    given = arguments.parse_args()
    cases = [case for case in published.CASES + beyond.CASES if not given.cases or case.__name__ in given.cases]
    with Server(given.port, given.proto_roots) as server:
        passed = [run(case, server) for case in cases]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
