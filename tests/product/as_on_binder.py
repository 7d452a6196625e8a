"""Run every lesson through one Jupyter server and print what each took, a line of JSON a lesson.

`python -m tests.product.as_on_binder COURSE SCRATCH` starts `make lab` on the course in the folder COURSE, with home,
settings and temporary files in the folder SCRATCH. A learner's kernel is opened as JupyterLab opens it: a session
for the notebook, cells through the server's websocket. The caller cuts the network and takes away cores and the right
to write; the first line says whether that binds.
"""

import ast
import json
import sys
import time
from pathlib import Path

from tests.lab import running_lab

import psutil
import requests
import websocket
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session

CELL_TIMEOUT = 300
# 192.0.2.1 is reserved for documentation: where there is a network, the attempt times out and is not refused.
PROBE = """
import os, pathlib, socket

def is_refused(action):
    try:
        action()
    except OSError as error:
        return not isinstance(error, TimeoutError)
    return False

found = {"cores": len(os.sched_getaffinity(0)), "no writing": is_refused(pathlib.Path("written").touch),
         "no network": is_refused(lambda: socket.create_connection(("192.0.2.1", 80), timeout=2))}
"""


class Server:
    """The server's REST interface and its kernels' websockets."""

    def __init__(self, process, address, token):
        self.process, self.address, self.token = psutil.Process(process.pid), address, token

    def request(self, method, path, **options):
        reply = requests.request(method, f"{self.address}{path}{self.token}", timeout=60, **options)
        reply.raise_for_status()
        return reply.json() if reply.headers.get("Content-Type") == "application/json" else reply.text

    def open(self, path):
        """The notebook at `path`, a session for it, and the socket of the session's kernel."""
        self.request("GET", "/lab")
        cells = self.request("GET", f"/api/contents/{path}")["content"]["cells"]
        body = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = self.request("POST", "/api/sessions", json=body)
        address = f"ws{self.address[4:]}/api/kernels/{session['kernel']['id']}/channels{self.token}"
        return cells, session, websocket.create_connection(address, timeout=CELL_TIMEOUT)

    def close(self, session, channel):
        """Shut the kernel down, as the menu does."""
        channel.close()
        self.request("DELETE", f"/api/sessions/{session['id']}")

    def use(self):
        """The largest resident MB so far of the server and of its kernels, as Linux counted them, and the kernels' CPU
        seconds."""
        used = {"server": 0.0, "kernel": 0.0, "cpu": 0.0}
        for process in [self.process, *self.process.children(recursive=True)]:
            part = "kernel" if "ipykernel_launcher" in process.cmdline() else "server"
            status = Path(f"/proc/{process.pid}/status").read_text()
            used[part] += int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
            used["cpu"] += sum(process.cpu_times()[:2]) * (part == "kernel")
        return used


def run_cell(channel, messages, code, **expressions):
    """The kernel's reply to a cell, and to expressions that it evaluates after it."""
    request = messages.msg("execute_request", {
        "code": code, "silent": False, "store_history": True, "user_expressions": expressions, "allow_stdin": False,
        "stop_on_error": True})  # fmt: skip
    channel.send(json.dumps(request | {"channel": "shell"}, default=json_default))
    while True:
        message = json.loads(channel.recv())
        asked = message["parent_header"].get("msg_id")
        if message["msg_type"] == "execute_reply" and asked == request["header"]["msg_id"]:
            return message["content"]


def what_binds(server, path):
    """On how many cores a kernel runs, and whether it is refused to write into the course and to leave the machine."""
    _, session, channel = server.open(path)
    reply = run_cell(channel, Session(), PROBE, found="found")
    server.close(session, channel)
    return ast.literal_eval(reply["user_expressions"]["found"]["data"]["text/plain"])


def run_lesson(server, path):
    """Run a notebook's code cells up to the first that fails; what it took, and the failure or None."""
    cells, session, channel = server.open(path)
    messages, start, failure = Session(), time.perf_counter(), None
    for count, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), 1):
        reply = run_cell(channel, messages, cell["source"])
        if reply["status"] != "ok":
            failure = f"code cell {count}: {reply.get('ename')}: {reply.get('evalue')}\n{cell['source']}"
            break
    took = {"lesson": Path(path).stem, "failure": failure, "seconds": time.perf_counter() - start, **server.use()}
    server.close(session, channel)
    return took


def main(course, scratch):
    own = {name: str(scratch / name.lower()) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    for folder in own.values():
        Path(folder).mkdir()
    with running_lab(course, scratch, PYTHONPATH=str(course), **own) as lab:
        server = Server(*lab)
        paths = [path.relative_to(course).as_posix() for path in sorted(course.glob("notebooks/solutions/*.ipynb"))]
        print(json.dumps(what_binds(server, paths[0])), flush=True)
        for path in paths:
            print(json.dumps(run_lesson(server, path)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
