import Testing

@testable import HTTPClient

@Suite struct RedirectChainTests {
    private func request(_ method: HTTPRequest.Method = .post, limit: Int = 3) -> HTTPRequest {
        var request = HTTPRequest(method, "http://u:p@h/a?secret")
        request.fields = [("Authorization", "Bearer t"), ("cookie", "c"), ("content-type", "text/plain"), ("x-a", "1")]
        request.redirectLimit = limit
        return request
    }

    /// Only to the same scheme, host, and port; once gone, another server can't bring them back.
    @Test(arguments: [
        ("/b", true), ("//h:80/", true), ("https://h/", false), ("//h:81/", false), ("//sub.h/", false),
        ("//h.x/", false),
    ])
    func credentials(_ location: String, _ stay: Bool) throws {
        let request = request()
        var chain = try RedirectChain(request)
        #expect(chain.fields(of: request).count == 4)
        try chain.redirected(status: 307, to: location)
        #expect(chain.fields(of: request).map(\.name) == (stay ? request.fields.map(\.name) : ["content-type", "x-a"]))
        #expect((chain.url.credentials != nil) == stay)
        try chain.redirected(status: 307, to: "http://h/")
        #expect(chain.carriesCredentials == stay)
        #expect((chain.url.credentials != nil) == stay)
    }

    /// A PUT is followed with its body, except after 303; a POST always.
    @Test func methods() throws {
        for status in [301, 302, 303, 307, 308] {
            var post = try RedirectChain(request())
            try post.redirected(status: status, to: "/b")
            #expect(post.method == .post)
            let request = request(.put)
            var put = try RedirectChain(request)
            try put.redirected(status: status, to: "/b")
            #expect(put.method == (status == 303 ? .get : .put))
            #expect(put.fields(of: request).contains { $0.name == "content-type" } == (status != 303))
        }
    }

    /// As many as allowed, and one more; never out of http and https.
    @Test func ends() throws {
        var chain = try RedirectChain(request(limit: 2))
        for location in ["ftp://h/", "http://", "file:///x", "//u:secret:x@h:y/"] {
            var chain = chain
            #expect(throws: HTTPClientError.redirectRefused(url: "http://h/a")) {
                try chain.redirected(status: 302, to: location)
            }
        }
        try chain.redirected(status: 302, to: "/b?secret")
        try chain.redirected(status: 302, to: "/c")
        #expect(throws: HTTPClientError.tooManyRedirects(url: "http://h/a", limit: 2)) {
            try chain.redirected(status: 302, to: "/d")
        }
    }

    /// Other responses are final, and so is every redirect if none may be followed.
    @Test func leads() throws {
        let chain = try RedirectChain(request())
        #expect(chain.leads(status: 302, location: "/b"))
        #expect(!chain.leads(status: 302, location: nil))
        #expect(!chain.leads(status: 302, location: ""))
        for status in [200, 201, 300, 304, 305, 404] { #expect(!chain.leads(status: status, location: "/b")) }
        #expect(try !RedirectChain(request(limit: 0)).leads(status: 302, location: "/b"))
    }
}
