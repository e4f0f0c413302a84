package import ToolBasics

extension ConfigReader {
    /// A message with the place of a field's value; for a missing one, that of the nearest thing around it.
    package func message(_ message: String, about field: String) -> String {
        text.message(message, at: place(of: field))
    }

    /// The place of a field's value; for a missing one, that of the nearest thing around it.
    package func place(of field: String) -> SourceText.Place? {
        if let place = values[field] { return place }
        var field = field
        while !field.isEmpty {
            if let place = places[field] { return place }
            field = field.lastIndex { ".[".contains($0) }.map { String(field[..<$0]) } ?? ""
        }
        return nil
    }
}
