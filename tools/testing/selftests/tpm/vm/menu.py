# SPDX-License-Identifier: GPL-2.0
"""SeaBIOS' menus in a guest that has a screen: what they show, and the keys for them."""
import time

import lab
from guest import Late
from tap import check

LINE = r"t\. TPM Configuration"
SHOWN = "If no change is desired"


class Menu:
    """SeaBIOS waits for a key at each start, so this has to see all of them."""

    def __init__(self, guest):
        self.guest = guest
        self.boots = 0

    def boot(self):
        """SeaBIOS after the next reset, stopped in its boot menu: what it shows."""
        self.boots += 1
        self.guest.wait_log("Press ESC for boot menu", count=self.boots)
        self.guest.key("esc")
        self.guest.wait_screen("Select boot device")
        try:                            # its last line, a moment after the others
            return self.guest.wait_screen(LINE, 10)
        except Late:
            return self.guest.screen()

    def tpm(self):
        text = self.boot()
        check("TPM Configuration" in text, "no TPM line in the boot menu:\n" + text)
        self.guest.key("t")
        return self.guest.wait_screen(SHOWN)

    def choose(self, key, shows):
        """Presses a key in the TPM menu, which then shows something new."""
        seen = self.press(key, shows)
        check("error occurred" not in seen, "key %s in the menu: %s" % (key, self.guest.screen()))

    def press(self, key, shows):
        """The same, whether it is well or not: what the firmware has said since."""
        seen = len(self.guest.text("firmware.log"))
        self.guest.key(key)
        end = time.monotonic() + lab.HANG
        while shows not in self.guest.text("firmware.log")[seen:]:
            self.guest.check()
            check(time.monotonic() < end, "key %s in the menu: no %r but:\n%s"
                  % (key, shows, self.guest.screen()))
            time.sleep(0.2)
        return self.guest.text("firmware.log")[seen:]

    def leave(self):
        """Boots what there is to boot; SeaBIOS takes no key for that at once."""
        time.sleep(2)
        self.guest.key("esc")
