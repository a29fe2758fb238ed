'use strict';

// What a client sees when the appliance is stopped while its streams are open.

const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const { documents } = require('./appliance');
const { STREAM, defaults, item, signedBy } = require('./bulk');
const { PATIENCE } = require('./call');

const { status } = grpc;
const STOPPING = 'The server is stopping; no item after the last one answered was taken';
const TIMEOUT = 2 * PATIENCE;

// Items without a result yet: the stream is in work for as long as the stop takes to come.
const AHEAD = 64;

async function drain(appliance) {
    const signer = await appliance.signer();
    const signed = documents(10_000);
    const first = defaults(signer, await signer.authorize(signed));
    const watches = ['', 'csc.v2.Signatures'].map(
        service => appliance.call('grpc.health.v1.Health/Watch', { service }, { timeout: TIMEOUT }));
    for (const watch of watches) {
        assert.strictEqual((await watch.next()).status, 'SERVING');
    }

    const idle = signer.call(STREAM, undefined, { timeout: TIMEOUT });
    idle.write(first);
    await idle.initial;

    const call = signer.call(STREAM, undefined, { timeout: TIMEOUT });
    call.write(first);
    let next = 0;
    const send = () => {
        if (next < signed.length) {
            call.write(item(next, [signed[next]]));
            next++;
        }
    };
    while (next < AHEAD) {
        send();
    }

    // Read slowly, the way that loses what it has not read when a status other than OK comes: the server waits for the
    // half-close before it sends one.
    const found = new Map();
    let end;
    const read = async response => {
        if (response.content === 'end') {
            end = response.end;
            call.end();
            return;
        }

        assert.ok(!found.has(response.result.id), `one result of ${response.result.id}`);
        found.set(response.result.id, signedBy(response.result));
        if (found.size === 100) {
            console.log(JSON.stringify({ event: 'streaming' }));
        }

        send();
        await new Promise(resolve => { setTimeout(resolve, 1); });
    };
    try {
        for await (const response of call.raw) {
            await read(response);
        }
    } catch (error) {
        assert.strictEqual(error.code, status.UNAVAILABLE, error);
    }

    assert.ok(end !== undefined, `an end, after ${found.size} results`);
    assert.deepStrictEqual({ ...end }, { items_answered: found.size, last_item_id: String(found.size - 1) });
    const delay = await appliance.refused(call, status.UNAVAILABLE, STOPPING, 'temporarily_unavailable');
    assert.strictEqual(delay, 5);
    // proto-loader leaves out what has its default value.
    assert.deepStrictEqual({ ...(await idle.next()).end }, {});
    idle.end();
    await idle.ends(status.UNAVAILABLE);
    for (const watch of watches) {
        assert.strictEqual((await watch.next()).status, 'NOT_SERVING');
        await watch.ends(status.UNAVAILABLE);
    }

    await appliance.call('Service/Info', {}).ends(status.UNAVAILABLE);
    for (const [id, signature] of found) {
        signer.credentials['P-256'].expectGood([signed[Number(id)]], [signature]);
    }
}

module.exports = { drain };
