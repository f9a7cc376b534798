"""get_keys for a CSB update, which only the initial exchange of the call can open [RFC 6043 section 5.2; facts: section 10.4 item 7].

The identities and the ticket are those of the initial exchange, and so is the target.
"""
from mikeyref import crypto, write
from mikeyref.solve import Message, Solver, demand
from mikeyref.ticket import find_all, octets_of


class UpdateSolver(Solver):
    """`init` and `resp` are the initial pair, `new_init` and `new_resp` the update."""

    def read_messages(self):
        super().read_messages()
        self.new_init, self.new_resp = self.init, self.resp
        initial = self.case.get("initial_transfer_resp")
        self.init = Message(self.case["initial_transfer_init"], "TRANSFER_INIT")
        self.resp = Message(initial, "TRANSFER_RESP") if initial is not None else None

    def check_resp(self):
        super().check_resp()
        demand(self.resp is None or "F" in self.flags, "policy", "an answer without F")
        self.check_new_init()
        self.check_new_resp()

    def last_keys(self, message):
        """Those that protected the last message of the initial exchange, with the algorithms of this one."""
        if "F" not in self.flags:
            return message.keys(self.mpki, crypto.IN_INIT, self.randri, b"")
        demand(self.resp or not (self.forking or "G" in self.flags), "resp_missing", "the initial answer")
        return message.keys(self.resp_inkey, crypto.IN_RESP, self.randri, self.randrr or b"")

    def check_new_init(self):
        demand((self.new_init.csb_id, self.new_init.prf) == (self.init.csb_id, self.init.prf), "pair_mismatch", "another CSB")
        self.new_init_keys = self.last_keys(self.new_init)
        answerer = octets_of(self.idrr) if self.idrr else self.identity(write.RESPONDER)
        names = b"".join(octets_of(self.new_init.get("IDR", role)) or known for role, known in
                         ((write.INITIATOR, self.identity(write.INITIATOR)), (write.RESPONDER, answerer)))
        covered = self.new_init.covered_without_initiator_data() + names
        demand(self.new_init.mac_is_right(self.new_init_keys.auth, covered), "init_mac", "update")

    def check_new_resp(self):
        if self.new_resp is None:
            demand(not self.new_init.hdr["v"] or self.kms["allow_missing_resp"], "resp_missing", "V = 1")
            return
        demand((self.new_resp.csb_id, self.new_resp.prf) == (self.init.csb_id, self.init.prf), "pair_mismatch", "update")
        self.new_resp_keys = self.last_keys(self.new_resp)
        covered = self.new_resp.covered() + self.new_init.octets
        demand(self.new_resp.mac_is_right(self.new_resp_keys.auth, covered), "resp_mac", "update")

    def new_messages(self):
        return [message for message in (self.new_init, self.new_resp) if message]

    def by_responder(self):
        """The party that sends an update stands first in it."""
        roles = [p["role"] for p in find_all(self.new_init.payloads, "IDR") if p["role"] in (write.INITIATOR, write.RESPONDER)]
        return write.INITIATOR in roles and roles[0] == write.RESPONDER

    def check_policy(self):
        super().check_policy()
        demand(self.new_resp is None or self.new_init.hdr["v"], "policy", "an answer though V = 0")
        for message, flag in zip(self.new_messages(), "ML" if self.by_responder() else "LM"):
            demand(flag in self.flags or not message.get("KEMAC"), "policy", f"KEMAC without {flag}")
            self.check_repeated(message)

    def check_repeated(self, message):
        old = {write.RANDRI: self.randri}
        old |= {role: octets_of(self.resp.get("RANDR", role)) for role in (write.RANDRR, write.RANDRKMS)} if self.resp else {}
        for rand in find_all(message.payloads, "RANDR"):
            if rand["role"] in (write.RANDRI, write.RANDRR, write.RANDRKMS):
                demand(octets_of(rand) == old.get(rand["role"]), "policy", "another RAND")
        for ticket in find_all(message.payloads, "TICKET"):
            demand(message.body(ticket) == self.init.body(self.ticket), "policy", "another TICKET")

    def policies(self):
        return super().policies() | self.policies_in(self.new_messages())

    def final_map(self):
        return self.new_messages()[-1].hdr["cs"]

    def update_keys(self):
        keys = self.new_init.key_data(self.new_init_keys)
        return keys + (self.new_resp.key_data(self.new_resp_keys) if self.new_resp else [])
