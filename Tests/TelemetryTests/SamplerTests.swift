import Metrics
import Testing

@testable import Telemetry

@Suite struct SamplerTests {
    private static let low = TraceID(high: 1, low: 0x3FFF_FFFF_FFFF_FFFF)
    private static let high = TraceID(high: 0, low: 0x4000_0000_0000_0000)

    private static func parent(_ isSampled: Bool) -> TraceContext {
        TraceContext(trace: low, span: 1, isSampled: isSampled)
    }

    /// A share of a quarter selects the ids whose last 8 bytes are in the lowest quarter, like Python's SDK.
    @Test func ratioIsOfTheLowHalf() {
        let quarter = Sampler(.ratio, ratio: 0.25)
        #expect(quarter.samples(Self.low, parent: nil))
        #expect(!quarter.samples(Self.high, parent: nil))
        #expect(quarter.samples(Self.low, parent: Self.parent(false)))
        #expect(Sampler(.ratio, ratio: 1).samples(TraceID(high: 1, low: .max), parent: nil))
        #expect(!Sampler(.ratio, ratio: 0).samples(TraceID(high: 1, low: 0), parent: nil))
    }

    @Test(arguments: [Sampler.Name.parentAlwaysOn, .parentAlwaysOff, .parentRatio])
    func parentDecides(name: Sampler.Name) {
        let sampler = Sampler(name, ratio: 0.25)
        #expect(sampler.samples(Self.high, parent: Self.parent(true)))
        #expect(!sampler.samples(Self.low, parent: Self.parent(false)))
        #expect(sampler.samples(Self.low, parent: nil) == (name != .parentAlwaysOff))
        #expect(sampler.samples(Self.high, parent: nil) == (name == .parentAlwaysOn))
    }

    @Test func idsDifferAndAreNeverZero() {
        var ids = SpanIDs(seed: (1, 2, 3, 4))
        var seen: Set<UInt64> = []
        for _ in 0..<1000 { seen.insert(ids.span()) }
        #expect(seen.count == 1000)
        #expect(!seen.contains(0))
    }
}

@Suite struct CallerTagsTests {
    @Test func onlyTracesEntriesAreTakenSorted() {
        let tags = CallerTags.attributes(of: [
            ("trace.b", "2"), ("a", "x"), ("trace.", "x"), ("trace.a.A_-9", "1"), ("trace.a b", "x"),
            ("trace." + String(repeating: "n", count: 65), "x"),
        ])
        #expect(tags == [.init("caller.a.A_-9", .text("1")), .init("caller.b", .text("2"))])
    }

    /// A character that the limit would split is left out.
    @Test func valuesAreCutBetweenCharacters() {
        let value = String(repeating: "x", count: 127) + "é"
        #expect(CallerTags.attributes(of: [("trace.a", value)]) == [.init("caller.a", .text(String(value.dropLast())))])
        #expect(CallerTags.cut("ab", to: 2) == "ab")
    }

    @Test func sixteenAreTakenAtMost() {
        let tags = CallerTags.attributes(of: (10..<40).map { ("trace.\($0)", "") })
        #expect(tags.map(\.name) == (10..<26).map { "caller.\($0)" })
    }
}
