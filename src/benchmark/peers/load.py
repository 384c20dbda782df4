"""Puts load on a contender by wrk, one run at a time, and measures its costs."""

import json
import os
import re
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "wrk.lua"


def run(contender, traffic, connections, seconds):
    """One run of wrk: requests per second, latencies in milliseconds, and microseconds of CPU and bytes of heap
    per request."""
    environment = {**os.environ, "TRAFFIC": traffic}
    if traffic == "mcp":
        environment["MCP_SESSION"] = contender.mcp_session()
    before, allocated_before = contender.cpu_seconds(), contender.allocated_mib()
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), contender.url(traffic)],
        env=environment, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    used = contender.cpu_seconds() - before
    found = re.search(r"^RESULT (.*)$", text, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk printed no result for {contender.name}:\n{text}")
    result = json.loads(found.group(1))
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{contender.name} answered {result['errors']} of {result['requests']} requests with an error "
                           f"({traffic}, {connections} connections), see {contender.log}")
    return {
        "requests/s": result["requests"] / result["microseconds"] * 1e6,
        "p50": result["p50"] / 1000, "p99": result["p99"] / 1000, "p99.9": result["p999"] / 1000,
        "cpu": used / result["requests"] * 1e6,
        "allocated": None if allocated_before is None else
        (contender.allocated_mib() - allocated_before) * 2**20 / result["requests"]}
