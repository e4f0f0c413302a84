/// A URL as it may stand in messages and logs: without user name and password.
public func printableURL(_ url: String) -> String {
    guard let schemeEnd = url.firstRange(of: "://")?.upperBound else { return url }
    let authorityEnd = url[schemeEnd...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    guard let at = url[schemeEnd..<authorityEnd].lastIndex(of: "@") else { return url }
    return String(url[..<schemeEnd]) + String(url[url.index(after: at)...])
}

/// The host and port of a URL as they stand in it, in lower case, without user name and password: `example.com:8080`.
public func origin(ofURL url: String) -> String {
    let bare = printableURL(url)
    guard let schemeEnd = bare.firstRange(of: "://")?.upperBound else { return bare }
    let authorityEnd = bare[schemeEnd...].firstIndex { "/?#".contains($0) } ?? bare.endIndex
    return bare[..<authorityEnd].lowercased()
}
