# SPDX-License-Identifier: GPL-2.0-only
# make: the module, against the headers of the running kernel or, if those are
# not installed, of the newest kernel that has some; KDIR=... names others.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(lastword $(sort $(wildcard /lib/modules/*/build))))
DRIVER := drivers/char/tpm/vtpm_bridge

.PHONY: all module clean
all: module

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) CONFIG_TCG_VTPM_BRIDGE=m modules

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) clean
