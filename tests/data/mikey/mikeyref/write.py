"""Payloads and messages as octets [RFC 3830 section 6, RFC 6043 section 6].

A payload is a pair (code point, octets behind its Next octet); `chain` sets the Next octets. SIGN alone has no Next octet.
"""
from dataclasses import dataclass, field

NAMES = {1: "KEMAC", 2: "PKE", 3: "DH", 4: "SIGN", 5: "T", 6: "ID", 7: "CERT", 8: "CHASH", 9: "V", 10: "SP", 11: "RAND", 12: "ERR",
         13: "TR", 14: "IDR", 15: "RANDR", 16: "TP", 17: "TICKET", 20: "KEY_DATA", 21: "GENERAL_EXT"}
CODES = {name: code for code, name in NAMES.items()}

DATA_TYPES = {0: "PSK_I_MESSAGE", 1: "PSK_VER_MSG", 2: "PK_I_MESSAGE", 3: "PK_VER_MSG", 4: "DH_INIT", 5: "DH_RESP", 6: "ERROR",
              11: "REQUEST_INIT_PSK", 12: "REQUEST_INIT_PK", 13: "REQUEST_RESP", 14: "TRANSFER_INIT", 15: "TRANSFER_RESP",
              16: "RESOLVE_INIT_PSK", 17: "RESOLVE_INIT_PK", 18: "RESOLVE_RESP"}
TYPE_CODES = {name: code for code, name in DATA_TYPES.items()}

KEY_TYPES = {0: "TGK", 1: "TGK+SALT", 2: "TEK", 3: "TEK+SALT", 4: "GTGK", 5: "GTGK+SALT", 6: "MPK"}
KEY_CODES = {name: code for code, name in KEY_TYPES.items()}

NAI, URI, BYTES = 0, 1, 2
INITIATOR, RESPONDER, KMS, PSK, APPLICATION = 1, 2, 3, 4, 5
RANDRI, RANDRR, RANDRKMS = 1, 2, 3
TRI, TRS, TRE, TRR = 1, 2, 3, 4
NTP_UTC, NTP, COUNTER, NTP_UTC_32 = 0, 1, 2, 3


def u8(value):
    return bytes([value])


def u16(value):
    return value.to_bytes(2, "big")


def sized8(octets):
    return u8(len(octets)) + octets


def sized16(octets):
    return u16(len(octets)) + octets


@dataclass
class Key:
    """A key data sub-payload. kv: 0 none, 1 SPI, 2 interval (`spi` unused, `interval` a pair)."""
    type: str
    spi: bytes
    key: bytes
    salt: bytes = None
    kv: int = 1
    interval: tuple = (b"", b"")


@dataclass
class Cs:
    """A crypto session in a GENERIC-ID map."""
    cs_id: int
    policies: tuple = (1,)
    session: bytes = b""
    spi: bytes = b""
    s: int = 0
    prot: int = 0

    def octets(self):
        head = u8(self.cs_id) + u8(self.prot) + u8(self.s << 7 | len(self.policies)) + bytes(self.policies)
        return head + sized16(self.session) + sized8(self.spi)


@dataclass
class Hdr:
    type: str
    csb_id: bytes
    prf: int = 0
    v: int = 0
    sessions: list = field(default_factory=list)
    map_type: int = 2
    version: int = 1

    def octets(self, following):
        head = u8(self.version) + u8(TYPE_CODES[self.type]) + u8(following) + u8(self.v << 7 | self.prf) + self.csb_id
        blocks = b"".join(s if isinstance(s, bytes) else s.octets() for s in self.sessions)
        return head + u8(len(self.sessions)) + u8(self.map_type) + blocks


def chain(payloads, last=0):
    """(first code point, octets)."""
    out = b""
    codes = [code for code, _ in payloads] + [last]
    for (code, body), following in zip(payloads, codes[1:]):
        out += body if code == CODES["SIGN"] else u8(following) + body
    return codes[0], out


def led_chain(payloads):
    """A chain behind the octet that names its first payload; no octets at all for an empty one."""
    first, octets = chain(payloads)
    return u8(first) + octets if payloads else b""


def message(hdr, payloads):
    first, octets = chain(payloads)
    return hdr.octets(first) + octets


def t(stamp):
    return CODES["T"], u8(stamp[0]) + stamp[1]


def tr(role, stamp):
    return CODES["TR"], u8(role) + u8(stamp[0]) + stamp[1]


def rand(value):
    return CODES["RAND"], sized8(value)


def randr(role, value):
    return CODES["RANDR"], u8(role) + sized8(value)


def id_(id_type, data):
    return CODES["ID"], u8(id_type) + sized16(data)


def idr(role, identity):
    """`identity` is (ID type, ID Data)."""
    return CODES["IDR"], u8(role) + u8(identity[0]) + sized16(identity[1])


def cert(cert_type, data):
    return CODES["CERT"], u8(cert_type) + sized16(data)


def chash(func, value):
    return CODES["CHASH"], u8(func) + value


def pke(c, data):
    return CODES["PKE"], u16(c << 14 | len(data)) + data


def dh(group, value, kv=0, kv_data=b""):
    return CODES["DH"], u8(group) + value + u8(kv) + kv_data


def sign(sign_type, data):
    return CODES["SIGN"], u16(sign_type << 12 | len(data)) + data


def v(auth_alg, value):
    return CODES["V"], u8(auth_alg) + value


def sp(policy, params, prot=0):
    """`params` is a list of (type, value octets)."""
    return CODES["SP"], u8(policy) + u8(prot) + sized16(b"".join(u8(k) + sized8(value) for k, value in params))


def err(number):
    return CODES["ERR"], u8(number) + b"\0\0"


def general_ext(kind, data):
    return CODES["GENERAL_EXT"], u8(kind) + sized16(data)


def thdr(data):
    """THDR has no code point: it stands first in Ticket Data."""
    return None, sized16(data)


def kemac(encr_alg, data, mac_alg=0, mac=b""):
    return CODES["KEMAC"], u8(encr_alg) + sized16(data) + u8(mac_alg) + mac


def key_data(key):
    body = u8(KEY_CODES[key.type] << 4 | key.kv) + sized16(key.key)
    if key.type.endswith("+SALT"):
        body += sized16(key.salt)
    body += {0: b"", 1: sized8(key.spi), 2: sized8(key.interval[0]) + sized8(key.interval[1])}[key.kv]
    return CODES["KEY_DATA"], body


def key_chain(keys):
    return chain([key_data(key) for key in keys])[1]


def flag_octets(prf, flags):
    """Octets 5 to 7 of TP and TICKET."""
    bits = {name: flags.count(name) for name in "DEFGHIJKLMNO"}
    middle = sum(bits[name] << (7 - at) for at, name in enumerate("EFGHIJKL"))
    return bytes([prf << 1 | bits["D"], middle, bits["M"] << 7 | bits["N"] << 6 | bits["O"] << 5])


def policy(kind, prf, flags, tp_data):
    """What TP and TICKET share, without the Next octet. `kind` is (ticket type, subtype, version)."""
    return u16(kind[0]) + u8(kind[1]) + u8(kind[2]) + flag_octets(prf, flags) + sized16(tp_data)
