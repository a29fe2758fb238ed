'use strict';

// A stranger's client: npm's @grpc/grpc-js with @grpc/proto-loader against the test service.
//
// usage: node interop_client.js PORT PROTO_ROOT... [--case NAME]...
//
// Prints a line of JSON for each case, as its sibling in Python does. NODE_PATH says where the packages are.

const beyond = require('./beyond');
const published = require('./published');
const { Server } = require('./server');

const CASE_MILLISECONDS = 60_000;

function atMost(milliseconds, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no end after ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function run(name, test, server) {
    const started = performance.now();
    let error = null;
    try {
        await atMost(CASE_MILLISECONDS, test(server));
    } catch (reason) {
        error = reason.stack;
    }

    console.log(JSON.stringify({ case: name, error, milliseconds: Math.round(performance.now() - started) }));
    return error === null;
}

async function main() {
    const wanted = [];
    const given = [];
    for (let i = 2; i < process.argv.length; i++) {
        if (process.argv[i] === '--case') {
            wanted.push(process.argv[++i]);
        } else {
            given.push(process.argv[i]);
        }
    }

    const [port, ...protoRoots] = given;
    const server = new Server(Number(port), protoRoots);
    let good = true;
    for (const [name, test] of Object.entries({ ...published, ...beyond })) {
        if (wanted.length === 0 || wanted.includes(name)) {
            good = await run(name, test, server) && good;
        }
    }

    process.exit(good ? 0 : 1);
}

main();
