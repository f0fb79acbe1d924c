// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// Optimization in debug builds too, for targets whose loops touch every pixel, instruction or byte: their tests took most
/// of the time of `make test`. Overflow, bounds and preconditions are checked as before.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let optimizedC: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

/// A feature or a layer below the features: pure Swift, its arrows spelled out.
func feature(
  _ name: String, path: String? = nil, isOptimized: Bool = false, _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, swiftSettings: settings + (isOptimized ? optimized : [])
  )
}

/// A C library of Debian: module map and shims in `Sources/CLibraries/<name>`.
func debian(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "weldtech",
  products: [
    .executable(name: "weldtech", targets: ["weldtech"]),
    .executable(name: "weldtech-chip", targets: ["Chip"]),
    .executable(name: "weldtech-pages", targets: ["Pages"]),
  ],
  targets: [
    // The domain, and what the features stand on.
    feature("Characters", ["CUTF8Proc"]),
    feature("Records", ["Characters"]),
    feature("Files", ["CFiles"]),
    feature("Cryptography", isOptimized: true, ["Files", "CCrypto"]),
    feature(
      "Drawing", isOptimized: true,
      [
        "Cryptography", "Files", "PageMessages", "CExif", "CFiles", "CExpat", "CISAL", "CJPEG", "CLibDeflate",
        "CPangoCairo", "CPNG",
        "CQPDF",
        "CQRencode",
        "CRsvg",
        "CTurboJPEG",
      ]),
    feature("Tables", isOptimized: true, ["CExpat", "CLibZip"]),
    feature("Threads"),
    // The messages between `Drawing` and `Pages`.
    feature("PageMessages", isOptimized: true),
    feature("Terminal", ["Characters", "CUTF8Proc"]),
    feature("Arguments", ["Characters", "Terminal"]),
    .target(
      name: "ModuleCore", path: "firmware/Core",
      // Spans of what a value holds, without which the microcontroller would have to copy or to have a heap.
      swiftSettings: settings + optimized + [.enableExperimentalFeature("Lifetimes")]),

    // The features. They do not know of each other.
    feature("Fieldbook", ["Characters", "Records", "Cryptography", "Files", "CSQLite"]),
    feature(
      "Provision",
      ["Records", "ModuleCore", "Cryptography", "Files", "Threads", "CLibDeflate", "CSerial", "CLZ4"]),
    feature(
      "Labels", isOptimized: true,
      ["Characters", "Records", "Cryptography", "Drawing", "Files", "Tables", "Threads", "CCups", "CZXing"]),
    feature("Diagrams", ["Records", "Drawing", "Cryptography"]),
    feature("Agreements", isOptimized: true, ["Records", "Drawing", "Cryptography"]),
    feature(
      "Photos", isOptimized: true,
      ["Records", "Cryptography", "Drawing", "Files", "CExif", "CJPEG", "CPNG", "CShrink"]),
    feature(
      "Sync",
      ["Characters", "Records", "Cryptography", "Files", "Threads", "CCurl", "CExpat", "CIDN2", "CNetlink"]),
    feature("Archives", isOptimized: true, ["Records", "Cryptography", "Files", "CLibDeflate", "CZip"]),
    feature(
      "Ledger", isOptimized: true,
      ["Records", "Cryptography", "Drawing", "Files", "Tables", "CLibZip", "CXLSXWriter"]),
    feature("Company", isOptimized: true, ["Records", "Cryptography", "Files", "Threads", "CPQ"]),
    feature("Companion", ["Records", "Cryptography", "Files", "Threads", "CMicrohttpd"]),
    feature(
      "Bench",
      [
        "Records", "ModuleCore", "CBoot", "Cryptography", "Files", "Threads", "CCrypto", "CMicrohttpd",
        "CSerial", "CZlib",
      ]),

    .executableTarget(
      name: "weldtech",
      dependencies: [
        "Records", "Fieldbook", "Provision", "Labels", "Diagrams", "Agreements", "Photos", "Sync", "Companion",
        "Archives", "Bench", "Company", "Ledger",
        "Arguments", "Characters", "Terminal", "Cryptography", "Drawing", "Files", "Tables",
      ],
      swiftSettings: settings),

    // A program of its own, because libunicorn is under the GPL: the module's microcontroller, executed.
    .executableTarget(
      name: "Chip", dependencies: ["Bench", "ModuleCore", "Records", "Cryptography", "CUnicorn"],
      swiftSettings: settings + optimized),

    // A program of its own, because poppler is under the GPL and draws by cairo: the pages of PDF files as pictures.
    .executableTarget(
      name: "Pages", dependencies: ["PageMessages", "Threads", "CPoppler"], swiftSettings: settings),

    // What `bench/flash` measures.
    .executableTarget(
      name: "flash-program", dependencies: ["Provision"], path: "bench/FlashProgram", swiftSettings: settings),

    // What `bench/photos` measures, and what the tests of damaged photos run, so that a crash is not theirs.
    .executableTarget(
      name: "photo-program", dependencies: ["Photos", "Fieldbook", "Records", "Cryptography"],
      path: "bench/PhotoProgram", swiftSettings: settings),

    // What fills the fieldbooks of `bench/evidence` and of the tests of large archives.
    .executableTarget(
      name: "archive-program", dependencies: ["Fieldbook", "Records", "Cryptography", "Drawing", "Files"],
      path: "bench/ArchiveProgram", swiftSettings: settings),

    // What fills the folders of `bench/company` and of the tests of the company's side.
    .executableTarget(
      name: "company-program", dependencies: ["Fieldbook", "Records", "Cryptography", "Files"],
      path: "bench/CompanyProgram", swiftSettings: settings),

    // C libraries of Debian.
    debian("CQRencode", pkgConfig: "libqrencode", package: "libqrencode-dev"),
    debian("CLibPNG", pkgConfig: "libpng", package: "libpng-dev"),
    debian("CLibDeflate", pkgConfig: "libdeflate", package: "libdeflate-dev"),
    debian("CISAL", pkgConfig: "libisal", package: "libisal-dev"),
    debian("CLibExif", pkgConfig: "libexif", package: "libexif-dev"),
    debian("CExpat", pkgConfig: "expat", package: "libexpat1-dev"),
    debian("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    debian("CIDN2", pkgConfig: "libidn2", package: "libidn2-dev"),
    debian("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
    debian("CPangoCairo", pkgConfig: "pangocairo", package: "libpango1.0-dev"),
    debian("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    debian("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
    debian("CMicrohttpd", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),
    debian("CLibZXing", pkgConfig: "zxing", package: "libzxing-dev"),
    debian("CUTF8Proc", pkgConfig: "libutf8proc", package: "libutf8proc-dev"),
    debian("CLZ4", pkgConfig: "liblz4", package: "liblz4-dev"),
    debian("CXLSXWriter", pkgConfig: "xlsxwriter", package: "libxlsxwriter-dev"),
    debian("CLibZip", pkgConfig: "libzip", package: "libzip-dev"),
    debian("CLibJPEG", pkgConfig: "libjpeg", package: "libjpeg62-turbo-dev"),
    debian("CTurboJPEG", pkgConfig: "libturbojpeg", package: "libturbojpeg0-dev"),

    // C and C++ of ours, where a library cannot be driven from Swift.
    .target(
      name: "CPNG", dependencies: ["CLibPNG", "CShrink"], path: "Sources/CLibraries/CPNG",
      cSettings: optimizedC),
    .target(
      name: "CJPEG", dependencies: ["CLibJPEG", "CShrink"], path: "Sources/CLibraries/CJPEG",
      cSettings: optimizedC),
    .target(name: "CZip", dependencies: ["CLibZip"], path: "Sources/CLibraries/CZip"),
    .target(name: "CExif", dependencies: ["CLibExif"], path: "Sources/CLibraries/CExif"),
    .target(name: "CShrink", path: "Sources/CLibraries/CShrink", cSettings: optimizedC),
    .target(
      name: "CPoppler", dependencies: ["CPangoCairo"], path: "Sources/CLibraries/CPoppler",
      linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CQPDF", path: "Sources/CLibraries/CQPDF", linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "CRsvg", dependencies: ["CPangoCairo"], path: "Sources/CLibraries/CRsvg",
      linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "CCups", path: "Sources/CLibraries/CCups", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CPQ", path: "Sources/CLibraries/CPQ", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CFiles", path: "Sources/CLibraries/CFiles"),
    // The kernel's own headers, which come with every C compiler.
    .systemLibrary(name: "CNetlink", path: "Sources/CLibraries/CNetlink"),
    .target(name: "CZXing", dependencies: ["CLibZXing"], path: "Sources/CLibraries/CZXing"),
    .target(name: "CBoot", path: "firmware/Boot"),
    .target(
      name: "CUnicorn", path: "Sources/CLibraries/CUnicorn", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CSerial", path: "Sources/CLibraries/CSerial"),

    // What several of the tests share.
    feature(
      "TestSupport", path: "Tests/Support", isOptimized: true,
      ["Terminal", "Bench", "ModuleCore", "Provision", "Records"]),
    tests("RecordsTests", ["Characters", "Records", "TestSupport"]),
    tests("FilesTests", ["Files", "TestSupport"]),
    tests("CryptographyTests", ["TestSupport", "Bench", "Cryptography"]),
    tests("DrawingTests", ["Drawing", "CPNG", "CShrink", "Files", "Pages", "TestSupport"]),
    tests("TablesTests", ["Tables", "TestSupport"]),
    tests("TerminalTests", ["Characters", "Terminal", "TestSupport"]),
    tests("ArgumentsTests", ["Arguments", "Terminal", "TestSupport"]),
    tests("ModuleCoreTests", ["ModuleCore", "TestSupport"]),
    tests("FieldbookTests", ["TestSupport", "Fieldbook", "Files", "Records", "CSQLite"]),
    // Programs that no chip could execute, for all who test with them.
    .target(
      name: "ESP32Programs", dependencies: ["Cryptography"], path: "Tests/ESP32Programs",
      swiftSettings: settings),
    tests(
      "ProvisionTests",
      ["ESP32Programs", "Provision", "Records", "ModuleCore", "Bench", "Cryptography", "TestSupport"]),
    tests("LabelsTests", ["Labels", "Drawing", "Records", "Tables", "TestSupport"]),
    .testTarget(
      name: "DiagramsTests", dependencies: ["Diagrams", "Drawing", "Provision", "Records", "TestSupport"],
      exclude: ["read-diagram"], swiftSettings: settings),
    tests("AgreementsTests", ["Agreements", "Bench", "Cryptography", "Drawing", "Records", "TestSupport"]),
    tests(
      "PhotosTests", ["Photos", "Records", "Drawing", "CPNG", "CTurboJPEG", "TestSupport", "photo-program"]),
    tests("ArchivesTests", ["Archives", "Cryptography", "Files", "Records", "TestSupport"]),
    tests("LedgerTests", ["Files", "Ledger", "Records", "Tables", "TestSupport"], exclude: ["read-form"]),
    tests(
      "CompanyTests",
      ["Company", "Cryptography", "Fieldbook", "Files", "Records", "TestSupport", "company-program"]),
    tests("CompanionTests", ["Companion", "Records", "Cryptography", "TestSupport"]),
    tests(
      "SyncTests",
      ["Sync", "Records", "Threads", "Bench", "Cryptography", "ModuleCore", "TestSupport", "weldtech"]),
    tests("BenchTests", ["Bench", "ModuleCore", "CBoot", "Cryptography", "Records", "TestSupport"]),
    tests(
      "ChipTests",
      ["Chip", "Bench", "CBoot", "ModuleCore", "Provision", "Records", "Cryptography", "TestSupport"]),
    tests(
      "WeldtechTests",
      [
        "weldtech", "Agreements", "Archives", "Companion", "Company", "Diagrams", "Records", "Terminal",
        "Arguments",
        "Fieldbook", "Files", "Labels", "Ledger",
        "Provision", "Sync", "Bench",
        "Cryptography", "Drawing", "Photos", "Tables", "TestSupport",
      ]),
    // The built program, as its users run it.
    tests(
      "Acceptance",
      [
        "Agreements", "ESP32Programs", "archive-program", "weldtech", "Bench", "Companion", "Cryptography",
        "Drawing", "Fieldbook",
        "Labels",
        "ModuleCore",
        "Records", "Sync", "Terminal", "TestSupport",
      ], exclude: ["Phone", "SurveyLists"]),
    .testTarget(
      name: "Fuzz", dependencies: ["ModuleCore"], path: "fuzz",
      exclude: ["Entry.swift", "README.md", "corpus", "run"], swiftSettings: settings),
    // Against programs that no one here wrote.
    .testTarget(
      name: "Peers",
      dependencies: [
        "ESP32Programs", "Bench", "Chip", "Cryptography", "ModuleCore", "Provision", "Records", "Sync",
        "Fieldbook", "TestSupport", "Threads", "archive-program", "company-program", "weldtech",
      ],
      path: "Tests/Peers",
      exclude: ["ptyshim.c", "hold-contract", "read-labels", "Schemathesis", "Uploads/tus-server"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
