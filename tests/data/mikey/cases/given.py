"""get_keys cases that are answered: flags, key types, algorithms, crypto sessions."""
from cases.common import given
from mikeyref import write
from mikeyref.call import gcm_policy, srtp_policy
from mikeyref.write import Cs

KEY_TYPES = ("TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT")
KW = {"algs": (2, 1), "spis": (b"\x00\x00\x01", b"\x00\x00\x03", b"\x00\x00\x04")}


def ssrc(number):
    return number.to_bytes(4, "big")


def sessions(*spis, first=1, policies=None):
    """One crypto session a SPI."""
    return [Cs(first + at, (policies or {}).get(at, (1,)), ssrc(0xA1 + at), bytes.fromhex(spi)) for at, spi in enumerate(spis)]


def short(kind):
    return kind.lower().replace("+", "-")


def flag_cases():
    for prf in (0, 1):
        for fork in ("I", ""):
            for rands in ("GH", "G", "H"):
                flags = f"DEF{rands}{fork}JNO"
                name = f"{'fork' if fork else 'nofork'}-{rands.lower()}-prf{prf}"
                used = {"GH": "both RANDs", "G": "RANDRr alone", "H": "RANDRi alone"}[rands]
                yield given(name, f"{used} in the session keys, {'forked' if fork else 'not forked'}", prf=prf, flags=flags,
                            keys=[("TGK", "02")])
        for fork, kind in (("", "TGK"), ("", "TEK+SALT"), ("I", "GTGK"), ("I", "TEK")):
            yield given(f"f0-{'fork' if fork else 'nofork'}-{short(kind)}-prf{prf}",
                        f"F = 0 with a {kind} in the ticket: no answer is sent", prf=prf, flags=f"DEH{fork}JNO", keys=[(kind, "02")])
    for flags, what in (("DFGHJNO", "E = 0 without forking"), ("DEFGHINO", "J = 0: not to be reused"), ("DEFGHIJO", "N = 0"),
                        ("DEFGHIJN", "O = 0"), ("DEFGHIJ", "N = O = 0"), ("DEFGHIJKNO", "K = 1: the KMS changed the policy"),
                        ("DEFGHIJLMNO", "L and M allow keys, none are sent"), ("EFGHILNO", "D = 0: the Initiator made the ticket"),
                        ("EFGHLNO", "D = 0 without forking")):
        yield given(f"flags-{flags.lower()}", what, flags=flags)
    yield given("flags-d0-l-kemac", "the Initiator made the ticket and sends the key too", flags="EFGHILNO", keys=[],
                init_keys=[("TEK+SALT", "02")])


def key_type_cases():
    for prf, fork in ((0, "I"), (0, ""), (1, "I")):
        for kind in KEY_TYPES:
            name = f"ticket-{short(kind)}-{'fork' if fork else 'nofork'}-prf{prf}"
            yield given(name, f"{kind} in the ticket", prf=prf, flags=f"DEFGH{fork}JNO", keys=[(kind, "02")])


def kemac_cases():
    for where, flag in (("init", "L"), ("resp", "M")):
        for prf, fork, kinds in ((0, "I", KEY_TYPES), (0, "", ("TGK", "TEK+SALT")), (1, "I", ("TGK+SALT", "TEK", "GTGK"))):
            for kind in kinds:
                name = f"{where}-kemac-{short(kind)}-{'fork' if fork else 'nofork'}-prf{prf}"
                yield given(name, f"{kind} in the KEMAC of TRANSFER_{where.upper()}, never forked", words="kemac ordinary", prf=prf,
                            flags=f"DEFGH{fork}JNO" + flag, keys=[], **{f"{where}_keys": [(kind, "05")]}, sessions=sessions("05", "05"))
    yield given("init-kemac-f0", "a TEK in the KEMAC of TRANSFER_INIT, no answer", words="kemac ordinary", flags="DHJLNO", keys=[],
                init_keys=[("TEK", "05")], sessions=sessions("05"))
    yield given("both-kemacs", "one key from the ticket, one from each KEMAC", words="kemac ordinary", flags="DEFGHIJLMNO",
                init_keys=[("TGK", "05")], resp_keys=[("TGK", "06")], sessions=sessions("02", "05", "06"))
    yield given("resp-kemac-two-teks", "two TEKs in the answer, one a direction", words="kemac ordinary", flags="DEFGHIJMNO", keys=[],
                resp_keys=[("TEK+SALT", "05"), ("TEK+SALT", "06")], sessions=[Cs(1), Cs(2)], resp_sessions=sessions("05", "06"))
    yield given("resp-kemac-g0", "G = 0: the keys of the answer have an empty RANDRr in their label too", words="kemac ordinary",
                flags="DEFHIJMNO", keys=[], resp_keys=[("TGK", "05")], sessions=sessions("05"))


def algorithm_cases():
    yield given("kw-ticket", "AES-KW-128 protects the ticket; SPIs of three octets make whole blocks", words="key_wrap ordinary",
                keys=[("TGK", "000002")], sessions=sessions("000002", "000002"), **KW)
    yield given("kw-ticket-salt", "AES-KW-128, TGK with salt", words="key_wrap ordinary", keys=[("TGK+SALT", "000002")],
                sessions=sessions("000002"), **KW)
    yield given("kw-nofork", "AES-KW-128 without forking", words="key_wrap ordinary", keys=[("TGK", "000002")], flags="DFGHJNO",
                sessions=sessions("000002"), **KW)
    yield given("kw-init-kemac", "AES-KW-128 in ticket and TRANSFER_INIT", words="key_wrap kemac", keys=[], flags="DEFGHIJLNO",
                init_keys=[("TEK", "000005")], sessions=sessions("000005"), **KW)
    yield given("kw-resp-kemac", "AES-KW-128 in ticket and TRANSFER_RESP", words="key_wrap kemac", keys=[], flags="DEFGHIJMNO",
                resp_keys=[("TGK", "000005"), ("TGK+SALT", "000006")], sessions=sessions("000005", "000006"), **KW)
    allow = {"allow_unprotected": True}
    for fork in ("I", ""):
        yield given(f"null-ticket-{'fork' if fork else 'nofork'}", "nothing protects the ticket, the KMS takes it", words="unprotected",
                    settings=allow, algs=(0, 0), flags=f"DEFGH{fork}JNO")
    yield given("null-ticket-prf1", "nothing protects the ticket, 256-bit algorithms in the messages", words="unprotected", settings=allow,
                prf=1, algs=(0, 0))
    yield given("null-ticket-no-psk-id", "nothing protects the ticket and no IDRpsk names a key", words="unprotected", settings=allow,
                algs=(0, 0), tpk_id=None)
    yield given("allowed-but-protected", "unprotected tickets are allowed, this one is protected", settings=allow)


def policy_cases():
    plain = {"keys": [("TGK", "02")]}
    yield given("sp-no-params", "an SP without parameters: the defaults of SRTP", policies=[write.sp(1, [])], **plain)
    yield given("sp-default-lengths", "an SP that leaves out the key lengths", policies=[srtp_policy(1, 16, p1=None, p4=None)], **plain)
    for octets, prf in ((16, 0), (32, 1)):
        yield given(f"sp-gcm-{8 * octets}", "AES-GCM: the derived salt has the 12 octets of the SP", words="gcm ordinary", prf=prf,
                    policies=[gcm_policy(1, octets)], **plain)
        yield given(f"sp-gcm-{8 * octets}-carried", "AES-GCM with a salt of 12 octets carried", words="gcm ordinary", prf=prf,
                    policies=[gcm_policy(1, octets)], keys=[("TGK+SALT", "02", None, 12)])
    yield given("sp-two-policies", "audio under policy 1, video under policy 9", policies=[srtp_policy(1, 16), srtp_policy(9, 16, p11=4)],
                sessions=sessions("02", "02", "02", "02", policies={2: (9,), 3: (9,)}), **plain)
    offered = [srtp_policy(1, 16), gcm_policy(2, 16)]
    for chosen in (1, 2):
        both = sessions("02", "02", policies={0: (1, 2), 1: (1, 2)})
        taken = sessions("02", "02", policies={0: (chosen,), 1: (chosen,)})
        yield given(f"sp-alternatives-{chosen}", f"two alternatives, the answer takes policy {chosen}", policies=offered, sessions=both,
                    resp_sessions=taken, **plain)
    yield given("sp-responder-supplies", "no policy in TRANSFER_INIT, the answer brings its own", policies=[],
                sessions=[Cs(1, ()), Cs(2, ())], resp_policies=[srtp_policy(7, 16)],
                resp_sessions=sessions("02", "02", policies={0: (7,), 1: (7,)}), **plain)
    yield given("sp-responder-own", "the answer points one crypto session to its own policy", resp_policies=[gcm_policy(4, 16)],
                resp_sessions=sessions("02", "02", policies={1: (4,)}), **plain)
    yield given("sp-zero", "policy number 0", policies=[srtp_policy(0, 16)], sessions=sessions("02", policies={0: (0,)}), **plain)
    yield given("sp-roc-rate", "SRTP parameters 13 to 19", policies=[srtp_policy(1, 16, p13=b"\x00\x0a", p14=2, p15=2, p16=20, p17=20,
                                                                                 p18=14, p19=14)],
                **plain)


def session_cases():
    for count in (1, 3, 4, 8):
        yield given(f"cs-{count}", f"{count} crypto sessions", keys=[("TGK", "02")], sessions=sessions(*["02"] * count))
    yield given("cs-high-ids", "CS IDs that do not start at 1", keys=[("TGK", "02")], sessions=sessions("02", "02", "02", first=253))
    yield given("cs-out-of-order", "CS IDs 7, 2, 5: the order of the final map", keys=[("TGK", "02")],
                sessions=[Cs(number, session=ssrc(number), spi=b"\x02") for number in (7, 2, 5)])
    yield given("cs-added", "the answer adds two crypto sessions", sessions=sessions("02"), resp_sessions=sessions("02", "02", "02"))
    yield given("cs-completed", "the answer fills in SSRC and SPI", sessions=[Cs(1), Cs(2)], resp_sessions=sessions("02", "02"))
    yield given("cs-roc-seq", "S = 1: ROC and SEQ follow the SSRC",
                sessions=[Cs(1, session=ssrc(1) + bytes.fromhex("00000007ffee"), spi=b"\x02", s=1)])
    yield given("cs-ssrc-zero", "SSRC 0 is an ordinary value in a GENERIC-ID map", sessions=[Cs(1, session=ssrc(0), spi=b"\x02")])
    yield given("spi-two-tgks", "two TGKs, crossed by the answer", keys=[("TGK", "02"), ("TGK+SALT", "03")], sessions=sessions("02", "03"),
                resp_sessions=sessions("03", "02"))
    yield given("spi-four-kinds", "a key of each kind, chosen by SPI",
                keys=[("TGK", "21"), ("TEK+SALT", "22"), ("GTGK+SALT", "23"), ("TEK", "24")], sessions=sessions("24", "23", "22", "21"))
    yield given("spi-four-octets", "SPIs of four octets that differ in the last bit", keys=[("TGK", "a0b0c0d0"), ("TGK", "a0b0c0d1")],
                sessions=sessions("a0b0c0d1", "a0b0c0d0"))
    yield given("spi-prefix", "one SPI is the start of another", keys=[("TGK", "0102"), ("TGK", "01"), ("TGK", "010203")],
                sessions=sessions("01", "010203", "0102"))
    yield given("spi-leading-zero", "00, 0000 and 000000 are three SPIs", keys=[("TGK", "000000"), ("TGK", "00"), ("TGK", "0000")],
                sessions=sessions("00", "0000", "000000"))
    yield given("spi-255-octets", "an SPI of 255 octets", keys=[("TGK", "ab" * 255), ("TGK", "ab" * 254)], sessions=sessions("ab" * 255))


def all():
    for cases in (flag_cases, key_type_cases, kemac_cases, algorithm_cases, policy_cases, session_cases):
        yield from cases()
