'use strict';

const assert = require('assert');
const grpc = require('@grpc/grpc-js');

// No call waits longer: a server that does not answer fails the case.
const PATIENCE = 30_000;

/** One call of any shape, as promises. */
class Call {
    constructor(client, method, request, { metadata = {}, timeout = PATIENCE, ...options } = {}) {
        const shape = client.constructor.service[method];
        const parameters = [Call.metadata(metadata), { deadline: Date.now() + timeout, ...options }];
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
    }

    static metadata(entries) {
        const metadata = new grpc.Metadata();
        for (const [key, values] of Object.entries(entries)) {
            [].concat(values).forEach(value => metadata.add(key, value));
        }

        return metadata;
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

    /** The call ends with that status, without a further response; gives it. */
    async ends(code, details) {
        if (this.raw.read) {
            assert.strictEqual(await this.next(), undefined, 'a further response');
        }

        const status = await this.status;
        assert.strictEqual(
            grpc.status[status.code], grpc.status[code], `${grpc.status[status.code]}: ${status.details}`);
        if (details !== undefined) {
            assert.strictEqual(status.details, details);
        }

        return status;
    }

    /** The response of a call that has but one. */
    async answer() {
        await this.ends(grpc.status.OK);
        return this.response;
    }
}

module.exports = { Call, PATIENCE };
