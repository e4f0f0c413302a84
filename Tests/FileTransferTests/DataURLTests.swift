import Glibc
import HTTPClient
import Testing

@testable import FileTransfer

/// What is known of a data URL before it is decoded.
@Suite struct DataURLTests {
    /// A data URL has a flaw exactly when it can't be decoded, however its characters are mixed.
    @Test(arguments: [true, false])
    func flawsAreWhatDecodingFailsOf(isLiteral: Bool) {
        let file = OpenFile(taking: open("/dev/null", O_WRONLY | O_CLOEXEC))
        var parts = ["A", "b", "9", "+", "/", "=", "%", "%3D", "%20", "%41", "%2", " ", "\n", "-", "é", "QUJD", "QUI="]
        if isLiteral { parts += [#"\/"#, #"\n"#, #"\u0041"#, #"\u003d"#, #"\""#] }
        // Longer than what is looked at in one step.
        let filler = String(repeating: "QUJD", count: 100)
        var generator = SystemRandomNumberGenerator()
        var flawed = 0
        for round in 0..<4_000 {
            let count = Int.random(in: 0...8, using: &generator)
            var text = (0..<count).map { _ in parts.randomElement(using: &generator)! }.joined()
            if round.isMultiple(of: 2) { text = round.isMultiple(of: 4) ? filler + text : text + filler }
            let (flaw, written) = outcome(of: "data:;base64," + text, file, isLiteral: isLiteral)
            #expect((flaw == nil) == written, "\(text)")
            flawed += flaw == nil ? 0 : 1
        }
        #expect((1_000..<3_900).contains(flawed))
    }

    @Test(
        arguments: [
            ("data:;base64,QUJD-UJD", FileError.notBase64(at: 4)), ("data:;base64,QUJD=QUJD", .incorrectPadding),
            ("data:;base64,Q", .incorrectPadding), ("data:;base64,QUI%3", .notBase64(at: 3)),
            ("data:;base64,QU\nI%3D ", nil), (#"data:;base64,QU\/D"#, .notBase64(at: 2)), ("data:,100%", nil),
            ("data:text/plain;charset=x-none,é", nil),
        ] as [(String, FileError?)])
    func flaws(url: String, flaw: FileError?) {
        let file = OpenFile(taking: open("/dev/null", O_WRONLY | O_CLOEXEC))
        #expect(outcome(of: url, file).flaw == flaw)
    }

    private func outcome(
        of text: String, _ file: OpenFile, isLiteral: Bool = false
    ) -> (flaw: FileError?, written: Bool) {
        var text = text
        return text.withUTF8 { bytes in
            switch DataURL.parse(UnsafeRawBufferPointer(bytes), isLiteral: isLiteral) {
            case .failure(let error):
                return (error, false)
            case .success(let url):
                if case .success = url.write(to: file, path: "") { return (url.flaw, true) }
                return (url.flaw, false)
            }
        }
    }
}
