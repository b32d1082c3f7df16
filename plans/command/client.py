#!/usr/bin/env python3
"""Speaks for one node of server.py: what `chaos` asks on stdin, in the words of the Maelstrom protocol, it asks the node over
TCP, and answers on stdout. The difference that matters is between what certainly was not done and what may have been."""
import json, os, socket, sys, threading

NODE = (os.environ["NODE_ADDRESS"], int(os.environ["NODE_PORT"]))
CERTAINLY_NOT, PERHAPS, MISMATCH = 11, 0, 22
ERRORS = {"unreachable": CERTAINLY_NOT, "unknown": PERHAPS, "mismatch": MISMATCH}
printing = threading.Lock()


def reply(message, **body):
    body["in_reply_to"] = message["body"]["msg_id"]
    with printing:
        print(json.dumps({"src": message["dest"], "dest": message["src"], "body": body}), flush=True)


def ask(message):
    body = message["body"]
    try:
        connection = socket.create_connection(NODE, timeout=1)
    except OSError as error:
        return reply(message, type="error", code=CERTAINLY_NOT, text=str(error))
    try:
        with connection:
            connection.sendall(json.dumps({**body, "do": body["type"]}).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
    except (OSError, ValueError) as error:
        return reply(message, type="error", code=PERHAPS, text=str(error))
    if "error" in answer:
        return reply(message, type="error", code=ERRORS[answer["error"]], text=answer["error"])
    reply(message, type=body["type"] + "_ok", **({"value": answer["value"]} if "value" in answer else {}))


for line in sys.stdin:
    message = json.loads(line)
    if message["body"]["type"] == "init":
        reply(message, type="init_ok")
    else:
        threading.Thread(target=ask, args=[message], daemon=True).start()
