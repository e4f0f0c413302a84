/// The routes by which clients store files, as the OpenAPI document has them.
enum DocumentedFiles {
    /// The members of `paths`.
    static let paths =
        #"""
        "/v1/files":{
          "get":{"summary":"List files","description":"The files that are stored here, the newest first","operationId":"list_v1_files_get",
            "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{"type":"object","required":["next","previous","results"],"properties":{
              "next":{"type":"string","nullable":true},"previous":{"type":"string","nullable":true},
              "results":{"type":"array","items":\#(file)}}}}}},\#(DocumentedAnswers.errors([]))}},
          "post":{"summary":"Store a file","description":"Store a file, to name it by `urls.get` in the inputs of predictions","operationId":"create_v1_files_post",
            "requestBody":{"required":true,"content":{"multipart/form-data":{"schema":\#(DocumentedAnswers.reference("CogFileForm"))}}},
            "responses":{"201":{"description":"Successful Response","content":{"application/json":{"schema":\#(file)}}},
              "422":{"description":"Validation Error","content":{"application/json":{"schema":\#(DocumentedAnswers.reference("HTTPValidationError"))}}},
              \#(DocumentedAnswers.errors([403, 413, 415, 507]))}}},
        "/v1/files/{file_id}":{
          "get":{"summary":"Get a file","description":"What is known of a stored file","operationId":"get_v1_files__file_id__get","parameters":[\#(id)],
            "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":\#(file)}}},\#(DocumentedAnswers.errors([404]))}},
          "delete":{"summary":"Remove a file","description":"Remove a stored file","operationId":"delete_v1_files__file_id__delete","parameters":[\#(id)],
            "responses":{"204":{"description":"It is removed"},\#(DocumentedAnswers.errors([403, 404]))}}},
        "/v1/files/{file_id}/download":{
          "get":{"summary":"Download a file","description":"The contents of a stored file","operationId":"download_v1_files__file_id__download_get","parameters":[\#(id)],
            "responses":{"200":{"description":"Successful Response","content":{"*/*":{"schema":{"type":"string","format":"binary"}}}},\#(DocumentedAnswers.errors([404]))}}}
        """#

    private static let file = DocumentedAnswers.reference("CogStoredFile")

    private static let id =
        #"{"in":"path","name":"file_id","required":true,"schema":{"title":"File Id","type":"string","minLength":1,"pattern":"^[A-Za-z0-9._-]+$"}}"#

    /// The members of `components.schemas`.
    static let components =
        #"""
        "CogFileForm":{"title":"FileForm","type":"object","required":["content"],"properties":{
          "content":{"title":"Content","type":"string","format":"binary"},
          "filename":{"title":"Filename","type":"string","description":"The file's name, if not that of the part `content`"},
          "type":{"title":"Type","type":"string","description":"The file's media type, if not that of the part `content`"},
          "metadata":{"title":"Metadata","type":"object","description":"Kept with the file, up to \#(FileForm.metadataLimitBytes) bytes"}}},
        "CogStoredFile":{"title":"StoredFile","type":"object","required":["checksums","content_type","created_at","etag","expires_at","id","metadata","name","size","urls"],"properties":{
          "checksums":{"title":"Checksums","type":"object"},"content_type":{"title":"Content Type","type":"string"},
          "created_at":{"title":"Created At","type":"string","format":"date-time"},"etag":{"title":"Etag","type":"string"},
          "expires_at":{"title":"Expires At","type":"string","format":"date-time"},"id":{"title":"Id","type":"string"},
          "metadata":{"title":"Metadata","type":"object"},"name":{"title":"Name","type":"string"},"size":{"title":"Size","type":"integer"},
          "urls":{"title":"Urls","type":"object","required":["get","download"],"properties":{"get":{"title":"Get","type":"string"},"download":{"title":"Download","type":"string"}}}}}
        """#
}
