"""The service as it is packaged, and again with an archive for its JVM."""

import os
import shutil
import subprocess
from pathlib import Path

from contenders import OUT, ROOT, free_port


def maven(*arguments):
    subprocess.run([str(ROOT / "mvnw"), "-q", "-B", "-ntp", *arguments], cwd=ROOT, check=True)


def package(name, *arguments):
    """Packages the service, and gives the folder to which the result was taken."""
    maven("package", "-DskipTests", *arguments)
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    # With the times of the files, which an archive knows.
    shutil.copytree(ROOT / "target" / "quarkus-app", folder)
    return folder


def kind(version):
    return "AOT cache" if version >= 25 else "AppCDS"


def make(java, version, packaged):
    """Makes the archive as the image does it. Gives the folder of the application and the option that goes with it."""
    folder = packaged.with_name(f"{packaged.name}-{version}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(packaged, folder)
    environment = {**os.environ, "PATH": f"{Path(java).parent}:{os.environ['PATH']}",
                   "PORT": str(free_port()), "MCP_PORT": str(free_port())}
    subprocess.run([str(ROOT / "src/main/docker/archive.sh"), str(folder), "-XX:+UseSerialGC"], env=environment, check=True)
    return folder, f"-XX:SharedArchiveFile={folder / 'startup.jsa'}"
