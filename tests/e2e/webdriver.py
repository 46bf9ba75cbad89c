# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser for tests: chromium, headless, over the WebDriver protocol, with the standard library alone.

Source: W3C WebDriver; Chrome DevTools Protocol for what it lacks (media, scripts switched off).
"""
import base64
import json
import urllib.error
import urllib.request

from rig import Failure, free_port

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--lang=en"]


class Browser:
    def __init__(self, rig):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = rig.start("chromedriver", ["chromedriver", f"--port={self.port}", "--log-level=SEVERE"],
                                 env={"HOME": rig.dir})
        rig.until("chromedriver listens", lambda: self.call("GET", "/status")["ready"])
        options = {"args": [*ARGUMENTS, f"--user-data-dir={rig.path('chromium')}"], "perfLoggingPrefs": {"enableNetwork": True}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session = "/session/" + session["sessionId"]

    def call(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, method=method, data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            raise Failure(f"{method} {path}: {e.read().decode()[:600]}") from e

    def go(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def js(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_js(self, script, *arguments):
        """An asynchronous script: its last argument is to be called with the result."""
        return self.call("POST", self.session + "/execute/async", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def paper(self, name):
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def text(self, selector):
        return self.js("const e = document.querySelector(arguments[0]); return e && e.innerText.replace(/\\s+/g, ' ').trim()", selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.replace(/\\s+/g, ' ').trim())", selector)

    def click(self, selector):
        element = self.call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        self.call("POST", f"{self.session}/element/{next(iter(element.values()))}/click")

    def keys(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def console(self):
        return [entry["message"] for entry in self.call("POST", self.session + "/se/log", {"type": "browser"})]

    def requested(self):
        """The addresses of all requests since the last time."""
        urls = []
        for entry in self.call("POST", self.session + "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls

    def screenshot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def close(self):
        try:
            self.call("DELETE", self.session)
        except (Failure, OSError):
            pass
        self.process.stop()
