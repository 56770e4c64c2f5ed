"""A headless Chromium with a profile of its own, for pages that people see."""
import os
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as seen
from selenium.webdriver.support.ui import WebDriverWait

TMP = os.environ.get("TMPDIR", "/tmp")


class Browser:
    def __init__(self, width=1024, height=768, dark=False):
        profile = tempfile.mkdtemp(prefix="chromium.", dir=TMP)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage", "--no-first-run",
                         "--disable-background-networking",
                         "--disable-component-update", "--disable-sync",
                         "--no-proxy-server",
                         "--user-data-dir=" + profile,
                         "--window-size=%d,%d" % (width, height)):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(
            options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(120)
        if dark:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme",
                              "value": "dark"}]})

    def phone(self):
        """The screen of a small phone."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": 360, "height": 640, "deviceScaleFactor": 2,
            "mobile": True})
        return self

    def open(self, url):
        self.driver.get(url)
        return self

    def heading(self):
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "main").text

    def click(self):
        """The page's one button; returns when the next page is there."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.TAG_NAME, "button").click()
        wait = WebDriverWait(self.driver, 120)
        wait.until(seen.staleness_of(before))
        wait.until(seen.presence_of_element_located((By.TAG_NAME, "h1")))

    def screenshot(self, name):
        path = os.path.join(TMP, name + ".png")
        self.driver.save_screenshot(path)
        return path

    def measure(self, script):
        return self.driver.execute_script("return " + script)

    def complaints(self):
        """What the browser's console says: blocked styles and the like."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if "favicon" not in entry["message"] and
                "404" not in entry["message"]]

    def close(self):
        self.driver.quit()
