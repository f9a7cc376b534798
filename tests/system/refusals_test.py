#!/usr/bin/env python3
"""No way in without the right certificate: X2, Xk and HI2, at both ends; no fallback; and all goes on when the right one is back."""
import socket
import ssl
import subprocess
import sys
import threading

from lab import DF2, GUARD, HI2, KMS, KMS2, LEMF, OTHER, STUB, X2, XK, Lab, run_tests, until, warrants_toml
from load import check_and_empty, end_load, load_warrant, start_load
from scenarios_test import start_stub

NAMES = {"cscf": "cscf.home1.example", "df2": "df2.li.home1.example", "lemf": "lemf.agency.example", "kms": "kms.home1.example"}
SECRETS = [b"INVITE", b"sip:", b"load"]  # of the events and records; none may come in clear


def openssl(lab, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=lab.folder, check=True, capture_output=True)


def certificate(lab, ca, who, kind, *more):
    """A certificate and its key in a folder of its own."""
    folder = lab.folder / f"{who}-{kind}"
    folder.mkdir(mode=0o700)
    name = "other.example" if kind == "wrong_name" else NAMES[who]
    (folder / "ext").write_text(f"subjectAltName = DNS:{name}\nextendedKeyUsage = serverAuth, clientAuth\nkeyUsage = digitalSignature\n")
    config = f"ca-{ca}/openssl.cnf"
    openssl(lab, "req", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", folder / "tls.key", "-out", folder / "tls.csr")
    openssl(lab, "ca", "-config", config, "-batch", "-notext", "-in", folder / "tls.csr", "-out", folder / "tls.pem", "-extfile", folder / "ext", *more)
    return folder


def bad_certificates(lab):
    """Of each party those that nobody may take; made before the daemons read the CRL."""
    for who in NAMES:
        certificate(lab, "public", who, "unknown_ca")
        certificate(lab, "li", who, "wrong_name")
        certificate(lab, "li", who, "expired", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
        revoked = certificate(lab, "li", who, "revoked")
        openssl(lab, "ca", "-config", "ca-li/openssl.cnf", "-revoke", revoked / "tls.pem")
    openssl(lab, "ca", "-config", "ca-li/openssl.cnf", "-gencrl", "-out", "ca-li/crl.pem")


BAD = ["unknown_ca", "wrong_name", "expired", "revoked"]


def context_of(lab, side, who, kind):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if side == "client" else ssl.PROTOCOL_TLS_SERVER)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if kind == "old_version":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if kind != "no_certificate":
        folder = lab.folder / (f"{who}-{kind}" if kind in BAD else who)
        context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    return context


def let_in(lab, port, who, kind):
    """Whether a server talks with this client: it does when the connection stands for half a second."""
    with socket.create_connection(("127.0.0.1", lab.first + port), GUARD) as connection:
        try:
            if kind == "not_tls":
                connection.sendall(b"\0\2INVITE sip:alice@home1.example SIP/2.0\r\n\r\n")
                return connection.recv(100) != b""
            with context_of(lab, "client", who, kind).wrap_socket(connection) as tls:
                tls.settimeout(0.5)
                return tls.recv(1) != b""
        except TimeoutError:
            return True
        except (ssl.SSLError, ConnectionError):
            return False


def servers_refuse_clients():
    servers = {DF2: (X2, "cscf"), KMS: (XK, "df2"), LEMF: (HI2, "df2")}
    with Lab(warrants_toml([load_warrant()]), change=bad_certificates) as lab:
        lab.start(LEMF, KMS, KMS2, DF2)
        for server, (port, who) in servers.items():
            for kind in [*BAD, "no_certificate", "old_version", "not_tls"]:
                before = lab.alarms(server, f"tls_{kind}")
                assert not let_in(lab, port, who, kind), f"{server} lets in {kind}"
                until(f"{server}: alarm tls_{kind}", lambda: lab.alarms(server, f"tls_{kind}") == before + 1)
                assert f"tls_{kind}" in lab.log(server), f"{kind} is not in the log of {server}"
                until(f"{kind} in the trail of {server}", lambda: f'"tls_{kind}"' in (lab.folder / server / f"{server}.audit").read_text())
            assert let_in(lab, port, who, "right"), f"{server} does not let in the right one"
        assert lab.metrics(DF2).get("hi2_df2_events_total", 0) == 0
        end_load(start_load(lab, 3))
        check_and_empty(lab, 3)
        lab.stop(DF2, LEMF, KMS, KMS2)


class FalseServer:
    """Stands where a server should, and keeps what comes: with TLS what was inside, without it all octets."""

    def __init__(self, lab, port, who, kind):
        self.context = None if kind == "not_tls" else context_of(lab, "server", who, kind)
        self.listener = socket.create_server(("127.0.0.1", lab.first + port))
        self.heard, self.tries = b"", 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(2)
            try:
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                self.heard += connection.recv(100000)
                if not self.context:
                    connection.sendall(b"220 without TLS, please\r\n")
            except OSError:
                pass
            connection.close()
            self.tries += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def heard_nothing(server, kind):
    assert server.tries > 0, f"{kind}: nobody came"
    if kind != "not_tls":
        assert server.heard == b"", f"{kind}: it was told {server.heard[:100]}"
    assert server.heard[:1] in (b"", b"\x16") and not any(one in server.heard for one in SECRETS), f"{kind}: in clear"


def df2_refuses_a(lab, port, who, alarm):
    """DF2 comes again and again, and says nothing to a false LEMF or KMS."""
    for kind in [*BAD, "old_version", "not_tls"]:
        before = lab.alarms(DF2, alarm)
        with FalseServer(lab, port, who, kind) as server:
            until(f"{kind}: alarm {alarm}", lambda: lab.alarms(DF2, alarm) > before)
            until(f"{kind}: a connection", lambda: server.tries > 0)
        heard_nothing(server, kind)
    assert f"reason={alarm}" in lab.log(DF2)
    assert f'"{alarm}"' in (lab.folder / DF2 / "df2.audit").read_text()


def df2_refuses_a_false_lemf():
    with Lab(warrants_toml([load_warrant()]), change=bad_certificates) as lab:
        lab.start(KMS, KMS2, DF2)
        end_load(start_load(lab, 3))
        df2_refuses_a(lab, HI2, "lemf", "tls_lemf")
        lab.start(LEMF)
        check_and_empty(lab, 3)
        lab.stop(DF2, LEMF, KMS, KMS2)


def df2_refuses_a_false_kms():
    retry = lambda lab: (bad_certificates(lab), lab.edit(DF2, '[[kms]]\n', '[[kms]]\nretry_most = "500ms"\n'))
    with Lab(warrants_toml([load_warrant()]), 'key_timer = "60s"\n', through_stub=True, change=retry) as lab:
        lab.start(KMS, KMS2, LEMF, DF2)
        end_load(start_load(lab, 3))
        df2_refuses_a(lab, STUB, "kms", "tls_kms")
        assert lab.metrics(DF2)["hi2_df2_keys_open"] == 3
        stub = start_stub(lab, "pass")
        try:
            check_and_empty(lab, 3)
            lab.stop(DF2, LEMF, KMS, KMS2)
        finally:
            stub.kill()
            stub.wait()


def cscf_refuses_a_false_df2():
    def impatient(lab):
        bad_certificates(lab)
        path = lab.folder / "callsim/callsim.toml"
        path.write_text(path.read_text().replace("[x2]\n", '[x2]\ngive_up = "1s"\n').replace(f":{lab.first + X2}", f":{lab.first + OTHER}"))

    with Lab(warrants_toml([load_warrant()]), change=impatient) as lab:
        lab.start(KMS, KMS2)
        for kind in ["unknown_ca", "wrong_name", "expired", "old_version", "not_tls"]:
            with FalseServer(lab, OTHER, "df2", kind) as server:
                load = start_load(lab, 1)
                _, errors = load.communicate(timeout=GUARD)
            assert load.returncode == 1 and "X2" in errors, errors
            heard_nothing(server, kind)


if __name__ == "__main__":
    sys.exit(run_tests([servers_refuse_clients, df2_refuses_a_false_lemf, df2_refuses_a_false_kms, cscf_refuses_a_false_df2]))
