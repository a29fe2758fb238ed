#!/usr/bin/env node
'use strict';

// A stranger's client of the whole appliance: npm's @grpc/grpc-js with @grpc/proto-loader and the published .proto
// files.
//
// usage: node appliance_client.js DIR [--case NAME]... [--drain]
//
// As its sibling in Python; deploy/setup.sh installs the packages beside this file.

const calls = require('./node/calls');
const drain = require('./node/drain');
const streams = require('./node/streams');
const timestamps = require('./node/timestamps');
const { Appliance } = require('./node/appliance');

const CASE_MILLISECONDS = 60_000;

function atMost(milliseconds, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no end after ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function run(name, test, appliance) {
    const started = performance.now();
    let error = null;
    try {
        await atMost(CASE_MILLISECONDS, test(appliance));
    } catch (reason) {
        error = reason.stack;
    }

    const milliseconds = Math.round(performance.now() - started);
    console.log(JSON.stringify({ case: name, ok: error === null, error, milliseconds }));
    return error === null;
}

async function main() {
    const wanted = [];
    const given = [];
    let drained = false;
    for (let i = 2; i < process.argv.length; i++) {
        if (process.argv[i] === '--case') {
            wanted.push(process.argv[++i]);
        } else if (process.argv[i] === '--drain') {
            drained = true;
        } else {
            given.push(process.argv[i]);
        }
    }

    const cases = Object.entries({ ...calls, ...streams, ...timestamps })
        .filter(([name]) => wanted.length === 0 || wanted.includes(name));
    const appliance = await Appliance.open(given[0]);
    let good = true;
    for (const [name, test] of drained ? [...cases, ...Object.entries(drain)] : cases) {
        good = await run(name, test, appliance) && good;
    }

    process.exit(good ? 0 : 1);
}

main();
