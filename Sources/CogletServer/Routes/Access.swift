import HTTPServer
import Predictions

/// Keeps those out who have no key, where the operator has set some.
struct Access {
    /// The keys; nil if everybody may use the server.
    let keys: APIKeys?

    /// Why a request is refused because of its key, or for want of one; nil if it isn't. Known as soon as the head is here.
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

    /// The key in a field, without copying it: all of `x-api-key`, and what follows `Bearer` in `authorization` (RFC 6750,
    /// section 2.1).
    private static func key(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        if equals(name, "x-api-key") { return value }
        guard equals(name, "authorization") else { return nil }
        let scheme = UnsafeRawBufferPointer(rebasing: value.prefix(7))
        guard equals(scheme, "bearer ") else { return nil }
        return UnsafeRawBufferPointer(rebasing: value.dropFirst(7).drop { $0 == UInt8(ascii: " ") })
    }

    /// Whether bytes are those of a literal in lower case, whatever the case of their letters.
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

/// What a request needs to be let in, where the operator has set keys.
enum RouteAccess {
    /// A key.
    case key
    /// Nothing, for reading: probes, and the page.
    case open
    /// Nothing for browsers that want the page; otherwise a key.
    case page
}
