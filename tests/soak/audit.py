"""Known holes in the versions of constraints.txt, asked of pip-audit in a venv of its own."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path

from tests.soak.ground import Ground

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"
_NO_ANSWER = ("ServiceError", "ConnectionError", "Max retries", "Connection", "Timeout", "resolve",
              "Proxy", "HTTP", "SSL")  # fmt: skip
"""What pip-audit says where its database can't be asked."""


def soak(ground: Ground) -> None:
    """Audit every pinned version; where nothing can be reached, say so."""
    venv.create(ground.folder / "venv", with_pip=True)
    python = str(ground.folder / "venv" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "pip-audit"]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode:
        ground.notes.append(f"unreachable: pip-audit can't be installed: {_last(installed.stderr)}")
        return
    command = [python, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), "--no-deps",
               "--disable-pip", "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        ground.notes.append("unreachable: pip-audit's database does not answer")
        return
    try:
        audited = json.loads(done.stdout)["dependencies"]
    except ValueError:
        if any(word in done.stderr for word in _NO_ANSWER):
            ground.notes.append(f"unreachable: pip-audit's database: {_last(done.stderr)}")
        else:
            ground.fail(f"pip-audit: {done.stderr[-600:]}")
        return
    unknown = [one["name"] for one in audited if "skip_reason" in one]
    if len(unknown) > len(audited) // 2:
        ground.notes.append(f"unreachable: {len(unknown)} of {len(audited)} packages unknown there")
        return
    if unknown:
        ground.notes.append(f"not audited: {', '.join(unknown)}")
    ground.counts["packages"] = len(audited) - len(unknown)
    for package in audited:
        for hole in package.get("vulns", []):
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            ground.fail(f"{package['name']} {package['version']}: {hole['id']}: fixed in {fixed}")


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1][:200]
