"""get_keys cases that are refused: the messages and the ticket."""
from cases import change
from cases.common import refused
from mikeyref import write
from mikeyref.call import BASE_SECONDS, Call, KMS1, ntp, ntp32, srtp_policy
from mikeyref.write import NTP, NTP_UTC, TRE, TRS, Hdr, Key

NOFORK = "DFGHJNO"
KW = {"algs": (2, 1), "spis": (b"\x00\x00\x01", b"\x00\x00\x03", b"\x00\x00\x04"), "keys": [("TGK", "000002")],
      "sessions": [write.Cs(1, session=b"\0\0\0\1", spi=b"\x00\x00\x02")]}


def in_init(make):
    """A change of TRANSFER_INIT alone."""
    return lambda call, init, resp: (make(init), resp)


def in_resp(make):
    return lambda call, init, resp: (init, make(resp))


def at(name, offset, value, role=None, inside=None):
    """Octets put at an offset from the start of a payload."""
    return lambda octets: change.put(octets, change.payload(octets, name, role, inside)["offset"] + offset, value)


def longer_by(name, offset, role=None):
    """The 16-bit length at that offset of a payload set to 0xfff0."""
    return at(name, offset, b"\xff\xf0", role)


def last_length(octets):
    """Initiator Data length of the TICKET payload."""
    first = change.payload(octets, "TICKET")["initiator_data"][0]
    return change.put(octets, first["offset"] - 3, b"\xff\xf0")


def tp_length(octets):
    return at("TICKET", 8, b"\xff\xf0")(octets)


def after_v(octets):
    """V is not the last payload: a General Extension follows."""
    return at("V", 0, b"\x15")(octets) + bytes.fromhex("0001000000")


def malformed_cases():
    both = [("empty", "no octets", lambda m: b""), ("hdr-cut", "nine octets of HDR", lambda m: m[:9]),
            ("one-short", "the last octet is missing", lambda m: m[:-1]),
            ("trailing", "an octet behind V", lambda m: m + b"\0"), ("version-2", "version 2", lambda m: change.put(m, 0, b"\2")),
            ("type-unknown", "data type 99", lambda m: change.put(m, 1, b"\x63")),
            ("type-request", "data type REQUEST_RESP", lambda m: change.put(m, 1, b"\x0d")),
            ("next-unknown", "HDR names payload 99", lambda m: change.put(m, 2, b"\x63")), ("ts-type", "TS type 9", at("T", 1, b"\x09")),
            ("id-length", "an identity longer than the message", longer_by("IDR", 3)),
            ("v-alg", "an unknown Auth alg in V", at("V", 1, b"\x09")),
            ("no-v", "no V", lambda m: change.drop(m, "V")),
            ("ends-v", "the message ends where its V should begin", lambda m: change.cut_before(m, "V")),
            ("map-count", "#CS counts one too many", lambda m: change.flip(m, 8, 0x01)), ("after-v", "a payload behind V", after_v)]
    for name, what, make in both:
        for which, only in (("init", in_init), ("resp", in_resp)):
            yield refused(f"malformed-{which}-{name}", "malformed", f"TRANSFER_{which.upper()}: {what}", alter=only(make))
    borders = {"init": (in_init, [("T", None), ("RANDR", 1), ("IDR", 1), ("IDR", 2), ("SP", None), ("TICKET", None)]),
               "resp": (in_resp, [("T", None), ("RANDR", 2), ("IDR", 2), ("RANDR", 3)])}
    for which, (only, places) in borders.items():
        for name, role in places:
            label = name.lower() + (str(role) if role else "")
            yield refused(f"malformed-{which}-ends-{label}", "malformed", f"TRANSFER_{which.upper()} ends where its {name} should begin",
                          alter=only(lambda m, n=name, r=role: change.cut_before(m, n, r)))
    yield from malformed_tickets()


def malformed_tickets():
    ticket = [("tp-length", "TP Data longer than the message", tp_length),
              ("initiator-length", "Initiator Data longer than the message", last_length),
              ("tp-id-length", "an identity that leaves the TP Data", longer_by_inside("IDR", 3)),
              ("cut", "the message ends in the ticket", lambda m: m[:change.payload(m, "TICKET")["offset"] + 60])]
    for name, what, make in ticket:
        yield refused(f"malformed-ticket-{name}", "malformed", what, alter=in_init(make))
    yield refused("malformed-no-t", "malformed", "TRANSFER_INIT has no T", alter=in_init(lambda m: change.drop(m, "T")))
    yield refused("malformed-no-randri", "malformed", "TRANSFER_INIT has no RANDRi", accepted=["init_mac"],
                  alter=in_init(lambda m: change.drop(m, "RANDR")))
    yield refused("malformed-resp-no-t", "malformed", "TRANSFER_RESP has no T", accepted=["resp_mac"],
                  alter=in_resp(lambda m: change.drop(m, "T")))
    yield refused("malformed-init-empty-map", "malformed", "TRANSFER_INIT with an empty map", accepted=["init_mac", "policy", "no_key"],
                  alter=in_init(lambda m: m[:8] + b"\0\1" + m[change.payload(m, "T")["offset"]:]))
    yield refused("malformed-swapped", "malformed", "the two messages changed places", alter=lambda call, init, resp: (resp, init))
    yield refused("malformed-init-twice", "malformed", "TRANSFER_INIT in place of the answer", alter=lambda call, init, resp: (init, init))
    yield refused("malformed-error", "malformed", "an Error message in place of the answer", accepted=["resp_missing"], alter=error_answer)


def longer_by_inside(name, offset):
    return at(name, offset, b"\x7f\xf0", inside="tp_data")


def error_answer(call, init, resp):
    return init, write.message(Hdr("ERROR", call.csb_id, call.prf, map_type=1), [write.t(call.t_resp), write.err(12)])


def update_pair(call, init, resp):
    """A CSB update: no TICKET, no RANDs."""
    named = [write.idr(1, call.idri), write.idr(2, call.invited)]
    out = []
    for kind in ("TRANSFER_INIT", "TRANSFER_RESP"):
        body = [write.t(ntp(BASE_SECONDS + 60 + len(out), 9)), *named, write.v(1, bytes(20))]
        out.append(write.message(Hdr(kind, call.csb_id, call.prf, 1 - len(out), call.sessions), body))
    return tuple(out)


def ticket_cases():
    yield refused("no-ticket", "no_ticket", "TRANSFER_INIT without TICKET", alter=in_init(lambda m: change.drop(m, "TICKET")))
    yield refused("no-ticket-update", "no_ticket", "a CSB update alone cannot be opened", alter=update_pair)
    kinds = [(1, 2, 1), (1, 1, 2), (1, 0, 0), (3, 1, 1), (0, 1, 1), (61440, 1, 1), (65535, 1, 1)]
    for kind in kinds:
        yield refused("unsupported-ticket-" + "-".join(map(str, kind)), "unsupported_ticket",
                      "Ticket Type, subtype, version {}, {}, {}".format(*kind), kind=kind)
    yield refused("unsupported-ticket-prf", "unsupported_ticket", "a ticket with PRF Func 5", accepted=["ticket_mac"],
                  alter=in_init(lambda m: at("TICKET", 5, b"\x0b")(m)))


def tpk_cases():
    def held(*names):
        return lambda call: [{"id": name.hex(), "key": call.tpk.hex()} for name in names]
    yield refused("unknown-tpk", "unknown_tpk", "another key identifier", tpk=held(b"tpk-8"))
    yield refused("unknown-tpk-none", "unknown_tpk", "the KMS holds no key", tpk=held())
    yield refused("unknown-tpk-longer", "unknown_tpk", "an identifier that goes on", tpk=held(b"tpk-77", b"tpk-"))
    yield refused("unknown-tpk-case", "unknown_tpk", "an identifier in capitals", tpk=held(b"TPK-7"))
    yield refused("unknown-tpk-binary", "unknown_tpk", "two identifiers that differ in one bit", tpk_id=b"\x00\x01", tpk=held(b"\x00\x00"))
    yield refused("unknown-tpk-no-id", "unknown_tpk", "no IDRpsk, and no key of the KMS fits", accepted=["ticket_mac"], tpk_id=None,
                  tpk=lambda call: [{"id": b"tpk-7".hex(), "key": call.draw("another", 16).hex()}])
    yield refused("ticket-mac-key", "ticket_mac", "the right identifier, another key",
                  tpk=lambda call: [{"id": b"tpk-7".hex(), "key": call.draw("another", 16).hex()}])


def ticket_mac_cases():
    inside = [("idri", "IDR", 1, "tp_data"), ("idrr", "IDR", 2, "tp_data"), ("idrkms", "IDR", 3, "tp_data"), ("tre", "TR", 3, "tp_data"),
              ("trs", "TR", 2, "tp_data"), ("rand", "RAND", None, "ticket_data"), ("t", "T", None, "ticket_data"),
              ("mac", "V", None, "ticket_data")]
    for name, kind, role, where in inside:
        yield refused(f"ticket-mac-{name}", "ticket_mac", f"the last octet of {kind} in the ticket changed", words="altered",
                      alter=in_init(lambda m, k=kind, r=role, w=where: change.flip_last(m, k, r, w)))
    yield refused("ticket-mac-kemac", "ticket_mac", "an octet of the ticket's KEMAC changed", words="altered",
                  alter=in_init(lambda m: change.flip(m, change.payload(m, "KEMAC", inside="ticket_data")["data_offset"] + 9)))
    yield refused("ticket-mac-thdr", "ticket_mac", "an octet of THDR changed", words="altered", thdr=bytes(8),
                  alter=in_init(lambda m: change.flip_last(m, "THDR", None, "ticket_data")))
    for flag, offset, bits in (("j", 6, 0x04), ("l", 6, 0x01), ("k", 6, 0x02), ("m", 7, 0x80), ("n", 7, 0x40)):
        yield refused(f"ticket-mac-flag-{flag}", "ticket_mac", f"flag {flag.upper()} of the ticket changed", words="altered",
                      alter=in_init(lambda m, o=offset, b=bits: change.flip(m, change.payload(m, "TICKET")["offset"] + o, b)))
    yield refused("ticket-mac-prf1", "ticket_mac", "256-bit algorithms: the last octet of the ticket's MAC changed", words="altered", prf=1,
                  alter=in_init(lambda m: change.flip_last(m, "V", None, "ticket_data")))
    yield refused("ticket-mac-graft", "ticket_mac", "the policy of one ticket before the data of another", words="altered", alter=graft)


def graft(call, init, resp):
    """Ticket Data of a ticket for another callee, sealed under the same TPK."""
    other = Call("graft", fixed={"tpk": call.tpk}, invited=KMS1).init()
    mine, theirs = (change.payload(m, "TICKET") for m in (init, other))

    def data(m, ticket):
        first, last = ticket["ticket_data"][0], ticket["ticket_data"][-1]
        return m[first["offset"]:last["offset"] + last["length"]]
    return init.replace(data(init, mine), data(other, theirs)), resp


def decrypt_cases():
    plain = [("zeros", "zeros", lambda p: bytes(len(p))), ("noise", "no key data at all", lambda p: bytes(0x55 ^ x for x in p)),
             ("trailing", "an octet behind the last key", lambda p: p + b"\0"), ("short", "the last octet is missing", lambda p: p[:-1]),
             ("next", "another payload than key data follows", lambda p: b"\x05" + p[1:]),
             ("key-type", "an unknown key type", lambda p: p[:1] + b"\xf1" + p[2:]),
             ("kv", "an unknown kind of key validity", lambda p: p[:1] + b"\x67" + p[2:]), ("empty", "an empty KEMAC", lambda p: b""),
             ("no-mpk", "a TGK but no MPK", lambda p: write.key_chain([Key("TGK", b"\x02", bytes(16))])),
             ("mpk-last", "the MPK stands behind the TGK", lambda p: write.key_chain([Key("TGK", b"\x02", bytes(16)),
                                                                                      Key("MPK", b"\x01", bytes(16))]))]
    for name, what, make in plain:
        yield refused(f"decrypt-{name}", "decrypt", f"the ticket's MAC is right, its KEMAC holds {what}", twist={"ticket_plain": make})
    for name, what, make in (("value", "with one octet changed", lambda d: change.flip(d, 3)),
                             ("length", "of no whole blocks", lambda d: d + b"\0"),
                             ("one-block", "of 16 octets", lambda d: d[:16])):
        yield refused(f"decrypt-kw-{name}", "decrypt", f"AES-KW-128 data {what} under a right MAC", words="key_wrap",
                      twist={"ticket_data": make}, **KW)
    yield refused("decrypt-noise-prf1", "decrypt", "256-bit algorithms: no key data", prf=1,
                  twist={"ticket_plain": lambda p: bytes(0x55 ^ x for x in p)})
    yield refused("decrypt-init-kemac", "decrypt", "the KEMAC of TRANSFER_INIT holds no key data",
                  accepted=["policy", "no_key", "malformed"],
                  words="kemac", flags="DEFGHIJLNO", init_extra=[write.kemac(1, bytes(range(40)))])
    yield refused("decrypt-resp-kemac", "decrypt", "the KEMAC of TRANSFER_RESP holds no key data",
                  accepted=["policy", "no_key", "malformed"],
                  words="kemac", flags="DEFGHIJMNO", resp_extra=[write.kemac(1, bytes(range(40)))])


def time_cases():
    after = 1 << 32
    late, soon = BASE_SECONDS - 1, BASE_SECONDS + 1
    yield refused("not-yet-second", "not_yet_valid", "T of TRANSFER_INIT one second before TRs", limits={TRS: ntp32(soon)})
    yield refused("not-yet-day", "not_yet_valid", "valid from tomorrow", limits={TRS: ntp32(soon + 86400), TRE: ntp32(soon + 172800)})
    yield refused("not-yet-now-valid", "not_yet_valid", "valid now, but not at T of TRANSFER_INIT", limits={TRS: ntp32(BASE_SECONDS + 20)})
    yield refused("expired-second", "expired", "T of TRANSFER_INIT one second behind TRe", limits={TRE: ntp32(late)})
    yield refused("expired-year", "expired", "expired a year ago", limits={TRS: ntp32(late - 31536000 - 600), TRE: ntp32(late - 31536000)})
    yield refused("expired-prf1", "expired", "256-bit algorithms, expired", prf=1, limits={TRE: ntp32(late - 60)})
    yield refused("expired-nofork", "expired", "no forking, expired", flags=NOFORK, limits={TRE: ntp32(late - 60)})
    for kind, name in ((NTP_UTC, "ntp-utc"), (NTP, "ntp")):
        yield refused(f"not-yet-{name}", "not_yet_valid", f"TRs is {name}", limits={TRS: (kind, ntp32(soon)[1] + bytes(4))})
        yield refused(f"expired-{name}", "expired", f"TRe is {name}", limits={TRE: (kind, ntp32(late)[1] + bytes(4))})
    yield refused("expired-t-ntp-utc-32", "expired", "T of TRANSFER_INIT is NTP-UTC-32", t_init=ntp32(BASE_SECONDS),
                  limits={TRE: ntp32(late)})
    yield refused("not-yet-rollover", "not_yet_valid", "TRs lies behind 2036-02-07 06:28:16, T before it", words="rollover",
                  t_init=ntp(0xFFFFFFF0, 4), limits={TRS: ntp32(after + 16)}, settings={"now_ntp": after - 10})
    yield refused("expired-rollover", "expired", "T lies behind 2036-02-07 06:28:16, TRe before it", words="rollover", t_init=ntp(16, 4),
                  limits={TRE: ntp32(0xFFFFFFF0)}, settings={"now_ntp": after + 20})


def all():
    for cases in (malformed_cases, ticket_cases, tpk_cases, ticket_mac_cases, decrypt_cases, time_cases):
        yield from cases()
