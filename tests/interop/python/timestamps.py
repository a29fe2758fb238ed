"""Time stamps: one digest, many to a call, streams, batches. openssl judges the tokens."""
import os
import subprocess
import tempfile

import archive_timestamp as rfc4998
import grpc
from python.appliance import SHA256, Requests, expect, random_digests

ITEMS = 200
SHA1 = "1.3.14.3.2.26"

CASES = []


def case(function):
    CASES.append(function)
    return function


def unit_of(unit):
    """The name of a unit, as its path ends."""
    return unit["url"].rsplit("/", 1)[1]


def expect_token(token, digest, unit, nonce=None):
    """A token over the digest, by that unit."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("token", "chain")]
        for path, content in zip(paths, (token, unit["chainPem"].encode())):
            with open(path, "wb") as target:
                target.write(content)
        verify = ["openssl", "ts", "-verify", "-token_in", "-in", paths[0], "-digest", digest.hex(),
                  "-CAfile", paths[1]]
        found = subprocess.run(verify, capture_output=True, text=True, check=False)
        expect(found.returncode == 0, "openssl to verify the token, got %s" % found.stderr)
        if nonce is not None:
            told = subprocess.run(["openssl", "ts", "-reply", "-token_in", "-in", paths[0], "-token_out", "-text"],
                                  capture_output=True, text=True, check=True)
            expect("Nonce: 0x%X" % nonce in told.stdout, "the nonce 0x%X, got %s" % (nonce, told.stdout))


def expect_failure(appliance, result, pki_failure, message):
    expect((result.token, result.failure.pki_failure) == (b"", pki_failure), "%s, got %s" % (pki_failure, result))
    appliance.expect_status(result.failure.status, grpc.StatusCode.INVALID_ARGUMENT, message)


@case
def csc_timestamp(appliance):
    listed = appliance.service.Info(appliance.service.Info.request()).methods
    expect("signatures/timestamp" in listed, "signatures/timestamp among %s" % listed)
    method = appliance.signatures.Timestamp
    for unit in appliance.units:
        digest, = random_digests(1)
        answer = method(method.request(hash=digest, hash_algo=SHA256, nonce="c0ffee", unit=unit_of(unit)),
                        metadata=appliance.anybody.metadata)
        expect_token(answer.timestamp, digest, unit, nonce=0xC0FFEE)
    for request, message in (
            ({}, "Missing (or invalid type) string parameter hash"),
            ({"hash": b""}, "Empty hash parameter"),
            ({"hash": b"short", "hash_algo": SHA256}, "Invalid digest value length"),
            ({"hash": bytes(20), "hash_algo": SHA1}, "Invalid parameter hashAlgo"),
            ({"hash": bytes(32), "hash_algo": SHA256, "nonce": "x"}, "Invalid parameter nonce")):
        try:
            method(method.request(**request), metadata=appliance.anybody.metadata)
            raise AssertionError("expected %r to be refused" % request)
        except grpc.RpcError as error:
            appliance.expect_error(error, grpc.StatusCode.INVALID_ARGUMENT, message)


@case
def stamp_many(appliance):
    """Good ones and bad ones beside each other."""
    method = appliance.timestamping.Stamp
    unit = appliance.units[-1]
    digests = random_digests(100)
    request = method.request(unit=unit_of(unit), hash_algorithm_oid=SHA256)
    for digest in digests:
        request.digests.add(hash=digest)
    request.digests.add(hash=bytes(20), hash_algorithm_oid=SHA1)
    request.digests.add(request=b"\x30\x00")
    results = method(request, metadata=appliance.anybody.metadata).results
    expect(len(results) == 102 and not any(one.HasField("failure") for one in results[:100]), "a hundred tokens")
    for number in range(0, 100, 10):
        expect_token(results[number].token, digests[number], unit)
    expect_failure(appliance, results[100], "badAlg", "Invalid parameter hashAlgorithmOID")
    expect_failure(appliance, results[101], "badDataFormat",
                   "Not a TimeStampReq in DER, or a digest of the wrong length.")


@case
def stamp_stream(appliance):
    method = appliance.timestamping.StampStream
    unit = appliance.units[0]
    digests = random_digests(ITEMS)

    def requests():
        first = method.request()
        first.defaults.unit = unit_of(unit)
        first.defaults.hash_algorithm_oid = SHA256
        yield first
        for number, digest in enumerate(digests):
            message = method.request()
            message.item.id = str(number)
            message.item.digest.hash = digest if number % 4 != 3 else digest[:-1]
            yield message

    found = {}
    for response in method(requests(), metadata=appliance.anybody.metadata):
        expect(response.WhichOneof("content") == "result", "results alone, got %s" % response)
        expect(response.result.id not in found, "one result of %r" % response.result.id)
        found[response.result.id] = response.result
    expect(len(found) == ITEMS, "as many results as items, got %d" % len(found))
    for number, digest in enumerate(digests):
        result = found[str(number)]
        if number % 4 == 3:
            expect_failure(appliance, result, "badDataFormat",
                           "Not a TimeStampReq in DER, or a digest of the wrong length.")
        elif number % 25 == 0:
            expect_token(result.token, digest, unit)
        else:
            expect(result.token and not result.HasField("failure"), "a token, got %s" % result)


@case
def stamp_ping_pong(appliance):
    """Each item is sent when the result of the one before is here; all have one id."""
    method = appliance.timestamping.StampStream
    with Requests() as requests:
        call = method(requests, metadata=appliance.anybody.metadata)
        for digest in random_digests(10):
            message = method.request()
            message.item.id = "same"
            message.item.digest.hash = digest
            message.item.digest.hash_algorithm_oid = SHA256
            requests.add(message)
            result = next(call).result
            expect(result.id == "same" and result.token, "a token, got %s" % result)
    expect(next(call, None) is None and call.code() == grpc.StatusCode.OK, "a good end")


def root_of(fields, digest):
    """Where the reduced hash tree leads from a digest of SHA-256 (RFC 4998 section 4.3)."""
    tree = next((contents for tag, contents, _ in fields[:-1] if tag == rfc4998.TREE), b"")
    for number, (_, partial, _) in enumerate(rfc4998.elements(tree)):
        hashes = [contents for _, contents, _ in rfc4998.elements(partial)]
        expect(number > 0 or digest in hashes, "the digest to be in the first list")
        digest = rfc4998.hashlib.sha256(b"".join(sorted(hashes if number == 0 else hashes + [digest]))).digest()
    return digest


@case
def stamp_batch(appliance):
    method = appliance.timestamping.Batch
    unit = appliance.units[0]
    digests = random_digests(1_000)
    answer = method(method.request(unit=unit_of(unit), hash_algorithm_oid=SHA256, hashes=digests),
                    metadata=appliance.anybody.metadata)
    expect(len(answer.archive_timestamps) == len(digests), "one archive time-stamp for each digest")
    roots = set()
    for digest, archive in zip(digests, answer.archive_timestamps):
        fields = rfc4998.archive_timestamp(archive)
        expect(fields[-1][2] == answer.token, "the token in each archive time-stamp")
        roots.add(root_of(fields, digest))
    expect(len(roots) == 1, "all to lead to one root")
    expect_token(answer.token, roots.pop(), unit)
