using Appliance.Server.Csc.Answers;
using Appliance.Server.Options;

namespace Appliance.Server.Csc.Views;

/// <summary>What info tells, in the forms of the two versions (CSC API 11.1).</summary>
internal static class InfoView
{
    /// <summary>The methods that both versions have, as info.methods names them; info itself may be left out.</summary>
    private static readonly string[] s_common =
    [
        CscMethods.Login,
        CscMethods.Revoke,
        CscMethods.Token,
        CscMethods.TokenRevoke,
        CscMethods.List,
        CscMethods.Info,
        CscMethods.Authorize,
        CscMethods.Extend,
        CscMethods.SignHash,
    ];

    /// <summary>The methods that version 1 serves in any case.</summary>
    public static string[] Methods1 { get; } = [.. s_common, CscMethods.SendOtp];

    /// <summary>The methods that version 2 serves in any case.</summary>
    public static string[] Methods2 { get; } = [.. s_common, CscMethods.Check, CscMethods.Challenge];

    private static readonly string[] s_authTypes = ["basic", "oauth2client"];

    /// <summary>The union of what credentials may offer (csc-api section 6).</summary>
    private static readonly string[] s_algorithms =
    [
        "1.2.840.113549.1.1.11",
        "1.2.840.113549.1.1.12",
        "1.2.840.113549.1.1.13",
        "1.2.840.113549.1.1.10",
        "1.2.840.113549.1.1.1",
        "1.2.840.10045.4.3.2",
        "1.2.840.10045.4.3.3",
        "1.2.840.10045.4.3.4",
        "1.2.840.10045.2.1",
    ];

    private static readonly string[] s_hashes = ["SHA-256", "SHA-384", "SHA-512"];

    /// <summary>
    /// The base URI of the OAuth 2.0 server where the settings say nothing: where the request was sent to.
    /// </summary>
    public static string OAuth2Of(InfoSettings info, HttpRequest request)
        => string.IsNullOrEmpty(info.OAuth2) ? $"{request.Scheme}://{request.Host.ToUriComponent()}" : info.OAuth2;

    public static InfoAnswerV1 Version1(InfoSettings info, string oauth2, bool hasTimestamps) => new(
        "1.0.4.0",
        info.Name,
        info.Logo,
        info.Region,
        info.Lang,
        info.Description,
        s_authTypes,
        oauth2,
        Served(Methods1, hasTimestamps));

    public static InfoAnswerV2 Version2(InfoSettings info, string oauth2, bool hasTimestamps) => new(
        "2.2.0.0",
        info.Name,
        info.Logo,
        info.Region,
        info.Lang,
        info.Description,
        s_authTypes,
        oauth2,
        AsynchronousOperationMode: false,
        Served(Methods2, hasTimestamps),
        ValidationInfo: false,
        s_hashes,
        new SignAlgorithmsAnswer(s_algorithms, []),
        new SignatureFormatsAnswer([], []),
        []);

    private static string[] Served(string[] methods, bool hasTimestamps)
        => hasTimestamps ? [.. methods, CscMethods.Timestamp] : methods;
}
