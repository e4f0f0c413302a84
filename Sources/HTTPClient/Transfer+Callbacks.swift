internal import CLibcurl
internal import EventLoop
internal import Glibc

extension Transfer {
    /// Makes libcurl pass the response to this transfer and take the request's body from it.
    func setCallbacks(of easy: UnsafeMutableRawPointer, context: UnsafeRawPointer) {
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
            _ = cogcurl_easy_set_pointer(easy, option, context)
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
            let line = UnsafeRawBufferPointer(start: bytes, count: count)
            return Transfer.of(context).headLine(line) ? count : 0
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            Transfer.of(context).bodyArrived(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        _ = cogcurl_easy_set_on_data(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
            Transfer.of(context).bodyWanted(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        _ = cogcurl_easy_set_on_seek(easy) { context, offset, origin in
            guard offset == 0, origin == SEEK_SET, Transfer.of(context).source?.rewind() != false else {
                return CURL_SEEKFUNC_CANTSEEK
            }
            return CURL_SEEKFUNC_OK
        }
        guard !request.allowsPrivateAddresses else { return }
        for option in [CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA] {
            _ = cogcurl_easy_set_pointer(easy, option, context)
        }
        _ = cogcurl_easy_set_on_open(easy) { context, _, address in
            let transfer = Transfer.of(context)
            guard transfer.mayGo(to: withUnsafePointer(to: &address.pointee.addr) { NetworkAddress($0) }) else {
                return CURL_SOCKET_BAD
            }
            let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
            return socket(address.pointee.family, type, address.pointee.protocol)
        }
        // A connection that is already open may belong to a request that may go anywhere.
        _ = cogcurl_easy_set_on_request(easy) { context, address, _, _, _ in
            let transfer = Transfer.of(context)
            return transfer.mayGo(to: NetworkAddress(String(cString: address)))
                ? Int32(CURL_PREREQFUNC_OK) : Int32(CURL_PREREQFUNC_ABORT)
        }
    }

    /// Whether the request may be sent to the address that libcurl found. The operator chose the proxy, so it is
    /// allowed.
    private func mayGo(to address: NetworkAddress?) -> Bool {
        guard proxy == nil, address?.isPublic != true else { return true }
        wasKeptAway = true
        return false
    }

    // MARK: - Called by libcurl

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        // The client retains every transfer until libcurl has released its handle.
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    private func headLine(_ line: UnsafeRawBufferPointer) -> Bool {
        guard head.feed(line) else {
            failure = .headTooLarge(url: printableURL(request.url), limitBytes: ResponseHead.limitBytes)
            return false
        }
        if line.elementsEqual([UInt8(ascii: "\r"), UInt8(ascii: "\n")]) { headEnded() }
        return true
    }

    /// All fields of a response have arrived, or all of its trailer.
    private func headEnded() {
        guard case .consumer(let consumer) = request.destination, !isHeadTold, redirect == nil, let easy else { return }
        let status = cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE)
        // An interim response such as "100 Continue" is followed by another.
        guard status >= 200 else { return }
        isHeadTold = true
        consumer.answerBegan(status: status, fields: head.fields)
    }

    private func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let easy, let sink else { return 0 }
        // The response is the one that the redirect leads to.
        guard redirect == nil else { return bytes.count }
        // The announced size, compressed if the body is, or -1.
        let announced = cogcurl_easy_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        let status = cogcurl_easy_long(easy, CURLINFO_RESPONSE_CODE)
        switch sink.put(bytes, status: status, announcedBytes: announced) {
        case .taken:
            return bytes.count
        case .notYet:
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .tooLarge(let limitBytes):
            failure = .tooLarge(url: printableURL(request.url), limitBytes: limitBytes)
        case .failed(let error):
            failure = .file(error)
        }
        return 0
    }

    private func bodyWanted(_ destination: UnsafeMutableRawBufferPointer) -> Int {
        switch source?.take(into: destination) {
        case .bytes(let count):
            return count
        case .notYet:
            isPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .failed(let error):
            failure = .file(error)
        case .gone:
            failure = .canceled
        case nil:
            break
        }
        return Int(CURL_READFUNC_ABORT)
    }
}
