"""get_keys cases at the edge: a NULL V, keys of no octets, sessions without SPI, tickets of type 2 by other numbers."""
from cases import change
from cases.common import given, refused
from cases.given import sessions
from cases.refused import in_init, in_resp
from mikeyref import write
from mikeyref.call import srtp_policy, uri
from mikeyref.write import Cs, Key

NOFORK = "DFGHJNO"
FORKS = (("fork", "DEFGHIJNO"), ("nofork", NOFORK))


def null_v_cases():
    allow = {"allow_unprotected": True}
    for name, flags in FORKS:
        parts = {"flags": flags, "words": "unprotected", "settings": allow, "algs": (0, 0)}
        yield refused(f"null-v-init-{name}", "init_mac", "an unprotected ticket is allowed, a NULL V in TRANSFER_INIT proves nothing",
                      alter=in_init(change.bare_v), **parts)
        yield refused(f"null-v-resp-{name}", "resp_mac", "an unprotected ticket is allowed, a NULL V in TRANSFER_RESP proves nothing",
                      alter=in_resp(change.bare_v), **parts)
        yield refused(f"null-v-both-{name}", "init_mac", "NULL V everywhere, in Vi and Vr too", message_algs=(1, 0), **parts)
        yield refused(f"null-v-protected-{name}", "init_mac", "a protected ticket, NULL V everywhere else", flags=flags,
                      settings=allow, message_algs=(1, 0))


def empty_key_cases():
    one = {"sessions": sessions("02"), "words": "empty_key"}
    for name, flags in FORKS:
        for prf in (0, 1):
            yield refused(f"empty-length-{name}-prf{prf}", "no_key", "the SP asks for a key of no octets", keys=[("TGK", "02")],
                          policies=[srtp_policy(1, 16, p1=0)], flags=flags, prf=prf, **one)
    yield refused("empty-length-no-octets", "no_key", "a key length whose value has no octets", keys=[("TGK", "02")],
                  policies=[srtp_policy(1, 16, p1=b"")], **one)
    yield refused("empty-length-two-octets", "no_key", "a key length of 00 00", keys=[("TGK", "02")],
                  policies=[srtp_policy(1, 16, p1=b"\0\0")], **one)
    for kind, salt in (("TEK", None), ("TEK+SALT", bytes(14)), ("TGK", None), ("TGK+SALT", bytes(14)), ("GTGK", None)):
        name = kind.lower().replace("+", "-")
        for fork, flags in FORKS:
            yield refused(f"empty-{name}-{fork}", "no_key", f"a {kind} of no octets in the ticket", keys=[Key(kind, b"\2", b"", salt)],
                          flags=flags, **one)
    yield refused("empty-tek-f0", "no_key", "a TEK of no octets, no answer", keys=[Key("TEK", b"\2", b"")], flags="DHJNO", answered=False,
                  **one)
    yield refused("empty-tek-init-kemac", "no_key", "a TEK of no octets in the KEMAC of TRANSFER_INIT", flags="DEFGHIJLNO", keys=[],
                  init_keys=[Key("TEK", b"\2", b"")], **one)
    yield refused("empty-tgk-resp-kemac", "no_key", "a TGK of no octets in the KEMAC of TRANSFER_RESP", flags="DEFGHIJMNO", keys=[],
                  resp_keys=[Key("TGK", b"\2", b"")], **one)
    yield given("empty-unused", "a TGK of no octets that no session uses", keys=[("TGK", "02"), Key("TGK", b"\5", b"")], **one)


def parameter_cases():
    for name, changes, prf in (("0010", {"p1": b"\x00\x10"}, 0), ("00000020", {"p1": bytes([0, 0, 0, 32])}, 1),
                               ("salt-000c", {"p4": b"\x00\x0c"}, 0), ("both", {"p1": b"\0\0\x10", "p4": b"\0\0\x0e"}, 0)):
        yield given(f"sp-wide-{name}", "a length in the SP of more than one octet: one big-endian integer", words="wide_parameter", prf=prf,
                    keys=[("TGK", "02")], policies=[srtp_policy(1, 32 if prf else 16, **changes)])


def no_spi_cases():
    bare = [Cs(1, session=b"\0\0\0\1")]
    for name, kind in (("tgk", "TGK"), ("tek", "TEK+SALT")):
        for prf in (0, 1):
            yield refused(f"no-spi-f0-{name}-prf{prf}", "no_key", "F = 0: a session of TRANSFER_INIT without SPI has no key", flags="DHJNO",
                          answered=False, keys=[(kind, "02")], sessions=bare, prf=prf)
    yield refused("no-spi-f0-fork", "no_key", "F = 0 and forking: a session without SPI has no key", flags="DEHIJNO", answered=False,
                  keys=[("GTGK", "02")], sessions=bare)
    yield refused("no-spi-missing", "no_key", "the answer is missing, which may be; the session has no SPI", answered=False,
                  keys=[("TEK", "02")], sessions=bare, settings={"allow_missing_resp": True})
    yield refused("no-spi-sole-key", "no_key", "F = 0: neither the session nor the one key has an SPI", flags="DHJNO", answered=False,
                  accepted=["policy", "decrypt"], keys=[Key("TEK", b"", bytes(range(16)), kv=0)], sessions=bare)


def type_2_cases():
    for kind in ((2, 2, 1), (2, 1, 2), (2, 0, 0), (2, 255, 255)):
        name, what = "-".join(map(str, kind)), "Ticket Type, subtype, version {}, {}, {}".format(*kind)
        yield given(f"ticket-kind-{name}", f"{what}: laid out like the base ticket", words="ticket_type_2", kind=kind)
        for label, data in (("octets", bytes(range(0xE0, 0x100))), ("empty", b""), ("thdr", bytes.fromhex("0000020102"))):
            yield refused(f"ticket-kind-{name}-{label}", "unsupported_ticket", f"{what}: Ticket Data of no base ticket ({label})",
                          words="ticket_type_2", kind=kind, twist={"whole_ticket_data": data})
    yield given("ticket-kind-2-3-1-nofork-prf1", "Ticket Type 2, subtype 3: 256-bit algorithms, no forking", words="ticket_type_2",
                kind=(2, 3, 1), prf=1, flags=NOFORK)
    yield refused("ticket-kind-2-3-1-mac", "ticket_mac", "Ticket Type 2, subtype 3: an octet of the ticket's MAC changed",
                  words="ticket_type_2 altered", kind=(2, 3, 1), alter=in_init(lambda m: change.flip_last(m, "V", None, "ticket_data")))


def nested_cases():
    policy = write.policy((1, 1, 1), 0, "DEFGHIJNO", write.led_chain([write.idr(write.INITIATOR, uri("sip:eve@home3.example"))]))
    yield given("nested-tp", "the TP Data ends with a TP payload, which is not read", words="nested",
                tp_extra=[(write.CODES["TP"], policy)])
    yield given("nested-ticket", "the TP Data ends with a TICKET payload of no sense, which is not read", words="nested",
                tp_extra=[(write.CODES["TICKET"], bytes(3))])


def all():
    for cases in (null_v_cases, empty_key_cases, parameter_cases, no_spi_cases, type_2_cases, nested_cases):
        yield from cases()
