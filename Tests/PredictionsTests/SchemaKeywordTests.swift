import JSON
import Predictions
import Testing

/// Every keyword, by a value that it accepts and one that it refuses.
@Suite struct SchemaKeywords {
    @Test(
        arguments: [
            (#"{"type":["string","null"]}"#, "null", nil),
            (#"{"type":["string","null"]}"#, "5", #"5 is not of types "string", "null""#),
            (#"{"type":"null"}"#, "0", #"0 is not of type "null""#),
            (#"{"type":"integer","exclusiveMinimum":1}"#, "2", nil),
            (#"{"type":"integer","exclusiveMinimum":1}"#, "1", "1 is less than or equal to the minimum of 1"),
            (#"{"type":"integer","exclusiveMaximum":1.0}"#, "1", "1 is greater than or equal to the maximum of 1.0"),
            (#"{"minimum":1,"exclusiveMinimum":true}"#, "1", "1 is less than or equal to the minimum of 1"),
            (#"{"exclusiveMaximum":true,"maximum":1}"#, "1", "1 is greater than or equal to the maximum of 1"),
            (#"{"minimum":1,"exclusiveMinimum":false}"#, "1", nil),
            (#"{"minimum":5,"exclusiveMinimum":1}"#, "3", "3 is less than the minimum of 5"),
            (
                #"{"maximum":9007199254740992}"#, "9007199254740993",
                "9007199254740993 is greater than the maximum of 9007199254740992"
            ),
            (
                #"{"maximum":10}"#, "99999999999999999999999",
                "99999999999999999999999 is greater than the maximum of 10"
            ),
            (#"{"multipleOf":0.1}"#, "0.3", nil),
            (#"{"multipleOf":3}"#, "9", nil),
            (#"{"multipleOf":3}"#, "10", "10 is not a multiple of 3"),
            (#"{"multipleOf":0.5}"#, "0.75", "0.75 is not a multiple of 0.5"),
            (#"{"const":{"a":1}}"#, #"{"a":1.0}"#, nil),
            (#"{"const":"x"}"#, #""y""#, #""x" was expected"#),
            (#"{"enum":[1,"a",null,[1,2],{"k":true}]}"#, "1.0", nil),
            (#"{"enum":[1,"a",null,[1,2],{"k":true}]}"#, "[1,2]", nil),
            (#"{"enum":[1,"a",null,[1,2],{"k":true}]}"#, #"{"k":true}"#, nil),
            (#"{"enum":[1,"a",null]}"#, "true", #"true is not one of [1,"a",null]"#),
            (
                #"{"enum":[18446744073709551616]}"#, "18446744073709551617",
                "18446744073709551617 is not one of [18446744073709551616]"
            ),
            (#"{"minItems":1}"#, "[]", "[] has less than 1 item"),
            (#"{"maxItems":1}"#, "[1,2]", "[1,2] has more than 1 item"),
            (#"{"maxItems":2}"#, "[1,2,3]", "[1,2,3] has more than 2 items"),
            (#"{"uniqueItems":true}"#, "[1,2,1]", "[1,2,1] has non-unique elements"),
            (
                #"{"uniqueItems":true}"#, #"[{"a":1,"b":2},{"b":2,"a":1}]"#,
                #"[{"a":1,"b":2},{"a":1,"b":2}] has non-unique elements"#
            ),
            (#"{"uniqueItems":true}"#, "[1,2,3]", nil),
            (#"{"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}"#, #"[1,"a"]"#, nil),
            (#"{"minProperties":1}"#, "{}", "{} has less than 1 property"),
            (#"{"maxProperties":2}"#, #"{"a":1,"b":2,"c":3}"#, #"{"a":1,"b":2,"c":3} has more than 2 properties"#),
            (#"{"required":["a"]}"#, #"{"b":1}"#, #""a" is a required property"#),
            (#"{"required":["a"]}"#, "5", nil),
            (
                #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b":2}"#,
                "Additional properties are not allowed ('b' was unexpected)"
            ),
            (#"{"additionalProperties":{"type":"integer"}}"#, #"{"a":1,"b":2}"#, nil),
            (#"{"not":{"type":"string"}}"#, "5", nil),
            (#"{"not":{"type":"string"}}"#, #""x""#, #""x" is not allowed for {"type":"string"}"#),
            (#"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#, "5", nil),
            (
                #"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#, "null",
                "null is not valid under any of the schemas listed in the 'oneOf' keyword"
            ),
            (
                #"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "5",
                "5 is valid under more than one of the schemas listed in the 'oneOf' keyword"
            ),
            (#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, "null", nil),
            (#"{"anyOf":[{"type":"integer","nullable":true}]}"#, "null", nil),
            (#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, "2", nil),
            (#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, "4", "4 is greater than the maximum of 3"),
            (##"{"$ref":"#/components/schemas/More","minimum":3}"##, "2", "2 is less than the minimum of 3"),
            (##"{"$ref":"#/components/schemas/More","nullable":true}"##, "null", nil),
            ("{}", "[null,{}]", nil),
            (#"{"format":"date-time","x-order":1,"title":"t","default":5,"discriminator":{}}"#, "5", nil),
            (#"{"minLength":3,"minimum":5,"minItems":2}"#, "null", nil),
        ] as [(String, String, String?)])
    func keyword(keywords: String, value: String, problem: String?) throws {
        let schema = try schema(#"{"v":\#(keywords)}"#, others: #"{"type":"integer"}"#)
        let check = schema.check(try JSONDocument.parsing(#"{"v":\#(value)}"#).root)
        #expect(try check.entries == (problem.map { ["v: \($0)"] } ?? []))
    }

    /// Parts of a value are named by the way to them.
    @Test(
        arguments: [
            (
                #"{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}"#, #"["a",1]"#,
                [
                    #"v/0: "a" is not of type "integer""#, #"v/1: 1 is not of type "string""#,
                ]
            ),
            (#"{"additionalProperties":{"type":"integer"}}"#, #"{"k":"x"}"#, [#"v/k: "x" is not of type "integer""#]),
            (
                #"{"propertyNames":{"pattern":"^[0-9]+$"}}"#, #"{"1":2,"x\"":3}"#,
                [#"v/x": "x\"" does not match "^[0-9]+$""#]
            ),
            (
                #"{"propertyNames":{"enum":["a","b"]},"additionalProperties":{"type":"integer"}}"#, #"{"a":1,"c":"d"}"#,
                [
                    #"v/c: "c" is not one of ["a","b"]"#, #"v/c: "d" is not of type "integer""#,
                ]
            ),
            (
                #"{"properties":{"a":{"items":{"properties":{"b":{"maximum":1}}}}}}"#, #"{"a":[{"b":1},{"b":2}]}"#,
                ["v/a/1/b: 2 is greater than the maximum of 1"]
            ),
            (#"{"properties":{"a":{"type":"string","nullable":true}},"required":["a"]}"#, #"{"a":null}"#, []),
        ] as [(String, String, [String])])
    func nested(keywords: String, value: String, problems: [String]) throws {
        let check = try schema(#"{"v":\#(keywords)}"#).check(JSONDocument.parsing(#"{"v":\#(value)}"#).root)
        #expect(try check.entries == problems)
    }

    /// Searched for anywhere in the string, as ECMA-262 has it.
    @Test(arguments: [
        ("b", "abc", true), ("^b", "abc", false), ("^abc$", "abc", true), ("^abc$", "abc\\n", false),
        ("\\\\d", "٣", false), ("^\\\\d{2}$", "42", true), ("(?=.*x)(?=.*y)", "yx", true), ("(?<!a)b", "ab", false),
        ("^.$", "😀", true), ("\\\\u00e9", "é", true), ("^\\\\w+$", "é", false), ("^(a)\\\\1$", "aa", true),
        ("", "", true), ("^$", "", true), ("[äö]", "ö", true), ("(?i)ABC", "abc", true),
    ])
    func pattern(pattern: String, string: String, matches: Bool) throws {
        let schema = try schema(#"{"v":{"type":"string","pattern":"\#(pattern)"}}"#)
        let check = schema.check(try JSONDocument.parsing(#"{"v":"\#(string)"}"#).root)
        #expect((check == nil) == matches)
    }

    /// An expression that would search forever is stopped; no match in time is no match.
    @Test(.timeLimit(.minutes(1))) func costlyPattern() throws {
        let schema = try schema(#"{"v":{"type":"string","pattern":"^(a+)+$"}}"#)
        let string = String(repeating: "a", count: 5000) + "!"
        #expect(try schema.check(JSONDocument.parsing(#"{"v":"\#(string)"}"#).root) != nil)
    }
}
