#!/usr/bin/env python3
"""Prints the slots of a running appliance as JSON: what `appliance status --json` says of them, without the start of a
process that weighs on what is being measured. slots.py SOCKET, where SOCKET is the appliance's admin socket."""

import json
import socket
import struct
import sys

REQUEST, OUTPUT, ERROR, EXIT = 1, 17, 18, 22


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise SystemExit("slots.py: the appliance closed the connection")
        data += piece
    return data


def status(path):
    request = json.dumps({"version": 1, "arguments": ["status", "--json"]}).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(struct.pack(">BI", REQUEST, len(request)) + request)
        output, error = b"", b""
        while True:
            kind, length = struct.unpack(">BI", read_exactly(connection, 5))
            payload = read_exactly(connection, length)
            if kind == OUTPUT:
                output += payload
            elif kind == ERROR:
                error += payload
            elif kind == EXIT:
                if payload != b"\0":
                    raise SystemExit("slots.py: " + error.decode())
                return json.loads(output)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: slots.py SOCKET")
    print(json.dumps(status(sys.argv[1])["slots"]))
