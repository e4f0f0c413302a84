import OTLP
import Testing

@Suite struct EndpointTests {
    /// The path of the signal is added to a base address, in front of the query and once only.
    @Test(arguments: [
        ("http://c:4318", "http://c:4318/v1/traces"), ("http://c:4318/", "http://c:4318/v1/traces"),
        ("http://c/a//", "http://c/a/v1/traces"), ("http://c/a?k=/v", "http://c/a/v1/traces?k=/v"),
        ("http://c/#f", "http://c/v1/traces#f"), ("http://c/v1/traces", "http://c/v1/traces"),
        ("http://c/v1/traces/?k", "http://c/v1/traces?k"),
    ])
    func pathIsAdded(base: String, url: String) {
        #expect(Endpoint(below: base, .traces).url == url)
        #expect(Endpoint(exactly: base).url == base)
    }

    /// Values are percent-encoded, names are trimmed, and entries without an equals sign don't count.
    @Test func headersAreRead() {
        let headers = Endpoint.headers(" Api-Key = a%20b%2Cc ,x=1=2,none,=y, z=%zz,Host=h,content-length=3")
        #expect(headers.map(\.name) == ["api-key", "x", "z"])
        #expect(headers.map(\.value) == ["a b,c", "1=2", "%zz"])
        #expect(Endpoint.attributes("Service.Name=x").map(\.name) == ["Service.Name"])
    }
}
