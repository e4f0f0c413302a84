package import ModelSchema

/// Where an image's OpenAPI document comes from.
package enum DocumentSource: Equatable, Sendable {
    /// The model's code is asked while the image is built.
    case model
    /// The user has a ready one.
    case given(ModelDocument)
    /// There is none; the server makes it when it starts.
    case none
}
