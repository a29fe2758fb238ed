#!/usr/bin/python3
"""A stranger's gRPC client for csc.v2: Debian's python3-grpcio and the published .proto files, nothing of ours.

usage: csc_grpc.py DESCRIPTORS TARGET

DESCRIPTORS is what protoc --include_imports --descriptor_set_out=FILE wrote, TARGET is host:port. Reads one call per
line of standard input, as JSON: {"method": "Credentials.Info", "authorization": "Bearer ...", "request": {...}}, and
answers each with a line: {"status": "OK", "message": "", "milliseconds": 1.9, "reply": {...}}. Messages have the JSON
form of protobuf; bytes are Base64."""
import json
import sys
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

PACKAGE = "csc.v2"


def load_pool(path):
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as source:
        files.ParseFromString(source.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


def message_class(pool, descriptor):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def call(pool, channel, line):
    asked = json.loads(line)
    service, method = asked["method"].split(".")
    descriptor = pool.FindServiceByName(f"{PACKAGE}.{service}").methods_by_name[method]
    request = json_format.ParseDict(asked.get("request", {}), message_class(pool, descriptor.input_type)())
    reply_class = message_class(pool, descriptor.output_type)
    invoke = channel.unary_unary(f"/{PACKAGE}.{service}/{method}",
                                 request_serializer=lambda message: message.SerializeToString(),
                                 response_deserializer=reply_class.FromString)
    metadata = [("authorization", asked["authorization"])] if asked.get("authorization") else []
    started = time.monotonic()
    try:
        reply = invoke(request, metadata=metadata, timeout=30)
        answer = {"status": "OK", "message": "", "reply": json_format.MessageToDict(reply)}
    except grpc.RpcError as error:
        answer = {"status": error.code().name, "message": error.details(), "reply": {}}
    answer["milliseconds"] = round((time.monotonic() - started) * 1000, 1)
    return answer


def main():
    pool = load_pool(sys.argv[1])
    with grpc.insecure_channel(sys.argv[2]) as channel:
        for line in sys.stdin:
            print(json.dumps(call(pool, channel, line)), flush=True)


if __name__ == "__main__":
    main()
