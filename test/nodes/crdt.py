#!/usr/bin/env python3
# A node for tests, written against the protocol alone: echo, unique ids, and sets and counters that gossip what they have.
import json
import sys
import threading
import time

lock = threading.Lock()
node, others = None, []
made = 0
elements = []
totals = {}


def send(dest, body):
    print(json.dumps({"src": node, "dest": dest, "body": body}), flush=True)


def reply(message, body):
    send(message["src"], {**body, "in_reply_to": message["body"]["msg_id"]})


def merge(body):
    elements.extend(e for e in body["elements"] if e not in elements)
    for name, (up, down) in body["totals"].items():
        mine = totals.get(name, [0, 0])
        totals[name] = [max(mine[0], up), max(mine[1], down)]


def gossip():
    while True:
        time.sleep(0.1)
        with lock:
            share()


def share():
    for other in others:
        send(other, {"type": "gossip", "elements": elements, "totals": totals})


def add(body):
    if "delta" in body:
        mine = totals.setdefault(node, [0, 0])
        mine[0 if body["delta"] > 0 else 1] += abs(body["delta"])
    elif body["element"] not in elements:
        elements.append(body["element"])
    share()


def handle(message):
    global node, others, made
    body = message["body"]
    kind = body["type"]
    if kind == "init":
        node = body["node_id"]
        others = [other for other in body["node_ids"] if other != node]
        reply(message, {"type": "init_ok"})
        threading.Thread(target=gossip, daemon=True).start()
    elif kind == "gossip":
        merge(body)
    elif kind == "echo":
        reply(message, {"type": "echo_ok", "echo": body["echo"]})
    elif kind == "generate":
        made += 1
        reply(message, {"type": "generate_ok", "id": f"{node}-{time.time_ns()}-{made}"})
    elif kind == "topology":
        reply(message, {"type": "topology_ok"})
    elif kind == "broadcast":
        add({"element": body["message"]})
        reply(message, {"type": "broadcast_ok"})
    elif kind == "add":
        add(body)
        reply(message, {"type": "add_ok"})
    elif kind == "read":
        total = sum(up - down for up, down in totals.values())
        reply(message, {"type": "read_ok", "messages": elements, "value": elements if elements else total})


print("a node in Python", file=sys.stderr, flush=True)
for line in sys.stdin:
    with lock:
        handle(json.loads(line))
