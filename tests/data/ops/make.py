#!/usr/bin/env python3
"""Makes audit.log and audit.anchor from docs/audit.md alone, with the openssl program: no code of hi2kit.

usage: make.py FOLDER    (audit-key.pem must be there)
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

ENTRIES = [
    ("2026-11-20T12:00:00.000Z", "log_created", None),
    ("2026-11-20T12:00:00.310Z", "daemon_started", [("program", "hi2-kms"), ("version", "0.1.0")]),
    ("2026-11-20T12:00:01.204Z", "key_request",
     [("client", "df2.example"), ("target", "sip:alice@ims.example"), ("ticket", "7f3a"), ("answer", "keys"), ("sessions", "2")]),
    ("2026-11-20T12:03:17.950Z", "security_event",
     [("reason", "target_is_no_party"), ("client", "df2.example"), ("target", "sip:\"mallory\"\n@ims.example")]),
    ("2026-11-20T12:04:00.001Z", "admin_command", [("user", "kms-admin"), ("command", "subscriber add sip:zoë@ims.example")]),
]


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


def signature(key, text):
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        return openssl("pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-in", file.name).hex()


def text_of(value):
    return json.dumps(value, ensure_ascii=False).replace("\\n", "\\u000a")


def main():
    folder = pathlib.Path(sys.argv[1])
    key = folder / "audit-key.pem"
    public = openssl("pkey", "-in", str(key), "-pubout").decode()
    (folder / "audit-public.pem").write_text(public)
    head, lines, anchor = "0" * 64, "", ""
    for number, (time, event, fields) in enumerate(ENTRIES, 1):
        fields = fields or [("public_key", "".join(public.splitlines()[1:-1]))]
        members = ",".join(f"{text_of(name)}:{text_of(value)}" for name, value in fields)
        line = f'{{"seq":{number},"time":"{time}","event":"{event}","fields":{{{members}}},"prev":"{head}"'
        head = hashlib.sha256(line.encode()).hexdigest()
        line += f',"hash":"{head}"'
        anchor = f'{{"count":{number},"offset":{len(lines.encode())},"head":"{head}","time":"{time}"'
        lines += f'{line},"sig":"{signature(key, line)}"}}\n'
    (folder / "audit.log").write_bytes(lines.encode())
    (folder / "audit.anchor").write_text(f'{anchor},"sig":"{signature(key, anchor)}"}}\n')


main()
