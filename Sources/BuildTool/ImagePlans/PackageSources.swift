import Foundation
package import ModelConfig
package import ToolBasics

/// The SDK and the server package that go into an image.
package struct PackageSources: Equatable, Sendable {
    package var sdk: PackageSource
    /// Nil where the SDK brings its own.
    package var server: PackageSource?
    /// What to tell about the choice.
    package var notes: [Note] = []

    package init(sdk: PackageSource, server: PackageSource?) {
        self.sdk = sdk
        self.server = server
    }

    /// Looks at `COG_SDK_WHEEL` and `COGLET_WHEEL`, then `build.sdk_version`, then the wheels of this program's own
    /// distribution.
    ///
    /// - Parameters:
    ///   - environment: of the process.
    ///   - directories: where this program's wheels may be, best first.
    ///   - working: what relative paths in the variables are relative to.
    package static func find(
        config: Config, environment: [String: String], directories: [String], working: String
    ) throws -> PackageSources {
        let given = try environment[.sdkWheel].flatMapNonEmpty {
            try parse($0, variable: "COG_SDK_WHEEL", package: "cog", working: working)
        }
        let server = try environment[.serverWheel].flatMapNonEmpty {
            try parse($0, variable: "COGLET_WHEEL", package: "coglet", working: working)
        }
        let sdk: PackageSource
        if let given {
            sdk = given
        } else if let version = config.build.sdkVersion {
            sdk = version == "prerelease" ? .release(nil, prerelease: true) : release(version)
        } else if let wheel = wheels("cog", in: directories).first {
            sdk = .file(wheel)
        } else {
            throw PlanFailure.noSDK(directories)
        }
        if case .release(let version?, _) = sdk, let number = plain(version), (number.major, number.minor) < (0, 16) {
            throw PlanFailure.oldSDK(version)
        }
        return PackageSources(sdk: sdk, givenServer: server, ownServer: wheels("coglet", in: directories).first)
    }

    /// Decides which server goes with an SDK: an older one has its own, one of this version is served by our wheel.
    private init(sdk: PackageSource, givenServer: PackageSource?, ownServer: String?) {
        self.sdk = sdk
        if case .url(let url) = sdk { notes.append(.info("Using cog wheel from URL: \(url)")) }
        if case .release(nil, prerelease: true) = sdk {
            notes.append(
                .warning(
                    "build.sdk_version \"prerelease\" installs the newest release: pin a version to get repeatable builds"
                ))
        }
        if let number = sdk.version.flatMap(Self.plain), (number.major, number.minor) < (0, 17) {
            if givenServer != nil { notes.append(.info("Skipping coglet install for legacy SDK")) }
        } else if let givenServer {
            server = givenServer
            if case .release = givenServer {
                notes.append(.info("Using coglet from PyPI: \(givenServer.text("coglet"))"))
            }
        } else if !sdk.isRelease, sdk.version == ProgramVersion.current, let ownServer {
            server = .file(ownServer)
        }
    }

    /// The numbers of a version, without what follows in a pre-release.
    private static func plain(_ version: String) -> Version? {
        let numbers = version.prefix { $0.isNumber || $0 == "." }
        return Version(String(numbers.hasSuffix(".") ? numbers.dropLast() : numbers))
    }

    /// A release on PyPI.
    static func release(_ text: String) -> PackageSource {
        let version = normalized(text)
        return .release(version, prerelease: version.contains { $0.isLetter })
    }

    /// `0.17.0-rc1` as pip spells it: `0.17.0rc1`.
    static func normalized(_ version: String) -> String {
        version.replacing("-alpha", with: "a").replacing("-beta", with: "b").replacing("-rc", with: "rc")
            .replacing("-dev", with: ".dev")
    }

    private static func parse(
        _ value: String, variable: String, package name: String, working: String
    ) throws(WheelFailure) -> PackageSource {
        func failure(_ problem: WheelFailure.Problem) -> WheelFailure {
            WheelFailure(variable: variable, problem: problem)
        }
        if ValueForms.hasControl(value) { throw failure(.controlCharacter) }
        if value == "pypi" { return .release(nil, prerelease: false) }
        if value.hasPrefix("pypi:") { return release(String(value.dropFirst(5))) }
        if value.hasPrefix("http://") || value.hasPrefix("https://") { return .url(value) }
        let path = value.hasPrefix("/") ? value : working + "/" + value
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw failure(.notFound(value))
        }
        guard isDirectory.boolValue else {
            // It is named in a Dockerfile, and pip reads package and version from it.
            guard ValueForms.isWheelName(BuildPlan.fileName(path)) else {
                throw failure(.notAWheel(value))
            }
            return .file(path)
        }
        let found = wheels(name, in: [path])
        if found.count > 1 { throw failure(.several(value, package: name)) }
        guard let wheel = found.first else { throw failure(.none(value, package: name)) }
        return .file(wheel)
    }

    /// The wheels of a package that fit linux/amd64, those of earlier directories first, newest name first.
    package static func wheels(_ name: String, in directories: [String]) -> [String] {
        directories.flatMap { directory -> [String] in
            // A missing directory has no wheels.
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return files.filter {
                $0.hasPrefix(name + "-") && $0.hasSuffix(".whl")
                    && ($0.contains("x86_64") || $0.hasSuffix("none-any.whl"))
            }
            .sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map { directory + "/" + $0 }
        }
    }
}

extension String? {
    /// Like `flatMap`, for values that count as absent when empty.
    func flatMapNonEmpty<Result>(_ body: (String) throws -> Result) rethrows -> Result? {
        guard let self, !self.isEmpty else { return nil }
        return try body(self)
    }
}
