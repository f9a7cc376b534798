"""get_keys cases of a CSB update: `initial_transfer_init` and `initial_transfer_resp` are the initial exchange of the call."""
from cases import change
from cases.common import ERIN, MALLORY, SUPPORT, frame, intermediate
from cases.given import KW, sessions
from mikeyref import crypto, read, ticket, write
from mikeyref.call import ALICE, BOB, CAROL, Call, gcm_policy, ntp
from mikeyref.update import Update
from mikeyref.write import COUNTER, Cs, Key

BOTH = "DEFGHIJLMNO"
NOFORK, F0 = "DFGHJLMNO", "DHJLNO"
PLAINS = (("fork", BOTH, 0), ("nofork", NOFORK, 0), ("fork-prf1", BOTH, 1), ("nofork-prf1", NOFORK, 1))
KEY_TYPES = ("TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT")


def build(case_id, comment, parts, update, answered, words, target, settings):
    call = Call(**({"seed": case_id, "flags": BOTH} | parts))
    initial_init, initial_resp = call.init(), call.resp() if call.on("F") else None
    made = Update(call, **(update(call) if callable(update) else update))
    init = made.init()
    resp = made.resp() if answered else None
    case = frame(case_id, comment, "update " + words, call, target, settings)
    return call, made, case, {"initial_transfer_init": initial_init, "initial_transfer_resp": initial_resp, "transfer_init": init,
                              "transfer_resp": resp}


def texts(messages):
    return {name: octets and octets.hex() for name, octets in messages.items()}


def given(case_id, comment, update, answered=True, words="ordinary", target=ALICE, settings=None, **parts):
    call, made, case, messages = build(case_id, comment, parts, update, answered, words, target, settings)
    return case | texts(messages) | {"expect": "keys", "reason": None, "crypto_sessions": made.session_keys(answered),
                                     "intermediate": intermediate(call, call.on("F"))}


def refused(case_id, reason, comment, update, accepted=(), answered=True, words="refused", target=ALICE, settings=None, alter=None,
            **parts):
    """`alter` changes the messages by name after they were made."""
    call, _, case, messages = build(case_id, comment, parts, update, answered, words, target, settings)
    messages |= alter(call, messages) if alter else {}
    case |= texts(messages) | {"expect": "refuse", "reason": reason}
    return case | ({"reasons_accepted": [reason, *accepted]} if accepted else {})


def new(kind, spi="07", **parts):
    """An update whose initiator sends one key for two sessions."""
    return {"init_keys": [(kind, spi)], "sessions": sessions(spi, spi)} | parts


def answer(kind, spi="08", **parts):
    return {"resp_keys": [(kind, spi)], "resp_sessions": sessions(spi, spi)} | parts


def key_cases():
    for name, flags, prf in PLAINS:
        for kind in KEY_TYPES:
            label = f"{kind.lower().replace('+', '-')}-{name}"
            yield given(f"update-init-{label}", f"the Initiator sends a new {kind}", new(kind), flags=flags.replace("M", ""), prf=prf)
            yield given(f"update-resp-{label}", f"the Responder answers with a new {kind}", answer(kind), flags=flags.replace("L", ""),
                        prf=prf)
        both = {"init_keys": [("TGK", "07")], "resp_keys": [("TEK+SALT", "08")], "sessions": sessions("07", "07"),
                "resp_sessions": sessions("07", "08")}
        yield given(f"update-both-{name}", "a new key in each direction, the answer has another T", both, flags=flags, prf=prf)
        yield given(f"update-old-and-new-{name}", "one session keeps the key of the ticket", new("TGK", sessions=sessions("02", "07")),
                    flags=flags, prf=prf)
    yield given("update-init-counter", "T is a counter that goes on", new("TGK", t_init=(COUNTER, bytes([0, 0, 4, 1])),
                                                                          t_resp=(COUNTER, bytes([0, 0, 4, 2]))))
    kw = {"algs": KW["algs"], "spis": KW["spis"], "keys": [("TGK", "000002")]}
    yield given("update-init-kw", "AES-KW-128", new("TGK", "000007"), words="key_wrap", **kw | {"sessions": sessions("000002")})
    for rands in ("G", "H"):
        yield given(f"update-init-rands-{rands.lower()}", "the new TGK is used with the RANDs of the initial exchange", new("TGK"),
                    flags=f"DEF{rands}IJLMNO")
    yield given("update-initial-kemacs", "keys of the initial KEMACs, the ticket and the update",
                new("TGK", "07", sessions=sessions("02", "05", "06", "07")), init_keys=[("TGK", "05")], resp_keys=[("TEK", "06")],
                sessions=sessions("02", "05", "06"))


def map_cases():
    for name, flags, prf in PLAINS:
        moved = [Cs(1, session=bytes.fromhex("33333333"), spi=b"\x02"), Cs(2, session=bytes.fromhex("44444444"), spi=b"\x02")]
        yield given(f"update-ssrc-{name}", "no KEMAC: other SSRCs under the old keys", {"sessions": moved},
                    flags=flags.replace("L", "").replace("M", ""), prf=prf)
        yield given(f"update-unanswered-{name}", "V = 0: the update has no answer", new("TGK", v=0), answered=False, words="no_resp",
                    flags=flags, prf=prf)
        yield given(f"update-no-idrs-{name}", "no IDRs: the MAC covers the identities of the initial exchange", new("TGK", named=False),
                    words="idr_omitted", flags=flags, prf=prf)
        yield given(f"update-repeated-{name}", "RANDRi, RANDRr, RANDRkms and TICKET again, equal to the old ones", repeat_all,
                    flags=flags, prf=prf)
    yield given("update-added", "the update adds a session, the answer another one",
                new("TGK", sessions=sessions("02", "02", "07"), resp_sessions=sessions("02", "02", "07", "07")))
    yield given("update-cs-ids", "the update drops the first session", {"sessions": sessions("02", first=2)})
    yield given("update-policy", "the update brings another policy",
                new("TGK", policies=[gcm_policy(5, 16)], sessions=sessions("07", "02", policies={0: (5,)})))
    yield given("update-resp-policy", "the answer brings another policy",
                new("TGK", resp_policies=[gcm_policy(6, 16)], resp_sessions=sessions("07", "07", policies={1: (6,)})))
    for name, who in (("answerer", BOB), ("host", (write.URI, b"sip:bob@HOME2.EXAMPLE"))):
        yield given(f"update-target-{name}", "the target answered the initial exchange", new("TGK"), target=who)
    yield given("update-target-member", "the target is the member of a group that answered the initial exchange", new("TGK"),
                target=CAROL, named=[SUPPORT], invited=SUPPORT, answerer=CAROL, words="group")


def f0_cases():
    """No TRANSFER_RESP in the initial exchange: the keys of TRANSFER_INIT, label octet 01."""
    for prf in (0, 1):
        for name, v in (("", 0), ("-answered", 1)):
            yield given(f"update-f0{name}-prf{prf}", f"F = 0 in the initial exchange, V = {v} in the update", new("TGK", v=v),
                        answered=bool(v), words="f0", flags=F0, prf=prf, keys=[("TGK", "02")])
        yield given(f"update-f0-fork-prf{prf}", "F = 0 with forking: MPKi protects the update", new("TEK", v=0), answered=False, words="f0",
                    flags="DEHIJLNO", prf=prf, keys=[("GTGK", "02")])
    yield given("update-f0-ssrc", "F = 0: other SSRCs under the old key", {"v": 0, "sessions": sessions("02", "02")}, answered=False,
                words="f0", flags="DHJNO", keys=[("TGK", "02")])
    yield refused("update-f0-label", "init_mac", "F = 0: an update made with label octet 02",
                  new("TGK", v=0, twist={"octet": crypto.IN_RESP}), answered=False, words="f0", flags=F0, keys=[("TGK", "02")])


def by_responder_cases():
    """IDRr before IDRi: the Responder sends TRANSFER_INIT and needs M for its keys."""
    for name, flags in (("fork", "DEFGHIJMNO"), ("nofork", "DFGHJMNO")):
        yield given(f"update-by-responder-{name}", "the Responder starts the update and sends a key (M)", new("TGK", by_responder=True),
                    words="by_responder", flags=flags)
        yield refused(f"update-by-responder-l-{name}", "policy", "the Responder starts the update with a key, but M = 0",
                      new("TGK", by_responder=True), words="by_responder", flags=flags.replace("M", "L"))
    yield given("update-by-responder-answer", "the Responder starts the update, the Initiator answers with a key (L)",
                answer("TGK", by_responder=True), words="by_responder", flags="DEFGHIJLNO")


def old_ticket(call):
    found = ticket.find(read.message(call.init_octets)[1], "TICKET")
    return write.CODES["TICKET"], call.init_octets[found["offset"] + 1:found["offset"] + found["length"]]


def repeat_all(call):
    rands = [write.randr(write.RANDRR, call.randrr)] + ([write.randr(write.RANDRKMS, call.randrkms)] if call.on("I") else [])
    return new("TGK", repeated=[write.randr(write.RANDRI, call.randri), old_ticket(call)], resp_repeated=rands)


def repeat(call, role=None, value=b"", answered=False):
    """An update that repeats one thing, not as it was."""
    if role is not None:
        return new("TGK", **{"resp_repeated" if answered else "repeated": [write.randr(role, value)]})
    other = Call("another ticket", flags=call.flags, fixed={"tpk": call.tpk})
    other.init()
    return new("TGK", repeated=[(write.CODES["TICKET"], other.ticket() + old_ticket(call)[1][len(call.ticket()):])])


def policy_cases():
    for name, flags in (("fork", BOTH), ("nofork", NOFORK)):
        yield refused(f"update-no-l-{name}", "policy", "a KEMAC of the Initiator though L = 0", new("TGK"), flags=flags.replace("L", ""))
        yield refused(f"update-no-m-{name}", "policy", "a KEMAC of the Responder though M = 0", answer("TGK"), flags=flags.replace("M", ""))
        yield refused(f"update-other-randri-{name}", "policy", "another RANDRi than the old one",
                      lambda call: repeat(call, write.RANDRI, bytes(16)), flags=flags)
        yield refused(f"update-other-randrr-{name}", "policy", "another RANDRr than the old one",
                      lambda call: repeat(call, write.RANDRR, bytes(16), True), flags=flags)
        yield refused(f"update-other-ticket-{name}", "policy", "another TICKET than the old one", repeat, flags=flags)
    yield refused("update-other-randrkms", "policy", "another RANDRkms than the old one",
                  lambda call: repeat(call, write.RANDRKMS, bytes(16), True))
    yield refused("update-v0-answer", "policy", "an answer though V = 0", new("TGK", v=0), accepted=["pair_mismatch"])
    yield refused("update-unknown-policy", "policy", "a session with a policy that no SP has",
                  new("TGK", sessions=sessions("07", policies={0: (9,)})))
    yield refused("update-unknown-spi", "no_key", "an SPI that nobody has", {"sessions": sessions("09")})
    yield refused("update-empty-key", "no_key", "a TEK of no octets", {"init_keys": [Key("TEK", b"\7", b"")], "sessions": sessions("07")})


def on(name, make):
    return lambda call, messages: {name: make(messages[name])}


def changed_cases():
    reasons = {"initial_transfer_init": "init_mac", "initial_transfer_resp": "resp_mac", "transfer_init": "init_mac",
               "transfer_resp": "resp_mac"}
    for name, flags, prf in PLAINS:
        for which, reason in reasons.items():
            label = which.replace("_", "-").replace("-transfer", "")
            for what, kind in (("mac", "V"), ("t", "T")):
                yield refused(f"update-{reason.replace('_', '-')}-{label}-{what}-{name}", reason, f"an octet of {kind} in {which} changed",
                              new("TGK"), words="altered", flags=flags, prf=prf, alter=on(which, lambda m, k=kind: change.flip_last(m, k)))
    for which, reason in (("transfer_init", "init_mac"), ("transfer_resp", "resp_mac")):
        kemacs = {"init_keys": [("TGK", "07")], "resp_keys": [("TGK", "08")], "sessions": sessions("07"), "resp_sessions": sessions("08")}
        yield refused(f"update-kemac-{which.split('_')[1]}", reason, f"an octet of the KEMAC in {which} changed", kemacs, words="altered",
                      alter=on(which, lambda m: change.flip(m, change.payload(m, "KEMAC")["data_offset"] + 5)))
        yield refused(f"update-null-v-{which.split('_')[1]}", reason, f"V of {which} is NULL", kemacs, alter=on(which, change.bare_v))
    yield refused("update-ticket-mac", "ticket_mac", "an octet of the ticket changed", new("TGK"), words="altered",
                  alter=on("initial_transfer_init", lambda m: change.flip_last(m, "IDR", 2, "tp_data")))
    for which in reasons:
        yield refused(f"update-cut-{which.replace('_', '-')}", "malformed", f"{which} without its last octet", new("TGK"),
                      alter=on(which, lambda m: m[:-1]))
    for name, member, what in (("mpki", "mpki", "MPKi, by one who resolved the ticket"), ("mpkr", "mpkr", "MPKr as it was before forking")):
        yield refused(f"update-by-{name}", "init_mac", f"the update was made with {what}",
                      new("TGK", twist={"inkey": getattr(Call(f"update-by-{name}"), member)}), words="third_party")
    yield refused("update-label-1", "init_mac", "the update was made with label octet 01 though F = 1",
                  new("TGK", twist={"octet": crypto.IN_INIT}))


def other_update(seed, call, **fixed):
    other = Call(seed, flags=call.flags, prf=call.prf, fixed={"tpk": call.tpk} | fixed)
    other.init()
    made = Update(other, **new("TGK"))
    init = made.init()
    return {"transfer_init": init, "transfer_resp": made.resp()}


def pair_cases():
    for name, flags, prf in PLAINS:
        yield refused(f"update-other-csb-{name}", "pair_mismatch", "the update has another CSB ID", new("TGK", twist={"csb": b"\0\0\0\1"}),
                      accepted=["init_mac"], words="other_call", flags=flags, prf=prf)
        yield refused(f"update-unanswered-v1-{name}", "resp_missing", "V = 1 and no answer", new("TGK"), answered=False, flags=flags,
                      prf=prf)
    yield refused("update-other-call", "pair_mismatch", "the update of another call", new("TGK"), accepted=["init_mac"], words="other_call",
                  alter=lambda call, messages: other_update("another call", call))
    yield refused("update-other-call-same-csb", "init_mac", "the update of another call with the same CSB ID", new("TGK"),
                  words="other_call", alter=lambda call, messages: other_update("another call", call, csb=call.csb_id))
    yield refused("update-other-answer", "resp_mac", "the answer to another update of the same call", new("TGK"), words="other_call",
                  alter=lambda call, messages: {"transfer_resp": earlier_answer(call)})
    yield refused("update-resp-initial", "resp_mac", "the initial answer in place of the answer", new("TGK"),
                  alter=lambda call, messages: {"transfer_resp": messages["initial_transfer_resp"]})
    yield refused("update-resp-csb", "pair_mismatch", "the answer has another CSB ID", new("TGK"), accepted=["resp_mac"],
                  words="altered", alter=on("transfer_resp", lambda m: change.flip(m, 7)))
    yield refused("update-initial-missing", "resp_missing", "the answer of the initial exchange is missing", new("TGK"),
                  alter=lambda call, messages: {"initial_transfer_resp": None})
    yield refused("update-initial-is-update", "no_ticket", "the initial messages are the update too", new("TGK"),
                  alter=lambda call, messages: {"initial_" + name: messages[name] for name in ("transfer_init", "transfer_resp")})
    yield refused("update-alone", "no_ticket", "a CSB update with keys, without the initial exchange", new("TGK"),
                  alter=lambda call, messages: {"initial_transfer_init": None, "initial_transfer_resp": None})
    for name, who, parts in (("stranger", MALLORY, {}), ("nofork", ERIN, {"flags": NOFORK}), ("user", (1, b"sip:Alice@home1.example"), {})):
        yield refused(f"update-target-{name}", "target", "the target is neither party", new("TGK"), target=who, words="target_neither",
                      **parts)
    yield refused("update-target-uncovered", "target", "no forking: the ticket does not cover who answered", new("TGK"), target=CAROL,
                  flags=NOFORK, named=[BOB], answerer=CAROL, words="uncovered")


def earlier_answer(call):
    made = Update(call, **new("TGK", t_init=ntp(0xD6B43250, 8)))
    made.init()
    return made.resp()


def all():
    for cases in (key_cases, map_cases, f0_cases, by_responder_cases, policy_cases, changed_cases, pair_cases):
        yield from cases()
