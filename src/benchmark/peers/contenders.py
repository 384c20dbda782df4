"""The measured processes: each runs separately on the loopback interface and is started, called and stopped in the same way."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import string
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
OUT = ROOT / "target" / "benchmark"

TOKEN = "x" * 900
CLIENT_ID = "0a7e3c52-6d5b-4f0e-9a3c-5d2f6b1c8e90"
PATIENCE_SECONDS = 60
TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")

# Options of the image in a container of 256 MiB (src/main/docker/Dockerfile.jvm), for all JVMs. The log of the collector, a line per
# collection, tells how much was allocated.
JVM = ["-XX:+UseSerialGC", "-Xmx128m", "-Xlog:gc:file=$gc"]
JSON = {"Content-Type": "application/json"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(what)
        time.sleep(0.002)


def request_token(port, path, headers, body):
    """The response, or None if the process does not listen yet or returns no token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        text = response.read()
        return text if response.status == 200 and b"access_token" in text else None
    except OSError:
        return None
    finally:
        connection.close()


class Contender:
    """A measured process. `traffic` lists the kinds of requests that it supports."""

    def __init__(self, name, command, traffic, path="/v1/oauth2/token", environment=None):
        self.name = name
        self.command = command
        self.traffic = traffic
        self.path = path
        self.environment = environment or {}
        self.port = self.mcp_port = 0
        self.process = None

    def start(self):
        """Starts the process. Returns the seconds until its first token."""
        self.port, self.mcp_port = free_port(), free_port()
        self.log = OUT / (re.sub(r"\W+", "-", self.name) + ".log")
        self.gc_log = self.log.with_suffix(".gc")
        self.gc_log.unlink(missing_ok=True)
        names = {"port": str(self.port), "mcp": str(self.mcp_port), "gc": str(self.gc_log)}
        command = [string.Template(part).safe_substitute(names) for part in self.arguments()]
        inherited = {name: value for name, value in os.environ.items()
                     if not re.match("(LEAN|TOKEN|CACHE|ACCESS|QUARKUS|ALLOWED|MCP|LIMITS|JAVA_TOOL|JDK_JAVA)_", name)}
        environment = {name: string.Template(value).safe_substitute(names) for name, value in self.environment.items()}
        started = time.monotonic()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT,
                                            env={**inherited, **environment})
        wait_until(self.has_token, f"{self.name} returns no token, see {self.log}")
        return time.monotonic() - started

    def arguments(self):
        return self.command

    def has_token(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} has ended, see {self.log}")
        proxied = "proxied" in self.traffic
        return request_token(self.port, self.path, {} if proxied else JSON, "scope=api" if proxied else '{"scope":"api"}')

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def url(self, traffic):
        return f"http://127.0.0.1:{self.mcp_port}/mcp" if traffic.startswith("mcp") else f"http://127.0.0.1:{self.port}{self.path}"

    def mcp_session(self):
        """The id of a new MCP session."""
        headers = {**JSON, "Accept": "application/json, text/event-stream"}
        connection = http.client.HTTPConnection("127.0.0.1", self.mcp_port, timeout=10)
        connection.request("POST", "/mcp", json.dumps({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"protocolVersion": "2025-11-25", "capabilities": {},
                       "clientInfo": {"name": "benchmark", "version": "1"}}}), headers)
        response = connection.getresponse()
        response.read()
        session = response.headers["Mcp-Session-Id"]
        connection.request("POST", "/mcp", json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
                           {**headers, "Mcp-Session-Id": session})
        connection.getresponse().read()
        connection.close()
        return session

    def _processes(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self):
        """Processor time used so far, in user space and in the kernel, including workers."""
        ticks = 0
        for pid in self._processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks * TICK_SECONDS

    def allocated_mib(self):
        """Heap allocated until the last collection; None without a log of collections."""
        if not self.gc_log.exists():
            return None
        allocated = remaining = 0
        for before, after in re.findall(r"Pause .* (\d+)M->(\d+)M", self.gc_log.read_text()):
            allocated += int(before) - remaining
            remaining = int(after)
        return allocated

    def resident_mib(self):
        """Resident memory, including workers; shared memory counts once per process."""
        kib = 0
        for pid in self._processes():
            kib += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1))
        return kib / 1024


class Nginx(Contender):
    """nginx, with a configuration made from a template, since it contains the port."""

    def __init__(self, name, template, traffic=(), **values):
        super().__init__(name, [shutil.which("nginx") or "/usr/sbin/nginx"], traffic, path="/oauth2/token")
        self.template = HERE / template
        self.values = values

    def arguments(self):
        configuration = OUT / self.template.name
        configuration.write_text(string.Template(self.template.read_text()).safe_substitute(
            folder=OUT, port=self.port, **self.values))
        return [*self.command, "-c", str(configuration)]


def java_version(java):
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    return int(re.search(r'version "(\d+)', text).group(1))


def service(name, command, lean_port):
    return Contender(name, command, ["cached", "missed", "mixed", "mcp", "mcp-stateless"], environment={
        "PORT": "$port", "MCP_PORT": "$mcp", "QUARKUS_HTTP_HOST": "127.0.0.1",
        "LEAN_URL": f"http://127.0.0.1:{lean_port}", "LEAN_CLIENT_ID": CLIENT_ID, "LEAN_CLIENT_SECRET": "not-a-secret",
        # The default budget would be spent in the first second of a benchmark of misses.
        "LEAN_REQUESTS_PER_MINUTE": "100000000"})
