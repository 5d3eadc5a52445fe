#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open a report of mkboot's in headless Chromium and look at it as a person would, by WebDriver
(W3C WebDriver, and ChromeDriver's own goog/cdp for the Chrome DevTools Protocol).

usage: report_page.py PAGE ROWS [PICTURE.png WIDTH SCHEME HEIGHT]

Fails where the page asks the network for anything, writes to the browser's console, has not ROWS
boots, has a picture that does not decode, is wider than the window on a phone or a desk, has text
with too little contrast (WCAG 2.2, 1.4.3), runs a script, or does not follow the dark scheme. With
PICTURE, it saves what SCHEME (light, dark) looks like in a window of WIDTH and HEIGHT."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

LIMIT = 60  # seconds for one command

# What a page must not do to itself is looked for from outside of it: scripts that WebDriver runs
# are not bound by the page's policy.
FACTS = """
const visible = e => e.checkVisibility();
return {
  rows: document.querySelectorAll('.boots > li').length,
  failed: document.querySelectorAll('.boot.fail').length,
  failedFirst: [...document.querySelectorAll('.boot')].map(b => b.classList.contains('fail')),
  open: [...document.querySelectorAll('.boot')].map(b => b.open),
  // a row's thumbnail is shown again below, with its words
  images: [...document.images].map(i => [i.complete, i.naturalWidth, i.className === 'thumb' ? i.alt === '' : i.alt]),
  width: document.documentElement.scrollWidth, window: innerWidth,
  background: getComputedStyle(document.body).backgroundColor,
  scripts: document.scripts.length,
  handlers: [...document.querySelectorAll('*')].filter(e =>
    [...e.attributes].some(a => a.name.startsWith('on'))).length,
  outside: [...document.querySelectorAll('[src], [href]')].map(e =>
    e.getAttribute('src') || e.getAttribute('href')).filter(u => !u.startsWith('data:')),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  lang: document.documentElement.lang, title: document.title,
  h1: [...document.querySelectorAll('h1')].map(e => e.textContent),
  resources: performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:'))
    .map(r => r.name),
};"""

CONTRAST = """
const rgba = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const light = ([r, g, b]) => { const f = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
  if (c[3] === 1) return c; if (c[3] > 0) throw 'half transparent'; } return [255, 255, 255, 1]; };
const bad = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let seen = 0;
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement;
  if (!walk.currentNode.textContent.trim() || !e.checkVisibility()) continue;
  const a = light(rgba(getComputedStyle(e).color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  seen++;
  if (ratio < 4.5) bad.push([e.className || e.tagName, walk.currentNode.textContent.trim().slice(0, 30), ratio]);
}
return [seen, bad];"""


class Browser:
    def __init__(self, folder):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            if m := re.search(r"started successfully on port (\d+)", line):
                self.base = f"http://127.0.0.1:{m[1]}"
                break
        else:
            sys.exit("chromedriver did not start")
        args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", f"--user-data-dir={folder}"]
        self.session = ""
        value = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": args},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session = "/session/" + value["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=LIMIT) as answer:
            return json.load(answer)["value"]

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def cdp(self, command, **params):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def window(self, width, height, scheme):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 500)
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        shot = self.cdp("Page.captureScreenshot", format="png")
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def end(self):
        try:
            if self.session:
                self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(LIMIT)


def check(ok, what, value=None):
    if not ok:
        sys.exit(f"report_page: {what}: {value!r}")


def opened(browser):
    """A boot and a log open when a person chooses them, without a script."""
    closed = "document.querySelector('.boot:not([open])')"
    if not browser.run(f"return {closed} !== null"):
        return
    browser.run(f"window.chosen = {closed}; chosen.scrollIntoView({{block: 'center'}})")
    element = browser.run("return chosen.querySelector('summary')")
    browser.call("POST", f"/element/{next(iter(element.values()))}/click", {})
    check(browser.run("return chosen.open && chosen.querySelector('dl').checkVisibility()"),
          "a boot does not open")


def enlarged(browser):
    """So does a picture."""
    shot = "document.querySelector('.boot[open] .shot')"
    if not browser.run(f"return {shot} !== null"):
        return
    before = browser.run(f"{shot}.scrollIntoView({{block: 'center'}}); return {shot}.querySelector('img').clientWidth")
    element = browser.run(f"return {shot}.querySelector('summary')")
    browser.call("POST", f"/element/{next(iter(element.values()))}/click", {})
    after = browser.run(f"return {shot}.querySelector('img').clientWidth")
    check(after > before, "a picture does not open", (before, after))
    browser.call("POST", f"/element/{next(iter(element.values()))}/click", {})


def look(browser, page, rows):
    # The browser's own first page is not what is looked at.
    browser.call("POST", "/url", {"url": "about:blank"})
    browser.log("performance")
    browser.log("browser")
    browser.call("POST", "/url", {"url": page})
    facts = browser.run(FACTS)
    check(facts["rows"] == rows, f"not {rows} boots", facts["rows"])
    check(facts["failedFirst"] == sorted(facts["failedFirst"], reverse=True),
          "those that failed do not come first", facts["failedFirst"])
    check(facts["open"] == facts["failedFirst"], "not those that failed are open", facts["open"])
    check(all(c and w > 0 and alt for c, w, alt in facts["images"]),
          "a picture does not decode, or has no alternative text", facts["images"])
    check(facts["scripts"] == 0 and facts["handlers"] == 0, "there are scripts")
    check(not facts["outside"] and not facts["resources"], "it refers to something outside",
          facts["outside"] + facts["resources"])
    check(len(set(facts["ids"])) == len(facts["ids"]), "ids stand twice", facts["ids"])
    check(facts["lang"] == "en" and len(facts["h1"]) == 1, "no language, or no heading")
    backgrounds = {}
    for width, height in ((360, 740), (768, 1024), (1280, 900)):
        for scheme in ("light", "dark"):
            browser.window(width, height, scheme)
            facts = browser.run(FACTS)
            # A phone's window grows with what is too wide for it.
            check(max(facts["window"], facts["width"]) == width, f"wider than the window of {width}",
                  (facts["window"], facts["width"]))
            backgrounds[scheme] = facts["background"]
            browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            facts = browser.run(FACTS)
            check(max(facts["window"], facts["width"]) == width, f"all open, wider than {width}",
                  (facts["window"], facts["width"]))
            seen, bad = browser.run(CONTRAST)
            check(seen > 20, "hardly any text to be seen", seen)
            check(not bad, f"too little contrast, {scheme}", bad)
            browser.call("POST", "/url", {"url": page})
    check(backgrounds["light"] != backgrounds["dark"], "the dark scheme is the light one")
    opened(browser)
    enlarged(browser)
    # The guests' words are words: nothing of theirs ran or asked for anything.
    messages = [m["message"] for m in browser.log("browser")]
    check(not messages, "the browser's console", messages)
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            check(url.startswith(("file:", "data:")), "it asks the network", url)


def main():
    page, rows = pathlib.Path(sys.argv[1]).resolve().as_uri(), int(sys.argv[2])
    folder = tempfile.mkdtemp(prefix="mkboot-chromium.")
    browser = None
    try:
        browser = Browser(folder)
        look(browser, page, rows)
        if len(sys.argv) > 3:
            picture, width, scheme, height = sys.argv[3:]
            browser.window(int(width), int(height), scheme)
            browser.cdp("Emulation.setScrollbarsHidden", hidden=True)
            browser.call("POST", "/url", {"url": page})
            browser.picture(picture)
        print(f"{rows} boots, as they should be")
    finally:
        if browser is not None:
            browser.end()
        shutil.rmtree(folder, ignore_errors=True)


main()
