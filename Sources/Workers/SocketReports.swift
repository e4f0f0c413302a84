/// What the loop has reported about a worker's socket, and whether a frame is older than the report.
///
/// Text on a worker's pipes that was written before a frame was sent must be delivered before the frame. The loop
/// watches the pipes too, so if the frame was there when the loop polled, the text was reported as well, and no further
/// check is needed. That can't be assumed in two cases. A frame that arrived together with others may have come after
/// the loop polled. And a socket that was reported in the previous round stays on the kernel's ready list, so the
/// kernel may check it a moment before or after the pipes. Any other socket joins the list when the frame arrives,
/// after the pipes.
struct SocketReports {
    /// The next frame began to arrive before the loop polled.
    private(set) var isFrameOlder = false
    private var lastRound = -2
    private var pending: Report?

    private enum Report {
        case mayBeYounger
        case older
    }

    /// The loop found the socket ready for something.
    ///
    /// - Parameters:
    ///   - round: the number of the loop's round.
    ///   - isReadable: whether the socket is readable.
    ///   - isFrameArriving: whether the start of a frame has already been read.
    mutating func reported(inRound round: Int, isReadable: Bool, isFrameArriving: Bool) {
        let wasSilent = lastRound < round - 1
        lastRound = round
        guard isReadable else { return }
        pending = wasSilent || isFrameArriving ? .older : .mayBeYounger
    }

    /// Takes the report that the socket is readable; false if there is none.
    mutating func take() -> Bool {
        guard let report = pending else { return false }
        pending = nil
        isFrameOlder = report == .older
        return true
    }

    /// The next frame may have been sent after the loop polled.
    mutating func frameDelivered() {
        isFrameOlder = false
    }
}
