/// A URL as it may appear in messages and logs: without user name, password, query, and fragment.
///
/// Nothing of an invalid URL may appear, because the mistake may be a misplaced password.
public func printableURL(_ url: String) -> String {
    (try? HTTPURL(url))?.printable ?? unusable
}

/// The scheme, host, and port of a URL, in lower case: `http://example.com:8080`.
public func origin(ofURL url: String) -> String {
    (try? HTTPURL(url))?.origin ?? unusable
}

/// A URL of any scheme, or a relative one, without credentials and query but otherwise unchanged. The fragment stays.
public func withoutSecrets(inReference text: String) -> String {
    let whole = text[...].upTo("#")
    let bare = whole.upTo("?")
    let fragment = text[whole.endIndex...]
    let start = bare.upTo("/")
    // An authority follows two slashes at the start or after the scheme; elsewhere, they are part of a path.
    guard bare[start.endIndex...].utf8.starts(with: "//".utf8), start.isEmpty || start.utf8.last == UInt8(ascii: ":")
    else { return String(bare + fragment) }
    let rest = bare[start.endIndex...].dropping(2)
    let authority = rest.upTo("/")
    let at = authority.utf8.lastIndex(of: UInt8(ascii: "@"))
    let host = at.map { authority[$0...].dropping(1) } ?? authority
    return start + "//" + host + rest[authority.endIndex...] + fragment
}

private let unusable = "(unusable URL)"
