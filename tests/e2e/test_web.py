#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser, against two simulated rooms with a past: what an engineer does with it.

Whole programs, and through them cli_web web web_request web_answer web_stream web_books web_poll web_pictures web_worker
web_child web_child_books web_page web_overview web_chain web_room_page web_device_page web_alerts_page
web_capacity_page web_reports_page web_graphs_page web_files web_access.
"""
import base64
import csv
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rig import free_port  # noqa: E402
from web_site import Site  # noqa: E402
from webdriver import Browser  # noqa: E402

BUILD = os.environ["WATTWACHT_BUILD"]
PAGES = ["/", "/room/leuven", "/room/district09", "/device/pdu-l1a", "/device/ups-l", "/alerts", "/graphs", "/capacity", "/reports", "/wall"]
SILENT = "pdu-l3b"
ENTER, TAB, RIGHT = "\ue007", "\ue004", "\ue014"

# What has text or a control and does not stand out, or has no name. Colours are resolved through what lies behind.
CONTRAST = r"""
const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 ? m : [...m.slice(0, 3), 1]; };
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const solid = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data;
  return [d[0], d[1], d[2], d[3] / 255]; };
const light = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
const ground = e => { for (; e; e = e.parentElement) { const c = solid(getComputedStyle(e).backgroundColor); if (c[3] > 0.5) return c; } return [255, 255, 255, 1]; };
const bad = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; (n = walker.nextNode());) {
  const e = n.parentElement;
  if (!n.textContent.trim() || !e.checkVisibility({visibilityProperty: true}) || e.closest('.hidden, .quiet, .skip, script, canvas, option')) continue;
  const a = light(solid(getComputedStyle(e).color)), b = light(ground(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) bad.push(n.textContent.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
}
return bad;
"""
NAMES = r"""
const bad = [];
const named = e => e.getAttribute('aria-label') || e.getAttribute('title') || e.innerText.trim() || [...e.querySelectorAll('img')].some(i => i.alt) || e.textContent.trim();
for (const e of document.querySelectorAll('a[href], button')) if (e.checkVisibility() && !named(e)) bad.push(e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll('input, select')) if (!e.labels.length && !e.getAttribute('aria-label')) bad.push(e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll('img')) if (!e.alt) bad.push(e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll('[aria-labelledby]')) if (!document.getElementById(e.getAttribute('aria-labelledby'))) bad.push(e.outerHTML.slice(0, 80));
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push('twice: ' + id);
if (document.querySelectorAll('h1').length !== 1 || !document.documentElement.lang) bad.push('h1 or lang');
return bad;
"""


def value(text, unit):
    """The number before a unit."""
    return number(re.search(r"([−-]?[\d.,]+)\s*" + re.escape(unit), text)[1])


def number(text):
    return float(re.search(r"[−-]?\d+(?:[.,]\d+)?", text)[0].replace(",", ".").replace("−", "-"))


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site(BUILD, apart=SILENT).__enter__()
        cls.addClassCleanup(cls.site.__exit__, None, None, None)
        cls.site.set_up()
        cls.process = cls.site.web()
        cls.browser = Browser(cls.site)
        cls.addClassCleanup(cls.browser.close)
        cls.site.until("all devices answer", cls.site.online, 60)
        cls.site.until("the page has values", lambda: "kW" in cls.fetch("/")[2], 30)

    @classmethod
    def fetch(cls, path, method="GET", headers=None, port=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or cls.site.port, timeout=60)
        connection.request(method, path, headers=headers or {}, body=body)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), data.decode("utf-8", "replace")

    expected = ()  # in the console, by a test that stops the page

    def setUp(self):
        self.expected = ()
        self.browser.size(1440, 900)
        self.browser.paper("light")
        self.browser.console()
        self.browser.requested()

    def tearDown(self):
        """No page of any test may complain, or ask another host."""
        self.assertEqual([m for m in self.browser.console() if not any(e in m for e in self.expected)], [])
        foreign = [u for u in self.browser.requested() if not u.startswith((self.site.url, "data:", "about:", "blob:", "chrome"))]
        self.assertEqual(foreign, [])

    def shown(self, path, label, unit):
        """A figure of a page, as soon as its meters have all answered. Asked again at a pace of people: each time the
        page asks for its graphs, and more than so many at once are refused."""
        opened = float("-inf")

        def ask():
            nonlocal opened
            if time.monotonic() - opened > 3:
                self.open(path)
                opened = time.monotonic()
            said = self.figure(label) or ""
            return said if re.search(r"[\d.]+ ?" + re.escape(unit), said) else None
        return value(self.site.until(f"{path} shows {label}", ask, 40), unit)

    def open(self, path, lang="en"):
        self.browser.go(f"{self.site.url}{path}{'&' if '?' in path else '?'}lang={lang}")

    def fact(self, name, within="main"):
        return self.browser.js("const d = [...document.querySelectorAll(arguments[1] + ' dt')].find(e => e.innerText.trim() === arguments[0]);"
                               "return d && d.nextElementSibling.innerText.replace(/\\s+/g, ' ').trim()", name, within)

    def figure(self, label):
        return self.browser.js("const l = [...document.querySelectorAll('.figure .label')].find(e => e.innerText.trim() === arguments[0]);"
                               "return l && l.parentElement.innerText.replace(/\\s+/g, ' ').trim()", label)

    # the ten tasks

    def test_01_hottest_rack(self):
        def ask():
            self.open("/")
            said = self.fact("Hottest rack") or ""
            return said if re.match(r"Rack \d ", said) else None
        said = self.site.until("the racks' sensors have all answered", ask, 40)
        inlets = {n: p for n, p in self.site.points("pdu-l*/sensor-01/temperature").items() if p["value"] is not None}
        hottest = max(inlets.values(), key=lambda p: p["value"])
        self.assertAlmostEqual(value(said, "°C"), hottest["value"], delta=0.6)
        close = {p["rack"] for p in inlets.values() if p["value"] > hottest["value"] - 0.6}
        self.assertIn("l" + said[5], close)

    def test_02_fullest_breaker(self):
        loads = {n: abs(p["value"]) / p["rating"] for n, p in self.site.points("*/current").items()
                 if p["value"] is not None and p["rating"] and p["room"] == "leuven"}
        name, part = max(loads.items(), key=lambda item: item[1])
        self.open("/room/leuven")
        said = self.fact("Fullest breaker")
        self.assertAlmostEqual(value(said, "%"), 100 * part, delta=8)
        self.assertRegex(said, r"pdu-l\d[ab] .*%.* / 32 A")
        self.assertGreater(loads[said.split(" ")[0] + "/" + said.split(" ")[1] + "/current"], part - 0.08, name)

    def test_03_last_months_pue(self):
        self.open("/")
        self.browser.click("nav a[href='/reports']")
        self.browser.click(".ranges a:nth-child(2)")  # the last closed month, of the whole site
        self.open("/reports?scope=leuven")
        said = self.browser.text("#ipue")
        month = self.browser.js("return document.querySelector('input[name=period]').value")
        _, out, _ = self.site.cli("report", "--room", "leuven", "--period", month, "--format", "json", "--config", self.site.path("conf.d"),
                                  "--state", self.site.path("state"), check=0)
        ipue = next(k for k in json.loads(out)["kpis"] if k["id"] == "ipue")
        self.assertAlmostEqual(number(said.split(" ", 1)[1]), ipue["value"], delta=0.002)
        self.assertAlmostEqual(number(said.split("±")[1]), ipue["uncertainty_k2"], delta=0.002)
        self.assertEqual(int(self.fact("category")), ipue["category"])
        self.assertIn("%", self.fact("coverage"))

    def test_04_feed_fails(self):
        self.open("/capacity?room=leuven&feed=A")
        rows = self.browser.texts("section[aria-labelledby=failover-title] tbody tr")
        self.assertEqual(len(rows), 4, rows)
        for row in rows:
            self.assertRegex(row, r"^Rack \d .*pdu-l\db/.*[\d.]+ ?A [\d.]+ ?A 25.6 ?A 32.0 ?A .*(holds|above the limit|the breaker trips)")
        a = self.site.points("pdu-l1a/total-l1/current")["pdu-l1a/total-l1/current"]["value"]
        b = self.site.points("pdu-l1b/total-l1/current")["pdu-l1b/total-l1/current"]["value"]
        first = next(r for r in rows if r.startswith("Rack 1"))
        amperes = [number(m) for m in re.findall(r"[\d.]+ ?A\b", first)]
        self.assertGreater(amperes[1], 0.6 * (a + b))
        self.assertAlmostEqual(amperes[2], 0.8 * 32, delta=0.1)
        self.assertRegex(self.fact_of_heading("Where does 1000 W fit?"), r"(fits|does not fit)")

    def fact_of_heading(self, heading):
        return self.browser.js("const h = [...document.querySelectorAll('h2')].find(e => e.innerText.trim() === arguments[0]);"
                               "return h && h.parentElement.innerText", heading)

    def test_05_yesterdays_peak(self):
        self.open("/room/leuven")
        said = self.figure("Peak yesterday")
        self.assertRegex(said or "", r"Peak yesterday [\d.]+ ?kW quarter of an hour at \d\d:\d\d")
        day = time.strftime("%Y-%m-%d", time.localtime(time.time() - 86400))
        status, _, text = self.fetch(f"/graph?what=power&scope=leuven&from={day}&to={time.strftime('%Y-%m-%d')}&format=csv")
        self.assertEqual(status, 200)
        rows = list(csv.DictReader(text.splitlines()))
        total = [float(row["Total [W]"]) for row in rows if row["Total [W]"]]
        self.assertAlmostEqual(number(said.split("yesterday")[1]), max(total) / 1000, delta=0.12 * max(total) / 1000)

    def test_07_energy_of_an_outlet(self):
        self.open("/device/pdu-l1a")
        row = next(r for r in self.browser.texts("section[aria-labelledby=energy-title] tbody tr") if r.startswith("outlet-01"))
        year = number(re.findall(r"[\d.,]+", row.split("Outlet 1 ")[-1])[4])
        with sqlite3.connect(f"file:{self.site.path('state', 'ledger.db')}?mode=ro", uri=True) as db:
            begin = int(time.mktime((time.localtime().tm_year, 1, 1, 0, 0, 0, 0, 0, -1)))
            wh = db.execute("SELECT sum(mwh) / 1000.0 FROM quarter JOIN account ON account = number WHERE name = ? AND ts >= ?",
                            ("pdu-l1a/outlet-01/energy", begin)).fetchone()[0]
        self.assertGreater(wh, 1000)
        self.assertAlmostEqual(year, wh / 1000, delta=0.01 * wh / 1000 + 0.2)
        source = next(r for r in self.browser.texts(".readings tr") if r.startswith("total active_power") or r.startswith("total active power"))
        self.assertIn("1.3.6.1.4.1.318.1.1.26.4.3.1.5.1", source)

    def test_08_heat_at_50(self):
        def delivered_now():
            return next(k for k in self.site.api("/api/v1/kpi?scope=district09") if k["id"] == "heat-delivered")["value"]
        delivered = self.site.until("heat is known", delivered_now)
        self.assertAlmostEqual(self.shown("/room/district09", "Heat at 50 °C", "kW"), delivered / 1000, delta=0.05 * delivered / 1000)
        at60 = self.shown("/capacity?room=district09&sink=60", "Delivered", "kW")
        at50 = self.shown("/capacity?room=district09&sink=50", "Delivered", "kW")
        self.assertAlmostEqual(at50, delivered / 1000, delta=0.05 * delivered / 1000)
        self.assertGreater(at60, at50)  # more electricity becomes heat

    def test_10_export(self):
        self.open("/graphs?what=power&scope=leuven")
        links = self.browser.js("return [...document.querySelectorAll('.exports a')].map(a => [a.dataset.format, a.getAttribute('href')])")
        kinds = {"svg": ("image/svg+xml", "<svg"), "png": ("image/png", "PNG"), "csv": ("text/csv", ","), "json": ("application/json", "{")}
        self.assertEqual(sorted(kinds), sorted(name for name, _ in links))
        for name, href in links:
            status, headers, data = self.fetch(href)
            self.assertEqual(status, 200, href)
            self.assertTrue(headers["Content-Type"].startswith(kinds[name][0]), headers)
            self.assertIn("attachment", headers["Content-Disposition"])
            self.assertIn(kinds[name][1], data[:2000])
        if self.fetch("/static/uPlot.iife.min.js")[0] == 404:
            return  # built without npm: pictures alone
        # ranges, zoom and keyboard change what is shown
        self.wait_until("document.querySelector('.chart canvas')")
        first = self.browser.js("return document.querySelector('.chart').dataset.from")
        self.browser.click(".ranges a[data-from='-7d']")
        self.wait_until("document.querySelector('.chart').dataset.from !== arguments[0]", first)
        week = self.browser.js("return document.querySelector('.chart').dataset.from")
        self.browser.js("document.querySelector('.chart').focus()")
        self.browser.keys("+")
        self.wait_until("document.querySelector('.chart').dataset.from !== arguments[0]", week)
        self.assertGreater(self.browser.js("return document.querySelectorAll('.u-legend tr').length"), 3)

    def wait_until(self, condition, *arguments, limit=20):
        self.site.until(condition, lambda: self.browser.js("return " + condition, *arguments), limit)

    # states that come and go

    def prints(self, path):
        """The fingerprint that a page carries, and the one that the stream tells of it."""
        page = re.search(r'data-print="([0-9a-f]+)"', self.fetch(path + "?lang=en&theme=dark")[2])[1]
        with urllib.request.urlopen(f"{self.site.url}/live?page={path}&lang=en", timeout=60) as live:
            return page, live.readline().decode().strip()

    def test_20_silent_and_explained(self):
        """A device falls silent while one watches: said without a reload, though its first try is lost; listed, and
        its alert explained."""
        self.open("/")
        self.assertIn("all well", self.browser.text(".room .badge"))
        before, told = self.prints("/")
        self.assertEqual(told, "id: " + before)
        self.browser.js("const real = window.fetch; window.tries = 0;"
                        "window.fetch = (...all) => window.tries++ ? real(...all) : Promise.reject(new TypeError('lost'))")
        self.site.alone.stop()
        self.wait_until("[...document.querySelectorAll('.brief')].some(e => e.innerText.includes(arguments[0]))", SILENT, limit=60)
        self.assertGreater(self.browser.js("return window.tries"), 1)
        after, told = self.prints("/")
        self.assertEqual((told, after == before), ("id: " + after, False))
        self.assertIn("alert", self.browser.text("section[aria-labelledby=room-leuven] .badge"))
        self.open("/room/leuven")
        self.assertIn("silent", next(r for r in self.browser.texts("section[aria-labelledby=devices-title] tbody tr") if r.startswith(SILENT)))
        self.open(f"/device/{SILENT}")
        self.assertIn("silent", self.browser.text(".title-line .badge"))
        self.assertIn("device silent", self.browser.text(".readings tbody"))
        self.browser.click("nav a[href='/alerts']")
        alert = f"article[id='device-silent.{SILENT}']"
        self.assertIn(SILENT, self.browser.text(alert + " h3"))
        self.browser.click(alert + " summary")
        self.assertIn("does not answer", self.browser.text(alert + " .explained"))
        self.assertIn("wattwacht probe", self.browser.text(alert + " .explained"))
        self.assertTrue(any("raised" in r and SILENT in r for r in self.browser.texts(".history tbody tr")))

    def test_30_daemon_down(self):
        """The page says so, still shows history, and comes back by itself."""
        self.open("/room/leuven")
        self.site.daemon_process.stop()
        self.wait_until("document.querySelector('.notice.bad')", limit=40)
        self.assertIn("The daemon does not answer", self.browser.text(".notice.bad"))
        self.assertEqual(self.fetch("/graph?what=power&scope=leuven")[0], 200)
        self.assertIn("outlet-01", self.fetch("/device/pdu-l1a")[2])
        self.assertEqual(self.fetch("/report?scope=leuven&period=" + time.strftime("%Y-%m"))[0], 200)
        self.site.daemon_process = self.site.run_daemon("state", "wattwachtd-again")
        self.wait_until("!document.querySelector('.notice.bad')", limit=40)

    def test_32_never_heard(self):
        """A page that starts while the daemon is down has no number for what nobody told, and all that is kept."""
        port = free_port()
        alone = self.site.web("--api", "unix:" + self.site.path("none.sock"), name="unheard", listen=f"127.0.0.1:{port}")
        page = self.site.until("it was tried", lambda: (lambda t: t if "cannot be reached" in t else None)(self.fetch("/", port=port)[2]))
        self.assertIn("not known", page)
        self.assertNotRegex(re.sub("<[^>]*>", " ", page), r"\d +k?W\b")
        self.assertIn("outlet-01", self.fetch("/device/pdu-l1a", port=port)[2])
        self.assertEqual(self.fetch("/graph?what=power&scope=leuven", port=port)[0], 200)
        self.assertEqual(self.fetch("/reports?scope=leuven", port=port)[0], 200)
        self.assertEqual(alone.stop(), 0, alone.said())

    def test_31_wall(self):
        """A page that goes away and comes back is watched again, and what it holds does not grow."""
        self.open("/wall")
        self.wait_until("document.querySelector('.figure .v b').innerText.length")
        self.assertEqual(self.browser.js("return getComputedStyle(document.querySelector('header')).display"), "none")
        self.expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED")
        self.process.stop()
        self.wait_until("!document.querySelector('.connection').hidden", limit=30)
        type(self).process = self.site.web(name="web-again")
        self.wait_until("document.querySelector('.connection').hidden", limit=40)

        def held():
            self.browser.devtools("HeapProfiler.collectGarbage")
            metrics = {m["name"]: m["value"] for m in self.browser.devtools("Performance.getMetrics")["metrics"]}
            return metrics["Nodes"], metrics["JSEventListeners"]
        self.browser.devtools("Performance.enable")
        renew = ("const done = arguments[0]; (async () => { for (let i = 0; i < 30; i++) { const t = await (await fetch(location.href)).text();"
                 " const m = new DOMParser().parseFromString(t, 'text/html').getElementById('main');"
                 " document.getElementById('main').replaceChildren(...m.childNodes); } done(true); })()")
        self.browser.wait_js(renew)
        before = held()
        self.browser.wait_js(renew)
        after = held()
        self.assertLess(after[0], before[0] * 1.2 + 200)
        self.assertLessEqual(after[1], before[1] + 2)

    # how it is made

    def test_40_accessible(self):
        for path in PAGES:
            for paper in ("light", "dark"):
                self.browser.paper(paper)
                self.open(path)
                with self.subTest(path=path, paper=paper):
                    self.assertEqual(self.browser.js(CONTRAST), [])
                    if paper == "light":
                        self.assertEqual(self.browser.js(NAMES), [])

    def test_41_phone_and_weight(self):
        for path in PAGES:
            self.browser.size(390, 844)
            self.open(path)
            with self.subTest(path=path):
                self.assertLessEqual(self.browser.js("return document.documentElement.scrollWidth"), 390)
                weight = sum(len(self.fetch(u)[2].encode()) for u in self.browser.js(
                    "return [location.pathname + location.search, ...[...document.querySelectorAll('script[src], link[rel=stylesheet]')]"
                    ".map(e => e.getAttribute('src') || e.getAttribute('href'))]"))
                self.assertLess(weight, 200000)

    def test_42_without_scripts(self):
        """Pictures, values, forms: all there."""
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.open("/graphs?what=power&scope=leuven")
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
            self.wait_until("document.querySelector('.paper img').naturalWidth > 300")
            self.assertFalse(self.browser.js("return !!document.querySelector('.chart canvas')"))
        finally:
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)

    def test_43_keyboard(self):
        self.open("/")
        self.browser.keys(TAB)
        self.assertEqual(self.browser.js("return document.activeElement.className"), "skip")
        seen = set()
        for _ in range(9):
            self.browser.keys(TAB)
            seen.add(self.browser.js("const e = document.activeElement; return e.getAttribute('href') || e.tagName"))
            self.assertNotEqual(self.browser.js("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        self.assertLessEqual({"/alerts", "/graphs", "/capacity", "/reports"}, seen)

    def test_44_languages(self):
        words = {"nl": "Waarschuwingen|Meldingen|Alarmen", "fr": "Alertes|Alarmes"}
        for lang, nav in words.items():
            self.open("/", lang)
            self.assertEqual(self.browser.js("return document.documentElement.lang"), lang)
            self.assertRegex(self.browser.text("nav"), nav)
            self.assertRegex(self.browser.text(".figure .v b"), r"^\d+,\d")
            for path in PAGES:
                left = re.findall(r"\b(Hottest|Fullest|coverage|window|Devices|Readings|Where the)\b", re.sub("<[^>]*>", " ", self.fetch(f"{path}?lang={lang}")[2]))
                self.assertEqual(left, [], (lang, path))
        self.assertIn('lang="fr"', self.fetch("/", headers={"Accept-Language": "de, fr;q=0.8, nl;q=0.5"})[2][:200])

    def test_50_heads(self):
        status, headers, page = self.fetch("/")
        self.assertEqual(status, 200)
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotRegex(page, r"<script(?![^>]*src=)[^>]*>|\sstyle=|\son\w+=|javascript:")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        style = re.search(r'href="(/static/page.css[^"]*)"', page)[1]
        _, headers, _ = self.fetch(style)
        self.assertIn("immutable", headers["Cache-Control"])
        self.assertEqual(self.fetch(style, headers={"If-None-Match": headers["ETag"]})[0], 304)

    def test_51_refused(self):
        long = "a" * 3000
        rows = [("/nope", 404), ("/room/none", 404), ("/room/..", 404), ("/device/%2e%2e%2f", 404), ("/static/../../etc/passwd", 404),
                ("/static/%2e%2e/page.css", 404), ("/graph?what=power&scope=none", 404), ("/graph?what=none", 404),
                ("/graph?what=power&from=1800-01-01", 400), ("/graph?what=power&from=2026-01-02&to=2026-01-01", 400),
                ("/graph?what=power&width=1000000", 400), ("/graph?what=" + long, 400), ("/graph?what=../../etc/passwd", 400),
                ("/graph?what=a;b", 400), ("/graphs?what=<script>", 400), ("/reports?period=never", 400), ("/report?period=1/2", 404),
                ("/report?period=2026-10&format=exe", 404), ("/capacity?sink=1e9", 400), ("/capacity?room=x", 404), ("/live?page=/nope", 503)]
        for path, wanted in rows:
            status, headers, text = self.fetch(path.replace("<", "%3C").replace(">", "%3E"))
            with self.subTest(path=path[:60]):
                self.assertEqual(status, wanted, text[-300:])
                self.assertNotIn("<script>", text)
                self.assertIn("Content-Security-Policy", headers)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            self.assertEqual(self.fetch("/", method, body="x" if method == "POST" else None)[0], 405)
        self.assertEqual(self.fetch("/healthz", "HEAD")[0], 200)

    def test_52_token(self):
        code, _, err = self.site.cli("web", "--listen", "0.0.0.0:0", "--config", self.site.path("conf.d"), "--state", self.site.path("state"))
        self.assertEqual((code, "token" in err), (1, True), err)
        token, port = "a-token-of-the-test", free_port()
        path = self.site.write("token", token + "\n", 0o600)
        other = self.site.web("--token", path, name="guarded", listen=f"0.0.0.0:{port}")
        self.assertEqual(self.fetch("/", port=port)[0], 401)
        self.assertEqual(self.fetch("/graph?what=power", port=port, headers={"Authorization": "Bearer wrong"})[0], 401)
        self.assertEqual(self.fetch("/", port=port, headers={"Authorization": "Bearer " + token})[0], 200)
        basic = base64.b64encode(f"anybody:{token}".encode()).decode()
        self.assertEqual(self.fetch("/", port=port, headers={"Authorization": "Basic " + basic})[0], 200)
        other.stop()

    def test_60_corrupt_and_slow(self):
        """A damaged file spoils its own graph alone; readers that take nothing in hold up nobody."""
        file = self.site.path("state", "rrd", "meter-ac", "total-l1.rrd")
        if os.path.exists(file):
            with open(file, "r+b") as f:
                f.truncate(100)
        self.assertIn(self.fetch("/graph?what=meter-ac/total-l1/voltage")[0], (404, 503, 200))
        slow = []
        for _ in range(60):
            s = socket.create_connection(("127.0.0.1", self.site.port))
            s.sendall(b"GET /room/district09 HTTP/1.1\r\nHost: x\r\n")
            slow.append(s)
        begun = time.monotonic()
        self.assertEqual(self.fetch("/")[0], 200)
        self.assertLess(time.monotonic() - begun, 5)
        for s in slow:
            s.close()

    def test_99_ends_cleanly(self):
        self.expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED")
        self.assertEqual(self.process.stop(), 0, self.process.said())
        self.assertNotIn("ERROR", self.process.said())


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=2)
    sys.exit(not program.result.wasSuccessful())
