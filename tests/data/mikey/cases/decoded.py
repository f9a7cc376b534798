"""decode cases that are valid: every kind of message, every payload, every registry value of note."""
from cases import samples
from cases.common import SALES, SUPPORT
from cases.given import KW, sessions
from cases.samples import ALICE_NAI
from mikeyref import crypto, read, write
from mikeyref.call import ALICE, BASE_SECONDS, BOB, Call, KMS1, gcm_policy, ntp, ntp32, srtp_policy, uri
from mikeyref.exchange import Exchange
from mikeyref.write import COUNTER, NTP, NTP_UTC_32, Cs, Hdr, Key


def valid(case_id, comment, octets, words="ordinary"):
    name, payloads = read.message(octets)
    return {"id": case_id, "kind": "decode", "comment": comment, "flags": words.split(), "message": octets.hex(), "expect": "valid",
            "data_type": name, "payloads": payloads}


def message_cases():
    for prf in (0, 1):
        call = Call(f"decode-messages-prf{prf}", prf=prf)
        wanted = {"keys": [Key("TGK+SALT", b"\x02", bytes(call.size), bytes(14)), Key("GTGK", b"\x03", bytes(call.size))],
                  "apps": [uri("urn:mmtel")], "named": [BOB, SUPPORT]}
        for name, octets in Exchange(call, wanted).messages().items():
            yield valid(f"decode-{name.lower().replace('_', '-')}-prf{prf}", f"{name}, PRF {prf}", octets, f"message prf{prf}")
        certs = [(0, samples.certificate("alice"))]
        yield valid(f"decode-request-init-pk-prf{prf}", f"REQUEST_INIT_PK, PRF {prf}", samples.request_pk(call, certs),
                    f"message pk prf{prf}")
        yield valid(f"decode-resolve-init-pk-prf{prf}", f"RESOLVE_INIT_PK with CERT, CHASH, PKE and SIGN, PRF {prf}",
                    samples.resolve_pk(call, [(2, samples.certificate("bob")), (3, samples.certificate("bob-encr"))]),
                    f"message pk prf{prf}")
        yield valid(f"decode-error-prf{prf}", f"Error with a MAC, PRF {prf}", samples.error(call, 14), f"message error prf{prf}")
    call = Call("decode-request-kinds")
    for name, certs, hashed, kind in (("url", [(1, b"https://ca.home1.example/alice.cer")], None, 0),
                                      ("chain", [(0, samples.certificate("alice")), (0, samples.certificate("ca"))], (0, bytes(20)), 1),
                                      ("md5", [], (1, bytes(range(16))), 2), ("sha256", [], (2, bytes(range(32))), 0)):
        yield valid(f"decode-request-pk-{name}", f"REQUEST_INIT_PK: certificates and hash: {name}; S type {kind}",
                    samples.request_pk(call, certs, hashed, kind), "message pk")
    for c in (1, 2):
        yield valid(f"decode-pke-cache-{c}", f"PKE with C = {c}", samples.request_pk(call, [], pke_c=c), "message pk")
    yield valid("decode-sign-4095", "a signature of 4095 octets", samples.request_pk(call, [], sign_octets=4095), "message pk")


def update_cases():
    call = Call("decode-update", flags="DEFGHIJLMNO")
    both = samples.update(call, [[call.key("", "TGK", "07")], [call.key("", "TEK+SALT", "08")]])
    yield valid("decode-update-init", "TRANSFER_INIT of a CSB update: no TICKET, no RANDs", both[0], "message update")
    yield valid("decode-update-resp", "TRANSFER_RESP of a CSB update", both[1], "message update")
    yield valid("decode-update-no-kemac", "TRANSFER_INIT of a CSB update without keys", samples.update(call, [None, None])[0],
                "message update")
    for number, what in ((0, "Auth failure"), (8, "Invalid Cert"), (11, "Invalid DT"), (13, "Unsupported message type"),
                         (15, "Invalid TPpar")):
        yield valid(f"decode-error-{number}", f"Error {number}, {what}", samples.error(call, number), "message error")
    plain = write.message(Hdr("ERROR", call.csb_id, 0, map_type=1), [write.t(ntp(BASE_SECONDS, 8)), write.err(0)])
    yield valid("decode-error-bare", "an Error that is not authenticated", plain, "message error")
    yield valid("decode-error-sp", "Error of a Transfer with the policies that are supported",
                samples.error(call, 9, body=[srtp_policy(1, 16), gcm_policy(2, 32)]), "message error")


def plain_mikey_cases():
    call = Call("decode-rfc3830")
    certs = [(0, samples.certificate("alice"))]
    interval = Key("TEK", b"", call.draw("tek", 16), kv=2, interval=(bytes.fromhex("000000000001"), bytes.fromhex("00000000ffff")))
    mixed = [Key("TGK", b"", call.draw("tgk", 16), kv=0), Key("TGK+SALT", b"\xaa\xbb", call.draw("tgk2", 16), call.draw("salt", 14)),
             interval]
    yield valid("decode-psk-init", "RFC 3830 pre-shared I_MESSAGE, two SRTP-ID crypto sessions", samples.psk_init(call)[0], "rfc3830")
    yield valid("decode-psk-ver", "RFC 3830 verification message", samples.psk_verification(call), "rfc3830")
    yield valid("decode-psk-init-null", "a KEMAC with the NULL algorithm: its key data with all three kinds of validity",
                samples.psk_init(call, 0, keys=mixed)[0], "rfc3830 key_data")
    yield valid("decode-psk-init-kw", "a KEMAC with AES-KW-128",
                samples.psk_init(call, 2, keys=[Key("TGK", b"\0\0\1", call.draw("tgk", 16))])[0], "rfc3830")
    yield valid("decode-psk-init-empty-map", "RFC 3830 pre-shared I_MESSAGE with an empty map", samples.psk_init(call, 1, [], 1)[0],
                "rfc3830")
    yield valid("decode-psk-init-key-id", "General Extension of type 3, a list of key ids",
                samples.psk_init(call, extra=[write.general_ext(3, bytes.fromhex("000301020301020405"))])[0], "rfc3830")
    yield valid("decode-pk-init", "RFC 3830 public-key I_MESSAGE", samples.pk_init(call, certs), "rfc3830 pk")
    yield valid("decode-pk-init-no-cert", "RFC 3830 public-key I_MESSAGE without certificates", samples.pk_init(call, []), "rfc3830 pk")
    yield valid("decode-pk-ver", "RFC 3830 public-key verification message", samples.pk_verification(call), "rfc3830 pk")
    for group in (0, 1, 2):
        yield valid(f"decode-dh-init-group{group}", f"Diffie-Hellman I_MESSAGE, D-H group {group}", samples.dh_init(call, group),
                    "rfc3830 dh")
    yield valid("decode-dh-init-spi", "Diffie-Hellman I_MESSAGE with an SPI",
                samples.dh_init(call, 0, (1, write.sized8(b"\x01\x02\x03\x04"))), "rfc3830 dh")
    yield valid("decode-dh-resp", "Diffie-Hellman R_MESSAGE", samples.dh_resp(call), "rfc3830 dh")
    yield valid("decode-rfc4567-answer", "the answer of RFC 4567 section 5.1", samples.RFC4567_ANSWER, "rfc3830 rfc4567")
    yield valid("decode-rfc4567-offer", "the offer of RFC 4567 section 5.1",
                samples.RFC4567_OFFER, "rfc3830 rfc4567")


def transfer(case_id, comment, words="payload", **parts):
    return valid(case_id, comment, Call(**({"seed": case_id} | parts)).init(), words)


def map_cases():
    yield transfer("decode-map-minimal", "GENERIC-ID blocks with no policy, no session data and no SPI", sessions=[Cs(1, ()), Cs(255, ())])
    yield transfer("decode-map-roc-seq", "S = 1: SSRC, ROC and SEQ",
                   sessions=[Cs(1, session=bytes(range(10)), spi=b"\x02", s=1), Cs(2, session=bytes(4), spi=b"\x02")])
    yield transfer("decode-map-many-policies", "127 policies in one block", sessions=[Cs(1, tuple(range(127)), spi=b"\x02")])
    yield transfer("decode-map-long", "session data of 300 octets, an SPI of 255",
                   sessions=[Cs(1, session=bytes(300), spi=bytes(range(255)))])
    yield transfer("decode-map-protocol", "a crypto session of TESLA", sessions=[Cs(1, prot=1, session=b"\1", spi=b"\2")],
                   policies=[write.sp(1, [(1, b"\x05")], prot=1)])
    yield transfer("decode-map-40", "forty crypto sessions",
                   sessions=[Cs(n, session=bytes([0, 0, 0, n]), spi=b"\x02") for n in range(1, 41)])
    yield transfer("decode-map-none", "GENERIC-ID with no crypto session", sessions=[], resp_sessions=[])


def ticket_cases():
    for letters in ("D", "DE", "DEFGHIJKLMNO", "EFHL", "DFHM", "DHN", "DHO"):
        yield transfer(f"decode-flags-{letters.lower()}", f"ticket flags {letters}", flags=letters)
    yield transfer("decode-ticket-type-2", "Ticket Type 2, laid out like type 1", kind=(2, 1, 1))
    yield transfer("decode-ticket-private", "a private Ticket Type: its data are octets", kind=(61440, 9, 7))
    yield transfer("decode-ticket-version-2", "version 2 of the base ticket: its data are octets", kind=(1, 1, 2))
    yield transfer("decode-ticket-unprotected", "an unprotected ticket: its key data lie open", words="payload key_data", algs=(0, 0))
    yield transfer("decode-ticket-kw", "AES-KW-128 in the ticket", keys=[("TGK", "000002")], **KW)
    yield transfer("decode-ticket-thdr", "THDR with data, no IDRpsk", thdr=b"\x00\xffkms state", tpk_id=None)
    yield transfer("decode-ticket-extra", "other payloads in TP Data and Ticket Data",
                   tp_extra=[write.general_ext(0, b"\1"), write.cert(1, b"u")], ticket_extra=[write.general_ext(0, b"")])
    yield transfer("decode-tp-unknown", "a payload of type 200 ends the TP Data", tp_extra=[(200, b"\x01\x02\x03")])
    yield from nested_cases()
    for kind in ((2, 2, 1), (2, 1, 2), (2, 0, 0)):
        name = "-".join(map(str, kind))
        yield transfer(f"decode-ticket-kind-{name}", "Ticket Type, subtype, version {}, {}, {}: laid out like type 1".format(*kind),
                       kind=kind)
        yield transfer(f"decode-ticket-kind-{name}-octets", "the same with data of no base ticket: octets", kind=kind,
                       twist={"whole_ticket_data": bytes(range(0xE0, 0x100))})
    yield transfer("decode-vi-next-0", "Vi with Next = 0", twist={"vi_next_0": True})
    yield transfer("decode-tp-full", "all that TP Data may hold", apps=[uri("urn:mmtel"), uri("urn:x")], named=[BOB, SALES, SUPPORT],
                   limits={write.TRI: ntp32(BASE_SECONDS), write.TRS: ntp(BASE_SECONDS), write.TRE: (NTP, bytes(8)),
                           write.TRR: (NTP_UTC_32, bytes([0, 0, 2, 88]))})
    yield transfer("decode-tp-bare", "TP Data with IDRi and IDRr alone", idrkms=None, limits={})


def nested_tp(depth):
    """A TP whose TP Data hold a TP, and so on; the innermost holds IDRi."""
    body = write.policy((1, 1, 1), 0, "D", write.led_chain([write.idr(write.INITIATOR, ALICE)]))
    for _ in range(depth):
        body = write.policy((1, 1, 1), 0, "D", write.led_chain([(write.CODES["TP"], body)]))
    return write.CODES["TP"], body


def nested_cases():
    """TP and TICKET belong to messages: inside a ticket they are not read."""
    for depth in (1, 2, 1000):
        message = write.message(Hdr("REQUEST_INIT_PSK", bytes(4), 0, 1, map_type=1), [
            write.t(ntp(BASE_SECONDS)), write.randr(write.RANDRI, bytes(range(16))), nested_tp(depth), write.v(1, bytes(20))])
        yield valid(f"decode-nested-tp-{depth}", f"TP inside TP, {depth} deep: the outermost TP Data are an unknown", message, "nested")
    whole = write.CODES["TICKET"], Call("decode-nested").ticket() + write.u16(0)
    trailing = [write.idr(write.RESPONDER, BOB)]
    for name, payload in (("tp", nested_tp(0)), ("ticket", whole), ("ticket-no-sense", (write.CODES["TICKET"], b"\xff" * 9))):
        yield transfer(f"decode-nested-{name}-in-tp-data", "TP Data: all from the nested payload on is an unknown", "nested",
                       tp_extra=[payload, *trailing])
        yield transfer(f"decode-nested-{name}-in-ticket-data", "Ticket Data: V and all from the nested payload on is an unknown", "nested",
                       ticket_extra=[payload])
        yield transfer(f"decode-nested-{name}-in-initiator-data", "Initiator Data: all behind Vi is an unknown", "nested",
                       twist={"initiator_extra": [payload]})
        yield transfer(f"decode-nested-{name}-leads-initiator-data", "Initiator Data: the first payload is none that is read", "nested",
                       twist={"initiator_data": lambda d, p=payload: bytes([p[0]]) + d[1:]})


def payload_cases():
    stamps = {"ntp": (NTP, bytes(range(8))), "counter": (COUNTER, b"\0\0\1\2"), "ntp-utc-32": (NTP_UTC_32, b"\xd6\xb4\x32\x32")}
    for name, stamp in stamps.items():
        yield transfer(f"decode-t-{name}", f"T and the ticket's T are {name}", t_init=stamp, t_ticket=stamp)
    yield transfer("decode-sp-all", "every SRTP parameter", policies=[write.sp(1,
                                                                               [(k, bytes([k])) for k in range(13)] + [(13, b"\0\x05")]
                                                                               + [(k, b"\1") for k in range(14, 21)])])
    yield transfer("decode-sp-several", "four policies, one of them empty",
                   policies=[srtp_policy(1, 16), gcm_policy(2, 16), gcm_policy(3, 32), write.sp(255, [])])
    yield transfer("decode-sp-long-value", "an SP parameter of 255 octets and one of none",
                   policies=[write.sp(1, [(200, bytes(255)), (201, b"")])])
    yield transfer("decode-ext-types", "General Extensions of all types",
                   init_extra=[write.general_ext(kind, bytes([kind] * kind)) for kind in range(8)])
    yield transfer("decode-ext-sdp-ids", "SDP IDs", init_extra=[write.general_ext(1, b"mikey;sdes")])
    yield transfer("decode-idr-types", "ID types and roles beyond the usual",
                   init_extra=[write.idr(6, KMS1), write.idr(7, ALICE_NAI), write.idr(4, (2, b"\0\1\2")), write.idr(5, (1, b""))])
    yield transfer("decode-rand-255", "RANDs of 255 octets", rand_octets=255)
    yield transfer("decode-rand-empty", "a RANDR of no octets behind the others", init_extra=[write.randr(254, b""), write.rand(b"")])
    yield transfer("decode-kemac-init", "a KEMAC behind the ticket", flags="DEFGHIJLNO", init_keys=[("TGK", "05")], sessions=sessions("05"))
    call = Call("decode-resp", flags="DEFGHIJMNO", resp_keys=[("TGK+SALT", "05")], resp_policies=[gcm_policy(3, 16)],
                resp_extra=[write.general_ext(1, b"mikey")], resp_sessions=sessions("05", "05", policies={1: (3,)}))
    call.init()
    yield valid("decode-resp-full", "TRANSFER_RESP with all that it may hold", call.resp(), "payload")
    call = Call("decode-resp-bare", flags="DFHJNO", twist={"no_answerer": True})
    call.init()
    yield valid("decode-resp-bare", "TRANSFER_RESP with HDR, T and V alone", call.resp(), "payload")


def all():
    for cases in (message_cases, update_cases, plain_mikey_cases, map_cases, ticket_cases, payload_cases):
        yield from cases()
