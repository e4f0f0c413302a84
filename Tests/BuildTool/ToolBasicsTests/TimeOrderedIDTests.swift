import Foundation
import Testing

@testable import ToolBasics

/// A UUID of version 7 begins with its time, so that later ones sort behind earlier ones.
@Suite struct TimeOrderedIDTests {
    @Test func form() {
        let id = TimeOrderedID.make(now: Date(timeIntervalSince1970: 1_700_000_000))
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        #expect(id.hasPrefix("018bcfe5-6800-7"))
    }

    @Test func order() {
        let times = [0.001, 1, 1_000, 1_700_000_000, 1_700_000_000.5, 4_000_000_000]
        let ids = times.map { TimeOrderedID.make(now: Date(timeIntervalSince1970: $0)) }
        #expect(ids == ids.sorted())
        #expect(Set(ids.map(\.count)) == [36])
    }

    @Test func sameTime() {
        let now = Date()
        #expect(TimeOrderedID.make(now: now) != TimeOrderedID.make(now: now))
    }
}
