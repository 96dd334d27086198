"""Programs of other languages, each on the AWS SDK of its language, against the endpoint of a real clone. `Scripts/lib/sdks.sh`
gets the SDKs."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import ROOT

HERE = pathlib.Path(__file__).parent
SDKS = ROOT / ".venv/sdks"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the SDKs come from Debian's packages")


@pytest.fixture
def check(installation, environment):
    """Runs a program, which prints a line for each of its checks."""

    def check(*command, **variables):
        known = json.loads(installation.run("env", environment, "--format", "json").stdout)
        done = subprocess.run(
            [str(part) for part in command], env={**os.environ, **known, **variables}, capture_output=True, text=True,
            timeout=120)
        checks = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
        wrong = [line for line in checks if line.startswith("not ok ")]
        assert wrong == [] and done.returncode == 0, done.stdout + done.stderr
        assert len(checks) > 8, "the program ended early"

    return check


def build(*command, **variables):
    done = subprocess.run(
        [str(part) for part in command], env={**os.environ, **variables}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_javascript(check):
    check(
        "node", HERE / "javascript/program.js", NODE_PATH=str(SDKS / "javascript/node_modules"),
        AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE="1")


def test_go(check, tmp_path):
    program = tmp_path / "program"
    # Debian's packages of Go libraries are a GOPATH.
    build(
        "go", "build", "-o", program, *sorted((HERE / "go").glob("*.go")), GO111MODULE="off", GOPATH="/usr/share/gocode",
        GOFLAGS="")
    check(program)


def test_java(check, tmp_path):
    libraries = next((SDKS / "java").glob("aws-java-sdk-bundle-*.jar"))
    build("javac", "-nowarn", "-cp", libraries, "-d", tmp_path, *sorted((HERE / "java").glob("*.java")))
    # The SDK is older than Java's modules and looks into their insides.
    check(
        "java", "-XX:TieredStopAtLevel=1", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp",
        f"{libraries}:{tmp_path}", "Program")
