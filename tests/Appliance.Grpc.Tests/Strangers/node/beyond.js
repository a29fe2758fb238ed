'use strict';

// Cases that gRPC's interop list does not have: errors with details, limits, many streams, backpressure, ends.

const assert = require('assert');
const crypto = require('crypto');
const grpc = require('@grpc/grpc-js');
const { Call, expectZeros, output, payload, settled, simple } = require('./server');

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';

// The server's limit for messages, both ways.
const LIMIT = 4 * 1024 * 1024;
const DEADLINE = 1_000;
const HOUR = 2_000_000_000; // Microseconds, about half of one.

// A stream of 100 MiB: more than all the windows and buffers between the two ends.
const CHUNK = 256 * 1024;
const CHUNKS = 400;

async function many_unary(server) {
    for (let size = 0; size < 200; size++) {
        expectZeros(await server.call('UnaryCall', simple(size, 3 * size)).answer(), 3 * size);
        await server.call('EmptyCall', {}).answer();
    }
}

async function half_duplex(server) {
    const call = server.call('HalfDuplexCall', output([1, 2], 500));
    call.write(output([]));
    call.write(output([3]));
    call.end();
    for (const size of [1, 2, 3]) {
        expectZeros(await call.next(), size);
    }

    await call.endsWell();
}

async function paced_responses(server) {
    const started = performance.now();
    const call = server.call('StreamingOutputCall', {
        response_parameters: [{ size: 1, interval_us: 50_000 }, { size: 2 }, { size: 3, interval_us: 50_000 }],
    });
    for (const size of [1, 2, 3]) {
        expectZeros(await call.next(), size);
    }

    await call.endsWell();
    assert.ok(performance.now() - started >= 99, '100 ms at least, but for the rounding of timers');
}

async function invalid_requests(server) {
    for (const request of [simple(0, 0, { response_type: 7 }), simple(0, -1)]) {
        await server.call('UnaryCall', request).ends(grpc.status.INVALID_ARGUMENT);
    }

    for (const request of [output([1], 0, { response_type: 7 }), output([1, -1])]) {
        await server.call('StreamingOutputCall', request).ends(grpc.status.INVALID_ARGUMENT);
    }
}

async function status_of_streams(server) {
    const refusal = output([5], 0, { response_status: { code: 10, message: SPECIAL } });
    await server.call('StreamingOutputCall', refusal).ends(grpc.status.ABORTED, SPECIAL);
    const call = server.call('FullDuplexCall', output([5]));
    call.write(refusal);
    expectZeros(await call.next(), 5);
    assert.strictEqual(await call.next(), undefined);
    await call.ends(grpc.status.ABORTED, SPECIAL);
}

async function expectDetails(server, call) {
    const { metadata } = await call.ends(grpc.status.INVALID_ARGUMENT, 'Invalid parameter SAD');
    assert.deepStrictEqual(metadata.get('grpc-retry-pushback-ms'), ['1500']);
    const status = server.decode('google.rpc.Status', metadata.get('grpc-status-details-bin')[0]);
    assert.strictEqual(status.code, 3);
    assert.strictEqual(status.message, 'Invalid parameter SAD');
    assert.deepStrictEqual(status.details.map(detail => detail.type_url), [
        'type.googleapis.com/google.rpc.ErrorInfo', 'type.googleapis.com/google.rpc.RetryInfo',
    ]);
    assert.deepStrictEqual(server.decode('google.rpc.ErrorInfo', status.details[0].value), {
        reason: 'invalid_request', domain: 'example.org', metadata: { field: 'SAD' },
    });
    assert.deepStrictEqual(server.decode('google.rpc.RetryInfo', status.details[1].value), {
        retry_delay: { seconds: 1, nanos: 500_000_000 },
    });
}

async function details_of_unary(server) {
    for (const manner of ['SET', 'THROWN']) {
        await expectDetails(server, server.call('Refuse', { manner }));
    }
}

async function details_of_streams(server) {
    for (const manner of ['SET', 'THROWN']) {
        for (const messages of [0, 3]) {
            const call = server.call('RefuseAfter', { refusal: { manner }, messages });
            for (let i = 0; i < messages; i++) {
                assert.deepStrictEqual(await call.next(), {});
            }

            assert.strictEqual(await call.next(), undefined);
            await expectDetails(server, call);
        }
    }
}

async function crash_keeps_its_text(server) {
    const refusal = { manner: 'CRASH' };
    for (const call of [server.call('Refuse', refusal), server.call('RefuseAfter', { refusal, messages: 1 })]) {
        const { details } = await call.ends(grpc.status.UNKNOWN);
        assert.ok(!details.includes('secret'), details);
    }
}

/** make(n) with that n for which the message takes exactly LIMIT bytes. */
function filled(server, type, make) {
    const body = LIMIT - (server.sizeOf(type, make(LIMIT)) - LIMIT);
    assert.strictEqual(server.sizeOf(type, make(body)), LIMIT);
    return body;
}

async function zipped(server, run, algorithm = 'gzip') {
    const clients = server.connect({
        'grpc.default_compression_algorithm': grpc.compressionAlgorithms[algorithm],
    });
    try {
        await run((method, request) => new Call(clients.test, method, request));
    } finally {
        clients.close();
    }
}

async function big_request(server) {
    const body = filled(server, 'grpc.testing.SimpleRequest', size => simple(size));
    expectZeros(await server.call('UnaryCall', simple(body)).answer(), 0);
    await zipped(server, async call => expectZeros(await call('UnaryCall', simple(body)).answer(), 0));
    await server.call('UnaryCall', simple(body + 1)).ends(grpc.status.RESOURCE_EXHAUSTED);
    await server.call('UnaryCall', simple(3 * LIMIT)).ends(grpc.status.RESOURCE_EXHAUSTED);
    await server.call('EmptyCall', {}).answer();
}

async function big_response(server) {
    const body = filled(server, 'grpc.testing.SimpleResponse', size => ({ payload: payload(size) }));
    expectZeros(await server.call('UnaryCall', simple(0, body)).answer(), body);
    await server.call('UnaryCall', simple(0, body + 1)).ends(grpc.status.RESOURCE_EXHAUSTED);
    await server.call('EmptyCall', {}).answer();
}

async function big_streamed_requests(server) {
    const body = filled(server, 'grpc.testing.StreamingInputCallRequest', size => ({ payload: payload(size) }));
    const good = server.call('StreamingInputCall');
    for (let i = 0; i < 4; i++) {
        good.write({ payload: payload(body) });
    }

    good.end();
    assert.strictEqual((await good.answer()).aggregated_payload_size, 4 * body);

    const bad = server.call('StreamingInputCall');
    [1, body + 1, 1].forEach(size => bad.write({ payload: payload(size) }));
    bad.end();
    await bad.ends(grpc.status.RESOURCE_EXHAUSTED);
    await server.call('EmptyCall', {}).answer();
}

async function big_streamed_responses(server) {
    const body = filled(
        server, 'grpc.testing.StreamingOutputCallResponse', size => ({ payload: payload(size) }));
    const call = server.call('FullDuplexCall', output([body, body], body - 100));
    call.write(output([body + 1]));
    expectZeros(await call.next(), body);
    expectZeros(await call.next(), body);
    assert.strictEqual(await call.next(), undefined);
    await call.ends(grpc.status.RESOURCE_EXHAUSTED);
    await server.call('EmptyCall', {}).answer();
}

async function gzip_bomb(server) {
    await zipped(server, async call => {
        await call('UnaryCall', simple(16 * LIMIT)).ends(grpc.status.RESOURCE_EXHAUSTED);
        await call('StreamingInputCall', { payload: payload(16 * LIMIT) }).ends(grpc.status.RESOURCE_EXHAUSTED);
    });
}

async function gzip_both_ways(server) {
    const yes = { value: true };
    await zipped(server, async call => {
        const unary = simple(100_000, 200_000, { response_compressed: yes, expect_compressed: yes });
        expectZeros(await call('UnaryCall', unary).answer(), 200_000);

        const upload = call('StreamingInputCall');
        [1_000, 100_000].forEach(size => upload.write({ payload: payload(size), expect_compressed: yes }));
        upload.end();
        assert.strictEqual((await upload.answer()).aggregated_payload_size, 101_000);

        const sizes = [1, 100_000, 0];
        const request = {
            payload: payload(50_000), response_parameters: sizes.map(size => ({ size, compressed: yes })),
        };
        const duplex = call('FullDuplexCall', request);
        duplex.end();
        for (const stream of [call('StreamingOutputCall', request), duplex]) {
            for (const size of sizes) {
                expectZeros(await stream.next(), size);
            }

            await stream.endsWell();
        }
    });
}

async function unknown_encoding(server) {
    const calls = [
        ['UnaryCall', simple(1_000)], ['StreamingInputCall', { payload: payload(1_000) }],
        ['StreamingOutputCall', output([1], 1_000)], ['FullDuplexCall', output([1], 1_000)],
    ];
    for (const [method, request] of calls) {
        // A client each: one that was told what the server takes sends that from then on.
        await zipped(server, call => call(method, request).ends(grpc.status.UNIMPLEMENTED), 'deflate');
    }
}

async function binary_metadata(server) {
    const values = [
        Buffer.from([0, 255]), Buffer.alloc(0), crypto.randomBytes(300), Buffer.from('='), Buffer.from('a,b'),
    ];
    const metadata = { [TRAILING]: values };
    const unary = await server.call('EmptyCall', {}, { metadata }).ends(grpc.status.OK);
    assert.deepStrictEqual(unary.metadata.get(TRAILING), values);
    const call = server.call('FullDuplexCall', output([1]), { metadata });
    call.end();
    const { metadata: trailing } = await call.ends(grpc.status.OK);
    assert.deepStrictEqual(trailing.get(TRAILING), values);
}

async function text_metadata(server) {
    const call = server.call('EmptyCall', {}, {
        metadata: { [INITIAL]: ['one', 'two words'], authorization: 'Bearer abc', 'x-test-call': server.name() },
    });
    await call.answer();
    const initial = await call.initial;
    assert.strictEqual(initial.get(INITIAL).join(',').replaceAll(', ', ','), 'one,two words');
    assert.deepStrictEqual(initial.get('x-test-authorization'), ['Bearer abc']);
}

async function concurrent_unary(server) {
    const sizes = [...Array(1000).keys()];
    const answers = await Promise.all(sizes.map(size => server.call('UnaryCall', simple(size, size)).answer()));
    sizes.forEach(size => expectZeros(answers[size], size));
}

async function concurrent_streams(server) {
    const calls = [...Array(80)].map(() => server.call('FullDuplexCall', undefined, {
        metadata: { 'x-test-call': server.name() },
    }));
    for (let turn = 0; turn < 3; turn++) {
        calls.forEach((call, i) => call.write(output([100 * i + turn], i)));
        for (const [i, call] of [...calls.entries()].reverse()) {
            expectZeros(await call.next(), 100 * i + turn);
        }
    }

    const connections = new Set();
    for (const call of calls) {
        call.end();
        await call.endsWell();
        connections.add((await call.initial).get('x-test-connection')[0]);
    }

    assert.strictEqual(connections.size, 1, 'one connection');
}

/** The server allows 100 at a time; the others wait in the client. */
async function more_streams_than_allowed(server) {
    const calls = [...Array(150).keys()].map(i => server.call('FullDuplexCall', output([i])));
    for (const [i, call] of calls.entries()) {
        expectZeros(await call.next(), i);
        call.end();
        await call.endsWell();
    }
}

async function slow_reader_of_responses(server) {
    const name = server.name();
    const call = server.call(
        'StreamingOutputCall', output(Array(CHUNKS).fill(CHUNK)), { metadata: { 'x-test-call': name } });
    expectZeros(await call.next(), CHUNK);
    const written = await settled(async () => (await server.report(name)).written);
    assert.ok(written < CHUNKS / 4, `the server waits for its reader, but it has written ${written}`);
    for (let i = 1; i < CHUNKS; i++) {
        expectZeros(await call.next(), CHUNK);
    }

    await call.endsWell();
    assert.strictEqual((await server.report(name, 'ENDED')).written, CHUNKS);
}

/** The server does not read on while its own responses are not read. */
async function slow_reader_of_requests(server) {
    const name = server.name();
    const call = server.call('FullDuplexCall', undefined, { metadata: { 'x-test-call': name } });
    let sent = 0;
    const writing = (async () => {
        for (; sent < CHUNKS; sent++) {
            await call.write(output([CHUNK], CHUNK));
        }

        call.end();
    })();
    expectZeros(await call.next(), CHUNK);
    await settled(() => sent);
    assert.ok(sent < CHUNKS / 4, `the client waits for the server, but it has sent ${sent}`);
    for (let i = 1; i < CHUNKS; i++) {
        expectZeros(await call.next(), CHUNK);
    }

    await call.endsWell();
    await writing;
    assert.strictEqual((await server.report(name, 'ENDED')).read, CHUNKS);
}

/**
 * A call of each shape that goes on for ever. Node's HTTP/2 half-closes a stream before it resets it: a handler that
 * waits for requests may see a good end of them first, so it waits for something else where the service has that.
 */
function running(server, options = {}) {
    const endless = { response_parameters: [{ size: 10 }, { size: 10, interval_us: HOUR }] };
    const calls = [
        ['Wait', {}, ['CANCELLED']],
        ['StreamingInputCall', { payload: payload(10) }, ['CANCELLED', 'COMPLETED']],
        ['StreamingOutputCall', endless, ['CANCELLED']],
        ['FullDuplexCall', endless, ['CANCELLED']],
    ];
    return calls.map(([method, request, states]) => {
        const name = server.name();
        const call = server.call(method, request, { metadata: { 'x-test-call': name }, ...options });
        const expectEnded = async () => {
            const { state } = await server.report(name, 'ENDED');
            assert.ok(states.includes(state), `the handler of ${method} ended as ${state}, not ${states}`);
        };
        return { name, call, expectEnded };
    });
}

async function deadline_of_each_shape(server) {
    for (const { call, expectEnded } of running(server, { timeout: DEADLINE })) {
        await call.ends(grpc.status.DEADLINE_EXCEEDED);
        await expectEnded();
    }
}

async function cancellation_of_each_shape(server) {
    for (const { name, call, expectEnded } of running(server)) {
        await server.report(name, 'STARTED');
        call.cancel();
        await call.ends(grpc.status.CANCELLED);
        await expectEnded();
    }
}

/** The reset may come before the server has looked at the call. */
async function cancelled_at_once(server) {
    for (let i = 0; i < 50; i++) {
        const call = server.call('Wait', {});
        call.cancel();
        await call.ends(grpc.status.CANCELLED);
    }

    await server.call('EmptyCall', {}).answer();
}

module.exports = {
    many_unary, half_duplex, paced_responses, invalid_requests, status_of_streams, details_of_unary,
    details_of_streams, crash_keeps_its_text, big_request, big_response, big_streamed_requests,
    big_streamed_responses, gzip_bomb, gzip_both_ways, unknown_encoding, binary_metadata, text_metadata,
    concurrent_unary, concurrent_streams, more_streams_than_allowed, slow_reader_of_responses,
    slow_reader_of_requests, deadline_of_each_shape, cancellation_of_each_shape, cancelled_at_once,
};
