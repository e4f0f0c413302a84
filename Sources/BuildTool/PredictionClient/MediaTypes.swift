import ToolBasics

/// File name extensions and media types, both ways, for input files and output files.
package enum MediaTypes {
    /// The media type for a path; `application/octet-stream` where the extension says nothing.
    package static func type(ofPath path: String) -> String {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return "application/octet-stream" }
        return types[path[dot...].dropFirst().lowercased()] ?? "application/octet-stream"
    }

    /// The extension with its dot for a media type, or nil.
    package static func fileExtension(ofType type: String) -> String? {
        let bare = type.split(separator: ";").first.map { $0.trimmingSpaces.lowercased() } ?? ""
        return extensions[bare].map { "." + $0 }
    }

    // The first extension of a type is the one that output files get.
    private static let table = """
        txt text/plain; md text/markdown; csv text/csv; html text/html; htm text/html; css text/css; js text/javascript
        ics text/calendar; bmp image/bmp; bmp image/x-ms-bmp; gif image/gif; jpg image/jpeg; jpeg image/jpeg
        png image/png; svg image/svg+xml; tiff image/tiff; tif image/tiff; ico image/vnd.microsoft.icon; webp image/webp
        aac audio/aac; mp3 audio/mpeg; oga audio/ogg; opus audio/opus; wav audio/wav; wav audio/x-wav; weba audio/webm
        midi audio/midi; flac audio/flac; m4a audio/mp4; avi video/x-msvideo; mp4 video/mp4; mpeg video/mpeg
        ogv video/ogg; ts video/mp2t; webm video/webm; 3gp video/3gpp; 3gp2 video/3gpp2; mov video/quicktime
        mkv video/x-matroska; glb model/gltf-binary; obj model/obj; mtl model/mtl; otf font/otf; ttf font/ttf
        woff font/woff; woff2 font/woff2; json application/json; jsonl application/jsonl; ndjson application/x-ndjson
        jsonld application/ld+json; xml application/xml; xhtml application/xhtml+xml; bin application/octet-stream
        zip application/zip; gz application/gzip; tar application/x-tar; bz application/x-bzip; bz2 application/x-bzip2
        7z application/x-7z-compressed; rar application/vnd.rar; jar application/java-archive; arc application/x-freearc
        pdf application/pdf; rtf application/rtf; epub application/epub+zip; doc application/msword
        docx application/vnd.openxmlformats-officedocument.wordprocessingml.document; xls application/vnd.ms-excel
        xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; ppt application/vnd.ms-powerpoint
        pptx application/vnd.openxmlformats-officedocument.presentationml.presentation
        odt application/vnd.oasis.opendocument.text; ods application/vnd.oasis.opendocument.spreadsheet
        odp application/vnd.oasis.opendocument.presentation; vsd application/vnd.visio; abw application/x-abiword
        azw application/vnd.amazon.ebook; sh application/x-sh; csh application/x-csh; php application/x-httpd-php
        swf application/x-shockwave-flash; ogx application/ogg; eot application/vnd.ms-fontobject
        mpkg application/vnd.apple.installer+xml; cda application/x-cdf; yaml application/yaml; py text/x-python
        """

    private static let pairs: [(name: String, type: String)] = table.split(whereSeparator: { ";\n".contains($0) })
        .compactMap { entry in
            let words = entry.split(separator: " ")
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }

    private static let types = Dictionary(pairs.map { ($0.name, $0.type) }) { first, _ in first }

    private static let extensions = Dictionary(
        pairs.filter { $0.type != "application/octet-stream" }.map { ($0.type, $0.name) }
    ) { first, _ in first }
}
