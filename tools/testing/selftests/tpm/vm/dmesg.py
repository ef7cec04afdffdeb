# SPDX-License-Identifier: GPL-2.0
"""What a kernel that authenticates its commands says when its TPM fails it."""
import re

from tap import check

WRONG = re.compile(".*(?:A TPM error|HMAC check failed|NULL primary|null key|TPM integrity).*",
                   re.IGNORECASE)


def check_dmesg(whose, said):
    wrong = WRONG.findall(said)
    check(not wrong, "%s: the kernel met errors:\n%s" % (whose, "\n".join(wrong)))
