namespace Appliance.Tidy.Tests.Protos;

public sealed class CommentRuleTests
{
    [Fact]
    public void Proto_files_of_this_repository_say_what_everything_is() =>
        Finding.AssertNone(RepositoryFiles.All.Where(file => file.IsIn("proto")).SelectMany(CommentRule.Check));

    [Theory]
    [InlineData("// Signs.\nservice Signatures {\n  // Signs one.\n  rpc Sign(A) returns (stream B);\n}\n")]
    [InlineData("// One.\nmessage A {\n  // N.\n  optional int32 a = 1 [json_name = \"A\"];\n  B b = 2; // Text.\n}\n")]
    [InlineData("// One.\nmessage A {\n  oneof content {\n    // Text.\n    string b = 2;\n  }\n}\n")]
    [InlineData("// One.\nmessage A {\n  // Pairs.\n  map<string, csc.v2.B> pairs = 3;\n}\n")]
    [InlineData("// Kinds.\nenum E {\n  // None.\n  NONE = 0;\n}\n")]
    [InlineData("syntax = \"proto3\";\n\npackage a;\n\nimport \"b.proto\";\n\noption csharp_namespace = \"A\";\n")]
    [InlineData("// Nothing.\nmessage A {}\n")]
    public void What_is_commented_is_accepted(string text) => Assert.Empty(Check(text));

    [Theory]
    [InlineData("service S {}\n", "S")]
    [InlineData("// S.\nservice S {\n  rpc Sign(stream A) returns (stream B);\n}\n", "Sign")]
    [InlineData("// Far off.\n\nmessage A {}\n", "A")]
    [InlineData("// A.\nmessage A {\n  string name = 1;\n}\n", "name")]
    [InlineData("// A.\nmessage A {\n  optional bytes data = 2 [json_name = \"data\"];\n}\n", "data")]
    [InlineData("// A.\nmessage A {\n  // One.\n  string a = 1;\n  repeated csc.v2.B b = 2;\n}\n", "b")]
    [InlineData("// A.\nmessage A {\n  map<string, string> pairs = 3;\n}\n", "pairs")]
    [InlineData("// A.\nmessage A {\n  oneof content {\n    B b = 1;\n  }\n}\n", "b")]
    [InlineData("// A.\nmessage A {\n  message Inner {\n  }\n}\n", "Inner")]
    [InlineData("enum E {\n  // None.\n  NONE = 0;\n}\n", "E")]
    [InlineData("// E.\nenum E {\n  NONE = 0;\n}\n", "NONE")]
    public void What_has_no_comment_is_found(string text, string name) =>
        Assert.Equal($"{name} has no comment", Assert.Single(Check(text)).What);

    private static IEnumerable<Finding> Check(string text) =>
        CommentRule.Check(new TextFile("proto/sample.proto", text));
}
