internal import JSON

/// The JSON of a request's body.
enum BodyText {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Reads a body, which stays where it is as long as `owner` lives. Places in the document are places in the body.
    ///
    /// - Throws: ``PlatformError`` for a body that is not JSON.
    static func root(of body: UnsafeRawBufferPointer, owner: AnyObject) throws(PlatformError) -> JSONValue {
        // A parser may ignore a byte order mark (RFC 8259, 8.1), and the server does so everywhere.
        let start = body.starts(with: byteOrderMark) ? byteOrderMark.count : 0
        do throws(JSONError) {
            let scanner = JSONScanner()
            try scanner.read(UnsafeRawBufferPointer(rebasing: body[start...]), isFinal: true)
            return JSONDocument(checked: body, owner: owner).root(from: start)
        } catch {
            throw PlatformError("Failed to parse the request body as JSON: \(error)")
        }
    }
}
