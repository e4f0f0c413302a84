import Testing

@testable import Workers

/// Which frames are older than the loop's last look at the pipes.
@Suite struct SocketReportDecisions {
    /// Expects a report, whose first frame may be older than it; nil for no report.
    private func expectTaken(_ reports: inout SocketReports, _ isOlder: Bool?) {
        let isTaken = reports.take()
        #expect(isTaken == (isOlder != nil))
        #expect(reports.isFrameOlder == (isOlder ?? false))
        reports.frameDelivered()
        #expect(!reports.isFrameOlder)
    }

    /// The socket was silent, so it got on the kernel's list behind the pipes.
    @Test func frameOnASilentSocketIsOlder() {
        var reports = SocketReports()
        reports.reported(inRound: 0, isReadable: true, isFrameArriving: false)
        expectTaken(&reports, true)
        reports.reported(inRound: 2, isReadable: true, isFrameArriving: false)
        expectTaken(&reports, true)
    }

    @Test(arguments: [5, 6])
    func frameOnASocketOfTheLastReportMayBeYounger(round: Int) {
        var reports = SocketReports()
        reports.reported(inRound: 5, isReadable: true, isFrameArriving: false)
        _ = reports.take()
        reports.reported(inRound: round, isReadable: true, isFrameArriving: false)
        expectTaken(&reports, false)
    }

    /// Room for bytes is a report as well: it puts the socket on the list.
    @Test func writableCounts() {
        var reports = SocketReports()
        reports.reported(inRound: 5, isReadable: false, isFrameArriving: false)
        expectTaken(&reports, nil)
        reports.reported(inRound: 6, isReadable: true, isFrameArriving: false)
        expectTaken(&reports, false)
    }

    /// Its start was there before the loop looked this time.
    @Test func frameThatHasBegunIsOlder() {
        var reports = SocketReports()
        reports.reported(inRound: 5, isReadable: true, isFrameArriving: false)
        _ = reports.take()
        reports.reported(inRound: 6, isReadable: true, isFrameArriving: true)
        expectTaken(&reports, true)
    }

    @Test func reportIsTakenOnce() {
        var reports = SocketReports()
        reports.reported(inRound: 0, isReadable: true, isFrameArriving: false)
        expectTaken(&reports, true)
        expectTaken(&reports, nil)
    }
}
