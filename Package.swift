// swift-tools-version: 6.2
import PackageDescription

/// The rules for every Swift target; a target may use only what it lists as a dependency.
let swiftRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The rules for targets that run code for every prediction: release builds don't check exclusive access at run time.
///
/// Their loop-bound classes are many and small, so checking every access costs an eighth of the server's time. Debug
/// builds, which the tests run, keep the checks. All other targets keep them in release builds too.
let hotPathRules =
    swiftRules + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let cRules: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"])
]

/// On systems that are older than glibc 2.34 these are libraries of their own, where the program's threads and `dlopen` are.
let oldSystemLibraries: [LinkerSetting] = [
    .unsafeFlags(
        ["--no-as-needed", "-l:libpthread.so.0", "-l:libdl.so.2"].flatMap { ["-Xlinker", $0] },
        .when(configuration: .release))
]

extension Target {
    /// A part of the build tool, with all it may use.
    static func buildTool(_ name: String, _ dependencies: [Dependency]) -> Target {
        .target(
            name: name, dependencies: dependencies, path: "Sources/BuildTool/\(name)", swiftSettings: swiftRules)
    }

    /// The unit tests of a part of the build tool.
    static func buildToolTests(_ name: String, _ dependencies: [Dependency] = [], exclude: [String] = []) -> Target {
        .testTarget(
            name: name + "Tests", dependencies: [.target(name: name)] + dependencies,
            path: "Tests/BuildTool/\(name)Tests", exclude: exclude, swiftSettings: swiftRules)
    }
}

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
        .systemLibrary(name: "CPCRE2", path: "Sources/CPCRE2"),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib"),
        .target(name: "CLibcurl", path: "Sources/CLibcurl", cSettings: cRules, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CBase64", path: "Sources/CBase64", cSettings: cRules),
        .target(name: "CText", path: "Sources/CText", cSettings: cRules),
        .target(
            name: "CJSONScanner", dependencies: ["CBase64", "CText"], path: "Sources/CJSONScanner", cSettings: cRules),
        .target(name: "CHTTPParser", path: "Sources/CHTTPParser", cSettings: cRules),
        // OTLP's messages, which `scripts/otlp.sh` has made from otlp.proto.
        .target(
            name: "COTLP", path: "Sources/COTLP", exclude: ["otlp.proto"], cSettings: cRules,
            linkerSettings: [.linkedLibrary(":libprotobuf-c.a")]),
        .target(name: "CPythonBridge", dependencies: ["CText"], path: "Sources/CPythonBridge", cSettings: cRules),
        // Not imported anywhere: it only has to be linked in (its header says why).
        .target(
            name: "CGlibcFloor", path: "Sources/CGlibcFloor",
            cSettings: cRules + [.define("COG_GLIBC_FLOOR", .when(configuration: .release))]),

        // The server's layers, lowest first.
        .target(name: "EventLoop", dependencies: ["CLibuv"], swiftSettings: hotPathRules),
        .target(name: "JSON", dependencies: ["CJSONScanner", "CText"], swiftSettings: hotPathRules),
        .target(name: "JSONSchema", dependencies: ["JSON", "CPCRE2"], swiftSettings: swiftRules),
        .target(name: "HTTPFields", swiftSettings: swiftRules),
        .target(name: "Metrics", swiftSettings: hotPathRules),
        .target(name: "Telemetry", dependencies: ["Metrics"], swiftSettings: swiftRules),
        .target(name: "OTLP", dependencies: ["COTLP", "Metrics", "Telemetry"], swiftSettings: swiftRules),
        .target(
            name: "HTTPServer", dependencies: ["EventLoop", "HTTPFields", "CHTTPParser", "CZlib"],
            swiftSettings: hotPathRules),
        .target(name: "HTTPClient", dependencies: ["EventLoop", "CLibcurl"], swiftSettings: swiftRules),
        .target(
            name: "FileTransfer", dependencies: ["CBase64", "EventLoop", "HTTPClient", "HTTPFields"],
            swiftSettings: swiftRules),
        .target(name: "WebhookDelivery", dependencies: ["EventLoop", "HTTPClient"], swiftSettings: swiftRules),
        .target(name: "Predictions", dependencies: ["HTTPFields", "JSON", "JSONSchema"], swiftSettings: hotPathRules),
        // What serving platforms send and expect, as values.
        .target(name: "Platforms", dependencies: ["EventLoop", "JSON", "FileTransfer"], swiftSettings: swiftRules),
        .target(name: "WorkerProtocol", swiftSettings: hotPathRules),
        // The page at /docs, which the plugin bundles from playground/.
        .plugin(name: "BundlePage", capability: .buildTool()),
        .target(name: "Playground", dependencies: ["CZlib"], swiftSettings: swiftRules, plugins: ["BundlePage"]),
        // The page for any server, with a proxy to it: what `cog playground` starts.
        .target(
            name: "PlaygroundServer", dependencies: ["EventLoop", "HTTPClient", "HTTPServer", "JSON", "Playground"],
            swiftSettings: swiftRules),

        .target(
            name: "Workers",
            dependencies: [
                "CLinux", "EventLoop", "JSON", "JSONSchema", "Metrics", "Predictions", "Telemetry", "WorkerProtocol",
            ],
            swiftSettings: hotPathRules),
        .target(
            name: "Serving",
            dependencies: [
                "EventLoop", "JSON", "HTTPClient", "Metrics", "Predictions", "FileTransfer", "Telemetry",
                "WebhookDelivery", "Workers", "WorkerProtocol",
            ],
            swiftSettings: hotPathRules),

        // The executables.
        .executableTarget(
            name: "CogletServer",
            dependencies: [
                "CGlibcFloor", "EventLoop", "JSON", "HTTPFields", "HTTPServer", "HTTPClient", "FileTransfer", "Metrics",
                "OTLP", "Platforms", "Playground", "PlaygroundServer", "Predictions", "Telemetry", "WebhookDelivery",
                "WorkerProtocol",
                "Workers", "Serving",
            ],
            swiftSettings: hotPathRules, linkerSettings: oldSystemLibraries),
        .executableTarget(
            name: "CogletWorker",
            dependencies: ["CGlibcFloor", "CPythonBridge", "WorkerProtocol"],
            swiftSettings: hotPathRules, linkerSettings: oldSystemLibraries),

        // The build tool, lowest first.
        // What every part uses: texts, versions, names of images and variables, and how failures are reported.
        .buildTool("ToolBasics", []),
        // Everything that is printed.
        .buildTool("Terminal", ["ToolBasics"]),
        // The one place that starts other programs.
        .buildTool(
            "ChildProcesses", ["Terminal", "ToolBasics", .product(name: "Subprocess", package: "swift-subprocess")]),
        // A model's OpenAPI document, and inputs checked by it.
        .buildTool("ModelSchema", ["JSON", "JSONSchema", "ToolBasics"]),
        // Requirements, and what is known of packages, frameworks, and CUDA.
        .buildTool("PythonPackages", ["ToolBasics"]),
        // cog.yaml.
        .buildTool(
            "ModelConfig",
            ["JSON", "ModelSchema", "PythonPackages", "ToolBasics", .product(name: "Yams", package: "Yams")]),
        // Python source, read without running it.
        .buildTool("PythonSource", ["ToolBasics"]),
        // A directory with a cog.yaml, and what its files say.
        .buildTool(
            "Projects",
            ["ChildProcesses", "JSON", "ModelConfig", "ModelSchema", "PythonPackages", "PythonSource", "ToolBasics"]),
        // Docker or Podman.
        .buildTool(
            "ContainerEngine",
            [
                "ChildProcesses", "JSON", "Terminal", "ToolBasics",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        // What goes into an image, up to the text of its Dockerfile: without an engine.
        .buildTool(
            "ImagePlans",
            ["JSON", "ModelConfig", "ModelSchema", "Projects", "PythonPackages", "Terminal", "ToolBasics"]),
        // Builds what was planned.
        .buildTool(
            "ImageBuilds",
            [
                "ChildProcesses", "ContainerEngine", "ImagePlans", "ModelConfig", "ModelSchema", "Projects",
                "PythonPackages", "Terminal", "ToolBasics",
            ]),
        // Inputs, requests, and outputs, wherever the server runs.
        .buildTool("PredictionClient", ["CHTTPParser", "JSON", "ModelSchema", "Terminal", "ToolBasics"]),
        // Servers of a model, in a container or as child processes.
        .buildTool(
            "ModelServers",
            [
                "ChildProcesses", "ContainerEngine", "ImageBuilds", "ImagePlans", "JSON", "ModelConfig", "ModelSchema",
                "PredictionClient", "Projects", "Terminal", "ToolBasics",
            ]),
        // `cog doctor`.
        .buildTool(
            "Diagnostics",
            [
                "ChildProcesses", "ContainerEngine", "ImagePlans", "JSON", "ModelConfig", "Projects", "PythonPackages",
                "PythonSource", "ToolBasics",
            ]),
        // `cog manifest`.
        .buildTool("Manifests", ["ModelConfig", "ToolBasics", .product(name: "Yams", package: "Yams")]),
        .executableTarget(
            name: "CogCLI",
            dependencies: [
                "ChildProcesses", "ContainerEngine", "Diagnostics", "ImageBuilds", "ImagePlans", "JSON", "Manifests",
                "ModelConfig", "ModelSchema", "ModelServers", "PredictionClient", "Projects",
                "Terminal", "ToolBasics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/BuildTool/CogCLI", swiftSettings: swiftRules,
            // One file that runs on every Linux, whatever its C library; the toolchain's own linker makes it without
            // telling of parts of Foundation that would need more.
            linkerSettings: [.unsafeFlags(["-static-executable", "-use-ld=lld"], .when(configuration: .release))]),

        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"], swiftSettings: swiftRules),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: swiftRules),
        .testTarget(name: "TelemetryTests", dependencies: ["Metrics", "Telemetry"], swiftSettings: swiftRules),
        .testTarget(name: "OTLPTests", dependencies: ["OTLP"], swiftSettings: swiftRules),
        .testTarget(name: "JSONTests", dependencies: ["CText", "JSON"], swiftSettings: swiftRules),
        .testTarget(name: "JSONSchemaTests", dependencies: ["JSON", "JSONSchema"], swiftSettings: swiftRules),
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
        .testTarget(name: "PlatformsTests", dependencies: ["JSON", "Platforms"], swiftSettings: swiftRules),
        .testTarget(
            name: "PredictionsTests", dependencies: ["Predictions", "JSON", "JSONSchema"], swiftSettings: swiftRules),
        .testTarget(
            name: "WorkersTests", dependencies: ["Workers", "Predictions", "WorkerProtocol"],
            swiftSettings: swiftRules),
        .testTarget(
            name: "ServingTests",
            dependencies: ["FileTransfer", "JSON", "Metrics", "Serving", "Predictions", "Workers"],
            swiftSettings: swiftRules),
        .testTarget(
            name: "CogletServerTests",
            dependencies: [
                "CogletServer", "FileTransfer", "HTTPServer", "JSON", "Metrics", "Platforms", "Predictions", "Serving",
                "WebhookDelivery", "Workers",
            ],
            swiftSettings: swiftRules),
        .testTarget(
            name: "PlaygroundServerTests", dependencies: ["HTTPServer", "JSON", "PlaygroundServer"],
            swiftSettings: swiftRules),
        .testTarget(
            name: "CogletWorkerTests", dependencies: ["CPythonBridge", "CogletWorker", "WorkerProtocol"],
            swiftSettings: swiftRules),
        .testTarget(name: "WorkerProtocolTests", dependencies: ["WorkerProtocol"], swiftSettings: swiftRules),
        .buildToolTests("ToolBasics"),
        .buildToolTests("Terminal"),
        .buildToolTests("ChildProcesses"),
        .buildToolTests("ModelSchema", ["JSON"]),
        .buildToolTests("PythonPackages", ["ToolBasics"]),
        .buildToolTests("ModelConfig", ["JSON", "ModelSchema", "PythonPackages", "ToolBasics"]),
        .buildToolTests("PythonSource"),
        .buildToolTests("Projects", ["ModelConfig", "ModelSchema", "PythonPackages", "PythonSource", "ToolBasics"]),
        .buildToolTests("ContainerEngine", ["ChildProcesses"]),
        .buildToolTests(
            "ImagePlans", ["JSON", "ModelConfig", "ModelSchema", "Projects", "PythonPackages", "ToolBasics"],
            exclude: ["dockerfiles"]),
        .buildToolTests("ImageBuilds", ["ImagePlans", "Projects"]),
        .buildToolTests("PredictionClient", ["JSON", "ModelSchema", "Terminal"]),
        .buildToolTests("ModelServers", ["ContainerEngine", "JSON", "PredictionClient"]),
        .buildToolTests("Diagnostics", ["JSON", "PythonSource"]),
        .buildToolTests("Manifests", ["ModelConfig"]),
        .buildToolTests("CogCLI", ["ModelSchema"]),
        // The fuzz targets, which replay their seeds as a test; scripts/fuzz.sh builds the fuzzers.
        .testTarget(
            name: "FuzzTests",
            dependencies: ["EventLoop", "HTTPServer", "JSON", "Predictions", "WorkerProtocol", "Workers"],
            path: "Tests/fuzz",
            exclude: ["requests", "json", "frames"].flatMap { ["\($0)/seeds", "\($0)/dictionary"] },
            swiftSettings: swiftRules),
    ]
)
