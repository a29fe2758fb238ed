'use strict';

// What the cases share: the server's clients, calls as promises, bytes counted on the wire.

const assert = require('assert');
const net = require('net');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const FILES = [
    'grpc/testing/test.proto', 'appliance/probes/probes.proto', 'google/rpc/status.proto',
    'google/rpc/error_details.proto',
];

// No call waits longer: a server that does not answer fails the case.
const PATIENCE = 30_000;

const SETTLED_MILLISECONDS = 500;

/** One call of any shape. */
class Call {
    constructor(client, method, request, { metadata = {}, timeout = PATIENCE, ...options } = {}) {
        const shape = client.constructor.service[method];
        const sent = new grpc.Metadata();
        for (const [key, values] of Object.entries(metadata)) {
            [].concat(values).forEach(value => sent.add(key, value));
        }

        const parameters = [sent, { deadline: new Date(Date.now() + timeout), ...options }];
        if (!shape.requestStream) {
            parameters.unshift(request);
        }

        if (!shape.responseStream) {
            parameters.push((error, response) => { this.response = response; });
        }

        this.raw = client[method](...parameters);
        this.over = null;
        this.wake = () => {};
        this.initial = new Promise(resolve => { this.raw.once('metadata', resolve); });
        this.status = new Promise(resolve => {
            this.raw.once('status', status => {
                this.over = status;
                resolve(status);
                this.wake();
            });
        });
        if (shape.responseStream) {
            this.raw.on('error', () => {}); // The status says it too.
            this.raw.on('readable', () => this.wake());
        }

        if (shape.requestStream && request !== undefined) {
            this.write(request);
        }
    }

    /** Completes when the message has left: the server's flow control decides when that is. */
    write(message) {
        return new Promise(resolve => { this.raw.write(message, resolve); });
    }

    end() {
        this.raw.end();
    }

    cancel() {
        this.raw.cancel();
    }

    /** The next response; undefined at the end, whether that is good or not. */
    async next() {
        for (;;) {
            const message = this.raw.read();
            if (message !== null) {
                return message;
            }

            if (this.over) {
                return undefined;
            }

            await new Promise(resolve => { this.wake = resolve; });
        }
    }

    /** The call ends with that status; gives it. What responses come before are left out. */
    async ends(code, details) {
        while (this.raw.read && await this.next() !== undefined) {
            // read on
        }

        const status = await this.status;
        assert.strictEqual(
            grpc.status[status.code], grpc.status[code], `${grpc.status[status.code]}: ${status.details}`);
        if (details !== undefined) {
            assert.strictEqual(status.details, details);
        }

        return status;
    }

    /** A good end without a further response. */
    async endsWell() {
        assert.strictEqual(await this.next(), undefined, 'a further response');
        await this.ends(grpc.status.OK);
    }

    /** The response of a call that has but one. */
    async answer() {
        await this.ends(grpc.status.OK);
        return this.response;
    }
}

/** The server, over one connection unless a case opens more. */
class Server {
    constructor(port, protoRoots) {
        this.port = port;
        this.definitions = protoLoader.loadSync(
            FILES, { keepCase: true, defaults: true, enums: String, longs: Number, includeDirs: protoRoots });
        this.packages = grpc.loadPackageDefinition(this.definitions);
        this.names = 0;
        Object.assign(this, this.connect());
    }

    /** Clients of the services, over a connection of their own when the options are. */
    connect({ port = this.port, ...options } = {}) {
        const make = Client => new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
            'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1, ...options,
        });
        const clients = {
            test: make(this.packages.grpc.testing.TestService),
            unimplemented: make(this.packages.grpc.testing.UnimplementedService),
            probes: make(this.packages.appliance.probes.Probes),
        };
        return { ...clients, close: () => Object.values(clients).forEach(client => client.close()) };
    }

    call(method, request, options) {
        return new Call(method in this.probes ? this.probes : this.test, method, request, options);
    }

    /** A name for a call, to be sent as metadata and asked about. */
    name() {
        return `node-${++this.names}`;
    }

    report(name, until = 'NOW') {
        return this.call('Report', { call: name, until }).answer();
    }

    /** Decodes what a type_url and a value hold, by the real message class. */
    decode(type, bytes) {
        return this.definitions[type].deserialize(bytes);
    }

    /** Bytes of a message. */
    sizeOf(type, message) {
        return this.definitions[type].serialize(message).length;
    }
}

function payload(size) {
    return { body: Buffer.alloc(size) };
}

function simple(size = 0, response = 0, fields = {}) {
    return { payload: payload(size), response_size: response, ...fields };
}

function output(sizes, size = 0, fields = {}) {
    return { response_parameters: sizes.map(one => ({ size: one })), payload: payload(size), ...fields };
}

function expectZeros(response, size) {
    assert.notStrictEqual(response, undefined, 'a response');
    assert.strictEqual(response.payload.type, 'COMPRESSABLE');
    assert.ok(response.payload.body.equals(Buffer.alloc(size)), `${size} zeros`);
}

/** Asks for a number until it has not changed for half a second, and gives it. */
async function settled(value) {
    let last = await value();
    let since = performance.now();
    while (performance.now() - since < SETTLED_MILLISECONDS) {
        await new Promise(resolve => { setTimeout(resolve, 20); });
        const now = await value();
        if (now !== last) {
            last = now;
            since = performance.now();
        }
    }

    return last;
}

/** Forwards TCP connections to the server and counts what passes: sent to the server, received from it. */
class Wire {
    static async open(target) {
        const wire = new Wire();
        wire.reset();
        wire.listener = net.createServer(client => {
            const server = net.connect(target, '127.0.0.1');
            client.on('data', data => { wire.sent += data.length; });
            server.on('data', data => { wire.received += data.length; });
            client.pipe(server).pipe(client);
            client.on('error', () => server.destroy());
            server.on('error', () => client.destroy());
        });
        await new Promise(resolve => { wire.listener.listen(0, '127.0.0.1', resolve); });
        wire.port = wire.listener.address().port;
        return wire;
    }

    reset() {
        this.sent = 0;
        this.received = 0;
    }

    close() {
        this.listener.close();
    }
}

module.exports = { Call, Server, Wire, expectZeros, output, payload, settled, simple };
