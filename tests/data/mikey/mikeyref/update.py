"""A CSB update of a call [RFC 6043 section 5.2]: other keys or another map under the keys of the last message of the initial exchange."""
from dataclasses import dataclass, field

from mikeyref import crypto, write
from mikeyref.call import BASE_SECONDS, Call, ntp
from mikeyref.write import Hdr


@dataclass
class Update:
    """`call` has made its messages already. What is not given is left out, or as in the call. `twist` names deliberate faults."""
    call: Call
    init_keys: list = None
    resp_keys: list = None
    by_responder: bool = False      # who sends TRANSFER_INIT
    v: int = 1
    named: bool = True              # IDRs are sent
    repeated: list = field(default_factory=list)        # payloads of the initial exchange in TRANSFER_INIT
    resp_repeated: list = field(default_factory=list)
    policies: list = field(default_factory=list)
    resp_policies: list = field(default_factory=list)
    sessions: list = None
    resp_sessions: list = None
    t_init: tuple = ntp(BASE_SECONDS + 60, 9)
    t_resp: tuple = ntp(BASE_SECONDS + 61, 10)
    twist: dict = field(default_factory=dict)

    def __post_init__(self):
        self.init_keys, self.resp_keys = (self.call.as_keys(keys, f"update {who} ") for who, keys in
                                          (("init", self.init_keys), ("resp", self.resp_keys)))
        self.sessions = self.sessions or self.call.resp_sessions
        self.resp_sessions = self.resp_sessions or self.sessions
        self.csb_id = self.twist.get("csb", self.call.csb_id)
        self.inkey, self.octet, self.rr = self.call.mpki, crypto.IN_INIT, b""
        if self.call.on("F"):
            self.inkey, self.octet, self.rr = self.call.resp_inkey, crypto.IN_RESP, self.call.randrr
        self.inkey, self.octet = self.twist.get("inkey", self.inkey), self.twist.get("octet", self.octet)

    def keys(self):
        call = self.call
        return crypto.message_keys(call.prf, self.inkey, self.csb_id, self.octet, call.randri, self.rr, call.message_algs)

    def identities(self):
        pair = [write.idr(write.INITIATOR, self.call.idri), write.idr(write.RESPONDER, self.call.answerer)]
        return pair[::-1] if self.by_responder else pair

    def message(self, kind, v_flag, sessions, payloads, extra):
        alg, hdr = self.call.message_algs[1], Hdr(kind, self.csb_id, self.twist.get(kind + " prf", self.call.prf), v_flag, sessions)
        covered = write.message(hdr, [*payloads, write.v(alg, b"")])
        return covered, crypto.mac(alg, self.keys().auth, extra(covered))

    def kemac(self, session_keys, stamp):
        return [self.call.kemac(self.keys(), session_keys, stamp, self.csb_id)] if session_keys else []

    def init(self):
        """A repeated TICKET counts in the MAC without its Initiator Data, as ever in TRANSFER_INIT."""
        payloads = [write.t(self.t_init)] + (self.identities() if self.named else [])
        payloads += self.policies + self.repeated + self.kemac(self.init_keys, self.t_init)
        names = self.call.idri[1] + self.call.answerer[1]
        tickets = [body for code, body in self.repeated if code == write.CODES["TICKET"]]

        def counted(octets):
            for body in tickets:
                octets = octets.replace(body, body[:len(self.call.ticket())], 1)
            return octets + names
        covered, mac = self.message("TRANSFER_INIT", self.v, self.sessions, payloads, counted)
        self.init_octets = covered + mac
        return self.init_octets

    def resp(self):
        payloads = [write.t(self.t_resp)] + ([write.idr(write.RESPONDER, self.call.answerer)] if self.named else [])
        payloads += self.resp_repeated + self.resp_policies + self.kemac(self.resp_keys, self.t_resp)
        covered, mac = self.message("TRANSFER_RESP", 0, self.resp_sessions, payloads, lambda octets: octets + self.init_octets)
        return covered + mac

    def session_keys(self, answered):
        """The keys of the final map; SPs of the initial exchange still count."""
        call = self.call
        policies = call.policies_of(call.policies + call.resp_policies + self.policies + self.resp_policies)
        known = [*self.init_keys, *self.resp_keys, *call.known_keys()]
        return [call.session_key(cs, policies[cs.policies[0]], known) for cs in (self.resp_sessions if answered else self.sessions)]
