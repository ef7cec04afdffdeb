# SPDX-License-Identifier: GPL-2.0-only
# make: the module, against the headers of the running kernel or, if those are
# not installed, of the newest kernel that has some (KDIR=... names others),
# and vtpmctl.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(lastword $(sort $(wildcard /lib/modules/*/build))))
KERNELRELEASE ?= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h)
INSTALL_MOD_PATH ?= $(DESTDIR)
DEPMOD ?= /sbin/depmod
DRIVER := drivers/char/tpm/vtpm_bridge
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE := $(DESTDIR)/usr/src/vtpm_bridge-$(VERSION)
TESTS := tools/testing/selftests/tpm
TPM ?= 2.0
N ?= 1000000
SEED ?= 1
SECONDS ?= 60

# The headers of a distribution lack its signing key; sign-file would complain of that.
SIG_KEY = $(shell sed -n 's/^CONFIG_MODULE_SIG_KEY="\(.*\)"/\1/p' $(KDIR)/include/config/auto.conf)
HAVE_SIG_KEY = $(filter pkcs11:%,$(SIG_KEY))$(wildcard $(SIG_KEY) $(addprefix $(KDIR)/,$(SIG_KEY)))

.PHONY: all module tools install install-dkms uninstall clean check check-long demo kunit core differential
.PHONY: fuzz vm bench help
all: module tools

module:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) CONFIG_TCG_VTPM_BRIDGE=m modules

tools:
	$(MAKE) -C tools/vtpmctl

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) CONFIG_TCG_VTPM_BRIDGE=m \
		INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) INSTALL_MOD_STRIP=1 \
		$(if $(HAVE_SIG_KEY),,CONFIG_MODULE_SIG_ALL=) modules_install
# Without System.map, which a package of headers lacks, modules_install leaves this out.
	$(DEPMOD) $(addprefix -b ,$(INSTALL_MOD_PATH)) -a $(KERNELRELEASE)
	$(MAKE) -C tools/vtpmctl install
	@[ "$(KERNELRELEASE)" = "$$(uname -r)" ] || echo "The module is for the kernel" \
		"$(KERNELRELEASE), which does not run now: boot it before you load the module."

# What DKMS builds the module of, with this file.
install-dkms:
	$(RM) -r $(DKMS_SOURCE)
	for file in Makefile dkms.conf include/uapi/linux/vtpm_bridge.h $(DRIVER)/Makefile \
			$$(find $(DRIVER) -name '*.[ch]' ! -name '*.mod.c' ! -path '*/test/*'); do \
		install -D -m 644 $$file $(DKMS_SOURCE)/$$file || exit; \
	done

uninstall:
	$(RM) $(INSTALL_MOD_PATH)/lib/modules/$(KERNELRELEASE)/*/vtpm_bridge.ko*
	$(DEPMOD) $(addprefix -b ,$(INSTALL_MOD_PATH)) -a $(KERNELRELEASE)
	$(MAKE) -C tools/vtpmctl uninstall

check:
	$(TESTS)/check

check-long:
	$(TESTS)/check --long

demo:
	$(TESTS)/vm/demo --tpm $(TPM)

kunit:
	$(TESTS)/kunit/run

core:
	$(MAKE) -C $(TESTS)/core check

differential:
	$(MAKE) -C $(TESTS)/core differential N=$(N) SEED=$(SEED)

fuzz:
	$(MAKE) -C $(TESTS)/core fuzz SECONDS=$(SECONDS)

vm: all
	$(TESTS)/vm/vm --tpm $(TPM) --tty --timeout 0 /bin/bash

bench:
	$(TESTS)/vm/setup bench
	$(MAKE) all
	$(MAKE) -C tools/testing/bench
	$(TESTS)/vm/vm --count --timeout 7200 $(if $(RUNS),--env BENCH_RUNS=$(RUNS)) \
		tools/testing/bench/bench

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(DRIVER) clean
	$(MAKE) -C tools/vtpmctl clean
	$(MAKE) -C $(TESTS) clean
	$(MAKE) -C tools/testing/bench clean

help:
	@echo 'make            build the module and vtpmctl (W=1, C=2: warnings, sparse)'
	@echo 'make demo       show two virtual machines on one TPM (TPM=1.2: the other family)'
	@echo 'make check      run all tests that take about an hour together'
	@echo 'make check-long the others: a whole chip, guests with kernels of their own, libvirt'
	@echo 'make kunit      unit tests in User Mode Linux'
	@echo 'make vm         a shell in a machine with a chip (TPM=1.2: the other family)'
	@echo 'make bench      chip commands and time beside the raw chip, tpmrm0 and tpm2-abrmd'
	@echo 'make core       the pure core against a TPM in a library'
	@echo 'make differential  random commands to it and to that TPM (N=1000000 SEED=1)'
	@echo 'make fuzz       commands good and bad to proxies, and faults (SECONDS=60 each family)'
	@echo 'make install    install the module and vtpmctl on this machine'
	@echo 'make install-dkms  put the sources of the module where DKMS finds them'
	@echo 'make uninstall  remove what make install has installed'
	@echo 'make clean      remove what make built'
