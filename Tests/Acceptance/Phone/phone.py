"""A phone: headless Chromium with a small screen and touch, driven as a thumb drives it."""

import base64
import json
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# The time after which every wait fails, seconds.
GUARD = 60

FINGER = """
const wanted = arguments[0], exactly = arguments[1];
const all = Array.from(document.querySelectorAll('button, a, label.button'));
return all.filter(function (node) {
  const text = node.innerText.trim();
  return node.getClientRects().length > 0 && (exactly ? text === wanted : text.startsWith(wanted));
});
"""

# This script gives the place of an element's middle on the screen. It first scrolls to an element that
# something else covers.
PLACE = """
const node = arguments[0];
function look() {
  const box = node.getBoundingClientRect();
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  const hit = document.elementFromPoint(x, y);
  return { x: x, y: y, isFree: !!hit && (hit === node || node.contains(hit) || hit.contains(node) && hit.tagName === 'LABEL') };
}
let place = look();
if (!place.isFree) { node.scrollIntoView({ block: 'center' }); place = look(); }
return place;
"""


class Phone:
    def __init__(self, width=360, height=740):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        metrics = {"width": width, "height": height, "pixelRatio": 2, "touch": True, "mobile": True}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(GUARD)
        self.width, self.height = width, height
        self.complaints = []

    def close(self):
        self.driver.quit()

    def tell(self, command, **members):
        return self.driver.execute_cdp_cmd(command, members)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    # Looking

    def open(self, address):
        self.driver.get(address)

    def reload(self):
        self.take_complaints()
        self.driver.refresh()

    def text(self):
        return self.run("return document.body.innerText")

    def until(self, condition, what):
        """Waits until `condition()` gives something, and returns it."""
        end = time.monotonic() + GUARD
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(f"waited for {what}; the page says:\n{self.text()[-1500:]}")

    def see(self, text):
        self.until(lambda: text in self.text(), text)

    def buttons(self, text, exactly=False):
        return self.run(FINGER, text, exactly)

    def is_ready(self, text):
        found = self.buttons(text)
        return bool(found) and found[0].is_enabled()

    def take_complaints(self):
        """Keeps what the browser complains of; that the laptop was away is no fault of the page."""
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING") and "net::ERR_" not in entry["message"]:
                self.complaints.append(entry["message"])
        return self.complaints

    def picture(self, path):
        """Writes the screen as a PNG, a dot for each of the page's pixels."""
        clip = {"x": self.run("return scrollX"), "y": self.run("return scrollY"), "width": self.width, "height": self.height}
        shot = self.tell("Page.captureScreenshot", format="png", clip={**clip, "scale": 0.5})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    # Touching

    def tap(self, target, exactly=False):
        """Taps a button by its text, or an element."""
        if isinstance(target, str):
            text = target
            target = self.until(
                lambda: next((node for node in self.buttons(text, exactly) if node.is_enabled()), None), f"the button {text}")
        place = self.until(lambda: (lambda found: found if found["isFree"] else None)(self.place(target)), "a free place")
        self.touch([(place["x"], place["y"])])

    def place(self, node):
        """Where the middle of an element is on the screen, and whether a finger reaches it there."""
        return self.run(PLACE, node)

    def touch(self, points, force=None):
        """Draws with one finger; a point is x, y and, where the screen measures it, the pressure from 0 to 1."""
        for index, point in enumerate(points):
            finger = {"x": point[0], "y": point[1], "id": 1}
            if len(point) > 2:
                finger["force"] = point[2]
            self.tell("Input.dispatchTouchEvent", type="touchMove" if index else "touchStart", touchPoints=[finger])
        self.tell("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def fill(self, selector, text):
        """Types a text in place of the one that is there, and leaves the field."""
        field = self.until(lambda: self.driver.find_elements("css selector", selector), selector)[0]
        self.run("arguments[0].scrollIntoView({ block: 'center' }); arguments[0].focus(); arguments[0].select();", field)
        field.send_keys(text) if text else field.clear()
        self.run("arguments[0].blur()", field)

    def photograph(self, shot, path, camera=True):
        """Gives the page a file as the camera, or the album, does."""
        capture = "[capture]" if camera else ":not([capture])"
        selector = f'[data-shot="{shot}"] input[type=file]{capture}'
        self.until(lambda: self.driver.find_elements("css selector", selector), selector)[0].send_keys(path)

    # The world around it

    def turn(self, width, height):
        self.width, self.height = width, height
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True)

    def network(self, is_there=True, bytes_per_second=-1):
        self.tell("Network.enable")
        self.tell(
            "Network.emulateNetworkConditions", offline=not is_there, latency=0, downloadThroughput=-1,
            uploadThroughput=bytes_per_second)

    # Judging the page

    def faults(self):
        """What is wrong with the view that is shown: too wide, too small to be hit, too pale to be read in the sun."""
        return self.run(FAULTS)


FAULTS = """
const faults = [];
function name(node) { return node.tagName + '.' + node.className + ' ' + (node.innerText || node.value || '').slice(0, 30); }
const root = document.documentElement;
if (root.scrollWidth > window.innerWidth) {
  faults.push('the page is ' + root.scrollWidth + ' wide');
  document.querySelectorAll('body *').forEach(function (node) {
    if (node.getBoundingClientRect().right > window.innerWidth + 1) faults.push('too wide: ' + name(node));
  });
}
document.querySelectorAll('button, a, input, select, textarea, label.button').forEach(function (node) {
  const box = node.getBoundingClientRect();
  if (box.width === 0 && box.height === 0) return;
  if (box.width < 48 || box.height < 48) faults.push('a target of ' + box.width + ' x ' + box.height + ': ' + name(node));
  if (node.scrollWidth > node.clientWidth + 1 && node.tagName !== 'INPUT' && node.tagName !== 'SELECT') faults.push('its text does not fit: ' + name(node));
});
function parts(colour) { return (colour.match(/[0-9.]+/g) || []).map(Number); }
function light(colour) {
  const sum = [0.2126, 0.7152, 0.0722];
  return parts(colour).slice(0, 3).reduce(function (all, part, index) {
    const value = part / 255;
    return all + sum[index] * (value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4));
  }, 0);
}
function ground(node) {
  for (let place = node; place; place = place.parentElement) {
    const colour = parts(getComputedStyle(place).backgroundColor);
    if (colour.length === 3 || colour[3] > 0.99) return getComputedStyle(place).backgroundColor;
  }
  return 'rgb(255, 255, 255)';
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || node.getClientRects().length === 0 || node.tagName === 'SCRIPT') continue;
  const ink = light(getComputedStyle(node).color), paper = light(ground(node));
  const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  if (contrast < 7) faults.push('a contrast of ' + contrast.toFixed(1) + ': ' + name(node));
  if (parseFloat(getComputedStyle(node).fontSize) < 16) faults.push('letters of ' + getComputedStyle(node).fontSize + ': ' + name(node));
}
return faults;
"""
