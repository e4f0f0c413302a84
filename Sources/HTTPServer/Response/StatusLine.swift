internal import EventLoop

/// The start of every final response to a client of a version; also sent alone as a probe (see
/// `Connection+PeerFinished`).
func statusLinePrefix(_ version: HTTPVersion) -> StaticString {
    version == .http11 ? "HTTP/1.1 " : "HTTP/1.0 "
}

/// Appends the rest of a status line, with the registered reason phrase, or none for other codes.
func appendStatus(_ status: Int, to buffer: Buffer) {
    if let line = statusLineRest(status) {
        buffer.append(line)
        return
    }
    precondition((100...999).contains(status), "\(status) isn't a status code")
    buffer.append(decimal: status)
    buffer.append(" \r\n")
}

private func statusLineRest(_ status: Int) -> StaticString? {
    switch status {
    case 200: "200 OK\r\n"
    case 201: "201 Created\r\n"
    case 202: "202 Accepted\r\n"
    case 204: "204 No Content\r\n"
    case 301: "301 Moved Permanently\r\n"
    case 302: "302 Found\r\n"
    case 303: "303 See Other\r\n"
    case 304: "304 Not Modified\r\n"
    case 307: "307 Temporary Redirect\r\n"
    case 308: "308 Permanent Redirect\r\n"
    case 400: "400 Bad Request\r\n"
    case 401: "401 Unauthorized\r\n"
    case 403: "403 Forbidden\r\n"
    case 404: "404 Not Found\r\n"
    case 405: "405 Method Not Allowed\r\n"
    case 406: "406 Not Acceptable\r\n"
    case 408: "408 Request Timeout\r\n"
    case 409: "409 Conflict\r\n"
    case 410: "410 Gone\r\n"
    case 411: "411 Length Required\r\n"
    case 413: "413 Payload Too Large\r\n"
    case 414: "414 URI Too Long\r\n"
    case 415: "415 Unsupported Media Type\r\n"
    case 417: "417 Expectation Failed\r\n"
    case 422: "422 Unprocessable Entity\r\n"
    case 429: "429 Too Many Requests\r\n"
    case 431: "431 Request Header Fields Too Large\r\n"
    case 500: "500 Internal Server Error\r\n"
    case 501: "501 Not Implemented\r\n"
    case 502: "502 Bad Gateway\r\n"
    case 503: "503 Service Unavailable\r\n"
    case 504: "504 Gateway Timeout\r\n"
    case 507: "507 Insufficient Storage\r\n"
    case 505: "505 HTTP Version Not Supported\r\n"
    default: nil
    }
}

extension Buffer {
    /// Appends a number in decimal digits.
    func append(decimal number: Int) {
        append(number, radix: 10)
    }

    /// Appends a number in hexadecimal digits.
    func append(hexadecimal number: Int) {
        append(number, radix: 16)
    }

    private func append(_ number: Int, radix: Int) {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var rest = number
            var first = 20
            repeat {
                first -= 1
                let digit = UInt8(truncatingIfNeeded: rest % radix)
                digits[first] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                rest /= radix
            } while rest > 0
            append(UnsafeRawBufferPointer(rebasing: digits[first...]))
        }
    }
}
