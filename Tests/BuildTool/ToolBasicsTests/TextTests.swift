import Testing

@testable import ToolBasics

@Test(arguments: [
    ("plain", "plain"), ("a/b-c_d.e:f=g@h%i+j,k", "a/b-c_d.e:f=g@h%i+j,k"), ("", "''"), ("two words", "'two words'"),
    ("it's", "'it'\\''s'"), ("$HOME", "'$HOME'"), ("é", "'é'"), ("a;b", "'a;b'"),
])
func shellQuoting(text: String, quoted: String) {
    #expect(text.shellQuoted == quoted)
}
