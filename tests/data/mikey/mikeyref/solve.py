"""get_keys: what a KMS answers that holds the TPK [facts: section 10.4]. Refuses in the order of the reasons of the README."""
from mikeyref import crypto, read, ticket as tickets, write
from mikeyref.identity import among, same
from mikeyref.ticket import find, find_all, octets_of, stamp_of

REASONS = ["malformed", "no_ticket", "unsupported_ticket", "unknown_tpk", "ticket_mac", "decrypt", "not_yet_valid", "expired", "init_mac",
           "initiator_data", "pair_mismatch", "resp_missing", "resp_mac", "policy", "no_key", "unprotected", "target"]


class Refused(Exception):
    def __init__(self, reason, text=""):
        super().__init__(f"{reason}: {text}")
        self.reason = reason


def demand(good, reason, text=""):
    if not good:
        raise Refused(reason, text)


class Message:
    """A transfer message that has the payloads it cannot do without."""

    def __init__(self, text, kind):
        self.octets = bytes.fromhex(text)
        try:
            name, self.payloads = read.message(self.octets)
        except read.Malformed as fault:
            raise Refused("malformed", str(fault)) from fault
        demand(name == kind, "malformed", name)
        self.hdr, self.v, self.t = self.payloads[0], self.payloads[-1], find(self.payloads, "T")
        demand(self.v["payload"] == "V" and self.t, "malformed", "no T, or V is not last")
        demand(self.hdr["map_type"] == 2, "malformed", "no GENERIC-ID map")
        self.csb_id, self.prf = bytes.fromhex(self.hdr["csb_id"]), self.hdr["prf"]

    def get(self, name, role=None):
        return find(self.payloads, name, role)

    def covered(self):
        return self.octets[:self.v["offset"] + 2]

    def covered_without_initiator_data(self):
        ticket, covered = self.get("TICKET"), self.covered()
        if not ticket:
            return covered
        at, end = ticket["offset"] + 8, ticket["offset"] + ticket["length"]
        for _ in ("TP Data", "Ticket Data"):
            at += 2 + int.from_bytes(covered[at:at + 2], "big")
        return covered[:at] + covered[end:]

    def body(self, payload):
        """A payload but its Next octet."""
        return self.octets[payload["offset"] + 1:payload["offset"] + payload["length"]]

    def mac_is_right(self, auth_key, covered):
        alg = self.v["auth_alg"]
        return alg != 0 and crypto.mac(alg, auth_key, covered) == octets_of(self.v, "mac")

    def keys(self, inkey, octet, ri, rr):
        kemac = self.get("KEMAC")
        algs = (kemac["encr_alg"] if kemac else 0, self.v["auth_alg"])
        demand(algs[0] in crypto.ENCR_KEY_BITS and self.prf in crypto.HASHES, "policy", "algorithm")
        return crypto.message_keys(self.prf, inkey, self.csb_id, octet, ri, rr, algs)

    def key_data(self, keys):
        """Keys of its KEMAC."""
        kemac = self.get("KEMAC")
        if not kemac:
            return []
        try:
            plain = crypto.decrypt(kemac["encr_alg"], keys, self.csb_id, stamp_of(self.t), octets_of(kemac))
            return tickets.keys_in(plain)
        except (crypto.BadCiphertext, read.Malformed) as fault:
            raise Refused("decrypt", str(fault)) from fault


def moment(stamp):
    """NTP time with 32 fraction bits in the range 1968 to 2104, or None for a counter."""
    if stamp[0] == write.COUNTER:
        return None
    value = int.from_bytes(crypto.stamp64(*stamp), "big")
    return value if value >> 63 else value + (1 << 64)


class Solver:
    def __init__(self, case):
        self.tpks = {bytes.fromhex(t["id"]): bytes.fromhex(t["key"]) for t in case["tpk"]}
        self.kms, self.case = case["kms"], case
        self.intermediate = dict.fromkeys(["mpki", "mpkr", "mpkr_forked", "init_auth_key", "resp_auth_key"])

    def run(self):
        """crypto_sessions; raises Refused."""
        self.read_messages()
        self.open_ticket()
        self.check_time()
        self.check_init()
        self.check_resp()
        self.check_policy()
        out = [self.session(block) for block in self.final_map()]
        self.check_target()
        return out

    def read_messages(self):
        self.init = Message(self.case["transfer_init"], "TRANSFER_INIT")
        self.resp = Message(self.case["transfer_resp"], "TRANSFER_RESP") if self.case["transfer_resp"] is not None else None

    def open_ticket(self):
        self.ticket = self.init.get("TICKET")
        demand(self.ticket, "no_ticket")
        self.randri = octets_of(self.init.get("RANDR", write.RANDRI))
        demand(self.randri is not None, "malformed", "no RANDRi")
        demand(isinstance(self.ticket["ticket_data"], list) and self.ticket["prf"] in crypto.HASHES, "unsupported_ticket")
        inside = self.ticket["ticket_data"]
        demand(all(find(inside, name) for name in ("T", "RAND", "KEMAC")) and inside[-1]["payload"] == "V", "malformed", "ticket")
        self.flags, self.policy = self.ticket["flags"], self.ticket["tp_data"]
        bare = inside[-1]["auth_alg"] == 0
        demand(not bare or self.kms["allow_unprotected"], "unprotected")
        tpk = b"" if bare else self.tpks.get(octets_of(find(inside, "IDR", write.PSK)))
        demand(tpk is not None, "unknown_tpk")
        demand(find(inside, "KEMAC")["encr_alg"] in crypto.ENCR_KEY_BITS, "decrypt", "unknown algorithm")
        opened = tickets.Opened(self.ticket, tpk)
        demand(opened.mac_is_right(self.init.octets, self.ticket), "ticket_mac")
        try:
            opened.decrypt()
        except (crypto.BadCiphertext, read.Malformed) as fault:
            raise Refused("decrypt", str(fault)) from fault
        self.opened = opened
        self.mpki, self.mpkr = crypto.split_mpk(self.ticket["prf"], opened.mpk, opened.rand)
        self.forking = "I" in self.flags
        self.intermediate |= {"mpki": self.mpki, "mpkr": self.mpkr if self.forking else None}

    def check_time(self):
        """A call set up while the ticket was valid is answered however late: T of TRANSFER_INIT counts, not the clock."""
        stamp = stamp_of(self.init.t)
        now = moment(stamp)
        now = self.kms["now_ntp"] << 32 if now is None else now
        for role, reason, wrong in ((write.TRS, "not_yet_valid", lambda limit: now < limit),
                                    (write.TRE, "expired", lambda limit: now > limit)):
            bound = find(self.policy, "TR", role)
            limit = moment(stamp_of(bound)) if bound else None
            demand(limit is None or not wrong(limit), reason)

    def identity(self, role):
        """ID Data in TRANSFER_INIT, or else what the ticket says if that is one identity."""
        own = octets_of(self.init.get("IDR", role))
        named = find_all(self.policy, "IDR", role)
        return own if own is not None else octets_of(named[0]) if len(named) == 1 else b""

    def check_init(self):
        keys = self.init.keys(self.mpki, crypto.IN_INIT, self.randri, b"")
        self.intermediate["init_auth_key"] = keys.auth
        self.init_keys = keys
        covered = self.init.covered_without_initiator_data() + self.identity(write.INITIATOR) + self.identity(write.RESPONDER)
        demand(self.init.mac_is_right(keys.auth, covered), "init_mac")
        if self.forking:
            self.check_initiator_data()

    def check_initiator_data(self):
        inside = self.ticket["initiator_data"] or []
        macs = find_all(inside, "V")
        demand(len(macs) == 2 and inside[0] is macs[0] and inside[-1] is macs[1], "initiator_data", "not Vi and Vr")
        vi, vr = macs
        same = (vi["auth_alg"], vi["mac"]) == (self.init.v["auth_alg"], self.init.v["mac"]) and vr["auth_alg"] == vi["auth_alg"]
        demand(same, "initiator_data", "Vi is not V")
        auth_key = crypto.vr_auth_key(self.ticket["prf"], self.mpkr, vr["auth_alg"])
        covered = self.init.octets[vi["offset"] - 1:vr["offset"] + 2]
        demand(crypto.mac(vr["auth_alg"], auth_key, covered) == octets_of(vr, "mac"), "initiator_data", "Vr")

    def check_resp(self):
        self.idrr = self.randrr = None
        self.resp_inkey = self.mpki
        if self.resp is None:
            demand("F" not in self.flags or self.kms["allow_missing_resp"], "resp_missing")
            return
        demand((self.resp.csb_id, self.resp.prf) == (self.init.csb_id, self.init.prf), "pair_mismatch")
        self.idrr = self.resp.get("IDR", write.RESPONDER)
        self.randrr = octets_of(self.resp.get("RANDR", write.RANDRR)) if "G" in self.flags else b""
        demand(self.randrr is not None, "policy", "no RANDRr")
        if self.forking:
            self.randrkms = octets_of(self.resp.get("RANDR", write.RANDRKMS))
            demand(self.idrr and self.randrkms is not None, "policy", "no IDRr or no RANDRkms")
            self.resp_inkey = self.forked(crypto.FORK_MPKR, self.mpkr)
            self.intermediate["mpkr_forked"] = self.resp_inkey
        self.resp_keys = self.resp.keys(self.resp_inkey, crypto.IN_RESP, self.randri, self.randrr)
        self.intermediate["resp_auth_key"] = self.resp_keys.auth
        demand(self.resp.mac_is_right(self.resp_keys.auth, self.resp.covered() + self.init.octets), "resp_mac")

    def forked(self, constant, key):
        return crypto.fork(self.ticket["prf"], constant, key, octets_of(self.idrr), self.randrkms)

    def check_policy(self):
        broken = tickets.broken_flags(self.flags, [key.type for key in self.opened.session_keys])
        demand(not broken, "policy", "; ".join(broken))
        demand(self.resp is None or "F" in self.flags, "policy", "an answer without F")
        demand("L" in self.flags or not self.init.get("KEMAC"), "policy", "KEMAC without L")
        demand("M" in self.flags or not (self.resp and self.resp.get("KEMAC")), "policy", "KEMAC without M")
        numbers = self.policies()
        for block in self.final_map():
            demand(len(block["policies"]) == 1 and block["policies"][0] in numbers, "policy", "not one known policy")
        self.collect_keys()

    def policies(self):
        return self.policies_in([message for message in (self.init, self.resp) if message])

    @staticmethod
    def policies_in(messages):
        found = [sp for message in messages for sp in find_all(message.payloads, "SP")]
        return {sp["policy"]: {p["type"]: int(p["value"] or "0", 16) for p in sp["params"]} for sp in found}

    def final_map(self):
        return (self.resp or self.init).hdr["cs"]

    def collect_keys(self):
        self.by_spi, self.wait_for_fork, keys = {}, set(), self.update_keys()
        for key in self.opened.session_keys:
            if self.forking and key.type.startswith("TGK"):
                if self.resp is None:
                    self.wait_for_fork.add(key.spi)
                    continue
                key = write.Key(key.type, key.spi, self.forked(crypto.FORK_TGK, key.key), key.salt)
            keys.append(key)
        keys += self.init.key_data(self.init_keys)
        keys += self.resp.key_data(self.resp_keys) if self.resp else []
        for key in keys:
            self.by_spi.setdefault(key.spi, key)

    def update_keys(self):
        """Those that a CSB update brings, which come before older ones of the same SPI."""
        return []

    def session(self, block):
        spi = bytes.fromhex(block["spi"])
        demand(spi, "no_key", "no SPI")
        demand(spi not in self.wait_for_fork, "resp_missing", "no RANDRkms")
        key = self.by_spi.get(spi)
        demand(key and key.type != "MPK" and key.key, "no_key", f"SPI {block['spi']}")
        if key.type.startswith("TEK"):
            return {"cs_id": block["cs_id"], "key": key.key, "salt": key.salt}
        demand(self.resp or "G" not in self.flags, "resp_missing", "no RANDRr")
        ri = self.randri if "H" in self.flags else b""
        rr = self.randrr or b""
        params = self.policies()[block["policies"][0]]

        def derive(constant, octets):
            return crypto.session_key(self.init.prf, constant, key.key, block["cs_id"], ri, rr, octets)
        octets = params.get(1, 16)
        demand(octets > 0, "no_key", "a key of no octets")
        salt = key.salt if key.salt is not None else derive(crypto.SESSION_SALT, params.get(4, 14))
        return {"cs_id": block["cs_id"], "key": derive(crypto.SESSION_TEK, octets), "salt": salt}

    def check_target(self):
        """The initiator is proved by the ticket; without forking the answerer is known only as far as the ticket covers it."""
        target = self.case["target"].encode()
        asker = octets_of(find(self.policy, "IDR", write.INITIATOR))
        if same(target, asker) and same(target, self.identity(write.INITIATOR)):
            return
        named = [octets_of(p) for p in find_all(self.policy, "IDR", write.RESPONDER)]
        answerer = octets_of(self.idrr)
        if answerer is None and len(named) == 1 and not self.members(named[0]):
            answerer = named[0]
        demand(answerer is not None, "target", "nobody knows who answered")
        covered = any(same(answerer, name) or among(answerer, self.members(name)) for name in named)
        demand(self.forking or covered, "target", "the ticket does not cover who answered")
        covering = among(target, named) and among(answerer, self.members(target))
        demand(same(target, answerer) or among(target, self.members(answerer)) or covering, "target")

    def members(self, group):
        return [m.encode() for name, held in self.kms["groups"].items() if same(name.encode(), group) for m in held]


def get_keys(case):
    """(crypto_sessions, intermediate) with octets in hexadecimal; raises Refused."""
    from mikeyref.solve_update import UpdateSolver
    solver = (Solver if case.get("initial_transfer_init") is None else UpdateSolver)(case)
    sessions = solver.run()
    return [printable(session) for session in sessions], printable(solver.intermediate)


def printable(members):
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in members.items()}
