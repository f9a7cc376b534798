"""One call as its parties make it: ticket, TRANSFER_INIT, TRANSFER_RESP, and the keys they end up with.

What is not given is drawn from the seed, so that a call is the same on every run. `twist` names deliberate faults.
"""
import hashlib
from dataclasses import dataclass, field

from mikeyref import crypto, ticket, write
from mikeyref.write import Cs, Hdr, Key

BASE_SECONDS = 0xD6B43232
SP_DEFAULTS = ((0, "01"), (1, None), (2, "01"), (3, "14"), (4, "0e"), (5, "00"), (7, "01"), (8, "01"), (10, "01"), (11, "0a"))


def uri(text):
    return write.URI, text.encode()


ALICE, BOB, CAROL = (uri(f"sip:{name}.example") for name in ("alice@home1", "bob@home2", "carol@home2"))
KMS1 = uri("sip:kms.home1.example")


def ntp(seconds, fraction=0):
    return write.NTP_UTC, seconds.to_bytes(4, "big") + fraction.to_bytes(4, "big")


def ntp32(seconds):
    return write.NTP_UTC_32, (seconds & 0xFFFFFFFF).to_bytes(4, "big")


def srtp_policy(number, key_octets, **changes):
    """An SP with the usual SRTP parameters; a change by type number (p4=...) or None to leave it out."""
    params = {kind: bytes.fromhex(value) if value else bytes([key_octets]) for kind, value in SP_DEFAULTS}
    for name, value in changes.items():
        params[int(name[1:])] = value
    return write.sp(number, [(k, bytes([v]) if isinstance(v, int) else v) for k, v in params.items() if v is not None])


def gcm_policy(number, key_octets):
    return srtp_policy(number, key_octets, p0=6, p2=None, p3=None, p4=12, p10=None, p11=None, p20=16)


def two_sessions(spi=b"\x02"):
    return [Cs(1, session=bytes.fromhex("11111111"), spi=spi), Cs(2, session=bytes.fromhex("22222222"), spi=spi)]


@dataclass
class Call:
    seed: str
    prf: int = 0
    algs: tuple = None              # encryption and authentication of the ticket
    message_algs: tuple = None      # those of the messages, if others
    flags: str = "DEFGHIJNO"
    kind: tuple = (1, 1, 1)
    keys: list = None               # session keys in the ticket
    init_keys: list = None          # KEMAC of TRANSFER_INIT
    resp_keys: list = None          # KEMAC of TRANSFER_RESP
    idri: tuple = ALICE             # in ticket and TRANSFER_INIT
    invited: tuple = BOB            # IDRr of TRANSFER_INIT
    named: list = None              # IDRr of the ticket
    answerer: tuple = None          # IDRr of TRANSFER_RESP
    idrkms: tuple = KMS1
    apps: list = field(default_factory=list)
    limits: dict = None             # TR by role
    t_ticket: tuple = ntp(BASE_SECONDS, 1)
    t_init: tuple = ntp(BASE_SECONDS, 4)
    t_resp: tuple = ntp(BASE_SECONDS + 3, 7)
    tpk_id: bytes = b"tpk-7"
    thdr: bytes = b""
    policies: list = None           # SP of TRANSFER_INIT
    resp_policies: list = field(default_factory=list)
    sessions: list = None           # map of TRANSFER_INIT
    resp_sessions: list = None
    init_extra: list = field(default_factory=list)
    resp_extra: list = field(default_factory=list)
    tp_extra: list = field(default_factory=list)
    ticket_extra: list = field(default_factory=list)
    spis: tuple = (b"\x01", b"\x03", b"\x04")   # of MPK, MPKi and MPKr
    rand_octets: int = None
    fixed: dict = field(default_factory=dict)
    twist: dict = field(default_factory=dict)

    def __post_init__(self):
        self.size = 32 if self.prf else 16
        strong = (crypto.AES_CM_256, 2) if self.prf else (crypto.AES_CM_128, 1)
        self.algs = self.algs or strong
        self.message_algs = self.message_algs or (strong if self.algs[1] == 0 else self.algs)
        self.rand_octets = self.rand_octets or self.size
        self.keys = self.as_keys([("TGK+SALT", "02")] if self.keys is None else self.keys, "")
        self.init_keys, self.resp_keys = self.as_keys(self.init_keys, "init "), self.as_keys(self.resp_keys, "resp ")
        self.named = [self.invited] if self.named is None else self.named
        self.answerer = self.answerer or self.invited
        self.limits = {write.TRS: ntp32(0xD6B43200), write.TRE: ntp32(0xD6B58380)} if self.limits is None else self.limits
        self.policies = [srtp_policy(1, self.size)] if self.policies is None else self.policies
        self.sessions = self.sessions or two_sessions()
        self.resp_sessions = self.resp_sessions or self.sessions
        self.csb_id = self.draw("csb", 4)
        self.make_secrets()

    def on(self, flag):
        return flag in self.flags

    def draw(self, name, octets):
        if name in self.fixed:
            return self.fixed[name]
        out = b""
        while len(out) < octets:
            out += hashlib.sha256(f"{self.seed}/{name}/{len(out)}".encode()).digest()
        return out[:octets]

    def as_keys(self, wanted, where):
        """Keys by type, SPI and, if others than usual, octets of key and salt."""
        return [k if isinstance(k, Key) else self.key(where, *k) for k in wanted or []]

    def key(self, where, kind, spi, octets=None, salt_octets=14):
        name = f"{where}{kind} {spi}"
        salt = self.draw("salt " + name, salt_octets) if kind.endswith("+SALT") else None
        return Key(kind, bytes.fromhex(spi), self.draw("key " + name, octets or self.size), salt)

    def make_secrets(self):
        self.tpk, self.mpk = self.draw("tpk", self.size), self.draw("mpk", self.size)
        self.ticket_rand, self.randri = self.draw("ticket rand", self.rand_octets), self.draw("randri", self.rand_octets)
        self.randrr = self.draw("randrr", self.rand_octets) if self.on("G") else b""
        self.randrkms = self.draw("randrkms", self.rand_octets)
        self.mpki, self.mpkr = crypto.split_mpk(self.prf, self.mpk, self.ticket_rand)
        self.mpkr_forked = self.fork(crypto.FORK_MPKR, self.mpkr) if self.on("I") else None
        self.resp_inkey = self.mpkr_forked or self.mpki

    def fork(self, constant, key):
        return crypto.fork(self.prf, constant, key, self.answerer[1], self.randrkms)

    def forked_keys(self):
        """The ticket's session keys as the Responder gets them."""
        return [Key(k.type, k.spi, self.fork(crypto.FORK_TGK, k.key), k.salt) if self.on("I") and k.type.startswith("TGK") else k
                for k in self.keys]

    # The ticket

    def tp_data(self):
        payloads = [write.idr(write.KMS, self.idrkms)] if self.idrkms else []
        asker = self.twist.get("ticket_idri", self.idri)
        payloads += [write.idr(write.INITIATOR, asker)] if asker else []
        payloads += [write.tr(role, stamp) for role, stamp in self.limits.items()]
        payloads += [write.idr(write.APPLICATION, app) for app in self.apps] + [write.idr(write.RESPONDER, n) for n in self.named]
        first, octets = write.chain(payloads + self.tp_extra)
        return bytes([first]) + octets

    def ticket(self):
        mpk = Key("MPK", self.spis[0], self.mpk)
        plain = self.twist.get("ticket_plain", lambda p: p)(write.key_chain([mpk, *self.keys]))
        body = {"thdr": self.thdr, "stamp": self.t_ticket, "rand": self.ticket_rand, "psk_id": self.tpk_id}
        return ticket.base_ticket(self.kind, self.prf, self.flags, self.tp_data(), body, (self.tpk, plain), self.algs, self.ticket_extra,
                                  self.twist.get("ticket_data"), self.twist.get("whole_ticket_data"))

    # The messages

    def message_keys(self, inkey, octet, ri, rr):
        return crypto.message_keys(self.prf, inkey, self.csb_id, octet, ri, rr, self.message_algs)

    def kemac(self, keys, session_keys, stamp, csb_id=None):
        alg = self.message_algs[0]
        return write.kemac(alg, crypto.encrypt(alg, keys, csb_id or self.csb_id, stamp, write.key_chain(session_keys)))

    def init(self):
        keys = self.message_keys(self.mpki, self.twist.get("init_label", crypto.IN_INIT), self.randri, b"")
        self.init_auth_key = keys.auth
        hdr = Hdr("TRANSFER_INIT", self.csb_id, self.prf, self.twist.get("init_v", int(self.on("F"))), self.sessions)
        idri = self.twist.get("init_idri", self.idri)
        before = [write.t(self.t_init), write.randr(write.RANDRI, self.randri)]
        before += [write.idr(write.INITIATOR, idri)] if idri else []
        before += [write.idr(write.RESPONDER, self.invited)] if not self.twist.get("no_invited") else []
        before += self.policies
        after = [self.kemac(keys, self.init_keys, self.t_init)] if self.init_keys else []
        after += self.init_extra
        return self.seal_init(hdr, before, after, keys.auth)

    def seal_init(self, hdr, before, after, auth_key):
        """V is made over the message without Initiator Data, then Initiator Data goes in [RFC 6043 sections 5.5 and 6.10]."""
        alg, sealed = self.message_algs[1], self.ticket()

        def octets(tail, mac):
            return write.message(hdr, [*before, (write.CODES["TICKET"], sealed + tail), *after, write.v(alg, mac)])
        named = (self.twist.get("init_idri") or self.idri)[1] + self.twist.get("mac_idrr", self.invited)[1]
        mac = crypto.mac(alg, auth_key, octets(b"", b"") + named)
        mac = self.twist.get("init_mac", lambda m: m)(mac)
        self.init_octets = octets(write.sized16(self.initiator_data(mac) if self.on("I") else b""), mac)
        return self.init_octets

    def initiator_data(self, mac):
        alg = self.message_algs[1]
        vi = write.CODES["V"], bytes([alg]) + self.twist.get("vi", lambda m: m)(mac)
        between = self.twist.get("initiator_extra", [])
        covered = write.led_chain([vi, *between, write.v(alg, b"")])
        if self.twist.get("vi_next_0"):
            covered = covered[:1] + b"\0" + covered[2:]
        inkey = self.twist.get("vr_inkey", self.mpkr)
        vr = crypto.mac(alg, crypto.vr_auth_key(self.prf, inkey, alg), covered)
        return self.twist.get("initiator_data", lambda d: d)(covered + self.twist.get("vr", lambda m: m)(vr))

    def resp(self):
        rr = b"" if self.twist.get("no_randrr") else self.randrr
        keys = self.message_keys(self.twist.get("resp_inkey", self.resp_inkey), crypto.IN_RESP, self.randri, rr)
        self.resp_auth_key = keys.auth
        hdr = Hdr("TRANSFER_RESP", self.twist.get("resp_csb", self.csb_id), self.twist.get("resp_prf", self.prf),
                  self.twist.get("resp_v", 0), self.resp_sessions)
        payloads = [write.t(self.t_resp)] + ([write.randr(write.RANDRR, rr)] if rr else [])
        payloads += [] if self.twist.get("no_answerer") else [write.idr(write.RESPONDER, self.answerer)]
        payloads += [write.randr(write.RANDRKMS, self.randrkms)] if self.on("I") and not self.twist.get("no_randrkms") else []
        payloads += self.resp_policies
        payloads += [self.kemac(keys, self.resp_keys, self.t_resp)] if self.resp_keys else []
        payloads += self.resp_extra
        alg = self.message_algs[1]
        covered = write.message(hdr, [*payloads, write.v(alg, b"")])
        return covered + self.twist.get("resp_mac", lambda m: m)(crypto.mac(alg, keys.auth, covered + self.init_octets))

    # What the parties end up with

    def known_keys(self):
        return [*self.forked_keys(), *(self.init_keys or []), *(self.resp_keys or [])]

    def session_key(self, cs, params, known):
        key = next(k for k in known if k.spi == cs.spi)
        if key.type.startswith("TEK"):
            return {"cs_id": cs.cs_id, "key": key.key.hex(), "salt": key.salt.hex() if key.salt else None}
        rands = (self.randri if self.on("H") else b"", self.randrr)

        def derive(constant, octets):
            return crypto.session_key(self.prf, constant, key.key, cs.cs_id, *rands, octets)
        salt = key.salt or derive(crypto.SESSION_SALT, params.get(4, 14))
        return {"cs_id": cs.cs_id, "key": derive(crypto.SESSION_TEK, params.get(1, 16)).hex(), "salt": salt.hex()}

    @staticmethod
    def policies_of(payloads):
        """Parameters of SPs by policy number; the last of a number counts."""
        policies = {}
        for _, body in payloads:
            params, rest = {}, body[4:]
            while rest:
                params[rest[0]] = int.from_bytes(rest[2:2 + rest[1]], "big")
                rest = rest[2 + rest[1]:]
            policies[body[0]] = params
        return policies

    def session_keys(self, answered=True):
        policies = self.policies_of(self.policies + self.resp_policies)
        sessions = self.resp_sessions if answered and self.on("F") else self.sessions
        return [self.session_key(cs, policies[cs.policies[0]], self.known_keys()) for cs in sessions]
