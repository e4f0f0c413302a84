import Foundation

/// Where the SDK or the server package of an image comes from.
package enum PackageSource: Equatable, Sendable {
    /// A wheel on this machine, which is staged into the build.
    case file(String)
    /// A wheel that pip downloads.
    case url(String)
    /// A release on PyPI; nil for the newest. `prerelease` lets pip take pre-releases.
    case release(String?, prerelease: Bool)

    /// What a person calls it, for messages.
    package func text(_ package: String) -> String {
        switch self {
        case .file(let path): path.split(separator: "/").last.map(String.init) ?? path
        case .url(let url): url
        case .release(let version, _): version.map { "\(package)==\($0)" } ?? package
        }
    }

    /// Where exactly it is, for people who look for it.
    package func place(_ package: String) -> String {
        switch self {
        case .file(let path): path
        case .url(let url): url
        case .release: text(package) + " from PyPI"
        }
    }

    /// What pip is given; wheels of this machine are found below `directory` of the image.
    package func argument(_ package: String, directory: String) -> String {
        switch self {
        case .file: directory + "/" + text(package)
        case .url(let url): url
        case .release: text(package)
        }
    }
}

/// The SDK and the server package that go into an image.
package struct PackageSources: Equatable, Sendable {
    package var sdk: PackageSource
    /// Nil where the SDK brings its own.
    package var server: PackageSource?

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
    ) throws(CogError) -> PackageSources {
        let given = try environment["COG_SDK_WHEEL"].flatMapNonEmpty { text throws(CogError) in
            try parse(text, variable: "COG_SDK_WHEEL", package: "cog", working: working)
        }
        let server = try environment["COGLET_WHEEL"].flatMapNonEmpty { text throws(CogError) in
            try parse(text, variable: "COGLET_WHEEL", package: "coglet", working: working)
        }
        if let given { return PackageSources(sdk: given, server: server ?? ownServer(directories)) }
        if let version = config.build.sdkVersion {
            return PackageSources(sdk: try release(version), server: server)
        }
        guard let sdk = wheels("cog", in: directories).first else {
            throw .build(
                "no SDK wheel found: this program looks for cog-*.whl in \(directories.joined(separator: ", ")). "
                    + "Set COG_SDK_WHEEL to a wheel file, a URL or pypi:VERSION.")
        }
        return PackageSources(sdk: .file(sdk), server: server ?? ownServer(directories))
    }

    private static func ownServer(_ directories: [String]) -> PackageSource? {
        wheels("coglet", in: directories).first.map { .file($0) }
    }

    /// `build.sdk_version`: a version, at least 0.16.0, or `prerelease`.
    static func release(_ text: String) throws(CogError) -> PackageSource {
        if text == "prerelease" { return .release(nil, prerelease: true) }
        let version = normalized(text)
        let plain = version.prefix { $0.isNumber || $0 == "." }
        if let parsed = Version(plain.hasSuffix(".") ? String(plain.dropLast()) : String(plain)),
            (parsed.major, parsed.minor) < (0, 16)
        {
            throw .config(["cog version \(text) is below the minimum required version 0.16.0"])
        }
        return .release(version, prerelease: version.contains { $0.isLetter })
    }

    /// `0.17.0-rc1` as pip spells it: `0.17.0rc1`.
    static func normalized(_ version: String) -> String {
        version.replacing("-alpha", with: "a").replacing("-beta", with: "b").replacing("-rc", with: "rc")
            .replacing("-dev", with: ".dev")
    }

    private static func parse(
        _ value: String, variable: String, package name: String, working: String
    ) throws(CogError) -> PackageSource {
        if value == "pypi" { return .release(nil, prerelease: false) }
        if value.hasPrefix("pypi:") {
            let version = normalized(String(value.dropFirst(5)))
            return .release(version, prerelease: version.contains { $0.isLetter })
        }
        if value.hasPrefix("http://") || value.hasPrefix("https://") { return .url(value) }
        let path = value.hasPrefix("/") ? value : working + "/" + value
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .usage("\(variable): path not found: \(value)")
        }
        guard isDirectory.boolValue else { return .file(path) }
        let found = wheels(name, in: [path])
        if found.count > 1 { throw .usage("\(variable): multiple wheels matching '\(name)-*.whl' found in \(value)") }
        guard let wheel = found.first else {
            let reason = name == "coglet" ? "no wheel for platform amd64" : "no wheel matching '\(name)-*.whl'"
            throw .usage("\(variable): \(reason) found in \(value)")
        }
        return .file(wheel)
    }

    /// The wheels of a package that fit linux/amd64, those of earlier directories first, newest name first.
    static func wheels(_ name: String, in directories: [String]) -> [String] {
        directories.flatMap { directory -> [String] in
            // A directory that isn't there holds no wheel.
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return files.filter {
                $0.hasPrefix(name + "-") && $0.hasSuffix(".whl")
                    && ($0.contains("x86_64") || $0.hasSuffix("none-any.whl"))
            }
            .sorted(by: >).map { directory + "/" + $0 }
        }
    }
}

extension String? {
    /// Like `flatMap`, for values that count as absent when empty.
    func flatMapNonEmpty<Result>(_ body: (String) throws(CogError) -> Result) throws(CogError) -> Result? {
        guard let self, !self.isEmpty else { return nil }
        return try body(self)
    }
}
