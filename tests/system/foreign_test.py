#!/usr/bin/env python3
"""With programs of others: openssl s_server takes what hi2-df2 sends, a BER reader of our own in Python reads it, vsftpd takes its files."""
import json
import os
import shutil
import socket
import subprocess
import sys

from lab import DF2, GUARD, HI2, KMS, KMS2, LEMF, OTHER, SOURCE, Lab, record_of, run_tests, until, warrants_toml
from scenarios_test import check_warrant, count_of, scenarios

USER, PASSWORD, UID = "hi2-test", "a password", 4711


def a_lab(change=None):
    basic = next(one for one in scenarios() if one["name"] == "basic")
    return Lab(warrants_toml(basic["warrants"]), 'key_timer = "60s"\n', change=change)


def play(lab):
    lab.callsim("run", "basic", "--expect", lab.folder / "expected.json")
    return json.loads((lab.folder / "expected.json").read_text())["warrants"][0]


def lines_of(lab, *command):
    return lab.run(*command).stdout.splitlines()


def taken_by_s_server(lab, wanted):
    """Octets of a connection, as openssl writes them out."""
    path = lab.folder / "taken.ber"
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{lab.first + HI2}", "-naccept", "1", "-quiet", "-tls1_3", "-Verify", "1", "-verify_return_error",
               "-CAfile", "ca-li/ca.pem", "-cert", "lemf/tls.pem", "-key", "lemf/tls.key"]
    with open(path, "wb") as taken:
        server = subprocess.Popen(command, cwd=lab.folder, stdin=subprocess.PIPE, stdout=taken, stderr=subprocess.DEVNULL)
    try:
        until("records at s_server", lambda: whole(path) and sum(line.split()[2] == "0" for line in read_ber(path)) >= count_of(wanted))
    finally:
        server.kill()
        server.wait()
    return path


def read_ber(path):
    return subprocess.run([sys.executable, SOURCE / "tests/delivery/ber_reader.py", path], capture_output=True, text=True, check=True).stdout.splitlines()


def whole(path):
    """Whether it ends where a PDU ends."""
    return path.stat().st_size > 0 and subprocess.run([sys.executable, SOURCE / "tests/delivery/ber_reader.py", path], capture_output=True).returncode == 0


def openssl_takes_it_and_all_read_the_same():
    with a_lab(lambda lab: lab.edit(DF2, 'kind = "ps"\n', 'kind = "ps"\nnegotiate = false\n')) as lab:
        lab.start(KMS, KMS2, DF2)
        wanted = play(lab)
        until("keys", lambda: lab.metrics(DF2)["hi2_df2_keys_open"] == 0)
        path = taken_by_s_server(lab, wanted)
        reader = [line.split() for line in read_ber(path)]
        listed = [json.loads(line) for line in lines_of(lab, "hi2", "ls", "--from", "ps", "--json", path)]
        decoded = [json.loads(line) for line in lines_of(lab, "hi2", "decode", "--from", "ps", "-o", "jsonl", "--show-keys", path)]
        assert len(reader) == len(listed) == len(decoded), (len(reader), len(listed), len(decoded))
        records = []
        for (liid, number, kind, _), line, pdu in zip(reader, listed, decoded):
            header = pdu["pSHeader"]
            assert int(number) == header["sequenceNumber"] == line["sequenceNumber"], (number, line)
            assert liid == bytes.fromhex(header["lawfulInterceptionIdentifier"]).decode() == line["lawfulInterceptionIdentifier"], (liid, line)
            assert (kind == "0") == ("iRIPayloadSequence" in pdu["payload"]) == (line["type"] == "REPORT"), (kind, line)
            if kind == "0":
                records.append(record_of({"record": pdu["payload"]["iRIPayloadSequence"][0]["iRIContents"]}))
        numbers = [int(number) for liid, number, *_ in reader if liid == wanted["liid"]]
        assert numbers == list(range(count_of(wanted))), numbers
        check_warrant(records, wanted)
        lab.start(LEMF)  # s_server has confirmed nothing
        until("all is at the LEMF", lambda: lab.metrics(LEMF)["hi2_lemf_items"] == count_of(wanted))
        check_warrant(lab.records(wanted["liid"]), wanted)
        lab.stop(DF2, LEMF, KMS, KMS2)


class FtpServer:
    """Debian's vsftpd with the configuration that we ship, and a user of its own that only it sees (as tests/delivery/ftp_server.cpp)."""

    def __init__(self, lab):
        self.lab, self.folder, self.process = lab, lab.folder / "ftp", None
        self.drop = self.folder / "drop"
        samples = SOURCE / "samples/lemf"
        for name in ("", "drop", "empty", "pam.d"):
            (self.folder / name).mkdir()
        lab.folder.chmod(0o711)
        self.folder.chmod(0o711)
        os.chown(self.drop, UID, UID)
        shutil.copy(samples / "vsftpd.pam", self.folder / "pam.d/hi2-drop")
        (self.folder / "passwd").write_text(open("/etc/passwd").read() + f"{USER}:x:{UID}:{UID}::{self.drop}:/usr/sbin/nologin\n")
        digest = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout.strip()
        (self.folder / "shadow").write_text(f"{USER}:{digest}:19000:0:99999:7:::\n")
        (self.folder / "shadow").chmod(0o400)
        (self.folder / "users").write_text(f"{USER}\n")
        own = {"listen_address": "127.0.0.1", "listen_port": lab.first + OTHER, "local_root": self.drop, "userlist_file": self.folder / "users",
               "secure_chroot_dir": self.folder / "empty", "vsftpd_log_file": self.folder / "log", "pasv_min_port": 0, "pasv_max_port": 0,
               "rsa_cert_file": lab.folder / "lemf/tls.pem", "rsa_private_key_file": lab.folder / "lemf/tls.key", "ca_certs_file": lab.folder / "ca-li/ca.pem"}
        (self.folder / "vsftpd.conf").write_text((samples / "vsftpd.conf").read_text() + "".join(f"{key}={value}\n" for key, value in own.items()))
        # The namespace is left alone when a step fails: then vsftpd must not run with the system's users.
        (self.folder / "run.sh").write_text("set -e\nmount --bind pam.d /etc/pam.d\nmount --bind passwd /etc/passwd\nmount --bind shadow /etc/shadow\n"
                                            "exec vsftpd vsftpd.conf\n")

    def __enter__(self):
        environment = {**os.environ, "OPENSSL_CONF": str(SOURCE / "samples/lemf/vsftpd.openssl.cnf")}
        self.process = subprocess.Popen(["unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "run.sh"], cwd=self.folder, env=environment)
        until("vsftpd listens", self.listens)
        return self

    def listens(self):
        if self.process.poll() is not None:
            raise RuntimeError("vsftpd does not start: it must be installed, and this must run as root or with user namespaces")
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.lab.first + OTHER)) == 0

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(GUARD)


def over_ftps(method):
    def deliver_files(lab):
        config = lab.config(DF2).read_text()
        (lab.folder / DF2 / "ftps.password").write_text(PASSWORD + "\n")
        (lab.folder / DF2 / "ftps.password").chmod(0o600)
        delivery = config[config.index("[[delivery]]") : config.index("[metrics]")]
        tls = "".join(line + "\n" for line in delivery.splitlines() if line.split(" ")[0] in ("certificate", "key", "ca", "crl"))
        lab.edit(DF2, delivery, f'[[delivery]]\nname = "agency"\nkind = "files"\naddress = "127.0.0.1:{lab.first + OTHER}"\nserver_name = "lemf.agency.example"\n'
                 f'user = "{USER}"\npassword = "file:ftps.password"\nmethod = "{method}"\noperator_code = "OP"\nnode_code = "DF"\nclose_after = "300ms"\n{tls}')
        lab.edit(LEMF, "[store]\n", '[drop_folder]\npath = "../ftp/drop"\ninterval = "100ms"\n[store]\n')

    with a_lab(deliver_files) as lab, FtpServer(lab) as server:
        lab.start(LEMF, KMS, KMS2, DF2)
        wanted = play(lab)
        until("all is at the LEMF", lambda: lab.metrics(LEMF)["hi2_lemf_items"] >= count_of(wanted))
        check_warrant(lab.records(wanted["liid"]), wanted)
        until("an empty spool", lambda: lab.metrics(DF2)["hi2_df2_spool_entries"] == 0)
        assert lab.metrics(LEMF)["hi2_lemf_items"] == count_of(wanted) and lab.metrics(LEMF).get("hi2_lemf_bad_records_total", 0) == 0
        assert not [path for path in server.drop.rglob("*") if path.is_file()], "files are left"
        lab.stop(DF2, LEMF, KMS, KMS2)


def files_of_method_a():
    over_ftps("a")


def files_of_method_b():
    over_ftps("b")


if __name__ == "__main__":
    sys.exit(run_tests([openssl_takes_it_and_all_read_the_same, files_of_method_a, files_of_method_b]))
