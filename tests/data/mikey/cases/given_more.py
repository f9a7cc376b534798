"""get_keys cases that are answered: identities and targets, times, payloads at the edge."""
from cases.common import DAVE, NOW, SALES, SUPPORT, given
from cases.given import sessions
from mikeyref import write
from mikeyref.call import ALICE, BASE_SECONDS, BOB, CAROL, Call, ntp, ntp32, uri
from mikeyref.write import COUNTER, NTP, NTP_UTC, NTP_UTC_32, TRE, TRI, TRR, TRS

NAI_ALICE, NAI_BOB = (write.NAI, b"alice@home1.example"), (write.NAI, b"bob@home2.example")
TEL_BOB = uri("tel:+15550100200")
NOFORK = "DFGHJNO"
KINDS = ((NTP_UTC, "ntp-utc"), (NTP, "ntp"), (COUNTER, "counter"), (NTP_UTC_32, "ntp-utc-32"))


def stamp(kind, step=0):
    """A moment of the call in each of the four types."""
    seconds = (BASE_SECONDS + step).to_bytes(4, "big")
    return kind, {NTP_UTC: seconds + bytes([0x40, 0, 0, step]), NTP: seconds + bytes([0x80, 0, 0, step]), NTP_UTC_32: seconds,
                  COUNTER: (1000 + step).to_bytes(4, "big")}[kind]


def target_cases():
    group = {"named": [SUPPORT], "invited": SUPPORT}
    yield given("target-initiator", "the target asked for the ticket and called", target=ALICE)
    yield given("target-answerer", "the target answered", target=BOB)
    yield given("target-answerer-prf1", "the target answered, 256-bit algorithms", target=BOB, prf=1)
    yield given("target-answerer-nofork", "the target answered, no forking", target=BOB, flags=NOFORK)
    yield given("target-group-member", "a member of the group in the ticket answered", target=CAROL, words="group", answerer=CAROL, **group)
    yield given("target-group-member-nofork", "the same without forking", target=CAROL, words="group", answerer=CAROL, flags=NOFORK,
                **group)
    yield given("target-group", "the target is the group, one of its members answered", target=SUPPORT, words="group", answerer=BOB,
                **group)
    yield given("target-group-initiator", "a group was called, the target is the caller", target=ALICE, words="group", answerer=BOB,
                **group)
    yield given("target-group-idrr", "the KMS set IDRr to the group itself: the target belongs to it", target=BOB, words="group",
                answerer=SUPPORT, **group)
    yield given("target-group-idrr-same", "IDRr is the group, so is the target", target=SUPPORT, words="group", answerer=SUPPORT, **group)
    yield given("target-wildcard", "the ticket names a wildcarded identity whose member answered", target=DAVE, words="group",
                named=[SALES], invited=DAVE, answerer=DAVE)
    yield given("target-wildcard-name", "the target is the wildcarded identity", target=SALES, words="group", named=[SALES], invited=DAVE,
                answerer=DAVE)
    yield given("target-second-of-three", "three identities may answer, the second did", target=CAROL, words="several_idrr",
                named=[BOB, CAROL, SALES], answerer=CAROL)
    yield given("target-third-of-three", "three identities may answer, a member of the third did", target=DAVE, words="several_idrr",
                named=[BOB, CAROL, SALES], answerer=DAVE)
    yield given("target-initiator-diverted", "another than the one invited answered, the target is the caller", target=ALICE,
                words="several_idrr", named=[BOB, CAROL], answerer=CAROL)
    for name, who in (("initiator", NAI_ALICE), ("answerer", NAI_BOB)):
        yield given(f"target-nai-{name}", "identities are NAIs", target=who, words="nai", idri=NAI_ALICE, invited=NAI_BOB)
    yield given("target-nai-uri-mixed", "the caller is named by a NAI, the other by a URI", target=NAI_ALICE, words="nai", idri=NAI_ALICE)
    yield given("target-tel-uri", "the target is a tel URI", target=TEL_BOB, invited=TEL_BOB)
    yield given("target-long-identity", "an identity of 300 octets", target=uri("sip:" + "x" * 281 + "@home2.example"),
                invited=uri("sip:" + "x" * 281 + "@home2.example"))


def unnamed_cases():
    """I = 0 without IDRr in the answer, and no answer at all: who answered is known only if the ticket names one identity."""
    silent = {"flags": NOFORK, "twist": {"no_answerer": True}}
    yield given("idrr-absent-initiator", "no IDRr in the answer, the target called", words="idrr_absent", target=ALICE, **silent)
    yield given("idrr-absent-sole", "no IDRr in the answer, the ticket names one identity", words="idrr_absent", target=BOB, **silent)
    yield given("idrr-absent-group-initiator", "no IDRr in the answer, the ticket names a group, the target called", words="idrr_absent",
                target=ALICE, named=[SUPPORT], **silent)
    yield given("f0-target-sole", "no answer is sent, the ticket names one identity", target=BOB, flags="DHJNO")
    yield given("init-no-idrr", "TRANSFER_INIT leaves out IDRr: its MAC covers the one in the ticket", words="idr_omitted",
                twist={"no_invited": True})
    yield given("init-no-idri", "TRANSFER_INIT leaves out IDRi: its MAC covers the one in the ticket", words="idr_omitted",
                twist={"init_idri": None})
    yield given("init-no-idrs", "TRANSFER_INIT leaves out both identities", words="idr_omitted", flags=NOFORK,
                twist={"init_idri": None, "no_invited": True})


def stamp_cases():
    for kind, name in KINDS:
        yield given(f"t-{name}", f"T is {name} everywhere; all KEMACs take it into their IV", words="kemac ordinary", flags="DEFGHIJLMNO",
                    init_keys=[("TGK", "05")], resp_keys=[("TEK", "06")], sessions=sessions("02", "05", "06"),
                    t_ticket=stamp(kind, 1), t_init=stamp(kind, 4), t_resp=stamp(kind, 7))
    for kind, name in KINDS[1:]:
        yield given(f"t-ticket-{name}", f"T of the ticket is {name}, the others are NTP-UTC", t_ticket=stamp(kind, 1))
    yield given("t-counter-same", "a counter in the answer that equals the one in TRANSFER_INIT", t_init=stamp(COUNTER, 4),
                t_resp=stamp(COUNTER, 4))
    yield given("t-counter-prf1", "a counter with the 256-bit algorithms", prf=1, t_ticket=stamp(COUNTER, 1), t_init=stamp(COUNTER, 4),
                t_resp=stamp(COUNTER, 5))


def validity_cases():
    start, end = ntp32(BASE_SECONDS - 50), ntp32(BASE_SECONDS + 3600)
    for name, limits in (("none", {}), ("trs", {TRS: start}), ("tre", {TRE: end}),
                         ("trr", {TRS: start, TRE: end, TRR: (NTP_UTC_32, (600).to_bytes(4, "big"))}),
                         ("tri", {TRI: start, TRS: start, TRE: end})):
        yield given(f"limits-{name}", f"times in the ticket: {name}", limits=limits)
    for kind, name in KINDS[:2]:
        limits = {TRS: (kind, start[1] + bytes(4)), TRE: (kind, end[1] + bytes(4))}
        yield given(f"limits-{name}", f"TRs and TRe are {name}", limits=limits)
    yield given("limits-counter", "T, TRs and TRe are counters", limits={TRS: (COUNTER, b"\0\0\0\1"), TRE: (COUNTER, b"\0\0\xff\xff")},
                t_init=stamp(COUNTER, 4))
    yield given("expired-since", "the ticket has expired since, but was valid at T of TRANSFER_INIT", words="expired_since",
                limits={TRE: end}, settings={"now_ntp": NOW + 86400})
    yield given("expired-since-years", "the same five years later", words="expired_since", limits={TRS: start, TRE: end},
                settings={"now_ntp": NOW + 5 * 31536000})
    yield given("valid-last-second", "T of TRANSFER_INIT one second before TRe", limits={TRE: ntp32(BASE_SECONDS + 1)})
    yield given("valid-first-second", "T of TRANSFER_INIT one second after TRs", limits={TRS: ntp32(BASE_SECONDS - 1)})


def rollover_cases():
    after = 1 << 32
    yield given("rollover-across", "valid from before 2036-02-07 06:28:16 until after; T of TRANSFER_INIT behind it", words="rollover",
                limits={TRS: ntp32(after - 3600), TRE: ntp32(after + 3600)}, t_ticket=ntp(0xFFFFFFF0, 1), t_init=ntp(0x00000010, 4),
                t_resp=ntp(0x00000012, 7), settings={"now_ntp": after + 60})
    yield given("rollover-before", "the same ticket, T of TRANSFER_INIT before it, asked for after it", words="rollover",
                limits={TRS: ntp32(after - 3600), TRE: ntp32(after + 3600)}, t_ticket=ntp(0xFFFFFF00, 1), t_init=ntp(0xFFFFFFF8, 4),
                t_resp=ntp(0xFFFFFFFA, 7), settings={"now_ntp": after + 60})
    yield given("rollover-after", "all times behind it", words="rollover", limits={TRS: ntp32(after + 1000), TRE: ntp32(after + 9000)},
                t_ticket=ntp(1001, 1), t_init=ntp(2000, 4), t_resp=ntp(2003, 7), settings={"now_ntp": after + 2100})


def payload_cases():
    sdp_ids, vendor = write.general_ext(1, b"mikey"), write.general_ext(0, bytes.fromhex("0a0b0c0d"))
    yield given("idrapp", "the ticket is for one application", apps=[uri("urn:mmtel")])
    yield given("idrapp-two", "the ticket is for two applications", apps=[uri("urn:mmtel"), uri("urn:conference")])
    yield given("ext-init", "SDP IDs and Vendor ID in TRANSFER_INIT", init_extra=[sdp_ids, vendor])
    yield given("ext-resp", "SDP IDs in TRANSFER_RESP", resp_extra=[sdp_ids])
    yield given("ext-tp", "a General Extension in the TP Data", tp_extra=[vendor])
    yield given("ext-empty", "a General Extension without data in both", init_extra=[write.general_ext(1, b"")],
                resp_extra=[write.general_ext(1, b"")])
    yield given("tp-unexpected", "payloads that the TP Data has no use for",
                tp_extra=[write.rand(bytes(16)), write.cert(1, b"http://home1.example/c")])
    yield given("tp-unknown-last", "the TP Data ends with a payload of type 200", tp_extra=[(200, bytes.fromhex("deadbeef00"))])
    yield given("ticket-unexpected", "payloads between IDRpsk and V that the ticket has no use for",
                ticket_extra=[write.general_ext(0, b"\x01"), write.idr(write.KMS, uri("sip:kms.home1.example"))])
    yield given("initiator-unexpected", "a General Extension between Vi and Vr, covered by Vr", twist={"initiator_extra": [vendor]})
    yield given("vi-next-0", "Vi has Next = 0 like V itself", twist={"vi_next_0": True})
    yield given("v-flag-init-0", "the V flag of TRANSFER_INIT is 0 though F = 1", twist={"init_v": 0})
    yield given("v-flag-init-1", "the V flag of TRANSFER_INIT is 1 though F = 0", flags="DHJNO", twist={"init_v": 1})
    yield given("v-flag-resp-1", "the V flag of TRANSFER_RESP is 1", twist={"resp_v": 1})
    yield given("thdr-data", "a ticket header with data of the KMS", thdr=bytes(range(40)))
    yield given("ticket-type-2", "Ticket Type 2, laid out like the MIKEY base ticket", kind=(2, 1, 1))
    yield given("ticket-type-2-nofork", "Ticket Type 2 without forking", kind=(2, 1, 1), flags=NOFORK)
    yield given("tp-no-idrkms", "no IDRkms in the ticket", idrkms=None)
    for octets in (64, 255):
        yield given(f"rands-{octets}", f"RANDs of {octets} octets", rand_octets=octets, keys=[("TGK", "02")])
    yield given("tpk-id-one-octet", "the identifier of the TPK is a zero octet", tpk_id=b"\0")
    yield given("tpk-id-binary", "the identifier of the TPK is 40 binary octets", tpk_id=bytes(range(0xD0, 0xF8)))
    yield given("tpk-several", "the KMS holds four TPKs", others=(b"tpk-4", b"tpk-5", b"tpk-6"))
    yield given("long-ids", "40 responders in the ticket", named=[BOB] + [uri(f"sip:agent{n}@home2.example") for n in range(39)])


def missing_cases():
    allow = {"allow_missing_resp": True}
    sure = {"settings": allow, "answered": False, "words": "resp_missing"}
    yield given("missing-tek", "no answer was seen; the ticket holds a TEK", flags="DEFGHJNO", keys=[("TEK+SALT", "02")], **sure)
    yield given("missing-tek-fork", "no answer was seen; forking leaves a TEK alone", keys=[("TEK+SALT", "02")], **sure)
    yield given("missing-tgk-g0", "no answer was seen; RANDRi is enough", flags="DFHJNO", keys=[("TGK", "02")], **sure)
    yield given("missing-gtgk-fork-g0", "no answer was seen; a GTGK is not forked and RANDRi is enough", flags="DEFHIJNO",
                keys=[("GTGK", "02")], **sure)
    yield given("missing-allowed-but-there", "an answer may be missing, this one is there", settings=allow)


def repeated_cases():
    """One ticket in several calls, one TRANSFER_INIT answered twice."""
    drawn = Call("reuse-1")
    ticket = {name: getattr(drawn, member) for name, member in (("tpk", "tpk"), ("mpk", "mpk"), ("ticket rand", "ticket_rand"))}
    held = {"seed": "reuse-2", "keys": drawn.keys, "fixed": ticket}
    yield given("reuse-1", "a ticket in its first call")
    yield given("reuse-2", "the same ticket in another call: new CSB ID, new RANDs", **held)
    both = {"named": [SUPPORT], "invited": SUPPORT, "seed": "forked-call", "words": "forked_answers"}
    for name, who in (("bob", BOB), ("carol", CAROL)):
        yield given(f"forked-{name}", f"one TRANSFER_INIT reached two, the answer of {name}", target=who, answerer=who,
                    fixed={"randrr": bytes([len(name)]) * 16, "randrkms": bytes([16 + len(name)]) * 16}, **both)


def all():
    for cases in (target_cases, unnamed_cases, stamp_cases, validity_cases, rollover_cases, payload_cases, missing_cases, repeated_cases):
        yield from cases()
