"""Octets to the `payloads` of a decode case. Nothing is verified or decrypted here.

Every payload is a dict with `payload`, `offset`, `length`, `next` and its fields; octets are hexadecimal, integers are numbers. All
offsets count from the start of the message.
"""
from mikeyref.crypto import MAC_LENGTHS
from mikeyref.write import DATA_TYPES, KEY_TYPES, NAMES

STAMP_LENGTHS = {0: 8, 1: 8, 2: 4, 3: 4}
HASH_LENGTHS = {0: 20, 1: 16, 2: 32}
DH_LENGTHS = {0: 192, 1: 96, 2: 128}
BASE_TICKETS = {(1, 1, 1), (2, 1, 1)}
OUTER_ONLY = ("TP", "TICKET")


class Malformed(Exception):
    """`offset` is the first octet that cannot be read, `payload` the start of the message's payload that it lies in."""

    def __init__(self, offset, text):
        super().__init__(f"{text} at {offset}")
        self.offset, self.payload = offset, None


class Reader:
    """A window of the message."""

    def __init__(self, octets, at, end):
        self.octets, self.at, self.end = octets, at, end

    def take(self, count, what):
        if self.at + count > self.end:
            raise Malformed(self.at, f"{what}: {count} octets wanted, {self.end - self.at} left")
        self.at += count
        return self.octets[self.at - count:self.at]

    def number(self, count, what):
        return int.from_bytes(self.take(count, what), "big")

    def known(self, table, what):
        """An octet that must be in the table, and what the table has for it."""
        value = self.number(1, what)
        if value not in table:
            raise Malformed(self.at - 1, f"{what} {value} is unknown")
        return value, table[value]

    def sized(self, width, what):
        count = self.number(width, f"length of {what}")
        return self.take(count, what)

    def window(self, width, what):
        """The next counted octets as a reader of their own."""
        count = self.number(width, f"length of {what}")
        self.take(count, what)
        return Reader(self.octets, self.at - count, self.at)


def _stamp(r):
    kind, count = r.known(STAMP_LENGTHS, "TS type")
    return {"ts_type": kind, "value": r.take(count, "timestamp").hex()}


def _t(r):
    return _stamp(r)


def _tr(r):
    return {"role": r.number(1, "TS role"), **_stamp(r)}


def _rand(r):
    return {"data": r.sized(1, "RAND").hex()}


def _randr(r):
    return {"role": r.number(1, "RAND role"), **_rand(r)}


def _id(r):
    return {"id_type": r.number(1, "ID type"), "data": r.sized(2, "ID").hex()}


def _idr(r):
    return {"role": r.number(1, "ID role"), **_id(r)}


def _cert(r):
    return {"cert_type": r.number(1, "certificate type"), "data": r.sized(2, "certificate").hex()}


def _chash(r):
    func, count = r.known(HASH_LENGTHS, "hash function")
    return {"hash_func": func, "data": r.take(count, "hash").hex()}


def _mac(r, name):
    alg, count = r.known(MAC_LENGTHS, name)
    out = {name: alg}
    if count:
        out["mac_offset"] = r.at
    return {**out, "mac": r.take(count, "MAC").hex()}


def _kemac(r):
    alg = r.number(1, "encryption algorithm")
    inside = r.window(2, "encrypted data")
    out = {"encr_alg": alg, "data_offset": inside.at, "data": inside.octets[inside.at:inside.end].hex()}
    if alg == 0 and inside.at < inside.end:
        out["key_data"] = key_data(inside)
    return {**out, **_mac(r, "mac_alg")}


def _v(r):
    return _mac(r, "auth_alg")


def _pke(r):
    head = r.number(2, "PKE length")
    return {"c": head >> 14, "data": r.take(head & 0x3FFF, "PKE data").hex()}


def _validity(r, kv, at):
    if kv == 0:
        return {}
    if kv == 1:
        return {"spi": r.sized(1, "SPI").hex()}
    if kv == 2:
        return {"valid_from": r.sized(1, "Valid From").hex(), "valid_to": r.sized(1, "Valid To").hex()}
    raise Malformed(at, f"key validity {kv} is unknown")


def _dh(r):
    group, count = r.known(DH_LENGTHS, "D-H group")
    value = r.take(count, "D-H value").hex()
    kv = r.number(1, "key validity") & 15
    return {"group": group, "data": value, "kv": kv, **_validity(r, kv, r.at - 1)}


def _sp(r):
    out = {"policy": r.number(1, "policy number"), "prot_type": r.number(1, "protocol type"), "params": []}
    inside = r.window(2, "policy parameters")
    while inside.at < inside.end:
        out["params"].append({"type": inside.number(1, "parameter type"), "value": inside.sized(1, "parameter").hex()})
    return out


def _err(r):
    out = {"error": r.number(1, "error number")}
    r.take(2, "reserved")
    return out


def _general_ext(r):
    return {"type": r.number(1, "extension type"), "data": r.sized(2, "extension").hex()}


def _policy(r):
    out = {"ticket_type": r.number(2, "ticket type"), "subtype": r.number(1, "subtype"), "version": r.number(1, "version")}
    first, second, third = r.take(3, "PRF and flags")
    bits = (first & 1) << 11 | second << 3 | third >> 5
    out |= {"prf": first >> 1, "flags": "".join(f for at, f in enumerate("DEFGHIJKLMNO") if bits >> (11 - at) & 1)}
    inside = r.window(2, "TP Data")
    out["tp_data"] = led_chain(inside)
    return out


def _ticket(r):
    out = _policy(r)
    inside = r.window(2, "Ticket Data")
    kind, data = (out["ticket_type"], out["subtype"], out["version"]), inside.octets[inside.at:inside.end].hex()
    if kind in BASE_TICKETS:
        out["ticket_data"] = ticket_data(inside)
    else:
        out["ticket_data"] = tried_ticket_data(inside) or data if kind[0] == 2 else data
    inside = r.window(2, "Initiator Data")
    out["initiator_data"] = initiator_data(inside) if inside.at < inside.end else None
    return out


PAYLOADS = {"KEMAC": _kemac, "PKE": _pke, "DH": _dh, "T": _t, "ID": _id, "CERT": _cert, "CHASH": _chash, "V": _v, "SP": _sp,
            "RAND": _rand, "ERR": _err, "TR": _tr, "IDR": _idr, "RANDR": _randr, "TP": _policy, "TICKET": _ticket,
            "GENERAL_EXT": _general_ext}


def _sign(r):
    start = r.at
    head = r.number(2, "signature length")
    data = r.take(head & 0x0FFF, "signature").hex()
    return {"payload": "SIGN", "offset": start, "length": r.at - start, "sign_type": head >> 12, "data": data}


def _one(r, name, fields):
    start = r.at
    following = r.number(1, "next payload")
    body = fields(r)
    return {"payload": name, "offset": start, "length": r.at - start, "next": following, **body}


def chain(r, first, next_at, top=False, unknown_ends=False):
    """Payloads until Next is 0 or SIGN has been read. Inside a ticket an unknown payload ends the chain, and so does TP or TICKET."""
    out, code = [], first
    while code:
        if code == 4:
            out.append(_sign(r))
            return out
        if NAMES.get(code) not in PAYLOADS or (unknown_ends and NAMES[code] in OUTER_ONLY):
            if unknown_ends:
                rest = r.take(r.end - r.at, "payload")
                return out + [{"payload": "unknown", "offset": r.end - len(rest), "length": len(rest), "code": code, "data": rest.hex()}]
            raise Malformed(next_at, f"next payload {code} is unknown")
        try:
            next_at = r.at
            out.append(_one(r, NAMES[code], PAYLOADS[NAMES[code]]))
        except Malformed as fault:
            if top:
                fault.payload = next_at
            raise
        code = out[-1]["next"]
    return out


def _finished(r, out):
    if r.at < r.end:
        raise Malformed(r.at, "octets behind the last payload")
    return out


def led_chain(r):
    first = r.number(1, "first payload")
    return _finished(r, chain(r, first, r.at - 1, unknown_ends=True))


def initiator_data(r):
    """Vi and Vr. The Next octet of Vi is 9, or 0 as in the V that it repeats."""
    first = r.number(1, "first payload")
    if not first:
        raise Malformed(r.at - 1, "Initiator Data without payloads")
    out = chain(r, first, r.at - 1, unknown_ends=True)
    if len(out) == 1 and out[0]["payload"] == "V" and r.at < r.end:
        out += chain(r, 9, r.at, unknown_ends=True)
    return _finished(r, out)


def ticket_data(r):
    head = _one(r, "THDR", lambda inner: {"data": inner.sized(2, "THDR data").hex()})
    return _finished(r, [head] + chain(r, head["next"], head["offset"], unknown_ends=True))


def tried_ticket_data(r):
    """Type 2 by other numbers than those of the base ticket, which 3GPP has given out: the same layout, or None."""
    try:
        out = ticket_data(r)
    except Malformed:
        return None
    names = [p["payload"] for p in out]
    return out if names[-1] == "V" and {"T", "RAND", "KEMAC"} <= set(names) else None


def _key(r):
    head, head_at = r.number(1, "key type"), r.at - 1
    if head >> 4 not in KEY_TYPES:
        raise Malformed(r.at - 1, f"key data type {head >> 4} is unknown")
    kind = KEY_TYPES[head >> 4]
    out = {"type": kind, "kv": head & 15, "key": r.sized(2, "key").hex()}
    out["salt"] = r.sized(2, "salt").hex() if kind.endswith("+SALT") else None
    return {**out, **_validity(r, head & 15, head_at)}


def key_data(r):
    """The key data sub-payloads of a KEMAC: no octet leads them."""
    out = [_one(r, "KEY_DATA", _key)]
    while out[-1]["next"]:
        if out[-1]["next"] != 20:
            raise Malformed(out[-1]["offset"], "no key data follows")
        out.append(_one(r, "KEY_DATA", _key))
    return _finished(r, out)


def _srtp_id(r, cs_id):
    start = r.at
    return {"offset": start, "length": 9, "cs_id": cs_id, "policy": r.number(1, "policy number"), "ssrc": r.take(4, "SSRC").hex(),
            "roc": r.number(4, "ROC")}


def _generic_id(r):
    start = r.at
    out = {"offset": start, "cs_id": r.number(1, "CS ID"), "prot_type": r.number(1, "protocol type")}
    head = r.number(1, "S and #P")
    out |= {"s": head >> 7, "policies": list(r.take(head & 0x7F, "Ps")), "session_data": r.sized(2, "Session Data").hex(),
            "spi": r.sized(1, "SPI").hex()}
    return {**out, "length": r.at - start}


def _hdr(r):
    version = r.number(1, "version")
    if version != 1:
        raise Malformed(0, f"version {version}")
    kind, _ = r.known(DATA_TYPES, "data type")
    following, flags = r.number(1, "next payload"), r.number(1, "V and PRF")
    out = {"payload": "HDR", "offset": 0, "version": version, "data_type": kind, "next": following, "v": flags >> 7,
           "prf": flags & 0x7F, "csb_id": r.take(4, "CSB ID").hex()}
    count = r.number(1, "#CS")
    map_type, _ = r.known({0: None, 1: None, 2: None}, "CS ID map type")
    blocks = {0: lambda at: _srtp_id(r, at + 1), 2: lambda at: _generic_id(r)}
    out |= {"map_type": map_type, "cs": [blocks[map_type](at) for at in range(count)] if map_type != 1 else []}
    return {**out, "length": r.at}


def message(octets):
    """The data type's name and the payloads."""
    r, hdr = Reader(octets, 0, len(octets)), None
    try:
        hdr = _hdr(r)
        payloads = [hdr] + chain(r, hdr["next"], 2, top=True)
        _finished(r, payloads)
    except Malformed as fault:
        if fault.payload is None:
            fault.payload = 0 if hdr is None or fault.offset < hdr["length"] else fault.offset
        raise
    return DATA_TYPES[hdr["data_type"]], payloads
