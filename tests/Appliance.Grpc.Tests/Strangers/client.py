"""Drives the test service with grpcio (C-core): python3 client.py PORT CASE. Exit code 0 when the case holds."""
import sys
import threading

import grpc

PATH = "/appliance.test.Behaviours/Unary"


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def request(behaviour, payload=b"", size=0, text=""):
    out = b"\x0a" + varint(len(behaviour)) + behaviour.encode()
    if payload:
        out += b"\x12" + varint(len(payload)) + payload
    if size:
        out += b"\x18" + varint(size)
    if text:
        encoded = text.encode()
        out += b"\x22" + varint(len(encoded)) + encoded
    return out


def response(payload):
    return b"\x0a" + varint(len(payload)) + payload


def call(channel, path=PATH):
    return channel.unary_unary(path, request_serializer=None, response_deserializer=None)


def expect(condition, what):
    if not condition:
        print("expected", what)
        sys.exit(1)


def refused(method, message, code, **options):
    try:
        method(message, **options)
    except grpc.RpcError as error:
        expect(error.code() == code, "%s, got %s: %s" % (code, error.code(), error.details()))
        return error
    expect(False, str(code))


def unary(channel):
    for i in range(100):
        payload = bytes([i]) * (i + 1)
        expect(call(channel)(request("echo", payload)) == response(payload), "the payload back")
        expect(call(channel)(request("yield", payload)) == response(payload), "the payload back, later")


def concurrent(channel):
    futures = [(i, call(channel).future(request("yield", b"%d" % i))) for i in range(1000)]
    for i, future in futures:
        expect(future.result() == response(b"%d" % i), "its own payload")


def gzip(channel):
    payload = bytes(100000)
    answer = call(channel)(request("echo", payload), compression=grpc.Compression.Gzip)
    expect(answer == response(payload), "the payload back")


def deflate(channel):
    refused(call(channel), request("echo", bytes(1000)), grpc.StatusCode.UNIMPLEMENTED,
            compression=grpc.Compression.Deflate)


def big(channel):
    payload = bytes(range(256)) * 16000  # 4,096,000: just under the limit
    expect(call(channel)(request("echo", payload)) == response(payload), "four megabytes back")


def toobig(channel):
    refused(call(channel), request("echo", bytes(4 * 1024 * 1024)), grpc.StatusCode.RESOURCE_EXHAUSTED)
    unary(channel)


def deadline(channel):
    refused(call(channel), request("wait"), grpc.StatusCode.DEADLINE_EXCEEDED, timeout=0.2)
    refused(call(channel), request("deaf"), grpc.StatusCode.DEADLINE_EXCEEDED, timeout=0.2)
    unary(channel)


def cancel(channel):
    for _ in range(20):
        future = call(channel).future(request("wait"))
        future.cancel()
        expect(future.code() == grpc.StatusCode.CANCELLED, "CANCELLED")
    future = call(channel).future(request("wait"))
    timer = threading.Timer(0.1, future.cancel)
    timer.start()
    try:
        future.result()
        expect(False, "a cancelled call")
    except grpc.FutureCancelledError:
        pass
    unary(channel)


def metadata(channel):
    answer, details = call(channel).with_call(request("metadata"), metadata=(
        ("authorization", "Bearer abc"), ("x-text", "some text"), ("x-bytes-bin", b"\x00\xff\x01")))
    initial = dict(details.initial_metadata())
    trailing = dict(details.trailing_metadata())
    expect(initial["x-initial"] == "some text", "initial metadata")
    expect(initial["x-initial-bin"] == b"\x01\x02\x03", "binary initial metadata")
    expect(trailing["x-trailing"] == "Bearer abc", "trailing metadata")
    expect(trailing["x-trailing-bin"] == b"\x00\xff\x01", "binary trailing metadata")


def details(channel):
    error = refused(call(channel), request("fail"), grpc.StatusCode.INVALID_ARGUMENT)
    expect(error.details() == "Invalid parameter SAD", "the text")
    trailing = dict(error.trailing_metadata())
    status = trailing["grpc-status-details-bin"]
    for part in (b"google.rpc.ErrorInfo", b"google.rpc.RetryInfo", b"invalid_request", b"example.org"):
        expect(part in status, part)


def text(channel):
    words = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    error = refused(call(channel), request("fail-text", text=words), grpc.StatusCode.ABORTED)
    expect(error.details() == words, "the text, got %r" % error.details())


def unknown(channel):
    refused(call(channel), request("throw"), grpc.StatusCode.UNKNOWN)


def unimplemented(channel):
    refused(call(channel, "/appliance.test.Behaviours/Missing"), b"", grpc.StatusCode.UNIMPLEMENTED)
    refused(call(channel, "/appliance.test.Missing/Unary"), b"", grpc.StatusCode.UNIMPLEMENTED)


def main():
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel("127.0.0.1:" + sys.argv[1], options=options) as channel:
        globals()[sys.argv[2]](channel)
    print("ok")


main()
