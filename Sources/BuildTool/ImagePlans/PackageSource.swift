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

    /// Whether it comes from PyPI.
    package var isRelease: Bool { if case .release = self { true } else { false } }

    /// The version, where the wheel's name or the release tells it.
    package var version: String? {
        switch self {
        case .release(let version, _): return version
        case .file(let place), .url(let place):
            let parts = (place.split(separator: "/").last ?? "").split(separator: "-")
            return parts.count > 2 ? String(parts[1]) : nil
        }
    }
}
