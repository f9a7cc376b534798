#!/usr/bin/env python3
"""Reads PS-PDUs by itself: no code of hi2kit, no module.

usage: ber_reader.py FILE

Prints a line a PDU: LIID, sequence number, and the tags of its payload.
"""
import sys


def tlv(octets, at):
    first, at = octets[at], at + 1
    number = first & 31
    if number == 31:
        number = 0
        while True:
            octet, at = octets[at], at + 1
            number = number << 7 | octet & 127
            if octet < 128:
                break
    length, at = octets[at], at + 1
    if length > 128:
        more, at = length & 127, at + (length & 127)
        length = int.from_bytes(octets[at - more : at], "big")
    assert length != 128 and at + length <= len(octets), "beyond the end"
    return first & 0xE0, number, octets[at : at + length], at + length


def members(octets):
    at, found = 0, {}
    while at < len(octets):
        _, number, content, at = tlv(octets, at)
        found[number] = content
    return found


def main():
    octets = open(sys.argv[1], "rb").read()
    at = 0
    while at < len(octets):
        form, number, pdu, at = tlv(octets, at)
        assert (form, number) == (0x20, 16), "no SEQUENCE"
        header, payload = members(pdu)[1], members(pdu)[2]
        liid, sequence = members(header)[1], members(header)[4]
        _, kind, content, _ = tlv(payload, 0)
        inner = tlv(content, 0)[1] if content else "-"
        print(liid.decode(), int.from_bytes(sequence, "big"), kind, inner)


main()
