"""What a client sees when the appliance is stopped while its streams are open."""
import json

import grpc
from python.appliance import PATIENCE, Requests, expect, random_digests
from python.streams import SERVING, broken, defaults, item, signed

NOT_SERVING = 2
STOPPING = "The server is stopping; no item after the last one answered was taken"

# Items without a result yet: the stream is in work for as long as the stop takes to come.
AHEAD = 64


def drain(appliance):
    signer = appliance.signer()
    digests = random_digests(10_000)
    first = defaults(appliance, signer, signer.authorize(digests))
    watches = [appliance.health.Watch(appliance.health.Watch.request(service=service), timeout=2 * PATIENCE)
               for service in ("", "csc.v2.Signatures")]
    for watch in watches:
        expect(next(watch).status == SERVING, "SERVING")

    idle_requests = Requests(first)
    idle = appliance.signatures.SignHashStream(idle_requests, metadata=signer.metadata, timeout=2 * PATIENCE)
    idle.initial_metadata()

    requests = Requests(first, *(item(appliance, str(number), [digests[number]]) for number in range(AHEAD)))
    call = appliance.signatures.SignHashStream(requests, metadata=signer.metadata, timeout=2 * PATIENCE)
    found = {}
    end = None
    while end is None:
        response = next(call)
        if response.WhichOneof("content") == "end":
            end = response.end
            continue
        expect(response.result.id not in found, "one result of " + response.result.id)
        found[response.result.id] = signed(response.result)
        if len(found) == 100:
            print(json.dumps({"event": "streaming"}), flush=True)
        if len(found) + AHEAD <= len(digests):
            number = len(found) + AHEAD - 1
            requests.add(item(appliance, str(number), [digests[number]]))

    requests.end()
    expect((end.items_answered, end.last_item_id) == (len(found), str(len(found) - 1)),
           "an end after %d results, got %s" % (len(found), end))
    delay = appliance.expect_error(
        broken(call, grpc.StatusCode.UNAVAILABLE), grpc.StatusCode.UNAVAILABLE, STOPPING, "temporarily_unavailable")
    expect(delay == 5, "RetryInfo of 5 s, got %s" % delay)
    end = next(idle).end
    idle_requests.end()
    expect((end.items_answered, end.last_item_id) == (0, ""), "an end before any item, got %s" % end)
    broken(idle, grpc.StatusCode.UNAVAILABLE)
    for watch in watches:
        expect(next(watch).status == NOT_SERVING, "NOT_SERVING")
        broken(watch, grpc.StatusCode.UNAVAILABLE)
    try:
        appliance.service.Info(appliance.service.Info.request())
        raise AssertionError("expected no further call to be answered")
    except grpc.RpcError as error:
        expect(error.code() == grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE, got %s" % error.code())
    signer.credentials["P-256"].expect_good([(digests[int(name)], one) for name, one in found.items()][::10])


CASES = [drain]
