"""grpc.health.v1 with grpcio: health_client.py PROTO_FOLDER PORT SERVICE

Writes the answer to Check, then each status of Watch, then the code that the stream ended with; one a line.
"""
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FULL = "grpc.health.v1."


def main():
    folder, port, service = sys.argv[1:]
    with tempfile.NamedTemporaryFile() as out:
        subprocess.check_call(
            ["protoc", "-I", folder, "--descriptor_set_out=" + out.name, "grpc/health/v1/health.proto"])
        classes = message_factory.GetMessages(descriptor_pb2.FileDescriptorSet.FromString(out.read()).file)
    request, response = classes[FULL + "HealthCheckRequest"], classes[FULL + "HealthCheckResponse"]
    path = "/grpc.health.v1.Health/"
    asked = request(service=service)
    with grpc.insecure_channel("127.0.0.1:" + port) as channel:
        check = channel.unary_unary(path + "Check", request.SerializeToString, response.FromString)
        try:
            print(response.ServingStatus.Name(check(asked, timeout=60).status), flush=True)
        except grpc.RpcError as error:
            print(error.code().name, flush=True)
        watch = channel.unary_stream(path + "Watch", request.SerializeToString, response.FromString)
        try:
            for answer in watch(asked, timeout=60):
                print(response.ServingStatus.Name(answer.status), flush=True)
            print("OK", flush=True)
        except grpc.RpcError as error:
            print(error.code().name, flush=True)


main()
