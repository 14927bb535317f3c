#!/usr/bin/env python3
"""Makes tsig_vectors.h: a signed question and the messages of its answer, with Python's hmac.

    python3 tsig_vectors.py >tsig_vectors.h
"""
import hmac
import struct

NOW = 1795350000
FUDGE = 300
ID = 0xBEEF
KEY_NAME = b"\x03key\x07example\x00"
ZONE = b"\x07example\x00"
SECRET = bytes(range(1, 49))
ALGORITHMS = ("sha256", "sha384", "sha512")


def u16(value):
    return struct.pack("!H", value)


def timers(now=NOW):
    return u16(now >> 32) + struct.pack("!I", now & 0xFFFFFFFF) + u16(FUDGE)


def algorithm_name(algorithm):
    name = b"hmac-" + algorithm.encode()
    return bytes([len(name)]) + name + b"\x00"


def variables(algorithm):
    return KEY_NAME + u16(255) + bytes(4) + algorithm_name(algorithm) + timers() + u16(0) + u16(0)


def header(flags, questions, answers):
    return u16(ID) + u16(flags) + u16(questions) + u16(answers) + bytes(4)


def mac(algorithm, data):
    return hmac.new(SECRET, data, algorithm).digest()


def signed(algorithm, message, digest):
    rdata = algorithm_name(algorithm) + timers() + u16(len(digest)) + digest
    rdata += message[:2] + u16(0) + u16(0)
    record = KEY_NAME + u16(250) + u16(255) + bytes(4) + u16(len(rdata)) + rdata
    return message[:10] + u16(1) + message[12:] + record


def prior(digest):
    return u16(len(digest)) + digest


def vectors(algorithm):
    """(name, message, where the TSIG record begins) of one exchange."""
    question = header(0, 1, 0) + ZONE + u16(252) + u16(1)
    record = ZONE + u16(2) + u16(1) + struct.pack("!I", 3600) + u16(4) + b"\x02ns\x00"
    first = header(0x8400, 1, 1) + ZONE + u16(252) + u16(1) + record
    between = header(0x8400, 0, 1) + record
    empty = header(0x8400, 0, 0)

    digest = mac(algorithm, question + variables(algorithm))
    yield "question", signed(algorithm, question, digest), len(question)
    digest = mac(algorithm, prior(digest) + first + variables(algorithm))
    yield "first", signed(algorithm, first, digest), len(first)
    digest = mac(algorithm, prior(digest) + between + empty + between + timers())
    yield "between", between, 0
    yield "empty", empty, 0
    yield "fourth", signed(algorithm, between, digest), len(between)
    digest = mac(algorithm, prior(digest) + between + timers())
    yield "fifth", signed(algorithm, between, digest), len(between)
    digest = mac(algorithm, prior(digest) + empty * 99 + empty + timers())
    yield "behind_99", signed(algorithm, empty, digest), len(empty)


def main():
    print("/* Made by tsig_vectors.py. */")
    print("#define VECTOR_NOW %d" % NOW)
    print("#define VECTOR_ID 0x%x" % ID)
    print("static const uint8_t vector_key_name[] = {%s};" % ", ".join(map(str, KEY_NAME)))
    print("static const uint8_t vector_secret[] = {%s};" % ", ".join(map(str, SECRET)))
    names = [name for name, _, _ in vectors("sha256")]
    print("enum vector { %s, VECTORS };" % ", ".join("VECTOR_" + n.upper() for n in names))
    print("static const struct {\n\tconst char *hex;\n\tsize_t tsig_at;\n} vectors[][VECTORS] = {")
    for algorithm in ALGORITHMS:
        print("\t{")
        for name, message, tsig_at in vectors(algorithm):
            print('\t\t/* %s */ {"%s", %d},' % (name, message.hex(), tsig_at))
        print("\t},")
    print("};")


main()
