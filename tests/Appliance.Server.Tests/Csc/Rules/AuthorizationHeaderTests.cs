using System.Text;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Rules;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Tests.Csc.Rules;

public sealed class AuthorizationHeaderTests
{
    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("bearer  abc ")]
    [InlineData("BEARER abc")]
    public void A_bearer_token_is_read(string header)
    {
        Assert.Null(AuthorizationHeader.ReadBearer(header, out var token));
        Assert.Equal("abc", token);
    }

    [Fact]
    public void No_header_is_401_with_a_challenge()
    {
        foreach (var missing in new StringValues[] { StringValues.Empty, "", "  " })
        {
            var error = AuthorizationHeader.ReadBearer(missing, out _);
            Assert.Same(CscErrors.MissingHeader, error);
        }

        Assert.Equal(401, (int)CscErrors.MissingHeader.HttpStatus);
        Assert.StartsWith("Bearer ", CscErrors.MissingHeader.Challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearerabc")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a\"b")]
    [InlineData("Basic dTpw")]
    [InlineData("DPoP abc")]
    [InlineData("abc")]
    public void Another_form_is_400(string header)
    {
        Assert.Same(CscErrors.MalformedHeader, AuthorizationHeader.ReadBearer(header, out _));
        Assert.Equal(400, (int)CscErrors.MalformedHeader.HttpStatus);
    }

    [Fact]
    public void Two_headers_are_400()
        => Assert.Same(
            CscErrors.MalformedHeader,
            AuthorizationHeader.ReadBearer(new StringValues(["Bearer a", "Bearer b"]), out _));

    [Theory]
    [InlineData("user", "password")]
    [InlineData("iulia@example.com", "with:colon")]
    [InlineData("ștefan", "parolă €")]
    [InlineData("user", "")]
    public void Basic_is_UTF8(string user, string password)
    {
        var header = "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));

        Assert.Null(AuthorizationHeader.ReadBasic(header, out var readUser, out var readPassword));
        Assert.Equal((user, password), (readUser, readPassword));
    }

    [Theory]
    [InlineData("", "Malformed authentication parameter.", 401)]
    [InlineData("Bearer abc", "Malformed authentication parameter.", 401)]
    [InlineData("Basic", "Malformed authentication parameter.", 401)]
    [InlineData("Basic *", "Malformed authentication parameter.", 401)]
    [InlineData("Basic YWJj", "Malformed username-password.", 400)]
    [InlineData("Basic abc", "Malformed username-password.", 400)]
    [InlineData("Basic OnB3", "Malformed username-password.", 400)]
    [InlineData("Basic dTr/", "Malformed username-password.", 400)]
    public void Malformed_Basic_gets_the_errors_of_the_table(string header, string description, int status)
    {
        var error = AuthorizationHeader.ReadBasic(header, out _, out _)!;

        Assert.Equal(("invalid_request", description, status), (error.Error, error.Description, (int)error.HttpStatus));
    }
}
