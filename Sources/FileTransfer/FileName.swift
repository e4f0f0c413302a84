internal import HTTPFields

/// Names for files: from URLs, for temporary files, and for uploads.
enum FileName {
    /// The longest name, in bytes, that is taken from a URL.
    static let limitBytes = 200

    /// The name of a downloaded file, taken from its URL; may be empty.
    ///
    /// The last segment of the path, percent- and plus-decoded, with `/` and NUL replaced by `_`. Names of more than
    /// 200 bytes are shortened to `<name>~<extension>`.
    static func ofDownload(from url: String) -> String {
        let afterScheme = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = afterScheme.prefix { $0 != "?" && $0 != "#" }
        guard let slash = path.lastIndex(of: "/") else { return "" }
        var bytes = percentDecoded(path[path.index(after: slash)...].utf8, plusIsSpace: true)
        for index in bytes.indices where bytes[index] == UInt8(ascii: "/") || bytes[index] == 0 {
            bytes[index] = UInt8(ascii: "_")
        }
        return shortened(String(decoding: bytes, as: UTF8.self))
    }

    /// The name for a file that a client sent: the client's name without a path, or else one made from the type.
    static func ofUpload(called name: String?, type: String?) -> String {
        let last = (name ?? "").split { "/\\".contains($0) }.last ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in last.unicodeScalars { scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "_" : scalar) }
        let shown = scalars.isEmpty ? "file" : shortened(String(scalars))
        return split(shown).fileExtension.count < 2 ? shown + MediaType.fileExtension(forType: type ?? "") : shown
    }

    /// The suffix, with its dot, of a name that a server suggests: `.png`, `.tar.gz`. Empty if there is none, or one
    /// that a file shouldn't have.
    static func suffix(ofSuggested name: String) -> String {
        // Some browsers send a path, with either kind of separator.
        let last = name.split { "/\\".contains($0) }.last ?? ""
        let (stem, suffix) = split(String(last))
        guard (2...17).contains(suffix.utf8.count),
            suffix.dropFirst().utf8.allSatisfy({ isLetterOrDigit($0) || "-_+~".utf8.contains($0) })
        else { return "" }
        return stem.lowercased().hasSuffix(".tar") ? String(stem.suffix(4) + suffix) : String(suffix)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// Eight characters that are hard to guess.
    static func randomPart() -> String {
        let characters = Array("abcdefghijklmnopqrstuvwxyz0123456789_")
        return String((0..<8).map { _ in characters[Int.random(in: characters.indices)] })
    }

    /// Decodes `%XX`; a `%` without two hexadecimal digits after it stands for itself.
    static func percentDecoded(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        PercentDecoding.bytes(of: text, plusIsSpace: plusIsSpace)
    }

    /// A name split before its last dot, as `("a.tar", ".gz")`; a leading dot doesn't count.
    static func split(_ name: String) -> (stem: Substring, fileExtension: Substring) {
        guard let dot = name.lastIndex(of: "."), name[..<dot].contains(where: { $0 != "." }) else {
            return (name[...], "")
        }
        return (name[..<dot], name[dot...])
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > limitBytes else { return name }
        let (stem, fileExtension) = split(name)
        let end = fileExtension.utf8.count < limitBytes / 2 ? "~" + fileExtension : "~"
        var kept = stem
        while kept.utf8.count + end.utf8.count > limitBytes { kept.removeLast() }
        return kept + end
    }
}
