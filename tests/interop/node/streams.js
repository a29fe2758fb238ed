'use strict';

// Streams in one direction and in both: SignHashStream, health, reflection; deadlines and cancellation.

const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const { LOADING, NOBODY, REQUEST_BYTES, STREAMS, digest, documents } = require('./appliance');
const { STREAM, defaults, item, signedBy } = require('./bulk');
const { Call, PATIENCE } = require('./call');

const { status } = grpc;
const ITEMS = 200;
const BUSY = 'More requests are in progress than this server accepts; nothing was used up';

/** By id; the call ends well, and the server does not end it. */
async function resultsOf(call, found = new Map()) {
    for (let response; (response = await call.next()) !== undefined;) {
        assert.strictEqual(response.content, 'result', 'results alone');
        assert.ok(!found.has(response.result.id), `one result of ${response.result.id}`);
        found.set(response.result.id, response.result);
    }

    await call.ends(status.OK);
    return found;
}

// What can be wrong with an item: the fields that make it so, and how it is refused.
const WRONG = [
    [{ sad: 'nonsense' }, status.PERMISSION_DENIED, 'Invalid parameter SAD'],
    [{ credential_id: NOBODY }, status.NOT_FOUND, 'Invalid parameter credentialID'],
    [{ sign_algo: '1.2.3' }, status.INVALID_ARGUMENT, 'Invalid parameter signAlgo'],
    [{ hashes: documents(1).map(digest) }, status.PERMISSION_DENIED, 'Hash is not authorized by the SAD'],
    [{ hashes: [Buffer.from('short')] }, status.INVALID_ARGUMENT, 'Invalid digest value length'],
    [{ hashes: [] }, status.INVALID_ARGUMENT, 'Missing (or invalid type) array parameter hash'],
];

/** Of items, each fourth is wrong, each time otherwise; undefined of those that are good. */
function wrongWith(number) {
    return number % 4 === 3 ? WRONG[Math.floor(number / 4) % WRONG.length] : undefined;
}

async function expectMixed(appliance, call, signed, credentialOf) {
    const found = await resultsOf(call);
    assert.strictEqual(found.size, signed.length);
    signed.forEach((document, number) => {
        const result = found.get(String(number));
        const wrong = wrongWith(number);
        if (wrong === undefined) {
            credentialOf(number).expectGood([document], [signedBy(result)]);
        } else {
            assert.deepStrictEqual(result.signatures ?? [], []);
            appliance.expectStatus(result.status, wrong[1], wrong[2]);
        }
    });
}

async function stream_by_defaults(appliance) {
    const signer = await appliance.signer();
    const signed = documents(ITEMS);
    const call = signer.call(STREAM);
    call.write(defaults(signer, await signer.authorize(signed)));
    signed.forEach((document, number) => {
        call.write(item(number, [document], wrongWith(number)?.[0]));
    });
    call.end();
    await expectMixed(appliance, call, signed, () => signer.credentials['P-256']);
}

/** Each item says all itself: two credentials in turn, each with a SAD of its own. */
async function stream_by_own_sads(appliance) {
    const signer = await appliance.signer('RSA-2048');
    const algorithms = ['RSA-2048', 'P-256'];
    const signed = documents(ITEMS);
    const sads = [];
    for (const [turn, algorithm] of algorithms.entries()) {
        sads.push(await signer.authorize(signed.filter((_, number) => number % 2 === turn), algorithm));
    }

    const call = signer.call(STREAM);
    signed.forEach((document, number) => {
        const request = signer.request(sads[number % 2], [document], algorithms[number % 2]);
        call.write({ item: { id: String(number), request: { ...request, ...wrongWith(number)?.[0] } } });
    });
    call.end();
    await expectMixed(appliance, call, signed, number => signer.credentials[algorithms[number % 2]]);
}

/** Each item is sent when the result of the one before is here. */
async function ping_pong(appliance) {
    const signer = await appliance.signer();
    const signed = documents(20);
    const call = signer.call(STREAM);
    call.write(defaults(signer, await signer.authorize(signed)));
    for (const document of signed) {
        call.write(item('same', [document]));
        signer.credentials['P-256'].expectGood([document], [signedBy((await call.next()).result)]);
    }

    call.end();
    await call.ends(status.OK);
}

/**
 * The appliance has no method of the client streaming shape. On the wire that shape is a stream of requests and one
 * response: what SignHashStream answers when one item is sent. So it is called as such a method.
 */
async function one_answer_to_streamed_requests(appliance) {
    const signer = await appliance.signer();
    const signed = documents(1);
    const sent = [defaults(signer, await signer.authorize(signed)), item('only', signed)];
    const client = appliance.clients['csc.v2.Signatures'];
    const { path, requestSerialize, responseDeserialize } = client.constructor.service.SignHashStream;
    const { result } = await new Promise((resolve, reject) => {
        const call = client.makeClientStreamRequest(
            path, requestSerialize, responseDeserialize, Call.metadata(signer.metadata),
            { deadline: Date.now() + PATIENCE }, (error, response) => (error ? reject(error) : resolve(response)));
        sent.forEach(message => call.write(message));
        call.end();
    });
    assert.strictEqual(result.id, 'only');
    signer.credentials['P-256'].expectGood(signed, [signedBy(result)]);
}

/** It ends the stream, after all that was sent before it was answered. */
async function too_big_an_item(appliance) {
    const signer = await appliance.signer();
    const signed = documents(3);
    const call = signer.call(STREAM);
    call.write(defaults(signer, await signer.authorize(signed)));
    signed.forEach((document, number) => { call.write(item(number, [document])); });
    call.write(item('big', signed, { client_data: 'x'.repeat(REQUEST_BYTES) }));
    for (const _ of signed) {
        const { result } = await call.next();
        signer.credentials['P-256'].expectGood([signed[Number(result.id)]], [signedBy(result)]);
    }

    assert.deepStrictEqual({ ...(await call.next()).end }, { items_answered: 3, last_item_id: '2' });
    call.end();
    await call.ends(status.RESOURCE_EXHAUSTED);
}

async function deadline_exceeded(appliance) {
    const started = performance.now();
    await appliance.anybody.call(STREAM, undefined, { timeout: 200 }).ends(status.DEADLINE_EXCEEDED);
    const watch = appliance.call('grpc.health.v1.Health/Watch', {}, { timeout: 200 });
    for (let response; (response = await watch.next()) !== undefined;) {
        assert.strictEqual(response.status, 'SERVING');
    }

    await watch.ends(status.DEADLINE_EXCEEDED);
    const taken = performance.now() - started;
    assert.ok(taken > 390 && taken < PATIENCE / 2, `the deadlines, and not ${taken} ms`);
}

/**
 * More streams than the server takes at a time are broken off in the middle of their work, one after the other; none of
 * them keeps its place.
 */
async function cancelled_streams(appliance) {
    const signer = await appliance.signer();
    const batches = Array.from({ length: STREAMS + 10 }, () => documents(20));
    const last = documents(ITEMS);
    const first = defaults(signer, await signer.authorize([...batches.flat(), ...last]));

    /** A stream from which a result has come. The places of those before are free soon, not at once. */
    async function started(signed) {
        const patience = performance.now() + PATIENCE;
        for (;;) {
            const call = signer.call(STREAM);
            call.write(first);
            signed.forEach((document, number) => { call.write(item(number, [document])); });
            const response = await call.next();
            if (response !== undefined) {
                return [call, response.result];
            }

            await call.ends(status.RESOURCE_EXHAUSTED);
            assert.ok(performance.now() < patience, 'a place in time');
        }
    }

    for (const batch of batches) {
        const [call] = await started(batch);
        call.cancel();
        assert.strictEqual((await call.status).code, status.CANCELLED);
    }

    const [call, result] = await started(last);
    call.end();
    const found = await resultsOf(call, new Map([[result.id, result]]));
    signer.credentials['P-256'].expectGood(last, last.map((_, number) => signedBy(found.get(String(number)))));
}

/** One more is refused, and hurts none of them. */
async function as_many_streams_as_allowed(appliance) {
    const held = [];
    let refused = 0;
    for (let i = 0; i <= STREAMS; i++) {
        const call = appliance.anybody.call(STREAM);
        call.write(item('one', []));
        const response = await call.next();
        if (response !== undefined) {
            assert.strictEqual(response.result.id, 'one');
            held.push(call);
        } else {
            const delay = await appliance.refused(call, status.RESOURCE_EXHAUSTED, BUSY, 'temporarily_unavailable');
            assert.strictEqual(delay, 1);
            refused++;
        }
    }

    assert.strictEqual(refused, 1);
    for (const call of held) {
        call.end();
        await call.ends(status.OK);
    }
}

async function health_watch(appliance) {
    for (const [service, expected] of [
        ['', 'SERVING'], ['csc.v2.Signatures', 'SERVING'], ['csc.v2.Nothing', 'SERVICE_UNKNOWN'],
    ]) {
        const call = appliance.call('grpc.health.v1.Health/Watch', { service });
        assert.strictEqual((await call.next()).status, expected);
        call.cancel();
        await call.ends(status.CANCELLED);
    }

    const check = service => appliance.call('grpc.health.v1.Health/Check', { service });
    assert.strictEqual((await check('csc.v2.Signatures').answer()).status, 'SERVING');
    await check('csc.v2.Nothing').ends(status.NOT_FOUND);
    const { statuses } = await appliance.call('grpc.health.v1.Health/List', {}).answer();
    assert.strictEqual(statuses['csc.v2.Signatures'].status, 'SERVING');
}

async function byReflection(appliance, version) {
    const call = appliance.call(`grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`);
    const ask = async request => {
        call.write(request);
        return await call.next();
    };

    const listed = await ask({ list_services: '' });
    assert.deepStrictEqual(listed.list_services_response.service.map(({ name }) => name).sort(), [
        'appliance.v1.Approvals', 'appliance.v1.Bulk', 'appliance.v1.Enrolment', 'appliance.v1.Signers',
        'appliance.v1.Slots', 'appliance.v1.Timestamping',
        'csc.v2.Auth', 'csc.v2.Credentials', 'csc.v2.Service', 'csc.v2.Signatures',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection',
    ]);
    const unknown = await ask({ file_containing_symbol: 'csc.v2.Nothing' });
    assert.strictEqual(unknown.error_response.error_code, status.NOT_FOUND);

    // What came is all that is known of the contract from here on. A FileDescriptorSet is a list of files, field 1:
    // that is also how FileDescriptorResponse has them.
    const files = [];
    for (const symbol of ['csc.v2.Signatures', 'csc.v2.Auth.Login', 'csc.v2.ListCredentialsRequest']) {
        files.push(...(await ask({ file_containing_symbol: symbol })).file_descriptor_response.file_descriptor_proto);
    }

    call.end();
    await call.ends(status.OK);
    const set = appliance.types[`grpc.reflection.${version}.FileDescriptorResponse`]
        .serialize({ file_descriptor_proto: files });
    const types = protoLoader.loadFileDescriptorSetFromBuffer(set, LOADING);
    const clients = appliance.connect(types);
    const { anybody } = appliance;
    const login = await new Call(clients['csc.v2.Auth'], 'Login', {}, { metadata: anybody.basic }).answer();
    const metadata = { authorization: `Bearer ${login.access_token}` };
    const { credential_ids: ids } = await new Call(clients['csc.v2.Credentials'], 'List', {}, { metadata }).answer();
    assert.deepStrictEqual(new Set(ids), new Set(Object.values(anybody.credentials).map(({ id }) => id)));
    const stream = new Call(clients['csc.v2.Signatures'], 'SignHashStream', undefined, { metadata });
    stream.write({ item: { id: 'by-itself' } });
    const { result } = await stream.next();
    assert.deepStrictEqual([result.id, result.status.code], ['by-itself', status.INVALID_ARGUMENT]);
    stream.end();
    await stream.ends(status.OK);
}

function reflection_v1(appliance) {
    return byReflection(appliance, 'v1');
}

function reflection_v1alpha(appliance) {
    return byReflection(appliance, 'v1alpha');
}

module.exports = {
    stream_by_defaults, stream_by_own_sads, ping_pong, one_answer_to_streamed_requests, too_big_an_item,
    deadline_exceeded, cancelled_streams, as_many_streams_as_allowed, health_watch, reflection_v1, reflection_v1alpha,
};
