"""What the cases share: message classes and stubs, the fixture's signers, and what must come back."""
import base64
import hashlib
import hmac
import json
import os
import queue
import struct
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, duration_pb2, message_factory

PROTO_ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "proto")
PROTO_FILES = (
    "csc/v2/service.proto", "csc/v2/auth.proto", "csc/v2/credentials.proto", "csc/v2/signatures.proto",
    "appliance/v1/timestamping.proto",
    "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto", "grpc/reflection/v1alpha/reflection.proto",
    "google/rpc/status.proto", "google/rpc/error_details.proto")

SHA256 = "2.16.840.1.101.3.4.2.1"
SIGNATURE_ALGORITHMS = {"P-256": "1.2.840.10045.4.3.2", "RSA-2048": "1.2.840.113549.1.1.11"}
ERROR_DOMAIN = "cloudsignatureconsortium.org"

# Limits of an appliance with the default settings.
REQUEST_BYTES = 4 * 1024 * 1024
STREAMS = 64

# No call waits longer: a server that does not answer fails the case.
PATIENCE = 30


def expect(condition, what):
    if not condition:
        raise AssertionError("expected " + what)


def digest(document):
    return hashlib.sha256(document).digest()


def random_digests(count):
    return [os.urandom(32) for _ in range(count)]


def descriptors():
    """A FileDescriptorSet of all files; the well-known types come from the library, protoc's may not be installed."""
    known = descriptor_pb2.FileDescriptorSet()
    for module in (any_pb2, duration_pb2):
        module.DESCRIPTOR.CopyToProto(known.file.add())
    with tempfile.TemporaryDirectory() as folder:
        known_path = os.path.join(folder, "known.pb")
        all_path = os.path.join(folder, "all.pb")
        with open(known_path, "wb") as target:
            target.write(known.SerializeToString())
        subprocess.run(["protoc", "--descriptor_set_in=" + known_path, "--include_imports",
                        "--descriptor_set_out=" + all_path, "-I" + PROTO_ROOT, *PROTO_FILES], check=True)
        with open(all_path, "rb") as source:
            return descriptor_pb2.FileDescriptorSet.FromString(source.read()).file


class Contract:
    """Message classes and stubs from descriptors, whoever gave them."""

    def __init__(self, files):
        self.pool = descriptor_pool.DescriptorPool()
        for file in files:
            self.pool.Add(file)

    def message(self, full_name):
        found = self.pool.FindMessageTypeByName(full_name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(found)
        return message_factory.MessageFactory(self.pool).GetPrototype(found)

    def stub(self, channel, service):
        return Stub(self, channel, self.pool.FindServiceByName(service))


class Stub:
    """stub.Info(request) calls the method Info; stub.Info.request is the class of its requests."""

    def __init__(self, contract, channel, service):
        for method in service.methods:
            shape = descriptor_pb2.MethodDescriptorProto()
            method.CopyToProto(shape)
            make = getattr(channel, "%s_%s" % ("stream" if shape.client_streaming else "unary",
                                               "stream" if shape.server_streaming else "unary"))
            setattr(self, method.name, Method(
                make, "/%s/%s" % (service.full_name, method.name),
                contract.message(method.input_type.full_name), contract.message(method.output_type.full_name)))


class Method:
    """A callable of grpcio that gives up after PATIENCE seconds unless the case says when."""

    def __init__(self, make, path, request, response):
        self.request = request
        self._callable = make(path, request_serializer=lambda message: message.SerializeToString(),
                              response_deserializer=response.FromString)

    def __call__(self, request, timeout=PATIENCE, **options):
        return self._callable(request, timeout=timeout, **options)

    def with_call(self, request, timeout=PATIENCE, **options):
        return self._callable.with_call(request, timeout=timeout, **options)

    def future(self, request, timeout=PATIENCE, **options):
        return self._callable.future(request, timeout=timeout, **options)


class Appliance:
    """The appliance of a fixture, over one connection unless a case opens more."""

    def __init__(self, folder):
        with open(os.path.join(folder, "fixture.json"), encoding="utf-8") as source:
            fixture = json.load(source)
        self.target = fixture["grpc"].split("://")[1]
        self.contract = Contract(descriptors())
        self.channel = grpc.insecure_channel(self.target, options=[
            ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
        self.service = self.stub("csc.v2.Service")
        self.auth = self.stub("csc.v2.Auth")
        self.credentials = self.stub("csc.v2.Credentials")
        self.signatures = self.stub("csc.v2.Signatures")
        self.timestamping = self.stub("appliance.v1.Timestamping")
        self.health = self.stub("grpc.health.v1.Health")
        self.units = fixture["tsa"]
        self._signers = [Signer(self, entry) for entry in fixture["signers"]]
        self.anybody = self._signers[0]
        self.anybody.sign_in()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def stub(self, service):
        return self.contract.stub(self.channel, service)

    def signer(self, algorithm="P-256"):
        """A signer who has such a credential, signed in, who has used no code yet."""
        able = [signer for signer in self._signers if algorithm in signer.credentials]
        expect(able, "the fixture to have a signer left with a credential for " + algorithm)
        # Those who can do more are kept for the cases that ask for it.
        signer = min(able, key=lambda one: len(one.credentials))
        self._signers.remove(signer)
        signer.sign_in()
        return signer

    def refused(self, method, request, code, message, reason="invalid_request", **options):
        """The call is refused so, by a CSC error in the details; gives those."""
        try:
            method(request, **options)
        except grpc.RpcError as error:
            return self.expect_error(error, code, message, reason)
        raise AssertionError("expected %s, got an answer" % code)

    def expect_error(self, error, code, message, reason="invalid_request"):
        """error: a call that is over, or an error of one."""
        expect((error.code(), error.details()) == (code, message),
               "%s %r, got %s %r" % (code, message, error.code(), error.details()))
        encoded = dict(error.trailing_metadata()).get("grpc-status-details-bin")
        expect(encoded is not None, "grpc-status-details-bin of %r" % message)
        status = self.contract.message("google.rpc.Status").FromString(encoded)
        return self.expect_status(status, code, message, reason)

    def expect_status(self, status, code, message, reason="invalid_request"):
        """A google.rpc.Status: of the details, or of one result. Gives the delay of its RetryInfo, seconds or None."""
        expect((status.code, status.message) == (code.value[0], message), "%s %r, got %s" % (code, message, status))
        names = [detail.type_url.split("/")[-1] for detail in status.details]
        expect(names in (["google.rpc.ErrorInfo"], ["google.rpc.ErrorInfo", "google.rpc.RetryInfo"]),
               "ErrorInfo and perhaps RetryInfo, got %s" % names)
        info = self.contract.message("google.rpc.ErrorInfo").FromString(status.details[0].value)
        expect((info.reason, info.domain, dict(info.metadata))
               == (reason, ERROR_DOMAIN, {"error_description": message}), "%s as the reason, got %s" % (reason, info))
        if len(names) == 1:
            return None
        return self.contract.message("google.rpc.RetryInfo").FromString(status.details[1].value).retry_delay.seconds


class Signer:
    def __init__(self, appliance, entry):
        self._appliance = appliance
        self._secret = base64.b32decode(entry["totpSecret"])
        self._codes = 0
        self._plain = "%s:%s" % (entry["user"], entry["password"])
        self.credentials = {credential["algorithm"]: Credential(credential) for credential in entry["credentials"]}
        self.metadata = ()

    def basic(self, plain=None):
        return (("authorization", "Basic " + base64.b64encode((plain or self._plain).encode()).decode()),)

    def sign_in(self):
        login = self._appliance.auth.Login
        answer = login(login.request(), metadata=self.basic())
        self.metadata = (("authorization", "Bearer " + answer.access_token),)
        return answer

    def code(self):
        """The code of the moment; from the second call on, the next one: the server takes it a step early."""
        step = int(time.time()) // 30 + min(self._codes, 1)
        self._codes += 1
        mac = hmac.digest(self._secret, struct.pack(">Q", step), "sha1")
        return "%06d" % ((struct.unpack_from(">I", mac, mac[-1] & 15)[0] & 0x7fffffff) % 1_000_000)

    def authorization(self, digests, algorithm="P-256", code=None, **fields):
        authorize = self._appliance.credentials.Authorize
        request = authorize.request(
            credential_id=self.credentials[algorithm].id, num_signatures=max(len(digests), 1), hashes=digests,
            hash_algorithm_oid=SHA256, **fields)
        request.auth_data.add(id="OTP", value=code or self.code())
        return request

    def authorize(self, digests, algorithm="P-256", **options):
        """A SAD for these."""
        request = self.authorization(digests, algorithm)
        return self._appliance.credentials.Authorize(request, metadata=self.metadata, **options).sad

    def request(self, sad, digests, algorithm="P-256", **fields):
        return self._appliance.signatures.SignHash.request(
            credential_id=self.credentials[algorithm].id, sad=sad, hashes=digests,
            sign_algo=SIGNATURE_ALGORITHMS[algorithm], **fields)

    def sign(self, sad, digests, algorithm="P-256", **options):
        """The signatures, one for each, which are good."""
        request = self.request(sad, digests, algorithm)
        return list(self._appliance.signatures.SignHash(request, metadata=self.metadata, **options).signatures)


class Credential:
    def __init__(self, entry):
        self.id = entry["id"]
        self.certificate = subprocess.run(
            ["openssl", "x509", "-outform", "DER"], input=entry["certificatePem"].encode(), capture_output=True,
            check=True).stdout

    def expect_good(self, signatures):
        """Pairs of digest and signature; OpenSSL has the last word, by the certificate."""
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:
            key = os.path.join(folder, "key.pem")
            subprocess.run(["openssl", "x509", "-inform", "DER", "-pubkey", "-noout", "-out", key],
                           input=self.certificate, capture_output=True, check=True)
            for verdict in pool.map(lambda pair: self._verify(folder, key, pair), enumerate(signatures)):
                expect("Signature Verified Successfully" in verdict, "a good signature, got " + verdict)

    @staticmethod
    def _verify(folder, key, pair):
        number, (signed, signature) = pair
        paths = [os.path.join(folder, "%d.%s" % (number, kind)) for kind in ("digest", "signature")]
        for path, content in zip(paths, (signed, signature)):
            with open(path, "wb") as target:
                target.write(content)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-in", paths[0], "-sigfile", paths[1],
             "-pkeyopt", "digest:sha256"], capture_output=True, check=False)
        return (done.stdout + done.stderr).decode()


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
        self.end()

    def end(self):
        """The half-close."""
        self._queue.put(self.END)

    def add(self, *requests):
        for request in requests:
            self._queue.put(request)
