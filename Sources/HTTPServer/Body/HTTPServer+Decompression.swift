internal import EventLoop

extension HTTPServer {
    /// How much output is decompressed on the loop; larger bodies continue on the thread pool.
    private static let inlineBytes = 65_536

    /// Passes a request to the handler once its body is decompressed.
    func decompress(_ decoder: GzipDecoder, for head: RequestHead, _ exchange: Exchange) {
        let progress = decoder.run(bytes: Self.inlineBytes)
        guard progress == .incomplete else {
            decompressed(decoder, progress, nil, head, exchange)
            return
        }
        let reader = handler.bodyReader(for: head)
        loop.submit {
            let progress = decoder.run()
            reader?.bodyGrew(decoder.output)
            return progress
        } then: { [self] progress in
            decompressed(decoder, progress, reader, head, exchange)
        }
    }

    private func decompressed(
        _ decoder: GzipDecoder, _ progress: GzipDecoder.Progress, _ reader: (any BodyReader)?, _ head: RequestHead,
        _ exchange: Exchange
    ) {
        if case .failed(let failure) = progress {
            exchange.respond(answer(to: failure))
        } else if !exchange.isClientGone {
            handler.received(Request(head: head, body: decoder.output, reader: reader), on: exchange)
        }
    }
}
