'use strict';

// The cases of gRPC's "Interop Test Case Descriptions", written after them.

const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const { Call, Wire, expectZeros, output, payload, simple } = require('./server');

const REQUEST_SIZES = [27182, 8, 1828, 45904];
const RESPONSE_SIZES = [31415, 9, 2653, 58979];
const LARGE_REQUEST = 271828;
const LARGE_RESPONSE = 314159;
const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';

// Of grpc-js's messages (WriteFlags.NoCompress): this one goes as it is.
const NO_COMPRESS = 2;

async function empty_unary(server) {
    assert.deepStrictEqual(await server.call('EmptyCall', {}).answer(), {});
}

async function large_unary(server) {
    expectZeros(await server.call('UnaryCall', simple(LARGE_REQUEST, LARGE_RESPONSE)).answer(), LARGE_RESPONSE);
}

async function client_streaming(server) {
    const call = server.call('StreamingInputCall');
    REQUEST_SIZES.forEach(size => call.write({ payload: payload(size) }));
    call.end();
    assert.strictEqual((await call.answer()).aggregated_payload_size, 74922);
}

async function server_streaming(server) {
    const call = server.call('StreamingOutputCall', output(RESPONSE_SIZES));
    for (const size of RESPONSE_SIZES) {
        expectZeros(await call.next(), size);
    }

    await call.endsWell();
}

async function ping_pong(server) {
    const call = server.call('FullDuplexCall');
    for (const [i, size] of RESPONSE_SIZES.entries()) {
        call.write(output([size], REQUEST_SIZES[i]));
        expectZeros(await call.next(), size);
    }

    call.end();
    await call.endsWell();
}

async function empty_stream(server) {
    const call = server.call('FullDuplexCall');
    call.end();
    await call.endsWell();
}

async function cancel_after_begin(server) {
    const call = server.call('StreamingInputCall');
    call.cancel();
    await call.ends(grpc.status.CANCELLED);
}

async function cancel_after_first_response(server) {
    const call = server.call('FullDuplexCall', output([RESPONSE_SIZES[0]], REQUEST_SIZES[0]));
    expectZeros(await call.next(), RESPONSE_SIZES[0]);
    call.cancel();
    await call.ends(grpc.status.CANCELLED);
}

async function timeout_on_sleeping_server(server) {
    const call = server.call('FullDuplexCall', output([], REQUEST_SIZES[0]), { timeout: 1 });
    await call.ends(grpc.status.DEADLINE_EXCEEDED);
}

async function expectStatusByBoth(server, message) {
    const response_status = { code: 2, message };
    await server.call('UnaryCall', simple(0, 0, { response_status })).ends(grpc.status.UNKNOWN, message);
    const call = server.call('FullDuplexCall', { response_status });
    call.end();
    await call.ends(grpc.status.UNKNOWN, message);
}

async function status_code_and_message(server) {
    await expectStatusByBoth(server, 'test status message');
}

async function special_status_message(server) {
    await expectStatusByBoth(server, SPECIAL);
}

async function unimplemented_method(server) {
    await server.call('UnimplementedCall', {}).ends(grpc.status.UNIMPLEMENTED);
}

async function unimplemented_service(server) {
    await new Call(server.unimplemented, 'UnimplementedCall', {}).ends(grpc.status.UNIMPLEMENTED);
}

async function custom_metadata(server) {
    const value = 'test_initial_metadata_value';
    const bytes = Buffer.from('ababab', 'hex');
    const metadata = { [INITIAL]: value, [TRAILING]: bytes };
    const expectEcho = async call => {
        assert.deepStrictEqual((await call.initial).get(INITIAL), [value]);
        assert.deepStrictEqual((await call.status).metadata.get(TRAILING), [bytes]);
    };

    const unary = server.call('UnaryCall', simple(LARGE_REQUEST, LARGE_RESPONSE), { metadata });
    expectZeros(await unary.answer(), LARGE_RESPONSE);
    await expectEcho(unary);
    const stream = server.call('FullDuplexCall', output([LARGE_RESPONSE], LARGE_REQUEST), { metadata });
    stream.end();
    expectZeros(await stream.next(), LARGE_RESPONSE);
    await stream.endsWell();
    await expectEcho(stream);
}

/** Runs with a client that compresses what it sends. */
async function compressed(server, run) {
    const clients = server.connect({ 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    try {
        await run(clients.test);
    } finally {
        clients.close();
    }
}

async function client_compressed_unary(server) {
    const probe = simple(LARGE_REQUEST, LARGE_RESPONSE, { expect_compressed: { value: true } });
    const plain = simple(LARGE_REQUEST, LARGE_RESPONSE, { expect_compressed: { value: false } });
    await server.call('UnaryCall', probe).ends(grpc.status.INVALID_ARGUMENT);
    await compressed(server, async client => {
        expectZeros(await new Call(client, 'UnaryCall', probe).answer(), LARGE_RESPONSE);
    });
    expectZeros(await server.call('UnaryCall', plain).answer(), LARGE_RESPONSE);
}

/** Sends the messages plain that are not expected compressed. Streams take no flags; an interceptor sets them. */
class SelectiveCall extends grpc.InterceptingCall {
    sendMessageWithContext(context, message) {
        const flags = message.expect_compressed?.value === false ? NO_COMPRESS : context.flags;
        super.sendMessageWithContext({ ...context, flags }, message);
    }
}

async function client_compressed_streaming(server) {
    const probe = { payload: payload(27182), expect_compressed: { value: true } };
    const plain = { payload: payload(45904), expect_compressed: { value: false } };
    const refused = server.call('StreamingInputCall', probe);
    refused.end();
    await refused.ends(grpc.status.INVALID_ARGUMENT);

    await compressed(server, async client => {
        const interceptors = [(options, next) => new SelectiveCall(next(options))];
        const call = new Call(client, 'StreamingInputCall', probe, { interceptors });
        call.write(plain);
        call.end();
        assert.strictEqual((await call.answer()).aggregated_payload_size, 73086);
    });
}

/** Runs with a client whose bytes are counted: the API does not show a message's flag. */
async function counted(server, run) {
    const wire = await Wire.open(server.port);
    const clients = server.connect({ port: wire.port });
    try {
        await run(clients.test, wire);
    } finally {
        clients.close();
        wire.close();
    }
}

async function server_compressed_unary(server) {
    await counted(server, async (client, wire) => {
        for (const value of [true, false]) {
            wire.reset();
            const request = simple(LARGE_REQUEST, LARGE_RESPONSE, { response_compressed: { value } });
            expectZeros(await new Call(client, 'UnaryCall', request).answer(), LARGE_RESPONSE);
            assert.strictEqual(wire.received < LARGE_RESPONSE / 10, value, `${wire.received} bytes came`);
        }
    });
}

async function server_compressed_streaming(server) {
    await counted(server, async (client, wire) => {
        for (const first of [true, false]) {
            wire.reset();
            const call = new Call(client, 'StreamingOutputCall', {
                response_parameters: [
                    { size: 31415, compressed: { value: first } }, { size: 92653, compressed: { value: !first } },
                ],
            });
            expectZeros(await call.next(), 31415);
            expectZeros(await call.next(), 92653);
            await call.endsWell();
            const plain = first ? 92653 : 31415;
            assert.ok(plain <= wire.received && wire.received < plain + 10000, `${wire.received} bytes came`);
        }
    });
}

module.exports = {
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, cancel_after_begin,
    cancel_after_first_response, timeout_on_sleeping_server, status_code_and_message, special_status_message,
    unimplemented_method, unimplemented_service, custom_metadata, client_compressed_unary,
    client_compressed_streaming, server_compressed_unary, server_compressed_streaming,
};
