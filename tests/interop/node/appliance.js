'use strict';

// What the cases share: the services' clients, the fixture's signers, and what must come back.

const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const { Call } = require('./call');

const PROTO_ROOT = path.join(__dirname, '..', '..', '..', 'proto');
const PROTO_FILES = [
    'csc/v2/service.proto', 'csc/v2/auth.proto', 'csc/v2/credentials.proto', 'csc/v2/signatures.proto',
    'appliance/v1/timestamping.proto',
    'grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto',
    'grpc/reflection/v1alpha/reflection.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto',
];

// keepCase: the names of the .proto files. proto-loader does not go by json_name.
const LOADING = { keepCase: true, enums: String, longs: Number, oneofs: true };

const SHA256 = '2.16.840.1.101.3.4.2.1';
const SIGNATURE_ALGORITHMS = { 'P-256': '1.2.840.10045.4.3.2', 'RSA-2048': '1.2.840.113549.1.1.11' };
const ERROR_DOMAIN = 'cloudsignatureconsortium.org';
const NOBODY = '00000000-0000-0000-0000-000000000000';

// Limits of an appliance with the default settings.
const REQUEST_BYTES = 4 * 1024 * 1024;
const STREAMS = 64;

function digest(document) {
    return crypto.createHash('sha256').update(document).digest();
}

/** Documents, for crypto hashes what it verifies itself. */
function documents(count) {
    return Array.from({ length: count }, () => crypto.randomBytes(40));
}

function base32(text) {
    const bits = [...text.replace(/=+$/, '')]
        .map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
    return Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
}

/** The appliance of a fixture, over one connection. */
class Appliance {
    static async open(folder) {
        const fixture = JSON.parse(fs.readFileSync(path.join(folder, 'fixture.json'), 'utf8'));
        const appliance = new Appliance(fixture);
        appliance.anybody = appliance.signers[0];
        await appliance.anybody.signIn();
        return appliance;
    }

    constructor(fixture) {
        this.target = new URL(fixture.grpc).host;
        this.channel = new grpc.Channel(this.target, grpc.credentials.createInsecure(), {
            'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1,
        });
        this.types = protoLoader.loadSync(PROTO_FILES, { ...LOADING, includeDirs: [PROTO_ROOT] });
        this.clients = this.connect(this.types);
        this.units = fixture.tsa;
        this.signers = fixture.signers.map(entry => new Signer(this, entry));
    }

    /** A client for each service, by full name. */
    connect(types) {
        const clients = {};
        for (const [name, type] of Object.entries(types)) {
            if (!('format' in type)) {
                const Client = grpc.makeClientConstructor(type, name);
                clients[name] = new Client(
                    this.target, grpc.credentials.createInsecure(), { channelOverride: this.channel });
            }
        }

        return clients;
    }

    /** Calls "csc.v2.Service/Info"; the package may be left out when it is csc.v2. */
    call(method, request, options) {
        const [service, name] = method.split('/');
        return new Call(this.clients[service.includes('.') ? service : `csc.v2.${service}`], name, request, options);
    }

    /** A signer who has such a credential, signed in, who has used no code yet. */
    async signer(algorithm = 'P-256') {
        const able = this.signers.filter(signer => algorithm in signer.credentials);
        assert.ok(able.length > 0, `the fixture has no signer left with a credential for ${algorithm}`);
        // Those who can do more are kept for the cases that ask for it.
        const skills = signer => Object.keys(signer.credentials).length;
        const signer = able.reduce((best, one) => (skills(one) < skills(best) ? one : best));
        this.signers.splice(this.signers.indexOf(signer), 1);
        await signer.signIn();
        return signer;
    }

    /** Decodes what a type_url and a value hold, by the real message class. */
    decode(type, bytes) {
        return this.types[type].deserialize(bytes);
    }

    /** The call is refused so, by a CSC error in the details. Gives the delay of its RetryInfo, seconds or null. */
    async refused(call, code, message, reason = 'invalid_request') {
        const { metadata } = await call.ends(code, message);
        const encoded = metadata.get('grpc-status-details-bin');
        assert.strictEqual(encoded.length, 1, `grpc-status-details-bin of ${message}`);
        return this.expectStatus(this.decode('google.rpc.Status', encoded[0]), code, message, reason);
    }

    /** A google.rpc.Status: of the details, or of one result. Gives the same. */
    expectStatus(status, code, message, reason = 'invalid_request') {
        assert.deepStrictEqual([grpc.status[status.code], status.message], [grpc.status[code], message]);
        const [info, retry, ...rest] = status.details;
        assert.strictEqual(info.type_url, 'type.googleapis.com/google.rpc.ErrorInfo');
        assert.deepStrictEqual({ ...this.decode('google.rpc.ErrorInfo', info.value) }, {
            reason, domain: ERROR_DOMAIN, metadata: { error_description: message },
        });
        assert.deepStrictEqual(rest, []);
        if (retry === undefined) {
            return null;
        }

        assert.strictEqual(retry.type_url, 'type.googleapis.com/google.rpc.RetryInfo');
        return this.decode('google.rpc.RetryInfo', retry.value).retry_delay.seconds;
    }
}

class Signer {
    constructor(appliance, entry) {
        this.appliance = appliance;
        this.secret = base32(entry.totpSecret);
        this.codes = 0;
        this.basic = Signer.basic(entry.user, entry.password);
        this.credentials = Object.fromEntries(entry.credentials.map(
            one => [one.algorithm, new Credential(one)]));
    }

    static basic(user, password) {
        return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    }

    async signIn() {
        const answer = await this.appliance.call('Auth/Login', {}, { metadata: this.basic }).answer();
        this.token = answer.access_token;
        this.metadata = { authorization: `Bearer ${this.token}` };
        return answer;
    }

    /** The code of the moment; from the second call on, the next one: the server takes it a step early. */
    code() {
        const step = Math.floor(Date.now() / 30_000) + Math.min(this.codes++, 1);
        const counter = Buffer.alloc(8);
        counter.writeBigUInt64BE(BigInt(step));
        const mac = crypto.createHmac('sha1', this.secret).update(counter).digest();
        const number = (mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff) % 1_000_000;
        return String(number).padStart(6, '0');
    }

    authorization(signed, algorithm = 'P-256', code = this.code()) {
        return {
            credential_id: this.credentials[algorithm].id,
            num_signatures: signed.length,
            hashes: signed.map(digest),
            hash_algorithm_oid: SHA256,
            auth_data: [{ id: 'OTP', value: code }],
        };
    }

    /** A SAD for these documents. */
    async authorize(signed, algorithm) {
        const request = this.authorization(signed, algorithm);
        return (await this.call('Credentials/Authorize', request).answer()).sad;
    }

    request(sad, signed, algorithm = 'P-256') {
        return {
            credential_id: this.credentials[algorithm].id,
            sad,
            hashes: signed.map(digest),
            sign_algo: SIGNATURE_ALGORITHMS[algorithm],
        };
    }

    /** The signatures, one for each document. */
    async sign(sad, signed, algorithm, options) {
        return (await this.call('Signatures/SignHash', this.request(sad, signed, algorithm), options).answer())
            .signatures;
    }

    call(method, request, options) {
        return this.appliance.call(method, request, { metadata: this.metadata, ...options });
    }
}

class Credential {
    constructor({ id, certificatePem }) {
        this.id = id;
        const certificate = new crypto.X509Certificate(certificatePem);
        this.certificate = certificate.raw;
        this.key = certificate.publicKey;
    }

    /** One good signature for each document, by Node's crypto and the certificate. */
    expectGood(signed, signatures) {
        assert.strictEqual(signatures.length, signed.length);
        signed.forEach((document, i) => {
            assert.ok(crypto.verify('sha256', document, this.key, signatures[i]), `signature ${i}`);
        });
    }
}

module.exports = {
    Appliance, LOADING, NOBODY, REQUEST_BYTES, SHA256, STREAMS, Signer, digest, documents,
};
