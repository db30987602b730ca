"""A small IMAP server on loopback (RFC 9051, as much as a mailbox needs that is read by UID), which can be told to fail."""

import re
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Box:
    """The letters of a mailbox by UID, with their flags.

    Attributes:
        faults: what the next connections do, one each: "deny" (wrong password), "drop" (goes away in a letter).
    """

    letters: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    validity: int = 7
    next_uid: int = 1
    faults: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self):
        return f"imap://huong:m%40t@127.0.0.1:{self.port}/INBOX"

    def put(self, data):
        self.letters[self.next_uid] = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self.next_uid += 1

    def number_anew(self):
        """Give every letter another UID, as a server does that was restored."""
        held = list(self.letters.values())
        self.letters, self.next_uid, self.validity = {}, 100, self.validity + 1
        for each in held:
            self.put(each)


class Answering(socketserver.StreamRequestHandler):
    box: Box

    def handle(self):
        self.fault = self.box.faults.pop(0) if self.box.faults else ""
        self._say("* OK IMAP4rev1 ready")
        while line := self.rfile.readline().decode().strip():
            tag, _space, rest = line.partition(" ")
            words = rest.split()
            command = (words[0] if words[0].upper() != "UID" else " ".join(words[:2])).upper()
            verb = getattr(self, "on_" + command.lower().replace(" ", "_"), None)
            answer = verb(rest) if verb else "BAD unknown"
            if answer is None:
                return
            self._say(f"{tag} {answer}")
            if command == "LOGOUT":
                return

    def _say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def on_capability(self, _rest):
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def on_login(self, rest):
        good = "huong" in rest and '"m@t"' in rest and self.fault != "deny"
        return "OK done" if good else "NO [AUTHENTICATIONFAILED] wrong password"

    def on_select(self, _rest):
        self._say(f"* {len(self.box.letters)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.box.validity}] fine")
        return "OK [READ-WRITE] done"

    def on_uid_search(self, rest):
        first = int(re.search(r"UID (\d+):\*", rest).group(1))
        uids = sorted(self.box.letters)
        found = [uid for uid in uids if uid >= first] or uids[-1:]  # "n:*" always names the last one
        self._say("* SEARCH " + " ".join(map(str, found)))
        return "OK done"

    def on_uid_fetch(self, rest):
        uid = int(rest.split()[2])
        data = self.box.letters.get(uid)
        if data is None:
            return "OK nothing"
        if "RFC822.SIZE" in rest:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(data)})")
            return "OK done"
        self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(data)}}}\r\n".encode())
        if self.fault == "drop":
            self.wfile.write(data[: len(data) // 2])
            return None
        self.wfile.write(data + b")\r\n")
        return "OK done"

    def on_uid_store(self, rest):
        self.box.flags.setdefault(int(rest.split()[2]), set()).add(re.search(r"\((.*)\)", rest).group(1))
        return "OK done"

    def on_logout(self, _rest):
        self._say("* BYE")
        return "OK done"


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def running():
    """Run a mailbox for the length of a test."""
    box = Box()
    server = Server(("127.0.0.1", 0), type("Handler", (Answering,), {"box": box}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    box.port = server.server_address[1]
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
