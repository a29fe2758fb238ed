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
        CscMethods.List,
        CscMethods.Info,
        CscMethods.Authorize,
        CscMethods.Extend,
        CscMethods.SignHash,
    ];

    /// <summary>The methods that version 1 serves.</summary>
    public static string[] Methods1 { get; } = [.. s_common, CscMethods.SendOtp];

    /// <summary>The methods that version 2 serves.</summary>
    public static string[] Methods2 { get; } = [.. s_common, CscMethods.Check, CscMethods.Challenge];

    private static readonly string[] s_authTypes = ["basic"];

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

    public static InfoAnswerV1 Version1(InfoSettings info) => new(
        "1.0.4.0", info.Name, info.Logo, info.Region, info.Lang, info.Description, s_authTypes, Methods1);

    public static InfoAnswerV2 Version2(InfoSettings info) => new(
        "2.2.0.0",
        info.Name,
        info.Logo,
        info.Region,
        info.Lang,
        info.Description,
        s_authTypes,
        AsynchronousOperationMode: false,
        Methods2,
        ValidationInfo: false,
        s_hashes,
        new SignAlgorithmsAnswer(s_algorithms, []),
        new SignatureFormatsAnswer([], []),
        []);
}
