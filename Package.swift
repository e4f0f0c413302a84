// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built under the same rules; what may be used is what is listed as a dependency.
let swiftRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    // The loop-bound classes are many and small; checking every access to them at run time costs an eighth of the
    // server's time. Debug builds, which the tests run, keep the checks.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let cRules: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"])
]

let package = Package(
    name: "cog",
    products: [
        .executable(name: "coglet", targets: ["CogletServer"]),
        .executable(name: "coglet-worker", targets: ["CogletWorker"]),
        .executable(name: "cog", targets: ["CogCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C libraries, linked statically. libcurl is opened at first use (Sources/CurlCarrier).
        .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
        .systemLibrary(name: "CLibuv", path: "Sources/CLibuv"),
        .systemLibrary(name: "CJSON", path: "Sources/CJSON"),
        .systemLibrary(name: "CPCRE2", path: "Sources/CPCRE2"),
        .target(name: "CLibcurl", path: "Sources/CLibcurl", cSettings: cRules, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CHTTPParser", path: "Sources/CHTTPParser", cSettings: cRules),
        .target(name: "CPythonBridge", path: "Sources/CPythonBridge", cSettings: cRules),
        // Not imported anywhere: it only has to be linked in (its header says why).
        .target(name: "CGlibcFloor", path: "Sources/CGlibcFloor", cSettings: cRules),

        // The server's layers, lowest first.
        .target(name: "EventLoop", dependencies: ["CLibuv"], swiftSettings: swiftRules),
        .target(name: "JSON", dependencies: ["CJSON"], swiftSettings: swiftRules),
        .target(name: "HTTPServer", dependencies: ["EventLoop", "CHTTPParser"], swiftSettings: swiftRules),
        .target(name: "HTTPClient", dependencies: ["EventLoop", "CLibcurl"], swiftSettings: swiftRules),
        .target(name: "FileTransfer", dependencies: ["EventLoop", "HTTPClient"], swiftSettings: swiftRules),
        .target(name: "WebhookDelivery", dependencies: ["EventLoop", "HTTPClient"], swiftSettings: swiftRules),
        .target(name: "Predictions", dependencies: ["JSON", "CPCRE2"], swiftSettings: swiftRules),
        .target(name: "WorkerProtocol", swiftSettings: swiftRules),

        // The executables.
        .executableTarget(
            name: "CogletServer",
            dependencies: [
                "CGlibcFloor", "CLinux", "EventLoop", "JSON", "HTTPServer", "HTTPClient", "FileTransfer",
                "WebhookDelivery",
                "Predictions",
                "WorkerProtocol",
            ],
            swiftSettings: swiftRules),
        .executableTarget(
            name: "CogletWorker",
            dependencies: ["CGlibcFloor", "CPythonBridge", "WorkerProtocol"],
            swiftSettings: swiftRules),

        // The build tool.
        .target(
            name: "CogKit",
            dependencies: [
                "CHTTPParser", "JSON",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: swiftRules),
        .executableTarget(
            name: "CogCLI",
            dependencies: ["CogKit", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swiftRules,
            // One file that runs on every Linux, whatever its C library; the toolchain's own linker makes it without
            // telling of parts of Foundation that would need more.
            linkerSettings: [.unsafeFlags(["-static-executable", "-use-ld=lld"], .when(configuration: .release))]),

        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"], swiftSettings: swiftRules),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: swiftRules),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "EventLoop"], exclude: ["cases"],
            swiftSettings: swiftRules),
        .target(
            name: "LoopbackServer", dependencies: ["EventLoop", "HTTPClient"], path: "Tests/LoopbackServer",
            swiftSettings: swiftRules),
        .testTarget(
            name: "HTTPClientTests", dependencies: ["HTTPClient", "EventLoop", "LoopbackServer"],
            swiftSettings: swiftRules),
        .testTarget(
            name: "FileTransferTests", dependencies: ["FileTransfer", "HTTPClient", "EventLoop", "LoopbackServer"],
            swiftSettings: swiftRules),
        .testTarget(
            name: "WebhookDeliveryTests",
            dependencies: ["WebhookDelivery", "HTTPClient", "EventLoop", "LoopbackServer"],
            swiftSettings: swiftRules),
        .testTarget(name: "PredictionsTests", dependencies: ["Predictions", "JSON"], swiftSettings: swiftRules),
        .testTarget(name: "WorkerProtocolTests", dependencies: ["WorkerProtocol"], swiftSettings: swiftRules),
        .testTarget(
            name: "CogKitTests", dependencies: ["CogKit"], exclude: ["dockerfiles"], swiftSettings: swiftRules),
    ]
)
