import JSON
import Testing

@Suite struct ExactStringTests {
    /// What looks the same is not the same; that is what Swift's own strings think.
    @Test func comparison() {
        let (one, two) = ("\u{E9}", "e\u{301}")
        #expect(one == two)
        #expect(ExactString(one) != ExactString(two))
        #expect(ExactString(two) < ExactString(one))
        #expect(ExactString(one) == ExactString(String(decoding: Array(one.utf8), as: UTF8.self)))
        #expect([ExactString(one): 1, ExactString(two): 2].count == 2)
    }
}
