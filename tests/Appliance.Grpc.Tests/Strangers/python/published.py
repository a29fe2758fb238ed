"""The cases of gRPC's "Interop Test Case Descriptions", written after them."""
import os

import grpc
import protos as definitions
from server import Requests, Wire, broken, ended, expect, expect_status, refused

REQUEST_SIZES = (27182, 8, 1828, 45904)
RESPONSE_SIZES = (31415, 9, 2653, 58979)
LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"

CASES = []


def case(function):
    CASES.append(function)
    return function


@case
def empty_unary(server):
    expect(server.test.EmptyCall(server.protos.Empty()).ByteSize() == 0, "an empty answer")


def expect_zeros(response, size):
    expect(response.payload.type == 0, "payload type COMPRESSABLE")
    expect(response.payload.body == bytes(size), "%d zeros, got %d bytes" % (size, len(response.payload.body)))


@case
def large_unary(server):
    expect_zeros(server.test.UnaryCall(server.simple(LARGE_REQUEST, LARGE_RESPONSE)), LARGE_RESPONSE)


@case
def client_streaming(server):
    answer = server.test.StreamingInputCall(server.input(size) for size in REQUEST_SIZES)
    expect(answer.aggregated_payload_size == 74922, "74922, got %d" % answer.aggregated_payload_size)


@case
def server_streaming(server):
    call = server.test.StreamingOutputCall(server.output(RESPONSE_SIZES))
    for size in RESPONSE_SIZES:
        expect_zeros(next(call), size)
    ended(call)


@case
def ping_pong(server):
    with Requests() as requests:
        call = server.test.FullDuplexCall(requests)
        for sent, asked in zip(REQUEST_SIZES, RESPONSE_SIZES):
            requests.add(server.output([asked], sent))
            expect_zeros(next(call), asked)
    ended(call)


@case
def empty_stream(server):
    ended(server.test.FullDuplexCall(iter(())))


@case
def cancel_after_begin(server):
    with Requests() as requests:
        call = server.test.StreamingInputCall.future(requests)
        call.cancel()
        expect(call.cancelled(), "cancelled() to be true")
        expect_status(call, grpc.StatusCode.CANCELLED)


@case
def cancel_after_first_response(server):
    with Requests(server.output([RESPONSE_SIZES[0]], REQUEST_SIZES[0])) as requests:
        call = server.test.FullDuplexCall(requests)
        expect_zeros(next(call), RESPONSE_SIZES[0])
        call.cancel()
        broken(call, grpc.StatusCode.CANCELLED)


@case
def timeout_on_sleeping_server(server):
    with Requests(server.output([], REQUEST_SIZES[0])) as requests:
        broken(server.test.FullDuplexCall(requests, timeout=0.001), grpc.StatusCode.DEADLINE_EXCEEDED)


def expect_status_by_both(server, message):
    wanted = server.protos.EchoStatus(code=2, message=message)
    error = refused(server.test.UnaryCall, server.simple(response_status=wanted), grpc.StatusCode.UNKNOWN)
    expect_status(error, grpc.StatusCode.UNKNOWN, message)
    with Requests(server.output([], response_status=wanted)) as requests:
        error = broken(server.test.FullDuplexCall(requests), grpc.StatusCode.UNKNOWN)
        expect_status(error, grpc.StatusCode.UNKNOWN, message)


@case
def status_code_and_message(server):
    expect_status_by_both(server, "test status message")


@case
def special_status_message(server):
    expect_status_by_both(server, SPECIAL)


@case
def unimplemented_method(server):
    refused(server.test.UnimplementedCall, server.protos.Empty(), grpc.StatusCode.UNIMPLEMENTED)


@case
def unimplemented_service(server):
    refused(server.unimplemented.UnimplementedCall, server.protos.Empty(), grpc.StatusCode.UNIMPLEMENTED)


@case
def custom_metadata(server):
    metadata = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))

    def expect_echo(call):
        expect((INITIAL, "test_initial_metadata_value") in call.initial_metadata(), "the text in initial metadata")
        expect((TRAILING, b"\xab\xab\xab") in call.trailing_metadata(), "the bytes in trailing metadata")

    answer, call = server.test.UnaryCall.with_call(server.simple(LARGE_REQUEST, LARGE_RESPONSE), metadata=metadata)
    expect_zeros(answer, LARGE_RESPONSE)
    expect_echo(call)
    call = server.test.FullDuplexCall(iter([server.output([LARGE_RESPONSE], LARGE_REQUEST)]), metadata=metadata)
    expect_zeros(next(call), LARGE_RESPONSE)
    ended(call)
    expect_echo(call)


def flag(server, value):
    return server.protos.BoolValue(value=value)


@case
def client_compressed_unary(server):
    probe = server.simple(LARGE_REQUEST, LARGE_RESPONSE, expect_compressed=flag(server, True))
    refused(server.test.UnaryCall, probe, grpc.StatusCode.INVALID_ARGUMENT)
    expect_zeros(server.test.UnaryCall(probe, compression=grpc.Compression.Gzip), LARGE_RESPONSE)
    plain = server.simple(LARGE_REQUEST, LARGE_RESPONSE, expect_compressed=flag(server, False))
    expect_zeros(server.test.UnaryCall(plain), LARGE_RESPONSE)


@case
def client_compressed_streaming(server):
    """The API compresses by call. C-core leaves a message plain that would not shrink, so the plain one of the
    compressed stream is random bytes instead of zeros."""
    probe = server.input(27182, expect_compressed=flag(server, True))
    refused(server.test.StreamingInputCall, iter([probe]), grpc.StatusCode.INVALID_ARGUMENT)
    plain = server.input(0, expect_compressed=flag(server, False))
    plain.payload.body = os.urandom(45904)
    answer = server.test.StreamingInputCall(iter([probe, plain]), compression=grpc.Compression.Gzip)
    expect(answer.aggregated_payload_size == 73086, "73086, got %d" % answer.aggregated_payload_size)


@case
def server_compressed_unary(server):
    """The API does not show a message's flag. What came over the wire does."""
    with Wire(server.port) as wire, definitions.connect(wire.port) as channel:
        test = server.stubs(channel)[0]
        for compressed in (True, False):
            wire.reset()
            request = server.simple(LARGE_REQUEST, LARGE_RESPONSE, response_compressed=flag(server, compressed))
            expect_zeros(test.UnaryCall(request), LARGE_RESPONSE)
            expect((wire.received < LARGE_RESPONSE / 10) == compressed,
                   "compressed=%s, got %d bytes" % (compressed, wire.received))


@case
def server_compressed_streaming(server):
    with Wire(server.port) as wire, definitions.connect(wire.port) as channel:
        test = server.stubs(channel)[0]
        for first, second in ((True, False), (False, True)):
            wire.reset()
            request = server.output([31415, 92653])
            request.response_parameters[0].compressed.value = first
            request.response_parameters[1].compressed.value = second
            call = test.StreamingOutputCall(request)
            expect_zeros(next(call), 31415)
            expect_zeros(next(call), 92653)
            ended(call)
            plain = 92653 if first else 31415
            expect(plain <= wire.received < plain + 10000, "%d bytes and few more, got %d" % (plain, wire.received))
