/// Maps file names to media types and back: one table for downloads, data URLs, and outputs.
public enum MediaType {
    /// Rows, separated by line breaks or semicolons: a type, the extension for its files, and further extensions that
    /// stand for it. If an extension is in several rows, the first one determines the type of an output.
    public static let table = usual + others

    /// The type of an output file by the last extension of its name, ignoring case.
    static func ofOutput(named name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return unknown }
        return typesByExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    /// The extension, with its dot, for a file of this type; empty for unknown types.
    ///
    /// Ignores parameters after a semicolon. Agrees with Python's `mimetypes`, and knows many more types.
    static func fileExtension(forType type: some StringProtocol) -> String {
        let bare = String(type.lowercased().prefix { $0 != ";" && $0 != "," }.filter { $0 != " " && $0 != "\t" })
        return extensionsByType[bare].map { "." + $0 } ?? ""
    }

    private static let unknown = "application/octet-stream"

    private static let rows: [(type: String, extensions: [String])] = table.split { $0 == ";" || $0 == "\n" }
        .map { row in
            let words = row.split(separator: " ").map(String.init)
            return (words[0], Array(words.dropFirst()))
        }

    private static let typesByExtension = Dictionary(
        rows.flatMap { row in row.extensions.map { ($0, row.type) } }
    ) { first, _ in first }

    private static let extensionsByType = Dictionary(rows.map { ($0.type, $0.extensions[0]) }) { first, _ in first }

    /// The types that the original server gives outputs, then those of Python's `mimetypes`.
    private static let usual = """
        application/atom+xml atom; application/avro avro; application/cbor cbor; application/dash+xml mpd
        application/dicom dcm; application/epub+zip epub; application/font-sfnt otf; application/font-woff woff
        application/geo+json geojson; application/gml+xml gml; application/gpx+xml gpx; application/gzip gz
        application/java-archive jar; application/json json; application/json5 json5; application/ld+json jsonld
        application/manifest+json webmanifest; application/mathml+xml mml; application/msword doc dot wiz
        application/n-quads nq; application/n-triples nt
        application/octet-stream bin a dll exe o so dat pt pth ckpt safetensors onnx pb hdf5 npy npz pkl gguf
        application/octet-stream msgpack feather arrow jsonl ndjson ipynb psd exr dds ply usd usdz fbx las zst iso whl
        application/oda oda; application/ogg ogx; application/oxps oxps; application/pdf pdf
        application/pgp-signature asc; application/pkcs7-mime p7c; application/pkcs7-signature p7s
        application/pkix-cert cer; application/postscript ps ai eps; application/rss+xml rss; application/rtf rtf
        application/trig trig; application/vnd.amazon.ebook azw; application/vnd.android.package-archive apk
        application/vnd.apache.arrow.stream arrows; application/vnd.apache.parquet parquet
        application/vnd.apple.installer+xml mpkg; application/vnd.apple.mpegurl m3u m3u8
        application/vnd.google-earth.kml+xml kml; application/vnd.google-earth.kmz kmz
        application/vnd.ms-excel xls xlb; application/vnd.ms-excel.sheet.binary.macroenabled.12 xlsb
        application/vnd.ms-excel.sheet.macroenabled.12 xlsm; application/vnd.ms-fontobject eot
        application/vnd.ms-outlook msg; application/vnd.ms-pki.stl stl
        application/vnd.ms-powerpoint ppt pot ppa pps pwz
        application/vnd.ms-powerpoint.presentation.macroenabled.12 pptm
        application/vnd.ms-word.document.macroenabled.12 docm; application/vnd.ms-xpsdocument xps
        application/vnd.oasis.opendocument.graphics odg; application/vnd.oasis.opendocument.presentation odp
        application/vnd.oasis.opendocument.spreadsheet ods; application/vnd.oasis.opendocument.text odt
        application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
        application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
        application/vnd.openxmlformats-officedocument.presentationml.template potx
        application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
        application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
        application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
        application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx; application/vnd.rn-realmedia rm
        application/vnd.sqlite3 sqlite; application/vnd.visio vsd; application/wasm wasm
        application/x-7z-compressed 7z; application/x-abiword abw; application/x-apple-diskimage dmg
        application/x-bcpio bcpio; application/x-bibtex bib; application/x-bittorrent torrent; application/x-brotli br
        application/x-bzip bz; application/x-bzip2 bz2; application/x-cdf cda; application/x-chrome-extension crx
        application/x-compress z; application/x-compressed tgz; application/x-cpio cpio; application/x-csh csh
        application/x-debian-package deb; application/x-dvi dvi; application/x-freearc arc; application/x-gtar gtar
        application/x-hdf hdf; application/x-hdf5 h5; application/x-httpd-php php; application/x-latex latex
        application/x-lzip lz; application/x-lzma lzma; application/x-matlab-data mat; application/x-mif mif
        application/x-mobipocket-ebook mobi; application/x-netcdf cdf nc; application/x-pkcs12 p12 pfx
        application/x-pn-realaudio ram; application/x-python-code pyc pyo; application/x-rar-compressed rar
        application/x-rpm rpm; application/x-ruby rb; application/x-sh sh; application/x-shar shar
        application/x-shockwave-flash swf; application/x-sql sql; application/x-subrip srt
        application/x-sv4cpio sv4cpio; application/x-sv4crc sv4crc; application/x-tar tar; application/x-tcl tcl
        application/x-tex tex; application/x-texinfo texi texinfo; application/x-tgif obj
        application/x-troff roff t tr; application/x-troff-man man; application/x-troff-me me
        application/x-troff-ms ms; application/x-ustar ustar; application/x-wais-source src
        application/x-x509-ca-cert crt; application/x-xpinstall xpi; application/x-xz xz
        application/xhtml+xml xhtml xht xhtm; application/xml xsl rdf wsdl xpdl; application/xml-dtd dtd
        application/xslt+xml xslt; application/zip zip; audio/3gpp2 3g2 3gpp2; audio/aac aac adts loas ass
        audio/ac3 ac3; audio/aiff aiff aif; audio/amr amr; audio/amr-wb awb; audio/basic au snd; audio/eac3 ec3
        audio/flac flac; audio/m4a m4a; audio/m4b m4b; audio/mid mid midi rmi; audio/mpeg mp3 mp2
        audio/ogg ogg oga opus; audio/speex spx; audio/vnd.dts dts; audio/wav wav; audio/webm weba; audio/x-ape ape
        audio/x-caf caf; audio/x-matroska mka; audio/x-ms-wma wma; audio/x-pn-realaudio ra; audio/x-wavpack wv
        font/collection ttc; font/ttf ttf; font/woff2 woff2; image/apng apng; image/avif avif
        image/avif-sequence avifs; image/bmp bmp; image/cgm cgm; image/emf emf; image/gif gif; image/heic heic
        image/heic-sequence heics; image/heif heif hif; image/heif-sequence heifs; image/ief ief
        image/jp2 jp2 j2k jpg2; image/jpeg jpg jpeg jpe jfif; image/jph jph; image/jpm jpm; image/jpx jpf jpx
        image/jxl jxl; image/jxr jxr; image/ktx ktx; image/ktx2 ktx2; image/pict pict pct pic; image/png png
        image/qoi qoi; image/svg+xml svg svgz; image/tiff tiff tif; image/vnd.djvu djvu djv; image/vnd.dwg dwg
        image/vnd.dxf dxf; image/vnd.ms-photo wdp; image/vnd.radiance hdr; image/webp webp; image/wmf wmf
        image/x-adobe-dng dng; image/x-canon-cr2 cr2; image/x-canon-cr3 cr3; image/x-cmu-raster ras
        image/x-icon ico cur; image/x-nikon-nef nef; image/x-pcx pcx; image/x-portable-anymap pnm
        image/x-portable-bitmap pbm; image/x-portable-graymap pgm; image/x-portable-pixmap ppm; image/x-rgb rgb
        image/x-sony-arw arw; image/x-tga tga; image/x-xbitmap xbm; image/x-xcf xcf; image/x-xpixmap xpm
        image/x-xwindowdump xwd; model/3mf 3mf; model/gltf+json gltf; model/gltf-binary glb; model/iges igs iges
        model/mtl mtl; model/step step stp; model/u3d u3d; model/vnd.collada+xml dae; model/vnd.usda usda
        model/vrml wrl; model/x3d+xml x3d; video/3gpp 3gp; video/dv dv; video/h264 h264; video/h265 h265
        video/mj2 mj2; video/mp4 mp4 mp4v mpg4; video/mpeg mpeg mpg mpe m1v m2v mpa; video/ogg ogv ogm
        video/quicktime mov qt; video/vnd.dlna.mpeg-tts ts m2ts; video/webm webm; video/x-f4v f4v; video/x-flv flv
        video/x-m4v m4v; video/x-matroska mkv; video/x-mng mng; video/x-ms-asf asf; video/x-ms-wmv wmv
        video/x-msvideo avi; video/x-sgi-movie movie; message/rfc822 eml mht mhtml nws; text/cache-manifest appcache
        text/calendar ics ifb; text/css css; text/csv csv; text/html html htm shtml shtm; text/javascript js jsx
        text/markdown md markdown; text/n3 n3; text/plain txt text bat c h ksh pl py cfg conf cpp ini log
        text/richtext rtx; text/tab-separated-values tsv; text/turtle ttl; text/vtt vtt; text/x-component htc
        text/x-diff diff; text/x-java java; text/x-patch patch; text/x-rst rst; text/x-rust rs; text/x-setext etx
        text/x-sgml sgm sgml; text/x-toml toml; text/x-vcalendar vcs; text/x-vcard vcf; text/x-yaml yaml yml
        text/xml xml; text/xul xul

        """

    /// Further names for the same kinds of files, as used by browsers, Python, and other servers.
    private static let others = """
        application/csv csv; application/ecmascript js; application/eps eps; application/font-otf otf
        application/font-ttf ttf; application/font-woff2 woff2; application/hal+json json; application/illustrator ai
        application/javascript js mjs; application/jsonl jsonl; application/mp4 mp4; application/msgpack msgpack
        application/onnx onnx; application/ply ply; application/problem+json json; application/rdf+xml rdf
        application/schema+json json; application/sla stl; application/soap+xml xml; application/sql sql
        application/tiff tiff; application/toml toml; application/vnd.apache.arrow.file arrow
        application/vnd.api+json json; application/vnd.debian.binary-package deb
        application/vnd.microsoft.portable-executable exe; application/vnd.mozilla.xul+xml xul
        application/vnd.ms-opentype otf; application/vnd.ms-package.3dmanufacturing-3dmodel+xml 3mf
        application/vnd.msgpack msgpack; application/vnd.rar rar; application/x-font-opentype otf
        application/x-font-otf otf; application/x-font-truetype ttf; application/x-font-ttf ttf
        application/x-font-woff woff; application/x-font-woff2 woff2; application/x-gzip gz
        application/x-ipynb+json ipynb; application/x-iso9660-image iso; application/x-javascript js
        application/x-jsonlines jsonl; application/x-matroska mkv; application/x-mpegurl m3u8
        application/x-msdownload exe; application/x-msgpack msgpack; application/x-ndjson ndjson
        application/x-npy npy; application/x-numpy npy; application/x-parquet parquet; application/x-pdf pdf
        application/x-perl pl; application/x-photoshop psd; application/x-rar rar; application/x-rtf rtf
        application/x-sqlite3 sqlite; application/x-tgz tgz; application/x-yaml yaml; application/x-zip zip
        application/x-zip-compressed zip; application/x-zstd zst; application/yaml yaml; application/zstd zst
        audio/3gpp 3gp 3gpp; audio/aacp aac; audio/midi mid; audio/mp3 mp3; audio/mp4 m4a; audio/mpeg3 mp3
        audio/mpegurl m3u; audio/mpg mp3; audio/opus opus; audio/vnd.wave wav; audio/vorbis ogg; audio/wave wav
        audio/x-aac aac; audio/x-aiff aif aifc; audio/x-flac flac; audio/x-m4a m4a; audio/x-m4b m4b; audio/x-midi mid
        audio/x-mp3 mp3; audio/x-mpeg mp3; audio/x-mpeg-3 mp3; audio/x-mpegurl m3u; audio/x-ogg ogg
        audio/x-pn-wav wav; audio/x-vorbis+ogg ogg; audio/x-wav wav; font/otf otf; font/sfnt ttf; font/woff woff
        image/aces exr; image/jpg jpg; image/pjpeg jpg pjpeg pjp; image/svg svg; image/tiff-fx tiff
        image/vnd.adobe.photoshop psd; image/vnd.microsoft.icon ico; image/vnd.ms-dds dds; image/x-bmp bmp
        image/x-dds dds; image/x-exr exr; image/x-ms-bmp bmp; image/x-photoshop psd; image/x-pict pict
        image/x-png png; image/x-targa tga; image/x-tiff tiff; image/x-webp webp; model/obj obj; model/ply ply
        model/stl stl; model/usd usd; model/vnd.usdz+zip usdz; model/x.stl-ascii stl; model/x.stl-binary stl
        video/3gpp2 3g2; video/avi avi; video/matroska mkv; video/mp2t ts mts; video/mpg mpg; video/msvideo avi
        video/vnd.avi avi; video/x-mpeg mpeg; video/x-ogg ogv; video/x-quicktime mov; binary/octet-stream bin
        multipart/related mht; text/comma-separated-values csv; text/ecmascript js; text/json json; text/jsx jsx
        text/rtf rtf; text/srt srt; text/vcard vcf; text/vnd.yaml yaml; text/x-c c; text/x-c++src cpp; text/x-csrc c
        text/x-csv csv; text/x-java-source java; text/x-json json; text/x-latex latex; text/x-log log
        text/x-markdown md; text/x-python py; text/x-script.python py; text/x-sh sh; text/x-shellscript sh
        text/x-sql sql; text/x-tex tex; text/xsl xsl; text/yaml yaml
        """
}
