'use strict';

// Time stamps: one digest, many to a call, streams, batches. openssl judges the tokens.

const assert = require('assert');
const childProcess = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const { SHA256, digest, documents } = require('./appliance');

const { status } = grpc;
const ITEMS = 200;
const SHA1 = '1.3.14.3.2.26';
const SERVICE = 'appliance.v1.Timestamping';
const BAD_DATA = 'Not a TimeStampReq in DER, or a digest of the wrong length.';

/** The name of a unit, as its path ends. */
function nameOf(unit) {
    return unit.url.split('/').pop();
}

/** A token over the document, by that unit. */
function expectToken(token, document, unit, nonce) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'token-'));
    try {
        const files = { token, chain: unit.chainPem, document };
        for (const [name, content] of Object.entries(files)) {
            fs.writeFileSync(path.join(folder, name), content);
        }

        const openssl = (...parameters) => childProcess.execFileSync(
            'openssl', parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
        openssl('ts', '-verify', '-token_in', '-in', 'token', '-data', 'document', '-CAfile', 'chain');
        if (nonce !== undefined) {
            const told = openssl('ts', '-reply', '-token_in', '-in', 'token', '-token_out', '-text');
            assert.ok(told.includes(`Nonce: 0x${nonce}`), told);
        }
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

function expectFailure(appliance, result, pkiFailure, message) {
    assert.strictEqual(result.token?.length ?? 0, 0);
    assert.strictEqual(result.failure.pki_failure, pkiFailure);
    appliance.expectStatus(result.failure.status, status.INVALID_ARGUMENT, message);
}

async function csc_timestamp(appliance) {
    const { methods } = await appliance.call('Service/Info', {}).answer();
    assert.ok(methods.includes('signatures/timestamp'), `${methods}`);
    for (const unit of appliance.units) {
        const [document] = documents(1);
        const request = { hash: digest(document), hash_algo: SHA256, nonce: 'c0ffee', unit: nameOf(unit) };
        const { timestamp } = await appliance.anybody.call('Signatures/Timestamp', request).answer();
        expectToken(timestamp, document, unit, 'C0FFEE');
    }

    for (const [request, message] of [
        [{}, 'Missing (or invalid type) string parameter hash'],
        [{ hash: Buffer.alloc(0) }, 'Empty hash parameter'],
        [{ hash: Buffer.from('short'), hash_algo: SHA256 }, 'Invalid digest value length'],
        [{ hash: Buffer.alloc(20), hash_algo: SHA1 }, 'Invalid parameter hashAlgo'],
        [{ hash: Buffer.alloc(32), hash_algo: SHA256, nonce: 'x' }, 'Invalid parameter nonce'],
    ]) {
        await appliance.refused(
            appliance.anybody.call('Signatures/Timestamp', request), status.INVALID_ARGUMENT, message);
    }
}

/** Good ones and bad ones beside each other. */
async function stamp_many(appliance) {
    const unit = appliance.units[appliance.units.length - 1];
    const stamped = documents(100);
    const { results } = await appliance.anybody.call(`${SERVICE}/Stamp`, {
        unit: nameOf(unit),
        hash_algorithm_oid: SHA256,
        digests: [
            ...stamped.map(document => ({ hash: digest(document) })),
            { hash: Buffer.alloc(20), hash_algorithm_oid: SHA1 },
            { request: Buffer.from([0x30, 0]) },
        ],
    }).answer();
    assert.strictEqual(results.length, 102);
    results.slice(0, 100).forEach((result, number) => {
        assert.ok(!result.failure, JSON.stringify(result.failure));
        if (number % 10 === 0) {
            expectToken(result.token, stamped[number], unit);
        }
    });
    expectFailure(appliance, results[100], 'badAlg', 'Invalid parameter hashAlgorithmOID');
    expectFailure(appliance, results[101], 'badDataFormat', BAD_DATA);
}

async function stamp_stream(appliance) {
    const [unit] = appliance.units;
    const stamped = documents(ITEMS);
    const call = appliance.anybody.call(`${SERVICE}/StampStream`);
    call.write({ defaults: { unit: nameOf(unit), hash_algorithm_oid: SHA256 } });
    stamped.forEach((document, number) => {
        const hash = digest(document);
        call.write({ item: { id: String(number), digest: { hash: number % 4 === 3 ? hash.subarray(1) : hash } } });
    });
    call.end();
    const found = new Map();
    for (let response; (response = await call.next()) !== undefined;) {
        assert.strictEqual(response.content, 'result', 'results alone');
        assert.ok(!found.has(response.result.id), `one result of ${response.result.id}`);
        found.set(response.result.id, response.result);
    }

    await call.ends(status.OK);
    assert.strictEqual(found.size, ITEMS);
    stamped.forEach((document, number) => {
        const result = found.get(String(number));
        if (number % 4 === 3) {
            expectFailure(appliance, result, 'badDataFormat', BAD_DATA);
        } else if (number % 25 === 0) {
            expectToken(result.token, document, unit);
        } else {
            assert.ok(!result.failure && result.token.length > 0);
        }
    });
}

/** Each item is sent when the result of the one before is here; all have one id. */
async function stamp_ping_pong(appliance) {
    const call = appliance.anybody.call(`${SERVICE}/StampStream`);
    for (const document of documents(10)) {
        call.write({ item: { id: 'same', digest: { hash: digest(document), hash_algorithm_oid: SHA256 } } });
        const { result } = await call.next();
        assert.ok(result.id === 'same' && result.token.length > 0, JSON.stringify(result));
    }

    call.end();
    await call.ends(status.OK);
}

/** What the archive time-stamps prove, the client in Python looks at. */
async function stamp_batch(appliance) {
    const [unit] = appliance.units;
    const [document] = documents(1);
    const alone = await appliance.anybody.call(`${SERVICE}/Batch`, {
        unit: nameOf(unit), hash_algorithm_oid: SHA256, hashes: [digest(document)],
    }).answer();
    expectToken(alone.token, document, unit);
    const hashes = documents(1_000).map(digest);
    const { token, archive_timestamps: archives } = await appliance.anybody.call(`${SERVICE}/Batch`, {
        unit: nameOf(unit), hash_algorithm_oid: SHA256, hashes,
    }).answer();
    assert.strictEqual(archives.length, hashes.length);
    archives.forEach((archive, number) => {
        assert.ok(archive.subarray(-token.length).equals(token), 'the token at its end');
        assert.ok(archive.includes(hashes[number]), 'the digest in its tree');
    });
}

module.exports = { csc_timestamp, stamp_many, stamp_stream, stamp_ping_pong, stamp_batch };
