import JSON
import Predictions
import Testing

private let moment = Timestamp(nanoseconds: 1_700_000_000_123_456_789)

private func prediction(
    outputIsArray: Bool = false, input: String? = nil, unknownTo schema: InputSchema? = nil
) throws -> Prediction {
    let document = try input.map { try JSONDocument.parsing($0) }
    return Prediction(
        id: "p", createdAt: moment, input: document?.root, schemaOfUnknown: schema,
        outputIsArray: outputIsArray)
}

private func chunk(_ text: String) -> ChunkText { .small(Array(text.utf8)) }

extension Prediction {
    /// The body as text, without the timestamps.
    fileprivate func shown(showsInput: Bool = false, asRunning: Bool = false) -> String {
        let body = body(for: .eventStream, showsInput: showsInput, asRunning: asRunning)
        return String(decoding: body.joined, as: UTF8.self)
    }

    fileprivate func finish(_ whole: String? = nil, isList: Bool = false) {
        succeeded(whole: whole.map(chunk), isList: isList, at: moment, after: .milliseconds(1500))
    }
}

/// What `output` is, by what the model gave and what the schema says.
@Suite struct PredictionOutput {
    @Test(arguments: [
        (#""x""#, false, false, #""x""#),
        (#""x""#, false, true, #"["x"]"#),
        ("null", false, false, "null"),
        ("null", false, true, "[]"),
        ("[1,2]", true, false, "[1,2]"),
        ("[]", true, false, "[]"),
        ("[[1]]", true, true, "[[1]]"),
    ])
    func whole(text: String, isList: Bool, schemaSaysArray: Bool, output: String) throws {
        let prediction = try prediction(outputIsArray: schemaSaysArray)
        prediction.started(at: moment)
        prediction.finish(text, isList: isList)
        #expect(
            prediction.shown()
                == #"{"id":"p","logs":"","metrics":{"predict_time":1.5},"output":\#(output),"status":"succeeded"}"#)
    }

    /// While it runs, and when it ends otherwise than well, the output is the list of its chunks.
    @Test func chunks() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        #expect(prediction.shown() == #"{"id":"p","logs":"","metrics":{},"status":"processing"}"#)
        #expect(prediction.produced(chunk("1")))
        #expect(prediction.shown() == #"{"id":"p","logs":"","metrics":{},"output":[1],"status":"processing"}"#)
        prediction.failed("no", at: moment, after: .zero)
        #expect(
            prediction.shown()
                == #"{"error":"no","id":"p","logs":"","metrics":{"predict_time":0.0},"output":[1],"status":"failed"}"#)
    }

    /// A prediction whose call has failed starts over; chunks reserved before that never come.
    @Test func startedOver() throws {
        let prediction = try prediction(outputIsArray: true)
        prediction.started(at: moment)
        #expect(prediction.produced(chunk("1")))
        let place = prediction.reserved()
        #expect(!prediction.produced(chunk("3")))
        Array("log".utf8).withUnsafeBytes { prediction.logged($0) }
        prediction.recorded("replace", "a", try JSONDocument.parsing("1").root)
        prediction.startedOver()
        #expect(prediction.shown() == #"{"id":"p","logs":"","metrics":{},"status":"processing"}"#)
        #expect(prediction.produced(chunk("4")))
        #expect(prediction.filled(place, with: chunk("2")).isEmpty)
        prediction.finish()
        #expect(
            prediction.shown()
                == #"{"id":"p","logs":"","metrics":{"predict_time":1.5},"output":[4],"status":"succeeded"}"#)
        prediction.startedOver()
        #expect(prediction.status == .succeeded)
    }

    /// A chunk whose text comes late holds back later ones.
    @Test func reservedPlaces() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        let first = prediction.reserved()
        #expect(!prediction.produced(chunk("2")))
        let third = prediction.reserved()
        #expect(prediction.filled(third, with: chunk("3")).isEmpty)
        #expect(prediction.isAwaitingChunks)
        let appended = prediction.filled(first, with: chunk("1"))
        #expect(appended.map { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } } == ["1", "2", "3"])
        #expect(!prediction.isAwaitingChunks)
        prediction.finish(isList: true)
        #expect(prediction.shown().contains(#""output":[1,2,3]"#))
    }

    /// What was borrowed from the channel is copied before it waits.
    @Test func borrowedChunkWaits() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        let place = prediction.reserved()
        var memory = Array("true".utf8)
        memory.withUnsafeBytes { _ = prediction.produced(.borrowed($0)) }
        memory.withUnsafeMutableBytes { $0.copyBytes(from: "null".utf8) }
        _ = prediction.filled(place, with: chunk("0"))
        prediction.finish(isList: true)
        #expect(prediction.shown().contains(#""output":[0,true]"#))
    }

    /// Large chunks are referenced instead of copied, and are in the right places.
    @Test func largeChunk() throws {
        let owner = Memory(count: 100_000)
        let prediction = try prediction()
        prediction.started(at: moment)
        _ = prediction.produced(chunk("1"))
        _ = prediction.produced(.large(OwnedBytes(owner.bytes, owner: owner)))
        _ = prediction.produced(chunk("2"))
        prediction.finish(isList: true)
        let body = prediction.body(for: .eventStream)
        #expect(body.segments.count == 2)
        #expect(body.count == body.joined.count)
        let text = String(decoding: body.joined, as: UTF8.self)
        #expect(text.contains(#""output":[1,777"#))
        #expect(text.contains(#"777,2],"status""#))
    }

    private final class Memory {
        let bytes: UnsafeRawBufferPointer

        init(count: Int) {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
            memory.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "7"))
            bytes = UnsafeRawBufferPointer(memory)
        }

        deinit { bytes.deallocate() }
    }
}

/// The end comes once, and nothing changes afterwards.
@Suite struct PredictionEnd {
    @Test func nothingFollowsTheEnd() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        prediction.canceled(at: moment, after: .zero)
        let shown = prediction.shown()
        "late".utf8.withContiguousStorageIfAvailable { prediction.logged(UnsafeRawBufferPointer($0)) }
        #expect(!prediction.produced(chunk("1")))
        prediction.recorded("replace", "m", try JSONDocument.parsing("1").root)
        #expect(prediction.shown() == shown)
        #expect(shown == #"{"id":"p","logs":"","metrics":{"predict_time":0.0},"status":"canceled"}"#)
    }

    @Test func secondEndIsOurMistake() async {
        await #expect(processExitsWith: .failure) {
            let prediction = Prediction(
                id: "p", createdAt: Timestamp(nanoseconds: 0), input: nil,
                outputIsArray: false)
            prediction.started(at: Timestamp(nanoseconds: 0))
            prediction.canceled(at: Timestamp(nanoseconds: 0), after: .zero)
            prediction.canceled(at: Timestamp(nanoseconds: 0), after: .zero)
        }
    }

    /// A webhook about an earlier event may be made after the prediction has ended.
    @Test func asRunning() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        prediction.finish(#""x""#)
        #expect(
            prediction.shown(asRunning: true)
                == #"{"id":"p","logs":"","metrics":{},"output":["x"],"status":"processing"}"#)
    }
}

/// What bodies show besides the output.
@Suite struct PredictionBody {
    @Test func timestampsAreForClients() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        prediction.finish("1")
        let text = String(decoding: prediction.body().joined, as: UTF8.self)
        let time = "2023-11-14T22:13:20.123456+00:00"
        #expect(
            text
                == #"{"completed_at":"\#(time)","created_at":"\#(time)","id":"p","logs":"","#
                + #""metrics":{"predict_time":1.5},"output":1,"started_at":"\#(time)","status":"succeeded"}"#)
    }

    @Test func acceptedIsStarting() throws {
        let prediction = try prediction()
        #expect(prediction.shown() == #"{"id":"p","status":"starting"}"#)
    }

    @Test func inputWithoutWhatTheModelDoesNotKnow() throws {
        let prediction = try prediction(
            input: #"{"b":1.0,"x":{"y":1},"a":"é"}"#, unknownTo: schema(#"{"a":{},"b":{}}"#))
        prediction.started(at: moment)
        #expect(
            prediction.shown(showsInput: true)
                == #"{"id":"p","input":{"b":1.0,"a":"é"},"logs":"","metrics":{},"status":"processing"}"#)
        prediction.finish("1")
        #expect(prediction.input == nil)
    }

    @Test func logsAreJoined() throws {
        let prediction = try prediction()
        prediction.started(at: moment)
        for text in ["a\n", "\u{1}\"\\é"] {
            Array(text.utf8).withUnsafeBytes { prediction.logged($0) }
        }
        #expect(prediction.shown().contains(#""logs":"a\n\u0001\"\\é""#))
    }
}
