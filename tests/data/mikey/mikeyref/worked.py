"""The worked exchange in two sets: A with the 128-bit algorithms, B with the 256-bit ones. Keys and RANDs are counting octets."""
import hashlib

from mikeyref import crypto, read, ticket, write
from mikeyref.call import BASE_SECONDS, Call, ntp
from mikeyref.exchange import Exchange
from mikeyref.write import Cs, Key

STARTS = {"tpk": 0x00, "mpk": 0x20, "psk 1": 0x80, "psk 2": 0xA0, "ticket rand": 0xC0, "randri request": 0x10, "randri": 0x30,
          "randrr resolve": 0x50, "randrr": 0x70, "randrkms": 0x90}
CSBS = {"csb request": "0a0b0c01", "csb": "0a0b0c02", "csb resolve": "0a0b0c03"}


def counting(start, octets):
    return bytes((start + at) & 0xFF for at in range(octets))


def exchange(letter):
    """The six messages are made by `messages()` of what this returns."""
    prf = "ab".index(letter)
    size = 32 if prf else 16
    stamps = {name: ntp(BASE_SECONDS, at) for at, name in
              enumerate(("TICKET", "REQUEST_INIT", "REQUEST_RESP", "TRANSFER_INIT", "RESOLVE_INIT", "RESOLVE_RESP", "TRANSFER_RESP"), 1)}
    fixed = {name: counting(start, size) for name, start in STARTS.items()}
    fixed |= {name: bytes.fromhex(value) for name, value in CSBS.items()} | {"t " + name: stamp for name, stamp in stamps.items()}
    call = Call("worked", prf=prf, fixed=fixed, t_ticket=stamps["TICKET"], t_init=stamps["TRANSFER_INIT"], t_resp=stamps["TRANSFER_RESP"],
                keys=[Key("TGK+SALT", b"\x02", counting(0x40, size), counting(0x60, 14))],
                sessions=[Cs(1, session=bytes.fromhex("11111111"), spi=b"\x02"), Cs(2)],
                resp_sessions=[Cs(1, session=bytes.fromhex("11111111"), spi=b"\x02"),
                               Cs(2, session=bytes.fromhex("22222222"), spi=b"\x02")])
    return Exchange(call)


def given(work):
    call, key = work.call, work.call.keys[0]
    return {"TPK": call.tpk, "MPK": call.mpk, "TGK": key.key, "SALT": key.salt, "PSK I-KMS": work.requester["key"],
            "PSK R-KMS": work.resolver["key"], "ticket RAND": call.ticket_rand, "RANDRi REQUEST": call.draw("randri request", 0),
            "RANDRi TRANSFER": call.randri, "RANDRr RESOLVE": call.draw("randrr resolve", 0), "RANDRr TRANSFER": call.randrr,
            "RANDRkms": call.randrkms}


def ticket_values(call, payload):
    keys = crypto.ticket_keys(call.prf, call.tpk, call.ticket_rand, call.algs)
    inside = payload["ticket_data"]
    return {"ticket encr_key": keys.encr, "ticket auth_key": keys.auth, "ticket salt_key": keys.salt, "MPKi": call.mpki, "MPKr": call.mpkr,
            "ticket IV": crypto.aes_cm_iv(keys.salt, crypto.NO_CSB, call.t_ticket),
            "ticket KEMAC plaintext": write.key_chain([Key("MPK", b"\x01", call.mpk), *call.keys]),
            "ticket KEMAC Encr data": ticket.octets_of(ticket.find(inside, "KEMAC")),
            "ticket V MAC": ticket.octets_of(inside[-1], "mac")}


def transfer_values(call, payload):
    vi, vr = payload["initiator_data"]
    octets = call.init_octets[vi["offset"] - 1:vr["offset"] + vr["length"]]
    return {"TRANSFER_INIT auth_key": call.init_auth_key, "Vr auth_key": crypto.vr_auth_key(call.prf, call.mpkr, call.algs[1]),
            "TRANSFER_INIT MAC (= Vi MAC)": bytes.fromhex(vi["mac"]), "Vr MAC": bytes.fromhex(vr["mac"]), "Initiator Data": octets,
            "TRANSFER_RESP auth_key": call.resp_auth_key}


def session_values(call):
    tgk, forked, out = call.keys[0].key, call.forked_keys()[0].key, {"MPKr'": call.mpkr_forked}
    out["TGK'"] = forked
    rands, size = (call.randri, call.randrr), call.size
    for cs_id in (1, 2):
        out[f"TEK CS {cs_id}"] = crypto.session_key(call.prf, crypto.SESSION_TEK, forked, cs_id, *rands, size)
        salt = crypto.session_key(call.prf, crypto.SESSION_SALT, forked, cs_id, *rands, 14)
        out[f"derived salt CS {cs_id} (only if no SALT carried)"] = salt
    out["TEK CS 1, no forking (inkey TGK)"] = crypto.session_key(call.prf, crypto.SESSION_TEK, tgk, 1, *rands, size)
    out["TEK CS 1, no forking, G=0 (RANDRi only)"] = crypto.session_key(call.prf, crypto.SESSION_TEK, tgk, 1, call.randri, b"", size)
    return out


def values(letter):
    """(exchange, messages, every named value)."""
    work = exchange(letter)
    messages = work.messages()
    call = work.call
    payload = ticket.find(read.message(messages["TRANSFER_INIT"])[1], "TICKET")
    out = given(work) | ticket_values(call, payload) | work.values | transfer_values(call, payload) | session_values(call)
    out["TRANSFER_RESP MAC"] = messages["TRANSFER_RESP"][-crypto.MAC_LENGTHS[call.algs[1]]:]
    out["REQUEST_RESP IV (T of REQUEST_INIT, alternative)"] = crypto.aes_cm_iv(
        work.values["REQUEST_RESP salt_key"], call.draw("csb request", 4), work.stamps["REQUEST_INIT"])
    return work, messages, out


def published_form(messages, out):
    """The same values as lines of set-a.txt and set-b.txt, keyed by name: either hexadecimal, or octet count and SHA-256."""
    lines = {name: value.hex() for name, value in out.items()}
    for name, octets in messages.items():
        lines[f"{name} ({len(octets)} octets)"] = octets.hex()
        lines[name] = f"{len(octets)} octets, SHA-256 {hashlib.sha256(octets).hexdigest()}"
    return lines
