using System.Buffers;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Csc.Rules;
using Appliance.Signing;

namespace Appliance.Server.Tests.Csc;

/// <summary>From the raw text of a body to what the rules say of it.</summary>
internal static class Inputs
{
    public const string CredentialId = "0199d2f0-1c2d-7e3f-8a4b-5c6d7e8f9a0b";

    public static readonly Caller Caller = new(Guid.Parse("0199d2f0-0000-7000-8000-000000000001"), Guid.Empty);

    public static Answer<T> Parse<T>(string json, JsonTypeInfo<T> type, string? contentType = "application/json")
        where T : class, new()
        => RequestBody.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), contentType, type);

    public static (CscError? Error, SignHashRequest? Request) SignHash(CscVersion version, string json)
    {
        var input = Parse(json, InputJson.Default.SignHashInput);
        Assert.Null(input.Error);
        var error = SignHashRules.Read(
            input.Value, version, Caller, isBulk: false, deadline: 0, out _, out var request);
        return (error, request);
    }

    public static (CscError? Error, AuthorizeRequest? Request) Authorize(CscVersion version, string json)
    {
        var input = Parse(json, InputJson.Default.AuthorizeInput);
        Assert.Null(input.Error);
        return (AuthorizeRules.Read(input.Value, version, Caller, out _, out var request), request);
    }

    public static (CscError? Error, ExtendRequest? Request) Extend(CscVersion version, string json)
    {
        var input = Parse(json, InputJson.Default.ExtendInput);
        Assert.Null(input.Error);
        return (ExtendRules.Read(input.Value, version, Caller, out _, out var request), request);
    }

    /// <summary>JSON with ID in place of the credential's and ' in place of ".</summary>
    public static string Json(string text)
        => text.Replace("ID!", CredentialId, StringComparison.Ordinal).Replace('\'', '"');

    public static CscVersion Version(int number) => number == 1 ? CscVersion.V1 : CscVersion.V2;
}
