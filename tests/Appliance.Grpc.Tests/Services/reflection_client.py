"""What grpcurl does, with grpcio and protobuf: by reflection alone, learns what a server serves and calls a method.

reflection_client.py PROTO_FOLDER PORT PACKAGE METHOD REQUEST

PACKAGE is v1 or v1alpha; METHOD is package.Service/Method, unary; REQUEST its message as JSON. Writes the names of the
services, one a line, then the answer as JSON in one line. Exit code 0 when all that reflection said holds together.
"""
import json
import queue
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def expect(condition, what):
    if not condition:
        print("expected", what)
        sys.exit(1)


def compiled(folder, name):
    """A pool with one of our own files, through protoc: the one thing that a client knows beforehand."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.check_call(["protoc", "-I", folder, "--descriptor_set_out=" + out.name, name])
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    return pool


def message_class(pool, name):
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name))


class Stream:
    """One reflection stream, question by question."""

    def __init__(self, channel, folder, package):
        pool = compiled(folder, "grpc/reflection/%s/reflection.proto" % package)
        full = "grpc.reflection." + package
        self.request = message_class(pool, full + ".ServerReflectionRequest")
        response = message_class(pool, full + ".ServerReflectionResponse")
        call = channel.stream_stream(
            "/" + full + ".ServerReflection/ServerReflectionInfo", self.request.SerializeToString, response.FromString)
        self.questions = queue.Queue()
        self.answers = call(iter(self.questions.get, None), timeout=60)

    def ask(self, **field):
        question = self.request(host="localhost", **field)
        self.questions.put(question)
        answer = next(self.answers)
        expect(answer.original_request == question, "the question with its answer")
        expect(answer.valid_host == "localhost", "the host back")
        return answer

    def files(self, **field):
        answer = self.ask(**field)
        expect(answer.HasField("file_descriptor_response"), "files for %s, got %s" % (field, answer.error_response))
        return [descriptor_pb2.FileDescriptorProto.FromString(content)
                for content in answer.file_descriptor_response.file_descriptor_proto]

    def refused(self, code, **field):
        answer = self.ask(**field)
        expect(answer.HasField("error_response") and answer.error_response.error_code == code.value[0],
               "%s for %s" % (code, field))

    def end(self):
        self.questions.put(None)
        expect(next(self.answers, None) is None, "the end of the stream")


def learn(stream, services):
    """Every file, each sent once, though services share imports."""
    known = {}
    for service in services:
        first, *imports = stream.files(file_containing_symbol=service)
        known[first.name] = first
        for file in imports:
            expect(file.name not in known, "%s once" % file.name)
            known[file.name] = file
    return known


def build(known):
    """A fresh pool; it takes a file only after all that it imports."""
    pool, done = descriptor_pool.DescriptorPool(), set()

    def add(name):
        if name not in done:
            done.add(name)
            expect(name in known, "the import " + name)
            for needed in known[name].dependency:
                add(needed)
            pool.Add(known[name])
            pool.FindFileByName(name)

    for name in known:
        add(name)
    return pool


def symbols(file):
    """Every full name that the file declares."""
    prefix = file.package + "." if file.package else ""

    def of_enum(scope, enum):
        yield scope + enum.name
        yield from (scope + value.name for value in enum.value)

    def of_message(scope, message):
        inner = scope + message.name + "."
        yield scope + message.name
        for part in (message.field, message.oneof_decl, message.extension):
            yield from (inner + declared.name for declared in part)
        for enum in message.enum_type:
            yield from of_enum(inner, enum)
        for nested in message.nested_type:
            yield from of_message(inner, nested)

    for message in file.message_type:
        yield from of_message(prefix, message)
    for enum in file.enum_type:
        yield from of_enum(prefix, enum)
    for extension in file.extension:
        yield prefix + extension.name
    for service in file.service:
        yield prefix + service.name
        yield from (prefix + service.name + "." + method.name for method in service.method)


def extensions(file):
    def of_message(message):
        yield from message.extension
        for nested in message.nested_type:
            yield from of_message(nested)

    yield from file.extension
    for message in file.message_type:
        yield from of_message(message)


def check(stream, known):
    """Each name, number and file that there is leads where protobuf says; others are errors, and the stream goes on."""
    for file in known.values():
        expect(stream.files(file_by_filename=file.name)[0] == file, "the same file again")
        for symbol in symbols(file):
            expect(stream.files(file_containing_symbol=symbol)[0].name == file.name, "%s in %s" % (symbol, file.name))
        for extension in extensions(file):
            extended = extension.extendee.lstrip(".")
            found = stream.files(file_containing_extension={
                "containing_type": extended, "extension_number": extension.number})
            expect(found[0].name == file.name, "the extension %s" % extension.name)
            numbers = stream.ask(all_extension_numbers_of_type=extended).all_extension_numbers_response
            expect(numbers.base_type_name == extended and extension.number in numbers.extension_number, "its number")
    stream.refused(grpc.StatusCode.NOT_FOUND, file_by_filename="missing.proto")
    stream.refused(grpc.StatusCode.NOT_FOUND, file_containing_symbol="missing.Name")
    stream.refused(grpc.StatusCode.NOT_FOUND, all_extension_numbers_of_type="missing.Name")
    stream.refused(grpc.StatusCode.INVALID_ARGUMENT)


def invoke(channel, pool, path, request):
    service, name = path.split("/")
    method = pool.FindServiceByName(service).FindMethodByName(name)
    question = message_class(pool, method.input_type.full_name)
    answer = message_class(pool, method.output_type.full_name)
    call = channel.unary_unary("/" + path, question.SerializeToString, answer.FromString)
    return call(json_format.ParseDict(json.loads(request), question(), descriptor_pool=pool), timeout=60)


def main():
    folder, port, package, path, request = sys.argv[1:]
    with grpc.insecure_channel("127.0.0.1:" + port) as channel:
        stream = Stream(channel, folder, package)
        services = [service.name for service in stream.ask(list_services="").list_services_response.service]
        known = learn(stream, services)
        pool = build(known)
        check(stream, known)
        stream.end()
        print("\n".join(services))
        print(json.dumps(json_format.MessageToDict(invoke(channel, pool, path, request), descriptor_pool=pool)))


main()
