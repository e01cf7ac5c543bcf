# `make perlscan`, for a Makefile that includes this file:
#
#     include perlscan.mk
#
#     make perlscan PERLSCAN_FLAGS='--fail-on high'

PERLSCAN ?= perlscan
PERLSCAN_FLAGS ?=
PERLSCAN_PATH ?= .

.PHONY: perlscan
perlscan:
	@command -v $(PERLSCAN) >/dev/null || { echo "$(PERLSCAN) is not installed, or not in PATH" >&2; exit 2; }
	$(PERLSCAN) scan $(PERLSCAN_FLAGS) $(PERLSCAN_PATH)
