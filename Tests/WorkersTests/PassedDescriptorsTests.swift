import Glibc
import Testing
import WorkerProtocol

@testable import Workers

@Suite struct PassedDescriptorsTests {
    /// A receipt of bytes, with an open descriptor, or with none because it is lost.
    private func receipt(isLost: Bool = false, isEmpty: Bool = false) -> Receipt {
        let descriptor = isLost || isEmpty ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC)
        return Receipt(count: 1, descriptor: OwnedDescriptor(taking: descriptor), hasLostDescriptors: isLost)
    }

    private func take(
        _ passed: inout PassedDescriptors, isLost: Bool = false, isEmpty: Bool = false
    ) -> Bool {
        var receipt = receipt(isLost: isLost, isEmpty: isEmpty)
        return passed.take(&receipt)
    }

    /// Two wait at most: for the frame that is arriving, and for the next one.
    @Test func twoAtMost() {
        var passed = PassedDescriptors()
        var results = [take(&passed, isEmpty: true), passed.hasFirst]
        #expect(results == [true, false])
        results = [take(&passed), passed.hasFirst, passed.canBelong(toFrameOf: .outputFile, isArriving: true)]
        #expect(results == [true, true, true])
        results = [take(&passed), passed.canBelong(toFrameOf: .outputFile, isArriving: true), take(&passed)]
        #expect(results == [true, false, false])
        results = [take(&passed, isLost: true)]
        #expect(results == [false])
    }

    /// Each file gets its own descriptor, in order, and a file whose descriptor is lost gets none.
    @Test func inOrder() {
        var passed = PassedDescriptors()
        _ = take(&passed)
        _ = take(&passed, isLost: true)
        let first = passed.takeFirst()
        #expect(first != nil)
        passed.advance()
        let (hasSecond, second) = (passed.hasFirst, passed.takeFirst())
        #expect(hasSecond && second == nil)
        passed.advance()
        let hasThird = passed.hasFirst
        #expect(!hasThird)
    }

    /// Only a file's frame can have one.
    @Test func whatItCanBelongTo() {
        var passed = PassedDescriptors()
        _ = take(&passed)
        let answers = [
            passed.canBelong(toFrameOf: .log, isArriving: true), passed.canBelong(toFrameOf: nil, isArriving: true),
            passed.canBelong(toFrameOf: nil, isArriving: false),
        ]
        #expect(answers == [false, true, false])
    }
}
