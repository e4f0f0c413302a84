/// The name of an image: `[host[:port]/]path[:tag][@digest]`.
package struct ImageReference: Equatable, Sendable {
    /// Nil where the name has no host.
    package var host: String?
    package var path: String
    package var tag: String?
    package var digest: String?

    /// - Throws: `Problem` saying what is wrong.
    package init(_ text: String) throws(Problem) {
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            digest = String(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let tag = String(rest[rest.index(after: colon)...])
            guard Self.isTag(tag) else { throw .tag(tag) }
            self.tag = tag
            rest = rest[..<colon]
        }
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" {
                host = String(first)
                rest = rest[rest.index(after: slash)...]
            }
        }
        path = String(rest)
        guard !path.isEmpty, Self.isPath(path) else {
            throw .path(path)
        }
        if let digest, !digest.hasPrefix("sha256:") || digest.count != 71 {
            throw .digest(digest)
        }
    }

    /// The name without tag and digest.
    package var repository: String { (host.map { $0 + "/" } ?? "") + path }

    /// The whole name.
    package var text: String { repository + (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0 } ?? "") }

    /// What is wrong with a name.
    package enum Problem: Error, CustomStringConvertible, Equatable {
        case tag(String)
        case path(String)
        case digest(String)

        package var description: String {
            switch self {
            case .tag(let tag): "\"\(tag)\" is not a tag"
            case .path(let path):
                "\"\(path)\" is not a repository path (lower-case letters, digits, ., _, - and /)"
            case .digest(let digest): "\"\(digest)\" is not a sha256 digest"
            }
        }
    }

    package static func isTag(_ text: String) -> Bool {
        guard let first = text.first, text.count <= 128, first.isASCII, first.isLetter || first.isNumber || first == "_"
        else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    package static func isPath(_ text: String) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, let last = part.last else { return false }
            return [first, last].allSatisfy { $0.isLowercase || $0.isNumber }
                && part.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "._-".contains($0)) }
        }
    }
}
