"""Packages the service, without and with a startup archive for its JVM."""

import os
import shutil
import subprocess
from pathlib import Path

from contenders import OUT, ROOT, free_port


def maven(*arguments):
    subprocess.run([str(ROOT / "mvnw"), "-q", "-B", "-ntp", *arguments], cwd=ROOT, check=True)


def package(name, *arguments):
    """Packages the service. Returns the folder to which the result was copied."""
    maven("package", "-DskipTests", *arguments)
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    # Keeps the times of the files, which the archive contains.
    shutil.copytree(ROOT / "target" / "quarkus-app", folder)
    return folder


def kind(version):
    return "AOT cache" if version >= 25 else "AppCDS"


def make(java, version, packaged):
    """Creates the archive like the image does. Returns the folder of the application and the option that uses the archive."""
    folder = packaged.with_name(f"{packaged.name}-{version}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(packaged, folder)
    environment = {**os.environ, "PATH": f"{Path(java).parent}:{os.environ['PATH']}",
                   "PORT": str(free_port()), "MCP_PORT": str(free_port())}
    subprocess.run([str(ROOT / "src/main/docker/archive.sh"), str(folder), "-XX:+UseSerialGC"], env=environment, check=True)
    return folder, f"-XX:SharedArchiveFile={folder / 'startup.jsa'}"
