'use strict';

// Calls of one request and one answer: signing, sizes, compression, metadata, errors with details.

const assert = require('assert');
const crypto = require('crypto');
const grpc = require('@grpc/grpc-js');
const { NOBODY, REQUEST_BYTES, Signer, digest, documents } = require('./appliance');
const { Call } = require('./call');

const { status } = grpc;

async function service_info(appliance) {
    const info = await appliance.call('Service/Info', {}).answer();
    assert.strictEqual(info.specs, '2.2.0.0');
    assert.ok(info.auth_type.includes('basic'), `${info.auth_type}`);
    for (const method of ['auth/login', 'credentials/authorize', 'signatures/signHash']) {
        assert.ok(info.methods.includes(method), `${info.methods}`);
    }
}

async function sign_in(appliance) {
    const { anybody } = appliance;
    const answer = await anybody.signIn();
    assert.ok(answer.access_token && answer.expires_in > 0 && !answer.refresh_token);
    const remembered = await appliance.call('Auth/Login', { remember_me: true }, { metadata: anybody.basic }).answer();
    const again = await appliance.call('Auth/Login', { refresh_token: remembered.refresh_token }).answer();
    assert.ok(again.access_token && again.access_token !== remembered.access_token);
}

async function list_and_info(appliance) {
    const { anybody } = appliance;
    const known = new Map(Object.values(anybody.credentials).map(one => [one.id, one]));
    const found = await anybody.call('Credentials/List', { credential_info: true, certificates: 'chain' }).answer();
    assert.deepStrictEqual(new Set(found.credential_ids), new Set(known.keys()));
    assert.deepStrictEqual(found.credential_infos.map(info => info.credential_id), found.credential_ids);
    for (const { credential_id: id, cert: { certificates } } of found.credential_infos) {
        const { certificate } = known.get(id);
        assert.strictEqual(certificates.length, 2);
        assert.ok(certificates[0].equals(certificate));
        const info = await anybody.call(
            'Credentials/Info', { credential_id: id, cert_info: true, auth_info: true }).answer();
        assert.deepStrictEqual([info.key.status, info.cert.status, info.scal], ['enabled', 'valid', '2']);
        assert.ok(info.cert.certificates.length === 1 && info.cert.certificates[0].equals(certificate));
        assert.deepStrictEqual(info.auth.objects.map(one => [one.id, one.generator]), [['OTP', 'totp']]);
    }
}

async function sign_hash(appliance) {
    const signer = await appliance.signer('RSA-2048');
    for (const algorithm of ['RSA-2048', 'P-256']) {
        const signed = documents(3);
        const sad = await signer.authorize(signed, algorithm);
        const named = { metadata: { ...signer.metadata, 'idempotency-key': `first-${algorithm}` } };
        const signatures = [
            ...await signer.sign(sad, signed.slice(0, 1), algorithm, named),
            ...await signer.sign(sad, signed.slice(1), algorithm),
        ];
        signer.credentials[algorithm].expectGood(signed, signatures);

        // As if the first answer had been lost: asked again under its id.
        const again = await signer.sign(sad, signed.slice(0, 1), algorithm, named);
        assert.deepStrictEqual(again, signatures.slice(0, 1));
    }
}

async function thousands_of_digests(appliance) {
    const signer = await appliance.signer();
    const signed = documents(10_000);
    const sad = await signer.authorize(signed);
    const signatures = await signer.sign(sad, signed.slice(0, 2_500));
    signer.credentials['P-256'].expectGood(signed.slice(0, 2_500), signatures);
}

/** A SignHash that takes so many bytes and has no SAD that is worth anything. */
function filled(appliance, size) {
    const sizeOf = message => appliance.types['csc.v2.SignHashRequest'].serialize(message).length;
    const request = appliance.anybody.request('none', documents(1));
    request.client_data = 'x'.repeat(size);
    request.client_data = 'x'.repeat(2 * size - sizeOf(request));
    assert.strictEqual(sizeOf(request), size);
    return request;
}

async function largest_request(appliance) {
    const { anybody } = appliance;
    for (const [call, close] of [[anybody.call.bind(anybody), () => {}], zipped(appliance)]) {
        const send = size => call('Signatures/SignHash', filled(appliance, size));
        await appliance.refused(await send(REQUEST_BYTES), status.PERMISSION_DENIED, 'Invalid parameter SAD');
        for (const size of [REQUEST_BYTES + 1, 4 * REQUEST_BYTES]) {
            await (await send(size)).ends(status.RESOURCE_EXHAUSTED);
        }

        close();
    }

    await anybody.call('Credentials/List', {}).answer();
}

/** Calls over a connection that compresses what is sent; and its end. */
function zipped(appliance, signer = appliance.anybody, algorithm = grpc.compressionAlgorithms.gzip) {
    const Client = appliance.clients['csc.v2.Signatures'].constructor;
    const client = new Client(appliance.target, grpc.credentials.createInsecure(), {
        'grpc.default_compression_algorithm': algorithm, 'grpc.max_send_message_length': -1,
    });
    return [
        (method, request) => new Call(client, method.split('/')[1], request, { metadata: signer.metadata }),
        () => client.close(),
    ];
}

async function gzip_requests(appliance) {
    const signer = await appliance.signer();
    const signed = documents(100);
    const sad = await signer.authorize(signed);
    const [call, close] = zipped(appliance, signer);
    const request = { ...signer.request(sad, signed), client_data: 'month '.repeat(10_000) };
    const { signatures } = await call('Signatures/SignHash', request).answer();
    close();
    signer.credentials['P-256'].expectGood(signed, signatures);
}

async function unknown_encoding(appliance) {
    const [call, close] = zipped(appliance, appliance.anybody, grpc.compressionAlgorithms.deflate);
    await call('Signatures/SignHash', appliance.anybody.request('none', documents(10))).ends(status.UNIMPLEMENTED);
    close();
}

async function metadata(appliance) {
    const { anybody } = appliance;
    const entries = {
        'x-trace': ['one', 'two, three'],
        'x-empty': '',
        'x-long': 'x'.repeat(4_000),
        ...anybody.metadata,
        'x-key-bin': [Buffer.from([0, 255]), Buffer.alloc(0), crypto.randomBytes(300), Buffer.from('a,b')],
    };
    const call = anybody.call('Credentials/List', {}, { metadata: entries });
    assert.strictEqual((await call.answer()).credential_ids.length, Object.keys(anybody.credentials).length);
    assert.deepStrictEqual((await call.status).metadata.get('grpc-status-details-bin'), []);
    const stream = anybody.call('Signatures/SignHashStream', undefined, { metadata: entries });
    stream.end();
    await stream.ends(status.OK);
}

async function authorization(appliance) {
    const plain = appliance.anybody.metadata.authorization;
    for (const [values, code, message, reason] of [
        [[], status.UNAUTHENTICATED, 'The request has no Authorization header', 'invalid_request'],
        [['Bearer nonsense'], status.UNAUTHENTICATED, 'The access token is not valid', 'invalid_token'],
        [[plain.slice(0, -2)], status.UNAUTHENTICATED, 'The access token is not valid', 'invalid_token'],
        [['Digest abc'], status.INVALID_ARGUMENT, 'Malformed authorization header', 'invalid_request'],
    ]) {
        const options = { metadata: { authorization: values } };
        await appliance.refused(appliance.call('Credentials/List', {}, options), code, message, reason);
        const stream = appliance.call('Signatures/SignHashStream', undefined, options);
        await appliance.refused(stream, code, message, reason);
    }
}

async function revoked_token(appliance) {
    const { anybody } = appliance;
    const old = anybody.metadata;
    await anybody.call('Auth/Revoke', { token: anybody.token }).answer();
    await appliance.refused(
        appliance.call('Credentials/List', {}, { metadata: old }), status.UNAUTHENTICATED,
        'The access token expired or was revoked', 'expired_token');
    await anybody.signIn();
}

async function errors_with_details(appliance) {
    const signer = await appliance.signer();
    await appliance.refused(
        appliance.call('Auth/Login', {}, { metadata: Signer.basic('nobody', 'nothing') }), status.UNAUTHENTICATED,
        'An error occurred during authentication process', 'authentication_error');

    const signed = documents(1);
    const code = signer.code();
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    const authorize = value => signer.call('Credentials/Authorize', signer.authorization(signed, 'P-256', value));
    const refuse = value => appliance.refused(
        authorize(value), status.PERMISSION_DENIED, 'The authentication data is invalid',
        'invalid_authentication_data');
    await refuse(wrong);
    const { sad } = await authorize(code).answer();
    await refuse(code);

    const good = signer.request(sad, signed);
    for (const [change, expected, message] of [
        [{ sad: '' }, status.INVALID_ARGUMENT, 'Missing (or invalid type) string parameter SAD'],
        [{ sad: (sad[0] === 'A' ? 'B' : 'A') + sad.slice(1) }, status.PERMISSION_DENIED, 'Invalid parameter SAD'],
        [{ credential_id: NOBODY }, status.NOT_FOUND, 'Invalid parameter credentialID'],
        [{ sign_algo: '1.2.3' }, status.INVALID_ARGUMENT, 'Invalid parameter signAlgo'],
        [{ hashes: documents(1).map(digest) }, status.PERMISSION_DENIED, 'Hash is not authorized by the SAD'],
        [{ hashes: [Buffer.from('short')] }, status.INVALID_ARGUMENT, 'Invalid digest value length'],
        [{ hashes: [] }, status.INVALID_ARGUMENT, 'Missing (or invalid type) array parameter hash'],
    ]) {
        await appliance.refused(signer.call('Signatures/SignHash', { ...good, ...change }), expected, message);
    }

    // None of these used the hash up.
    signer.credentials['P-256'].expectGood(signed, await signer.sign(sad, signed));
    await appliance.refused(
        signer.call('Signatures/SignHash', good), status.PERMISSION_DENIED, 'Invalid parameter SAD');
}

async function unimplemented(appliance) {
    const client = appliance.clients['csc.v2.Signatures'];
    for (const path of ['/csc.v2.Signatures/SignDoc', '/csc.v2.Nothing/Sign', '/csc.v2.signatures/SignHash']) {
        for (const entries of [{}, appliance.anybody.metadata]) {
            const error = await new Promise(resolve => {
                client.makeUnaryRequest(
                    path, bytes => bytes, bytes => bytes, Buffer.alloc(0), Call.metadata(entries), resolve);
            });
            assert.strictEqual(error.code, status.UNIMPLEMENTED, `${path}: ${error}`);
        }
    }
}

module.exports = {
    service_info, sign_in, list_and_info, sign_hash, thousands_of_digests, largest_request, gzip_requests,
    unknown_encoding, metadata, authorization, revoked_token, errors_with_details, unimplemented,
};
