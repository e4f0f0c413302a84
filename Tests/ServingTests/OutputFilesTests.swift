import Testing

@testable import Serving

/// The worker waits from the limit on, and continues below it.
@Test func outputFilesPauseTheWorker() {
    var files = OutputFiles(limit: 2)
    let pauses = [files.opened(), files.opened(), files.opened()]
    let resumes = [files.closed(), files.closed(), files.closed()]
    #expect(pauses == [false, true, true])
    #expect(resumes == [false, true, false])
    #expect(files.count == 0)
}
