"""Message classes and stubs from .proto files, without generated code: protoc makes descriptors, protobuf the rest."""
import os
import subprocess
import tempfile

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, duration_pb2, message_factory

FILES = ("grpc/testing/test.proto", "appliance/probes/probes.proto", "google/rpc/status.proto",
         "google/rpc/error_details.proto")

# No call waits longer: a server that does not answer fails the case.
PATIENCE = 30


def descriptors(roots):
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
                        "--descriptor_set_out=" + all_path, *("-I" + root for root in roots), *FILES], check=True)
        with open(all_path, "rb") as source:
            return descriptor_pb2.FileDescriptorSet.FromString(source.read())


class Protos:
    """protos.SimpleRequest is the class of the message grpc.testing.SimpleRequest."""

    def __init__(self, roots):
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptors(roots).file:
            self.pool.Add(file)
            for message in file.message_type:
                setattr(self, message.name, self.message(file.package + "." + message.name))

    def message(self, full_name):
        descriptor = self.pool.FindMessageTypeByName(full_name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self.pool).GetPrototype(descriptor)

    def stub(self, channel, service):
        return Stub(self, channel, self.pool.FindServiceByName(service))


class Stub:
    def __init__(self, protos, channel, service):
        for method in service.methods:
            shape = descriptor_pb2.MethodDescriptorProto()
            method.CopyToProto(shape)
            make = getattr(channel, "%s_%s" % ("stream" if shape.client_streaming else "unary",
                                               "stream" if shape.server_streaming else "unary"))
            setattr(self, method.name, Method(make(
                "/%s/%s" % (service.full_name, method.name),
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=protos.message(method.output_type.full_name).FromString)))


class Method:
    """A callable of grpcio that gives up after PATIENCE seconds unless the case says when."""

    def __init__(self, callable_):
        self._callable = callable_

    def __call__(self, request, timeout=PATIENCE, **options):
        return self._callable(request, timeout=timeout, **options)

    def with_call(self, request, timeout=PATIENCE, **options):
        return self._callable.with_call(request, timeout=timeout, **options)

    def future(self, request, timeout=PATIENCE, **options):
        return self._callable.future(request, timeout=timeout, **options)


def connect(port, *options):
    return grpc.insecure_channel("127.0.0.1:%d" % port, options=[
        ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), *options])
