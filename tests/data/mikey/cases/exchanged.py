"""exchange cases: all messages of a call, PSK variants."""
from cases.common import SUPPORT, search_words
from cases.given import KW, sessions
from mikeyref.call import BOB, CAROL, Call, gcm_policy, uri
from mikeyref.exchange import Exchange
from mikeyref.write import Key


def case(case_id, comment, wanted=None, words="", **parts):
    return from_exchange(case_id, comment, Exchange(Call(**({"seed": case_id} | parts)), wanted), words)


def from_exchange(case_id, comment, work, words=""):
    call = work.call
    messages = {name: octets and octets.hex() for name, octets in work.messages().items()}
    held = [{"type": k.type, "spi": k.spi.hex(), "key": k.key.hex(), "salt": k.salt and k.salt.hex()} for k in call.keys]
    secrets = {"mpk": call.mpk, "mpki": call.mpki, "mpkr": call.mpkr if call.on("I") else None, "mpkr_forked": call.mpkr_forked}
    return {"id": case_id, "kind": "exchange", "comment": comment, "flags": search_words(words, call), "expect": "keys",
            "tpk": [{"id": call.tpk_id.hex(), "key": call.tpk.hex()}], "psk": work.psks(), "messages": messages,
            "secrets": {name: value and value.hex() for name, value in secrets.items()} | {"ticket_keys": held},
            "crypto_sessions": call.session_keys()}


def all():
    for prf in (0, 1):
        yield case(f"exchange-fork-prf{prf}", "six messages of a forked call", prf=prf)
        yield case(f"exchange-nofork-prf{prf}", "six messages of a call without forking", prf=prf, flags="DFGHJNO")
        yield case(f"exchange-gtgk-prf{prf}", "a GTGK, which is never forked", prf=prf, keys=[("GTGK+SALT", "02")])
        yield case(f"exchange-tek-prf{prf}", "a TEK for all crypto sessions", prf=prf, keys=[("TEK+SALT", "02")])
        yield case(f"exchange-four-prf{prf}", "four crypto sessions under two TGKs, one with salt", prf=prf,
                   keys=[("TGK+SALT", "02"), ("TGK", "05")], sessions=sessions("02", "02", "05", "05"))
    yield case("exchange-f0", "F = 0: five messages", flags="DHJNO", keys=[("TGK", "02")], words="no_resp")
    yield case("exchange-g0", "G = 0: no RANDRr in the Transfer", flags="DEFHIJNO")
    wanted = {"keys": [Key("TGK", b"\x02", bytes(16)), Key("TGK+SALT", b"\x05", bytes(16), bytes(14))], "apps": [uri("urn:mmtel")],
              "named": [BOB, SUPPORT], "flags": "DEFGHIJNO"}
    yield case("exchange-policy-changed", "the KMS grants less than was asked for: K = 1", wanted, flags="DEFGHIJKNO", keys=[("TGK", "02")])
    yield case("exchange-group", "a group is called, one of its members resolves and answers", named=[SUPPORT], invited=SUPPORT,
               answerer=CAROL)
    yield case("exchange-kemacs", "keys in both Transfer messages beside those of the ticket", flags="DEFGHIJLMNO",
               init_keys=[("TGK", "05")], resp_keys=[("TEK+SALT", "06")], sessions=sessions("02", "05", "06"))
    yield case("exchange-kw", "AES-KW-128 in ticket and answers", words="key_wrap", keys=[("TGK", "000002")], sessions=sessions("000002"),
               **KW)
    yield case("exchange-type2", "Ticket Type 2", kind=(2, 1, 1))
    yield case("exchange-gcm", "AES-GCM with derived salts of 12 octets", prf=1, keys=[("TGK", "02")], policies=[gcm_policy(1, 32)])
