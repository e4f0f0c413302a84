import HTTPServer
import Testing

@testable import CogletServer

private final class Nobody: RouteHandler {
    func respond(to request: Request, id: PathID?, on exchange: Exchange) {}
}

/// Where paths lead.
@Suite struct Routes {
    private func match(_ pattern: String, _ path: String) -> PathMatch? {
        let route = Route(pattern, [.get], Nobody())
        return Array(path.utf8).withUnsafeBytes { route.match($0) }
    }

    @Test(arguments: [
        ("/", "/", true), ("/", "", false), ("/", "//", false), ("/docs", "/docs", true), ("/docs", "/docs/", false),
        ("/docs", "/Docs", false), ("/predictions", "/predictions/", false), ("/predictions", "/prediction", false),
    ])
    func fixedPath(pattern: String, path: String, leads: Bool) {
        #expect((match(pattern, path) != nil) == leads)
    }

    @Test(arguments: [
        ("/p/a", "a"), ("/p/a%2Fb", "a/b"), ("/p/%zz", "%zz"), ("/p/%4", "%4"), ("/p/%c3%a9", "é"), ("/p/%25", "%"),
    ])
    func idIsDecoded(path: String, id: String) {
        #expect(match("/p/{id}", path)?.id == PathID(id))
    }

    @Test(arguments: ["/p/", "/p", "/p/a/", "/p/a/b", "/q/a", "/p//"])
    func otherPaths(path: String) {
        #expect(match("/p/{id}", path) == nil)
    }

    @Test(arguments: [
        ("/m/a/infer", "a"), ("/m/a/versions/1/infer", "a/versions/1"), ("/m/a/b/infer", nil),
        ("/m/a/b/c/d/infer", nil), ("/m/\(String(repeating: "/", count: 70))/infer", nil),
    ])
    func placeholderOfSeveralSegments(path: String, id: String?) {
        let route = Route("/m/{id}/infer", [.get], idSegments: [1, 3], Nobody())
        #expect(Array(path.utf8).withUnsafeBytes { route.match($0) }?.id?.text == id)
    }

    /// An escaped slash is part of a segment (RFC 3986, 2.2).
    @Test func escapedSlash() {
        let route = Route("/m/{id}/infer", [.get], idSegments: [1, 3], Nobody())
        func segments(_ path: String) -> [String]? {
            Array(path.utf8).withUnsafeBytes { route.match($0) }?.id?.segments
        }
        #expect(segments("/m/a%2fb/infer") == ["a/b"])
        #expect(segments("/m/a%2Fb/c/%25/infer") == ["a/b", "c", "%"])
        #expect(segments("/m/a/%ff/1/infer") == nil)
    }

    @Test(arguments: [":", "%3A", "%3a"]) func escapedColon(colon: String) {
        #expect(match("/m/{id}:predict", "/m/a\(colon)predict")?.id?.text == "a")
        #expect(match("/m/{id}:predict", "/m/\(colon)predict") == nil)
    }

    @Test func pathWithoutAPlaceholder() {
        let route = Route(literal: "/a/{b}", [.get], Nobody())
        #expect(Array("/a/{b}".utf8).withUnsafeBytes { route.match($0) } == PathMatch(id: nil))
        #expect(Array("/a/b".utf8).withUnsafeBytes { route.match($0) } == nil)
    }

    @Test func idThatIsNotUTF8() {
        #expect(match("/p/{id}", "/p/%ff")?.id == PathID(nil))
    }

    @Test(arguments: [
        ("/p/a/cancel", "a"), ("/p/cancel/cancel", "cancel"), ("/p//cancel", nil), ("/p/cancel", nil),
        ("/p/a/b/cancel", nil), ("/p/a/cancel/", nil),
    ])
    func pathAfterTheID(path: String, id: String?) {
        #expect(match("/p/{id}/cancel", path)?.id?.text == id)
    }
}
