"""The base ticket [RFC 6043 section 6.10 and appendix A]: building, opening, and the flags that go together."""
from mikeyref import crypto, read, write


def base_ticket(kind, prf, flags, tp_data, body, secrets, algs, extra=(), spoil=None, whole=None):
    """Octets of TICKET from Ticket Type to the end of Ticket Data. `body`: thdr, stamp, rand, psk_id; `extra` payloads stand before V.

    `secrets` is (TPK, octets that the KEMAC holds), `algs` (encryption, authentication); `spoil` changes the encrypted data, `whole`
    stands in place of the Ticket Data.
    """
    if whole is not None:
        return write.policy(kind, prf, flags, tp_data) + write.sized16(whole)
    keys = crypto.ticket_keys(prf, secrets[0], body["rand"], algs)
    data = crypto.encrypt(algs[0], keys, crypto.NO_CSB, body["stamp"], secrets[1])
    data = spoil(data) if spoil else data
    payloads = [write.thdr(body["thdr"]), write.t(body["stamp"]), write.rand(body["rand"]), write.kemac(algs[0], data)]
    if body["psk_id"] is not None:
        payloads.append(write.idr(write.PSK, (write.BYTES, body["psk_id"])))
    payloads += [*extra, write.v(algs[1], b"")]
    inside = write.chain(payloads)[1]
    length = len(inside) + crypto.MAC_LENGTHS[algs[1]]
    covered = write.policy(kind, prf, flags, tp_data) + write.u16(length) + inside
    return covered + crypto.mac(algs[1], keys.auth, covered)


def find(payloads, name, role=None):
    """The first payload of that name (and role), or None."""
    return next((p for p in payloads if p["payload"] == name and role in (None, p.get("role"))), None)


def find_all(payloads, name, role=None):
    return [p for p in payloads if p["payload"] == name and role in (None, p.get("role"))]


def octets_of(payload, member="data"):
    return bytes.fromhex(payload[member]) if payload else None


def keys_in(chain_octets):
    """Key data sub-payloads as write.Key; raises read.Malformed."""
    inside = read.key_data(read.Reader(chain_octets, 0, len(chain_octets)))
    return [write.Key(k["type"], bytes.fromhex(k.get("spi", "")), bytes.fromhex(k["key"]),
                      bytes.fromhex(k["salt"]) if k["salt"] is not None else None, k["kv"]) for k in inside]


def stamp_of(payload):
    return payload["ts_type"], bytes.fromhex(payload["value"])


class Opened:
    """What a ticket gives to the holder of the TPK."""

    def __init__(self, ticket, tpk):
        inside = ticket["ticket_data"]
        kemac, mac = find(inside, "KEMAC"), find(inside, "V")
        self.rand = octets_of(find(inside, "RAND"))
        self.algs = kemac["encr_alg"], mac["auth_alg"]
        self.keys = crypto.ticket_keys(ticket["prf"], tpk, self.rand, self.algs)
        self.kemac, self.v, self.stamp = kemac, mac, stamp_of(find(inside, "T"))
        self.mpk, self.session_keys = None, []

    def mac_is_right(self, octets, ticket):
        covered = octets[ticket["offset"] + 1:self.v["offset"] + 2]
        return crypto.mac(self.algs[1], self.keys.auth, covered) == octets_of(self.v, "mac")

    def decrypt(self):
        """Raises crypto.BadCiphertext or read.Malformed."""
        plain = crypto.decrypt(self.algs[0], self.keys, crypto.NO_CSB, self.stamp, octets_of(self.kemac))
        first, *self.session_keys = keys_in(plain)
        if first.type != "MPK" or any(key.type == "MPK" for key in self.session_keys):
            raise crypto.BadCiphertext("one MPK must stand first")
        self.mpk = first.key


def broken_flags(flags, key_types):
    """The rules of section 6.10 that these flags break. `key_types` are those of the session keys in the ticket."""
    def on(name):
        return name in flags
    rules = [(on("D") or on("L"), "not D needs L"), (not on("G") or on("F"), "G needs F"), (on("G") or on("H"), "not G needs H"),
             (not on("I") or on("E"), "I needs E"), (not on("K") or on("D"), "K needs D"), (not on("M") or on("F"), "M needs F"),
             (on("F") or not on("I") or not any(k.startswith("TGK") for k in key_types), "a forked TGK needs F")]
    return [text for good, text in rules if not good]
