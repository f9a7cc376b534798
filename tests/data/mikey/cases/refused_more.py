"""get_keys cases that are refused: the MACs of the messages, what belongs together, the policy, the target."""
from cases import change
from cases.common import DAVE, ERIN, MALLORY, SALES, SUPPORT, refused
from cases.given import sessions
from cases.refused import KW, NOFORK, in_init, in_resp
from mikeyref import crypto, write
from mikeyref.call import ALICE, BASE_SECONDS, BOB, CAROL, KMS1, Call, ntp, ntp32, srtp_policy, uri
from mikeyref.write import Cs, TRE


def flip_in(name, role=None):
    return lambda m: change.flip_last(m, name, role)


def init_mac_cases():
    places = [("mac", "V", None), ("t", "T", None), ("randri", "RANDR", 1), ("idri", "IDR", 1), ("idrr", "IDR", 2), ("sp", "SP", None)]
    for name, kind, role in places:
        yield refused(f"init-mac-{name}", "init_mac", f"the last octet of {kind} in TRANSFER_INIT changed", words="altered",
                      alter=in_init(flip_in(kind, role)))
    for name, what, offset, bits in (("v-flag", "the V flag", 3, 0x80), ("ssrc", "an SSRC in the map", 19, 0x01),
                                     ("spi", "an SPI in the map", 21, 0x01)):
        yield refused(f"init-mac-{name}", "init_mac", f"{what} of TRANSFER_INIT changed", words="altered",
                      alter=in_init(lambda m, o=offset, b=bits: change.flip(m, o, b)))
    yield refused("init-mac-csb", "init_mac", "the CSB ID of TRANSFER_INIT changed", accepted=["pair_mismatch"], words="altered",
                  alter=in_init(lambda m: change.flip(m, 7)))
    yield refused("init-mac-csb-both", "init_mac", "the CSB ID of both messages changed", words="altered",
                  alter=lambda call, init, resp: (change.flip(init, 7), change.flip(resp, 7)))
    yield refused("init-mac-ext", "init_mac", "an octet of a General Extension changed", words="altered",
                  init_extra=[write.general_ext(1, b"mikey")], alter=in_init(flip_in("GENERAL_EXT")))
    yield refused("init-mac-kemac", "init_mac", "an octet of the KEMAC changed", words="altered kemac", flags="DEFGHIJLNO",
                  init_keys=[("TGK", "05")], alter=in_init(lambda m: change.flip(m, change.payload(m, "KEMAC")["data_offset"] + 6)))
    yield refused("init-mac-prf1", "init_mac", "256-bit algorithms: an octet of the MAC changed", words="altered", prf=1,
                  alter=in_init(flip_in("V")))
    yield refused("init-mac-nofork", "init_mac", "no forking: an octet of the MAC changed", words="altered", flags=NOFORK,
                  alter=in_init(flip_in("V")))
    yield refused("init-mac-label", "init_mac", "made with the label of an answer", twist={"init_label": crypto.IN_RESP})
    yield refused("init-mac-identities", "init_mac", "the MAC covers another IDRr than TRANSFER_INIT has", twist={"mac_idrr": CAROL})
    yield refused("init-mac-other-ticket", "init_mac", "the ticket of another call of the same Initiator", alter=other_ticket)
    yield refused("init-mac-null", "init_mac", "V with the NULL algorithm", accepted=["unprotected", "policy", "malformed"], flags=NOFORK,
                  alter=in_init(change.bare_v))
    yield refused("init-mac-null-unprotected-allowed", "init_mac", "unprotected tickets are allowed, a NULL V is still no proof",
                  accepted=["unprotected", "policy", "malformed"], flags=NOFORK, settings={"allow_unprotected": True},
                  alter=in_init(change.bare_v))


def other_ticket(call, init, resp):
    """A ticket sealed under the same TPK that holds another MPK."""
    other = Call("other ticket", fixed={"tpk": call.tpk})
    return init.replace(call.ticket(), other.ticket()), resp


def initiator_data_cases():
    yield refused("initiator-vi", "initiator_data", "Vi is not the V of the message; Vr covers it all the same",
                  twist={"vi": lambda m: change.flip(m, 0)})
    yield refused("initiator-vi-prf1", "initiator_data", "256-bit algorithms: Vi is not V", prf=1,
                  twist={"vi": lambda m: change.flip(m, 31)})
    yield refused("initiator-vr", "initiator_data", "an octet of Vr changed", twist={"vr": lambda m: change.flip(m, 19)})
    yield refused("initiator-vr-prf1", "initiator_data", "256-bit algorithms: an octet of Vr changed", prf=1,
                  twist={"vr": lambda m: change.flip(m, 0)})
    for name, member, what in (("mpki", "mpki", "MPKi, by one who resolved the ticket"),
                               ("forked", "mpkr_forked", "the forked MPKr, by the Responder")):
        key = getattr(Call(f"initiator-vr-{name}"), member)
        yield refused(f"initiator-vr-{name}", "initiator_data", f"Vr was made with {what}", words="third_party", twist={"vr_inkey": key})
    yield refused("initiator-missing", "initiator_data", "I = 1 without Initiator Data", twist={"initiator_data": lambda d: b""})
    yield refused("initiator-vi-only", "initiator_data", "Vi without Vr", accepted=["malformed"],
                  twist={"initiator_data": lambda d: d[:1] + b"\0" + d[2:23]})
    yield refused("initiator-no-v", "initiator_data", "a General Extension in place of Vi and Vr", accepted=["malformed"],
                  twist={"initiator_data": lambda d: bytes.fromhex("150000000100")})
    yield refused("initiator-replayed", "initiator_data", "the Initiator Data of another call with the same ticket", words="third_party",
                  alter=replayed)


def replayed(call, init, resp):
    """A resolver of the ticket knows MPKi and sends a TRANSFER_INIT of its own with Initiator Data that it saw."""
    other = Call(call.seed, t_init=ntp(BASE_SECONDS + 30, 4))
    seen = other.initiator_data(bytes.fromhex(change.payload(other.init(), "V")["mac"]))
    found = change.payload(init, "TICKET")["initiator_data"][0]
    return change.put(init, found["offset"] - 1, seen), resp


def pair_cases():
    yield refused("pair-csb", "pair_mismatch", "the answer has another CSB ID", twist={"resp_csb": bytes.fromhex("00000001")})
    yield refused("pair-csb-nofork", "pair_mismatch", "the same without forking", flags=NOFORK,
                  twist={"resp_csb": bytes.fromhex("00000001")})
    yield refused("pair-prf", "pair_mismatch", "the answer has another PRF", twist={"resp_prf": 1})
    yield refused("pair-prf-0", "pair_mismatch", "the answer has PRF 0, TRANSFER_INIT PRF 1", prf=1, twist={"resp_prf": 0})
    yield refused("pair-other-call", "pair_mismatch", "the answer of another call", words="other_call",
                  alter=lambda call, init, resp: (init, answer_of(Call("another call"))))
    yield refused("pair-other-call-same-ticket", "pair_mismatch", "the answer of another call with the same ticket", words="other_call",
                  alter=lambda call, init, resp: (init, answer_of(Call(call.seed, fixed={"csb": b"\1\2\3\4"}))))
    yield refused("resp-missing", "resp_missing", "F = 1 and no answer", answered=False)
    yield refused("resp-missing-prf1", "resp_missing", "256-bit algorithms: F = 1 and no answer", answered=False, prf=1)
    yield refused("resp-missing-nofork", "resp_missing", "no forking: F = 1 and no answer", answered=False, flags=NOFORK)
    yield refused("resp-missing-tek", "resp_missing", "a TEK would do, but F = 1 and no answer", answered=False, keys=[("TEK", "02")])
    allow = {"allow_missing_resp": True}
    yield refused("resp-missing-forked-tgk", "resp_missing", "an answer may be missing, but a forked TGK needs it",
                  accepted=["no_key", "policy"], answered=False, settings=allow, flags="DEFHIJNO")
    yield refused("resp-missing-randrr", "resp_missing", "an answer may be missing, but RANDRr is needed", accepted=["no_key", "policy"],
                  answered=False, settings=allow, flags="DFGHJNO")


def answer_of(call):
    call.init()
    return call.resp()


def resp_mac_cases():
    for name, kind, role in (("mac", "V", None), ("t", "T", None), ("randrr", "RANDR", 2), ("idrr", "IDR", 2), ("randrkms", "RANDR", 3)):
        yield refused(f"resp-mac-{name}", "resp_mac", f"the last octet of {kind} in TRANSFER_RESP changed", words="altered",
                      alter=in_resp(flip_in(kind, role)))
    for name, what, offset, bits in (("v-flag", "the V flag", 3, 0x80), ("ssrc", "an SSRC in the map", 19, 0x01),
                                     ("spi", "an SPI in the map", 21, 0x01),
                                     ("cs-id", "a CS ID in the map", 10, 0x04)):
        yield refused(f"resp-mac-{name}", "resp_mac", f"{what} of TRANSFER_RESP changed", words="altered",
                      alter=in_resp(lambda m, o=offset, b=bits: change.flip(m, o, b)))
    yield refused("resp-mac-prf1", "resp_mac", "256-bit algorithms: an octet of the MAC changed", words="altered", prf=1,
                  alter=in_resp(flip_in("V")))
    yield refused("resp-mac-nofork", "resp_mac", "no forking: an octet of the MAC changed", words="altered", flags=NOFORK,
                  alter=in_resp(flip_in("V")))
    yield refused("resp-mac-idrr-nofork", "resp_mac", "no forking: IDRr of the answer changed", words="altered", flags=NOFORK,
                  alter=in_resp(flip_in("IDR", 2)))
    yield refused("resp-mac-ext", "resp_mac", "an octet of a General Extension changed", words="altered",
                  resp_extra=[write.general_ext(1, b"mikey")], alter=in_resp(flip_in("GENERAL_EXT")))
    yield refused("resp-mac-same-csb", "resp_mac", "the answer of another call with the same CSB ID", words="other_call",
                  alter=lambda call, init, resp: (init, answer_of(Call("another call", fixed={"csb": call.csb_id}))))
    yield refused("resp-mac-same-ticket", "resp_mac", "same CSB ID, ticket and RANDs, but the answer to an earlier TRANSFER_INIT",
                  words="other_call", alter=lambda call, init, resp: (init, answer_of(Call(call.seed, t_init=ntp(BASE_SECONDS - 5, 4)))))
    yield refused("resp-mac-same-ticket-nofork", "resp_mac", "the same without forking", words="other_call", flags=NOFORK,
                  alter=lambda call, init, resp: (init, answer_of(Call(call.seed, flags=NOFORK, t_init=ntp(BASE_SECONDS - 5, 4)))))
    for name, member, what in (("mpki", "mpki", "MPKi though forking is used"), ("unforked", "mpkr", "MPKr as it was before forking")):
        yield refused(f"resp-mac-{name}", "resp_mac", f"made with {what}", words="third_party",
                      twist={"resp_inkey": getattr(Call(f"resp-mac-{name}"), member)})
    yield refused("resp-mac-other-fork", "resp_mac", "a group member claims the IDRr of another with its own forked key",
                  words="third_party group", named=[SUPPORT], invited=SUPPORT, answerer=BOB,
                  twist={"resp_inkey": Call("resp-mac-other-fork", named=[SUPPORT], invited=SUPPORT, answerer=CAROL).mpkr_forked})
    yield refused("resp-mac-null", "resp_mac", "V with the NULL algorithm", accepted=["unprotected", "policy", "malformed"],
                  alter=in_resp(change.bare_v))


def flag_cases():
    tgk = [("TGK", "02")]
    broken = [("d0-l0", "EFGHIJNO", True, "not D needs L"), ("g-f0", "DGHJNO", False, "G needs F"),
              ("g0-h0", "DEFIJNO", True, "one of G and H is needed"),
              ("i-e0", "DFGHIJNO", True, "I needs E"), ("k-d0", "EFGHIKLNO", True, "K needs D"), ("m-f0", "DHJMNO", False, "M needs F"),
              ("i-f0-tgk", "DEHIJNO", False, "a forked TGK needs F")]
    for name, flags, answered, what in broken:
        yield refused(f"policy-{name}", "policy", what, answered=answered, flags=flags, keys=tgk)
    yield refused("policy-i-e0-prf1", "policy", "256-bit algorithms: I needs E", prf=1, flags="DFGHIJNO", keys=tgk)
    yield refused("policy-f0-answer", "policy", "an answer though F = 0", accepted=["pair_mismatch"], flags="DHJNO", keys=tgk)
    for kind in ("TEK", "TGK+SALT", "GTGK"):
        label = kind.lower().replace("+", "-")
        yield refused(f"policy-l0-{label}", "policy", f"{kind} in a KEMAC of TRANSFER_INIT though L = 0", words="kemac",
                      init_keys=[(kind, "05")])
        yield refused(f"policy-m0-{label}", "policy", f"{kind} in a KEMAC of TRANSFER_RESP though M = 0", words="kemac",
                      resp_keys=[(kind, "05")])
    yield refused("policy-l-not-m", "policy", "L = 1 does not allow a KEMAC in TRANSFER_RESP", words="kemac", flags="DEFGHIJLNO",
                  resp_keys=[("TEK", "05")])
    yield refused("policy-m-not-l", "policy", "M = 1 does not allow a KEMAC in TRANSFER_INIT", words="kemac", flags="DEFGHIJMNO",
                  init_keys=[("TEK", "05")])


def content_cases():
    yield refused("policy-no-randrr", "policy", "G = 1 and no RANDRr", accepted=["malformed", "resp_mac"], twist={"no_randrr": True})
    yield refused("policy-no-randrr-nofork", "policy", "no forking: G = 1 and no RANDRr", accepted=["malformed", "resp_mac"], flags=NOFORK,
                  twist={"no_randrr": True})
    yield refused("policy-no-idrr", "policy", "I = 1 and no IDRr in the answer", accepted=["malformed", "resp_mac"],
                  twist={"no_answerer": True})
    yield refused("policy-no-randrkms", "policy", "I = 1 and no RANDRkms in the answer", accepted=["malformed", "resp_mac"],
                  twist={"no_randrkms": True})
    two = [srtp_policy(1, 16), srtp_policy(2, 16)]
    for name, policies, what in (("none", (), "no policy"), ("two", (1, 2), "two policies"), ("unknown", (7,), "a policy that no SP has"),
                                 ("same-twice", (1, 1), "one policy twice")):
        yield refused(f"policy-resp-ps-{name}", "policy", f"a crypto session of the answer has {what}", policies=two,
                      resp_sessions=sessions("02", "02", policies={1: policies}))
    yield refused("policy-no-sp", "policy", "no SP in either message", policies=[])
    lengths = [srtp_policy(1, 16), srtp_policy(2, 32)]
    for name, policies, what in (("none", (), "no policy"), ("two", (1, 2), "two policies with keys of different length")):
        yield refused(f"policy-f0-ps-{name}", "policy", f"F = 0: no answer can choose, but a crypto session has {what}", policies=lengths,
                      flags="DHJNO", answered=False, sessions=sessions("02", policies={0: policies}))
    key = {"keys": [("TGK", "02")]}
    for name, spi, what in (("unknown", "09", "that nobody has"), ("mpk", "01", "of the MPK"), ("mpki", "03", "under which MPKi is sent"),
                            ("longer", "0200", "that goes on behind that of the key"), ("padded", "0002", "with a leading zero")):
        yield refused(f"no-key-spi-{name}", "no_key", f"the answer names an SPI {what}", sessions=sessions("02"),
                      resp_sessions=sessions(spi), **key)
    yield refused("no-key-second", "no_key", "one of two crypto sessions names an SPI that nobody has", resp_sessions=sessions("02", "0a"),
                  **key)
    yield refused("no-key-empty-spi", "no_key", "a crypto session of the answer has no SPI", accepted=["policy", "malformed"],
                  resp_sessions=[Cs(1, session=b"\0\0\0\1"), Cs(2, session=b"\0\0\0\2", spi=b"\2")], **key)
    yield refused("no-key-empty-ticket", "no_key", "the ticket holds no session key and no KEMAC brings one", keys=[])
    yield refused("no-key-f0", "no_key", "F = 0: TRANSFER_INIT names an SPI that nobody has", flags="DHJNO", answered=False,
                  sessions=sessions("44"), **key)
    yield refused("no-key-prf1", "no_key", "256-bit algorithms: an SPI that nobody has", prf=1, resp_sessions=sessions("09"), **key)


def unprotected_cases():
    for name, parts in (("fork", {}), ("nofork", {"flags": NOFORK}), ("prf1", {"prf": 1}), ("no-id", {"tpk_id": None})):
        yield refused(f"unprotected-{name}", "unprotected", "nothing protects the ticket, the KMS does not take such", words="unprotected",
                      algs=(0, 0), **parts)
    yield refused("unprotected-mac-only", "unprotected", "the ticket is encrypted but has no MAC", accepted=["ticket_mac"],
                  words="unprotected", algs=(1, 0))


def target_cases():
    group = {"named": [SUPPORT], "invited": SUPPORT}
    for name, who in (("stranger", MALLORY), ("kms", KMS1), ("empty", uri("")), ("longer", uri("sip:alice@home1.example.example")),
                      ("shorter", uri("sip:alice@home1")), ("user-case", uri("sip:Alice@home1.example")),
                      ("nai-of-uri", (0, b"alice@home1.example")),
                      ("nai-of-uri-answerer", (0, b"bob@home2.example")), ("sips", uri("sips:alice@home1.example")),
                      ("zero-octet", uri("sip:alice@home1.example\0"))):
        yield refused(f"target-{name}", "target", f"the target is {who[1].decode()!r}", words="target_neither", target=who)
    nai = {"idri": (0, b"alice@home1.example"), "invited": (0, b"bob@home2.example")}
    yield refused("target-uri-of-nai", "target", "the identity is a NAI, the target a URI", words="nai", target=ALICE, **nai)
    yield refused("target-uri-of-nai-answerer", "target", "the answerer's identity is a NAI, the target a URI", words="nai", target=BOB,
                  **nai)
    yield refused("target-other-member", "target", "another member of the group answered", words="group third_party", target=CAROL,
                  answerer=BOB, **group)
    yield refused("target-other-member-nofork", "target", "the same without forking", words="group third_party", target=CAROL,
                  answerer=BOB, flags=NOFORK, **group)
    yield refused("target-no-member", "target", "no member of the group", words="group", target=ERIN, answerer=BOB, **group)
    yield refused("target-other-group", "target", "a group that the ticket does not name", words="group", target=SALES, answerer=BOB,
                  **group)
    yield refused("target-member-of-other", "target", "a member of a group that the ticket does not name", words="group", target=DAVE,
                  answerer=BOB, **group)
    yield refused("target-group-not-in-ticket", "target", "a group of the answerer that the ticket does not name", words="group",
                  target=SUPPORT)
    yield refused("target-group-of-other", "target", "the ticket names the group and Dave; Dave answered, the target is the group",
                  words="group several_idrr", target=SUPPORT, named=[SUPPORT, DAVE], answerer=DAVE, invited=SUPPORT)
    yield refused("target-named-not-answering", "target", "the ticket names Bob and Carol, Carol answered, the target is Bob",
                  words="several_idrr third_party", target=BOB, named=[BOB, CAROL], answerer=CAROL)
    yield refused("target-wildcard-stranger", "target", "the wildcard looks as if it covered the target, the group does not hold it",
                  words="group", target=uri("sip:eve@sales.home2.example"), named=[SALES], invited=DAVE, answerer=DAVE)
    yield refused("target-forked-other", "target", "one TRANSFER_INIT reached two: the answer is Bob's, the target Carol",
                  words="forked_answers", target=CAROL, answerer=BOB, seed="forked-call-refused", **group)
    silent = {"flags": NOFORK, "twist": {"no_answerer": True}}
    yield refused("target-unnamed-two", "target", "no IDRr in the answer, the ticket names two", words="idrr_absent", target=BOB,
                  named=[BOB, CAROL], **silent)
    yield refused("target-unnamed-member", "target", "no IDRr in the answer, the ticket names a group", words="idrr_absent group",
                  target=BOB, named=[SUPPORT], **silent)
    yield refused("target-unnamed-group", "target", "no IDRr in the answer, the target is the group in the ticket",
                  words="idrr_absent group", target=SUPPORT, named=[SUPPORT], **silent)
    yield refused("target-f0-two", "target", "no answer is sent, the ticket names two", target=BOB, named=[BOB, CAROL], flags="DHJNO",
                  answered=False)
    yield refused("target-missing-two", "target", "the answer is missing, which may be; the ticket names two", target=BOB,
                  named=[BOB, CAROL], answered=False, keys=[("TEK", "02")], settings={"allow_missing_resp": True})
    for name, who in (("asker", ALICE), ("sender", MALLORY)):
        yield refused(f"target-idri-differs-{name}", "target", "TRANSFER_INIT has another IDRi than the ticket", accepted=["policy"],
                      words="third_party", target=who, flags=NOFORK, idri=MALLORY, twist={"ticket_idri": ALICE})


def order_cases():
    """Two faults: the reason that comes first in the list is the one to give."""
    both = {"words": "two_faults"}
    old = {TRE: ntp32(BASE_SECONDS - 60)}
    nobody = {"tpk": lambda call: []}
    yield refused("order-malformed-tpk", "malformed", "the answer is cut and the TPK unknown", alter=in_resp(lambda m: m[:-1]), **nobody,
                  **both)
    yield refused("order-malformed-target", "malformed", "the answer is cut and the target is neither party", target=MALLORY,
                  alter=in_resp(lambda m: m[:-1]), **both)
    yield refused("order-tpk-expired", "unknown_tpk", "the TPK is unknown and the ticket expired", limits=old, **nobody, **both)
    yield refused("order-ticket-mac-target", "ticket_mac", "a changed ticket, and the target is neither party", target=MALLORY,
                  alter=in_init(lambda m: change.flip_last(m, "IDR", 2, "tp_data")), **both)
    yield refused("order-expired-init-mac", "expired", "an expired ticket in a changed TRANSFER_INIT", limits=old,
                  alter=in_init(flip_in("V")), **both)
    yield refused("order-expired-target", "expired", "an expired ticket, and the target is neither party", target=MALLORY, limits=old,
                  **both)
    yield refused("order-init-resp-mac", "init_mac", "both messages changed",
                  alter=lambda call, init, resp: (flip_in("V")(init), flip_in("V")(resp)), **both)
    yield refused("order-init-mac-target", "init_mac", "a changed TRANSFER_INIT, and the target is neither party", target=MALLORY,
                  alter=in_init(flip_in("V")), **both)
    yield refused("order-initiator-resp-mac", "initiator_data", "Vr is wrong and the answer changed",
                  twist={"vr": lambda m: change.flip(m, 0)}, alter=in_resp(flip_in("V")), **both)
    yield refused("order-resp-missing-target", "resp_missing", "no answer, and the target is neither party", target=MALLORY,
                  answered=False, **both)
    yield refused("order-resp-mac-target", "resp_mac", "a changed answer, and the target is neither party", target=MALLORY,
                  alter=in_resp(flip_in("V")), **both)
    yield refused("order-policy-target", "policy", "a KEMAC though M = 0, and the target is neither party", target=MALLORY,
                  resp_keys=[("TEK", "05")], **both)
    yield refused("order-no-key-target", "no_key", "an unknown SPI, and the target is neither party", target=MALLORY,
                  resp_sessions=sessions("09"), **both)
    yield refused("order-kw-decrypt-expired", "decrypt", "a ticket that cannot be decrypted has expired", limits=old,
                  twist={"ticket_data": lambda d: change.flip(d, 3)}, **KW, **both)


def all():
    for cases in (init_mac_cases, initiator_data_cases, pair_cases, resp_mac_cases, flag_cases, content_cases, unprotected_cases,
                  target_cases, order_cases):
        yield from cases()
