"""What the cases share: the settings of the KMS, the flags that one can search for, and the frame of a get_keys case."""
from mikeyref.call import ALICE, Call, uri

NOW = 3602133604
SUPPORT, SALES, DAVE = uri("sip:it-support@home2.example"), uri("sip:*@sales.home2.example"), uri("sip:dave@sales.home2.example")
MALLORY, ERIN = uri("sip:mallory@home3.example"), uri("sip:erin@home2.example")
GROUPS = {"sip:it-support@home2.example": ["sip:bob@home2.example", "sip:carol@home2.example"],
          "sip:*@sales.home2.example": ["sip:dave@sales.home2.example"]}


def kms(**changes):
    return {"now_ntp": NOW, "allow_missing_resp": False, "allow_unprotected": False, "groups": GROUPS} | changes


def search_words(words, call):
    letters = "".join(letter for letter in "DEFGHIJKLMNO" if letter in call.flags)
    return [*words.split(), "ticket_" + letters, f"prf{call.prf}", f"encr{call.algs[0]}", f"auth{call.algs[1]}"]


def tpks(call, others=()):
    held = [{"id": (call.tpk_id or b"").hex(), "key": call.tpk.hex()}]
    return [{"id": name.hex(), "key": call.draw("tpk " + name.hex(), call.size).hex()} for name in others] + held


def frame(case_id, comment, words, call, target=ALICE, settings=None, others=(), **members):
    return {"id": case_id, "kind": "get_keys", "comment": comment, "flags": search_words(words, call), "tpk": tpks(call, others),
            "kms": kms(**(settings or {})), "transfer_init": None, "transfer_resp": None, "target": target[1].decode()} | members


def intermediate(call, answered):
    values = {"mpki": call.mpki, "mpkr": call.mpkr if call.on("I") else None, "mpkr_forked": call.mpkr_forked if answered else None,
              "init_auth_key": call.init_auth_key, "resp_auth_key": call.resp_auth_key if answered else None}
    return {name: value and value.hex() for name, value in values.items()}


def given(case_id, comment, words="ordinary", target=ALICE, settings=None, others=(), answered=None, **parts):
    """A case that is answered with keys; the parts make the call, its seed is the id unless they name one."""
    call = Call(**({"seed": case_id} | parts))
    answered = call.on("F") if answered is None else answered
    init = call.init().hex()
    resp = call.resp().hex() if answered else None
    words = words if answered else words + " no_resp"
    return frame(case_id, comment, words, call, target, settings, others) | {
        "transfer_init": init, "transfer_resp": resp, "expect": "keys", "reason": None,
        "crypto_sessions": call.session_keys(answered), "intermediate": intermediate(call, answered)}


def refused(case_id, reason, comment, accepted=(), words="refused", target=ALICE, settings=None, others=(), answered=True, alter=None,
            tpk=None, **parts):
    """A case that is refused. `alter` changes (TRANSFER_INIT, TRANSFER_RESP) after they were made, `tpk` the keys that are held."""
    call = Call(**({"seed": case_id} | parts))
    init = call.init()
    resp = call.resp() if answered else None
    if alter:
        init, resp = alter(call, init, resp)
    case = frame(case_id, comment, words, call, target, settings, others) | {
        "transfer_init": init.hex(), "transfer_resp": resp.hex() if resp is not None else None, "expect": "refuse", "reason": reason}
    if accepted:
        case["reasons_accepted"] = [reason, *accepted]
    return case | ({"tpk": tpk(call)} if tpk else {})
