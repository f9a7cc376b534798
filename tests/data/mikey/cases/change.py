"""Changes to messages that are made already."""
from mikeyref import read, ticket


def payload(octets, name, role=None, inside=None):
    """A payload of the message; `inside` names the chain of the TICKET payload that holds it."""
    payloads = read.message(octets)[1]
    if inside:
        payloads = ticket.find(payloads, "TICKET")[inside]
    return ticket.find_all(payloads, name, role)[-1]


def flip(octets, at, bits=0x01):
    return octets[:at] + bytes([octets[at] ^ bits]) + octets[at + 1:]


def put(octets, at, value):
    return octets[:at] + value + octets[at + len(value):]


def flip_last(octets, name, role=None, inside=None):
    """The last octet of a payload."""
    found = payload(octets, name, role, inside)
    return flip(octets, found["offset"] + found["length"] - 1)


def cut_before(octets, name, role=None):
    return octets[:payload(octets, name, role)["offset"]]


def drop(octets, name, role=None):
    """A payload less, the chain closed again."""
    payloads = read.message(octets)[1]
    gone = payload(octets, name, role)
    before = next(p for p in payloads if p["offset"] + p["length"] == gone["offset"])
    at = 2 if before["payload"] == "HDR" else before["offset"]
    octets = put(octets, at, bytes([gone["next"]]))
    return octets[:gone["offset"]] + octets[gone["offset"] + gone["length"]:]


def bare_v(octets):
    """V with the NULL algorithm and no MAC."""
    found = payload(octets, "V")
    return octets[:found["offset"]] + b"\0\0"
