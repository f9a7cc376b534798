"""A whole system on loopback with the real programs: the lab that samples/lab/make writes, its daemons started, stopped and killed."""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HI2_BIN", SOURCE / "build" / "bin"))
GUARD = 60  # seconds: only against hanging
KMS, KMS2, DF2, LEMF = "kms", "kms2", "df2", "lemf"
PROGRAMS = {KMS: "hi2-kms", KMS2: "hi2-kms", DF2: "hi2-df2", LEMF: "hi2-lemf"}
PAGES = {KMS: 9, KMS2: 10, DF2: 11, LEMF: 12}  # ports of the metrics pages, behind the first


def free_ports(count):
    """The first of `count` ports in a row that nobody has."""
    for first in range(20000 + os.getpid() % 600 * 20, 32700, 20):  # below those that the kernel gives to outgoing connections
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free ports")


def until(what, condition):
    """What `condition` gives, once it gives something."""
    end = time.monotonic() + GUARD
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise TimeoutError(f"waited {GUARD} s: {what}")


class Lab:
    def __init__(self, warrants="", pipeline="", through_stub=False, change=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hi2-lab-"))
        self.first = free_ports(13)
        self.running = {}
        self.environment = {}  # of daemons that start from now on
        path = self.folder / "warrants.toml"
        path.write_text(warrants)
        path.chmod(0o600)
        environment = dict(os.environ, HI2_BIN=str(BIN), HI2_LAB_WARRANTS=str(path), HI2_LAB_PIPELINE=pipeline)
        if through_stub:
            environment["HI2_LAB_XK"] = str(self.first + 8)
        made = subprocess.run([SOURCE / "samples/lab/make", self.folder, str(self.first)], env=environment, capture_output=True, text=True)
        if made.returncode != 0:
            raise RuntimeError(f"samples/lab/make: {made.stdout}{made.stderr}")
        if change:
            change(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for name in list(self.running):
            self.kill(name)
        if kind:
            print(f"the lab is in {self.folder}")
            for log in sorted(self.folder / f"{name}.log" for name in PROGRAMS if (self.folder / f"{name}.log").exists()):
                print(f"--- {log.name}\n{log.read_text()[-4000:]}")
        else:
            shutil.rmtree(self.folder)

    def config(self, name):
        return self.folder / name / f"{PROGRAMS[name]}.toml"

    def start(self, *names):
        for name in names:
            log = open(self.folder / f"{name}.log", "a")
            self.running[name] = subprocess.Popen([BIN / PROGRAMS[name], "--config", self.config(name)], stdout=log, stderr=log,
                                                  stdin=subprocess.DEVNULL, env={**os.environ, **self.environment.get(name, {})})
        for name in names:
            until(f"{name} serves", lambda: self.serves(name))

    def serves(self, name):
        if self.running[name].poll() is not None:
            raise RuntimeError(f"{name} has ended: {(self.folder / (name + '.log')).read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.first + PAGES[name]}/metrics", timeout=5).read()
            return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def metrics(self, name):
        """Sums of the metrics by their names, all labels together, and each with its labels."""
        page = urllib.request.urlopen(f"http://127.0.0.1:{self.first + PAGES[name]}/metrics", timeout=GUARD).read().decode()
        values = {}
        for line in page.splitlines():
            if line and not line.startswith("#"):
                key, value = line.rsplit(" ", 1)
                values[key] = float(value)
                bare = key.split("{")[0]
                if bare != key:
                    values[bare] = values.get(bare, 0) + float(value)
        return values

    def health(self, name):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.first + PAGES[name]}/health", timeout=GUARD).read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def signal(self, name, number):
        self.running[name].send_signal(number)

    def stop(self, *names):
        for name in names:
            process = self.running.pop(name)
            process.send_signal(signal.SIGTERM)
            code = process.wait(GUARD)
            if code != 0:
                raise RuntimeError(f"{name} ended with {code}: {self.log(name)[-2000:]}")

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def run(self, *command, check=True):
        done = subprocess.run([BIN / command[0], *map(str, command[1:])], capture_output=True, text=True, timeout=GUARD * 5)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done

    def callsim(self, *arguments, check=True):
        return self.run("hi2-callsim", *arguments, "--config", self.folder / "callsim" / "callsim.toml", check=check)

    def records(self, liid, keys=True):
        """What the LEMF has, in its order."""
        show = ["--show-keys"] if keys else []
        lines = self.run("hi2", "lemf", "export", "--config", self.config(LEMF), "--liid", liid, "-o", "jsonl", *show).stdout
        return [record_of(json.loads(line)) for line in lines.splitlines()]


def record_of(line):
    """IRI-Parameters of a record, whatever is around them."""
    line = line["record"]
    while "lawfulInterceptionIdentifier" not in line:
        line = next(value for value in line.values() if isinstance(value, dict))
    return line


def xid_of(name):
    """The XID under which hi2-callsim reports a scenario or its load (docs/callsim.md)."""
    octets = bytearray(hashlib.sha256(f"hi2-callsim {name}".encode()).digest()[:16])
    octets[6] = 0x40 | octets[6] & 0x0F
    octets[8] = 0x80 | octets[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(octets)))


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)  # strings and lists of strings are written alike


def warrants_toml(warrants, **more):
    """Tables of a warrants file."""
    always = {"valid_from": "2020-01-01T00:00:00Z", "valid_until": "2099-01-01T00:00:00Z", "deliver_to": ["agency"], "operator": "OP01",
              "network_element": "cscf.home1.example", "country": "NL"}
    text = ""
    for warrant in warrants:
        text += "[[warrant]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in {**always, **warrant, **more}.items())
    return text
