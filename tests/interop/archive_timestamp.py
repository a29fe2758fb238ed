#!/usr/bin/env python3
"""Verifies evidence of `appliance timestamp batch` with nothing but Python's standard library and openssl.

    archive_timestamp.py FILE FILE.ers CA.pem

FILE.ers is an ArchiveTimeStamp (RFC 4998 section 4.1) or an EvidenceRecord around one. Exit code 0 when FILE is under
its token: the reduced hash tree leads from the file's digest to the token's imprint (section 4.3), and
`openssl ts -verify` accepts the token over that, with a certificate of CA.pem.
"""

import hashlib
import subprocess
import sys
import tempfile

HASHES = {
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
    "608648016503040208": "sha3_256",
    "608648016503040209": "sha3_384",
    "60864801650304020a": "sha3_512",
}
INTEGER, OCTET_STRING, OID, SEQUENCE = 0x02, 0x04, 0x06, 0x30
ALGORITHM, ATTRIBUTES, TREE = 0xA0, 0xA1, 0xA2


def elements(data):
    """(tag, contents, whole encoding) of each DER element."""
    at = 0
    while at < len(data):
        start, tag, length = at, data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at:at + count], "big")
            at += count
        if at + length > len(data):
            raise ValueError("DER that ends too early")
        yield tag, data[at:at + length], data[start:at + length]
        at += length


def only(data, tag):
    """The contents of the one element that data is."""
    (found, contents, _), = elements(data)
    if found != tag:
        raise ValueError(f"tag {found:#x} where {tag:#x} should be")
    return contents


def archive_timestamp(data):
    """The fields of an ArchiveTimeStamp, from an EvidenceRecord if it is one."""
    fields = list(elements(only(data, SEQUENCE)))
    if fields[0][0] != INTEGER:
        return fields
    chain = only(fields[-1][1], SEQUENCE)
    return list(elements(only(chain, SEQUENCE)))


def root(hash_name, lists, document):
    """Where the reduced hash tree leads from a document."""
    with open(document, "rb") as file:
        node = hashlib.file_digest(file, hash_name).digest()
    for number, hashes in enumerate(lists):
        if number == 0 and node not in hashes:
            raise ValueError("the document is not in the first list")
        if number == 0 and len(hashes) == 1:
            continue  # A group of one document is its hash.
        hashes = sorted(hashes if number == 0 else hashes + [node])
        node = hashlib.new(hash_name, b"".join(hashes)).digest()
    return node


def main():
    document, evidence, authority = sys.argv[1:]
    with open(evidence, "rb") as file:
        fields = archive_timestamp(file.read())
    parts = {tag: contents for tag, contents, _ in fields[:-1]}
    oid = next(contents for tag, contents, _ in elements(parts[ALGORITHM]) if tag == OID)
    lists = [
        [contents for _, contents, _ in elements(partial)] for _, partial, _ in elements(parts.get(TREE, b""))
    ]
    top = root(HASHES[oid.hex()], lists, document)
    with tempfile.NamedTemporaryFile() as token:
        token.write(fields[-1][2])
        token.flush()
        verify = ["openssl", "ts", "-verify", "-token_in", "-in", token.name, "-digest", top.hex()]
        subprocess.run([*verify, "-CAfile", authority], check=True)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, KeyError, subprocess.CalledProcessError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
