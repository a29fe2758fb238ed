using System.Text.Json.Serialization;
using Appliance.Server.Commands.Timestamps;

namespace Appliance.Server.Commands.Documents;

/// <summary>One file under one piece of evidence, in the answer of `timestamp verify`.</summary>
internal sealed record VerificationDocument
{
    [JsonPropertyName("file")]
    public required string File { get; init; }

    /// <summary>The file with the evidence; left out when there is none.</summary>
    [JsonPropertyName("evidence")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Evidence { get; init; }

    /// <summary>response, token, archiveTimestamp or evidenceRecord; left out when it is none of them.</summary>
    [JsonPropertyName("kind")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    [JsonPropertyName("valid")]
    public required bool Valid { get; init; }

    /// <summary>
    /// valid, otherDigest, otherNonce, badSignature, untrusted or malformed; missing when there is no evidence,
    /// unreadable when the file cannot be read.
    /// </summary>
    [JsonPropertyName("verdict")]
    public required string Verdict { get; init; }

    /// <summary>In words.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>What the token says; of a batch's evidence the digest is that of the whole batch.</summary>
    [JsonPropertyName("token")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenDocument? Token { get; init; }

    /// <summary>The subject of the unit's certificate.</summary>
    [JsonPropertyName("signer")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Signer { get; init; }

    public static VerificationDocument Of(EvidenceFinding finding) => new()
    {
        File = finding.File,
        Evidence = finding.Path,
        Kind = finding.Kind is { } kind ? Lower(kind.ToString()) : null,
        Valid = finding.IsValid,
        Verdict = finding.Result is { } result ? Lower(result.Verdict.ToString())
            : finding.Path is null ? "missing"
            : finding.Kind is null ? "malformed"
            : "unreadable",
        Text = finding.Text,
        Token = finding.Result?.Token is { } said ? TokenDocument.Of(said) : null,
        Signer = finding.Result?.Signer?.Subject,
    };

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
