#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `meson install` puts in place, looked at by systemd's own tools. Covers the catalog against rule.c."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["WATTWACHT_BUILD"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="wattwacht-install-")
        cls.addClassCleanup(shutil.rmtree, cls.root)
        subprocess.run(["meson", "install", "--no-rebuild", "-C", BUILD, "--destdir", cls.root], check=True,
                       stdout=subprocess.DEVNULL)
        prefixes = [base for base, _, names in os.walk(cls.root) if "wattwachtd" in names]
        cls.prefix = os.path.dirname(prefixes[0])

    def path(self, *names):
        return os.path.join(self.prefix, *names)

    def test_places(self):
        for name in ("bin/wattwacht", "bin/wattwachtd", "lib/systemd/system/wattwachtd.service",
                     "lib/systemd/system/wattwacht-web.service", "share/wattwacht/graphs/page/overview.html",
                     "share/wattwacht/graphs/page/page.css", "share/wattwacht/systemd/wattwacht.catalog",
                     "lib/sysusers.d/wattwacht.conf", "lib/tmpfiles.d/wattwacht.conf",
                     "lib/systemd/catalog/wattwacht.catalog", "share/wattwacht/profiles/apc-rpdu2.yaml",
                     "share/wattwacht/graphs/power.yaml", "share/wattwacht/factors.yaml",
                     "share/wattwacht/languages/nl.yaml", "share/wattwacht/laws/eu-2024-1364.yaml",
                     "share/doc/wattwacht/grafana/wattwacht.json",
                     "share/wattwacht/systemd/serial.conf", "share/doc/wattwacht/examples/leuven/10-site.yaml",
                     "share/man/man5/wattwacht.conf.5", "share/man/man8/wattwachtd.8", "share/man/man1/wattwacht.1"):
            self.assertTrue(os.path.exists(self.path(name)), name)

    def unit(self, name):
        """A unit with the binaries where they are installed now: verify looks for them."""
        with open(self.path("lib/systemd/system", name), encoding="utf-8") as f:
            text = f.read()
        path = os.path.join(self.root, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(r"=(/\S+)/bin/wattwacht", lambda m: "=" + self.path("bin/wattwacht"), text))
        return path

    def test_units(self):
        self.unit("wattwachtd.service")  # the page's unit names it
        for name in ("wattwachtd.service", "wattwacht-web.service"):
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", self.unit(name)],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", self.unit(name)],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-400:])

    def test_users(self):
        for tool, name in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
            more = ["--dry-run"] if tool == "systemd-sysusers" else ["--create", f"--root={self.root}"]
            with open(self.path("lib", name, "wattwacht.conf"), encoding="utf-8") as f:
                text = f.read()
            if tool == "systemd-tmpfiles" and os.geteuid() != 0:  # only root can give a directory away
                text = re.sub(r"^([a-zA-Z]\S*\s+\S+\s+\S+)\s+\S+\s+\S+", r"\1 - -", text, flags=re.M)
            done = subprocess.run([tool, *more, "-"], input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.stat(os.path.join(self.root, "etc/wattwacht/credentials")).st_mode & 0o777, 0o700)

    def test_catalog(self):
        with open(os.path.join(SOURCE, "daemon", "rule.c"), encoding="utf-8") as f:
            rules = set(re.findall(r'"([0-9a-f]{32})"', f.read()))
        for name in ("wattwacht", "wattwacht.nl", "wattwacht.fr"):
            with open(self.path("lib/systemd/catalog", name + ".catalog"), encoding="utf-8") as f:
                entries = re.findall(r"^-- ([0-9a-f]{32})$", f.read(), re.M)
            self.assertEqual(sorted(rules), sorted(entries), name)
        home = os.path.join(self.root, "catalog")
        os.makedirs(os.path.join(home, "usr/lib/systemd/catalog"))
        shutil.copy(self.path("lib/systemd/catalog/wattwacht.catalog"), os.path.join(home, "usr/lib/systemd/catalog"))
        subprocess.run(["journalctl", f"--root={home}", "--update-catalog"], check=True, capture_output=True)
        listed = subprocess.run(["journalctl", f"--root={home}", "--list-catalog"], check=True, capture_output=True, text=True)
        self.assertEqual(len(listed.stdout.splitlines()), len(rules))

    def test_manual(self):
        for page in ("man5/wattwacht.conf.5", "man8/wattwachtd.8", "man1/wattwacht.1"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", self.path("share/man", page)], capture_output=True,
                                  text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)

    def test_examples(self):
        """The installed examples hold against the installed profiles."""
        for name in ("demo", "leuven", "district09"):
            directory = self.path("share/doc/wattwacht/examples", name)
            credentials = os.path.join(self.root, "credentials")
            os.makedirs(credentials, exist_ok=True)
            for secret in ("mqtt", "snmp-auth", "snmp-privacy"):
                path = os.path.join(credentials, secret)
                with open(path, "w", encoding="utf-8") as f:
                    f.write("a secret of the test\n")
                os.chmod(path, 0o600)
            done = subprocess.run([os.path.join(BUILD, "wattwacht"), "check", "--config", directory], capture_output=True, text=True,
                                  env={**os.environ, "WATTWACHT_DATA": self.path("share/wattwacht"),
                                       "CREDENTIALS_DIRECTORY": credentials})
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
