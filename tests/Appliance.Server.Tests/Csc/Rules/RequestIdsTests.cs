using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Rules;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Tests.Csc.Rules;

public sealed class RequestIdsTests
{
    [Theory]
    [InlineData("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    [InlineData("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    [InlineData("payroll-11/0001", "payroll-11/0001")]
    [InlineData("a\"b\\c", "a\"b\\c")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("~", "~")]
    public void An_id_comes_quoted_or_bare(string header, string expected)
    {
        Assert.Null(RequestIds.Read(header, default, out var id));
        Assert.Equal(expected, id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\";p=1")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\\"")]
    [InlineData("\"a b\"")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("é")]
    [InlineData("\"é\"")]
    public void Anything_else_is_refused(string header)
    {
        Assert.Same(CscErrors.InvalidRequestIdHeader, RequestIds.Read(header, default, out var id));
        Assert.Null(id);
    }

    [Fact]
    public void It_has_255_characters_at_most_and_comes_once()
    {
        var longest = new string('a', 255);
        foreach (var good in new[] { longest, $"\"{longest}\"", $"\"{longest[..254]}\\\\\"" })
        {
            Assert.Null(RequestIds.Read(good, default, out var id));
            Assert.Equal(255, id!.Length);
        }

        string[] wrong = [longest + 'a', $"\"{longest}a\"", new string('"', 600), '"' + new string('\\', 600)];
        foreach (var bad in wrong)
        {
            Assert.NotNull(RequestIds.Read(bad, default, out _));
        }

        Assert.NotNull(RequestIds.Read(new StringValues(["a", "a"]), default, out _));
    }

    [Fact]
    public void Without_one_there_is_none()
    {
        Assert.Null(RequestIds.Read(default, default, out var id));
        Assert.Null(id);
    }

    [Fact]
    public void A_field_is_as_good_as_a_header_and_must_not_contradict_it()
    {
        Assert.Null(RequestIds.Read(default, FieldText.Of("a"), out var id));
        Assert.Equal("a", id);
        Assert.Null(RequestIds.Read("\"a\"", FieldText.Of("a"), out id));
        Assert.Equal("a", id);
        Assert.Same(CscErrors.TwoRequestIds, RequestIds.Read("b", FieldText.Of("a"), out _));
        Assert.NotNull(RequestIds.Read(default, FieldText.Of("a b"), out _));
        Assert.NotNull(RequestIds.Read(default, FieldText.Of(new string('a', 256)), out _));
    }
}
