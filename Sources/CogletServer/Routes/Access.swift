import HTTPServer
import Predictions

/// Refuses requests without a valid key, if the operator has set keys.
struct Access {
    /// The keys; nil if everybody may use the server.
    let keys: APIKeys?

    /// Why a request with a wrong or missing key is refused; nil if it isn't. Decided as soon as the head has arrived.
    func refusal(of head: RequestHead, _ route: Route?) -> Response? {
        guard let keys, !isOpen(head, route) else { return nil }
        var hasKey = false
        var isRight = false
        head.forEachField { name, value in
            guard let key = Self.key(name, value) else { return }
            hasKey = true
            if keys.contains(key) { isRight = true }
        }
        return isRight ? nil : Answers.unauthorized(hasKey: hasKey)
    }

    private func isOpen(_ head: RequestHead, _ route: Route?) -> Bool {
        guard let route, head.method == .get || head.method == .head else { return false }
        switch route.access {
        case .key: return false
        case .open: return true
        case .page:
            return head.fields("accept").contains { Preferences.accepts("text/html", $0.string) }
        }
    }

    /// The key in a field, without copying it: the whole value of `x-api-key`, or what follows `Bearer` in
    /// `authorization` (RFC 6750, section 2.1).
    private static func key(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        if equals(name, "x-api-key") { return value }
        guard equals(name, "authorization") else { return nil }
        let scheme = UnsafeRawBufferPointer(rebasing: value.prefix(7))
        guard equals(scheme, "bearer ") else { return nil }
        return UnsafeRawBufferPointer(rebasing: value.dropFirst(7).drop { $0 == UInt8(ascii: " ") })
    }

    /// Whether bytes equal a lower-case literal, ignoring case.
    private static func equals(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
        guard bytes.count == literal.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            var byte = bytes[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            guard byte == literal.utf8Start[index] else { return false }
        }
        return true
    }
}

/// What a request needs to be accepted if the operator has set keys.
enum RouteAccess {
    /// A key.
    case key
    /// Nothing, for reading: probes and the page.
    case open
    /// Nothing if a browser requests the page; otherwise a key.
    case page
}
