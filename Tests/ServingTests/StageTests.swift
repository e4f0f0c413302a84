import Predictions
import Testing
import Workers

@testable import Serving

/// The stages of a prediction, and what to do next.
@Suite struct Stages {
    private let files: InputFiles = [("image", "/tmp/x")]

    /// Steps and endings as text, so that they can be compared.
    private func text(_ step: Stage.Step) -> String {
        switch step {
        case .nothing: "nothing"
        case .fetch: "fetch"
        case .dispatch(let worker, let files): "dispatch \(worker.number) \(files.map(\.path))"
        case .interrupt(let worker): "interrupt \(worker.number)"
        case .end(.canceled): "canceled"
        case .end(.failed(let error)): "failed \(error)"
        case .end(.succeeded(let whole, let isList)):
            "succeeded \(whole?.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } ?? "-") \(isList)"
        }
    }

    private var fetching: Stage {
        var stage = Stage.queued
        _ = stage.slotGiven(worker(1), hasFiles: true)
        return stage
    }

    private var running: Stage {
        var stage = Stage.queued
        _ = stage.slotGiven(worker(1), hasFiles: false)
        return stage
    }

    private var uploading: Stage {
        var stage = running
        _ = stage.modelEnded(.succeeded(whole: nil, isList: true), awaitsFiles: true)
        return stage
    }

    @Test func withoutFilesItGoesToTheModelAtOnce() {
        var stage = Stage.queued
        #expect(text(stage.slotGiven(worker(2), hasFiles: false)) == "dispatch 2 []")
    }

    @Test func filesAreFetchedFirst() {
        var stage = Stage.queued
        #expect(text(stage.slotGiven(worker(2), hasFiles: true)) == "fetch")
        #expect(text(stage.fetched(files)) == #"dispatch 2 ["/tmp/x"]"#)
    }

    @Test func filesThatComeWithoutASlotWait() {
        var stage = fetching
        stage.slotLost()
        #expect(text(stage.fetched(files)) == "nothing")
        #expect(text(stage.slotGiven(worker(3), hasFiles: true)) == #"dispatch 3 ["/tmp/x"]"#)
    }

    @Test func slotThatComesBeforeTheFiles() {
        var stage = fetching
        stage.slotLost()
        #expect(text(stage.slotGiven(worker(3), hasFiles: true)) == "nothing")
        #expect(text(stage.fetched(files)) == #"dispatch 3 ["/tmp/x"]"#)
    }

    @Test func filesAreNotFetchedTwice() {
        var stage = fetching
        _ = stage.fetched(files)
        stage.slotLost()
        #expect(text(stage.slotGiven(worker(2), hasFiles: true)) == #"dispatch 2 ["/tmp/x"]"#)
    }

    @Test func successEndsIt() {
        var stage = running
        #expect(
            text(stage.modelEnded(.succeeded(whole: .small(Array("1".utf8)), isList: false), awaitsFiles: false))
                == "succeeded 1 false")
    }

    @Test func failureAndCancelDoNotWaitForFiles() {
        var first = running
        #expect(text(first.modelEnded(.failed("x"), awaitsFiles: true)) == "failed x")
        var second = running
        #expect(text(second.modelEnded(.canceled, awaitsFiles: true)) == "canceled")
    }

    @Test func successWaitsForFiles() {
        var stage = running
        #expect(text(stage.modelEnded(.succeeded(whole: nil, isList: true), awaitsFiles: true)) == "nothing")
        #expect(text(stage.fileDelivered(awaitsFiles: true)) == "nothing")
        #expect(text(stage.fileDelivered(awaitsFiles: false)) == "succeeded - true")
    }

    @Test func filesThatArriveEarlyEndNothing() {
        let stage = running
        #expect(text(stage.fileDelivered(awaitsFiles: false)) == "nothing")
    }

    @Test func failedFileWaitsForTheModel() {
        var stage = running
        #expect(text(stage.fileFailed("first")) == "nothing")
        #expect(text(stage.fileFailed("second")) == "nothing")
        #expect(text(stage.modelEnded(.succeeded(whole: nil, isList: true), awaitsFiles: false)) == "failed first")
    }

    @Test func modelsOwnErrorOutranksAFailedFile() {
        var stage = running
        _ = stage.fileFailed("file")
        #expect(text(stage.modelEnded(.failed("model"), awaitsFiles: false)) == "failed model")
    }

    @Test func failedFileAfterTheModelEndsIt() {
        var stage = uploading
        #expect(text(stage.fileFailed("x")) == "failed x")
    }

    @Test func interruptionReachesTheModelOnlyWhileItRuns() {
        #expect(text(running.interrupted()) == "interrupt 1")
        #expect(text(fetching.interrupted()) == "canceled")
        #expect(text(uploading.interrupted()) == "canceled")
        #expect(text(Stage.queued.interrupted()) == "canceled")
        #expect(text(Stage.waiting(files).interrupted()) == "canceled")
        #expect(text(Stage.ended.interrupted()) == "nothing")
    }

    @Test func nothingFollowsTheEnd() {
        var stage = Stage.ended
        #expect(text(stage.slotGiven(worker(1), hasFiles: true)) == "nothing")
        #expect(text(stage.fetched(files)) == "nothing")
        #expect(text(stage.modelEnded(.canceled, awaitsFiles: false)) == "nothing")
        #expect(text(stage.fileFailed("x")) == "nothing")
        #expect(text(stage.fileDelivered(awaitsFiles: false)) == "nothing")
    }

    @Test func outputIsKeptWhileFilesAreOnTheirWay() {
        var stage = running
        let bytes = Array("[1]".utf8)
        bytes.withUnsafeBytes {
            _ = stage.modelEnded(.succeeded(whole: .borrowed($0), isList: true), awaitsFiles: true)
        }
        guard case .uploading(.succeeded(.small(let kept)?, _)) = stage else {
            Issue.record("the output is still borrowed")
            return
        }
        #expect(kept == bytes)
    }

    // MARK: - In a batch

    @Test func filesOfABatchedOneComeBeforeItsSlot() {
        var stage = Stage.queued
        #expect(text(stage.prepare(hasFiles: true)) == "fetch")
        #expect(text(stage.fetched(files)) == "nothing")
        #expect(text(stage.slotGiven(worker(2), hasFiles: true)) == "dispatch 2 [\"/tmp/x\"]")
    }

    @Test func batchedOneWithoutFilesNeedsNoPreparation() {
        var stage = Stage.queued
        #expect(text(stage.prepare(hasFiles: false)) == "nothing")
        #expect(text(stage.slotGiven(worker(2), hasFiles: false)) == "dispatch 2 []")
    }

    @Test func droppedOneEndsWithTheModel() {
        var stage = running
        #expect(!stage.isDropped)
        #expect([stage.canceledInBatch(), stage.canceledInBatch()] == [true, false])
        #expect(stage.isDropped)
        #expect(text(stage.interrupted()) == "interrupt 1")
        #expect(text(stage.fileFailed("x")) == "nothing")
        stage.slotLost()
        #expect(text(stage.modelEnded(.succeeded(whole: nil, isList: true), awaitsFiles: true)) == "canceled")
    }

    @Test func onlyARunningOneIsDropped() {
        for stage in [Stage.queued, fetching, uploading, .waiting(files), .ended] {
            var stage = stage
            #expect(stage.canceledInBatch() == false)
        }
    }
}
