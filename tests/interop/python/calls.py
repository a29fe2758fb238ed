"""Calls of one request and one answer: signing, sizes, compression, metadata, errors with details."""
import os

import grpc
from python.appliance import REQUEST_BYTES, digest, expect, random_digests

GZIP = {"compression": grpc.Compression.Gzip}
NOBODY = "00000000-0000-0000-0000-000000000000"

CASES = []


def case(function):
    CASES.append(function)
    return function


@case
def service_info(appliance):
    info = appliance.service.Info(appliance.service.Info.request())
    expect(info.specs == "2.2.0.0", "CSC 2.2.0.0, got " + info.specs)
    expect("basic" in info.auth_type, "sign-in by password, got %s" % info.auth_type)
    expect({"auth/login", "credentials/authorize", "signatures/signHash"} <= set(info.methods),
           "the methods, got %s" % info.methods)


@case
def sign_in(appliance):
    answer = appliance.anybody.sign_in()
    expect(answer.access_token and not answer.HasField("refresh_token"), "an access token alone")
    expect(answer.expires_in > 0, "the token's lifetime, got %d" % answer.expires_in)
    login = appliance.auth.Login
    remembered = login(login.request(remember_me=True), metadata=appliance.anybody.basic())
    again = login(login.request(refresh_token=remembered.refresh_token))
    expect(again.access_token not in ("", remembered.access_token), "another access token")


@case
def list_and_info(appliance):
    signer = appliance.anybody
    methods = appliance.credentials
    known = {credential.id: credential for credential in signer.credentials.values()}
    found = methods.List(methods.List.request(credential_info=True, certificates="chain"), metadata=signer.metadata)
    expect(set(found.credential_ids) == set(known), "the credentials %s, got %s" % (set(known), found.credential_ids))
    expect([info.credential_id for info in found.credential_infos] == list(found.credential_ids), "the same order")
    for listed in found.credential_infos:
        credential = known[listed.credential_id]
        expect(listed.cert.certificates[0] == credential.certificate, "the signer's certificate first")
        expect(len(listed.cert.certificates) == 2, "the chain")
        info = methods.Info(methods.Info.request(credential_id=credential.id, cert_info=True, auth_info=True),
                            metadata=signer.metadata)
        expect((info.key.status, info.cert.status, info.scal) == ("enabled", "valid", "2"), "a good credential")
        expect(list(info.cert.certificates) == [credential.certificate], "one certificate")
        expect([(one.id, one.generator) for one in info.auth.objects] == [("OTP", "totp")], "the code as the proof")


@case
def sign_hash(appliance):
    signer = appliance.signer("RSA-2048")
    for algorithm in ("RSA-2048", "P-256"):
        digests = [digest(b"payslip %d" % number) for number in range(3)]
        sad = signer.authorize(digests, algorithm)
        first = appliance.signatures.SignHash(
            signer.request(sad, digests[:1], algorithm, request_id="first-" + algorithm),
            metadata=signer.metadata)
        signatures = list(first.signatures) + signer.sign(sad, digests[1:], algorithm)
        signer.credentials[algorithm].expect_good(zip(digests, signatures, strict=True))

        # As if the first answer had been lost: asked again under its id, by metadata this time.
        again, call = appliance.signatures.SignHash.with_call(
            signer.request(sad, digests[:1], algorithm),
            metadata=[*signer.metadata, ("idempotency-key", "first-" + algorithm)])
        expect(again.signatures == first.signatures, "the same signature once more")
        replayed = dict(call.initial_metadata()).get("idempotency-replayed")
        expect(replayed == "true", "idempotency-replayed: true, got %s" % replayed)


@case
def thousands_of_digests(appliance):
    signer = appliance.signer()
    digests = random_digests(10_000)
    sad = signer.authorize(digests)
    signatures = signer.sign(sad, digests[:2_500])
    expect(len(set(signatures)) == 2_500, "2500 signatures, got %d" % len(signatures))
    signer.credentials["P-256"].expect_good(list(zip(digests, signatures))[::100])


def filled(signer, size):
    """A SignHash that takes so many bytes and has no SAD that is worth anything."""
    request = signer.request("none", random_digests(1), client_data="")
    request.client_data = "x" * (size - request.ByteSize() - 3)
    expect(request.ByteSize() == size, "%d bytes, got %d" % (size, request.ByteSize()))
    return request


@case
def largest_request(appliance):
    signer = appliance.anybody
    call = appliance.signatures.SignHash
    for options in ({}, GZIP):
        appliance.refused(call, filled(signer, REQUEST_BYTES), grpc.StatusCode.PERMISSION_DENIED,
                          "Invalid parameter SAD", metadata=signer.metadata, **options)
        for size in (REQUEST_BYTES + 1, 4 * REQUEST_BYTES):
            try:
                call(filled(signer, size), metadata=signer.metadata, **options)
                raise AssertionError("expected a request of %d bytes to be refused" % size)
            except grpc.RpcError as error:
                expect(error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED, got %s" % error.code())
    appliance.credentials.List(appliance.credentials.List.request(), metadata=signer.metadata)


@case
def gzip_requests(appliance):
    signer = appliance.signer()
    digests = [digest(b"payslip %d" % number) for number in range(100)]
    # C-core leaves a message plain that would not shrink, as random digests would not.
    request = signer.authorization(digests, client_data="month " * 10_000)
    sad = appliance.credentials.Authorize(request, metadata=signer.metadata, **GZIP).sad
    request = signer.request(sad, digests, client_data="month " * 10_000)
    answer = appliance.signatures.SignHash(request, metadata=signer.metadata, **GZIP)
    signer.credentials["P-256"].expect_good(list(zip(digests, answer.signatures, strict=True))[::10])


@case
def unknown_encoding(appliance):
    try:
        appliance.service.Info(appliance.service.Info.request(lang="x" * 1_000), compression=grpc.Compression.Deflate)
        raise AssertionError("expected deflate to be refused")
    except grpc.RpcError as error:
        expect(error.code() == grpc.StatusCode.UNIMPLEMENTED, "UNIMPLEMENTED, got %s" % error.code())


@case
def metadata(appliance):
    unknown = (
        ("x-trace", "one"), ("x-trace", "two, three"), ("x-empty", ""), ("x-long", "x" * 4_000),
        ("x-key-bin", b"\x00\xff"), ("x-key-bin", b""), ("x-key-bin", os.urandom(300)), ("x-key-bin", b"a,b"))
    signer = appliance.anybody
    answer, call = appliance.credentials.List.with_call(
        appliance.credentials.List.request(), metadata=unknown[:4] + signer.metadata + unknown[4:])
    expect(len(answer.credential_ids) == len(signer.credentials), "the signer's credentials")
    expect("grpc-status-details-bin" not in dict(call.trailing_metadata()), "no details where nothing is wrong")
    stream = appliance.signatures.SignHashStream(iter(()), metadata=signer.metadata + unknown)
    expect(not list(stream) and stream.code() == grpc.StatusCode.OK, "an empty stream to end well")


@case
def authorization(appliance):
    call = appliance.credentials.List
    plain = appliance.anybody.metadata[0][1]
    for given, code, message, reason in (
            ([], "UNAUTHENTICATED", "The request has no Authorization header", "invalid_request"),
            (["Bearer nonsense"], "UNAUTHENTICATED", "The access token is not valid", "invalid_token"),
            ([plain[:-2]], "UNAUTHENTICATED", "The access token is not valid", "invalid_token"),
            (["Digest abc"], "INVALID_ARGUMENT", "Malformed authorization header", "invalid_request"),
            ([plain, plain], "INVALID_ARGUMENT", "Malformed authorization header", "invalid_request")):
        values = tuple(("authorization", value) for value in given)
        code = getattr(grpc.StatusCode, code)
        appliance.refused(call, call.request(), code, message, reason, metadata=values)
        stream = appliance.signatures.SignHashStream(iter(()), metadata=values)
        try:
            list(stream)
            raise AssertionError("expected the stream to be refused for %s" % message)
        except grpc.RpcError as error:
            appliance.expect_error(error, code, message, reason)


@case
def revoked_token(appliance):
    signer = appliance.anybody
    old = signer.metadata
    revoke = appliance.auth.Revoke
    revoke(revoke.request(token=old[0][1].split(" ")[1]), metadata=old)
    call = appliance.credentials.List
    appliance.refused(call, call.request(), grpc.StatusCode.UNAUTHENTICATED,
                      "The access token expired or was revoked", "expired_token", metadata=old)
    signer.sign_in()


@case
def errors_with_details(appliance):
    signer = appliance.signer()
    login = appliance.auth.Login
    appliance.refused(login, login.request(), grpc.StatusCode.UNAUTHENTICATED,
                      "An error occurred during authentication process", "authentication_error",
                      metadata=signer.basic("nobody:nothing"))

    digests = random_digests(1)
    code = signer.code()
    wrong = "%06d" % ((int(code) + 1) % 1_000_000)
    authorize = appliance.credentials.Authorize
    appliance.refused(authorize, signer.authorization(digests, code=wrong), grpc.StatusCode.PERMISSION_DENIED,
                      "The authentication data is invalid", "invalid_authentication_data", metadata=signer.metadata)
    sad = authorize(signer.authorization(digests, code=code), metadata=signer.metadata).sad
    appliance.refused(authorize, signer.authorization(digests, code=code), grpc.StatusCode.PERMISSION_DENIED,
                      "The authentication data is invalid", "invalid_authentication_data", metadata=signer.metadata)

    sign = appliance.signatures.SignHash
    good = signer.request(sad, digests)
    for change, code, message in (
            ({"sad": ""}, "INVALID_ARGUMENT", "Missing (or invalid type) string parameter SAD"),
            ({"sad": ("B" if sad[0] == "A" else "A") + sad[1:]}, "PERMISSION_DENIED", "Invalid parameter SAD"),
            ({"credential_id": NOBODY}, "NOT_FOUND", "Invalid parameter credentialID"),
            ({"sign_algo": "1.2.3"}, "INVALID_ARGUMENT", "Invalid parameter signAlgo"),
            ({"hashes": random_digests(1)}, "PERMISSION_DENIED", "Hash is not authorized by the SAD"),
            ({"hashes": [b"short"]}, "INVALID_ARGUMENT", "Invalid digest value length"),
            ({"hashes": None}, "INVALID_ARGUMENT", "Missing (or invalid type) array parameter hash")):
        request = sign.request.FromString(good.SerializeToString())
        for name in change:
            request.ClearField(name)
        request.MergeFrom(sign.request(**change))
        appliance.refused(sign, request, getattr(grpc.StatusCode, code), message, metadata=signer.metadata)

    # None of these used the hash up.
    signer.credentials["P-256"].expect_good(zip(digests, signer.sign(sad, digests), strict=True))
    appliance.refused(sign, good, grpc.StatusCode.PERMISSION_DENIED, "Invalid parameter SAD", metadata=signer.metadata)


@case
def unimplemented(appliance):
    for path in ("/csc.v2.Signatures/SignDoc", "/csc.v2.Nothing/Sign", "/csc.v2.signatures/SignHash"):
        method = appliance.channel.unary_unary(path)
        for options in ({}, {"metadata": appliance.anybody.metadata}):
            try:
                method(b"", timeout=30, **options)
                raise AssertionError("expected %s to be unknown" % path)
            except grpc.RpcError as error:
                expect(error.code() == grpc.StatusCode.UNIMPLEMENTED, "UNIMPLEMENTED, got %s" % error.code())
