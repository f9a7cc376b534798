"""decode cases that are no message."""
from cases import change, samples
from cases.refused import at
from mikeyref import read, write
from mikeyref.call import Call, ntp, uri
from mikeyref.exchange import Exchange
from mikeyref.write import Hdr


def invalid(case_id, comment, octets, words="malformed"):
    try:
        read.message(octets)
    except read.Malformed as fault:
        return {"id": case_id, "kind": "decode", "comment": comment, "flags": words.split(), "message": octets.hex(), "expect": "invalid",
                "reason": "malformed", "offset": fault.offset, "payload_offset": fault.payload}
    raise ValueError(f"{case_id} can be read")


def header_cases(m):
    yield "empty", "no octets", b""
    yield "one-octet", "one octet", m[:1]
    yield "hdr-only-nine", "nine octets of HDR", m[:9]
    yield "version-0", "version 0", change.put(m, 0, b"\0")
    yield "version-2", "version 2", change.put(m, 0, b"\2")
    yield "data-type-99", "data type 99", change.put(m, 1, b"\x63")
    yield "data-type-255", "data type 255", change.put(m, 1, b"\xff")
    yield "next-18", "HDR names payload 18, which no RFC assigns", change.put(m, 2, b"\x12")
    yield "map-type-3", "CS ID map type 3", change.put(m, 9, b"\3")
    yield "map-count", "#CS counts one too many", change.flip(m, 8)
    yield "map-policies", "#P leads out of the message", change.put(m, 12, b"\x7f")
    yield "map-session-length", "Session Data longer than the message", change.put(m, 14, b"\xff\xff")
    yield "map-cut", "the message ends in the map", m[:15]
    srtp = samples.psk_init(Call("malformed-srtp"))[0]
    yield "map-srtp-cut", "the message ends in an SRTP-ID block", srtp[:24]
    yield "trailing", "an octet behind the last payload", m + b"\0"
    yield "next-after-v", "V names another payload, none is there", at("V", 0, b"\x05")(m)


def payload_cases(m):
    for name, role in (("T", None), ("RANDR", 1), ("IDR", 1), ("SP", None), ("TICKET", None), ("V", None)):
        found = change.payload(m, name, role)
        label = name.lower()
        yield f"cut-before-{label}", f"the message ends where its {name} should begin", m[:found["offset"]]
        yield f"cut-in-{label}", f"the message ends in its {name}", m[:found["offset"] + found["length"] - 1]
    yield "ts-type", "TS type 4", at("T", 1, b"\4")(m)
    yield "rand-length", "a RAND longer than the message", change.put(m[:change.payload(m, "RANDR")["offset"] + 12],
                                                                      change.payload(m, "RANDR")["offset"] + 2, b"\xff")
    yield "id-length", "an identity longer than the message", at("IDR", 3, b"\xff\xff")(m)
    yield "sp-length", "policy parameters longer than the message", at("SP", 3, b"\xff\xff")(m)
    yield "sp-param", "an SRTP parameter that leaves its SP", at("SP", 6, b"\xf0")(m)
    yield "sp-odd", "an octet that is half a parameter", at("SP", 3, b"\x00\x1d")(m)
    yield "auth-alg", "Auth alg 3 in V", at("V", 1, b"\3")(m)
    yield "auth-alg-longer", "Auth alg 2 with a MAC of 160 bits", at("V", 1, b"\2")(m)


def ticket_cases(m):
    def length(at, value):
        return change.put(m, at, value.to_bytes(2, "big"))
    ticket = change.payload(m, "TICKET")
    policy, inside, macs = ticket["tp_data"], ticket["ticket_data"], ticket["initiator_data"]
    tp_length, ticket_length, initiator_length = ticket["offset"] + 8, inside[0]["offset"] - 2, macs[0]["offset"] - 3
    kemac = change.payload(m, "KEMAC", inside="ticket_data")
    yield "tp-length", "TP Data longer than the message", length(tp_length, 0xFFFF)
    yield "tp-length-short", "TP Data one octet short", length(tp_length, int.from_bytes(m[tp_length:tp_length + 2], "big") - 1)
    yield "tp-id-length", "an identity that leaves the TP Data", length(policy[-1]["offset"] + 3, 0xFF)
    yield "tp-trailing", "octets behind the last payload of the TP Data", change.put(m, policy[-2]["offset"], b"\0")
    yield "tp-tr-type", "TS type 9 in a TR", change.put(m, change.payload(m, "TR", 2, "tp_data")["offset"] + 2, b"\x09")
    yield "ticket-length", "Ticket Data longer than the message", length(ticket_length, 0xFFFF)
    yield "ticket-length-short", "Ticket Data that end in their V", length(ticket_length, inside[-1]["offset"] + 5 - inside[0]["offset"])
    yield "thdr-length", "THDR data longer than the Ticket Data", length(inside[0]["offset"] + 1, 0x7FFF)
    yield "ticket-kemac-length", "the ticket's KEMAC leaves the Ticket Data", length(kemac["offset"] + 2, 0x0FFF)
    yield "ticket-kemac-mac-alg", "MAC alg 7 in the ticket's KEMAC", change.put(m, kemac["offset"] + kemac["length"] - 1, b"\7")
    yield "ticket-v-alg", "Auth alg 9 in the ticket's V", change.put(m, inside[-1]["offset"] + 1, b"\x09")
    yield "initiator-length", "Initiator Data longer than the message", length(initiator_length, 0xFFFF)
    yield "initiator-first-0", "Initiator Data whose first payload is none", change.put(m, macs[0]["offset"] - 1, b"\0")
    end = macs[-1]["offset"] + macs[-1]["length"]
    yield "initiator-only-0", "Initiator Data of one octet, 0", m[:initiator_length] + b"\0\1\0" + m[end:]
    empty = m[:tp_length] + b"\0\0" + m[ticket_length:]
    yield "ticket-tp-empty", "a ticket with TP Data of length 0", empty
    yield "initiator-vi-alg", "Auth alg 9 in Vi", change.put(m, macs[0]["offset"] + 1, b"\x09")
    yield "initiator-vr-next", "Vr names another payload, none is there", change.put(m, macs[1]["offset"], b"\x05")


def other_cases():
    call = Call("malformed-others")
    pk = samples.request_pk(call, [(0, samples.certificate("alice"))], (2, bytes(32)))
    yield "sign-length", "a signature longer than the message", at("SIGN", 0, b"\x0f\xff")(pk)
    yield "sign-short", "octets behind the signature", at("SIGN", 0, b"\x00\x10")(pk)
    yield "pke-length", "PKE data longer than the message", at("PKE", 1, b"\x3f\xff")(pk)
    yield "chash-func", "hash function 3", at("CHASH", 1, b"\3")(pk)
    yield "cert-length", "a certificate longer than the message", at("CERT", 2, b"\xff\xff")(pk)
    dh = samples.dh_init(call)
    yield "dh-group", "D-H group 9", at("DH", 1, b"\x09")(dh)
    yield "dh-kv", "key validity 5 in DH", at("DH", 194, b"\5")(dh)
    null = samples.psk_init(call, 0)[0]
    start = change.payload(null, "KEMAC")["data_offset"]
    yield "key-length", "a key longer than its KEMAC", change.put(null, start + 2, b"\x01\x00")
    yield "key-type", "key data type 15", change.put(null, start + 1, b"\xf0")
    yield "key-kv", "key validity 9", change.put(null, start + 1, b"\x09")
    yield "key-next", "key data that name a payload of another kind", change.put(null, start, b"\x05")
    yield "key-trailing", "an octet behind the last key", change.put(null, start + 2, b"\x00\x0f")
    yield "kemac-mac-alg", "MAC alg 3", change.put(null, start + 20, b"\3")
    error = samples.error(Call("malformed-error"), 5)
    yield "err-cut", "the message ends in ERR", error[:change.payload(error, "ERR")["offset"] + 3]
    ext = write.message(Hdr("ERROR", call.csb_id, map_type=1), [write.t(ntp(1)), write.general_ext(1, b"mikey")])
    yield "ext-length", "a General Extension longer than the message", at("GENERAL_EXT", 2, b"\x00\x06")(ext)
    resolved = Exchange(call).messages()["RESOLVE_RESP"]
    policy = write.CODES["TP"], write.policy((1, 1, 1), 0, "DEFGHIJNO", b"")
    yield "tp-empty", "TP with TP Data of length 0", write.message(Hdr("REQUEST_INIT_PSK", call.csb_id, 0, 1, map_type=1), [
        write.t(ntp(1)), write.randr(write.RANDRI, bytes(16)), policy, write.v(1, bytes(20))])
    yield "resp-kemac-length", "a KEMAC longer than RESOLVE_RESP", at("KEMAC", 2, b"\xff\xff")(resolved)
    yield "resp-cut", "RESOLVE_RESP without its last octet", resolved[:-1]


def all():
    call = Call("malformed", named=[uri("sip:a@home2.example"), uri("sip:bb@home2.example")])
    message = call.init()
    for found in (header_cases(message), payload_cases(message), ticket_cases(message), other_cases()):
        for name, comment, octets in found:
            yield invalid(f"bad-{name}", comment, octets)
