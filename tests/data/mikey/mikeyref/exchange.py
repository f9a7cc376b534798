"""Ticket Request and Ticket Resolve around a call [RFC 6043 sections 4.2.1 and 4.2.3], PSK variants."""
from mikeyref import crypto, write
from mikeyref.call import BASE_SECONDS, BOB, ntp
from mikeyref.write import Hdr, Key


class Exchange:
    """Six messages of one call. `wanted` changes the requested policy: keys, apps, named, flags."""

    def __init__(self, call, wanted=None):
        self.call, self.wanted = call, wanted or {}
        self.alg, self.auth = call.message_algs
        self.requester, self.resolver = self.psk("1", call.idri), self.psk("2", call.answerer if call.answerer else BOB)
        self.stamps = {name: call.fixed.get("t " + name, ntp(BASE_SECONDS + at, step)) for name, at, step in
                       (("REQUEST_INIT", -9, 2), ("REQUEST_RESP", -8, 3), ("RESOLVE_INIT", 1, 5), ("RESOLVE_RESP", 2, 6))}
        self.values = {}

    def psk(self, number, subscriber):
        return {"id": b"btid-" + number.encode(), "subscriber": subscriber, "key": self.call.draw("psk " + number, self.call.size)}

    def keys(self, psk, csb_id, octet, ri, rr):
        return crypto.message_keys(self.call.prf, psk["key"], csb_id, octet, ri, rr, (self.alg, self.auth))

    def seal(self, name, hdr, payloads, keys, extra):
        covered = write.message(hdr, [*payloads, write.v(self.auth, b"")])
        mac = crypto.mac(self.auth, keys.auth, covered + extra)
        self.values |= {f"{name} auth_key": keys.auth, f"{name} MAC": mac}
        return covered + mac

    def kemac(self, name, keys, csb_id, session_keys):
        """A KEMAC under the timestamp of the message that carries it."""
        plain, stamp = write.key_chain(session_keys), self.stamps[name]
        self.values |= {f"{name} encr_key": keys.encr, f"{name} salt_key": keys.salt, f"{name} KEMAC plaintext": plain}
        if self.alg in (crypto.AES_CM_128, crypto.AES_CM_256):
            self.values[f"{name} IV (T of {name})"] = crypto.aes_cm_iv(keys.salt, csb_id, stamp)
        return write.kemac(self.alg, crypto.encrypt(self.alg, keys, csb_id, stamp, plain))

    def requested_policy(self):
        call, wanted = self.call, self.wanted
        payloads = [write.idr(write.KMS, call.idrkms), write.idr(write.INITIATOR, call.idri)]
        payloads += [write.tr(role, stamp) for role, stamp in call.limits.items()]
        if "keys" in wanted:
            payloads.append(write.kemac(0, write.key_chain(wanted["keys"])))
        payloads += [write.idr(write.APPLICATION, app) for app in wanted.get("apps", call.apps)]
        payloads += [write.idr(write.RESPONDER, named) for named in wanted.get("named", call.named)]
        first, octets = write.chain(payloads)
        flags = wanted.get("flags", call.flags.replace("K", ""))
        return write.CODES["TP"], write.policy(call.kind, call.prf, flags, bytes([first]) + octets)

    def request(self):
        call, csb_id = self.call, self.call.draw("csb request", 4)
        ri = call.draw("randri request", call.rand_octets)
        keys = self.keys(self.requester, csb_id, crypto.IN_INIT, ri, b"")
        hdr = Hdr("REQUEST_INIT_PSK", csb_id, call.prf, 1, map_type=1)
        init = self.seal("REQUEST_INIT", hdr, [
            write.t(self.stamps["REQUEST_INIT"]), write.randr(write.RANDRI, ri), write.idr(write.INITIATOR, call.idri),
            write.idr(write.KMS, call.idrkms), self.requested_policy(), write.idr(write.PSK, (write.BYTES, self.requester["id"]))],
            keys, call.idri[1] + call.idrkms[1])
        keys = self.keys(self.requester, csb_id, crypto.IN_RESP, ri, b"")
        given = [Key("MPK", call.spis[1], call.mpki)]
        given += [Key("MPK", call.spis[2], call.mpkr)] if call.on("I") else []
        resp = self.seal("REQUEST_RESP", Hdr("REQUEST_RESP", csb_id, call.prf, map_type=1), [
            write.t(self.stamps["REQUEST_RESP"]), write.idr(write.KMS, call.idrkms),
            (write.CODES["TICKET"], call.ticket() + write.u16(0)), self.kemac("REQUEST_RESP", keys, csb_id, given + call.keys)], keys, init)
        return {"REQUEST_INIT_PSK": init, "REQUEST_RESP": resp}

    def resolve(self, ticket):
        """`ticket` is the body of TICKET in TRANSFER_INIT, Initiator Data and all."""
        call, csb_id = self.call, self.call.draw("csb resolve", 4)
        rr, asker = call.draw("randrr resolve", call.rand_octets), self.resolver["subscriber"]
        keys = self.keys(self.resolver, csb_id, crypto.IN_INIT, b"", rr)
        init = self.seal("RESOLVE_INIT", Hdr("RESOLVE_INIT_PSK", csb_id, call.prf, 1, map_type=1), [
            write.t(self.stamps["RESOLVE_INIT"]), write.randr(write.RANDRR, rr), write.idr(write.RESPONDER, asker),
            write.idr(write.KMS, call.idrkms), (write.CODES["TICKET"], ticket), write.idr(write.PSK, (write.BYTES, self.resolver["id"]))],
            keys, asker[1] + call.idrkms[1])
        keys = self.keys(self.resolver, csb_id, crypto.IN_RESP, b"", rr)
        given = [Key("MPK", call.spis[1], call.mpki)]
        given += [Key("MPK", call.spis[2], call.mpkr_forked)] if call.on("I") else []
        payloads = [write.t(self.stamps["RESOLVE_RESP"]), write.idr(write.KMS, call.idrkms),
                    self.kemac("RESOLVE_RESP", keys, csb_id, given + call.forked_keys())]
        if call.on("I"):
            payloads += [write.idr(write.RESPONDER, call.answerer), write.randr(write.RANDRKMS, call.randrkms)]
        resp = self.seal("RESOLVE_RESP", Hdr("RESOLVE_RESP", csb_id, call.prf, map_type=1), payloads, keys, init)
        return {"RESOLVE_INIT_PSK": init, "RESOLVE_RESP": resp}

    def messages(self):
        from mikeyref import read
        call, out = self.call, self.request()
        out["TRANSFER_INIT"] = call.init()
        ticket = next(p for p in read.message(out["TRANSFER_INIT"])[1] if p["payload"] == "TICKET")
        out |= self.resolve(out["TRANSFER_INIT"][ticket["offset"] + 1:ticket["offset"] + ticket["length"]])
        out["TRANSFER_RESP"] = call.resp() if call.on("F") else None
        return out

    def psks(self):
        return [{"id": psk["id"].hex(), "subscriber": psk["subscriber"][1].decode(), "key": psk["key"].hex()}
                for psk in (self.requester, self.resolver)]
