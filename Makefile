# weldtech: every target says what it does in `make help`.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
SLOW = ^Peers\. ^ChipTests\. ^Fuzz\. KillTests LabelShopTests PrintRunTests WornLabelTests ExecutedChipTests EmulatedChipTests \
  FaultedRunTests UpdateTests PairedFlashTests RepairingTests FaultTests LabelVerifyTests LabelsAgainTests MirroredTests \
  PrintGainTests NoisyChipTests FaultedFlashTests PowerCutTests HostileModuleTests HostilePlatformTests InspectionQueueTests \
  InspectionForkTests InspectionTests WalkQuestionsTests CorrectionTests \
  CorrectionKillTests Acceptance.AgreementTests PhotoDeliveryTests PhotoCopyTests DamagedPhotoTests FlashTraceTests \
  ArchiveTests ArchiveStrangerTests SealKillTests SealPeerTests SearchTests SmallPictureTests RemedyTests UploadCopyTests Acceptance.Phone StockPlateTests HostileClientTests \
  WalkDateTests BenchWorldTests ContractTests ESP32FlasherTests CrashTests SchemeDiagramTests RandomLivesTests RepairWalkTests \
  SurveyImportTests SurveyConversionTests SurveyWalkTests LabelWorkbookTests RepairStrangerTests RepairSlipTests AdoptionTests FormAndFigureTests PracticeDayTests
.PHONY: help setup build install install-files deb practice test release-program build-tests tests-of-modules tests-of-the-program-1 tests-of-the-program-2 tests-of-the-rest check-firmware quick soak fuzz lint format firmware firmware-sign bench docs

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages that the build and the run need
	@scripts/setup build run

build: setup ## build the release programs, .build/release/weldtech, weldtech-chip and weldtech-pages
	swift build -c release --product weldtech --static-swift-stdlib
	swift build -c release --product weldtech-chip --static-swift-stdlib
	swift build -c release --product weldtech-pages --static-swift-stdlib

install: build docs install-files ## install program, data, manual page and completions under PREFIX (/usr/local)

deb: build docs ## make the Debian package .build/deb/weldtech_*.deb; packaging/try installs it on a clean Debian 12
	@scripts/setup package
	packaging/build

# What is built already, under DESTDIR and PREFIX.
install-files:
	install -Dm755 .build/release/weldtech $(DESTDIR)$(PREFIX)/bin/weldtech
	install -Dm755 .build/release/weldtech-chip $(DESTDIR)$(PREFIX)/bin/weldtech-chip
	install -Dm755 .build/release/weldtech-pages $(DESTDIR)$(PREFIX)/bin/weldtech-pages
	for folder in label-templates schemes agreement-terms companion-pages firmware/releases firmware/trust firmware/development deploy/sql; do \
	  mkdir -p $(DESTDIR)$(PREFIX)/share/weldtech/$$folder && \
	  cp -r $$folder/. $(DESTDIR)$(PREFIX)/share/weldtech/$$folder/ || exit 1; done
	install -Dm644 .build/docs/weldtech.1 $(DESTDIR)$(PREFIX)/share/man/man1/weldtech.1
	install -Dm644 .build/docs/weldtech.zh.1 $(DESTDIR)$(PREFIX)/share/man/zh_CN/man1/weldtech.1
	install -Dm644 .build/docs/weldtech.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/weldtech
	install -Dm644 .build/docs/_weldtech $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_weldtech
	install -Dm644 .build/docs/weldtech.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/weldtech.fish

practice: build ## the whole job on a simulated module and a local platform
	.build/release/weldtech practice

test: ## lint, build and run all tests, peers included; .build/tested-tree then names the tree that passed
	@scripts/tested-tree begin
	@scripts/setup build run tests peers
	# Each build keeps one core busy most of the time. The release build has a folder of its own, so that they need not wait
	# for each other.
	@$(MAKE) --no-print-directory -j2 --output-sync=target release-program build-tests lint check-firmware
	# A process of tests runs as many of them at once as there are cores, and most of them wait for programs that they start;
	# four processes keep the cores busy.
	@rm -f .build/test-part-*.log
	@export TZ=Asia/Shanghai WELDTECH_RELEASE=$(CURDIR)/.build/shipped/release/weldtech; \
	$(MAKE) --no-print-directory -j4 -k --output-sync=target \
	  tests-of-modules tests-of-the-program-1 tests-of-the-program-2 tests-of-the-rest || scripts/test-part --again
	# Whatever has to do with dates, where they are other dates; in these zones winter and summer differ, or nothing does.
	for zone in America/New_York UTC; do TZ=$$zone swift test --skip-build --filter DateTests || exit 1; done
	@scripts/tested-tree end

# Whole print runs are made by the program as it is shipped.
release-program:
	swift build -c release --product weldtech --static-swift-stdlib --scratch-path .build/shipped
	swift build -c release --product weldtech-pages --static-swift-stdlib --scratch-path .build/shipped

build-tests:
	swift build --build-tests

PHONE = ^Acceptance\.Phone
MODULES = ^(ChipTests|Peers|ProvisionTests)\.
PROGRAM = ^Acceptance\.

tests-of-modules:
	scripts/test-part modules --filter '$(MODULES)' --filter '$(PHONE)'

# The halves take about as long as each other.
tests-of-the-program-1:
	scripts/test-part program-1 --filter '$(PROGRAM)[A-L]'

tests-of-the-program-2:
	scripts/test-part program-2 --filter '$(PROGRAM)[M-Z]' --skip '$(PHONE)'

tests-of-the-rest:
	scripts/test-part rest --skip '$(MODULES)' --skip '$(PROGRAM)'

check-firmware:
	firmware/check
	fuzz/run 5000

quick: build-tests ## what is tested in three minutes once it is built: no peers, no executed chips, no kills, no print runs, no long series of faults
	TZ=Asia/Shanghai swift test --skip-build --disable-xctest $(foreach suite,$(SLOW),--skip '$(suite)')

soak: ## what `make test` samples, whole and in parts, for hours; `scripts/soak status` says which have passed on this tree
	@scripts/setup build run tests peers
	@scripts/soak

fuzz: ## ten million inputs for each decoder of wire, satellite receiver and modem
	fuzz/run 10000000 frame cbor nmea at

lint: ## formatting, shell scripts and the house's own rules
	@scripts/lint

format: ## put the sources into the house's format
	swift format --in-place --parallel --recursive Package.swift Sources Tests firmware fuzz

firmware: setup ## build the module's image and its manifest into firmware/releases
	@firmware/build

firmware-sign: build ## sign the releases: KEY=K.pem, or KEY=development for a key that is thrown away
	@firmware/sign "$(KEY)"

bench: build ## run the benchmarks, each beside its peer
	@scripts/setup tests peers
	swift build -c release --product flash-program --static-swift-stdlib
	swift build -c release --product photo-program --static-swift-stdlib
	swift build -c release --product archive-program --static-swift-stdlib
	bench/start
	bench/records
	bench/doctor
	bench/labels
	.build/peers/bin/python bench/torture
	.build/peers/bin/python bench/photos
	.build/peers/bin/python bench/evidence
	.build/peers/bin/python bench/ledger
	swift build -c release --product company-program --static-swift-stdlib
	.build/peers/bin/python bench/company
	bench/flash
	bench/sync

docs: build ## write manual pages and shell completions into .build/docs, the picture of the targets into docs/architecture.md, and the plan's words into docs/schemas
	scripts/picture --write
	scripts/schema --write
	mkdir -p .build/docs
	.build/release/weldtech --lang en man > .build/docs/weldtech.1
	.build/release/weldtech --lang zh man > .build/docs/weldtech.zh.1
	.build/release/weldtech completions bash > .build/docs/weldtech.bash
	.build/release/weldtech completions zsh > .build/docs/_weldtech
	.build/release/weldtech completions fish > .build/docs/weldtech.fish
