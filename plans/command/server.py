#!/usr/bin/env python3
"""A small store of registers, to try the plans beside it: the first node keeps them, the others pass requests on to it.
Over TCP, one JSON object a line: {"do": "write", "key": 1, "value": 2} is answered {"ok": true}.

usage: server.py ADDRESS PORT KEEPER FOLDER [careless|hasty]
KEEPER is the ADDRESS:PORT that keeps the registers, in FOLDER/log. `careless` answers writes before they are in the file; `hasty`
when they are there, but not synced: what a failure of power takes away, and a kill does not."""
import json, os, socket, socketserver, sys, threading, time

address, port, keeper, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
careless, hasty = ("careless" in sys.argv[5:]), ("hasty" in sys.argv[5:])
keeps = keeper == f"{address}:{port}"
lock = threading.Lock()
registers = {}


def recover(path):
    """What the log says; a line that a crash has cut off was never answered, and is cut off for good."""
    good = 0
    with open(path, "ab+") as log:
        log.seek(0)
        for line in log:
            if not line.endswith(b"\n"):
                break
            key, value = json.loads(line)
            registers[key] = value
            good += len(line)
        log.truncate(good)
    print(f"{len(registers)} registers, {good} bytes of log", flush=True)
    return open(path, "a")


def apply(request):
    global written
    what, key = request["do"], str(request["key"])
    with lock:
        if what == "read":
            return {"ok": True, "value": registers.get(key)}
        if what == "cas" and registers.get(key) != request["from"]:
            return {"error": "mismatch"}
        registers[key] = request["to" if what == "cas" else "value"]
        log.write(json.dumps([key, registers[key]]) + "\n")
        if not careless or time.monotonic() - written > 1:
            log.flush()
            if not hasty:
                os.fsync(log.fileno())
            written = time.monotonic()
        return {"ok": True}


def pass_on(line):
    host, _, number = keeper.rpartition(":")
    try:
        connection = socket.create_connection((host, int(number)), timeout=1)
    except OSError:
        return {"error": "unreachable"}
    try:
        with connection:
            connection.sendall(line)
            return json.loads(connection.makefile().readline())
    except (OSError, ValueError):
        return {"error": "unknown"}  # it may have been done


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            answer = apply(json.loads(line)) if keeps else pass_on(line)
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 100


log, written = (recover(os.path.join(folder, "log")) if keeps else None), time.monotonic()
Server((address, port), Handler).serve_forever()
