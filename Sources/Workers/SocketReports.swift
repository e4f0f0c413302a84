/// What the loop has said of a worker's socket, and whether a frame is older than that.
///
/// Text on the pipes of a worker that was written before a frame was sent must be delivered before it. The loop watches the
/// pipes too, so nothing needs to be asked if the frame was there when the loop looked: then the text was reported as well.
/// Two frames of which that can't be said are one that arrived together with others, maybe after the loop had looked, and
/// one on a socket that was reported in the round before: such a socket stays on the kernel's list of what may be ready,
/// and the kernel looks at it a moment before or after the pipes. Any other socket gets on the list when the frame arrives,
/// behind the pipes.
struct SocketReports {
    /// The frame that is delivered next began to arrive before the loop looked.
    private(set) var isFrameOlder = false
    private var lastRound = -2
    private var pending: Report?

    private enum Report {
        case mayBeYounger
        case older
    }

    /// The loop has found the socket ready for something.
    ///
    /// - Parameters:
    ///   - round: counts the loop's rounds.
    ///   - isReadable: it can be read.
    ///   - isFrameArriving: the start of a frame has been read before.
    mutating func reported(inRound round: Int, isReadable: Bool, isFrameArriving: Bool) {
        let wasSilent = lastRound < round - 1
        lastRound = round
        guard isReadable else { return }
        pending = wasSilent || isFrameArriving ? .older : .mayBeYounger
    }

    /// Takes the report that the socket can be read; false if there is none.
    mutating func take() -> Bool {
        guard let report = pending else { return false }
        pending = nil
        isFrameOlder = report == .older
        return true
    }

    /// The next frame may have been sent after the loop looked.
    mutating func frameDelivered() {
        isFrameOlder = false
    }
}
