/// Which media type a file name stands for, and the other way round.
enum MediaType {
    /// The type of an output file by the last extension of its name, in any case of letters.
    static func ofOutput(named name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return unknown }
        return typesByExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    /// The extension, with its dot, for a file of this type; empty for types that are not known.
    ///
    /// Parameters behind a semicolon do not count. What Python's `mimetypes` answers, and some types it does not know.
    static func fileExtension(forType type: some StringProtocol) -> String {
        let bare = String(type.lowercased().prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
        return extensionsByType[bare] ?? ""
    }

    private static let unknown = "application/octet-stream"

    private static let typesByExtension: [String: String] = [
        "3gp": "video/3gpp", "7z": "application/x-7z-compressed", "aac": "audio/aac", "aif": "audio/aiff",
        "aiff": "audio/aiff", "apng": "image/apng", "avi": "video/x-msvideo", "avif": "image/avif",
        "bmp": "image/bmp", "bz2": "application/x-bzip2", "c": "text/plain", "cfg": "text/plain",
        "conf": "text/plain", "cpp": "text/plain", "css": "text/css", "csv": "text/csv",
        "dae": "model/vnd.collada+xml", "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "epub": "application/epub+zip", "flac": "audio/flac", "flv": "video/x-flv",
        "geojson": "application/geo+json", "gif": "image/gif", "glb": "model/gltf-binary", "gltf": "model/gltf+json",
        "gz": "application/gzip", "h": "text/plain", "hdr": "image/vnd.radiance", "heic": "image/heic",
        "heif": "image/heif", "htm": "text/html", "html": "text/html", "ico": "image/x-icon", "ics": "text/calendar",
        "ini": "text/plain", "jar": "application/java-archive", "jfif": "image/jpeg", "jp2": "image/jp2",
        "jpe": "image/jpeg", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript",
        "json": "application/json", "json5": "application/json5", "jsx": "text/javascript", "jxl": "image/jxl",
        "log": "text/plain", "m2ts": "video/vnd.dlna.mpeg-tts", "m4a": "audio/m4a", "m4b": "audio/m4b",
        "m4v": "video/x-m4v", "markdown": "text/markdown", "md": "text/markdown", "mid": "audio/mid",
        "midi": "audio/mid", "mjs": "application/javascript", "mkv": "video/x-matroska", "mov": "video/quicktime",
        "mp3": "audio/mpeg", "mp4": "video/mp4", "mpeg": "video/mpeg", "mpg": "video/mpeg",
        "obj": "application/x-tgif", "odp": "application/vnd.oasis.opendocument.presentation",
        "ods": "application/vnd.oasis.opendocument.spreadsheet", "odt": "application/vnd.oasis.opendocument.text",
        "oga": "audio/ogg", "ogg": "audio/ogg", "ogv": "video/ogg", "opus": "audio/ogg",
        "otf": "application/font-sfnt", "parquet": "application/vnd.apache.parquet", "pdf": "application/pdf",
        "png": "image/png", "ppt": "application/vnd.ms-powerpoint",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", "py": "text/plain",
        "rar": "application/x-rar-compressed", "rs": "text/x-rust", "rtf": "application/rtf",
        "sh": "application/x-sh", "sql": "application/x-sql", "srt": "application/x-subrip",
        "stl": "application/vnd.ms-pki.stl", "svg": "image/svg+xml", "tar": "application/x-tar",
        "tex": "application/x-tex", "tga": "image/x-tga", "tgz": "application/x-compressed", "tif": "image/tiff",
        "tiff": "image/tiff", "toml": "text/x-toml", "ts": "video/vnd.dlna.mpeg-tts",
        "tsv": "text/tab-separated-values", "ttf": "font/ttf", "txt": "text/plain", "vcf": "text/x-vcard",
        "vtt": "text/vtt", "wasm": "application/wasm", "wav": "audio/wav", "weba": "audio/webm",
        "webm": "video/webm", "webp": "image/webp", "wma": "audio/x-ms-wma", "wmv": "video/x-ms-wmv",
        "woff": "application/font-woff", "woff2": "font/woff2", "xhtml": "application/xhtml+xml",
        "xls": "application/vnd.ms-excel",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "text/xml",
        "xz": "application/x-xz", "yaml": "text/x-yaml", "yml": "text/x-yaml", "zip": "application/zip",
    ]

    private static let extensionsByType: [String: String] = [
        "application/epub+zip": ".epub", "application/gzip": ".gz", "application/javascript": ".js",
        "application/json": ".json", "application/manifest+json": ".webmanifest", "application/msword": ".doc",
        "application/n-quads": ".nq", "application/n-triples": ".nt", "application/octet-stream": ".bin",
        "application/oda": ".oda", "application/pdf": ".pdf", "application/pkcs7-mime": ".p7c",
        "application/postscript": ".ps", "application/trig": ".trig", "application/vnd.apple.mpegurl": ".m3u",
        "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt", "application/wasm": ".wasm",
        "application/x-bcpio": ".bcpio", "application/x-cpio": ".cpio", "application/x-csh": ".csh",
        "application/x-dvi": ".dvi", "application/x-gtar": ".gtar", "application/x-hdf": ".hdf",
        "application/x-hdf5": ".h5", "application/x-latex": ".latex", "application/x-mif": ".mif",
        "application/x-netcdf": ".cdf", "application/x-pkcs12": ".p12", "application/x-pn-realaudio": ".ram",
        "application/x-python-code": ".pyc", "application/x-sh": ".sh", "application/x-shar": ".shar",
        "application/x-shockwave-flash": ".swf", "application/x-sv4cpio": ".sv4cpio",
        "application/x-sv4crc": ".sv4crc", "application/x-tar": ".tar", "application/x-tcl": ".tcl",
        "application/x-tex": ".tex", "application/x-texinfo": ".texi", "application/x-troff": ".roff",
        "application/x-troff-man": ".man", "application/x-troff-me": ".me", "application/x-troff-ms": ".ms",
        "application/x-ustar": ".ustar", "application/x-wais-source": ".src", "application/x-yaml": ".yaml",
        "application/xml": ".xsl", "application/yaml": ".yaml", "application/zip": ".zip", "audio/3gpp": ".3gp",
        "audio/3gpp2": ".3g2", "audio/aac": ".aac", "audio/basic": ".au", "audio/flac": ".flac", "audio/mp3": ".mp3",
        "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/opus": ".opus", "audio/wav": ".wav",
        "audio/wave": ".wav", "audio/webm": ".weba", "audio/x-aiff": ".aif", "audio/x-pn-realaudio": ".ra",
        "audio/x-wav": ".wav", "image/avif": ".avif", "image/bmp": ".bmp", "image/gif": ".gif",
        "image/heic": ".heic", "image/heif": ".heif", "image/ief": ".ief", "image/jpeg": ".jpg", "image/jpg": ".jpg",
        "image/png": ".png", "image/svg+xml": ".svg", "image/tiff": ".tiff", "image/vnd.microsoft.icon": ".ico",
        "image/webp": ".webp", "image/x-cmu-raster": ".ras", "image/x-portable-anymap": ".pnm",
        "image/x-portable-bitmap": ".pbm", "image/x-portable-graymap": ".pgm", "image/x-portable-pixmap": ".ppm",
        "image/x-rgb": ".rgb", "image/x-xbitmap": ".xbm", "image/x-xpixmap": ".xpm", "image/x-xwindowdump": ".xwd",
        "message/rfc822": ".eml", "text/css": ".css", "text/csv": ".csv", "text/html": ".html",
        "text/javascript": ".js", "text/markdown": ".md", "text/n3": ".n3", "text/plain": ".txt",
        "text/richtext": ".rtx", "text/rtf": ".rtf", "text/tab-separated-values": ".tsv", "text/vtt": ".vtt",
        "text/x-python": ".py", "text/x-rst": ".rst", "text/x-setext": ".etx", "text/x-sgml": ".sgm",
        "text/x-vcard": ".vcf", "text/xml": ".xml", "video/mp4": ".mp4", "video/mpeg": ".mpeg", "video/ogg": ".ogv",
        "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv", "video/x-msvideo": ".avi",
        "video/x-sgi-movie": ".movie",
    ]
}
