import EventLoop
import FileTransfer
import HTTPServer
import Predictions
import Serving

/// The most bytes that a body may have.
struct UploadLimits {
    /// Of each file.
    let fileBytes: Int
    /// Of all fields that are no files.
    let fieldBytes: Int
}

/// What a body is.
enum UploadKind {
    case form(MultipartParser)
    /// All of it is one file.
    case file(PartHead)
}

/// Takes a body with files apart and writes the files, on the thread pool. One thread at a time.
final class UploadReading<Form: UploadForm>: @unchecked Sendable {
    private enum Part {
        case file(UploadedFile)
        case text([UInt8])
        case unknown
    }

    private var kind: UploadKind
    private var form: Form
    private let limits: UploadLimits
    private var head = PartHead(name: "")
    private var part: Part?
    private var fieldBytes = 0
    /// How many bytes of files have come.
    private(set) var fileBytes = 0
    private var failure: UploadError?
    /// Accounts for the memory of the fields while they are needed.
    private let ledger: Buffer

    init(_ kind: UploadKind, _ form: Form, limits: UploadLimits, memory: MemoryAccount) {
        self.kind = kind
        self.form = form
        self.limits = limits
        ledger = Buffer(accountedIn: memory)
    }

    /// Adds a field that didn't come in the body.
    func add(_ name: String, _ text: [UInt8]) {
        guard failure == nil else { return }
        do throws(RequestError) {
            try form.add(name, text: text, type: nil)
        } catch {
            failure = .request(error)
        }
    }

    /// Reads the next piece of the body.
    ///
    /// - Returns: The problem, if any; nothing more is read then.
    func read(_ piece: Buffer, _ maker: UploadedFiles.Maker) -> UploadError? {
        guard failure == nil else { return failure }
        switch kind {
        case .file(let head):
            if part == nil { begin(head, as: .file, maker) }
            take(piece.bytes)
        case .form(var parser):
            do throws(MultipartError) {
                try parser.feed(piece.bytes) { event in
                    guard failure == nil else { return }
                    switch event {
                    case .began(let head):
                        let use = form.use(of: head.name, hasFileName: head.fileName != nil, type: head.contentType)
                        begin(head, as: use, maker)
                    case .contents(let bytes): take(bytes)
                    case .ended: end()
                    }
                }
            } catch {
                failure = failure ?? .form(error)
            }
            kind = .form(parser)
        }
        return failure
    }

    /// The body has ended.
    func finish(_ maker: UploadedFiles.Maker) -> Result<Form.Content, UploadError> {
        switch kind {
        case .file(let head):
            if failure == nil, part == nil { begin(head, as: .file, maker) }
            end()
        case .form(let parser):
            do throws(MultipartError) {
                if failure == nil { try parser.finish() }
            } catch {
                failure = .form(error)
            }
        }
        return failure.map { .failure($0) } ?? form.content()
    }

    // MARK: - Parts

    private func begin(_ head: PartHead, as use: InputForm.Use, _ maker: UploadedFiles.Maker) {
        self.head = head
        switch use {
        case .file:
            switch maker.makeFile(called: head.fileName, type: head.contentType) {
            case .success(let file): part = .file(file)
            case .failure(let error): failure = .storage(error)
            }
        case .text: part = .text([])
        case .none: part = .unknown
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        switch part {
        case .file(let file):
            guard bytes.count <= limits.fileBytes - file.count else {
                failure = .fileTooLarge(limitBytes: limits.fileBytes)
                return
            }
            fileBytes += bytes.count
            if case .failure(let error) = file.append(bytes) { failure = .storage(error) }
        case .text(var text):
            guard count(bytes.count) else { return }
            part = nil
            text.append(contentsOf: bytes)
            part = .text(text)
        case .unknown: _ = count(bytes.count)
        case nil: break
        }
    }

    private func count(_ bytes: Int) -> Bool {
        fieldBytes += bytes
        if fieldBytes > limits.fieldBytes {
            failure = .fieldsTooLarge(limitBytes: limits.fieldBytes)
        } else if !ledger.tryTake(bytes) {
            failure = .outOfMemory
        }
        return failure == nil
    }

    private func end() {
        guard failure == nil else { return }
        defer { part = nil }
        do throws(RequestError) {
            switch part {
            // Browsers send this for a form field in which no file was chosen.
            case .file(let file) where file.count == 0 && head.fileName == "": break
            case .file(let file): form.add(head.name, file: file, type: head.contentType)
            case .text(let text): try form.add(head.name, text: text, type: head.contentType)
            case .unknown: try form.add(head.name, text: [], type: nil)
            case nil: break
            }
        } catch {
            failure = .request(error)
        }
    }
}
