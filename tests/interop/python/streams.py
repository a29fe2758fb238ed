"""Streams in one direction and in both: SignHashStream, health, reflection; deadlines and cancellation."""
import time

import grpc
from google.protobuf import descriptor_pb2
from python.appliance import (
    PATIENCE, REQUEST_BYTES, STREAMS, Contract, Requests, expect, random_digests)
from python.calls import NOBODY

SERVING, SERVICE_UNKNOWN = 1, 3
ITEMS = 200
BUSY = "More requests are in progress than this server accepts; nothing was used up"

CASES = []


def case(function):
    CASES.append(function)
    return function


def defaults(appliance, signer, sad):
    return appliance.signatures.SignHashStream.request(defaults=signer.request(sad, []))


def item(appliance, name, digests, **fields):
    """What the fields do not say comes from the defaults."""
    message = appliance.signatures.SignHashStream.request()
    message.item.id = name
    message.item.request.CopyFrom(appliance.signatures.SignHash.request(hashes=digests, **fields))
    return message


def broken(call, code):
    """What the next response of a stream is: an error of that code."""
    try:
        response = next(call)
    except StopIteration:
        raise AssertionError("expected %s, got a good end" % code) from None
    except grpc.RpcError as error:
        expect(error.code() == code, "%s, got %s: %s" % (code, error.code(), error.details()))
        return error
    raise AssertionError("expected %s, got %s" % (code, response))


def results_of(call):
    """By id; the call ends well, and the server does not end it."""
    found = {}
    for response in call:
        expect(response.WhichOneof("content") == "result", "results alone, got %s" % response)
        expect(response.result.id not in found, "one result of %r" % response.result.id)
        found[response.result.id] = response.result
    expect(call.code() == grpc.StatusCode.OK, "OK, got %s" % call.code())
    return found


def signed(result):
    expect(not result.HasField("status"), "a signature for %r, got %s" % (result.id, result.status))
    expect(len(result.signatures) == 1, "one signature for %r, got %d" % (result.id, len(result.signatures)))
    return result.signatures[0]


# What can be wrong with an item: the fields that make it so, and how it is refused.
WRONG = (
    ({"sad": "nonsense"}, "PERMISSION_DENIED", "Invalid parameter SAD"),
    ({"credential_id": NOBODY}, "NOT_FOUND", "Invalid parameter credentialID"),
    ({"sign_algo": "1.2.3"}, "INVALID_ARGUMENT", "Invalid parameter signAlgo"),
    ({"hashes": [b"another one that nobody has named"[:32]]}, "PERMISSION_DENIED", "Hash is not authorized by the SAD"),
    ({"hashes": [b"short"]}, "INVALID_ARGUMENT", "Invalid digest value length"),
    ({"hashes": []}, "INVALID_ARGUMENT", "Missing (or invalid type) array parameter hash"))


def wrong_with(number):
    """Of items, each fourth is wrong, each time otherwise; None of those that are good."""
    return WRONG[number // 4 % len(WRONG)] if number % 4 == 3 else None


def expect_mixed(appliance, call, digests, credential_of):
    found = results_of(call)
    expect(found.keys() == {str(number) for number in range(len(digests))}, "a result for each, got %d" % len(found))
    good = {}
    for number, one in enumerate(digests):
        result = found[str(number)]
        wrong = wrong_with(number)
        if wrong is None:
            good.setdefault(credential_of(number), []).append((one, signed(result)))
        else:
            expect(not result.signatures, "no signature of %r" % result.id)
            appliance.expect_status(result.status, getattr(grpc.StatusCode, wrong[1]), wrong[2])
    for credential, pairs in good.items():
        credential.expect_good(pairs)


@case
def stream_by_defaults(appliance):
    signer = appliance.signer()
    digests = random_digests(ITEMS)
    sad = signer.authorize(digests)

    def requests():
        yield defaults(appliance, signer, sad)
        for number, one in enumerate(digests):
            wrong = wrong_with(number)
            yield item(appliance, str(number), **{"digests": [one]} if wrong is None else fields_of(one, wrong[0]))

    call = appliance.signatures.SignHashStream(requests(), metadata=signer.metadata)
    expect_mixed(appliance, call, digests, lambda _: signer.credentials["P-256"])


def fields_of(one, change):
    change = dict(change)
    return {"digests": change.pop("hashes", [one]), **change}


@case
def stream_by_own_sads(appliance):
    """Each item says all itself: two credentials in turn, each with a SAD of its own."""
    signer = appliance.signer("RSA-2048")
    algorithms = ("RSA-2048", "P-256")
    digests = random_digests(ITEMS)
    sads = [signer.authorize(digests[turn::2], algorithm) for turn, algorithm in enumerate(algorithms)]

    def requests():
        for number, one in enumerate(digests):
            request = signer.request(sads[number % 2], [one], algorithms[number % 2])
            for name, value in (wrong_with(number) or ({},))[0].items():
                request.ClearField(name)
                request.MergeFrom(type(request)(**{name: value}))
            message = appliance.signatures.SignHashStream.request()
            message.item.id = str(number)
            message.item.request.CopyFrom(request)
            yield message

    call = appliance.signatures.SignHashStream(requests(), metadata=signer.metadata)
    expect_mixed(appliance, call, digests, lambda number: signer.credentials[algorithms[number % 2]])


@case
def ping_pong(appliance):
    """Each item is sent when the result of the one before is here."""
    signer = appliance.signer()
    digests = random_digests(20)
    with Requests(defaults(appliance, signer, signer.authorize(digests))) as requests:
        call = appliance.signatures.SignHashStream(requests, metadata=signer.metadata)
        pairs = []
        for number, one in enumerate(digests):
            requests.add(item(appliance, "same", [one]))
            pairs.append((one, signed(next(call).result)))
    expect(next(call, None) is None and call.code() == grpc.StatusCode.OK, "a good end")
    signer.credentials["P-256"].expect_good(pairs)


@case
def one_answer_to_streamed_requests(appliance):
    """The appliance has no method of the client streaming shape. On the wire that shape is a stream of requests and
    one response: what SignHashStream answers when one item is sent. So it is called as such a method."""
    signer = appliance.signer()
    digests = random_digests(1)
    sent = [defaults(appliance, signer, signer.authorize(digests)), item(appliance, "only", digests)]
    method = appliance.channel.stream_unary(
        "/csc.v2.Signatures/SignHashStream", request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=appliance.contract.message("csc.v2.SignHashStreamResponse").FromString)
    answer, call = method.with_call(iter(sent), metadata=signer.metadata, timeout=PATIENCE)
    expect((call.code(), answer.result.id) == (grpc.StatusCode.OK, "only"), "the item's result, got %s" % answer)
    signer.credentials["P-256"].expect_good([(digests[0], signed(answer.result))])


@case
def too_big_an_item(appliance):
    """It ends the stream, after all that was sent before it was answered."""
    signer = appliance.signer()
    digests = random_digests(3)
    big = item(appliance, "big", digests[:1], client_data="x" * REQUEST_BYTES)
    with Requests(defaults(appliance, signer, signer.authorize(digests))) as requests:
        requests.add(*(item(appliance, str(number), [one]) for number, one in enumerate(digests)), big)
        call = appliance.signatures.SignHashStream(requests, metadata=signer.metadata)
        found = dict((result.id, signed(result)) for result in (next(call).result for _ in digests))
        end = next(call).end
        requests.end()
        expect((end.items_answered, end.last_item_id) == (3, "2"), "an end after three, got %s" % end)
        broken(call, grpc.StatusCode.RESOURCE_EXHAUSTED)
    signer.credentials["P-256"].expect_good((one, found[str(number)]) for number, one in enumerate(digests))


@case
def deadline_exceeded(appliance):
    started = time.monotonic()
    with Requests() as requests:
        call = appliance.signatures.SignHashStream(requests, metadata=appliance.anybody.metadata, timeout=0.2)
        broken(call, grpc.StatusCode.DEADLINE_EXCEEDED)
    watch = appliance.health.Watch(appliance.health.Watch.request(), timeout=0.2)
    while True:
        try:
            expect(next(watch).status == SERVING, "SERVING")
        except grpc.RpcError as error:
            expect(error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED, got %s" % error.code())
            break
    expect(0.39 < time.monotonic() - started < PATIENCE / 2, "to wait for the deadlines")


@case
def cancelled_streams(appliance):
    """More streams than the server takes at a time are broken off in the middle of their work, one after the other;
    none of them keeps its place."""
    signer = appliance.signer()
    batches = [random_digests(20) for _ in range(STREAMS + 10)]
    last = random_digests(ITEMS)
    sad = signer.authorize([one for batch in [*batches, last] for one in batch])
    first = defaults(appliance, signer, sad)

    def started(digests):
        """A stream from which a result has come. The places of those before are free soon, not at once."""
        patience = time.monotonic() + PATIENCE
        while True:
            requests = Requests(first, *(item(appliance, str(number), [one]) for number, one in enumerate(digests)))
            call = appliance.signatures.SignHashStream(requests, metadata=signer.metadata)
            try:
                return requests, call, next(call)
            except grpc.RpcError as error:
                expect(error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and time.monotonic() < patience,
                       "a place in time, got %s: %s" % (error.code(), error.details()))
                requests.__exit__()

    for batch in batches:
        requests, call, _ = started(batch)
        call.cancel()
        broken(call, grpc.StatusCode.CANCELLED)
        requests.__exit__()

    requests, call, response = started(last)
    requests.__exit__()
    found = results_of(call)
    found[response.result.id] = response.result
    signer.credentials["P-256"].expect_good(
        [(one, signed(found[str(number)])) for number, one in enumerate(last)][::10])


@case
def as_many_streams_as_allowed(appliance):
    """One more is refused, and hurts none of them."""
    signer = appliance.anybody
    held = []
    refused = 0
    for _ in range(STREAMS + 1):
        requests = Requests()
        call = appliance.signatures.SignHashStream(requests, metadata=signer.metadata)
        try:
            # The server sends its headers when it has taken the stream.
            call.initial_metadata()
            requests.add(item(appliance, "one", []))
            expect(next(call).result.id == "one", "a result")
        except grpc.RpcError as error:
            delay = appliance.expect_error(error, grpc.StatusCode.RESOURCE_EXHAUSTED, BUSY, "temporarily_unavailable")
            expect(delay == 1, "RetryInfo of 1 s, got %s" % delay)
            refused += 1
        held.append((requests, call))
    expect(refused == 1, "one stream to be refused, got %d" % refused)
    for requests, call in held:
        requests.__exit__()
    expect(sum(next(call, None) is None for _, call in held[:STREAMS]) == STREAMS, "all others to end well")


@case
def health_watch(appliance):
    watch = appliance.health.Watch
    for service, status in (("", SERVING), ("csc.v2.Signatures", SERVING), ("csc.v2.Nothing", SERVICE_UNKNOWN)):
        call = watch(watch.request(service=service))
        expect(next(call).status == status, "status %d of %r" % (status, service))
        call.cancel()
        broken(call, grpc.StatusCode.CANCELLED)
    check = appliance.health.Check
    expect(check(check.request(service="csc.v2.Signatures")).status == SERVING, "SERVING")
    try:
        check(check.request(service="csc.v2.Nothing"))
        raise AssertionError("expected an unknown service to be refused")
    except grpc.RpcError as error:
        expect(error.code() == grpc.StatusCode.NOT_FOUND, "NOT_FOUND, got %s" % error.code())
    listed = appliance.health.List(appliance.health.List.request()).statuses
    expect({name: one.status for name, one in listed.items()}.get("csc.v2.Signatures") == SERVING, "all in the list")


def by_reflection(appliance, version):
    method = appliance.stub("grpc.reflection.%s.ServerReflection" % version).ServerReflectionInfo
    with Requests() as requests:
        call = method(requests)

        def ask(**request):
            requests.add(method.request(**request))
            answer = next(call)
            expect(answer.original_request == method.request(**request), "the request beside its answer")
            return answer

        services = {service.name for service in ask(list_services="").list_services_response.service}
        expect(services == {
            "appliance.v1.Approvals", "appliance.v1.Bulk", "appliance.v1.Enrolment", "appliance.v1.Signers",
            "appliance.v1.Slots", "appliance.v1.Timestamping",
            "csc.v2.Service", "csc.v2.Auth", "csc.v2.Credentials", "csc.v2.Signatures",
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
        }, "all services, got %s" % services)
        expect(ask(file_containing_symbol="csc.v2.Nothing").error_response.error_code == 5, "NOT_FOUND")

        # What came is all that is known of the contract from here on.
        files = {}
        for symbol in ("csc.v2.Signatures", "csc.v2.Auth.Login", "csc.v2.ListCredentialsRequest"):
            for content in ask(file_containing_symbol=symbol).file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(content)
                files[file.name] = file
    expect(next(call, None) is None, "a good end")

    contract = Contract(in_order(files))
    auth, credentials, signatures = (
        contract.stub(appliance.channel, "csc.v2." + name) for name in ("Auth", "Credentials", "Signatures"))
    token = auth.Login(auth.Login.request(), metadata=appliance.anybody.basic()).access_token
    metadata = (("authorization", "Bearer " + token),)
    found = credentials.List(credentials.List.request(), metadata=metadata)
    expect(set(found.credential_ids) == {one.id for one in appliance.anybody.credentials.values()}, "the credentials")
    message = signatures.SignHashStream.request()
    message.item.id = "by-itself"
    result = list(signatures.SignHashStream(iter([message]), metadata=metadata))[0].result
    expect((result.id, result.status.code) == (message.item.id, 3), "INVALID_ARGUMENT, got %s" % result)


def in_order(files):
    """Each file after what it imports."""
    done = []

    def add(name):
        if name in files and files[name] not in done:
            for imported in files[name].dependency:
                add(imported)
            done.append(files[name])

    for name in files:
        add(name)
    return done


@case
def reflection_v1(appliance):
    by_reflection(appliance, "v1")


@case
def reflection_v1alpha(appliance):
    by_reflection(appliance, "v1alpha")
