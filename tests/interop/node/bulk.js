'use strict';

// Messages of SignHashStream.

const assert = require('assert');
const { digest } = require('./appliance');

const STREAM = 'Signatures/SignHashStream';

function defaults(signer, sad) {
    return { defaults: signer.request(sad, []) };
}

/** What the fields do not say comes from the defaults. */
function item(id, signed, fields = {}) {
    return { item: { id: String(id), request: { hashes: signed.map(digest), ...fields } } };
}

function signedBy(result) {
    assert.ok(!result.status, `${result.id}: ${JSON.stringify(result.status)}`);
    assert.strictEqual(result.signatures.length, 1);
    return result.signatures[0];
}

module.exports = { STREAM, defaults, item, signedBy };
