"""Cases that gRPC's interop list does not have: errors with details, limits, many streams, backpressure, ends."""
import functools
import os
import time

import grpc
import protos as definitions
from published import INITIAL, SPECIAL, TRAILING, expect_zeros
from server import Requests, broken, ended, expect, expect_status, refused, settled

# The server's limit for messages, both ways.
LIMIT = 4 * 1024 * 1024
DEADLINE = 1
HOUR = 2_000_000_000  # microseconds, about half of one

# A stream of 100 MiB: more than all the windows and buffers between the two ends.
CHUNK, CHUNKS = 256 * 1024, 400

CASES = []


def case(function):
    CASES.append(function)
    return function


@case
def many_unary(server):
    for size in range(200):
        expect_zeros(server.test.UnaryCall(server.simple(size, 3 * size)), 3 * size)
        server.test.EmptyCall(server.protos.Empty())


@case
def half_duplex(server):
    call = server.test.HalfDuplexCall(iter([server.output([1, 2], 500), server.output([]), server.output([3])]))
    for size in (1, 2, 3):
        expect_zeros(next(call), size)
    ended(call)


@case
def paced_responses(server):
    started = time.monotonic()
    call = server.test.StreamingOutputCall(server.output([1, 2, 3], intervals=[50_000, 0, 50_000]))
    for size in (1, 2, 3):
        expect_zeros(next(call), size)
    ended(call)
    expect(time.monotonic() - started >= 0.099, "100 ms at least, but for the rounding of timers")


@case
def invalid_requests(server):
    for request in (server.simple(response_type=7), server.simple(response=-1)):
        refused(server.test.UnaryCall, request, grpc.StatusCode.INVALID_ARGUMENT)
    for request in (server.output([1], response_type=7), server.output([1, -1])):
        broken(server.test.StreamingOutputCall(request), grpc.StatusCode.INVALID_ARGUMENT)


@case
def status_of_streams(server):
    wanted = server.protos.EchoStatus(code=10, message=SPECIAL)
    refusal = server.output([5], response_status=wanted)
    expect_status(broken(server.test.StreamingOutputCall(refusal), grpc.StatusCode.ABORTED),
                  grpc.StatusCode.ABORTED, SPECIAL)
    with Requests(server.output([5]), refusal) as requests:
        call = server.test.FullDuplexCall(requests)
        expect_zeros(next(call), 5)
        expect_status(broken(call, grpc.StatusCode.ABORTED), grpc.StatusCode.ABORTED, SPECIAL)


def expect_details(server, error):
    expect_status(error, grpc.StatusCode.INVALID_ARGUMENT, "Invalid parameter SAD")
    trailing = dict(error.trailing_metadata())
    expect(trailing["grpc-retry-pushback-ms"] == "1500", "grpc-retry-pushback-ms")
    status = server.protos.Status.FromString(trailing["grpc-status-details-bin"])
    expect((status.code, status.message) == (3, "Invalid parameter SAD"), "code and message in google.rpc.Status")
    names = [detail.type_url for detail in status.details]
    expect(names == ["type.googleapis.com/google.rpc.ErrorInfo", "type.googleapis.com/google.rpc.RetryInfo"],
           "ErrorInfo and RetryInfo, got %s" % names)
    info = server.protos.ErrorInfo.FromString(status.details[0].value)
    expect((info.reason, info.domain, dict(info.metadata)) == ("invalid_request", "example.org", {"field": "SAD"}),
           "reason, domain and metadata, got %s" % info)
    delay = server.protos.RetryInfo.FromString(status.details[1].value).retry_delay
    expect((delay.seconds, delay.nanos) == (1, 500_000_000), "1.5 s, got %s" % delay)


@case
def details_of_unary(server):
    for manner in (0, 1):
        expect_details(server, refused(
            server.probes.Refuse, server.protos.RefuseRequest(manner=manner), grpc.StatusCode.INVALID_ARGUMENT))


@case
def details_of_streams(server):
    for manner in (0, 1):
        for messages in (0, 3):
            request = server.protos.RefuseAfterRequest(messages=messages)
            request.refusal.manner = manner
            call = server.probes.RefuseAfter(request)
            for _ in range(messages):
                next(call)
            expect_details(server, broken(call, grpc.StatusCode.INVALID_ARGUMENT))


@case
def crash_keeps_its_text(server):
    error = refused(server.probes.Refuse, server.protos.RefuseRequest(manner=2), grpc.StatusCode.UNKNOWN)
    expect("secret" not in error.details(), "no text of the exception, got %r" % error.details())
    request = server.protos.RefuseAfterRequest(messages=1)
    request.refusal.manner = 2
    call = server.probes.RefuseAfter(request)
    next(call)
    error = broken(call, grpc.StatusCode.UNKNOWN)
    expect("secret" not in error.details(), "no text of the exception, got %r" % error.details())


def filled(make, size):
    """make(n) with that n for which the message takes size bytes."""
    return size - (make(size).ByteSize() - size)


@case
def big_request(server):
    body = filled(server.simple, LIMIT)
    expect(server.simple(body).ByteSize() == LIMIT, "a request of exactly the limit")
    expect_zeros(server.test.UnaryCall(server.simple(body)), 0)
    expect_zeros(server.test.UnaryCall(server.simple(body), compression=grpc.Compression.Gzip), 0)
    refused(server.test.UnaryCall, server.simple(body + 1), grpc.StatusCode.RESOURCE_EXHAUSTED)
    refused(server.test.UnaryCall, server.simple(3 * LIMIT), grpc.StatusCode.RESOURCE_EXHAUSTED)
    server.test.EmptyCall(server.protos.Empty())


@case
def big_response(server):
    body = filled(lambda size: server.protos.SimpleResponse(payload=server.payload(size)), LIMIT)
    expect_zeros(server.test.UnaryCall(server.simple(response=body)), body)
    refused(server.test.UnaryCall, server.simple(response=body + 1), grpc.StatusCode.RESOURCE_EXHAUSTED)
    server.test.EmptyCall(server.protos.Empty())


@case
def big_streamed_requests(server):
    body = filled(server.input, LIMIT)
    answer = server.test.StreamingInputCall(server.input(body) for _ in range(4))
    expect(answer.aggregated_payload_size == 4 * body, "all of it, got %d" % answer.aggregated_payload_size)
    refused(server.test.StreamingInputCall, iter([server.input(1), server.input(body + 1), server.input(1)]),
            grpc.StatusCode.RESOURCE_EXHAUSTED)
    server.test.EmptyCall(server.protos.Empty())


@case
def big_streamed_responses(server):
    body = filled(lambda size: server.protos.StreamingOutputCallResponse(payload=server.payload(size)), LIMIT)
    call = server.test.FullDuplexCall(iter([server.output([body, body], body - 100), server.output([body + 1])]))
    expect_zeros(next(call), body)
    expect_zeros(next(call), body)
    broken(call, grpc.StatusCode.RESOURCE_EXHAUSTED)
    server.test.EmptyCall(server.protos.Empty())


@case
def gzip_bomb(server):
    bomb = server.simple(16 * LIMIT)
    refused(server.test.UnaryCall, bomb, grpc.StatusCode.RESOURCE_EXHAUSTED, compression=grpc.Compression.Gzip)
    refused(server.test.StreamingInputCall, iter([server.input(16 * LIMIT)]), grpc.StatusCode.RESOURCE_EXHAUSTED,
            compression=grpc.Compression.Gzip)


@case
def gzip_both_ways(server):
    zip_both = {"compression": grpc.Compression.Gzip}
    request = server.simple(100_000, 200_000)
    request.response_compressed.value = request.expect_compressed.value = True
    expect_zeros(server.test.UnaryCall(request, **zip_both), 200_000)

    answer = server.test.StreamingInputCall(
        (server.input(size, expect_compressed=server.protos.BoolValue(value=True)) for size in (1_000, 100_000)),
        **zip_both)
    expect(answer.aggregated_payload_size == 101_000, "101000, got %d" % answer.aggregated_payload_size)

    request = server.output([1, 100_000, 0], 50_000)
    for parameter in request.response_parameters:
        parameter.compressed.value = True
    for call in (server.test.StreamingOutputCall(request, **zip_both),
                 server.test.FullDuplexCall(iter([request]), **zip_both)):
        for size in (1, 100_000, 0):
            expect_zeros(next(call), size)
        ended(call)


@case
def unknown_encoding(server):
    deflate = {"compression": grpc.Compression.Deflate}
    refused(server.test.UnaryCall, server.simple(1_000), grpc.StatusCode.UNIMPLEMENTED, **deflate)
    refused(server.test.StreamingInputCall, iter([server.input(1_000)]), grpc.StatusCode.UNIMPLEMENTED, **deflate)
    broken(server.test.StreamingOutputCall(server.output([1], 1_000), **deflate), grpc.StatusCode.UNIMPLEMENTED)
    with Requests(server.output([1], 1_000)) as requests:
        broken(server.test.FullDuplexCall(requests, **deflate), grpc.StatusCode.UNIMPLEMENTED)


@case
def binary_metadata(server):
    values = [b"\x00\xff", b"", os.urandom(300), b"=", b"a,b"]
    metadata = [(TRAILING, value) for value in values]
    _, call = server.test.EmptyCall.with_call(server.protos.Empty(), metadata=metadata)
    echoed = [value for key, value in call.trailing_metadata() if key == TRAILING]
    expect(echoed == values, "all values in order, got %s" % echoed)
    call = server.test.FullDuplexCall(iter([server.output([1])]), metadata=metadata)
    next(call)
    ended(call)
    echoed = [value for key, value in call.trailing_metadata() if key == TRAILING]
    expect(echoed == values, "all values in order after a stream, got %s" % echoed)


@case
def text_metadata(server):
    name = server.name()
    _, call = server.test.EmptyCall.with_call(server.protos.Empty(), metadata=(
        (INITIAL, "one"), (INITIAL, "two words"), ("authorization", "Bearer abc"), ("x-test-call", name)))
    initial = dict(call.initial_metadata())
    expect(initial[INITIAL].replace(", ", ",") == "one,two words", "both values, got %r" % initial[INITIAL])
    expect(initial["x-test-authorization"] == "Bearer abc", "the authorization")


def named(server):
    name = server.name()
    return name, {"metadata": (("x-test-call", name),)}


@case
def concurrent_unary(server):
    calls = [(size, server.test.UnaryCall.future(server.simple(size, size))) for size in range(1000)]
    for size, call in calls:
        expect_zeros(call.result(), size)


@case
def concurrent_streams(server):
    streams = []
    for _ in range(80):
        requests = Requests()
        streams.append((requests, server.test.FullDuplexCall(requests, **named(server)[1])))
    for turn in range(3):
        for i, (requests, _) in enumerate(streams):
            requests.add(server.output([100 * i + turn], i))
        for i, (_, call) in reversed(list(enumerate(streams))):
            expect_zeros(next(call), 100 * i + turn)
    for requests, call in streams:
        requests.close()
        ended(call)
    connections = {dict(call.initial_metadata())["x-test-connection"] for _, call in streams}
    expect(len(connections) == 1, "one connection, got %s" % connections)


@case
def more_streams_than_allowed(server):
    """The server allows 100 at a time; the others wait in the client."""
    streams = []
    for i in range(150):
        requests = Requests(server.output([i]))
        streams.append((requests, server.test.FullDuplexCall(requests)))
    for i, (requests, call) in enumerate(streams):
        expect_zeros(next(call), i)
        requests.close()
        ended(call)


def with_small_window(function):
    """Over a connection whose window C-core does not widen by what it measures: on a busy machine it can be huge."""
    @functools.wraps(function)
    def run(server):
        with definitions.connect(server.port, ("grpc.http2.bdp_probe", 0)) as channel:
            function(server, server.stubs(channel)[0])

    return run


@case
@with_small_window
def slow_reader_of_responses(server, test):
    name, metadata = named(server)
    call = test.StreamingOutputCall(server.output([CHUNK] * CHUNKS), **metadata)
    expect_zeros(next(call), CHUNK)
    written = settled(lambda: server.report(name).written)
    expect(written < CHUNKS / 4, "the server to wait for its reader, but it has written %d" % written)
    expect(sum(len(response.payload.body) for response in call) == CHUNK * (CHUNKS - 1), "all the rest")
    expect_status(call, grpc.StatusCode.OK)
    expect(server.report(name, "ENDED").written == CHUNKS, "all to be written")


@case
@with_small_window
def slow_reader_of_requests(server, test):
    """The server does not read on while its own responses are not read."""
    name, metadata = named(server)
    taken = []

    def requests():
        for i in range(CHUNKS):
            taken.append(i)
            yield server.output([CHUNK], CHUNK)

    call = test.FullDuplexCall(requests(), **metadata)
    expect_zeros(next(call), CHUNK)
    sent = settled(lambda: len(taken))
    expect(sent < CHUNKS / 4, "the client to wait for the server, but it has sent %d" % sent)
    expect(sum(1 for _ in call) == CHUNKS - 1, "all the rest")
    expect_status(call, grpc.StatusCode.OK)
    expect(server.report(name, "ENDED").read == CHUNKS, "all to be read")


def running(server, **options):
    """Starts a call of each shape that goes on for ever; gives its name and the call."""
    def start(method, request):
        name, metadata = named(server)
        return name, method(request, **metadata, **options)

    return [
        start(server.probes.Wait.future, server.protos.Empty()),
        start(server.test.StreamingInputCall.future, Requests(server.input(10))),
        start(server.test.StreamingOutputCall, server.output([10, 10], intervals=[0, HOUR])),
        start(server.test.FullDuplexCall, Requests(server.output([10]))),
    ]


@case
def deadline_of_each_shape(server):
    for name, call in running(server, timeout=DEADLINE):
        expect(call.exception() is not None, "an error")
        expect_status(call, grpc.StatusCode.DEADLINE_EXCEEDED)
        server.expect_cancelled(name)


@case
def cancellation_of_each_shape(server):
    for name, call in running(server):
        server.report(name, "STARTED")
        call.cancel()
        expect_status(call, grpc.StatusCode.CANCELLED)
        server.expect_cancelled(name)


@case
def cancelled_at_once(server):
    """The reset may come before the server has looked at the call."""
    for _ in range(50):
        call = server.probes.Wait.future(server.protos.Empty())
        call.cancel()
        expect_status(call, grpc.StatusCode.CANCELLED)
    server.test.EmptyCall(server.protos.Empty())
