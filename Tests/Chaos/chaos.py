"""Random commands and random deaths, from a seed; see Scripts/chaos."""
import argparse
import pathlib
import random
import re
import shutil
import signal
import sys
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

import checks
from machine import ROOT, TICK, Machine
from model import KEYS, REFUSED, Counts, Environment, plan, refreshes

NAMES = [f"chaos-{letter}" for letter in "abcdefg"]
PORTS = range(26_000, 26_060)
ROUNDS_BETWEEN_CHECKS = 4
SETTLING = 120  # seconds


class Chaos:
    def __init__(self, seed, verbose):
        self.seed, self.verbose = seed, verbose
        self.machine = Machine(PORTS)
        self.environments = {name: Environment(name) for name in NAMES}
        self.counts = Counts()
        self.findings = []
        self.rounds = 0
        self.quiet = True
        source = (ROOT / "Sources/ControlPlane/Lifecycle/Failpoint.swift").read_text()
        self.failpoints = sorted(set(re.findall(r'case \w+ = "([^"]+)"', source)))

    def say(self, text):
        if self.verbose:
            print(f"[{time.monotonic() - self.began:6.1f}] {text}", flush=True)

    # ---- the whole run

    def run(self, minutes, rounds):
        self.began = time.monotonic()
        self.machine.start()
        if not self.machine.answers():
            raise SystemExit(f"the control plane does not start: {self.machine.log_tail(5)}")
        self.machine.must("snapshot", "import", "prod-snapshot", "--from-export", str(ROOT / "Templates/samples/shop"))
        self.commands = self.machine.commands()
        end = self.began + minutes * 60
        while not self.findings and (self.rounds < rounds if rounds else time.monotonic() < end):
            self.round(self.rounds)
            self.rounds += 1
            if self.rounds % ROUNDS_BETWEEN_CHECKS == 0:
                self.check()
        if not self.findings:
            self.check()
        if not self.findings:
            self.leave_nothing()
        return not self.findings

    def round(self, number):
        steps, (fault, delay, failpoint, choice) = plan(self.seed, number, NAMES, self.commands, self.failpoints)
        self.say(f"round {number}: {fault}, " + ", ".join(
            f"{name}: {' '.join(kind for kind, _ in chosen)}" for name, chosen in steps.items()))
        if fault == "failpoint":
            self.machine.stop()
            self.machine.start(failpoint)
            self.machine.answers()
        elif choice < 0.8:  # else the commands meet whatever the round before has left
            self.machine.answers()
        # Without a fault, and with none before it that may still be felt, everything has to succeed.
        self.calm = self.quiet and fault == "none" and choice < 0.8 and not self.machine.armed
        self.quiet = self.quiet and fault == "none"
        threads = [threading.Thread(target=self.work, args=(name, chosen)) for name, chosen in steps.items()]
        if refreshes(self.seed, number):
            threads.append(threading.Thread(target=self.refresh))
        threads.append(threading.Thread(target=self.harm, args=(fault, delay, choice)))
        for thread in threads:
            thread.start()
        # A control plane that died is back after a moment in which everybody meets nobody.
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.2)
            self.machine.supervise()
        if fault == "failpoint":
            self.counts.add(f"failpoint {failpoint}", "killed" if self.machine.control.poll() is not None or
                            not self.machine.expected_death else "not reached")
        else:
            self.counts.add(f"fault {fault}")

    # ---- faults

    def harm(self, fault, delay, choice):
        try:
            time.sleep(delay)
            machine = self.machine
            if fault in ("kill-postgres", "kill-backend", "kill-all"):
                machine.postgres_killed_at = time.monotonic()
            pick = lambda things: things[int(choice * len(things))] if things else None
            if fault in ("kill-control", "kill-all"):
                machine.kill_control()
            if fault in ("kill-postgres", "kill-all") and (pid := machine.postmaster()):
                machine.signal(pid, signal.SIGKILL)
            if fault == "kill-all":
                for pids in machine.servers().values():
                    for pid in pids:
                        machine.signal(pid, signal.SIGKILL)
            if fault == "kill-server" and (pids := pick(sorted(machine.servers().values()))):
                machine.signal(pids[0], signal.SIGKILL)
            if fault == "kill-backend" and (pid := pick(machine.backends())):
                machine.signal(pid, signal.SIGKILL)
            if fault == "restart-control":
                machine.stop()
                machine.start()
            if fault == "pause-control" and machine.is_running():
                pid = machine.control.pid
                machine.signal(pid, signal.SIGSTOP)
                time.sleep(2 * choice)
                machine.signal(pid, signal.SIGCONT)
        except Exception as error:  # a defect of this program must not look like a quiet round
            self.findings.append(f"chaos itself: {fault}: {error!r}")

    # ---- commands

    def work(self, name, chosen):
        environment = self.environments[name]
        for kind, number in chosen:
            if environment.is_open:
                return
            try:
                self.step(environment, kind, number)
            except Exception as error:
                self.findings.append(f"chaos itself: {kind} {name}: {error!r}")

    def step(self, environment, kind, number):
        if kind in ("write", "read"):
            return self.data(environment, kind, number)
        if kind == "together":
            return self.clone_together(environment)
        arguments = {
            "clone": ["clone", "prod-snapshot", environment.name, "--ttl", "10s" if number < 0.1 else "1h", "--output", "json"],
            "extend": ["extend", environment.name, "--ttl", "2h"],
            "shorten": ["extend", environment.name, "--ttl", "10s"],
            "exec": ["exec", environment.name, "--", "sh", "-c", "test -n \"$AWS_ENDPOINT_URL_DYNAMODB\""],
            "protect": ["protect", environment.name, "--reason", "chaos", "--for", "10s"],
            "restore": ["restore", environment.name, "--ttl", "1h"],
        }.get(kind, [kind, environment.name])
        done = self.machine.run(*arguments)
        if kind == "logs" and done.code == 0 or kind in ("show", "events", "exec") or done.code in REFUSED:
            outcome = "done" if done.code == 0 else f"exit {done.code}"
        elif done.code == 0:
            outcome = "done"
            self.succeeded(environment, kind, done)
        else:
            outcome = f"open ({done.code})"
            environment.is_open = environment.is_open or kind in ("clone", "delete", "reset")
        if done.code == 2 or self.calm and done.code not in {0, 3, 4, 5}:
            # A wrong option is a defect of this program; without a fault nothing else may fail.
            if not (self.calm and done.code == 1 and self.expects_refusal(environment)):
                self.findings.append(f"envctl {' '.join(arguments)}: exit {done.code}: {done.err.strip()}")
        self.counts.add(kind, outcome)
        self.say(f"  {kind} {environment.name}: {outcome}" + ("" if done.code == 0 else f" {done.err.strip()[:150]}"))

    def expects_refusal(self, environment):
        return checks.has_expired(self.machine, environment.id) if environment.id else False

    def succeeded(self, environment, kind, done):
        if kind == "clone":
            answer = done.json()
            if environment.id != answer["environment"]["id"]:
                environment.forget()
                environment.id = answer["environment"]["id"]
            environment.credentials = {key: answer["credentials"][key] for key in (
                "endpoint", "region", "access_key_id", "secret_access_key")}
        elif kind == "reset":
            environment.voided()
            environment.incarnation += 1
        elif kind == "delete":
            environment.forget()

    def clone_together(self, environment):
        """Several ask for the same name at the same time: one environment, and the same answer for all."""
        answers = [None] * 4
        def ask(number):
            answers[number] = self.machine.run("clone", "prod-snapshot", environment.name, "--ttl", "1h", "--output", "json")
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(answers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        good = [answer for answer in answers if answer.code == 0]
        if len(good) < len(answers):
            environment.is_open = environment.is_open or any(a.code not in REFUSED | {0} for a in answers)
        if good:
            ids = {answer.json()["environment"]["id"] for answer in good}
            if len(ids) > 1:
                self.findings.append(f"clones of {environment.name} at the same time got {ids}")
            self.succeeded(environment, "clone", good[0])
        self.counts.add("clone together", "done" if len(good) == len(answers) else "open")

    def refresh(self):
        """The snapshot's next generation, of the same export: whoever clones, resets or reads must not notice."""
        try:
            done = self.machine.run("snapshot", "refresh", "prod-snapshot")
            if done.code == 2 or self.calm and done.code not in {0, 4}:
                self.findings.append(f"envctl snapshot refresh: exit {done.code}: {done.err.strip()}")
            self.counts.add("refresh", "done" if done.code == 0 else f"exit {done.code}")
            self.say(f"  refresh: exit {done.code} {done.err.strip()[:150]}")
        except Exception as error:
            self.findings.append(f"chaos itself: refresh: {error!r}")

    def data(self, environment, kind, number):
        if environment.credentials is None:
            return self.counts.add(kind, "nothing there", 1)
        rng = random.Random(number)
        for _ in range(10):
            key = rng.randrange(KEYS)
            try:
                if kind == "write":
                    environment.write(key)
                else:
                    wrong = environment.read(key)
                    if wrong and not checks.has_expired(self.machine, environment.id):
                        self.findings.append(f"read: {wrong}")
                self.counts.add(kind)
            except (BotoCoreError, ClientError) as error:
                self.counts.add(kind, "no answer")
                if self.calm and not environment.is_open and not checks.has_expired(self.machine, environment.id):
                    self.findings.append(f"{kind} in {environment.name} ({environment.id}) without a fault: {error}")
                return

    # ---- checks

    def check(self):
        """Waits until nothing moves and two ticks have passed, then compares; what is wrong must stay wrong."""
        self.say("checking")
        self.calm, self.quiet = False, True
        # A death that a round left to come would come in the middle of a comparison.
        if self.machine.armed:
            self.machine.stop()
            self.machine.start()
        if not self.machine.answers():
            return self.findings.append(f"the control plane does not come back: {self.machine.log_tail(5)}")
        moving = self.settle()
        if moving:
            self.findings += [f"does not settle within {SETTLING} s: {line}" for line in moving]
            self.findings += [f"  PostgreSQL meanwhile: {line}" for line in checks.sessions(self.machine)]
            return
        time.sleep(2 * TICK + 0.5)
        wrong = []
        for attempt in range(4):
            try:
                self.machine.supervise()
                again = checks.inventory(self.machine)
            except RuntimeError as error:
                again = [f"PostgreSQL does not answer: {error}"]
            wrong = [line for line in again if not attempt or line in wrong]
            if not wrong:
                break
            time.sleep(3)
        self.findings += wrong
        try:
            self.findings += checks.promises(self.machine, self.environments)
        except RuntimeError as error:
            self.findings.append(f"PostgreSQL does not answer: {error}")
        self.findings += self.machine.problems
        self.counts.add("check", "passed" if not self.findings else "failed")

    def settle(self):
        end = time.monotonic() + SETTLING
        moving = ["never asked"]
        while time.monotonic() < end:
            self.machine.supervise()
            try:
                moving = checks.unsettled(self.machine.rows(checks.RECORDS))
            except RuntimeError as error:
                moving = [f"PostgreSQL does not answer: {error}"]
            if not moving:
                return []
            time.sleep(0.3)
        return moving

    def leave_nothing(self):
        """Deletes everything: then nothing may be there but the snapshot."""
        for name in NAMES:
            self.machine.run("unprotect", name)
            self.machine.run("delete", name)
        for environment in self.environments.values():
            environment.is_open = True
        self.check()
        left = [r for r in self.machine.rows(checks.RECORDS) if not r["pooled"]]
        self.findings += [f"{r['name']} ({r['id']}) is still {r['phase']} after its deletion" for r in left]
        self.machine.stop()
        down = self.machine.run("down")
        if down.code != 0:
            self.findings.append(f"envctl down: exit {down.code}: {down.err}")
        self.findings += [f"process {pid} is left behind: {' '.join(a)}" for pid, a in self.machine.processes().items()]

    # ---- the end

    def report(self):
        print(f"chaos: seed {self.seed}, {self.rounds} rounds in {(time.monotonic() - self.began) / 60:.1f} minutes, "
              f"{self.machine.starts} starts of the control plane")
        for line in self.counts.lines():
            print(line)
        for finding in self.findings:
            print(f"FINDING: {finding}")
        if self.findings:
            print(f"again: Scripts/chaos --seed {self.seed} --rounds {self.rounds}")
        print(f"{len(self.findings)} findings")

    def clean_up(self, keep):
        self.machine.stop()
        self.machine.run("down")
        for pid in self.machine.processes():
            self.machine.signal(pid, signal.SIGKILL)
        if keep:
            print(f"kept: {self.machine.home}")
        else:
            if self.findings:
                print("the end of the control plane's log:")
                print(self.machine.log_tail(60).replace(" | ", "\n"))
            shutil.rmtree(self.machine.home, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=None, help="draws everything (default: random, printed)")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=0, help="as many rounds instead of minutes")
    parser.add_argument("--keep", action="store_true", help="keep the state directory")
    parser.add_argument("--verbose", action="store_true", help="print each round and each command")
    options = parser.parse_args()
    seed = options.seed or str(random.SystemRandom().randrange(1_000_000))
    print(f"chaos: seed {seed}", flush=True)
    chaos = Chaos(seed, options.verbose)
    try:
        good = chaos.run(options.minutes, options.rounds)
        chaos.report()
    finally:
        chaos.clean_up(options.keep)
    sys.exit(0 if good else 1)


main()
