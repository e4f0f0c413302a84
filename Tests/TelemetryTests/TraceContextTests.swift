import Metrics
import Telemetry
import Testing

@Suite struct TraceContextTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func fieldIsReadAndWritten() throws {
        let context = try #require(TraceContext(traceparent: Self.parent.utf8, state: "a=b"))
        #expect(context.trace.text == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.span == 0xb7ad_6b71_6920_3331)
        #expect(context.isSampled)
        #expect(context.state == "a=b")
        #expect(context.traceparent == Self.parent)
    }

    /// W3C Trace Context, section 3.2: upper case, zeros, version ff, and more fields in version 00 are malformed.
    @Test(arguments: [
        "", "x", "00-zz-1-1", parent.uppercased(), parent + "-more", "ff" + parent.dropFirst(2),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "01" + parent.dropFirst(2) + "x",
    ])
    func malformedFieldIsNone(text: String) {
        #expect(TraceContext(traceparent: text.utf8) == nil)
    }

    @Test func laterVersionsMayHaveMoreFields() {
        #expect(TraceContext(traceparent: ("01" + Self.parent.dropFirst(2) + "-more").utf8) != nil)
    }

    @Test(arguments: [
        "a=b", "a=1,b=2", " a=1 ,\tb= x y ", "1t@s=v", "a-b*c/d_0=!", ",a=b,",
        "a=" + String(repeating: "v", count: 256),
    ])
    func stateIsKept(state: String) {
        #expect(TraceContext(traceparent: Self.parent.utf8, state: state)?.state == state)
    }

    @Test(arguments: [
        "", ",", "x", "A=1", "1=a", "=a", "a=", "a b=1", "a=b=c", "a=é", "a@1=b", "@a=b",
        "a=" + String(repeating: "v", count: 257), (1...33).map { "k\($0)=v" }.joined(separator: ","),
    ])
    func malformedStateIsLeftOut(state: String) throws {
        let context = try #require(TraceContext(traceparent: Self.parent.utf8, state: state))
        #expect(context.state == nil)
    }

    @Test func stateThatIsTooLongIsLeftOut() {
        let member = "a=" + String(repeating: "x", count: 254) + ","
        let longest = String(repeating: member, count: 15) + "a=" + String(repeating: "x", count: 239)
        #expect(longest.utf8.count == 4096)
        #expect(TraceContext(traceparent: Self.parent.utf8, state: longest)?.state == longest)
        #expect(TraceContext(traceparent: Self.parent.utf8, state: longest + "x")?.state == nil)
    }

    /// Leading zeros may be missing, colons may be percent-encoded, and what follows the flags is ignored.
    @Test(arguments: [
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1",
        "AF7651916cd43dd8448eb211c80319c:B7ad6b7169203331:7:01",
        "0af7651916cd43dd8448eb211c80319c%3Ab7ad6b7169203331%3a0%3A3",
        "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1:x",
    ])
    func jaegerIsRead(text: String) throws {
        #expect(try #require(TraceContext(jaeger: text.utf8)).traceparent == Self.parent)
    }

    @Test(arguments: ["", "1:2:3", "0:1:0:1", "1:0:0:1", ":1:0:1", "1:1:0:", "1:1:0:100", "g:1:0:1", "1%:1:0:1"])
    func malformedJaegerIsNone(text: String) {
        #expect(TraceContext(jaeger: text.utf8) == nil)
    }

    @Test func shortJaegerIDIsTheLowHalf() throws {
        let context = try #require(TraceContext(jaeger: "1f:2:0:0".utf8))
        #expect(context.trace == TraceID(high: 0, low: 0x1F))
        #expect(!context.isSampled)
        #expect(context.jaeger == "0000000000000000000000000000001f:0000000000000002:0:0")
    }

    @Test(arguments: ["", "a b", "a:b", "host", "TraceParent", "tracestate", "cookie", "authorization", "é"])
    func headerThatMeansSomethingElseIsNone(name: String) {
        #expect(TraceHeader(name: name, format: .w3c) == nil)
    }

    @Test func headerReadsItsFormat() {
        #expect(TraceHeader(name: "Uber-Trace-Id", format: .jaeger)?.name == "uber-trace-id")
        #expect(TraceHeader(name: "x-t", format: .jaeger)?.read("1:2:0:1".utf8) != nil)
        #expect(TraceHeader(name: "x-t", format: .w3c)?.read("1:2:0:1".utf8) == nil)
    }
}
