"""A case against the reference: what differs."""
from mikeyref import crypto, read, solve, ticket, write
from mikeyref.ticket import find, octets_of, stamp_of


def differences(case):
    return {"decode": decode, "get_keys": get_keys, "exchange": exchange}[case["kind"]](case)


def decode(case):
    try:
        name, payloads = read.message(bytes.fromhex(case["message"]))
    except read.Malformed as fault:
        if case["expect"] == "valid":
            return [f"malformed: {fault}"]
        got = {"reason": "malformed", "offset": fault.offset, "payload_offset": fault.payload}
        return [f"{k} is {v}" for k, v in got.items() if case[k] != v]
    if case["expect"] != "valid":
        return ["it can be read"]
    return [what for what, same in (("data_type", name == case["data_type"]), ("payloads", payloads == case["payloads"])) if not same]


def get_keys(case):
    try:
        sessions, intermediate = solve.get_keys(case)
    except solve.Refused as refused:
        return [] if case["expect"] == "refuse" and refused.reason == case["reason"] else [f"refused: {refused}"]
    if case["expect"] != "keys":
        return ["keys were given"]
    wrong = [] if sessions == case["crypto_sessions"] else ["crypto_sessions"]
    return wrong + [name for name, value in intermediate.items() if case["intermediate"].get(name) != value]


def exchange(case):
    """Opens each message with the keys of the party that may."""
    wrong, messages = [], {name: text and bytes.fromhex(text) for name, text in case["messages"].items()}
    for name, octets in messages.items():
        if octets and read.message(octets)[0] != name:
            wrong.append(f"{name} has another data type")
    psks = [bytes.fromhex(psk["key"]) for psk in case["psk"]]
    secrets = case["secrets"]
    asked = _answer(messages, "REQUEST_INIT_PSK", "REQUEST_RESP", psks[0])
    resolved = _answer(messages, "RESOLVE_INIT_PSK", "RESOLVE_RESP", psks[1])
    for what, keys, mpkr in (("REQUEST_RESP", asked, "mpkr"), ("RESOLVE_RESP", resolved, "mpkr_forked")):
        if keys is None:
            wrong.append(f"a MAC around {what}")
        elif [k.key.hex() for k in keys if k.type == "MPK"] != [k for k in (secrets["mpki"], secrets[mpkr]) if k]:
            wrong.append(f"the MPKs of {what}")
    held = [{"type": k.type, "spi": k.spi.hex(), "key": k.key.hex(), "salt": k.salt and k.salt.hex()} for k in asked or []
            if k.type != "MPK"]
    if held != secrets["ticket_keys"]:
        wrong.append("ticket_keys")
    return wrong + _transfer(case, secrets)


def _transfer(case, secrets):
    kms = {"now_ntp": 3602133604, "allow_missing_resp": False, "allow_unprotected": False, "groups": {}}
    asked = {"tpk": case["tpk"], "kms": kms, "transfer_init": case["messages"]["TRANSFER_INIT"], "target": case["psk"][0]["subscriber"],
             "transfer_resp": case["messages"]["TRANSFER_RESP"]}
    try:
        sessions, intermediate = solve.get_keys(asked)
    except solve.Refused as refused:
        return [f"refused: {refused}"]
    wrong = [] if sessions == case["crypto_sessions"] else ["crypto_sessions"]
    return wrong + [n for n in ("mpki", "mpkr", "mpkr_forked") if intermediate[n] != secrets[n]]


def _answer(messages, init_name, resp_name, psk):
    """The keys in an answer of the KMS, or None where a MAC is wrong."""
    init, resp = messages[init_name], messages[resp_name]
    (_, before), (_, after) = read.message(init), read.message(resp)
    ri, rr = (octets_of(find(before, "RANDR", role)) or b"" for role in (write.RANDRI, write.RANDRR))
    asker = find(before, "IDR", write.INITIATOR) or find(before, "IDR", write.RESPONDER)
    named = octets_of(asker) + octets_of(find(before, "IDR", write.KMS))
    kemac = find(after, "KEMAC")
    for octets, payloads, octet, extra in ((init, before, crypto.IN_INIT, named), (resp, after, crypto.IN_RESP, init)):
        hdr, mac = payloads[0], payloads[-1]
        csb_id = bytes.fromhex(hdr["csb_id"])
        keys = crypto.message_keys(hdr["prf"], psk, csb_id, octet, ri, rr, (kemac["encr_alg"], mac["auth_alg"]))
        if crypto.mac(mac["auth_alg"], keys.auth, octets[:mac["mac_offset"]] + extra) != octets_of(mac, "mac"):
            return None
    return ticket.keys_in(crypto.decrypt(kemac["encr_alg"], keys, csb_id, stamp_of(find(after, "T")), octets_of(kemac)))
