"""The installation under test as the machine sees it: its processes, its listening ports, its databases and records."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["ENVCTL_TEST_BIN"])
TICK = 1  # seconds between two comparisons of what exists with the records


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)


class Machine:
    """Starts and kills. Whatever dies without being asked to is started again by `supervise`, as a service manager
    would."""

    def __init__(self, ports):
        self.ports = ports
        self.home = tempfile.mkdtemp(prefix="envctl-chaos-")
        os.chmod(self.home, 0o755)
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ENVCTL_"))},
            "ENVCTL_HOME": self.home,
            "ENVCTL_LISTEN": "127.0.0.1:0",
            "ENVCTL_PORTS": f"{ports.start}-{ports.stop - 1}",
            "ENVCTL_RECONCILE_INTERVAL": f"{TICK}s",
            "ENVCTL_GRACE": "4s",
            "ENVCTL_IDLE": "15m",
            "ENVCTL_POOL_SIZE": "1",
        }
        self.control = None  # the control plane's Popen
        self.expected_death = False
        self.postgres_killed_at = float("-inf")
        self.armed = False  # whether it is to die at a failpoint
        self.lock = threading.RLock()
        self.problems = []
        self.starts = 0

    # ---- envctl

    def run(self, *arguments, timeout=60):
        try:
            done = subprocess.run(
                [str(BIN / "envctl"), *arguments], env=self.environ, capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return Result(124, "", f"no end within {timeout} s")
        return Result(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments, timeout=60):
        done = self.run(*arguments, timeout=timeout)
        if done.code != 0:
            raise RuntimeError(f"envctl {' '.join(arguments)}: exit {done.code}\n{done.err}")
        return done

    def commands(self):
        """The subcommands that this envctl has."""
        return {line.split()[0].rstrip(",") for line in self.run("--help").out.splitlines() if line.startswith("  ") and line.split()}

    # ---- the control plane

    def start(self, failpoint=None):
        """Starts the control plane; `answers` tells whether it is ready."""
        with self.lock:
            environ = {**self.environ, **({"ENVCTL_FAILPOINT": failpoint} if failpoint else {})}
            log = open(pathlib.Path(self.home, "control.log"), "ab")
            self.expected_death = self.armed = failpoint is not None
            self.control = subprocess.Popen(
                [str(BIN / "envctl"), "server"], env=environ, stdout=log, stderr=log, start_new_session=True)
            self.starts += 1
            log.close()

    def is_running(self):
        with self.lock:
            return self.control is not None and self.control.poll() is None

    def answers(self, within=60):
        """Whether the control plane takes requests; it is started again if it dies meanwhile."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            self.supervise()
            if self.run("status").code == 0:
                return True
            time.sleep(0.05)
        return False

    def supervise(self):
        with self.lock:
            if self.control is None or self.control.poll() is None:
                return
            code = self.control.returncode
            # One that starts while its PostgreSQL is being killed may give up: its service manager starts it again.
            excused = time.monotonic() - self.postgres_killed_at < 60
            if code != -signal.SIGKILL and not (code == 0 and self.expected_death) and not excused:
                self.problems.append(f"the control plane ended by itself with {code}: {self.log_tail(3)}")
            self.start()

    def stop(self):
        """Ends the control plane as a service manager does."""
        with self.lock:
            if not self.is_running():
                return
            self.expected_death = True
            self.control.send_signal(signal.SIGTERM)
            try:
                # Longer than the product gives its own services to end.
                self.control.wait(60)
            except subprocess.TimeoutExpired:
                self.problems.append("the control plane did not end within 60 s of SIGTERM")
                self.control.kill()
                self.control.wait()
            self.control = None

    def kill_control(self):
        with self.lock:
            if self.is_running():
                self.control.kill()
                self.control.wait()

    def log_tail(self, lines):
        try:
            text = pathlib.Path(self.home, "control.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return " | ".join(text.splitlines()[-lines:])

    # ---- processes and ports

    def processes(self):
        """pid → arguments of every process that names this installation, PostgreSQL's children not among them."""
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                line = pathlib.Path("/proc", entry, "cmdline").read_bytes().split(b"\0")
                state = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            arguments = [part.decode(errors="replace") for part in line if part]
            if state != "Z" and any(self.home in argument for argument in arguments):
                found[int(entry)] = arguments
        return found

    def servers(self):
        """environment id → pids of the servers that run for it."""
        found = {}
        for pid, arguments in self.processes().items():
            if arguments[0].endswith("extenddb-server"):
                found.setdefault(pathlib.Path(arguments[-1]).parent.name, []).append(pid)
        return found

    def postmaster(self):
        try:
            pid = int(pathlib.Path(self.home, "postgres/postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if pid in self.processes() else None

    def backends(self):
        """pids of PostgreSQL's processes that serve a connection."""
        postmaster, found = self.postmaster(), []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()
                title = pathlib.Path("/proc", entry, "cmdline").read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if postmaster and int(stat[1]) == postmaster and "127.0.0.1" in title or "[local]" in title and int(stat[1]) == postmaster:
                found.append(int(entry))
        return sorted(found)

    def signal(self, pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def listening(self):
        """Ports of the endpoints' range on which somebody listens."""
        found = set()
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            parts = line.split()
            port = int(parts[1].split(":")[1], 16)
            if parts[3] == "0A" and port in self.ports:
                found.add(port)
        return found

    def directories(self):
        try:
            return set(os.listdir(pathlib.Path(self.home, "environments")))
        except FileNotFoundError:
            return set()

    # ---- PostgreSQL

    def rows(self, sql, database="envctl"):
        """The rows of a query as dictionaries, asked for as the administrator."""
        run = pathlib.Path(self.home, "run")
        environ = {**os.environ, "PGPASSWORD": (run / "postgres.password").read_text().strip(), "PGCONNECT_TIMEOUT": "5"}
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", (run / "postgres.port").read_text().strip(),
             "-U", "envctl", "-d", database, "-v", "ON_ERROR_STOP=1", "-c",
             f"SELECT coalesce(json_agg(t), '[]') FROM ({sql}) t"],
            env=environ, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return json.loads(done.stdout)
