// swift-tools-version: 6.2

import PackageDescription

/// Whether `AMONAT_FUZZ=1` is set (`Tests/Fuzz/README.md`).
///
/// Then the parsers are built with coverage and address checks, and the fuzzer joins the package. Its
/// `main` is libFuzzer's, so it cannot be a part of the usual build.
let fuzzing = Context.environment["AMONAT_FUZZ"] != nil
let fuzzFlags: [SwiftSetting] = fuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []

/// Compiler settings of every target: the strictest the toolchain offers.
let house: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
  ] + fuzzFlags

/// The third-party products, one owner target each (`docs/dependencies.md`).
enum Product {
  static let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
  static let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
  static let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
  static let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
  static let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
  static let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
  static let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
  static let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
  static let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
  static let nioFoundation = Target.Dependency.product(
    name: "NIOFoundationEssentialsCompat",
    package: "swift-nio"
  )
  static let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
  static let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
  static let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
  static let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
  static let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore",
    package: "hummingbird"
  )
  static let hummingbirdTLS = Target.Dependency.product(
    name: "HummingbirdTLS",
    package: "hummingbird"
  )
  static let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
  )
  static let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
  static let configuration = Target.Dependency.product(
    name: "Configuration",
    package: "swift-configuration"
  )
  static let arguments = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
  )
}

/// A library target of the house, in `Sources/<name>`.
func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// A command, in `Sources/<name>` unless said otherwise.
func command(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: house)
}

/// A test target, in `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies + ["TestSupport"],
    swiftSettings: house
  )
}

let package = Package(
  name: "amonat",
  products: [
    .library(name: "ReferralModel", targets: ["ReferralModel"]),
    .library(name: "Sealing", targets: ["Sealing"]),
    .library(name: "TransparencyLog", targets: ["TransparencyLog"]),
    .library(name: "Trust", targets: ["Trust"]),
    .executable(name: "amonatd", targets: ["amonatd"]),
    .executable(name: "amonat", targets: ["amonat"]),
    .executable(name: "amonat-audit", targets: ["amonat-audit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle.git",
      from: "2.13.0"
    ),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CSodium",
      pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"])]
    ),
    .systemLibrary(name: "CSHA256"),
    // Floor 0
    floor("CanonicalBytes", []),
    floor("ReferralModel", ["CanonicalBytes"]),
    // Floor 1
    floor("Sealing", ["CanonicalBytes", "CSHA256", "CSodium", Product.crypto]),
    floor("HTTPLine", [Product.nioCore, Product.nioPosix, Product.nioHTTP1, Product.nioSSL]),
    // Floor 2
    floor("TransparencyLog", ["CanonicalBytes", "Sealing"]),
    floor("WireSchema", [Product.protobuf]),
    // Floor 3
    floor(
      "Trust",
      [
        "CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", Product.x509,
        Product.asn1, Product.crypto,
      ]
    ),
    floor(
      "Exchange",
      ["CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "WireSchema"]
    ),
    // Floor 4
    floor("Audit", ["CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "Trust"]),
    floor(
      "NodeStore",
      [
        "CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "Trust", "Exchange",
        Product.grdb, Product.sqlite,
      ]
    ),
    floor(
      "PeerLink",
      [
        "HTTPLine", Product.hummingbird, Product.hummingbirdTLS, Product.hummingbirdCore,
        Product.nioCore, Product.nioPosix, Product.nioTLS, Product.nioSSL, Product.nioHTTP1,
        Product.logging, Product.httpTypes, Product.lifecycle,
      ]
    ),
    floor("LocalContract", ["CanonicalBytes", "ReferralModel", "HTTPLine"]),
    // Floor 5
    floor(
      "AgencyNode",
      [
        "CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "WireSchema", "Trust",
        "Exchange", "Audit", "NodeStore", "PeerLink", "HTTPLine", "LocalContract",
        Product.lifecycle, Product.logging, Product.configuration,
      ]
    ),
    // Floor 6
    floor(
      "LocalAPI",
      [
        "LocalContract", "AgencyNode", "ReferralModel", "CanonicalBytes", "Sealing", "NodeStore",
        Product.hummingbird, Product.nioCore, Product.httpTypes, Product.logging,
        Product.lifecycle,
      ]
    ),
    // Floor 7
    command(
      "amonatd",
      [
        "AgencyNode", "LocalAPI", "LocalContract", "NodeStore", Product.arguments, Product.logging,
        Product.lifecycle,
      ]
    ),
    command(
      "amonat",
      [
        "CanonicalBytes", "LocalContract", "AgencyNode", "NodeStore", "Trust", "TransparencyLog",
        "Sealing", "ReferralModel", Product.arguments,
      ]
    ),
    command("amonat-audit", ["Audit", Product.arguments]),
    // Tests, the demo and the benchmarks drive the real programs.
    .target(
      name: "TestSupport",
      dependencies: ["CanonicalBytes", "Sealing", "LocalContract"],
      path: "Tests/TestSupport",
      swiftSettings: house
    ),
    .target(
      name: "NodeSupport",
      dependencies: [
        "TestSupport", "AgencyNode", "LocalAPI", "LocalContract", "NodeStore", "Sealing",
        Product.nioCore, Product.nioPosix, Product.lifecycle, Product.logging,
      ],
      path: "Tests/NodeSupport",
      swiftSettings: house
    ),
    command(
      "amonat-demo",
      [
        "TestSupport", "NodeSupport", "LocalContract", "AgencyNode", "CanonicalBytes", "Exchange",
        "NodeStore",
        "ReferralModel", "Trust",
      ],
      path: "Tests/Demo"
    ),
    command(
      "amonat-bench",
      [
        "TestSupport", "LocalContract", "CanonicalBytes", "ReferralModel", "Sealing",
        "TransparencyLog", "Trust", "Exchange", "NodeStore", "Audit", Product.grdb,
        Product.nioCore, Product.nioPosix,
      ],
      path: "Tests/Bench"
    ),
    tests("CanonicalBytesTests", ["CanonicalBytes"]),
    tests("ReferralModelTests", ["ReferralModel", "CanonicalBytes"]),
    tests("SealingTests", ["Sealing", "CanonicalBytes", Product.crypto]),
    tests("TransparencyLogTests", ["TransparencyLog", "Sealing", "CanonicalBytes"]),
    tests(
      "TrustTests",
      ["Trust", "TransparencyLog", "Sealing", "CanonicalBytes", "ReferralModel"]
    ),
    tests(
      "ExchangeTests",
      ["Exchange", "WireSchema", "TransparencyLog", "Sealing", "CanonicalBytes", "ReferralModel"]
    ),
    tests(
      "SimulationTests",
      [
        "Exchange", "NodeStore", "Sealing", "TransparencyLog", "CanonicalBytes", "ReferralModel",
        Product.grdb,
      ]
    ),
    tests(
      "AuditTests",
      ["Audit", "Trust", "TransparencyLog", "Sealing", "CanonicalBytes", "ReferralModel"]
    ),
    tests(
      "ConformanceTests",
      [
        "CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "WireSchema", "Trust",
        "Exchange", "Audit",
      ]
    ),
    tests(
      "NodeStoreTests",
      ["NodeStore", "TransparencyLog", "Sealing", "CanonicalBytes", Product.grdb]
    ),
    tests(
      "PeerLinkTests",
      [
        "PeerLink", "HTTPLine", "LocalContract", Product.x509, Product.asn1, Product.crypto,
        Product.nioCore,
        Product.nioPosix, Product.nioSSL, Product.hummingbird, Product.lifecycle, Product.logging,
      ]
    ),
    tests("LocalContractTests", ["LocalContract", "CanonicalBytes", "ReferralModel"]),
    tests(
      "NodeTests",
      [
        "NodeSupport", "AgencyNode", "LocalAPI", "LocalContract", "PeerLink", "Exchange", "Trust",
        "Audit",
        "TransparencyLog", "Sealing", "WireSchema", "CanonicalBytes", "ReferralModel", "HTTPLine",
        "NodeStore", Product.grdb, Product.nioCore, Product.nioPosix, Product.nioSSL,
        Product.lifecycle, Product.logging,
      ]
    ),
  ]
)

if fuzzing {
  package.targets += [
    .systemLibrary(name: "FuzzDriver", path: "Tests/Fuzz/Driver"),
    .executableTarget(
      name: "amonat-fuzz",
      dependencies: [
        "FuzzDriver", "CanonicalBytes", "ReferralModel", "Sealing", "TransparencyLog", "WireSchema",
        "Trust", "Exchange", "Audit", "LocalContract", "PeerLink",
      ],
      path: "Tests/Fuzz",
      exclude: ["README.md", "Driver", "seeds", "seeds.py", "text.dict", "run"],
      swiftSettings: house + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    ),
  ]
}
