"""What the cases share: the server's stubs, requests fed to a stream one by one, bytes counted on the wire."""
import itertools
import queue
import socket
import threading
import time

import grpc
import protos as definitions

SETTLED_SECONDS = 0.5


def expect(condition, what):
    if not condition:
        raise AssertionError("expected " + what)


def expect_status(call, code, details=None):
    """call: a call that is over, or an error of one."""
    expect(call.code() == code, "%s, got %s: %s" % (code, call.code(), call.details()))
    if details is not None:
        expect(call.details() == details, "the message %r, got %r" % (details, call.details()))


def refused(method, request, code, **options):
    """The error of a unary call, or of one with streamed requests; it has the code."""
    try:
        answer = method(request, **options)
    except grpc.RpcError as error:
        expect_status(error, code)
        return error
    raise AssertionError("expected %s, got an answer of %d bytes" % (code, answer.ByteSize()))


def broken(call, code):
    """The error that the next response of a stream is; it has the code."""
    try:
        response = next(call)
    except grpc.RpcError as error:
        expect_status(error, code)
        return error
    except StopIteration:
        raise AssertionError("expected %s, got a good end" % code) from None
    raise AssertionError("expected %s, got a response of %d bytes" % (code, response.ByteSize()))


def ended(call):
    """The stream is over, and well."""
    response = next(call, None)
    expect(response is None, "no further response")
    expect_status(call, grpc.StatusCode.OK)


class Server:
    """The server, over one connection unless a case opens more."""

    def __init__(self, port, proto_roots):
        self.port = port
        self.protos = definitions.Protos(proto_roots)
        self._names = itertools.count(1)
        self._channel = definitions.connect(port)
        self.test, self.unimplemented, self.probes = self.stubs(self._channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def stubs(self, channel):
        return [self.protos.stub(channel, name) for name in
                ("grpc.testing.TestService", "grpc.testing.UnimplementedService", "appliance.probes.Probes")]

    def name(self):
        """A name for a call, to be sent as metadata and asked about."""
        return "python-%d" % next(self._names)

    def report(self, name, until="NOW"):
        request = self.protos.ReportRequest(call=name)
        request.until = {"NOW": 0, "STARTED": 1, "ENDED": 2}[until]
        return self.probes.Report(request)

    def expect_cancelled(self, name):
        state = self.report(name, "ENDED").state
        expect(state == 3, "the handler to see its cancellation, got state %d" % state)

    def payload(self, size):
        return self.protos.Payload(body=bytes(size))

    def simple(self, size=0, response=0, **fields):
        return self.protos.SimpleRequest(payload=self.payload(size), response_size=response, **fields)

    def output(self, sizes, payload=0, intervals=(), **fields):
        request = self.protos.StreamingOutputCallRequest(**fields)
        if payload:
            request.payload.body = bytes(payload)
        for size, interval in itertools.zip_longest(sizes, intervals):
            request.response_parameters.add(size=size, interval_us=interval or 0)
        return request

    def input(self, size, **fields):
        return self.protos.StreamingInputCallRequest(payload=self.payload(size), **fields)


class Requests:
    """Requests of a stream, handed over while it runs; leaving the with block is the half-close."""

    END = object()

    def __init__(self, *first):
        self._queue = queue.Queue()
        for request in first:
            self.add(request)

    def __iter__(self):
        return self

    def __next__(self):
        request = self._queue.get()
        if request is self.END:
            raise StopIteration
        return request

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def add(self, request):
        self._queue.put(request)

    def close(self):
        self._queue.put(self.END)


def settled(value):
    """Asks for a number until it has not changed for half a second, and gives it."""
    last, since = value(), time.monotonic()
    while time.monotonic() - since < SETTLED_SECONDS:
        time.sleep(0.02)
        now = value()
        if now != last:
            last, since = now, time.monotonic()
    return last


class Wire:
    """Forwards TCP connections to the server and counts what passes: sent to the server, received from it."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sent = self.received = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def reset(self):
        self.sent = self.received = 0

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._pump, args=(client, server, "sent"), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, "received"), daemon=True).start()

    def _pump(self, source, target, count):
        try:
            while True:
                data = source.recv(65536)
                setattr(self, count, getattr(self, count) + len(data))
                if not data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()
