"""get_keys cases about who is who: spelling, tickets that do not say who asked for them, answerers whom the ticket does not cover."""
from cases.common import DAVE, GROUPS, MALLORY, SALES, SUPPORT, given, refused
from mikeyref import write
from mikeyref.call import ALICE, BOB, CAROL, uri

NOFORK = "DFGHJNO"
ALICE_HOST, ALICE_SCHEME = uri("sip:alice@HOME1.EXAMPLE"), uri("SIP:alice@home1.example")
BOB_HOST, BOB_SCHEME, CAROL_HOST = uri("sip:bob@Home2.Example"), uri("Sip:bob@home2.example"), uri("sip:carol@HOME2.example")
SUPPORT_HOST = uri("SIP:it-support@HOME2.EXAMPLE")
NAI_ALICE, NAI_HOST = (write.NAI, b"alice@home1.example"), (write.NAI, b"alice@HOME1.Example")
TEL_BOB, TEL_CAPITALS = uri("tel:+15550100200"), uri("TEL:+15550100200")
PORT_BOB = uri("sip:bob@home2.example:5060;transport=tcp")


def octet_string(text):
    return write.BYTES, text.encode()


def spelled_cases():
    words = {"words": "spelling"}
    for name, who in (("host", ALICE_HOST), ("scheme", ALICE_SCHEME)):
        yield given(f"spelled-target-initiator-{name}", f"the {name} of the target in capitals, the target called", target=who, **words)
        yield given(f"spelled-initiator-{name}", f"the {name} of IDRi in capitals", target=ALICE, idri=who, **words)
    for name, who in (("host", BOB_HOST), ("scheme", BOB_SCHEME)):
        yield given(f"spelled-target-answerer-{name}", f"the {name} of the target in capitals, the target answered", target=who, **words)
        yield given(f"spelled-answerer-{name}", f"the {name} of IDRr in capitals: forked with the letters that were sent", target=BOB,
                    invited=who, **words)
    yield given("spelled-answerer-nofork", "no forking: the ticket names the answerer in capitals", target=BOB, named=[BOB_HOST],
                flags=NOFORK, **words)
    yield given("spelled-idri-differs", "the caller spells IDRi of TRANSFER_INIT otherwise than the ticket", target=ALICE,
                twist={"init_idri": ALICE_HOST}, **words)
    yield given("spelled-nai", "the host of a NAI in capitals", target=NAI_HOST, idri=NAI_ALICE, words="spelling nai")
    yield given("spelled-tel", "the scheme of a tel URI in capitals", target=TEL_CAPITALS, invited=TEL_BOB, **words)
    yield given("spelled-port", "a host in capitals before a port and a parameter", target=uri("sip:bob@HOME2.EXAMPLE:5060;transport=tcp"),
                invited=PORT_BOB, **words)
    for name, who, parts in (("initiator", uri("sip:ALICE@home1.example"), {}), ("answerer", uri("sip:Bob@home2.example"), {}),
                             ("nai", (write.NAI, b"Alice@home1.example"), {"idri": NAI_ALICE}),
                             ("all", uri("SIP:ALICE@HOME1.EXAMPLE"), {})):
        yield refused(f"spelled-user-{name}", "target", "the user part of the target in capitals", target=who,
                      words="spelling target_neither", **parts)
    yield refused("spelled-user-other", "target", "an initiator whose user part differs in one capital from the target", target=ALICE,
                  idri=uri("sip:aliCe@home1.example"), words="spelling target_neither")


def group_cases():
    group = {"words": "spelling group"}
    yield given("spelled-group-ticket", "the ticket spells the group in capitals", target=CAROL, named=[SUPPORT_HOST],
                invited=SUPPORT_HOST, answerer=CAROL, flags=NOFORK, **group)
    yield given("spelled-group-settings", "the KMS knows the group in capitals", target=CAROL, named=[SUPPORT], invited=SUPPORT,
                answerer=CAROL, flags=NOFORK, **group,
                settings={"groups": {SUPPORT_HOST[1].decode(): [BOB[1].decode(), CAROL[1].decode()]}})
    yield given("spelled-group-target", "the target is the group, in capitals", target=SUPPORT_HOST, named=[SUPPORT], invited=SUPPORT,
                answerer=CAROL, **group)
    yield given("spelled-group-idrr", "IDRr of the answer is the group, in capitals", target=BOB, named=[SUPPORT], invited=SUPPORT,
                answerer=SUPPORT_HOST, **group)
    yield given("spelled-member-answerer", "the member that answered spells its host in capitals", target=CAROL, named=[SUPPORT],
                invited=SUPPORT, answerer=CAROL_HOST, flags=NOFORK, **group)
    yield given("spelled-member-settings", "the KMS knows the member in capitals", target=CAROL, named=[SUPPORT], invited=SUPPORT,
                answerer=CAROL, flags=NOFORK, settings={"groups": {SUPPORT[1].decode(): [CAROL_HOST[1].decode()]}}, **group)
    yield refused("spelled-group-user", "target", "the ticket spells the user part of the group in capitals", target=SUPPORT,
                  named=[uri("sip:IT-Support@home2.example")], invited=SUPPORT, answerer=CAROL, words="spelling group")
    yield refused("spelled-member-user", "target", "a member whose user part is in capitals is another", target=CAROL, named=[SUPPORT],
                  invited=SUPPORT, answerer=SUPPORT, words="spelling group",
                  settings={"groups": {SUPPORT[1].decode(): ["sip:CAROL@home2.example"]}})
    yield refused("spelled-group-sole", "target", "no IDRr in the answer, the ticket names a group in capitals: no one is known",
                  target=SUPPORT, named=[SUPPORT_HOST], flags=NOFORK, twist={"no_answerer": True}, words="spelling group idrr_absent")


def octet_cases():
    """ID type 2: the type is not compared, the octets are."""
    who = octet_string("subscriber-4711")
    yield given("octets-initiator", "IDRi is a byte string", target=who, words="byte_string", idri=who)
    yield given("octets-answerer", "IDRr is a byte string", target=who, words="byte_string", invited=who)
    yield given("octets-uri", "a byte string that holds the octets of a URI", target=ALICE, words="byte_string",
                idri=octet_string("sip:alice@home1.example"))
    yield given("octets-types-differ", "IDRi is a byte string in the ticket and a URI in TRANSFER_INIT", target=ALICE, words="byte_string",
                twist={"ticket_idri": octet_string("sip:alice@home1.example")})
    yield refused("octets-capitals", "target", "a byte string in capitals is another", target=octet_string("SUBSCRIBER-4711"),
                  words="byte_string", idri=who)
    yield refused("octets-binary", "target", "a byte string that is no text", words="byte_string", idri=(write.BYTES, b"\xff\xfe\x00A"))


def no_asker_cases():
    """TP Data without IDRi: nobody but the Initiator itself says who it is."""
    words, bare = "no_ticket_idri", {"ticket_idri": None}
    for name, parts in (("fork", {}), ("nofork", {"flags": NOFORK}), ("prf1", {"prf": 1})):
        yield refused(f"no-asker-initiator-{name}", "target", "the ticket has no IDRi, the target is the one that TRANSFER_INIT names",
                      target=ALICE, words=words, twist=bare, **parts)
        yield given(f"no-asker-answerer-{name}", "the ticket has no IDRi, the target answered", target=BOB, words=words, twist=bare,
                    **parts)
    yield refused("no-asker-claimed", "target", "the ticket has no IDRi and TRANSFER_INIT names another than the caller", target=MALLORY,
                  words=words + " third_party", twist=bare | {"init_idri": MALLORY})
    yield refused("no-asker-f0", "target", "the ticket has no IDRi, no answer is sent", target=ALICE, words=words, flags="DHJNO",
                  answered=False, twist=bare)
    yield given("no-asker-f0-sole", "the ticket has no IDRi and names one responder, who is the target; no answer is sent", target=BOB,
                words=words, flags="DHJNO", twist=bare)


def uncovered_cases():
    """I = 0: whoever may resolve the ticket can name anybody as IDRr. With I = 1 the KMS forked for that IDRr."""
    words = "uncovered"
    for name, named in (("sole", [BOB]), ("two", [BOB, DAVE]), ("group", [SALES]), ("none", [])):
        parts = {"named": named, "answerer": CAROL, "flags": NOFORK, "words": words}
        what = {"sole": "another", "two": "two others", "group": "a group without it", "none": "no responder"}[name]
        yield refused(f"uncovered-{name}", "target", f"no forking: the ticket names {what}, the target is IDRr of the answer", target=CAROL,
                      **parts)
        yield given(f"uncovered-{name}-initiator", "the same, the target called", target=ALICE, **parts)
    yield refused("uncovered-prf1", "target", "256-bit algorithms, no forking: IDRr that the ticket does not cover", target=CAROL, prf=1,
                  answerer=CAROL, flags=NOFORK, words=words)
    yield refused("uncovered-invited", "target", "no forking: the target is IDRr of both messages, but not of the ticket", target=CAROL,
                  named=[BOB], invited=CAROL, flags=NOFORK, words=words)
    yield refused("uncovered-member", "target", "no forking: IDRr is a group that the ticket does not name, the target belongs to it",
                  target=CAROL, named=[BOB], answerer=SUPPORT, flags=NOFORK, words=words + " group")
    yield refused("uncovered-named", "target", "no forking: the ticket names the target, IDRr is another", target=BOB, named=[BOB],
                  answerer=CAROL, flags=NOFORK, words=words)
    yield given("uncovered-forked", "forking: the KMS chose IDRr, which the ticket does not name", target=CAROL, named=[BOB],
                answerer=CAROL, words=words)
    yield given("uncovered-forked-member", "forking: IDRr is a group that the ticket does not name, the target belongs to it", target=CAROL,
                named=[BOB], answerer=SUPPORT, words=words + " group")
    yield given("covered-member", "no forking: IDRr is a member of a named group", target=DAVE, named=[BOB, SALES], answerer=DAVE,
                flags=NOFORK, words=words + " group", settings={"groups": GROUPS})


def all():
    for cases in (spelled_cases, group_cases, octet_cases, no_asker_cases, uncovered_cases):
        yield from cases()
